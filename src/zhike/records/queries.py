"""What is asked of any record type: a page of a list, a count that stops, tags, choices for pickers."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
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
from zhike.kernel.screens import Kind, Screen
from zhike.kernel.text import fold
from zhike.records.columns import Bound, bound_columns
from zhike.records.derived import add_filled, add_formulas, add_names, needed
from zhike.records.filters import NOTHING, Group, condition_of, sort_terms
from zhike.records.models import Tagging

MOST_ROWS = 200
MARK_BYTES = 12
COUNTED = 10_000
REFERENCES = (Kind.PERSON, Kind.TEAM, Kind.RECORD)


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
    found = live(screen, actor, archived=query.archived)
    if query.filter:
        found = found.filter(condition_of(query.filter, actor, now or timezone.now()))
    return found.filter(query.extra) if query.extra is not None else found


def page(screen: Screen, actor: Actor, query: ListQuery, now: datetime | None = None) -> Page:
    """One page by keyset: the cursor holds the last row's sort value and id, so that page 1,000 costs what page 1 does."""
    bound = bound_columns(screen, actor)
    shown = shown_columns(screen, bound, query.columns)
    sort = query.sort or screen.order
    name, descending = sort.lstrip("-"), sort.startswith("-")
    by = sortable(bound, name)
    path = by.column.sort or by.column.orm
    looked_at = needed(shown, bound)
    paths = value_paths(screen, [*shown, *looked_at])
    names = list(paths)

    def question() -> QuerySet[Any, Any]:
        nullable = is_nullable(screen.model_class, path)
        found = matching(screen, actor, query, now).order_by(*sort_terms(path, descending, nullable))
        if query.after:
            found = found.filter(beyond(path, descending, nullable, *read_cursor(query.after, f"{screen.type}:{sort}")))
        return found.values_list(path, *paths.values())[: query.size + 1]

    found_rows = fetched(shape_of(screen, actor, query, now, (sort, *paths)), question)
    rows = [dict(zip(names, row[1:], strict=True)) for row in found_rows[: query.size]]
    add_tags(rows, shown)
    add_filled(rows, shown)
    add_names(rows, [*shown, *looked_at], actor)
    add_formulas(rows, shown, bound, clock.today(actor.zone, at=now))
    more = len(found_rows) > query.size
    cursor = write_cursor(found_rows[query.size - 1][0], rows[-1]["id"], f"{screen.type}:{sort}") if more else ""
    return Page(tuple(shown), rows, cursor, sort)


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
    screen: Screen, actor: Actor, query: ListQuery, now: datetime | None, of: tuple[str, ...]
) -> Hashable | None:
    """What decides how a page's first rows are asked for; None where the question stands for itself.

    The actor's epoch moves with declared fields and rights, the day with filters such as “this week”.
    """
    if query.after or query.extra is not None or not actor.epoch:
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
    """The column to sort by; unknown, unsortable or masked ones are refused (an order tells what a mask hides)."""
    found = bound.get(name)
    if found is None or not found.column.sortable or found.masked:
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


def is_nullable(model: type[Record], path: str) -> bool:
    """Whether the column at the end of a path may be empty."""
    current: Any = model
    field: Any = None
    for part in path.split("__"):
        if field is not None and field.get_internal_type() == "JSONField":
            return True
        field = current._meta.get_field(part)
        current = field.related_model
        if field.null and field.is_relation:
            return True
    return bool(field.null)


def beyond(path: str, descending: bool, nullable: bool, value: Any, pk: UUID) -> Q:
    """The rows after a cursor; the redundant bound on the first column lets the index start there."""
    side = "lt" if descending else "gt"
    same = (
        Q(**{path: value, f"pk__{side}": pk})
        if value is not None
        else Q(**{f"{path}__isnull": True, f"pk__{side}": pk})
    )
    if value is None:
        return same if descending else same | Q(**{f"{path}__isnull": False})
    further = Q(**{f"{path}__{side}": value}) | same
    if nullable and descending:
        return further | Q(**{f"{path}__isnull": True})
    return Q(**{f"{path}__{side}e": value}) & further


def write_cursor(value: Any, pk: UUID, of: str) -> str:
    """An opaque cursor, good for one list in one order only."""
    kind = (
        "d"
        if isinstance(value, datetime)
        else "t"
        if isinstance(value, date)
        else "n"
        if isinstance(value, Decimal)
        else ""
    )
    plain = str(value) if isinstance(value, (UUID, Decimal)) else value
    packed = orjson.dumps([kind, plain, str(pk)])
    return base64.urlsafe_b64encode(_mark(packed, of) + packed).decode().rstrip("=")


def read_cursor(text: str, of: str) -> tuple[Any, UUID]:
    """What a cursor holds; anything that we did not write for this very list is refused."""
    try:
        unpacked = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        given, packed = unpacked[:MARK_BYTES], unpacked[MARK_BYTES:]
        if not hmac.compare_digest(given, _mark(packed, of)):
            raise ValueError
        kind, value, pk = orjson.loads(packed)
        readers: dict[str, Callable[[Any], Any]] = {"d": datetime.fromisoformat, "t": date.fromisoformat, "n": Decimal}
        return readers[kind](value) if kind in readers else value, UUID(pk)
    except ValueError:
        raise BadRequest(
            "bad_cursor", _("The page mark is damaged. Start again from the first page."), "after"
        ) from None


def _mark(packed: bytes, of: str) -> bytes:
    key = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2b(of.encode() + b"\0" + packed, key=key, digest_size=MARK_BYTES).digest()


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
