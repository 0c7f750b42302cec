"""Typed filters with and/or groups: one small language for lists, API, export, saved views and segments.

A filter is JSON: {"all": [node, …]} or {"any": [node, …]}, where a node is such a group or
{"field": name, "op": operator, "value": …}. Only declared columns and the operators of their kind exist; anything else is 400.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from django.db.models import Exists, OuterRef, Q
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from zhike.kernel import clock
from zhike.kernel.actor import Actor
from zhike.kernel.errors import BadRequest
from zhike.kernel.ids import parse_id
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import REFERENCES, Column, Elsewhere, Kind, Screen
from zhike.records.columns import Bound, bound_columns, choices_of

MOST_CONDITIONS, MOST_DEPTH, MOST_VALUES = 40, 4, 500
FEW = 1000

TEXT = ("contains", "is", "is_not", "starts", "empty", "filled")
NUMBER = ("eq", "ne", "gt", "gte", "lt", "lte", "between", "empty", "filled")
DAY = ("on", "before", "after", "between", "last_days", "older_days", "next_days", "this", "empty", "filled")
AMONG = ("in", "not_in", "empty", "filled")
OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TEXT: TEXT,
    Kind.LONG_TEXT: TEXT,
    Kind.URL: TEXT,
    Kind.PHONE: TEXT,
    Kind.EMAIL: TEXT,
    Kind.NUMBER: NUMBER,
    Kind.MONEY: NUMBER,
    Kind.DATE: DAY,
    Kind.DATETIME: DAY,
    Kind.CHOICE: AMONG,
    Kind.PERSON: AMONG,
    Kind.TEAM: AMONG,
    Kind.RECORD: AMONG,
    Kind.MULTI: ("any_of", "all_of", "none_of", "empty", "filled"),
    Kind.TAGS: ("any_of", "all_of", "none_of", "empty", "filled"),
    Kind.BOOL: ("is", "empty", "filled"),
}
MASKED_OPERATORS = ("is", "empty", "filled")  # no prefix to guess a masked value by
WORDS = {
    "contains": _("contains"), "is": _("is"), "is_not": _("is not"), "starts": _("starts with"), "empty": _("is empty"),
    "filled": _("is filled"), "eq": "=", "ne": "≠", "gt": ">", "gte": "≥", "lt": "<", "lte": "≤", "between": _("between"),
    "on": _("on"), "before": _("before"), "after": _("after"), "last_days": _("in the last … days"),
    "older_days": _("longer ago than … days"), "next_days": _("in the next … days"), "this": _("in this"), "in": _("is"),
    "not_in": _("is not"), "any_of": _("has any of"), "all_of": _("has all of"), "none_of": _("has none of"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """One checked condition."""

    bound: Bound
    op: str
    value: Any

    @property
    def shape(self) -> tuple[Any, ...]:
        """What it asks, as something that can be looked up."""
        return self.bound.name, self.op, repr(self.value)

    @property
    def columns(self) -> tuple[Column, ...]:
        """What it looks at."""
        return (self.bound.column,)


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions and groups joined by and (all) or or (any)."""

    join: str
    nodes: tuple[Condition | Group, ...]

    def __bool__(self) -> bool:
        return bool(self.nodes)

    @property
    def shape(self) -> tuple[Any, ...]:
        """What they ask, as something that can be looked up."""
        return self.join, *(node.shape for node in self.nodes)

    @property
    def columns(self) -> tuple[Column, ...]:
        """What they look at."""
        return tuple(column for node in self.nodes for column in node.columns)


NOTHING = Group("all", ())


def operators_for(bound: Bound) -> tuple[str, ...]:
    """The operators this person may use on a column; none at all where it cannot be filtered."""
    if not bound.column.filterable:
        return ()
    operators = OPERATORS.get(bound.column.compared_as, ())
    return tuple(op for op in operators if op in MASKED_OPERATORS) if bound.masked else operators


def parse_filter(screen: Screen, actor: Actor, given: str | Mapping[str, Any] | None) -> Group:
    """The checked filter behind JSON text or a mapping; raises BadRequest for whatever is not declared."""
    if not given:
        return NOTHING
    if isinstance(given, str):
        if len(given) > 20_000:
            raise BadRequest("bad_filter", _("The filter is too long. Remove some conditions."))
        try:
            given = orjson.loads(given)
        except orjson.JSONDecodeError:
            raise _bad(_("The filter is not valid JSON.")) from None
    reader = _Reader(bound_columns(screen, actor))
    if not isinstance(given, dict):
        raise _bad(_("A filter is a group: {“all”: […]} or {“any”: […]}."))
    node = given if {"all", "any"} & set(given) else {"all": [given]}
    return reader.group(node, 1)


