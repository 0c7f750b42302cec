"""What is limited or never allowed at all, whoever asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from zhike.demo import seed
from zhike.identity.testing import PASSWORD, World
from zhike.kernel import limits
from zhike.kernel.actions import run

pytestmark = pytest.mark.django_db


def test_T6_the_demo_company_is_never_built_in_production(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(ImproperlyConfigured):
        seed.build(1)


def test_T58_one_export_or_search_too_many_is_429_and_says_when(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("create_party", by=world.actor("何永强"), data={"name": "甲厂"})
    client = world.client("沈嘉禾")
    monkeypatch.setattr(limits, "EXPORT", limits.Limit("export", 2, 3600))
    monkeypatch.setattr(limits, "SEARCH", limits.Limit("search", 2, 60))
    sent = {"format": "csv:utf-8", "reason": "年终寄送", "columns": ["name"], "password": PASSWORD}
    exports = [client.post("/customers/export/", sent) for _ in range(3)]
    searches = [client.get("/search/?q=甲厂") for _ in range(3)]
    for replies in (exports, searches):
        assert [reply.status_code for reply in replies] == [200, 200, 429]
        assert int(replies[-1]["Retry-After"]) > 0
    assert world.client("周晓岚").get("/search/?q=甲厂").status_code == 200, "others are not held up"


def waits_for_the_disk() -> bool:
    """Whether what is committed now is on the disk before it is confirmed."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous" if connection.vendor == "sqlite" else "SHOW synchronous_commit")
        return cursor.fetchone()[0] in (2, "on")


def test_counting_within_a_transaction_takes_nothing_from_its_durability() -> None:
    assert limits.count_up("seen", 1, 5) == 1
    assert waits_for_the_disk()


@pytest.mark.django_db(transaction=True)
def test_counting_by_itself_leaves_the_next_commit_as_durable_as_ever() -> None:
    assert [limits.count_up("seen", 1, 2) for _time in range(3)] == [1, 2, None]
    assert waits_for_the_disk()
