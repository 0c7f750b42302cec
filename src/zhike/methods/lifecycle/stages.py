"""Lifecycle stage of every customer: explore, build, stable, decline, lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhike.methods.engine import Relation, as_orders
from zhike.methods.engine.plain import fraction_of
from zhike.methods.result import MethodError, Note, Result
from zhike.methods.value.levels import Level, class_of, shared, some

from .rhythm import keys, purchase_days, quarters, rhythm, with_gaps

if TYPE_CHECKING:
    from ibis import Column, Table

STAGES = ("explore", "build", "stable", "decline", "lost")
NAMES = {"explore": "考察期", "build": "形成期", "stable": "稳定期", "decline": "退化期", "lost": "已流失"}


SHOWN = (
    "customer", "stage", "orders", "first_day", "last_day", "gap2", "p90x10", "slower", "idle", "recent", "before", "level", "peak", "year",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds of the stages; every one a setting."""

    lost_gaps: int = 3
    lost_days: int = 365
    decline_gaps: int = 2
    change: float = 0.10
    two_quarters: float = 0.20
    few_orders: int = 3
    young_gaps: int = 3
    young_days: int = 90
    stable_days: int = 364
    of_peak: float = 0.80


DEFAULT = Rules()


@dataclass(frozen=True, kw_only=True)
class LifecycleResult(Result):
    """`table`: customer, stage, orders, first_day, last_day, gap2 (twice the gap in days), p90x10 (ten times the 90th percentile
    of the gaps), slower (whether the last two gaps both exceed 1.5 × the median before them), idle, recent, before, level,
    peak, year."""

    levels: dict[str, Level]
    """By stage; revenue is that of the 365 days up to each customer's last purchase."""
    rules: Rules
    gap: float
    """The median gap in days that stands in where a customer has fewer than three orders."""
    table: Relation = field(repr=False)
    days: Relation = field(repr=False)
    """customer, day, spend, gap, place, n of every purchase day (`rhythm.with_gaps`), for whoever goes on from this result."""

    @property
    def stages(self) -> dict[Any, str]:
        """{customer: stage}."""
        return class_of(self.table, "stage")

    def findings(self) -> Iterable[Note]:
        for stage in STAGES:
            level = self.levels[stage]
            zh = f"{NAMES[stage]}客户 {level.customers} 位。"
            yield Note(f"stage_{stage}", zh, f"{level.customers} customers: {stage}.")


def standing(gapped: Table, as_of: date | None = None) -> Table:
    """Purchase days with their gaps → per customer, at one day or at each of its clocks, everything the rules look at."""

    own = rhythm(gapped).inner_join(quarters(gapped, clock_of(gapped, as_of)), keys(gapped))
    clock = clock_of(own, as_of)
    return own.mutate(
        idle=clock.delta(own.last_day, unit="day").cast("int64"),
        tenure=clock.delta(own.first_day, unit="day").cast("int64"),
        recent=own.q0 + own.q1,
        before=own.q2 + own.q3,
    )


def clock_of(days: Table, as_of: date | None) -> Any:
    """The day from which one looks back: the same for all, or each row's own."""
    import ibis

    return days.clock if as_of is None else ibis.date(as_of)


def typical_gap(own: Table) -> Table:
    """One row: gap2, the median over customers with at least three orders of twice their median gap (the lower one)."""
    import ibis

    ready = own.filter(own.orders >= 3)
    ranked = ready.select(
        "gap2",
        rank=ibis.row_number().over(order_by=[ready.gap2, ready.customer]) + 1,
        n=ready.count().over(),
    )
    return ranked.agg(gap2=ranked.gap2.min(where=ranked["rank"] * 2 >= ranked.n))


def staged(own: Table, typical: int, rules: Rules) -> Table:
    """The rules, in their order, in whole numbers and money; `typical` is twice the gap of those with few orders."""
    import ibis

    gap2 = ibis.ifelse(own.orders < 3, ibis.literal(typical), own.gap2)
    change_top, change_bottom = fraction_of(rules.change)
    fall_top, fall_bottom = fraction_of(rules.two_quarters)
    peak_top, peak_bottom = fraction_of(rules.of_peak)

    def beyond(days: Column, gaps: int, least: int = 0) -> Column:
        enough = days * 2 > gap2 * gaps
        return enough & (days > least) if least else enough

    known = own.before > 0
    grown = (own.recent - own.before) * change_bottom
    falling = (own.q0 < own.q1) & (own.q1 < own.q2) & ((own.q2 - own.q0) * fall_bottom > own.q2 * fall_top)
    declining = (known & (grown < -(own.before * change_top))) | falling | beyond(own.idle, rules.decline_gaps)
    young = (own.tenure * 2 < gap2 * rules.young_gaps) | (own.tenure < rules.young_days)
    rising = ~known | (grown > own.before * change_top)
    steady = (own.tenure >= rules.stable_days) & (own.level * peak_bottom >= own.peak * peak_top)
    stage = ibis.cases(
        (beyond(own.idle, rules.lost_gaps, rules.lost_days), "lost"),
        (declining, "decline"),
        ((own.orders < rules.few_orders) | young, "explore"),
        (rising, "build"),
        (steady, "stable"),
        else_="build",
    )
    return own.mutate(stage=stage, gap2=gap2)


