"""Two who write at the same moment: whoever commits last gets the later position, whatever its id, and no reader misses it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction

from zhike.kernel import ledger
from zhike.kernel.events import AccessRefused
from zhike.kernel.models import Bookmark, Event, EventDetail, Seal, SealHead
from zhike.kernel.testing import SYSTEM

WAIT = 20


def composed(right: str) -> Any:
    return ledger.compose(AccessRefused(right=right), by=SYSTEM, label=right)


def follow() -> list[str]:
    """What a reader with a bookmark is handed now, after sealing what is committed."""
    seen: list[str] = []
    ledger.seal_all()
    ledger.follow("reader", lambda event: seen.append(event.payload["right"]))
    return seen


class Slow(threading.Thread):
    """A writer on a connection of its own, that makes its event first and commits it when told."""

    def __init__(self) -> None:
        super().__init__()
        self.made, self.may_commit = threading.Event(), threading.Event()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            with transaction.atomic():
                ledger.write([composed("early.id")])
                self.made.set()
                assert self.may_commit.wait(WAIT)
        except BaseException as error:  # told to the test below
            self.failure = error
            self.made.set()
        finally:
            connections.close_all()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_earlier_id_commits_last_and_no_reader_misses_it() -> None:
    slow = Slow()
    slow.start()
    assert slow.made.wait(WAIT)
    with transaction.atomic():
        ledger.write([composed("late.id")])
    assert follow() == ["late.id"]  # the open transaction is not seen, and holds nobody up
    slow.may_commit.set()
    slow.join(WAIT)
    assert slow.failure is None
    assert follow() == ["early.id"]
    assert_later_though_its_id_is_earlier()


@pytest.mark.django_db
def test_on_sqlite_the_event_made_first_and_written_last_is_not_missed(tmp_path: Path) -> None:
    """IMMEDIATE lets one writer in at a time, so ids get out of order only when an event is made before its turn comes."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has its own test above")
    with own_file(tmp_path / "two.sqlite3") as first, another(first) as second:
        early = composed("early.id")  # made, and waiting for the other one's transaction
        second.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"), transaction.atomic():
            ledger.write([early])  # the second writer is at it
        second.execute("ROLLBACK")
        with transaction.atomic():
            ledger.write([composed("late.id")])
        assert follow() == ["late.id"]
        with transaction.atomic():
            ledger.write([early])
        assert follow() == ["early.id"]
        assert_later_though_its_id_is_earlier()


def assert_later_though_its_id_is_earlier() -> None:
    early, late = (Event.objects.get(payload__right=right) for right in ("early.id", "late.id"))
    assert early.id < late.id
    assert (late.position, early.position) == (1, 2)
    assert follow() == []
    assert ledger.verify().intact


@contextmanager
def own_file(path: Path) -> Iterator[Path]:
    """The default connection, for a while on a database file with the tables of the ledger and nothing else."""
    import sqlite3

    kept = connections[DEFAULT_DB_ALIAS]
    made = kept.copy()
    made.settings_dict = {**kept.settings_dict, "NAME": os.fspath(path), "OPTIONS": _impatient(kept)}
    sqlite3.connect(path).close()
    connections[DEFAULT_DB_ALIAS] = made
    try:
        with made.schema_editor() as schema:
            for model in (Event, EventDetail, Seal, SealHead, Bookmark, _erasures()):
                schema.create_model(model)
        yield path
    finally:
        made.close()
        connections[DEFAULT_DB_ALIAS] = kept


def _erasures() -> Any:
    from zhike.kernel.models import Erasure

    return Erasure


def _impatient(kept: Any) -> dict[str, Any]:
    start = "PRAGMA journal_mode=WAL; PRAGMA busy_timeout=50;"
    return {**kept.settings_dict["OPTIONS"], "timeout": 0.05, "init_command": start}


@contextmanager
def another(path: Path) -> Iterator[Any]:
    """A second connection to the same file, speaking SQL."""
    import sqlite3

    made = sqlite3.connect(path, isolation_level=None)
    try:
        yield made
    finally:
        made.close()
