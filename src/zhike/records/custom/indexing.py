"""The indexes behind a sortable custom field, made while people work on."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import F, Index

from zhike.kernel.custom import OWN_KEY
from zhike.kernel.screens import Column, Kind, Screen


def indexes_of(screen: Screen, column: Column) -> list[Index]:
    """The index in exactly the order in which lists ask: nothing counts as smallest, ids break ties.

    A reference is ordered by a name that may change elsewhere; the second index finds the records that name somebody.
    """
    paths = [column.sort or column.orm, *([column.orm] if column.kind in (Kind.PERSON, Kind.RECORD) else [])]
    return [_index(path) for path in paths]


def _index(path: str) -> Index:
    where, _, key = path.partition("__")
    if OWN_KEY.fullmatch(key) is None:
        raise ValueError(key)
    first = (
        {"nulls_first": True} if connection.vendor == "postgresql" else {}
    )  # SQLite's own order, which it will not have said
    name = f"{'own' if where == 'custom' else where}_{key}"
    return Index(F(path).asc(**first), F("id").asc(), name=name)


def create_indexes(screen: Screen, column: Column) -> None:
    """Make what is missing. PostgreSQL makes it beside running writes; SQLite's writers wait for it."""
    for index in indexes_of(screen, column):
        _create(screen, index)


def drop_indexes(screen: Screen, column: Column) -> None:
    """Remove them."""
    with connection.cursor() as cursor:
        for index in indexes_of(screen, column):
            cursor.execute(f'DROP INDEX IF EXISTS "{index.name}"')


def _create(screen: Screen, index: Index) -> None:
    editor = connection.schema_editor()
    options: dict[str, Any] = {}
    if connection.vendor == "postgresql":
        options["concurrently"] = not connection.in_atomic_block
    statement = str(index.create_sql(screen.model_class, editor, **options))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _prepare(cursor, index.name)
        try:
            cursor.execute(statement.replace(f'"{index.name}"', f'IF NOT EXISTS "{index.name}"', 1))
        finally:
            if connection.vendor == "postgresql" and not connection.in_atomic_block:
                cursor.execute("RESET statement_timeout")


def _prepare(cursor: Any, name: str) -> None:
    """No time limit, and nothing left of an attempt that was broken off."""
    if connection.in_atomic_block:
        return
    cursor.execute("SET statement_timeout = 0")
    cursor.execute(
        "SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE c.relname = %s AND NOT i.indisvalid",
        [name],
    )
    if cursor.fetchone():
        cursor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')
