"""Quotas and limits hold however many processes and requests there are: what is used up is counted in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client

from zhike.identity.access import actor_of
from zhike.identity.models import User
from zhike.identity.standard_roles import ensure
from zhike.identity.testing import PASSWORD
from zhike.identity.tokens import actor_with
from zhike.kernel import limits
from zhike.kernel.actions import run
from zhike.kernel.testing import SYSTEM
from zhike.records.api.tests.conftest import key_of
from zhike.records.api.tests.processes import Answer, Served, two_processes
from zhike.records.files import store
from zhike.records.models import Attachment, Blob

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
LEFT, SIZE, UPLOADS = 3, 1000, 20


def boss() -> tuple[User, str]:
    """Somebody who may everything, and the session of their browser."""
    user = User.objects.create(username="boss", name="沈嘉禾", sort_key="s", email="boss@hualan.example")
    user.set_password(PASSWORD)
    user.save()
    user.roles.add(ensure("en")["administrator"])
    client = Client()
    client.force_login(user)
    return user, client.cookies[settings.SESSION_COOKIE_NAME].value


def used_but(room: int, person: User, party: UUID) -> None:
    """A file that leaves so much of the person's share."""
    blob = Blob.objects.create(digest="0" * 64, size=store.QUOTA - room, key="blobs/none")
    Attachment.objects.create(on="party", record_id=party, blob=blob, name="很大.zip", by=person)


def upload(number: int) -> tuple[bytes, str]:
    head = f'--part\r\nContent-Disposition: form-data; name="file"; filename="{number}.txt"\r\n\r\n'
    return head.encode() + f"{number:04}".encode() * (
        SIZE // 4
    ) + b"\r\n--part--\r\n", "multipart/form-data; boundary=part"


def test_T39_T58_quota_and_limits_hold_across_processes(tmp_path: Path) -> None:
    """One start of the processes for both."""
    user, session = boss()
    party = run("create_party", by=SYSTEM, data={"name": "杭州绿野酒店", "mobile": "13812345678"}).value.pk
    used_but(5 * SIZE, user, party)
    key = key_of(user)
    machine = actor_with(key)
    assert machine is not None
    for limit in (limits.EXPORT, limits.REPORT, limits.REVEAL):
        for _ in range(limit.most - LEFT):
            limits.spend(limit, actor_of(user.pk))
    for limit in (limits.REVEAL, limits.BULK):
        for _ in range(limit.most - LEFT):
            limits.spend(limit, machine)
    with two_processes(tmp_path) as served:
        five_of_twenty_uploads_fit(served, session, party)
        for name, limit, call in limited(served, key, session, party):
            stops_at(served, LEFT, limit, name, call)


def five_of_twenty_uploads_fit(served: Served, session: str, party: UUID) -> None:
    path = f"/customers/{party}/files/"
    answers = served.at_once([partial(served.browse, session, "POST", path, upload(n)) for n in range(UPLOADS)])
    assert Counter(a.status for a in answers) == {302: 5, 409: UPLOADS - 5}, answers
    assert served.browse(session, "POST", path, upload(99)).status == 409


def limited(
    served: Served, key: str, session: str, party: UUID
) -> list[tuple[str, limits.Limit, Callable[[], Answer]]]:
    """What somebody could do too often, at each door."""
    form = "application/x-www-form-urlencoded"
    why = urlencode({"reason": "回电"}).encode(), form
    asked = {"format": "csv:utf-8", "reason": "年终寄送", "columns": "name", "password": PASSWORD}
    shown, bulk = f"/api/customers/{party}/reveal_contact", "/api/customers/bulk/restore"
    browse, call = partial(served.browse, session), partial(served.call, key, "POST")
    return [
        ("export", limits.EXPORT, partial(browse, "POST", "/customers/export/", (urlencode(asked).encode(), form))),
        ("report", limits.REPORT, partial(browse, "GET", "/customers/summary/?by=level")),
        ("reveal in a page", limits.REVEAL, partial(browse, "POST", f"/customers/{party}/reveal/mobile/", why)),
        ("reveal by a machine", limits.REVEAL, partial(call, shown, {"column": "mobile", "reason": "回电"})),
        ("bulk", limits.BULK, partial(call, bulk, {"ids": [str(party)]})),
    ]


def stops_at(served: Served, left: int, limit: limits.Limit, name: str, call: Callable[[], Answer]) -> None:
    """So many are left in this window; all are free again should a new one begin meanwhile."""
    answers = served.at_once([call] * 8)
    counted = Counter(a.status for a in answers)
    assert counted in (Counter({200: left, 429: 8 - left}), Counter({200: 8})), (name, counted, answers[0].body[:300])
    for refused in (a for a in answers if a.status == 429):
        assert 0 < int(refused.headers["retry-after"]) <= limit.seconds, name
