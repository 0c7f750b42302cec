"""Customers moving between levels from one run to the next, and what that means for money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from zhike.methods.engine import Relation, as_relation
from zhike.methods.result import Figure, MethodError, Note, Result

from .levels import percent
from .pyramid import LEVELS, NAMES, PyramidResult

if TYPE_CHECKING:
    from ibis import Table

NEW = "new"


@dataclass(frozen=True, slots=True)
class Cell:
    """Customers who were at one level and are at another: how many, and their money then and now."""

    customers: int
    money_then: Decimal
    money_now: Decimal


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of a level's opening customers; the four sum to one. Downgrade does not count those lost."""

    opening: int
    upgrade: float
    kept: float
    downgrade: float
    lost: float


@dataclass(frozen=True, kw_only=True)
class MigrationResult(Result):
    """`cells[i][j]`: from level i (or "new") to level j; `table`: customer, level_then, level_now, value_then, value_now."""

    levels: tuple[str, ...]
    """Best first; the last is where the lost go ("inactive")."""
    cells: dict[str, dict[str, Cell]]
    rates: dict[str, Rates]
    table: Relation = field(repr=False)

    @property
    def counts(self) -> np.ndarray[Any, Any]:
        """(L + 1) × L customers: rows are the levels and, last, the new."""
        rows = [*self.levels, NEW]
        return np.array([[self.cells[i][j].customers for j in self.levels] for i in rows], dtype=np.int64)

    def customers(self, then: str, now: str, limit: int = 1000) -> list[dict[str, Any]]:
        """The customers of one cell, largest change of money first."""
        table = self.table.table
        chosen = table.filter(table.level_then == then, table.level_now == now)
        ordered = chosen.order_by([(chosen.value_now - chosen.value_then).abs().desc(), chosen.customer]).limit(limit)
        return Relation(self.table.engine, ordered).dicts()

    def findings(self) -> Iterable[Note]:
        up = sum(self.cells[i][j].customers for i in self.levels[:-1] for j in self.levels[: self.levels.index(i)])
        lost = sum(self.cells[i][self.levels[-1]].customers for i in self.levels[:-1])
        gone = sum((self.cells[i][self.levels[-1]].money_then for i in self.levels[:-1]), Decimal(0))
        yield Note("migration_up", f"{up} 位客户升级。", f"{up} customers moved up.")
        zh = f"{lost} 位客户流失，上期共购买 {gone:,.2f}。"
        yield Note("migration_lost", zh, f"{lost} customers were lost; they had bought for {gone:,.2f}.")
        first = self.levels[0]
        kept = percent(self.rates[first].kept)
        yield Note("migration_kept", f"第一级客户保持率 {kept}。", f"Of the first level {kept} stayed there.")


def migration_table(then: Table, now: Table, last: str = "inactive") -> Table:
    """Two tables (customer, level, value) → customer, level_then, level_now, value_then, value_now.

    Absent before is "new"; absent now is the last level.
    """
    before = then.select("customer", level="level", value="value")
    after = now.select(customer_now="customer", level_now="level", value_now="value")
    both = before.outer_join(after, before.customer == after.customer_now)
    return both.select(
        customer=both.customer.coalesce(both.customer_now),
        level_then=both.level.coalesce(NEW),
        level_now=both.level_now.coalesce(last),
        value_then=both.value.coalesce(0),
        value_now=both.value_now.coalesce(0),
    )


def runs_of(run: Any, engine: Any = None) -> Relation:
    """A run as a relation (customer, level, value)."""
    if isinstance(run, PyramidResult):
        return run.table
    if isinstance(run, Relation):
        return run
    if not isinstance(run, Mapping) or not run:
        raise MethodError("run_malformed", "需要 {客户: 层级}", "A run is a mapping {customer: level}.")
    pairs = [value if isinstance(value, tuple) else (value, 0) for value in run.values()]
    return as_relation(
        {"customer": list(run), "level": [pair[0] for pair in pairs], "value": [pair[1] for pair in pairs]}
    )


def same_engine(then: Relation, now: Relation) -> tuple[Relation, Relation]:
    """Both runs where the first one lives; a small table travels."""
    if then.engine is now.engine:
        return then, now
    columns = [relation.table.select("customer", "level", "value") for relation in (then, now)]
    read = [relation.engine.run(table) for relation, table in zip((then, now), columns, strict=True)]
    marked = {name: [*read[0][name].tolist(), *read[1][name].tolist()] for name in ("customer", "level", "value")}
    marked["level_run"] = ["then"] * len(read[0]["customer"]) + ["now"] * len(read[1]["customer"])
    both = as_relation(marked)
    return (
        Relation(both.engine, both.table.filter(both.table.level_run == "then")),
        Relation(both.engine, both.table.filter(both.table.level_run == "now")),
    )


