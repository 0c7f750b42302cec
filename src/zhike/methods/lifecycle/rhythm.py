"""The rhythm of purchases in whole numbers: gaps, twice their median, ten times their 90th percentile.

Doubling and tenfolding keep medians and type-7 percentiles of whole days whole, so that every engine agrees.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis import Column, Table, Value

QUARTER = 91


def purchase_days(orders: Table, as_of: date, *, summed: bool = False) -> Table:
    """Orders → customer, day, spend: all orders of a customer on one day are one purchase. `summed`: they are so already."""
    import ibis

    until = orders.filter(orders.day <= ibis.date(as_of))
    if summed:
        return until.select("customer", "day", spend=until.amount)
    return until.group_by(["customer", "day"]).agg(spend=until.amount.sum())


def at_clocks(days: Table, clocks: list[date]) -> Table:
    """Every purchase day beside each clock it lies before (or on): customer, clock, day, spend."""
    import ibis

    seen = [days.filter(days.day <= ibis.date(clock)).mutate(clock=ibis.date(clock)) for clock in clocks]
    return ibis.union(*seen) if len(seen) > 1 else seen[0]


def keys(days: Table) -> list[str]:
    """What one history of purchases is told by: the customer, and the clock where there are several."""
    return [name for name in ("customer", "clock") if name in days.columns]


def with_gaps(days: Table) -> Table:
    """Adds gap (whole days since the purchase before; −1 for the first), place (0…) and n purchases."""
    import ibis

    own = [days[name] for name in keys(days)]
    before = days.mutate(
        previous=days.day.lag(1).over(group_by=own, order_by=days.day),
        place=ibis.row_number().over(group_by=own, order_by=days.day),
        n=days.count().over(group_by=own),
    )
    return before.mutate(
        gap=ibis.ifelse(before.place == 0, -1, before.day.delta(before.previous, unit="day")).cast("int32"),
        place=before.place.cast("int32"),
        n=before.n.cast("int32"),
    ).drop("previous")


def doubled_median(value: Column, rank: Column, many: Column) -> Column:
    """Per row, what it adds to twice the median: rank 1…many among `many` rising values."""
    import ibis

    odd = many % 2 == 1
    middle = ibis.ifelse(odd, rank * 2 == many + 1, (rank * 2 == many) | (rank * 2 == many + 2))
    return ibis.ifelse(middle, value * ibis.ifelse(odd, 2, 1), 0)


def tenfold_p90(value: Column, rank: Column, many: Column) -> Column:
    """Per row, what it adds to ten times the type-7 90th percentile: h = (many − 1)·9/10."""
    import ibis

    height, below = (many - 1) * 9, (rank - 1) * 10
    rest = height % 10
    at = (below <= height) & (height < below + 10)
    above = (below - 10 <= height) & (height < below)
    return ibis.cases((at, value * (10 - rest)), (above, value * rest), else_=0)


def rhythm(gapped: Table) -> Table:
    """`keys`, orders, first_day, last_day, gap2 (twice the median gap), p90x10, slower, per customer (and clock)."""
    import ibis

    own = [gapped[name] for name in keys(gapped)]
    # the first purchase has gap −1 and so takes place 0; real gaps have ranks 1…n − 1
    ranked = gapped.mutate(rank=ibis.row_number().over(group_by=own, order_by=[gapped.gap, gapped.day]))
    many = ranked.n - 1
    real, late = ranked.gap >= 0, ranked.place >= ranked.n - 2
    # of the gaps before the last two, that at place k of theirs has rank k to k + 2 of all: these four hold both middle ones
    middle = ranked.n - 2 - ranked.n % 2
    near = {f"g{k}": ranked.gap.max(where=ranked["rank"] * 2 == middle + 2 * k) for k in range(4)}
    found = ranked.group_by(keys(gapped)).agg(
        orders=ranked.count(),
        first_day=ranked.day.min(),
        last_day=ranked.day.max(),
        gap2=ibis.ifelse(real, doubled_median(ranked.gap, ranked["rank"], many), 0).sum().cast("int64"),
        p90x10=ibis.ifelse(real, tenfold_p90(ranked.gap, ranked["rank"], many), 0).sum().cast("int64"),
        least=ranked.gap.min(where=late),
        a=ranked["rank"].min(where=late),
        b=ranked["rank"].max(where=late),
        **near,
    )
    shown = ("orders", "first_day", "last_day", "gap2", "p90x10", "slower")
    return with_slower(found).select(*keys(gapped), *shown)


def with_slower(found: Table) -> Table:
    """Adds slower: whether the last two gaps both exceed 1.5 × the median of those before them; needs five purchases.

    least: the smaller of the last two gaps; a < b: their ranks; g0…g3: the gaps ranked from the lower middle of those before on,
    the last two still among them.
    """
    import ibis

    placed = found.mutate(odd=found.orders % 2)
    placed = placed.mutate(first=((placed.orders - 2 - placed.odd) / 2).cast("int64"))
    # the middle places among those before, stepping over a, then over b; one place where their number is odd
    low, high = placed.first, placed.first + placed.odd
    placed = placed.mutate(u=low + (placed.a <= low).ifelse(1, 0), v=high + (placed.a <= high).ifelse(1, 0))
    u, v = (rank + (placed.b <= rank).ifelse(1, 0) - placed.first for rank in (placed.u, placed.v))
    placed = placed.mutate(u=u, v=v)
    near = (placed.g0, placed.g1, placed.g2, placed.g3)
    middles = [ibis.cases(*((step == k, near[k]) for k in range(3)), else_=near[3]) for step in (placed.u, placed.v)]
    told = (placed.orders >= 5) & (placed.least * 4 > (middles[0] + middles[1]) * 3)
    return placed.mutate(slower=told.ifelse(True, False))


def quarters(days: Table, clock: Value) -> Table:
    """`keys`, q0…q3 (sales of the last four 91-day quarters back from the clock, latest first), level, peak.

    level: the last two quarters together; peak: the best two quarters in a row there ever were.
    """
    import ibis

    own = keys(days)
    back = clock.delta(days.day, unit="day").cast("int64")
    place = ((back - back % QUARTER) / QUARTER).cast("int64")
    summed = days.select(*own, "spend", quarter=place)
    per = summed.group_by([*own, "quarter"]).agg(money=summed.spend.sum())
    # a pair of quarters is looked at from both; an empty neighbour adds nothing, and none comes after the clock
    beside = ibis.window(group_by=[per[name] for name in own], order_by=per.quarter)
    near = per.mutate(
        after=per.quarter.lag(1).over(beside), gained=per.money.lag(1).over(beside),
        before=per.quarter.lead(1).over(beside), had=per.money.lead(1).over(beside),
    )  # fmt: skip
    nothing = near.money * 0
    later = near.money + ibis.ifelse(near.after == near.quarter - 1, near.gained, nothing)
    earlier = near.money + ibis.ifelse(near.before == near.quarter + 1, near.had, nothing)
    best = ibis.ifelse(near.quarter > 0, ibis.greatest(later, earlier), earlier)
    sums = {f"q{k}": ibis.ifelse(near.quarter == k, near.money, nothing).sum() for k in range(4)}
    found = near.group_by(own).agg(peak=best.max(), **sums)
    return found.select(*own, "q0", "q1", "q2", "q3", "peak", level=found.q0 + found.q1)
