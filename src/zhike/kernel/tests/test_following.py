"""Readers of the ledger: each event at least once, in order, without a gap; and cheaply past what a reader does not want."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.kernel import ledger
from zhike.kernel.events import AccessRefused, BatchRun
from zhike.kernel.models import Bookmark, Event
from zhike.kernel.testing import SYSTEM

pytestmark = pytest.mark.django_db
WANTED = ("batch.run",)


def refuse(count: int) -> None:
    ledger.write(ledger.compose(AccessRefused(right="party.view"), by=SYSTEM) for _each in range(count))


def run_batch(number: int) -> None:
    ledger.write([ledger.compose(BatchRun(action="x", done=number, refused=0), by=SYSTEM)])


def reader(seen: list[Any]) -> Callable[[Event], None]:
    return lambda event: seen.append(event.payload.get("done", event.type))


def follow(seen: list[Any], types: tuple[str, ...] = WANTED, **options: Any) -> int:
    return ledger.follow("reader", reader(seen), types=types, **options)


def position() -> int:
    return Bookmark.objects.get(reader="reader").position


def test_a_reader_of_one_kind_gets_that_kind_in_order_and_stands_at_the_last_sealed_position() -> None:
    seen: list[Any] = []
    refuse(5)
    run_batch(1)
    refuse(3)
    run_batch(2)
    refuse(2)
    ledger.seal_all()
    assert follow(seen) == 12
    assert (seen, position()) == ([1, 2], 12)
    assert follow(seen) == 0
    refuse(4)
    ledger.seal_all()
    assert follow(seen) == 4
    assert (seen, position()) == ([1, 2], 16)


def test_a_reader_that_needs_no_past_begins_with_what_comes() -> None:
    seen: list[Any] = []
    run_batch(1)
    ledger.seal_all()
    run_batch(2)  # not sealed yet: it comes
    assert follow(seen, from_now=True) == 0 and (seen, position()) == ([], 1)
    ledger.seal_all()
    assert follow(seen, from_now=True) == 1 and (seen, position()) == ([2], 2)


def test_what_is_not_sealed_yet_is_not_passed_over() -> None:
    seen: list[Any] = []
    refuse(2)
    ledger.seal_all()
    run_batch(1)
    refuse(2)
    follow(seen)
    assert (seen, position()) == ([], 2)
    ledger.seal_all()
    follow(seen)
    assert (seen, position()) == ([1], 5)


def test_more_than_is_handed_at_once_comes_in_the_next_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    for number in range(7):
        run_batch(number)
        refuse(1)
    ledger.seal_all()
    moved = [follow(seen, limit=3) for _call in range(4)]
    assert moved == [5, 6, 3, 0]
    assert seen == list(range(7))


def test_a_long_past_is_passed_over_stretch_by_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "STRETCH", 10)
    seen: list[Any] = []
    refuse(34)
    run_batch(1)
    ledger.seal_all()
    with CaptureQueriesContext(connection) as found:
        moved = [follow(seen) for _call in range(5)]
    assert moved == [10, 10, 10, 5, 0]
    assert seen == [1]
    events = [query["sql"] for query in found if "kernel_event" in query["sql"]]
    assert len(events) <= 6  # one a stretch, and one for what was found
    assert not any("payload" in sql for sql in events[:-2])


def test_a_handler_that_fails_is_called_again_with_the_same_event() -> None:
    seen: list[Any] = []
    refuse(2)
    run_batch(1)
    run_batch(2)
    ledger.seal_all()

    def stumbling(event: Event) -> None:
        reader(seen)(event)
        if len(seen) == 2:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        ledger.follow("reader", stumbling, types=WANTED)
    assert not Bookmark.objects.filter(reader="reader", position__gt=0).exists()
    follow(seen)
    assert seen == [1, 2, 1, 2]


def test_a_reader_of_everything_misses_nothing() -> None:
    seen: list[Any] = []
    refuse(3)
    run_batch(1)
    ledger.seal_all()
    assert follow(seen, types=(), limit=2) == 2
    assert follow(seen, types=()) == 2
    assert seen == ["access.refused"] * 3 + [1]


def test_stretches_are_found_by_position_not_by_kind() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL chooses by its statistics")
    run_batch(1)
    ledger.seal_all()
    with CaptureQueriesContext(connection) as found:
        follow([])
    sql = next(query["sql"] for query in found if "+type" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = " / ".join(row[3] for row in cursor.fetchall())
    assert "position>? AND position<?" in plan and "TEMP B-TREE" not in plan, plan
