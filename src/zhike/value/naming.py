"""How histories, customers and products are called: looked up when asked for, so that a million names take no memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def title(files: Sequence[str]) -> str:
    """Of the history: Sales_2023 and Sales_2024 are Sales; files with other names are called by the first."""
    stems = [file.split(".")[0] for file in files]
    names = {stem.rstrip("0123456789 _-") for stem in stems}
    return (len(stems) > 1 and len(names) == 1 and names.pop()) or stems[0]


class Book(Mapping[str, str]):
    """Key → name, out of a table (key, name); what has no name is not in it."""

    def __init__(self, connection: DuckDBPyConnection, table: str) -> None:
        self.connection, self.table = connection, table
        self.seen: dict[str, str | None] = {}

    def __getitem__(self, key: str) -> str:
        if key not in self.seen:
            found = self.connection.execute(f"SELECT name FROM {self.table} WHERE key = ?", [key]).fetchone()
            self.seen[key] = str(found[0]) if found else None
        if (name := self.seen[key]) is None:
            raise KeyError(key)
        return name

    def __iter__(self) -> Iterator[str]:
        return (str(row[0]) for row in self.connection.execute(f"SELECT key FROM {self.table}").fetchall())

    def __len__(self) -> int:
        return int(self.connection.execute(f"SELECT count(*) FROM {self.table}").fetchall()[0][0])


def keep_names(connection: DuckDBPyConnection, present: set[str], clean: Mapping[str, str]) -> None:
    """The tables customer_names and product_names, from lists beside the orders or from the orders themselves.

    clean: SQL that makes the id of each of the two roles, as in the lines.
    """
    for role in ("customer", "product"):
        table, name = f"{role}_names", f"{role}_name"
        connection.execute(f"CREATE TABLE IF NOT EXISTS {table} (key VARCHAR, name VARCHAR)")
        if name in present and role in present:
            connection.execute(
                f"INSERT INTO {table} SELECT key, any_value(name) FROM (SELECT {clean[role]} AS key, trim({name}) AS name FROM raw) "
                f"WHERE key IS NOT NULL AND name <> '' AND key NOT IN (SELECT key FROM {table}) GROUP BY 1"
            )
