"""Many calls at the same moment, over HTTP, to two processes, on both databases."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from zhike.kernel import limits
from zhike.records.api.tests.conftest import Caller, actor
from zhike.records.api.tests.processes import Answer, Served, two_processes

LEFT = 3

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]


def names(served: Served, key: str) -> list[str]:
    return [item["name"] for item in served.call(key, "GET", "/api/customers?size=200&columns=name").json()["items"]]


def test_T72_T73_T58_races_over_two_processes(seller: Caller, other_seller: Caller, tmp_path: Path) -> None:
    """One start of the processes for three checks."""
    for _ in range(limits.SEARCH.most - LEFT):
        limits.spend(limits.SEARCH, actor(seller))
    with two_processes(tmp_path) as served:
        a_limit_holds_across_processes(served, seller.key)
        double_submits_make_one_record(served, seller.key, other_seller.key)
        of_twenty_editors_with_one_version_one_wins(served, seller.key)


def double_submits_make_one_record(served: Served, key: str, other: str) -> None:
    create = partial(served.call, key, "POST", "/api/customers", {"name": "双击电器厂"}, Idempotency_Key="once")
    answers: list[Answer] = served.at_once([create] * 50)
    assert Counter(a.status for a in answers) == {201: 50}
    assert len({a.body for a in answers}) == 1
    assert names(served, key) == ["双击电器厂"]
    assert served.call(key, "POST", "/api/customers", {"name": "另一家"}, Idempotency_Key="once").status == 422
    theirs = served.call(other, "POST", "/api/customers", {"name": "双击电器厂"}, Idempotency_Key="once")
    assert theirs.status == 201
    assert theirs.body != answers[0].body

    ids = [answers[0].json()["id"]]
    bulk = partial(served.call, key, "POST", "/api/customers/bulk/archive", {"ids": ids}, Idempotency_Key="many")
    replies = served.at_once([bulk] * 8)
    assert {a.status for a in replies} <= {200, 409}  # the same reply, or: it is still running
    done = [a for a in replies if a.status == 200]
    assert len({a.body for a in done}) == 1
    assert done[0].json()["done"] == 1
    assert bulk().body == done[0].body


def of_twenty_editors_with_one_version_one_wins(served: Served, key: str) -> None:
    made = served.call(key, "POST", "/api/customers", {"name": "竞争电器厂"}).json()

    def edit(number: int) -> Answer:
        body: dict[str, Any] = {"note": f"第{number}位", "version": made["version"]}
        return served.call(key, "PATCH", f"/api/customers/{made['id']}", body)

    answers = served.at_once([partial(edit, number) for number in range(20)])
    assert Counter(a.status for a in answers) == {200: 1, 409: 19}
    for late in (a.json() for a in answers if a.status == 409):
        assert late["code"] == "stale"
        assert [side["field"] for side in late["differences"]] == ["note"]
    assert served.call(key, "GET", f"/api/customers/{made['id']}").json()["version"] == made["version"] + 1


def a_limit_holds_across_processes(served: Served, key: str) -> None:
    """Three searches are left in this minute; all are free again should a new minute begin meanwhile."""
    search = partial(served.call, key, "GET", f"/api/customers?q={quote('电器')}")
    answers = served.at_once([search] * 8)
    counted = Counter(a.status for a in answers)
    assert counted in (Counter({200: LEFT, 429: 8 - LEFT}), Counter({200: 8}))
    for refused in (a for a in answers if a.status == 429):
        assert 0 < int(refused.headers["retry-after"]) <= limits.SEARCH.seconds
