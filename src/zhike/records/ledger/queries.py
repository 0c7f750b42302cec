"""The whole ledger, newest first, as one reader may see it: narrowed, page by page, however long it has become.

Ids are in order of time, so one index by id, person, kind or record gives a page at once. Where a question has a second
condition, or one without an index (the door), a bounded stretch is looked through, and the page says how far back it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhike.kernel import clock
from zhike.kernel.actor import Actor
from zhike.kernel.errors import BadRequest
from zhike.kernel.events import kinds
from zhike.kernel.ids import first_id, parse_id
from zhike.kernel.models import Event, Seal
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import screens
from zhike.records.history import Entry, names_of_people, tell

SIZE = 50
REACH = 50_000  # entries looked through for one page where no index answers the whole question
MOST_PEOPLE = 200  # offered at once; the others are found by name
OPEN_TYPES = {"person", "team", "role"}  # how the company itself is built: no customer's data
DOORS: Mapping[str, Any] = {
    "web": _lazy("Browser"),
    "api": _lazy("Interface for programs"),
    "mcp": _lazy("Agent"),
    "cli": _lazy("Command line"),
    "job": _lazy("Background work"),
    "import": _lazy("Import"),
}
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a reader wants to see."""

    who: UUID | None = None
    type: str = ""
    record: UUID | None = None
    since: date | None = None
    until: date | None = None
    door: str = ""
    before: UUID | None = None

    def as_json(self) -> dict[str, str]:
        """What was narrowed, as the ledger keeps it."""
        return {item.name: str(value) for item in fields(self) if (value := getattr(self, item.name))}


def read_asked(params: Mapping[str, str]) -> Asked:
    """The question in the parameters. One that cannot be understood is refused: too wide an answer would mislead."""
    return Asked(
        who=_id(params, "who"),
        type=_one_of(params, "type", kinds),
        record=_id(params, "record"),
        since=_day(params, "since"),
        until=_day(params, "until"),
        door=_one_of(params, "door", DOORS),
        before=_id(params, "before"),
    )


def _id(params: Mapping[str, str], name: str) -> UUID | None:
    """An id, alone or at the end of an address."""
    text = params.get(name, "").strip()[:500]
    found = ID.findall(text)
    if text and not found:
        raise _unknown(name, text)
    return parse_id(found[-1]) if found else None


def _one_of(params: Mapping[str, str], name: str, known: Iterable[str]) -> str:
    text = params.get(name, "")
    if text and text not in known:
        raise _unknown(name, text)
    return text


def _day(params: Mapping[str, str], name: str) -> date | None:
    text = params.get(name, "").strip()
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError as error:
        raise _unknown(name, text) from error
    if found is not None and not 1970 <= found.year < 9999:
        raise _unknown(name, text)
    return found


def _unknown(name: str, text: str) -> BadRequest:
    message = _("“%(value)s” is nothing the ledger can be narrowed by. Take it out, or choose from what is offered.")
    return BadRequest("ledger.asked", message % {"value": shorten(text)}, name)


