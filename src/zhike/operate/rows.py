"""Rows in a form that both databases write and read alike: one JSON array a row, in the order of the primary key.

Ids are 32 hexadecimal digits, moments `YYYY-MM-DD HH:MM:SS[.ffffff]` in UTC, decimals text with the field's places,
bytes base64, JSON as it is with its keys sorted. SQLite stores most of this already; PostgreSQL is converted.
"""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
from django.apps.registry import Apps
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps

Convert = Callable[[Any], Any]
# What is not kept: sign-ins of the moment, tables Django writes anew, tables that are derived from others.
LEFT_OUT = frozenset(
    {
        "django_migrations", "django_content_type", "auth_permission", "django_session", "identity_session", "identity_try", "kernel_spent",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """One table as a version's migrations describe it."""

    name: str
    columns: tuple[str, ...]
    fields: tuple[models.Field[Any, Any], ...]
    keys: tuple[tuple[str, bool], ...]  # columns of the primary key, and whether each is text

    @property
    def quoted(self) -> str:
        """Name and columns for a statement."""
        quote = connection.ops.quote_name
        return f"{quote(self.name)} ({', '.join(quote(column) for column in self.columns)})"


def apps_at(migrations: Iterable[tuple[str, str]]) -> StateApps:
    """The models as they were with these migrations applied."""
    return _apps_at(tuple(migrations))


@cache
def _apps_at(migrations: tuple[tuple[str, str], ...]) -> StateApps:
    loader = MigrationLoader(None)
    done = [pair for pair in migrations if pair in loader.graph.nodes]
    return loader.project_state(done).apps


def tables(apps: Apps, derived: frozenset[str] = frozenset()) -> list[Table]:
    """The tables that a backup holds, in the order of their names."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if not meta.managed or meta.proxy or meta.db_table in LEFT_OUT | derived:
            continue
        fields = tuple(field for field in meta.concrete_fields if not getattr(field, "generated", False))
        keys = tuple((str(field.column), kind_of(field) in TEXT) for field in meta.pk_fields)
        columns = tuple(str(field.column) for field in fields)
        found[meta.db_table] = Table(meta.db_table, columns, fields, keys)
    return [found[name] for name in sorted(found)]


TEXT = {"CharField", "SlugField", "TextField"}


def kind_of(field: models.Field[Any, Any]) -> str:
    """The internal type that decides how a column is stored; a foreign key's is its target's."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field.get_internal_type()


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _decimal(places: int) -> Convert:
    unit = Decimal(1).scaleb(-places)
    return lambda value: str(Decimal(str(value)).quantize(unit))


def _base64(value: Any) -> str:
    return base64.b64encode(bytes(value)).decode()


def writers(table: Table, vendor: str) -> list[tuple[int, Convert]]:
    """Columns that need converting on the way out, by their place."""
    made: list[tuple[int, Convert]] = []
    for place, field in enumerate(table.fields):
        kind = kind_of(field)
        convert = SHARED_OUT.get(kind) or (SQLITE_OUT if vendor == "sqlite" else POSTGRES_OUT).get(kind)
        if kind == "DecimalField":
            convert = _decimal(field.decimal_places or 0)  # type: ignore[attr-defined]
        if convert:
            made.append((place, convert))
    return made


def readers(table: Table, vendor: str) -> list[tuple[int, Convert]]:
    """Columns that need converting on the way in, by their place."""
    wanted = SQLITE_IN if vendor == "sqlite" else POSTGRES_IN
    return [(place, wanted[kind]) for place, field in enumerate(table.fields) if (kind := kind_of(field)) in wanted]


def _json_text(value: Any) -> str:
    return orjson.dumps(value).decode()


def _hex(value: Any) -> str:
    return str(value.hex)


SHARED_OUT: dict[str, Convert] = {"BinaryField": _base64}
SQLITE_OUT: dict[str, Convert] = {"JSONField": orjson.loads, "BooleanField": bool}
POSTGRES_OUT: dict[str, Convert] = {
    "UUIDField": _hex,
    "DateTimeField": _moment,
    "DateField": date.isoformat,
    "TimeField": str,
    "DurationField": lambda value: value // timedelta(microseconds=1),
    "JSONField": lambda value: orjson.loads(value) if isinstance(value, str | bytes) else value,
    "GenericIPAddressField": str,
}
SQLITE_IN: dict[str, Convert] = {"BinaryField": base64.b64decode, "JSONField": _json_text, "BooleanField": int}
POSTGRES_IN: dict[str, Convert] = {
    "BinaryField": base64.b64decode,
    "JSONField": _json_text,
    "DurationField": lambda value: timedelta(microseconds=value),
}


def select(table: Table, vendor: str) -> str:
    """The statement that reads a table in the order of its key, the same on both databases."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column) for column in table.columns)
    bytewise = ' COLLATE "C"' if vendor == "postgresql" else ""
    order = ", ".join(f"{quote(key)}{bytewise if is_text else ''}" for key, is_text in table.keys)
    return f"SELECT {columns} FROM {quote(table.name)} ORDER BY {order}"  # noqa: S608 - our own names


def lines(table: Table, found: Iterable[Sequence[Any]], vendor: str) -> Iterator[bytes]:
    """Rows of the database as lines of the archive."""
    converts = writers(table, vendor)
    for row in found:
        values = list(row)
        for place, convert in converts:
            if values[place] is not None:
                values[place] = convert(values[place])
        yield orjson.dumps(values, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def parsed(table: Table, source: Iterable[bytes], vendor: str) -> Iterator[list[Any]]:
    """Lines of the archive as rows for the database."""
    converts = readers(table, vendor)
    for line in source:
        values: list[Any] = orjson.loads(line)
        for place, convert in converts:
            if values[place] is not None:
                values[place] = convert(values[place])
        yield values


class Snapshot:
    """One moment of the whole database, read while others write."""

    def __init__(self) -> None:
        self.vendor = connection.vendor

    def __enter__(self) -> Snapshot:
        if self.vendor == "sqlite":
            path = str(connection.settings_dict["NAME"])
            self.raw = sqlite3.connect(path, uri=path.startswith("file:"), isolation_level=None)
            self.raw.execute("BEGIN")  # deferred: a reader's moment, which in WAL hinders no writer
            self.raw.execute("SELECT count(*) FROM sqlite_master").fetchone()
            return self
        from django.db import connections

        self.own = connections.create_connection("default")
        self.own.ensure_connection()
        self.pg: Any = self.own.connection
        self.pg.execute("SET statement_timeout = 0")
        self.pg.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self.pg.execute("SELECT 1")
        return self

    def __exit__(self, *_error: object) -> None:
        if self.vendor == "sqlite":
            self.raw.close()
        else:
            self.own.close()

    def fetch(self, statement: str) -> Iterator[Sequence[Any]]:
        """Rows, a few thousand in memory at a time."""
        if self.vendor == "sqlite":
            yield from self.raw.execute(statement)
            return
        with self.pg.cursor(name="zhike_backup") as cursor:
            cursor.itersize = 5000
            cursor.execute(statement)
            yield from cursor

    def migrations(self) -> list[tuple[str, str]]:
        """What was applied at that moment."""
        return [(app, name) for app, name in self.fetch("SELECT app, name FROM django_migrations ORDER BY app, name")]
