"""PostgreSQL through a connection that the caller brings; this module knows no driver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from .relation import Engine, quoted

TYPES = {
    "text": "string",
    "character varying": "string",
    "date": "date",
    "bigint": "int64",
    "integer": "int32",
    "smallint": "int16",
    "double precision": "float64",
    "boolean": "boolean",
}


class Cursor(Protocol):
    """As much of a DB-API cursor as is needed."""

    def execute(self, sql: Any, /) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def close(self) -> Any: ...


class Connection(Protocol):
    """As much of a DB-API connection as is needed."""

    def cursor(self) -> Any: ...


class PostgresEngine(Engine):
    """Runs compiled SQL on a DB-API connection.

    Text is compared by code point, as on the other engines: declare the columns `customer` and `order` COLLATE "C",
    or ranks among equal values may differ by the database's language. Results are kept in temporary tables, so
    the connection must not be shared with anybody who would mind them.
    """

    dialect = "postgres"

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        cursor = self.connection.cursor()
        try:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]
        finally:
            cursor.close()

    def store(self, name: str, sql: str) -> None:
        cursor = self.connection.cursor()
        try:
            cursor.execute(f"CREATE TEMP TABLE {quoted(name)} AS {sql}")
            cursor.execute(f"ANALYZE {quoted(name)}")
        finally:
            cursor.close()

    def schema_of(self, name: str) -> Mapping[str, str]:
        quoted = name.replace("'", "''")
        found = self.rows(
            "SELECT column_name, data_type, numeric_precision, numeric_scale FROM information_schema.columns "  # noqa: S608
            f"WHERE table_name = '{quoted}' ORDER BY ordinal_position"
        )
        return {
            column: numeric(precision, scale) if kind == "numeric" else TYPES.get(kind, kind)
            for column, kind, precision, scale in found
        }


def numeric(precision: int | None, scale: int | None) -> str:
    """A numeric of any size has no precision to tell."""
    return f"decimal({precision},{scale or 0})" if precision else "decimal"
