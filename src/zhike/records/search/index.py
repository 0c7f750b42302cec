"""Keeping the search table in step with the records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from zhike.kernel import inserting
from zhike.kernel.actor import Actor
from zhike.kernel.jobs import job
from zhike.kernel.models import Record
from zhike.kernel.screens import Kind, Screen, screens
from zhike.records.columns import custom_columns
from zhike.records.models import SearchRow, tokens_written
from zhike.records.queries import has_field
from zhike.records.search.keys import Fields, Keys

ROW = ["record_type", "record_id", "tokens", "text"]
SEARCHED_KINDS = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.PHONE, Kind.EMAIL, Kind.URL})
CHUNK = 1000


class Entry(NamedTuple):
    """A record to be found, without a model instance: `fields` as `Screen.search` gives them, custom texts added."""

    record_type: str
    record_id: UUID
    fields: Fields


def index(record: Record, *, fresh: bool = False) -> None:
    """Make a record findable as it now is; one in the bin is not. `fresh` says that it never was before."""
    if getattr(record, "archived_at", None) is None:
        index_many([record], fresh=fresh)
    elif not fresh:
        forget(record)


def index_many(items: Iterable[Record | Entry], *, fresh: bool = False) -> int:
    """Make many records findable at once; `fresh` says that none of them was before. The answer is how many.

    An import passes entries, which cost no model instance. Types without `Screen.search` are passed over.
    """
    writer, count = _Writer(fresh), 0
    waiting = iter(items)
    while chunk := list(islice(waiting, CHUNK)):
        count += writer.write(chunk)
    return count


def writes_of(record_type: str) -> Callable[[str, Fields], tuple[Any, ...]]:
    """What writes a new record's row out: from the 32 digits of its id and its words to what `insert_fresh` takes."""
    keys, vendor = Keys(screens[record_type]), connection.vendor

    def written(key: str, words: Fields) -> tuple[Any, ...]:
        tokens, text = keys.row(words)
        return record_type, key, tokens_written(tokens, vendor), text

    return written


def insert_fresh(rows: list[tuple[Any, ...]]) -> None:
    """Make new records findable, in the running transaction."""
    if rows:
        _insert(rows)


class _Writer:
    """Prepares and writes rows; what is known of a type is asked once."""

    def __init__(self, fresh: bool) -> None:
        self.fresh = fresh
        self.keys: dict[str, Keys] = {}
        self.custom: dict[str, list[tuple[str, str]]] = {}

    def write(self, items: Sequence[Record | Entry]) -> int:
        vendor = connection.vendor
        rows: dict[UUID, tuple[Any, ...]] = {}  # by id: a record named twice is written once, as it was last
        for item in items:
            entry = item if isinstance(item, Entry) else self.entry(item)
            if entry is None:
                continue
            keys = self.keys.get(entry.record_type)
            if keys is None:
                keys = self.keys[entry.record_type] = Keys(screens[entry.record_type])
            tokens, text = keys.row(entry.fields)
            rows[entry.record_id] = (
                entry.record_type,
                inserting.key(entry.record_id),
                tokens_written(tokens, vendor),
                text,
            )
        with transaction.atomic(savepoint=False):
            if not self.fresh:
                SearchRow.objects.filter(record_id__in=list(rows))._raw_delete(SearchRow.objects.db)
            _insert(list(rows.values()))
        return len(rows)

    def entry(self, record: Record) -> Entry | None:
        """A record as an entry: what its type declares, and the texts of the company's own fields."""
        screen = screens.get(record.record_type)
        if screen is None or screen.search is None:
            return None
        return Entry(record.record_type, record.pk, {**screen.search(record), **self.custom_texts(screen, record)})

    def custom_texts(self, screen: Screen, record: Record) -> dict[str, list[str]]:
        """Texts of custom fields by key; only types that have the column are asked."""
        values = getattr(record, "custom", None)
        if not values:
            return {}
        if screen.type not in self.custom:
            self.custom[screen.type] = custom_keys(screen)
        return {key: [str(values[name])] for name, key in self.custom[screen.type] if values.get(name)}


def _insert(rows: list[tuple[Any, ...]]) -> None:
    """New rows, and on SQLite their entries in FTS5, in one statement instead of a trigger for each."""
    if connection.vendor != "sqlite":
        inserting.insert(SearchRow, ROW, rows, ready=True)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM records_searchrow")
        last = cursor.fetchone()[0] or 0
        inserting.insert(SearchRow, ROW, rows, ready=True)
        cursor.execute(
            "INSERT INTO records_searchindex(rowid, tokens) SELECT id, tokens FROM records_searchrow WHERE id > %s",
            [last],
        )


def custom_keys(screen: Screen) -> list[tuple[str, str]]:
    """(name, key of the search fields) of the custom fields whose texts are searched."""
    kinds = {Kind.PHONE: "phone", Kind.EMAIL: "email"}
    found = [c for c in custom_columns(screen) if c.kind in SEARCHED_KINDS]
    return [(c.name, f"{c.name}:{kinds.get(c.kind, 'text')}") for c in found]


def forget(record: Record) -> None:
    """Make a record unfindable."""
    forget_many([record.pk])


def forget_many(ids: Iterable[UUID]) -> None:
    """Make many records unfindable: nothing of them is left in the index."""
    waiting = iter(ids)
    while chunk := list(islice(waiting, CHUNK)):
        SearchRow.objects.filter(record_id__in=chunk)._raw_delete(SearchRow.objects.db)


@job("search.rebuild")
def rebuild(by: Actor, type: str = "") -> int:
    """Make the index of one type, or of all, anew from the records, page by page; search keeps working meanwhile."""
    return sum(rebuild_type(screens[name]) for name in ([type] if type else list(screens)))


def rebuild_type(screen: Screen) -> int:
    """The index of one type anew; rows of records that are gone or in the bin go too."""
    if screen.search is None:
        SearchRow.objects.filter(record_type=screen.type)._raw_delete(SearchRow.objects.db)
        return 0
    writer = _Writer(fresh=False)
    count = sum(writer.write(chunk) for chunk in _pages(screen))
    _forget_gone(screen)
    return count


def _pages(screen: Screen) -> Iterator[list[Record]]:
    """The records in use, in order of creation, a page at a time."""
    found = screen.model_class.objects.order_by("pk").prefetch_related(*screen.search_reads)
    if has_field(screen.model_class, "archived_at"):
        found = found.filter(archived_at__isnull=True)
    last: UUID | None = None
    while chunk := list((found.filter(pk__gt=last) if last else found)[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _forget_gone(screen: Screen) -> None:
    """Drop rows whose record no longer exists or is in the bin."""
    model, last = screen.model_class, 0
    rows = SearchRow.objects.filter(record_type=screen.type).order_by("id")
    while chunk := list(rows.filter(id__gt=last).values_list("id", "record_id")[:CHUNK]):
        alive = model.objects.filter(pk__in=[pk for _row, pk in chunk])
        if has_field(model, "archived_at"):
            alive = alive.filter(archived_at__isnull=True)
        kept = set(alive.values_list("pk", flat=True))
        forget_many(pk for _row, pk in chunk if pk not in kept)
        last = chunk[-1][0]
