"""ABC classes, and how unevenly money is spread over customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from zhike.methods.engine import Relation, as_values
from zhike.methods.engine.plain import fraction_of
from zhike.methods.result import MethodError, Note, Result

from .levels import Level, class_of, grouped, negative, percent, shared, some

if TYPE_CHECKING:
    from ibis import Table

CLASSES = ("A", "B", "C")


@dataclass(frozen=True, kw_only=True)
class AbcResult(Result):
    """Classes with people and money; `table` holds customer, value, rank, cumulative, class."""

    levels: dict[str, Level]
    total: Decimal
    table: Relation = field(repr=False)

    @property
    def classes(self) -> dict[Any, str]:
        """{customer: "A" | "B" | "C"}."""
        return class_of(self.table, "class")

    def findings(self) -> Iterable[Note]:
        first = self.levels["A"]
        share, people = percent(first.share), percent(first.share_of_customers)
        zh = f"A 类客户 {first.customers} 位（占客户数 {people}），贡献了 {share} 的金额。"
        yield Note("abc_a", zh, f"{first.customers} class A customers ({people} of all) bring {share} of the money.")


def abc_table(values: Table, cuts: Sequence[Any] = (Decimal("0.55"), Decimal("0.85"))) -> Table:
    """customer, value → customer, value, rank (1…N), cumulative, class.

    Customers of equal value share the class of the first of them: its cumulative sum is that of the last rank before
    the tie plus one value, that is cumulative − (rank − first rank of the tie)·value.
    """
    import ibis

    (a_top, a_bottom), (b_top, b_bottom) = (fraction_of(cut) for cut in cuts)
    order = [values.value.desc(), values.customer]
    ranked = values.select(
        "customer",
        "value",
        rank=ibis.row_number().over(order_by=order) + 1,
        first=ibis.rank().over(order_by=values.value.desc()) + 1,
        cumulative=values.value.sum().over(order_by=order, rows=(None, 0)),
        total=ibis.ifelse(values.value > 0, values.value, values.value * 0).sum().over(),
    )
    at_first = ranked.mutate(reached=ranked.cumulative - (ranked["rank"] - ranked["first"]) * ranked.value)
    letter = ibis.cases(
        (at_first.value <= 0, "C"),
        (at_first["first"] == 1, "A"),
        (at_first.reached * a_bottom <= at_first.total * a_top, "A"),
        (at_first.reached * b_bottom <= at_first.total * b_top, "B"),
        else_="C",
    )
    return at_first.select("customer", "value", "rank", "cumulative", **{"class": letter})


def abc(data: Any, *, period: tuple[date, date] | None = None, cuts: Sequence[Any] = (0.55, 0.85)) -> AbcResult:
    """ABC classes: by falling value, A while the cumulative share (customer included) is ≤ 55 %, B while ≤ 85 %, else C.

    data: orders or one value per customer, in any shape of `as_values`. period: first and last day, both included
    (orders only). cuts: shares of A and of A + B; presets (.7, .9) and (.8, .95).
    Rank 1 is always A; value ≤ 0 is C; ties share the class of the first of them; total = sum of positive values.
    Only active customers are ranked. MethodError: no_cases, cuts.

    >>> abc([131, 66, 54, 48, 44, 39, 37, 34, 28, 28, 27, 27, 26] + [50, 451]).levels["A"].customers
    2
    """
    if len(cuts) != 2 or not 0 < float(cuts[0]) < float(cuts[1]) <= 1:
        raise MethodError("cuts", "ABC 的两个界限须递增且不超过 1", "The two cuts of ABC rise and stay within 1.")
    given = as_values(data, period)
    table = Relation(given.engine, abc_table(given.table.filter(given.table.active), cuts)).keep("abc")
    summary = grouped(table.table, "class")
    found = {name: Level(int(count), Decimal(money)) for name, count, money in given.engine.records(summary)}
    levels = shared({name: found.get(name, Level(0, Decimal(0))) for name in CLASSES})
    cases = sum(level.customers for level in levels.values())
    some(cases)
    low = table.table.filter(table.table.value <= 0)
    ((unprofitable, lost),) = given.engine.records(low.agg(n=low.count(), m=low.value.sum()))
    total = sum((level.revenue for level in levels.values()), Decimal(0)) - Decimal(lost or 0)
    return AbcResult(
        cases=cases,
        period=period,
        parameters={"cuts": tuple(float(cut) for cut in cuts)},
        warnings=negative(int(unprofitable)),
        levels=levels,
        total=total,
        table=table,
    )


@dataclass(frozen=True, kw_only=True)
class ConcentrationResult(Result):
    """Shares of the first k of all customers, Gini coefficient, Lorenz curve."""

    shares: dict[float, float]
    """{.2: share of money of the first ⌊N·.2⌋ of all N active customers}."""
    gini: float
    lorenz: np.ndarray[Any, Any] = field(repr=False)
    """101 × 2: share of customers from the smallest up, their share of the money."""
    total: Decimal

    def findings(self) -> Iterable[Note]:
        for part, share in self.shares.items():
            if part * self.cases < 1 - 1e-9:  # the share of nobody
                continue
            zh = f"前 {part * 100:g} % 的客户贡献了 {percent(share)} 的金额。"
            yield Note("share_top", zh, f"The first {part * 100:g} % of customers bring {percent(share)} of the money.")
        yield Note("gini", f"基尼系数 {self.gini:.4f}。", f"The Gini coefficient is {self.gini:.4f}.")


def concentration_table(values: Table) -> Table:
    """customer, value → customer, value, rank (1 is the largest), n, of positive values only."""
    import ibis

    positive = values.filter(values.value > 0)
    order = [positive.value.desc(), positive.customer]
    return positive.select(
        "customer",
        "value",
        rank=ibis.row_number().over(order_by=order) + 1,
        n=positive.count().over(),
    )


def concentration(
    data: Any, *, period: tuple[date, date] | None = None, parts: Sequence[float] = (0.2, 0.1, 0.01)
) -> ConcentrationResult:
    """How much of the money the largest customers bring.

    share(k) = money of the first ⌊N·k⌋ customers over all money; Gini = 2·Σ i·x_i / (n·Σ x) − (n + 1)/n with x rising;
    Lorenz L(p) = money of the smallest ⌊n·p⌋ over all. N are all active customers; all money is the sum of the positive
    values (as for ABC's total), and the n customers who have one make the Gini coefficient and the curve.
    data, period: as for `abc`. MethodError: no_cases.

    >>> round(concentration([1, 1, 1, 1]).gini, 6)
    0.0
    """
    given = as_values(data, period)
    active = given.table.filter(given.table.active)
    ((cases,),) = given.engine.records(active.agg(n=active.count()))
    ranked = Relation(given.engine, concentration_table(active)).keep("ranked").table
    money = ranked.value.cast("float64")
    rising = (ranked.n - ranked["rank"] + 1).cast("float64")
    sums = ranked.agg(n=ranked.count(), total=ranked.value.sum(), weighted=(money * rising).sum())
    ((n, total, weighted),) = given.engine.records(sums)
    some(int(n))
    shares = {}
    for part in parts:
        top, bottom = fraction_of(part)
        chosen = ranked.filter(ranked["rank"] <= int(cases) * top // bottom)
        ((found,),) = given.engine.records(chosen.agg(m=chosen.value.sum()))
        shares[float(part)] = float(Decimal(found or 0) / Decimal(total))
    return ConcentrationResult(
        cases=int(cases),
        period=period,
        warnings=negative(int(cases) - int(n)),
        parameters={"parts": tuple(float(part) for part in parts)},
        shares=shares,
        gini=2 * float(weighted) / (int(n) * float(total)) - (int(n) + 1) / int(n),
        lorenz=lorenz(given, ranked, int(n), Decimal(total)),
        total=Decimal(total),
    )


def lorenz(given: Relation, ranked: Table, n: int, total: Decimal) -> np.ndarray[Any, Any]:
    """The curve at every percent of customers."""
    rising = ranked.n - ranked["rank"] + 1
    upper = rising * 100 + ranked.n - 1
    slot = ((upper - upper % ranked.n) / ranked.n).cast("int64")  # the remainder first, so that the division is exact
    found = dict(given.engine.records(ranked.group_by(slot=slot).agg(money=ranked.value.sum())))
    steps = [float(Decimal(found.get(place, 0)) / total) for place in range(1, 101)]
    return np.column_stack([np.arange(101) / 100, np.concatenate([[0.0], np.cumsum(steps)])])