def migration(then: Any, now: Any, *, levels: Sequence[str] = LEVELS) -> MigrationResult:
    """M[i][j] = customers at level i then and j now, with the money of each cell.

    then, now: two results of `pyramid`, relations (customer, level, value), or mappings {customer: level} or
    {customer: (level, money)}. levels: best first, the last one is where the lost are; who is absent now is put there,
    who was absent then is "new".
    upgrade = Σ_{j above i} M/n_i, kept = M[i][i]/n_i, lost = M[i][last]/n_i, downgrade = the rest.
    MethodError: run_malformed, level_unknown.

    >>> found = migration({"a": "top", "b": "base"}, {"a": "base", "c": "top"})
    >>> found.rates["top"].downgrade, found.rates["base"].lost, found.cells["new"]["top"].customers
    (1.0, 1.0, 1)
    """
    first, second = same_engine(runs_of(then), runs_of(now))
    table = Relation(first.engine, migration_table(first.table, second.table, levels[-1])).keep("migration")
    moved = table.table
    summary = moved.group_by(["level_then", "level_now"]).agg(
        n=moved.count(), then=moved.value_then.sum(), now=moved.value_now.sum()
    )
    rows = [*levels, NEW]
    cells = {i: {j: Cell(0, Decimal(0), Decimal(0)) for j in levels} for i in rows}
    for i, j, n, money_then, money_now in first.engine.records(summary):
        if i not in cells or j not in cells[i]:
            raise MethodError("level_unknown", f"未知的层级：{i} → {j}", f"Unknown level: {i} → {j}.")
        cells[i][j] = Cell(int(n), Decimal(money_then), Decimal(money_now))
    return MigrationResult(
        cases=sum(cell.customers for row in cells.values() for cell in row.values()),
        period=now.period if isinstance(now, PyramidResult) else None,
        parameters={"levels": tuple(levels), "then": then.period if isinstance(then, PyramidResult) else None},
        levels=tuple(levels),
        cells=cells,
        rates={level: rates_of(cells[level], level, levels) for level in levels},
        table=table,
    )


def rates_of(row: Mapping[str, Cell], level: str, levels: Sequence[str]) -> Rates:
    """One level's shares; a level nobody was at has zeros."""
    opening = sum(cell.customers for cell in row.values())
    if not opening:
        return Rates(0, 0.0, 0.0, 0.0, 0.0)
    place = list(levels).index(level)
    up = sum(row[j].customers for j in levels[:place])
    kept = row[level].customers
    lost = row[levels[-1]].customers if level != levels[-1] else 0
    return Rates(opening, up / opening, kept / opening, (opening - up - kept - lost) / opening, lost / opening)


@dataclass(frozen=True, kw_only=True)
class Projection(Result):
    """`values`: (steps + 1) × L customers per level after 0…k further periods; row 0 is the closing count."""

    levels: tuple[str, ...]
    values: np.ndarray[Any, Any]

    def findings(self) -> Iterable[Note]:
        """The best level and the last one, now and at the end."""
        for place in (0, -1):
            level, now, then = self.levels[place], self.values[0, place], self.values[-1, place]
            steps = len(self.values) - 1
            yield Note(
                "projected",
                f"照此移动，{steps} 期后{NAMES.get(level, level)}客户由 {now:,.0f} 位变为 {then:,.0f} 位。",
                f"Moving on like this, level {level} goes from {now:,.0f} customers to {then:,.0f} in {steps} periods.",
            )


def project(found: MigrationResult, steps: int, *, entrants: bool = True) -> Projection:
    """Customers per level after 0…k further periods if everybody moves as they did: n_{t+1} = n_t·P (+ new each period).

    P = M/n_i; a level without opening customers stays put.

    >>> then = {"a": ("top", 100), "b": ("top", 80), "c": ("base", 10), "d": ("base", 10)}
    >>> now = {"a": ("top", 90), "b": ("base", 20), "c": ("base", 10)}
    >>> project(migration(then, now, levels=("top", "base", "inactive")), 2).values.tolist()
    [[1.0, 2.0, 1.0], [0.5, 1.5, 2.0], [0.25, 1.0, 2.75]]
    """
    if steps < 1:
        raise MethodError("steps", "推演期数至少为 1", "Project at least one step.")
    counts = found.counts.astype(float)
    moves, arrivals = counts[:-1], counts[-1]
    opening = moves.sum(axis=1, keepdims=True)
    chances = np.where(opening > 0, moves / np.where(opening > 0, opening, 1), np.eye(len(moves)))
    rows = [counts.sum(axis=0)]
    for _step in range(steps):
        rows.append(rows[-1] @ chances + (arrivals if entrants else 0))
    return Projection(
        cases=found.cases,
        period=found.period,
        parameters={"steps": steps, "entrants": entrants},
        levels=found.levels,
        values=np.array(rows),
    )


