"""The ledger: positions in order of commit, a chain that notices tampering, erasure that still verifies."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from zhike.kernel import guards, ledger
from zhike.kernel.events import AccessRefused
from zhike.kernel.models import Event, EventDetail
from zhike.kernel.testing import SYSTEM

pytestmark = pytest.mark.django_db


def leave(count: int = 3) -> list[Event]:
    rows = [ledger.compose(AccessRefused(right=f"party.{i}"), by=SYSTEM, label=f"人{i}") for i in range(count)]
    ledger.write(rows)
    return [event for event, _detail in rows]


def test_sealing_gives_gapless_positions_and_the_chain_verifies() -> None:
    leave(3)
    assert ledger.seal_all() == 3
    leave(2)
    ledger.seal_all()
    assert [e.position for e in ledger.read_after(0)] == [1, 2, 3, 4, 5]
    verdict = ledger.verify()
    assert verdict.intact and verdict.events == 5


def test_T64_rows_refuse_update_and_delete() -> None:
    event = leave(1)[0]
    for sql in ("UPDATE kernel_event SET type = 'x'", "DELETE FROM kernel_eventdetail", "DELETE FROM kernel_event"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
    assert Event.objects.get(pk=event.pk).type == "access.refused"


def test_T64_an_edit_behind_the_guards_is_found() -> None:
    leave(3)
    ledger.seal_all()
    guards.remove(connection)
    Event.objects.filter(position=2).update(door="web")
    guards.install(connection)
    assert any("position 2" in fault for fault in ledger.verify().faults)


def test_T64_a_removed_row_and_a_swapped_order_are_found() -> None:
    leave(4)
    ledger.seal_all()
    guards.remove(connection)
    EventDetail.objects.filter(event__position=3).delete()
    Event.objects.filter(position=3).delete()
    guards.install(connection)
    assert not ledger.verify().intact


def test_erased_details_leave_a_chain_that_still_verifies() -> None:
    events = leave(3)
    ledger.seal_all()
    assert ledger.erase_details([events[0].pk], erased_by=events[2].pk) == 1
    verdict = ledger.verify()
    assert verdict.intact and verdict.erased == 1
    assert not EventDetail.objects.filter(event_id=events[0].pk).exists()
