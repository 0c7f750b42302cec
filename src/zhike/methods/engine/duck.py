"""DuckDB in this process: in memory, limited, and shut off from files and network once reading is over."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.methods.result import MethodError

from .relation import Columns, Engine, Relation, quoted

if TYPE_CHECKING:
    from ibis import Table

MEMORY = re.compile(r"\d+(\.\d+)?\s?([KMGT]i?)?B", re.IGNORECASE)
TYPES = {
    "VARCHAR": "string",
    "DATE": "date",
    "BIGINT": "int64",
    "HUGEINT": "decimal(38,0)",
    "INTEGER": "int32",
    "SMALLINT": "int16",
    "TINYINT": "int8",
    "DOUBLE": "float64",
    "FLOAT": "float32",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "timestamp",
}


class DuckDBEngine(Engine):
    """A private DuckDB.

    Reading happens first and through `connection`; `lock(…)` then shuts external access off, allows writing below the
    named folders only, and locks the configuration. Methods lock an engine that was left open.

    memory: the limit, as DuckDB writes it ("1GB"); beyond it, work spills to `spill` if that is given.
    """

    dialect = "duckdb"

    def __init__(self, *, memory: str = "1GB", threads: int = 2, spill: Path | None = None) -> None:
        import duckdb

        if not MEMORY.fullmatch(memory) or threads < 1:
            raise MethodError("engine_limits", "内存或线程数的写法不对", "The memory limit or threads are malformed.")
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "threads": threads,
            "preserve_insertion_order": "false",  # expressions say their order; memory is halved
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": str(spill) if spill else "",
        }
        self.connection = duckdb.connect(":memory:", config=settings)
        self.numbers = count(1)  # nobody else is in here; and what is asked the same way again needs no composing
        self.locked = False

    def lock(self, *folders: Path) -> None:
        """From here on no file but below `folders`, no network, no extension, no setting."""
        if self.locked:
            return
        if folders:
            listed = ", ".join("'" + str(folder.resolve()).replace("'", "''") + "'" for folder in folders)
            self.connection.execute(f"SET allowed_directories = [{listed}]")
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")
        self.locked = True

    def load(self, name: str, schema: Mapping[str, str], columns: Mapping[str, Any]) -> None:
        """Plain columns as a table; `schema` gives SQL types, each column is text, numbers or objects."""
        self.connection.register("zhike_incoming", dict(columns))
        chosen = ", ".join(f"CAST({quoted(column)} AS {kind}) AS {quoted(column)}" for column, kind in schema.items())
        try:
            self.connection.execute(f"CREATE TABLE {quoted(name)} AS SELECT {chosen} FROM zhike_incoming")  # noqa: S608
        finally:
            self.connection.unregister("zhike_incoming")

    def take(self, name: str, given: Relation) -> Relation:
        """A copy of a table that another engine holds, exact."""
        import numpy as np

        columns = {}
        for column, values in given.columns().items():
            columns[column] = np.empty(len(values), dtype=object)
            columns[column][:] = [None if value is None else str(value) for value in values.tolist()]
        schema = {column: sql_type(kind) for column, kind in given.table.schema().items()}
        self.load(name, schema, columns)
        return self.relation(name)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return list(self.asked(sql).fetchall())

    def asked(self, sql: str) -> Any:
        """Run a statement, locked; beyond the memory limit the refusal says what to do."""
        import duckdb

        self.lock()
        try:
            return self.connection.execute(sql)
        except duckdb.OutOfMemoryException as full:
            zh = "内存上限不够：请提高 memory，或给出可写的 spill 目录"
            en = "The memory limit is too small: raise `memory`, or give a folder to `spill` to."
            raise MethodError("memory", zh, en) from full

    def run(self, expression: Table, *, exact: bool = True) -> Columns:
        if exact:
            return super().run(expression)
        found = self.asked(self.compile(expression)).fetchnumpy()
        return {name: found[name] for name in expression.columns}

    def store(self, name: str, sql: str) -> None:
        self.asked(f"CREATE TEMP TABLE {quoted(name)} AS {sql}")

    def schema_of(self, name: str) -> Mapping[str, str]:
        described: Sequence[Any] = self.connection.execute(f"DESCRIBE {quoted(name)}").fetchall()
        return {row[0]: TYPES.get(row[1], str(row[1]).lower()) for row in described}


def sql_type(kind: Any) -> str:
    """DuckDB's name of an Ibis type."""
    if kind.is_decimal():
        return f"DECIMAL({kind.precision or 38},{kind.scale or 0})"
    known = {"string": "VARCHAR", "float64": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE"}
    return "BIGINT" if kind.is_integer() else known[str(kind.copy(nullable=True))]
