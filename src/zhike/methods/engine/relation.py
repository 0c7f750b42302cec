"""What every engine offers: name a table, run an expression, keep its answer for the next one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from zhike.methods.result import MethodError

if TYPE_CHECKING:
    from ibis import Table
    from ibis.expr.operations import Relation as Node

Columns = dict[str, np.ndarray[Any, Any]]
Grain = Literal["order", "line", "day"]
COMPILED = 512  # statements a process keeps; a report has about fifty


class Engine(ABC):
    """Compiles expressions for one dialect and runs them; answers come in the order the expression asks for."""

    dialect: str
    numbers: Iterator[int] = count(1)  # of the tables kept by all engines: two of them may share a session

    @abstractmethod
    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a statement of this dialect answers; money as Decimal, days as date."""

    @abstractmethod
    def store(self, name: str, sql: str) -> None:
        """Keep the answer of a statement under a name for as long as the engine lives."""

    @abstractmethod
    def schema_of(self, name: str) -> Mapping[str, str]:
        """Column names of a table with their Ibis types."""

    def compile(self, expression: Table) -> str:
        """The SQL of an expression; an error of the compiler is never silent."""
        return compiled(expression.op(), self.dialect)

    def run(self, expression: Table, *, exact: bool = True) -> Columns:
        """Columns by name: exact gives money as Decimal objects, else float64 (several times faster on millions)."""
        return columns_of(list(expression.columns), self.rows(self.compile(expression)), exact=exact)

    def records(self, expression: Table) -> list[tuple[Any, ...]]:
        """The same as tuples, for small answers."""
        return self.rows(self.compile(expression))

    def keep(self, expression: Table, hint: str = "kept") -> Table:
        """Compute once, use often: the answer as a table of its own."""
        import ibis

        name = f"zhike_{hint}_{next(self.numbers)}"
        self.store(name, self.compile(expression))
        return ibis.table(expression.schema(), name=name)

    def relation(self, name: str, *, grain: Grain = "order", schema: Mapping[str, str] | None = None) -> Relation:
        """A table or view of this engine. `grain` says what one row is: a whole order, a line of one, or a customer's day."""
        import ibis

        return Relation(self, ibis.table(dict(schema or self.schema_of(name)), name=name), grain)


@dataclass(frozen=True, slots=True)
class Relation:
    """A table expression with the engine that can compute it."""

    engine: Engine
    table: Table
    grain: Grain = "order"

    def columns(self, *, exact: bool = True) -> Columns:
        """All rows as arrays by column name."""
        return self.engine.run(self.table, exact=exact)

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows as tuples."""
        return self.engine.records(self.table)

    def dicts(self) -> list[dict[str, Any]]:
        """All rows as mappings."""
        names = list(self.table.columns)
        return [dict(zip(names, row, strict=True)) for row in self.rows()]

    def head(self, many: int, *order: Any) -> list[dict[str, Any]]:
        """The first rows by an order of columns (`relation.table.value.desc()` or a name), as mappings."""
        chosen = self.table.order_by(list(order)) if order else self.table
        return Relation(self.engine, chosen.limit(many)).dicts()

    def keep(self, hint: str = "kept") -> Relation:
        """The same rows, computed now."""
        return Relation(self.engine, self.engine.keep(self.table, hint), self.grain)

    def need(self, *names: str) -> None:
        """Refuse a table that lacks a column."""
        if missing := [name for name in names if name not in self.table.columns]:
            words = ", ".join(missing)
            raise MethodError("column_missing", f"数据缺少列：{words}", f"The data have no column {words}.")


@lru_cache(COMPILED)
def compiled(operation: Node, dialect: str) -> str:
    """The SQL of an operation; composing it costs more than running it on a small table, and the same is asked often."""
    import ibis

    return str(ibis.to_sql(operation.to_expr(), dialect=dialect, pretty=False))


def quoted(name: str) -> str:
    """An identifier that cannot end early."""
    return '"' + name.replace('"', '""') + '"'


def columns_of(names: Sequence[str], rows: Iterable[Sequence[Any]], *, exact: bool) -> Columns:
    """Rows turned into arrays; Decimal stays an object unless floats are wanted."""
    listed = list(rows)
    turned = list(zip(*listed, strict=True)) if listed else [()] * len(names)
    return {name: array_of(values, exact=exact) for name, values in zip(names, turned, strict=True)}


def array_of(values: Sequence[Any], *, exact: bool) -> np.ndarray[Any, Any]:
    """The narrowest honest array: integers, floats, booleans, days, else objects."""
    kinds = {type(value) for value in values}
    if kinds and (kinds <= {bool} or kinds <= {int, float}):
        return np.asarray(values)
    if not exact and kinds and all(kind.__name__ in ("Decimal", "float", "int") for kind in kinds):
        return np.asarray([float(value) for value in values])
    if kinds and all(kind.__name__ == "date" for kind in kinds):
        return np.asarray(values, dtype="datetime64[D]")
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made
