"""Taking back what one's own action just did: by the action it names as its undo, or by writing the old values back."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhike.kernel.actions import Action, registry, run
from zhike.kernel.actor import Actor
from zhike.kernel.errors import BadRequest, Conflict, NotFound
from zhike.kernel.ledger import read_detail
from zhike.kernel.models import Event, Record
from zhike.kernel.screens import Column, Kind, Screen, screens
from zhike.kernel.text import fold
from zhike.records.access import record_at
from zhike.records.actions import OWNERSHIP, BulkResult, each
from zhike.records.columns import custom_columns
from zhike.records.queries import tags_of
from zhike.records.tagging import TAGS
from zhike.records.values import read_values

NO_UNDO = _("This cannot be undone.")


def undo(event_id: UUID, by: Actor) -> Record:
    """Take back what one's own action just did."""
    event = Event.objects.filter(pk=event_id, actor_id=by.user_id).first() if by.user_id else None
    made = registry.get(event.action) if event else None
    if event is None or made is None or event.subject_type not in screens:
        raise NotFound("event")
    if not made.undo:
        raise BadRequest("no_undo", NO_UNDO)
    return _take_back(event, made, by)


def undo_batch(batch_id: UUID, by: Actor) -> tuple[Screen, BulkResult]:
    """Take back what one's own bulk command did, each record by itself; one changed since is left as it is."""
    mine = Event.objects.filter(batch_id=batch_id, actor_id=by.user_id) if by.user_id else Event.objects.none()
    ran = mine.filter(type="batch.run").first()
    made = registry.get(ran.payload["action"]) if ran else None
    if made is None or made.subject is None or made.subject.record_type not in screens:
        raise NotFound("event")
    if not made.undo:
        raise BadRequest("no_undo", NO_UNDO)
    screen = screens[made.subject.record_type]
    events = {event.subject_id: event for event in mine.filter(action=made.name, caused_by=None).order_by("id")}
    name = f"update_{screen.type}" if made.undo == "undo" else made.undo
    return screen, each(name, events, lambda pk: _take_back(events[pk], made, by), by)


def _take_back(event: Event, made: Action[..., Any], by: Actor) -> Record:
    screen, detail = screens[event.subject_type], read_detail(event)
    if made.undo == "undo" and not detail:  # erased
        raise BadRequest("no_undo", NO_UNDO)
    changes = detail.get("changes", {})
    record, reaching = _within_reach(screen, event.subject_id, made.right, changes, by)
    if record.version != event.payload.get("version", record.version):
        raise changed_since()
    if made.undo == "undo":
        put_back(screen, record, event, changes, reaching)
    else:
        run(made.undo, by=by, subject_id=record.pk, data=_given(event, made, detail))
    fresh: Record = record_at(screen, by, record.pk)
    return fresh


def _given(event: Event, made: Action[..., Any], detail: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the action that undoes is given; refused where the same, or its opposite, was done to the same row since.

    What it is given instead of an id, such as a name, it refuses itself where that stands there again.
    """
    inner, data = registry[made.undo].inner, event.payload.get("undo")
    if inner == "event_id":
        return {inner: str(event.pk)}
    if "undo" in detail:
        return dict(detail["undo"])
    later = Event.objects.filter(subject_id=event.subject_id, id__gt=event.pk, action__in=(made.name, made.undo))
    if data and inner in data:
        later = later.filter(**{f"payload__undo__{inner}": data[inner]})
    if later.exists():
        raise changed_since()
    return data  # type: ignore[no-any-return]  # as the event keeps it


def changed_since() -> Conflict:
    """The refusal of an undo that would overwrite what somebody did since."""
    return Conflict("changed_since", _("This can no longer be undone: the record was changed since."))


def _within_reach(screen: Screen, pk: Any, right: str, changes: Mapping[str, Any], by: Actor) -> tuple[Record, Actor]:
    """The record, and the actor as they reach it: whoever gave it out of their own reach may still take it back.

    The right by which they did so is asked of the record as it was before, and as it will be again.
    """
    record = screen.model_class.objects.filter(pk=pk).first() if OWNERSHIP in changes else None
    if record is None:
        return record_at(screen, by, pk), by
    was = copy.copy(record)
    for name, value in changes[OWNERSHIP][0].items():
        setattr(was, name, record._meta.get_field(name).to_python(value))
    if not (was.within(by, f"{screen.type}.view") and was.within(by, right)):
        raise NotFound(screen.type)
    return record, by.reaching(record.pk, (f"{screen.type}.view", f"{screen.type}.edit"))


def put_back(screen: Screen, record: Record, event: Event, changes: Mapping[str, Any], by: Actor) -> None:
    """Write the old values of a change by the type's own update; what merely followed from them follows again."""
    columns = {c.name: c for c in [*screen.columns, *custom_columns(screen)] if c.editable and c.kind is not Kind.TAGS}
    former = {name: _former(columns[name], sides[0]) for name, sides in changes.items() if name in columns}
    tags = _tags_before(record, event, changes[TAGS]) if TAGS in changes else None
    if tags is not None and screen.column(TAGS) is not None:
        former[TAGS], tags = tags, None
    values = read_values(screen, by, former, creating=False)
    values |= {name: sides[0] for name, sides in changes.items() if name in screen.writers.beside}
    if values:
        registry[f"update_{screen.type}"](record, values=values, by=by)
    if tags is not None:
        _retag(record, tags, by)


def _former(column: Column, value: Any) -> Any:
    if column.kind is Kind.MULTI and isinstance(value, str):
        return [code for code in value.split("|") if code]
    return value["id"] if isinstance(value, dict) and "id" in value else value


def _tags_before(record: Record, event: Event, sides: Sequence[Sequence[str]]) -> list[str] | None:
    """The present tags with what the event changed put back, but for those changed again; None where it changed none."""
    before, after = ({fold(name): name for name in side} for side in sides)
    if before.keys() == after.keys():
        return None
    mine = (before.keys() ^ after.keys()) - _changed_again(record, event)
    if not mine:
        raise changed_since()
    kept = {fold(name): name for name in tags_of([record.pk]).get(record.pk, []) if fold(name) not in mine}
    return list((kept | {folded: before[folded] for folded in mine & before.keys()}).values())


def _changed_again(record: Record, event: Event) -> set[str]:
    """The tags, folded, that later events put on the record or took off it."""
    verbs = [f"{record.record_type}.{verb}" for verb in ("tagged", "untagged", "updated")]
    later = Event.objects.filter(subject_id=record.pk, id__gt=event.pk, type__in=verbs).select_related("detail")
    found: set[str] = set()
    for one in later:
        before, after = read_detail(one).get("changes", {}).get(TAGS, ((), ()))
        found |= {fold(name) for name in before} ^ {fold(name) for name in after}
    return found


def _retag(record: Record, tags: Sequence[str], by: Actor) -> None:
    """The tags of a type whose columns do not hold them."""
    there = tags_of([record.pk]).get(record.pk, [])
    gone, missing = ([name for name in one if name not in other] for one, other in ((there, tags), (tags, there)))
    for verb, names in (("remove_tags", gone), ("add_tags", missing)):
        if names:
            registry[f"{verb}_{record.record_type}"](record, tags="、".join(names), by=by)
