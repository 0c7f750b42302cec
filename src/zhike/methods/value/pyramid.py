"""The customer pyramid (Curry): levels by rank of revenue, beside the benchmark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhike.methods.engine import Relation, as_values
from zhike.methods.engine.plain import fraction_of
from zhike.methods.result import MethodError, Note, Result

from .levels import Level, class_of, grouped, negative, percent, shared, some

if TYPE_CHECKING:
    from ibis import Table

ACTIVE = ("top", "high", "middle", "base")
LEVELS = (*ACTIVE, "inactive")
OUTSIDE = ("prospect", "suspect", "rest")
BENCHMARK = {"top": 0.40, "high": 0.25, "middle": 0.15, "base": 0.20}
NAMES = {"top": "顶端", "high": "高端", "middle": "中端", "base": "底端", "inactive": "非活跃"}


@dataclass(frozen=True, kw_only=True)
class PyramidResult(Result):
    """Levels from top to rest, shares are those of the active; `table`: customer, value, rank (of the active), level."""

    levels: dict[str, Level]
    table: Relation = field(repr=False)

    @property
    def active(self) -> int:
        """Customers who bought in the period."""
        return sum(self.levels[name].customers for name in ACTIVE)

    @property
    def level_of(self) -> dict[Any, str]:
        """{customer: level}."""
        return class_of(self.table, "level")

    def findings(self) -> Iterable[Note]:
        for name in ACTIVE:
            level = self.levels[name]
            share, guide = percent(level.share), percent(BENCHMARK[name])
            zh = f"{NAMES[name]}客户 {level.customers} 位，贡献 {share} 的金额（参照 {guide}）。"
            en = f"{level.customers} {name} customers bring {share} of the money (guide {guide})."
            yield Note(f"pyramid_{name}", zh, en)
        idle = self.levels["inactive"].customers
        yield Note("pyramid_inactive", f"{idle} 位老客户本期没有购买。", f"{idle} former customers did not buy.")


def pyramid_table(values: Table, cuts: Sequence[Any] = (Decimal("0.01"), Decimal("0.05"), Decimal("0.2"))) -> Table:
    """customer, value, active → customer, value, rank, level; cut ranks ⌈N·k⌉ as (rank − 1)·bottom < N·top."""
    import ibis

    (t, t_of), (h, h_of), (m, m_of) = (fraction_of(cut) for cut in cuts)
    ranked = values.select(
        "customer",
        "value",
        "active",
        rank=ibis.row_number().over(order_by=[values.active.desc(), values.value.desc(), values.customer]) + 1,
        n=values.active.ifelse(1, 0).sum().over(),
    )
    before = ranked["rank"] - 1
    level = ibis.cases(
        (~ranked.active, "inactive"),
        (before * t_of < ranked.n * t, "top"),
        (before * h_of < ranked.n * h, "high"),
        (before * m_of < ranked.n * m, "middle"),
        else_="base",
    )
    return ranked.select("customer", "value", "rank", level=level)


def pyramid(
    data: Any,
    *,
    period: tuple[date, date] | None = None,
    cuts: Sequence[Any] = (0.01, 0.05, 0.2),
    outside: Mapping[str, int] | None = None,
    costs: Mapping[Any, tuple[Any, Any]] | None = None,
) -> PyramidResult:
    """The customer pyramid: of N active customers by falling revenue, top = first ⌈N·1 %⌉, high to ⌈N·5 %⌉, middle to
    ⌈N·20 %⌉, base the rest; below them inactive (bought before the period, not in it).

    data: orders or one value per customer (`as_values`); period: first and last day, both included (orders only).
    outside: counts of {"prospect", "suspect", "rest"}, which no order knows.
    costs: {customer: (cost to serve, margin)}; levels then carry both sums.
    Ties are broken by customer. MethodError: no_cases, cuts, outside.

    >>> [level.customers for level in pyramid(range(1, 101)).levels.values()][:4]
    [1, 4, 15, 80]
    """
    if len(cuts) != 3 or not 0 < float(cuts[0]) < float(cuts[1]) < float(cuts[2]) <= 1:
        raise MethodError(
            "cuts", "金字塔的三个界限须递增且不超过 1", "The pyramid's three cuts rise and stay within 1."
        )
    if unknown := set(outside or {}) - set(OUTSIDE):
        raise MethodError("outside", f"未知的层级：{sorted(unknown)}", f"Unknown levels: {sorted(unknown)}.")
    given = as_values(data, period)
    table = Relation(given.engine, pyramid_table(given.table, cuts)).keep("pyramid")
    rows = given.engine.records(grouped(table.table, "level"))
    found = {name: Level(int(count), Decimal(money)) for name, count, money in rows}
    for name, extra in sums_of(table, costs).items():
        found[name] = Level(found[name].customers, found[name].revenue, cost=extra[0], margin=extra[1])
    counts = {name: Level(count, Decimal(0)) for name, count in (outside or {}).items()}
    levels = {name: found.get(name, Level(0, Decimal(0), benchmark=BENCHMARK.get(name))) for name in LEVELS}
    active = sum(levels[name].customers for name in ACTIVE)
    some(active)
    low = table.table.filter(table.table.level != "inactive").filter(lambda t: t.value <= 0)
    ((below,),) = given.engine.records(low.agg(n=low.count()))
    return PyramidResult(
        cases=active,
        period=period,
        parameters={"cuts": tuple(float(cut) for cut in cuts)},
        warnings=(*negative(int(below)), *few(active)),
        levels=with_benchmark(
            shared({name: levels[name] for name in ACTIVE}) | {"inactive": levels["inactive"]} | counts
        ),
        table=table,
    )


def with_benchmark(levels: dict[str, Level]) -> dict[str, Level]:
    """Curry's shares beside the actual ones: a guide, never forced."""
    return {
        name: Level(
            level.customers,
            level.revenue,
            level.share_of_customers,
            level.share,
            level.cost,
            level.margin,
            BENCHMARK.get(name),
        )
        for name, level in levels.items()
    }


def sums_of(table: Relation, costs: Mapping[Any, tuple[Any, Any]] | None) -> dict[str, tuple[Decimal, Decimal]]:
    """Cost and margin per level."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for customer, level in class_of(table, "level").items() if costs else ():
        cost, margin = (costs or {}).get(customer, (0, 0))
        before = sums.get(level, (Decimal(0), Decimal(0)))
        sums[level] = (before[0] + Decimal(str(cost)), before[1] + Decimal(str(margin)))
    return sums


def few(active: int) -> tuple[Note, ...]:
    """Below a hundred customers one per cent is nobody's level."""
    if active >= 100:
        return ()
    zh = f"活跃客户只有 {active} 位，顶端和高端只有寥寥几位，占比仅供参考。"
    en = f"There are only {active} active customers; top and high hold a handful, so read their shares with care."
    return (Note("few_customers", zh, en),)