def _bad(message: object, field: str | None = None) -> BadRequest:
    return BadRequest("bad_filter", message, field)


class _Reader:
    def __init__(self, columns: Mapping[str, Bound]) -> None:
        self.columns, self.count = columns, 0

    def group(self, node: Mapping[str, Any], depth: int) -> Group:
        join = next((word for word in ("all", "any") if word in node), "")
        nodes = node.get(join)
        if len(node) != 1 or not isinstance(nodes, list) or depth > MOST_DEPTH:
            raise _bad(_("A filter group is {“all”: […]} or {“any”: […]}, at most %(n)s deep.") % {"n": MOST_DEPTH})
        return Group(join, tuple(self.node(n, depth) for n in nodes))

    def node(self, node: object, depth: int) -> Condition | Group:
        if not isinstance(node, dict):
            raise _bad(_("A condition names field, op and value."))
        if "field" not in node:
            return self.group(node, depth + 1)
        self.count += 1
        if self.count > MOST_CONDITIONS:
            raise _bad(_("A filter has at most %(n)s conditions.") % {"n": MOST_CONDITIONS})
        bound = self.columns.get(str(node["field"]))
        if bound is None or not operators_for(bound):
            raise _bad(_("There is no filter “%(name)s”.") % {"name": shorten(node["field"])}, shorten(node["field"]))
        op = str(node.get("op", ""))
        if op not in operators_for(bound):
            known = ", ".join(operators_for(bound))
            raise _bad(
                _("“%(field)s” has no operator “%(op)s”; it has: %(known)s.")
                % {"field": bound.column.label, "op": shorten(op), "known": known},
                bound.name,
            )
        value = None if op in ("empty", "filled") else read_value(bound, op, node.get("value"))
        return Condition(bound, op, value)


def read_value(bound: Bound, op: str, value: Any) -> Any:
    """The value of a condition in its type."""
    if op in ("last_days", "older_days", "next_days"):
        return _whole(bound, value)
    if op == "this":
        if value not in ("day", "week", "month", "quarter", "year"):
            raise _unusable(bound, value)
        return value
    if op == "between":
        if not isinstance(value, list) or len(value) != 2:
            raise _unusable(bound, value)
        return [READERS[bound.column.compared_as](bound, v) for v in value]
    if op in ("in", "not_in", "any_of", "all_of", "none_of"):
        values = value if isinstance(value, list) else [value]
        if not values or len(values) > MOST_VALUES:
            raise _unusable(bound, value)
        return [READERS[bound.column.compared_as](bound, v) for v in values]
    return READERS[bound.column.compared_as](bound, value)


def _unusable(bound: Bound, value: object) -> BadRequest:
    return _bad(
        _("“%(value)s” cannot be used to filter “%(field)s”.") % {"value": shorten(value), "field": bound.column.label},
        bound.name,
    )