@dataclass(frozen=True, slots=True)
class Line:
    """One event with all that the reader may know of it."""

    entry: Entry
    really: str  # who acted, where it was in somebody else's name
    url: str  # of the record, where it has a page
    door: str
    erased: bool
    veiled: bool
    more: str  # what else the event says of itself

    @property
    def event(self) -> Event:
        """The row."""
        return self.entry.event


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines, the mark behind which the next ones stand, and how far back was looked if that is not to the end."""

    lines: tuple[Line, ...]
    before: UUID | None
    looked_to: datetime | None = None


def page(asked: Asked, actor: Actor, size: int = SIZE) -> Page:
    """The next lines of the ledger."""
    rows, before, looked_to = _found(asked, actor, size)
    veiled = {event.id for event in rows if not _open(event)} - _seen(rows, actor)
    real = {event.real_actor_id for event in rows if event.real_actor_id != event.actor_id}
    names = names_of_people(real - {None})
    lines = (_line(entry, names, entry.id in veiled) for entry in tell(rows, actor, veiled))
    return Page(tuple(lines), before, looked_to)


def _found(asked: Asked, actor: Actor, size: int) -> tuple[list[Event], UUID | None, datetime | None]:
    """Rows of a page, the id behind which to go on, and the time back to which was looked where it was not enough."""
    stretch, rest = _conditions(asked, actor)
    within = Event.objects.filter(stretch).order_by("-id")
    wanted: QuerySet[Event] = within
    if rest:
        near = within.values("pk")[:REACH]
        wanted = Event.objects.filter(rest, pk__in=near).order_by("-id")
    rows = list(wanted.select_related("detail")[: size + 1])
    if len(rows) > size:
        return rows[:size], rows[size - 1].id, None
    last = within.values_list("pk", "at")[REACH - 1 : REACH].first() if rest else None
    return (rows, *last) if last else (rows, None, None)


def _conditions(asked: Asked, actor: Actor) -> tuple[Q, Q]:
    """The condition that an index answers, in order of time; and all others."""
    each = []
    if asked.record:
        each.append(Q(subject_id=asked.record) | Q(customer_id=asked.record))
    if asked.who:
        each.append(Q(actor_id=asked.who))
    if asked.type:
        each.append(Q(type=asked.type))
    stretch, rest = (each[0], each[1:]) if each else (Q(), [])
    if asked.door:
        rest.append(Q(door=asked.door))
    if asked.before:
        stretch &= Q(id__lt=asked.before)
    if asked.since:
        stretch &= Q(id__gte=first_id(clock.day_bounds(asked.since, actor.zone)[0]))
    if asked.until:
        stretch &= Q(id__lt=first_id(clock.day_bounds(asked.until, actor.zone)[1]))
    return stretch, Q(*rest)


def _open(event: Event) -> bool:
    """Whether what the event tells belongs to nobody's customers."""
    return event.subject_id is None or event.subject_type in OPEN_TYPES or event.subject_type not in screens


def _seen(rows: Iterable[Event], actor: Actor) -> set[UUID]:
    """The events about records this reader may see."""
    by_type: dict[str, list[Event]] = {}
    for event in rows:
        if not _open(event):
            by_type.setdefault(event.subject_type, []).append(event)
    found: set[UUID] = set()
    for type_, events in by_type.items():
        reach = actor.reach(f"{type_}.view")
        if reach.everything and not reach.denied:
            found |= {event.id for event in events}
            continue
        records = screens[type_].model_class.objects.visible_to(actor)
        ids = set(records.filter(pk__in={event.subject_id for event in events}).values_list("pk", flat=True))
        found |= {event.id for event in events if event.subject_id in ids}
    return found


def _line(entry: Entry, names: Mapping[UUID, str], veiled: bool) -> Line:
    event = entry.event
    screen = screens.get(event.subject_type)
    told = {name: value for name, value in entry.payload.items() if name != "version" and not veiled}
    real = event.real_actor_id
    return Line(
        entry=entry,
        really=names.get(real, "") if real and real != event.actor_id else "",
        url=f"/{screen.slug}/{event.subject_id}/" if screen and event.subject_id else "",
        door=str(DOORS.get(event.door, event.door)),
        erased=bool(event.detail_digest) and getattr(event, "detail", None) is None,
        veiled=veiled,
        more=orjson.dumps(told, option=orjson.OPT_INDENT_2).decode()[:4000] if told else "",
    )


@dataclass(frozen=True, slots=True)
class Chain:
    """How far the chain reaches, since when, and whether anything waits to be sealed."""

    position: int
    at: datetime | None
    waiting: bool


def chain() -> Chain:
    """The state of the chain as it is kept; whether it holds is for `zhike check ledger` to work out."""
    last = Seal.objects.order_by("-last").values_list("last", "at").first()
    position, at = last or (0, None)
    return Chain(position, at, Event.objects.filter(position=None).exists())


def types() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every kind of event by what it is about: (group, [(kind, sentence without names)])."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, kind in kinds.items():
        screen = screens.get(name.partition(".")[0])
        group = str(screen.label_plural) if screen else _("Other")
        label = kind.outline(subject=screen.label) if screen else kind.outline()
        found.setdefault(group, []).append((name, label))
    return sorted((group, sorted(each, key=lambda pair: pair[1])) for group, each in found.items())


def people(chosen: UUID | None) -> list[tuple[UUID, str]]:
    """Whom the ledger can be narrowed to at once: the first by name, and whoever is chosen."""
    model = screens["person"].model_class
    found = dict(model.objects.order_by("sort_key", "pk").values_list("pk", "name")[:MOST_PEOPLE])
    if chosen is not None and chosen not in found:
        found |= names_of_people({chosen})
    return list(found.items())