@dataclass(frozen=True, kw_only=True)
class Equity(Result):
    """Discounted margin of the customers there are now, by level they are at now and by period."""

    total: float
    per_level: dict[str, float]
    per_customer: dict[str, float]
    by_period: tuple[float, ...]

    def findings(self) -> Iterable[Note]:
        """The total, and the level that holds most of it."""
        first = max(self.per_level, key=lambda level: self.per_level[level])
        share = percent(self.per_level[first] / self.total) if self.total else "0 %"
        yield Note(
            "customer_equity",
            f"现有 {self.cases:,} 位客户的顾客资产为 {self.total:,.2f}，其中{NAMES.get(first, first)}客户占 {share}。",
            f"Today's {self.cases:,} customers are worth {self.total:,.2f} together, {share} of it at level {first}.",
        )


def customer_equity(found: MigrationResult, *, margin: Mapping[str, float], discount: float, periods: int) -> Equity:
    """Customer equity (顾客资产): Σ_t Σ_j (n·P^t)_j · margin_j / (1 + d)^t, t = 1…periods, of present customers only.

    margin: money per customer and period at each level (missing: 0). discount: per period, > −1.

    >>> then = {"a": ("top", 100), "b": ("top", 80), "c": ("base", 10), "d": ("base", 10)}
    >>> now = {"a": ("top", 90), "b": ("base", 20), "c": ("base", 10)}
    >>> found = migration(then, now, levels=("top", "base", "inactive"))
    >>> round(customer_equity(found, margin={"top": 100, "base": 10}, discount=0.1, periods=2).total, 2)
    88.02
    """
    if discount <= -1 or periods < 1:
        raise MethodError(
            "discount", "折现率须大于 −1，期数至少为 1", "The discount exceeds −1, periods are at least 1."
        )
    counts = found.counts.astype(float)
    opening = counts[:-1].sum(axis=1, keepdims=True)
    chances = np.where(opening > 0, counts[:-1] / np.where(opening > 0, opening, 1), np.eye(len(found.levels)))
    money = np.array([float(margin.get(level, 0)) for level in found.levels])
    worth, step = np.zeros(len(money)), np.eye(len(money))
    present = counts.sum(axis=0)
    by_period = []
    for when in range(1, periods + 1):
        step = step @ chances
        gained = step @ money / (1 + discount) ** when
        worth += gained
        by_period.append(float(present @ gained))
    each = dict(zip(found.levels, worth.tolist(), strict=True))
    whole = dict(zip(found.levels, (present * worth).tolist(), strict=True))
    return Equity(
        cases=int(present.sum()),
        period=found.period,
        parameters={"margin": dict(margin), "discount": discount, "periods": periods},
        total=float(present @ worth),
        per_level=whole,
        per_customer=each,
        by_period=tuple(by_period),
    )


def what_if(found: MigrationResult, moves: Mapping[tuple[str, str], int]) -> Figure[Decimal]:
    """Change of revenue if k more customers move from level i to j: Σ k·(mean_j − mean_i), means of the money now.

    moves: {(from, to): customers}. MethodError: level_empty where a level has nobody to take a mean of.
    """
    means = {}
    for level in found.levels:
        cells = [found.cells[i][level] for i in (*found.levels, NEW)]
        if people := sum(cell.customers for cell in cells):
            means[level] = sum((cell.money_now for cell in cells), Decimal(0)) / people
    total = Decimal(0)
    for (i, j), many in moves.items():
        if missing := [level for level in (i, j) if level not in means]:
            raise MethodError("level_empty", f"层级没有客户：{missing[0]}", f"Nobody is at level {missing[0]}.")
        total += many * (means[j] - means[i])
    people = sum(moves.values())
    said = Note(
        "what_if",
        f"若另有 {people:,} 位客户如此移动，金额变化 {total:+,.2f}。",
        f"If {people:,} more customers moved like this, revenue would change by {total:+,.2f}.",
    )
    return Figure(cases=found.cases, period=found.period, parameters={"moves": dict(moves)}, value=total, said=said)
