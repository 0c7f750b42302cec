"""The index behind a sortable custom field, made while people work on."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import F, Index

from zhike.kernel.custom import OWN_KEY
from zhike.kernel.screens import Screen


def index_of(screen: Screen, key: str) -> Index:
    """The index, in exactly the order in which lists ask: nothing counts as smallest, ids break ties."""
    if OWN_KEY.fullmatch(key) is None:
        raise ValueError(key)
    first = (
        {"nulls_first": True} if connection.vendor == "postgresql" else {}
    )  # SQLite's own order, which it will not have said
    return Index(F(f"custom__{key}").asc(**first), F("id").asc(), name=f"own_{key}")


def create_index(screen: Screen, key: str) -> None:
    """Make the index if it is missing. PostgreSQL makes it beside running writes; SQLite's writers wait for it."""
    editor, index = connection.schema_editor(), index_of(screen, key)
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
