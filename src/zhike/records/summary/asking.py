"""What a summary asks: by which fields, measured how. Only fields that this person may see whole and may filter by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.kernel.actor import Actor
from zhike.kernel.errors import BadRequest
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import Kind, Screen
from zhike.records.columns import Bound, bound_columns
from zhike.records.filters import operators_for, this_span

DATES = (Kind.DATE, Kind.DATETIME)
NUMBERS = (Kind.NUMBER, Kind.MONEY)
GROUPED = (Kind.CHOICE, Kind.PERSON, Kind.TEAM, Kind.RECORD, Kind.BOOL, Kind.TEXT, *DATES)
SPANS = {"month": _("month"), "quarter": _("quarter"), "year": _("year")}
MEASURES = {"sum": _("Sum of %(field)s"), "mean": _("Mean of %(field)s")}


@dataclass(frozen=True, slots=True)
class By:
    """One field to group by; dates by a span."""

    bound: Bound
    span: str = ""

    @property
    def key(self) -> str:
        """As it stands in an address."""
        return f"{self.bound.name}:{self.span}" if self.span else self.bound.name

    @property
    def label(self) -> str:
        """As people read it."""
        label = str(self.bound.column.label)
        return f"{label} ({SPANS[self.span]})" if self.span else label


@dataclass(frozen=True, slots=True)
class Question:
    """By one or two fields, and what of: the number of records, or a sum or mean of a number field."""

    by: tuple[By, ...]
    measure: str = "count"
    of: Bound | None = None

    @property
    def label(self) -> str:
        """What the figures are."""
        return str(MEASURES[self.measure]) % {"field": self.of.column.label} if self.of else str(_("Records"))

    @property
    def key(self) -> str:
        """As it stands in an address."""
        return f"{self.measure}:{self.of.name}" if self.of else "count"


def groupable(item: Bound) -> bool:
    """Whether a list may be grouped by a column: known in full, and every group can be opened as a filter."""
    return item.column.kind in GROUPED and not item.masked and bool(operators_for(item)) and item.column.sensitive == ""


def measurable(item: Bound) -> bool:
    """Whether a column may be summed."""
    return item.column.kind in NUMBERS and not item.masked and bool(operators_for(item))


def read_question(screen: Screen, actor: Actor, params: Mapping[str, str]) -> Question:
    """The question in `by`, `and` and `of`; whatever is not offered to this person is 400, hidden and unknown alike."""
    bound = bound_columns(screen, actor)
    names = [name for name in (params.get("by"), params.get("and")) if name]
    if not names:
        names = [first(bound.values())]
    by = tuple(_read_by(bound, name) for name in names)
    if len({one.bound.name for one in by}) != len(by):
        by = by[:1]
    of = params.get("of") or "count"
    if of == "count":
        return Question(by)
    measure, _colon, name = of.partition(":")
    item = bound.get(name)
    if measure not in MEASURES or item is None or not measurable(item):
        raise BadRequest("bad_measure", _("There is nothing to sum under “%(name)s”.") % {"name": shorten(of)}, "of")
    return Question(by, measure, item)


def _read_by(bound: Mapping[str, Bound], text: str) -> By:
    name, _colon, span = text.partition(":")
    item = bound.get(name)
    dated = item is not None and item.column.kind in DATES
    if item is None or not groupable(item) or (span not in SPANS if dated and span else bool(span)):
        raise BadRequest("bad_group", _("The list cannot be grouped by “%(name)s”.") % {"name": shorten(text)}, "by")
    return By(item, (span or "month") if dated else "")


def first(items: Iterable[Bound]) -> str:
    """What a list is grouped by when nobody says: its first choice, else whatever can be."""
    offered = [item for item in items if groupable(item)]
    choice = next((item for item in offered if item.column.kind is Kind.CHOICE), None)
    if not offered:
        raise BadRequest("bad_group", _("This list has nothing to group by."), "by")
    return (choice or offered[0]).name


def offered(screen: Screen, actor: Actor) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What can be chosen: fields to group by, and measures."""
    bound = bound_columns(screen, actor).values()
    by = [
        (one.key, one.label)
        for item in bound
        if groupable(item)
        for one in ([By(item, span) for span in SPANS] if item.column.kind in DATES else [By(item)])
    ]
    numbers = [item for item in bound if measurable(item)]
    measures = [("count", str(_("Records")))]
    measures += [
        (f"{m}:{i.name}", str(text) % {"field": i.column.label}) for i in numbers for m, text in MEASURES.items()
    ]
    return by, measures


def span_of(span: str, month: date) -> tuple[date, date]:
    """First and last day of the month, quarter or year that a month lies in."""
    return this_span(span, month)


def condition(one: By, value: Any) -> dict[str, Any]:
    """The filter's condition that a group stands for."""
    name, kind = one.bound.name, one.bound.column.kind
    if value in (None, ""):
        return {"field": name, "op": "empty"}
    if kind in DATES:
        first_day, last_day = span_of(one.span, value)
        return {"field": name, "op": "between", "value": [first_day.isoformat(), last_day.isoformat()]}
    if kind is Kind.BOOL:
        return {"field": name, "op": "is", "value": bool(value)}
    if kind is Kind.TEXT:
        return {"field": name, "op": "is", "value": str(value)}
    return {"field": name, "op": "in", "value": [str(value)]}
