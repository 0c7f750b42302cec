"""The figures of a summary, within the asker's rights and within bounds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import OperationalError, connection, transaction
from django.db.models import Count, DateField, F, FloatField, Min, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Lower, Substr, TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError
from zhike.kernel.screens import Kind, Screen, screens
from zhike.records.columns import choices_of, refers_to
from zhike.records.filters import Lookup
from zhike.records.queries import ListQuery, matching
from zhike.records.summary.asking import DATES, By, Question, span_of

MOST_GROUPS, MOST_ACROSS, MOST_READ = 200, 12, 5000
SECONDS = 8


@dataclass(slots=True)
class Cell:
    """One group: its number of records, and the sum where one is asked for."""

    count: int = 0
    sum: float = 0.0

    def add(self, other: Cell) -> None:
        """Both together."""
        self.count += other.count
        self.sum += other.sum

    def value(self, measure: str) -> float:
        """The figure."""
        if measure == "count":
            return self.count
        return round(self.sum if measure == "sum" else self.sum / self.count if self.count else 0, 2)


@dataclass(frozen=True, slots=True)
class Group:
    """A value of the grouping fields with its figures; `values` are what a filter says, `labels` what people read."""

    values: tuple[Any, ...]
    labels: tuple[str, ...]
    cell: Cell


@dataclass(frozen=True, slots=True)
class Summary:
    """Groups, the largest first (dates in order); `rest` are the records of groups that are not listed."""

    question: Question
    groups: list[Group]
    total: Cell
    rest: Cell


def summary(screen: Screen, actor: Actor, query: ListQuery, question: Question, now: datetime) -> Summary:
    """The figures; at most 200 groups, what is beyond is summed up as the rest."""
    found = matching(screen, actor, query, now).order_by()
    with bounded():
        rows, total = _read(found, question, actor)
    merged: dict[tuple[Any, ...], tuple[list[str], Cell]] = {}
    for values, texts, cell in rows:
        key = tuple(_key(one, value) for one, value in zip(question.by, values, strict=True))
        if key in merged:
            merged[key][1].add(cell)
        else:
            merged[key] = (texts, cell)
    kept = _kept(merged, question)
    labels = [_labels(one, {key[place] for key in kept}, actor) for place, one in enumerate(question.by)]
    groups = [
        Group(
            key,
            tuple(_label(labels[i], question.by[i], key[i], merged[key][0][i]) for i in range(len(key))),
            merged[key][1],
        )
        for key in kept
    ]
    rest = Cell(total.count - sum(g.cell.count for g in groups), total.sum - sum(g.cell.sum for g in groups))
    return Summary(question, groups, total, rest)


def _read(
    found: QuerySet[Any], question: Question, actor: Actor
) -> tuple[list[tuple[list[Any], list[str], Cell]], Cell]:
    names = [f"by{i}" for i in range(len(question.by))]
    expressions = {name: expression(one, actor) for name, one in zip(names, question.by, strict=True)}
    measures: dict[str, Any] = {"n": Count("pk")}
    if question.of is not None:
        measures["s"] = Sum(number(question.of.column.orm, custom=question.of.column.custom))
    texts = {f"text{i}": Min(one.bound.column.orm) for i, one in enumerate(question.by) if _folded(one)}
    total_row = found.aggregate(**measures)
    grouped = found.values(**expressions).annotate(**measures, **texts).order_by("-n")[:MOST_READ]
    rows = [
        (
            [row[name] for name in names],
            [str(row.get(f"text{i}") or "") for i in range(len(names))],
            Cell(row["n"], float(row.get("s") or 0)),
        )
        for row in grouped
    ]
    return rows, Cell(total_row["n"], float(total_row.get("s") or 0))


def _folded(one: By) -> bool:
    return one.bound.column.kind is Kind.TEXT and not one.bound.column.custom


def expression(one: By, actor: Actor) -> Any:
    """What SQL groups by: dates by month in the reader's zone, words without case as filters compare them."""
    column = one.bound.column
    if column.custom:
        text = KT(column.orm)
        return Substr(text, 1, 7) if column.kind in DATES else Lower(text) if column.kind is Kind.TEXT else text
    if column.kind is Kind.DATETIME:
        return TruncMonth(column.orm, output_field=DateField(), tzinfo=ZoneInfo(actor.zone))
    if column.kind is Kind.DATE:
        return TruncMonth(column.orm)
    path = Lookup(one.bound, actor, datetime.min).ids_path
    return Lower(path) if column.kind is Kind.TEXT else F(path)


