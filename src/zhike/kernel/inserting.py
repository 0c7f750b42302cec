"""Rows into tables, past what composes a statement anew each time: executemany, and COPY for many on PostgreSQL.

Whoever calls this keeps the rules that models and actions keep elsewhere: values are checked, the ledger is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, models

Adapter = Callable[[Any], Any]
FEW = 50  # rows up to which PostgreSQL is faster with statements than with COPY


def key(value: UUID | None) -> Any:
    """An id as the database takes it."""
    return value.hex if value is not None and connection.vendor == "sqlite" else value


def moment(value: datetime | None) -> Any:
    """A time as the database takes it."""
    return _moment(value) if value is not None and connection.vendor == "sqlite" else value


def insert_models(made: Sequence[models.Model]) -> None:
    """Insert rows made as models of one type: what `save` does for a new one, by a statement that is composed once."""
    if not made:
        return
    attributes = attributes_of(type(made[0]))
    insert(type(made[0]), attributes, [[getattr(one, name) for name in attributes] for one in made])
    for one in made:
        one._state.adding, one._state.db = False, connection.alias


@cache
def attributes_of(model: type[models.Model]) -> tuple[str, ...]:
    """The attributes of a model that stand in columns."""
    return tuple(field.attname for field in model._meta.concrete_fields)


def insert(
    model: type[models.Model], attributes: Sequence[str], rows: Sequence[Sequence[Any]], *, ready: bool = False
) -> None:
    """Insert rows given as tuples in the order of `attributes` (attnames); defaults and `save` are not asked.

    `ready` says that ids and times went through `key` and `moment` already, which saves half of the time.
    """
    if not rows:
        return
    form = _form(model, tuple(attributes), connection.vendor)
    values = rows if ready or not form.adapters else _adapted(rows, form.adapters)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) > FEW:
            with cursor.copy(form.copy) as copy:
                for row in values:
                    copy.write_row(row)
        else:
            cursor.executemany(form.insert, values)


@dataclass(frozen=True, slots=True)
class Form:
    """How rows of a model are inserted: the statements, and what turns values into what the database takes."""

    insert: str
    copy: str
    adapters: tuple[tuple[int, Adapter], ...]


@lru_cache(maxsize=200)
def _form(model: type[models.Model], attributes: tuple[str, ...], vendor: str) -> Form:
    by_attribute = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_attribute[name] for name in attributes]
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return Form(
        f"INSERT INTO {table} ({columns}) VALUES ({places})",  # noqa: S608 - names of our own models
        f"COPY {table} ({columns}) FROM STDIN",
        tuple((place, adapt) for place, field in enumerate(fields) if (adapt := adapter(field)) is not None),
    )


def _adapted(rows: Iterable[Sequence[Any]], adapters: Sequence[tuple[int, Adapter]]) -> list[list[Any]]:
    made = []
    for row in rows:
        values = list(row)
        for place, adapt in adapters:
            if values[place] is not None:
                values[place] = adapt(values[place])
        made.append(values)
    return made


def as_json(value: Any) -> str:
    """A JSON column's value as text; what is text already stays."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _uuid(value: UUID) -> str:
    return value.hex


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _day(value: date) -> str:
    return value.isoformat()


SQLITE: dict[str, Adapter] = {
    "UUIDField": _uuid,
    "ForeignKey": lambda value: value.hex if isinstance(value, UUID) else value,
    "OneToOneField": lambda value: value.hex if isinstance(value, UUID) else value,
    "DateTimeField": _moment,
    "DateField": _day,
    "JSONField": as_json,
}


def adapter(field: models.Field[Any, Any]) -> Adapter | None:
    """How a value of this field becomes what `insert` takes with `ready`."""
    kind = field.get_internal_type()
    if connection.vendor == "sqlite":
        return SQLITE.get(kind)
    return as_json if kind == "JSONField" else None
