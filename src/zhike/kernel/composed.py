"""Questions that are asked on every request: their SQL is composed the first time, and replayed with new values after that.

Composing a query costs Django more than running it: a third of a customer's page. A question that has one shape and
other values each time is written as a function that gives a QuerySet, and wrapped:

    @composed
    def unread(person: UUID) -> QuerySet[Notice]:
        return Notice.objects.filter(user=person, read_at=None)[:99]

Positional arguments are *values* (ids, moments, days, text, tuples of ids) and may differ from call to call; keyword
arguments are the question's *shape*: another one is composed anew. The answer is a list, since whoever filtered a
replayed QuerySet further would be answered as if they had not.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
R = TypeVar("R")

KEPT = 400  # statements a process keeps; the longest unused goes first
_plans: OrderedDict[Hashable, Plan | None] = OrderedDict()
_lock = Lock()


def composed(question: Callable[P, QuerySet[M, R]]) -> Callable[P, list[R]]:
    """The same question, composed once for each shape."""
    name = f"{question.__module__}.{question.__qualname__}"

    @wraps(question)
    def asked(*values: P.args, **shape: P.kwargs) -> list[R]:
        return replayed((name, *sorted(shape.items())), values, lambda *marks: question(*marks, **shape))

    return asked


def replayed(shape: Hashable, values: Sequence[Any], question: Callable[..., QuerySet[Any, Any]]) -> list[Any]:
    """The rows of `question(*values)`; what it composed for this shape before is used again.

    The shape must name everything that decides how the question reads, but for the values. A value of None, and the
    number of ids in a tuple, belong to it by themselves.
    """
    key = (connection.vendor, shape, *map(_kind, values))
    with _lock:
        known, plan = key in _plans, _plans.get(key)
        if known:
            _plans.move_to_end(key)
    if not known:
        plan = _compose(values, question)
        with _lock:
            _plans[key] = plan
            while len(_plans) > KEPT:
                _plans.popitem(last=False)
    return plan.rows(_flat(values)) if plan is not None else []


def forget() -> None:
    """Compose every question anew; for tests that change how one reads."""
    with _lock:
        _plans.clear()


@dataclass(frozen=True, slots=True)
class Plan:
    """A composed question: its statement, which parameters are values, and Django's own parts that read the answer."""

    template: QuerySet[Any, Any]
    compiler: Any
    converters: dict[int, Any]
    sql: str
    parameters: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]  # (parameter, value)

    def rows(self, values: Sequence[Any]) -> list[Any]:
        """Ask with these values. What reads the rows is a copy: threads share the plan."""
        parameters = list(self.parameters)
        for place, number in self.places:
            parameters[place] = _adapted(values[number])
        compiler = _copy(self.compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *_asked, **_how: (self.sql, tuple(parameters))
        compiler.get_converters = lambda _fields: self.converters
        query = _copy(self.template.query)
        query.get_compiler = lambda *_asked, **_how: compiler
        found = type(self.template)(model=self.template.model, query=query, using=connection.alias)
        found._iterable_class = self.template._iterable_class
        found._fields = self.template._fields  # type: ignore[attr-defined]
        return list(found)


def _compose(values: Sequence[Any], question: Callable[..., QuerySet[Any, Any]]) -> Plan | None:
    """The plan of a question, by asking it about marks that stand for the values; None where the answer is always empty."""
    marks: list[Any] = []
    for value in values:
        many = isinstance(value, tuple)
        made = [_mark(one, len(marks) + place) for place, one in enumerate(value if many else (value,))]
        marks.append(tuple(made) if many else made[0])
    template = question(*marks)
    if template._prefetch_related_lookups:  # type: ignore[attr-defined]
        raise TypeError("a composed question cannot prefetch: what is prefetched is composed anew each time")
    compiler = template.query.get_compiler(using=connection.alias)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        return None
    flat = [_adapted(mark) for mark in _flat(marks)]
    places = tuple((place, number) for place, given in enumerate(parameters) if (number := _which(given, flat)) >= 0)
    missing = {n for n, mark in enumerate(flat) if mark is not None} - {number for _place, number in places}
    if missing:
        raise TypeError(f"values {sorted(missing)} of a composed question do not stand in its statement as they are")
    converters = compiler.get_converters([column for column, *_rest in compiler.select[: compiler.col_count]])
    return Plan(template, compiler, converters, sql, tuple(parameters), places)


def _which(given: Any, marks: Sequence[Any]) -> int:
    return next(
        (n for n, mark in enumerate(marks) if type(given) is type(mark) and given == mark and mark is not None), -1
    )


def _flat(values: Sequence[Any]) -> list[Any]:
    return [one for value in values for one in (value if isinstance(value, tuple) else (value,))]


def _kind(value: Any) -> Hashable:
    return ("many", len(value)) if isinstance(value, tuple) else type(value).__name__


def _mark(value: Any, number: int) -> Any:
    """Something of the value's kind that no question would say by itself."""
    if value is None:
        return None
    for kind, make in MARKS:
        if isinstance(value, kind):
            return make(number)
    raise TypeError(
        f"a composed question takes ids, moments, days, text and tuples of them, not {type(value).__name__}"
    )


_DAY = date(1801, 3, 5)
_MOMENT = datetime(1801, 3, 5, 7, 11, 13, 171_923, tzinfo=UTC)
MARKS: tuple[tuple[type, Callable[[int], Any]], ...] = (
    (UUID, lambda n: UUID(int=0x5A9D_0E0C_4B7F_8A31_9D00_0000_0000_0000 + n)),
    (datetime, lambda n: _MOMENT + timedelta(minutes=n)),
    (date, lambda n: _DAY + timedelta(days=n)),
    (str, lambda n: f"\N{OBJECT REPLACEMENT CHARACTER}mark {n}\N{OBJECT REPLACEMENT CHARACTER}"),
)


def _adapted(value: Any) -> Any:
    """A value as this database takes it."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def _copy(made: Any) -> Any:
    """A shallow copy that keeps every attribute as it is (`copy.copy` would drop or evaluate some)."""
    found = object.__new__(type(made))
    found.__dict__.update(made.__dict__)
    return found