def year_before(days: Table, own: Table) -> Table:
    """customer, year: money of the 365 days up to the last purchase, which is what is at stake."""
    joined = days.inner_join(own.select("customer", "last_day"), "customer")
    near = joined.filter(joined.last_day.delta(joined.day, unit="day") < 365)
    return near.group_by("customer").agg(year=near.spend.sum())


def typical_of(given: Relation, own: Table) -> tuple[int, tuple[Note, ...]]:
    """Twice the stand-in gap, and a doubt where nobody has a rhythm yet."""
    ((found,),) = given.engine.records(typical_gap(own))
    if found is not None:
        return int(found), ()
    zh = "没有客户买过三天以上，购买间隔按 91 天估计。"
    en = "Nobody bought on three days or more; 91 days stand in for the gap."
    return 182, (Note("no_rhythm", zh, en),)


def lifecycle(data: Any, *, as_of: date, rules: Rules = DEFAULT) -> LifecycleResult:
    """The stage of every customer who bought until `as_of`, by these rules in this order:

    gap = median days between purchases (below 3 orders: the median of all others'); idle = days since the last; q0, q1, … =
    sales in 91-day quarters back from as_of; g = (q0 + q1 − q2 − q3)/(q2 + q3), undefined when q2 + q3 ≤ 0.
    lost: idle > max(3·gap, 365); decline: g < −10 %, or q0 < q1 < q2 with q0 more than 20 % below q2, or idle > 2·gap;
    explore: < 3 orders or tenure < max(90, 3·gap); build: g > 10 % or undefined; stable: tenure ≥ 4 quarters and the last
    two quarters ≥ 80 % of the best two in a row; else build. Orders of one day count once.

    data: orders (`as_orders`), or days of grain "day". MethodError: no_cases.

    >>> from datetime import date, timedelta
    >>> days = [date(2023, 1, 1) + timedelta(days=7 * week) for week in range(104)]
    >>> lifecycle([("a", day, 10) for day in days], as_of=date(2024, 12, 28)).stages
    {'a': 'stable'}
    """
    days = gapped_days(data, as_of).keep("days")
    own = Relation(days.engine, standing(days.table, as_of)).keep("standing")
    ((cases, first),) = days.engine.records(own.table.agg(n=own.table.count(), first=own.table.first_day.min()))
    some(int(cases))
    typical, doubts = typical_of(days, own.table)
    joined = staged(own.table, typical, rules).left_join(year_before(days.table, own.table), "customer")
    table = Relation(days.engine, joined.select(*SHOWN)).keep("lifecycle")
    rows = table.table.group_by("stage").agg(n=table.table.count(), money=table.table.year.sum())
    found = {stage: Level(int(n), Decimal(sum_)) for stage, n, sum_ in days.engine.records(rows)}
    return LifecycleResult(
        cases=int(cases),
        period=(first, as_of),
        parameters={"as_of": as_of, **asdict(rules)},
        warnings=doubts,
        levels=shared({stage: found.get(stage, Level(0, Decimal(0))) for stage in STAGES}),
        rules=rules,
        gap=typical / 2,
        table=table,
        days=days,
    )


def gapped_days(data: Any, as_of: date) -> Relation:
    """Purchase days with their gaps, of orders, or of a life cycle that was computed for the same day. MethodError: as_of."""
    if isinstance(data, LifecycleResult):
        return standing_of(data, as_of).days
    given = as_orders(data)
    return Relation(given.engine, with_gaps(purchase_days(given.table, as_of, summed=given.grain == "day")), "day")


def standing_of(data: Any, as_of: date, rules: Rules = DEFAULT) -> LifecycleResult:
    """The life cycle of orders, or the one that was given, if it is of the same day. MethodError: as_of, no_cases."""
    if not isinstance(data, LifecycleResult):
        return lifecycle(data, as_of=as_of, rules=rules)
    if data.parameters["as_of"] != as_of:
        raise MethodError("as_of", "生命周期结果的日期与 as_of 不同", "The lifecycle's day is not this as_of.")
    return data
