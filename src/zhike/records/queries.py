"""What is asked of any record type: a page of a list, a count that stops, tags, choices for pickers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import InvalidOperation
from typing import Any
from uuid import UUID

from django.db import DataError
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.kernel import clock
from zhike.kernel.actor import Actor
from zhike.kernel.composed import composed, replayed
from zhike.kernel.errors import BadRequest
from zhike.kernel.models import Record
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import REFERENCES, Kind, Screen
from zhike.kernel.text import fold
from zhike.records import keyset
from zhike.records.columns import Bound, bound_columns
from zhike.records.derived import add_filled, add_formulas, add_names, needed
from zhike.records.filters import NOTHING, Group, condition_of
from zhike.records.models import Tagging

MOST_ROWS = 200
COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A checked question to a list."""

    filter: Group = NOTHING
    sort: str = ""
    size: int = 50
    after: str = ""
    columns: tuple[str, ...] = ()
    archived: bool = False
    dropped: bool = False  # a saved view has parts that are not for this person
    extra: Q | None = None  # a condition of the product's own (a pool's tab, say)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a page: raw values by column name, with id and version; `next` is the cursor of the page after."""

    columns: tuple[Bound, ...]
    rows: list[dict[str, Any]]
    next: str
    sort: str


def live(screen: Screen, actor: Actor, *, right: str | None = None, archived: bool = False) -> QuerySet[Any]:
    """The visible records of a type that are in use (or, asked so, in the bin)."""
    model = screen.model_class
    found: QuerySet[Any] = model.objects.visible_to(actor, right)
    if has_field(model, "archived_at"):
        found = found.filter(archived_at__isnull=not archived)
    if has_field(model, "merged_into"):
        found = found.filter(merged_into__isnull=True)
    return found


def has_field(model: type[Model], name: str) -> bool:
    """Whether the model has such a column."""
    return name in {field.name for field in model._meta.get_fields()}


def matching(screen: Screen, actor: Actor, query: ListQuery, now: datetime | None = None) -> QuerySet[Any]:
    """The visible records that the filter lets through, unordered."""
    return _matching(screen, actor, query, now or timezone.now(), None, Q())


def _matching(
    screen: Screen, actor: Actor, query: ListQuery, now: datetime, order: keyset.Order | None, stretch: Q
) -> QuerySet[Any]:
    """Of them the stretch of an order; in one condition with the filter, since each further one joins rows elsewhere anew."""
    found = live(screen, actor, archived=query.archived)
    joined = order.at if order else None
    if joined is not None:
        found = found.annotate(**{joined.alias: joined.joined})
    condition = condition_of(query.filter, actor, now, joined) if query.filter else Q()
    found = found.filter(condition & stretch)
    return found.filter(query.extra) if query.extra is not None else found


def in_order(
    screen: Screen, actor: Actor, query: ListQuery, by: Bound, paths: Iterable[str], now: datetime | None = None
) -> list[tuple[Any, ...]]:
    """The rows a question asks for and one more, if there are: the value of the column they go by, then what stands at `paths`."""
    sort, now, wanted = query.sort or screen.order, now or timezone.now(), tuple(paths)
    order = keyset.Order.by(screen, by.column, descending=sort.startswith("-"))
    rows: list[tuple[Any, ...]] = []
    for number, part in enumerate(order.parts(keyset.read(query.after, f"{screen.type}:{sort}"))):
        room = query.size + 1 - len(rows)

        def question(part: keyset.Part = part, room: int = room) -> QuerySet[Any, Any]:
            found = _matching(screen, actor, query, now, order, part.condition).order_by(*part.terms)
            return found.values_list(order.path, *wanted)[:room]

        if room > 0:
            rows += fetched(shape_of(screen, actor, query, now, (sort, number, room, *wanted)), question)
    return rows


def page(screen: Screen, actor: Actor, query: ListQuery, now: datetime | None = None) -> Page:
    """One page by keyset: the cursor holds the last row's sort value and id, so that page 1,000 costs what page 1 does."""
    bound = bound_columns(screen, actor)
    shown, sort = shown_columns(screen, bound, query.columns), query.sort or screen.order
    looked_at = needed(shown, bound)
    paths = value_paths(screen, [*shown, *looked_at])
    found = in_order(screen, actor, query, sortable(bound, sort.lstrip("-")), paths.values(), now)
    rows = [dict(zip(paths, row[1:], strict=True)) for row in found[: query.size]]
    add_tags(rows, shown)
    add_filled(rows, shown)
    add_names(rows, [*shown, *looked_at], actor)
    add_formulas(rows, shown, bound, clock.today(actor.zone, at=now))
    last = (found[query.size - 1][0], rows[-1]["id"]) if len(found) > query.size else None
    return Page(tuple(shown), rows, keyset.written(last, f"{screen.type}:{sort}") if last else "", sort)


def fixed(screen: Screen, actor: Actor, rows: Iterable[Mapping[str, Any]], columns: Iterable[Bound]) -> frozenset[UUID]:
    """Of these rows those that the actor sees and may not change; asked only where the two reach differently far."""
    inviting = any(b.column.inline and b.writable for b in columns)
    return beyond_reach(screen, actor, rows) if inviting else frozenset()


