"""What is refused, and what only reads, changes nothing but the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.checks import picture
from tests.checks.addresses import addresses
from tests.checks.stock import Stock, stock
from zhike.identity.models import User
from zhike.identity.testing import World
from zhike.kernel.models import Event

pytestmark = pytest.mark.django_db
NOBODY = "01890000-0000-7000-8000-000000000000"
STATUSES = (400, 403, 404, 405, 409, 413, 415, 422)


def refusals(of: Stock) -> list[tuple[str, str, dict[str, Any]]]:
    """Calls that a colleague of another region, or one who only reads, may not make: method, address, what is sent."""
    party, task, touch = f"/customers/{of.party.pk}/", f"/tasks/{of.task.pk}/", f"/touches/{of.touch.pk}/"
    one = {"ids": [str(of.party.pk)]}
    upload = {"file": SimpleUploadedFile("x.txt", b"x")}
    version = {"_version": str(of.party.version)}
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", party + "edit/", {"name": "改", **version}), ("POST", party + "cell/level/", {"level": "A", **version}),
        ("POST", party + "archive/", version), ("POST", party + "transfer/", {"to": NOBODY}),
        ("POST", party + "merge/", {"other": NOBODY}), ("POST", party + "erase/", {"reason": "x"}),
        ("POST", party + "comments/", {"text": "x"}), ("POST", party + "tags/", {"tags": "x"}),
        ("POST", party + "files/", upload), ("POST", f"{party}files/{of.file.pk}/remove/", {}),
        ("POST", party + "reveal/mobile/", {"reason": "x"}), ("POST", party + "claim/", {}),
        ("POST", party + "log_touch/", {"text": "x", "kind": "call"}), ("POST", party + "share_record/", {"person": NOBODY}),
        ("POST", task + "finish/", {}), ("POST", task + "edit/", {"name": "x", "_version": "1"}),
        ("POST", touch + "archive/", {}), ("POST", f"/done/{of.task.pk}/", {}),
        ("POST", "/customers/bulk/purge_party/", one), ("POST", "/customers/export/", {"format": "csv", "reason": "x"}),
        ("POST", "/settings/roles/", {"name": "x"}), ("POST", "/settings/organisation/", {"name": "x"}),
        ("POST", "/settings/fields/party/new/", {"label": "x", "kind": "text"}), ("POST", "/settings/invitations/", {}),
        ("POST", "/settings/pools/new/", {"name": "x"}), ("POST", f"/why/party/{of.party.pk}/", {"person": NOBODY}),
        ("GET", "/customers/?sort=owner__password", {}), ("GET", "/customers/?filter=nonsense", {}),
        ("PATCH", f"/api/customers/{of.party.pk}", {"name": "x", "version": of.party.version}),
        ("DELETE", f"/api/customers/{of.party.pk}", {}), ("POST", f"/api/customers/{of.party.pk}/transfer", {"to": NOBODY}),
        ("POST", "/api/actions/erase_party", {}), ("POST", "/api/customers/bulk/purge", one),
        ("POST", "/api/customers", {"name": "\x00"}),
    ]  # fmt: skip
    return calls


@pytest.mark.parametrize("who", ["孙雨桐", "白露"])
def test_T16_whatever_is_refused_changes_nothing_and_leaves_at_most_the_one_refusal(
    world: World, folder: Path, who: str
) -> None:
    made = stock(world, mobile="13812345678")
    client = world.client(who)
    before, kept, mails = picture.tables(), picture.files(folder), len(mail.outbox)
    for method, path, sent in refusals(made):
        events = Event.objects.count()
        kind = {"content_type": "application/json"} if path.startswith("/api/") else {}
        answer = getattr(client, method.lower())(path, sent, **kind)
        assert answer.status_code in STATUSES, (method, path, answer.status_code)
        new = list(Event.objects.order_by("-id").values_list("type", flat=True)[: Event.objects.count() - events])
        assert new in ([], ["access.refused"]), (path, new)
        assert (answer.status_code == 403) == bool(new), (path, answer.status_code, new)
        after = picture.tables()
        assert after == before, (path, [name for name in after if after[name] != before[name]])
    assert picture.files(folder) == kept
    assert len(mail.outbox) == mails


@pytest.mark.slow
def test_T32_asking_for_every_address_changes_nothing(world: World, folder: Path) -> None:
    made = stock(world, mobile="13812345678")
    client = world.client("沈嘉禾")
    things = {
        "pk": [made.party.pk], "file": [made.file.pk],
        "record_id": [made.party.pk], "person_id": [world.people["吴敏"].pk], "role_id": [world.roles["manager"].pk],
        "team_id": [world.teams["杭州组"].pk],
    }  # fmt: skip
    before, kept = picture.tables({*picture.PASSING, "identity_user"}), picture.files(folder)
    people, asked, events = _people(), 0, Event.objects.exclude(type__in=QUIET).count()
    for address in addresses(things):
        if address == "/signout/":
            continue
        answer = client.get(address)
        asked += 1
        if answer.streaming:
            b"".join(getattr(answer, "streaming_content"))  # noqa: B009 - only some answers have it
        assert answer.status_code < 500, address
    after = picture.tables({*picture.PASSING, "identity_user"})
    assert not [name for name in after if after[name] != before[name]]
    assert picture.files(folder) == kept
    assert _people() == people
    assert Event.objects.exclude(type__in=QUIET).count() == events
    assert asked > 100


QUIET = ("access.refused", "data.seen", "ledger.looked")  # what looking may leave: refusals, and that somebody looked


def _people() -> list[Any]:
    """Accounts but for the moment they were last here."""
    names = [
        f.attname for f in User._meta.concrete_fields if f.attname not in ("last_seen_at", "last_login", "updated_at")
    ]
    return sorted(map(str, User.objects.values_list(*names)))