def number(path: str, *, custom: bool) -> Any:
    """A number to be summed."""
    return Cast(KT(path), FloatField()) if custom else F(path)


def _key(one: By, value: Any) -> Any:
    """A group's value in one form on both databases; months fall together into quarters and years."""
    kind = one.bound.column.kind
    if value in (None, ""):
        return None
    if kind in DATES:
        day = date.fromisoformat(f"{value[:7]}-01") if isinstance(value, str) else value
        return span_of(one.span, day)[0]
    if kind is Kind.BOOL:
        return value in (True, 1, "1", "true")
    return value


def _kept(merged: dict[tuple[Any, ...], tuple[list[str], Cell]], question: Question) -> list[tuple[Any, ...]]:
    """The groups to list: with two fields, the largest rows and columns."""
    size = {key: pair[1].count for key, pair in merged.items()}
    if len(question.by) == 2:
        across = _largest(size, 1, MOST_ACROSS)
        down = _largest(size, 0, MOST_GROUPS // max(len(across), 1))
        keys = [key for key in size if key[0] in down and key[1] in across]
    else:
        keys = sorted(size, key=lambda key: -size[key])[:MOST_GROUPS]
    column = question.by[0].bound.column
    if column.kind is Kind.CHOICE:  # choices have an order of their own
        places = {code: place for place, code in enumerate(choices_of(column))}
        return sorted(keys, key=lambda key: (places.get(str(key[0]), len(places)), -size[key]))
    if column.kind in DATES:
        return sorted(keys, key=lambda key: (key[0] is None, key[0]))
    sums: dict[Any, int] = {}
    for key in keys:
        sums[key[0]] = sums.get(key[0], 0) + size[key]
    return sorted(keys, key=lambda key: (-sums[key[0]], str(key[0]), -size[key]))


def _largest(size: dict[tuple[Any, ...], int], place: int, most: int) -> set[Any]:
    sums: dict[Any, int] = {}
    for key, count in size.items():
        sums[key[place]] = sums.get(key[place], 0) + count
    return set(sorted(sums, key=lambda value: -sums[value])[:most])


def _labels(one: By, values: set[Any], actor: Actor) -> dict[str, str]:
    """Names of choices, people, teams and records; of those only what this person sees."""
    column = one.bound.column
    if column.kind is Kind.CHOICE:
        return {code: str(label) for code, label in choices_of(column).items()}
    type_ = refers_to(column)
    if type_ not in screens:
        return {}
    screen = screens[type_]
    found = screen.model_class.objects.visible_to(actor).filter(pk__in=[v for v in values if v is not None])
    return {str(pk): str(name) for pk, name in found.values_list("pk", screen.title)}


def _label(labels: dict[str, str], one: By, value: Any, text: str) -> str:
    if value is None:
        return str(_("(empty)"))
    kind = one.bound.column.kind
    if kind in DATES:
        return span_label(one.span, value)
    if kind is Kind.BOOL:
        return str(_("Yes") if value else _("No"))
    if kind is Kind.TEXT:
        return text or str(value)
    return labels.get(str(value), "?")


def span_label(span: str, first: date) -> str:
    """2026-03, 2026 Q1, 2026."""
    if span == "year":
        return str(first.year)
    return f"{first.year} Q{(first.month + 2) // 3}" if span == "quarter" else f"{first:%Y-%m}"


@contextmanager
def bounded(seconds: int = SECONDS) -> Iterator[None]:
    """No statement within runs longer; what does is broken off and refused with a remedy."""
    deadline = time.monotonic() + seconds
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
            else:
                connection.connection.set_progress_handler(lambda: time.monotonic() > deadline, 20_000)
            yield
    except OperationalError as error:
        message = gettext_lazy("This takes too long to work out. Narrow the filter, or group by another field.")
        raise DomainError("too_slow", message) from error
    finally:
        if connection.vendor == "sqlite" and connection.connection is not None:
            connection.connection.set_progress_handler(None, 0)
