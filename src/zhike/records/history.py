"""A record's story from the ledger: sentences with names, times and changes, in the reader's language and within their rights."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.utils.translation import gettext as _

from zhike.kernel import clock
from zhike.kernel.actions import registry
from zhike.kernel.actor import Actor, FieldRule
from zhike.kernel.events import kinds
from zhike.kernel.ids import parse_id
from zhike.kernel.models import Event
from zhike.kernel.rights import right_in_words
from zhike.kernel.screens import Screen, screens
from zhike.kernel.text import enumerated
from zhike.records.columns import Bound, bound_columns, choices_of
from zhike.records.values import masked

MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a story."""

    id: UUID
    at: datetime
    icon: str
    who: str
    text: str
    changes: tuple[tuple[str, str, str], ...]
    event: Event
    detail: Mapping[str, Any]
    payload: Mapping[str, Any]  # what the event says of itself, as far as the reader may know it


def story(
    actor: Actor, subjects: Sequence[UUID], *, before: str = "", size: int = 40,
    types: Sequence[str] = (), who: UUID | None = None,
) -> list[Entry]:  # fmt: skip
    """The latest events of a record and those merged into it, newest first; `before` is the id of the last one already shown."""
    found = Event.objects.filter(subject_id__in=subjects)
    if types:
        found = found.filter(type__in=types)
    if who:
        found = found.filter(actor_id=who)
    if before:
        found = found.filter(id__lt=before)
    hidden = [name for name, kind in kinds.items() if not kind.shown]
    rows = list(found.exclude(type__in=hidden).select_related("detail").order_by("-id")[:size])
    return tell(rows, actor)


@dataclass(frozen=True, slots=True)
class Asked:
    """The part of a story that a reader wants: some kinds of events, of one person, before a mark."""

    kind: str
    types: tuple[str, ...]
    who: UUID | None
    before: str


def read_asked(screen: Screen, params: Any) -> Asked:
    """The question in the parameters; what is unknown there is no filter of a story."""
    kind = params.get("kind", "")
    mark, who = parse_id(params.get("before", "")), parse_id(params.get("who", ""))
    return Asked(
        kind if kind in _types(screen) else "", (kind,) if kind in _types(screen) else (), who, str(mark or "")
    )


def _types(screen: Screen) -> dict[str, str]:
    """Kinds of events of a record type, told without names."""
    return {
        name: kind.outline(subject=screen.label)
        for name, kind in kinds.items()
        if name.startswith(f"{screen.type}.") and kind.shown
    }


def kinds_of(screen: Screen, asked: Asked) -> list[dict[str, Any]]:
    """What the kinds can be chosen from."""
    return [{"name": name, "label": label, "chosen": name == asked.kind} for name, label in _types(screen).items()]


def people_in(subjects: Sequence[UUID], asked: Asked) -> list[dict[str, Any]]:
    """Whoever stands in a record's story."""
    found = (
        Event.objects.filter(subject_id__in=subjects)
        .exclude(actor_id=None)
        .order_by()
        .values_list("actor_id", flat=True)
        .distinct()
    )
    names = names_of_people(set(found[:200]))
    return [
        {"id": pk, "name": name, "chosen": pk == asked.who}
        for pk, name in sorted(names.items(), key=lambda pair: pair[1])
    ]


def tell(rows: Iterable[Event], actor: Actor, veiled: Container[UUID] = ()) -> list[Entry]:
    """Events as entries; names of people are looked up in one query. What is personal in `veiled` ones is not told."""
    events = list(rows)
    people = names_of_people({e.actor_id for e in events if e.actor_id})
    bound: dict[str, dict[str, Bound]] = {}
    for event in events:
        if event.subject_type in screens and event.subject_type not in bound:
            bound[event.subject_type] = bound_columns(screens[event.subject_type], actor)
    return [_entry(event, people, bound.get(event.subject_type, {}), actor, event.id in veiled) for event in events]


def _personal(event: Event, veiled: bool) -> dict[str, Any]:
    """The personal part of an event; of a veiled one, that it is not for this reader."""
    if veiled:
        kind = kinds.get(event.type)
        return dict.fromkeys(("subject", *(kind.personal if kind else ())), _("[not yours to see]"))
    detail = getattr(event, "detail", None)
    return orjson.loads(detail.body) if detail else {}


def _payload(event: Event, bound: Mapping[str, Bound], veiled: bool) -> dict[str, Any]:
    """What the event says of itself, without the values of fields that are hidden from the reader or masked."""
    screen = screens.get(event.subject_type)
    kept = {}
    for name, value in event.payload.items():
        field = screen is not None and screen.column(name) is not None
        shut = field and (name not in bound or bound[name].masked)
        kept[name] = _("[not yours to see]") if veiled or shut else value
    return kept


def _entry(event: Event, people: Mapping[UUID, str], bound: Mapping[str, Bound], actor: Actor, veiled: bool) -> Entry:
    kind = kinds.get(event.type)
    told, payload = _personal(event, veiled), _payload(event, bound, veiled)
    who = people.get(event.actor_id, "") if event.actor_id else _("The system")
    values = {**payload, **{k: v for k, v in told.items() if k != "changes"}, "who": who}
    values = {name: readable(value, actor) for name, value in values.items()}
    if "right" in values:
        values["right"] = right_in_words(str(values["right"]))
    if event.type == "data.seen":
        values["what"] = _what_was_seen(event.subject_type, str(values["what"]))
    text = kind.tell(**values) if kind else event.type
    icon = kind.icon if kind else "circle-dot"
    named = {**bound, **{column.name: Bound(column, FieldRule.OPEN) for column in (kind.columns if kind else ())}}
    changes = tuple(
        _sides(name, sides, named, actor) for name, sides in told.get("changes", {}).items() if name in named
    )
    return Entry(event.id, event.at, icon, who, text, changes, event, told, payload)


def _what_was_seen(subject_type: str, what: str) -> str:
    """In words: the field that was revealed, or the page that an action of its own opens."""
    screen, opened = screens.get(subject_type), registry.get(f"open_{what}")
    column = screen.column(what) if screen else None
    return str(column.label if column else opened.title if opened else what)


def readable(value: Any, actor: Actor) -> Any:
    """A moment, kept in ISO form, as the reader's clocks show it; anything else as it is."""
    if not isinstance(value, str) or not MOMENT.match(value):
        return value
    try:
        return clock.display(datetime.fromisoformat(value), actor.zone)
    except ValueError:
        return value


def _sides(name: str, sides: Sequence[Any], bound: Mapping[str, Bound], actor: Actor) -> tuple[str, str, str]:
    item = bound[name]
    return str(item.column.label), shown(item, sides[0], actor), shown(item, sides[1], actor)


def shown(item: Bound, value: Any, actor: Actor) -> str:
    """A value of the past, as this person may see it."""
    if value in (None, "", []):
        return "—"
    if item.masked:
        return str(masked(item.column, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict):
        return str(value.get("name" if item.named else "id", ""))
    if isinstance(value, list):
        return enumerated(value)
    choices = choices_of(item.column)
    return str(choices.get(str(value), value)) if choices else str(readable(value, actor))


def names_of_people(ids: set[Any]) -> dict[UUID, str]:
    """Names of people by id; the story names colleagues whoever reads it."""
    screen: Screen | None = screens.get("person")
    if screen is None or not ids:
        return {}
    return dict(screen.model_class.objects.filter(pk__in=ids).values_list("pk", "name"))