def _text(bound: Bound, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 200 or "\x00" in value:
        raise _unusable(bound, value)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _unusable(bound, value) from None
    return value.strip()


def _number(bound: Bound, value: Any) -> Decimal:
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        raise _unusable(bound, value) from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
        raise _unusable(bound, value)
    return number


def _whole(bound: Bound, value: Any) -> int:
    number = _number(bound, value)
    if number != int(number) or not 0 <= number <= 36_500:
        raise _unusable(bound, value)
    return int(number)


def _day(bound: Bound, value: Any) -> date:
    try:
        found = parse_date(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or not 1800 <= found.year <= 2300:
        raise _unusable(bound, value)
    return found


def _choice(bound: Bound, value: Any) -> str:
    if str(value) not in choices_of(bound.column):
        raise _unusable(bound, value)
    return str(value)


def _id(bound: Bound, value: Any) -> Any:
    if value in ("me", "my_team"):
        return value
    found = parse_id(value)
    if found is None:
        raise _unusable(bound, value)
    return found


def _yes(bound: Bound, value: Any) -> bool:
    if value not in (True, False, "true", "false"):
        raise _unusable(bound, value)
    return value in (True, "true")


READERS: Mapping[Kind, Callable[[Bound, Any], Any]] = {
    Kind.TEXT: _text, Kind.LONG_TEXT: _text, Kind.URL: _text, Kind.PHONE: _text, Kind.EMAIL: _text, Kind.TAGS: _text,
    Kind.NUMBER: _number, Kind.MONEY: _number, Kind.DATE: _day, Kind.DATETIME: _day, Kind.CHOICE: _choice,
    Kind.MULTI: _choice, Kind.PERSON: _id, Kind.TEAM: _id, Kind.RECORD: _id, Kind.BOOL: _yes,
}  # fmt: skip


def condition_of(node: Condition | Group, actor: Actor, now: datetime, joined: Elsewhere | None = None) -> Q:
    """The ORM condition of a checked filter; `joined` are rows elsewhere that the question has joined already, to be ordered by."""
    if isinstance(node, Condition):
        return Lookup(node.bound, actor, now, joined).q(node.op, node.value)
    condition = Q()
    for child in node.nodes:
        part = condition_of(child, actor, now, joined)
        condition = condition & part if node.join == "all" else condition | part
    return condition


LOOKUPS = {
    "contains": "icontains", "is": "iexact", "starts": "istartswith", "gt": "gt", "gte": "gte", "lt": "lt", "lte": "lte",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lookup:
    """Turns one operator on one column into a Q; column paths come from declarations, never from the asker."""

    bound: Bound
    actor: Actor
    now: datetime
    joined: Elsewhere | None = None

    @property
    def path(self) -> str:
        """The ORM path; custom values stand in JSON, numbers there compare as numbers."""
        return self.bound.column.orm

    def q(self, op: str, value: Any) -> Q:
        """The condition."""
        if self.bound.column.at is not None:
            return self.elsewhere(self.bound.column.at, op, value)
        kind = self.bound.column.compared_as
        if op in ("empty", "filled"):
            return self.empty() if op == "empty" else ~self.empty()
        if kind is Kind.TAGS:
            return self.tagged(op, value)
        if kind is Kind.MULTI:
            return self.multi(op, value)
        if kind in (*REFERENCES, Kind.CHOICE):
            among = Q(**{f"{self.ids_path}__in": self.among(value)})
            return among if op == "in" else self.other_than(among)
        if kind in (Kind.DATE, Kind.DATETIME):
            return self.days(op, value)
        if op == "between":
            return Q(**{f"{self.path}__gte": self.plain(value[0]), f"{self.path}__lte": self.plain(value[1])})
        if op in ("ne", "is_not"):
            return self.other_than(Q(**{self.path if op == "ne" else f"{self.path}__iexact": self.plain(value)}))
        if op == "eq" or kind is Kind.BOOL:
            return Q(**{self.path: self.plain(value)})
        return Q(**{f"{self.path}__{LOOKUPS[op]}": self.plain(value)})

    @property
    def ids_path(self) -> str:
        """Foreign keys are compared by their own column, without a join."""
        foreign = self.bound.column.compared_as in REFERENCES and not self.bound.column.custom
        return f"{self.path}_id" if foreign and not self.path.endswith("_id") else self.path

    def plain(self, value: Any) -> Any:
        """A value as it is stored: JSON numbers are floats."""
        if self.bound.column.custom and isinstance(value, Decimal):
            return int(value) if value == int(value) else float(value)
        return value

    def among(self, values: list[Any]) -> list[Any]:
        """“me” and “my team” become ids when the filter runs, so that a shared view fits everybody."""
        own = {"me": self.actor.user_id, "my_team": self.actor.team_id}
        found = [
            own.get(v, v) if isinstance(v, str) and self.bound.column.compared_as is not Kind.CHOICE else v
            for v in values
        ]
        return [str(v) for v in found] if self.bound.column.custom else found

    def empty(self) -> Q:
        """Nothing stands there."""
        kind, path = self.bound.column.compared_as, self.ids_path
        if self.bound.column.custom:
            return Q(**{f"{path}__isnull": True}) | Q(**{path: None}) | Q(**{path: ""})
        if kind is Kind.TAGS:
            return ~self.tagged("filled", None)
        texts = (Kind.TEXT, Kind.LONG_TEXT, Kind.URL, Kind.PHONE, Kind.EMAIL, Kind.CHOICE)
        return Q(**{path: ""}) if kind in texts else Q(**{f"{path}__isnull": True})

    def elsewhere(self, at: Elsewhere, op: str, value: Any) -> Q:
        """A number in a row of another table. Databases guess badly how many such rows there are, so few of them are named by
        the ids of their records, and whether there is one of many is asked record by record, in the list's order."""
        if op in ("empty", "filled", "ne"):
            rows = at.rows.filter(**{at.back: OuterRef("pk")}, **({at.value: value} if op == "ne" else {}))
            return Q(Exists(rows)) if op == "filled" else Q(~Exists(rows))
        bounds = zip(("gte", "lte"), value, strict=True) if op == "between" else [(LOOKUPS.get(op, "exact"), value)]
        tests = [(f"__{lookup}", bound) for lookup, bound in bounds]
        if at == self.joined:
            return Q(*((f"{self.path}{lookup}", bound) for lookup, bound in tests))
        rows = at.rows.filter(*(Q((f"{at.value}{lookup}", bound)) for lookup, bound in tests))
        few = list(rows.values_list(at.back, flat=True)[: FEW + 1])
        return Q(pk__in=few) if len(few) <= FEW else Q(Exists(rows.filter(**{at.back: OuterRef("pk")})))

    def tagged(self, op: str, names: list[str] | None) -> Q:
        """Tags are looked up by folded name."""
        from zhike.records.queries import records_tagged

        if op == "all_of":
            condition = Q()
            for name in names or []:
                condition &= Q(pk__in=records_tagged([name]))
            return condition
        among = Q(pk__in=records_tagged(names))
        return ~among if op == "none_of" else among

    def multi(self, op: str, codes: list[str]) -> Q:
        """Several choices stand as “|a|b|” so that one is found without JSON containment, alike on both databases."""
        condition = Q()
        for code in codes:
            part = Q(**{f"{self.path}__{'icontains' if self.bound.column.custom else 'contains'}": f"|{code}|"})
            condition = condition & part if op == "all_of" else condition | part
        return self.other_than(condition) if op == "none_of" else condition

    def other_than(self, condition: Q) -> Q:
        """What the condition does not hold for; a key that is missing in JSON is other than any value."""
        return ~condition | Q(**{f"{self.path}__isnull": True}) if self.bound.column.custom else ~condition

    def days(self, op: str, value: Any) -> Q:
        """Days are the reader's days; a moment column is compared by the bounds of the day in their zone."""
        today = clock.today(self.actor.zone, at=self.now)
        first, last = day_span(op, value, today)
        condition = Q()
        if self.bound.column.compared_as is Kind.DATETIME and not self.bound.column.custom:
            start = clock.day_bounds(first, self.actor.zone)[0] if first else None
            end = clock.day_bounds(last, self.actor.zone)[1] if last else None
            if start:
                condition &= Q(**{f"{self.path}__gte": start})
            return condition & Q(**{f"{self.path}__lt": end}) if end else condition
        if first:
            condition &= Q(**{f"{self.path}__gte": self.stored(first)})
        return condition & Q(**{f"{self.path}__lte": self.stored(last)}) if last else condition

    def stored(self, day: date) -> Any:
        """A day as it is stored."""
        return day.isoformat() if self.bound.column.custom else day


def day_span(op: str, value: Any, today: date) -> tuple[date | None, date | None]:
    """First and last day that an operator means, both included; None is open."""
    if op == "this":
        return this_span(value, today)
    spans: dict[str, Callable[[], tuple[date | None, date | None]]] = {
        "on": lambda: (value, value),
        "before": lambda: (None, value - timedelta(days=1)),
        "after": lambda: (value + timedelta(days=1), None),
        "between": lambda: (value[0], value[1]),
        "last_days": lambda: (today - timedelta(days=value), today),
        "older_days": lambda: (None, today - timedelta(days=value + 1)),
        "next_days": lambda: (today, today + timedelta(days=value)),
    }
    return spans[op]()


def this_span(unit: str, today: date) -> tuple[date, date]:
    """The calendar day, week (from Monday), month, quarter or year around today."""
    if unit == "day":
        return today, today
    if unit == "week":
        start = today - timedelta(days=today.weekday())
        return start, start + timedelta(days=6)
    month = {"month": today.month, "quarter": (today.month - 1) // 3 * 3 + 1, "year": 1}[unit]
    start = today.replace(month=month, day=1)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    index = start.year * 12 + start.month - 1 + months
    return start, date(index // 12, index % 12 + 1, 1) - timedelta(days=1)