def beyond_reach(screen: Screen, actor: Actor, rows: Iterable[Mapping[str, Any]]) -> frozenset[UUID]:
    """Of these rows those that the actor sees and may not change."""
    model, ids = screen.model_class, [row["id"] for row in rows]
    changing = model.sight_of(actor, f"{screen.type}.edit")
    if changing == model.sight_of(actor):
        return frozenset()
    open_ = model.objects.in_sight(changing).filter(pk__in=ids).order_by().values_list("pk", flat=True)
    return frozenset(ids) - frozenset(open_)


def shape_of(
    screen: Screen, actor: Actor, query: ListQuery, now: datetime | None, of: tuple[Hashable, ...]
) -> Hashable | None:
    """What decides how a page's first rows are asked for; None where the question stands for itself.

    The actor's epoch moves with declared fields and rights, the day with filters such as “this week”. A condition on rows
    elsewhere looks at them first.
    """
    if query.after or query.extra is not None or not actor.epoch or any(column.at for column in query.filter.columns):
        return None
    day = (clock.today(actor.zone, at=now), actor.zone, actor.user_id) if query.filter else ()
    sight = screen.model_class.sight_of(actor)
    return "page", screen.type, actor.epoch, sight, query.archived, query.filter.shape, query.size, day, of


def fetched(shape: Hashable | None, question: Callable[[], QuerySet[Any, Any]]) -> list[Any]:
    """The rows; a number in a filter that the column could never hold is a wrong question, not a failure."""
    try:
        return list(question()) if shape is None else replayed(shape, (), question)
    except (DataError, OverflowError, InvalidOperation):
        raise BadRequest("bad_filter", _("A number in the filter is too large. Make it smaller."), "filter") from None


def add_tags(rows: list[dict[str, Any]], shown: Iterable[Bound]) -> None:
    """Tags of a page's rows, in one query, where a column asks for them."""
    for item in shown:
        if item.column.kind is Kind.TAGS:
            found = tags_of(row["id"] for row in rows)
            for row in rows:
                row[item.name] = found.get(row["id"], [])


def sortable(bound: Mapping[str, Bound], name: str) -> Bound:
    """The column to sort by; unknown ones and those not for this person are refused."""
    found = bound.get(name)
    if found is None or not found.sortable:
        raise BadRequest("bad_sort", _("The list cannot be sorted by “%(name)s”.") % {"name": shorten(name)}, "sort")
    return found


def shown_columns(screen: Screen, bound: Mapping[str, Bound], names: Sequence[str]) -> list[Bound]:
    """The columns to show: those asked for (unknown ones refused), the title first; else the type's own choice."""
    if not names:
        return [b for b in bound.values() if b.column.listed or b.name == screen.title]
    unknown = [n for n in names if n not in bound]
    if unknown:
        raise BadRequest(
            "bad_column", _("There is no column “%(name)s”.") % {"name": shorten(unknown[0])}, shorten(unknown[0])
        )
    ordered = [screen.title, *[n for n in names if n != screen.title]]
    return [bound[n] for n in ordered if n in bound]


def value_paths(screen: Screen, shown: Iterable[Bound]) -> dict[str, str]:
    """Row key -> ORM path: id and version always, the label beside each reference, `custom` once for all custom fields."""
    paths = {"id": "pk", "version": "version"}
    for item in shown:
        column = item.column
        if column.custom:
            paths["_custom"] = "custom"
        elif column.kind in REFERENCES:
            paths[column.name] = f"{column.orm}_id"
            if item.named:
                paths[f"{column.name}__label"] = f"{column.orm}__name"
        elif column.kind is not Kind.TAGS and column.fill is None:
            paths[column.name] = column.orm
    for extra in screen.list_related:
        paths[f"_{extra}"] = extra
    return paths


def counted(found: QuerySet[Any], most: int = COUNTED) -> tuple[int, bool]:
    """How many, counting no further than `most`; the second value says that there are more."""
    number = found.order_by()[: most + 1].count()
    return min(number, most), number > most


def records_tagged(names: Sequence[str] | None) -> QuerySet[Tagging, UUID]:
    """Ids of records that carry one of the tags (any tag at all, asked with None)."""
    found = Tagging.objects.all()
    if names is not None:
        found = found.filter(tag__folded__in=[fold(name) for name in names])
    return found.values_list("record_id", flat=True)


def tags_of(ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Tag names by record."""
    found: dict[UUID, list[str]] = {}
    for record_id, name in _tags(tuple(ids)):
        found.setdefault(record_id, []).append(name)
    return found


@composed
def _tags(records: tuple[UUID, ...]) -> QuerySet[Tagging, tuple[UUID, str]]:
    rows = Tagging.objects.filter(record_id__in=records).order_by("tag__folded")
    return rows.values_list("record_id", "tag__name")


def tags_on(record: Record) -> list[str]:
    """The tags of a record in hand, asked once however many parts of a page want them."""
    kept = record.__dict__
    if "_tags" not in kept:
        kept["_tags"] = tags_of([record.pk]).get(record.pk, [])
    found: list[str] = kept["_tags"]
    return found
