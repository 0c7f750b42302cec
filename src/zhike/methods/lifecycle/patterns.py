"""How customers were lost: the four life patterns, by the furthest stage each had reached."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhike.methods.engine import Relation
from zhike.methods.result import Note, Result
from zhike.methods.value.levels import Level, class_of, grouped, shared

from .rhythm import QUARTER, at_clocks, with_gaps
from .stages import DEFAULT, Rules, staged, standing, standing_of

if TYPE_CHECKING:
    from ibis import Table

PATTERNS = ("early_abort", "cut_short", "early_leave", "kept_long")
NAMES = {"early_abort": "早期流产型", "cut_short": "中途夭折型", "early_leave": "提前退出型", "kept_long": "长久保持型"}
EN = {"early_abort": "early abort", "cut_short": "cut short", "early_leave": "early leave", "kept_long": "kept long"}


@dataclass(frozen=True, kw_only=True)
class PatternsResult(Result):
    """`table`: customer, pattern, quarters_built, quarters_stable, last_day, value (of the year up to the last purchase)."""

    levels: dict[str, Level]
    """By pattern: the lost, and what they bought in their last year."""
    table: Relation = field(repr=False)

    @property
    def patterns(self) -> dict[Any, str]:
        """{customer: pattern}."""
        return class_of(self.table, "pattern")

    def findings(self) -> Iterable[Note]:
        for name in PATTERNS:
            level = self.levels[name]
            zh = f"{NAMES[name]} {level.customers} 位，流失前一年购买 {level.revenue:,.2f}。"
            en = f"{level.customers} were lost by {EN[name]}; in their last year they bought for {level.revenue:,.2f}."
            yield Note(f"pattern_{name}", zh, en)


def furthest(history: Table) -> Table:
    """customer, clock, stage → customer, quarters_built, quarters_stable, pattern."""
    import ibis

    counted = history.group_by("customer").agg(
        quarters_built=(history.stage == "build").ifelse(1, 0).sum(),
        quarters_stable=(history.stage == "stable").ifelse(1, 0).sum(),
    )
    pattern = ibis.cases(
        (counted.quarters_stable >= 4, "kept_long"),
        (counted.quarters_stable > 0, "early_leave"),
        (counted.quarters_built > 0, "cut_short"),
        else_="early_abort",
    )
    return counted.mutate(pattern=pattern)


def clocks_between(first: date, as_of: date, most: int = 80) -> list[date]:
    """Quarter ends back from `as_of` to the first purchase, latest first."""
    count = min(most, (as_of - first).days // QUARTER + 1)
    return [as_of - timedelta(days=QUARTER * k) for k in range(count)]


def loss_patterns(data: Any, *, as_of: date, rules: Rules = DEFAULT) -> PatternsResult:
    """The pattern of every customer who is lost at `as_of` (`lifecycle`), from the stage at each quarter end before.

    Furthest stage explore → early_abort (早期流产), build → cut_short (中途夭折), stable in fewer than 4 quarters →
    early_leave (提前退出), in 4 or more → kept_long (长久保持). Quarters are 91 days back from as_of, at most 80.
    data: orders (`as_orders`), or the result of `lifecycle` for the same day, which saves counting again; then its rules hold.
    Nobody lost is an answer, not an error. MethodError: no_cases.

    >>> from datetime import date
    >>> loss_patterns([("a", date(2020, 1, 1), 10)], as_of=date(2024, 1, 1)).patterns
    {'a': 'early_abort'}
    """
    now = standing_of(data, as_of, rules)
    given, days = now.days, now.days.table.select("customer", "day", "spend")
    lost = now.table.table.filter(now.table.table.stage == "lost")
    chosen = Relation(given.engine, days.semi_join(lost, "customer")).keep("lost_days")
    ((first,),) = given.engine.records(chosen.table.agg(first=chosen.table.day.min()))
    seen = Relation(given.engine, at_clocks(chosen.table, clocks_between(first or as_of, as_of))).keep("clocks")
    stages = staged(standing(with_gaps(seen.table)), int(now.gap * 2), now.rules).select("customer", "stage")
    found = furthest(stages).inner_join(lost.select("customer", "last_day", value=lost.year), "customer")
    table = Relation(
        given.engine,
        found.select("customer", "pattern", "quarters_built", "quarters_stable", "last_day", "value"),
    ).keep("patterns")
    rows = given.engine.records(grouped(table.table, "pattern"))
    levels = {name: Level(int(n), Decimal(money)) for name, n, money in rows}
    return PatternsResult(
        cases=sum(level.customers for level in levels.values()),
        period=now.period,
        parameters={"as_of": as_of, **asdict(now.rules)},
        warnings=now.warnings,
        levels=shared({name: levels.get(name, Level(0, Decimal(0))) for name in PATTERNS}),
        table=table,
    )
