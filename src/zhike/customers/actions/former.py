"""The rows around a customer as a change found and left them, so that it can be taken back exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db.models import QuerySet

from zhike.customers.models import Party
from zhike.kernel.actor import Actor
from zhike.kernel.errors import BadRequest, NotFound
from zhike.kernel.ledger import canonical, read_detail
from zhike.kernel.models import Event
from zhike.records.undoing import NO_UNDO, changed_since

State = dict[str, dict[str, Any]]
Sides = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Told:
    """One's own change as the ledger tells it; both `former` (by row) and `changes` (by name) hold [before, after]."""

    event: Event
    former: Sides
    changes: Sides
    person: str


def state(party: Party, rows: QuerySet[Any], columns: tuple[str, ...]) -> State:
    """The rows by id and, by that of the party, those of its columns that a change of them moves, as the ledger keeps values."""
    own = {str(party.pk): {name: getattr(party, name) for name in columns}}
    found: State = orjson.loads(canonical(own | {str(row["id"]): row for row in rows.values()}))
    return found


def differing(before: State, after: State) -> Sides:
    """Those that a change made different, before and after: None where there was, or is, no such row."""
    sides = {pk: [before.get(pk), after.get(pk)] for pk in before | after}
    return {pk: both for pk, both in sides.items() if both[0] != both[1]}


def told_by(event_id: UUID, types: Sequence[str], party: Party, by: Actor) -> Told:
    """What the actor changed by that event, which is of one of these types."""
    mine = Event.objects.filter(pk=event_id, type__in=types, subject_id=party.pk, actor_id=by.user_id)
    event = mine.select_related("detail").first() if by.user_id else None
    if event is None:
        raise NotFound("event")
    detail = read_detail(event)
    if "former" not in detail:  # erased, or older than this
        raise BadRequest("no_undo", NO_UNDO)
    return Told(event, detail["former"], detail.get("changes", {}), detail.get("person", ""))


def put_back(party: Party, rows: QuerySet[Any], columns: tuple[str, ...], former: Sides) -> dict[str, Any]:
    """Write what the rows were, if all are as the change left them; the answer is the party's columns that go with them."""
    now, own = state(party, rows, columns), str(party.pk)
    if any(now.get(pk) != after for pk, (_before, after) in former.items()):
        raise changed_since()
    for pk, (before, after) in former.items():
        if before is None:
            rows.filter(pk=pk).delete()
        elif after is None:
            rows.model._base_manager.create(**before)
        elif pk != own:
            rows.filter(pk=pk).update(**before)
    return dict(former[own][0]) if own in former else {}


def turned(sides: Sides) -> Sides:
    """What taking a change back changes."""
    return {name: [after, before] for name, (before, after) in sides.items()}
