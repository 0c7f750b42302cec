"""RFM: how recently, how often, how much; quintile scores or fixed cut points, eight classes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from zhike.methods.engine import Relation, as_orders
from zhike.methods.engine.plain import months_before, number_of
from zhike.methods.result import MethodError, Note, Result

from .levels import Level, class_of, percent, shared, some

if TYPE_CHECKING:
    from ibis import Column, Table

MEASURES = ("recency", "frequency", "monetary")
# (R high, F high, M high) → code; 中文 below
CLASSES = {
    (True, True, True): "champions",
    (True, False, True): "promising",
    (False, True, True): "keep",
    (False, False, True): "rescue",
    (True, True, False): "regular",
    (True, False, False): "newcomers",
    (False, True, False): "fading",
    (False, False, False): "dormant",
}
NAMES = {
    "champions": "重要价值客户",
    "promising": "重要发展客户",
    "keep": "重要保持客户",
    "rescue": "重要挽留客户",
    "regular": "一般价值客户",
    "newcomers": "一般发展客户",
    "fading": "一般保持客户",
    "dormant": "一般挽留客户",
}
QUINTILES = (1, 2, 3, 4)


@dataclass(frozen=True, kw_only=True)
class RfmResult(Result):
    """`table`: customer, recency (days), frequency, monetary, r, f, m, segment."""

    levels: dict[str, Level]
    """By class; revenue is that of the window."""
    orders: dict[str, int]
    """Orders per class."""
    breaks: dict[str, tuple[Decimal, ...]]
    """Four cut points per measure: a value of at least the k-th earns k + 1 (recency: 5 − k). Keep them for later runs."""
    grid: dict[tuple[int, int], int]
    """Customers by (r, f)."""
    table: Relation = field(repr=False)
    history: Relation = field(repr=False)

    @cached_property
    def outside(self) -> int:
        """Customers whose last order lies before the window; asked of all history when it is wanted."""
        return outside_of(self.history, self.parameters["as_of"], self.period[0] if self.period else None)

    @property
    def segments(self) -> dict[Any, str]:
        """{customer: class}."""
        return class_of(self.table, "segment")

    def findings(self) -> Iterable[Note]:
        best, lost = self.levels["champions"], self.levels["keep"]
        share = percent(best.share)
        zh = f"{NAMES['champions']} {best.customers} 位，贡献 {share} 的金额。"
        yield Note("rfm_champions", zh, f"{best.customers} champions bring {share} of the money.")
        zh = f"{NAMES['keep']} {lost.customers} 位：曾经常来、买得多，最近没有来。"
        en = f"{lost.customers} used to come often and buy much, and have not come lately."
        yield Note("rfm_keep", zh, en)


def rfm_measures(orders: Table, as_of: date, since: date | None) -> Table:
    """Orders → customer, last, frequency, monetary within since < day ≤ as_of."""
    import ibis

    inside = orders.filter(orders.day <= ibis.date(as_of))
    inside = inside.filter(inside.day > ibis.date(since)) if since else inside
    found = inside.group_by("customer").agg(
        last=inside.day.max(), frequency=inside.count(), monetary=inside.amount.sum()
    )
    recency = ibis.date(as_of).delta(found["last"], unit="day").cast("int64")
    return found.select("customer", "frequency", "monetary", recency=recency)


def order_statistics(measures: Table) -> Table:
    """Rows measure, value, before, reached, n: the values that stand at the places ⌊h⌋ or ⌊h⌋ + 1, h = (n − 1)·k/5, k = 1…4.

    A value stands at the places before … reached − 1 (from 0). In whole numbers, before ≤ ⌊h⌋ + 1 and ⌊h⌋ < reached say
    5·(before − 1) ≤ (n − 1)·k < 5·reached; no engine's own idea of a quantile is asked.
    """
    import ibis

    parts = []
    for measure in MEASURES:
        running = ranked_rows(measures, measure) if measure == "monetary" else ranked_values(measures, measure)
        hits = [
            ((running.before - 1) * 5 <= (running.n - 1) * k) & ((running.n - 1) * k < running.reached * 5)
            for k in QUINTILES
        ]
        found = running.filter(hits[0] | hits[1] | hits[2] | hits[3])
        exact = found.value.cast("decimal(30,6)")
        parts.append(found.select("before", "reached", "n", measure=ibis.literal(measure), value=exact))
    return ibis.union(*parts).select("measure", "value", "before", "reached", "n")


def ranked_values(measures: Table, measure: str) -> Table:
    """Distinct values with the places they take: fast where values repeat."""
    counted = measures.group_by(value=measures[measure]).agg(many=measures.count())
    running = counted.select(
        "value",
        "many",
        reached=counted.many.sum().over(order_by=counted.value, rows=(None, 0)).cast("int64"),
        n=counted.many.sum().over().cast("int64"),
    )
    return running.select("value", "reached", "n", before=running.reached - running.many)


def ranked_rows(measures: Table, measure: str) -> Table:
    """The same, row by row, for values that hardly repeat; the order among equals does not matter to a place."""
    import ibis

    value = measures[measure]
    running = measures.select(value=value, before=ibis.row_number().over(order_by=value), n=measures.count().over())
    return running.select("value", "n", "before", reached=running.before + 1)


def quintile_breaks(rows: Iterable[Sequence[Any]], step: Decimal) -> dict[str, tuple[Decimal, ...]]:
    """Rows of `order_statistics` → breaks: type-7 quantile x_lo + (h − ⌊h⌋)·(x_hi − x_lo), plus `step`."""
    listed = list(rows)
    breaks = {}
    for measure in MEASURES:
        own = [
            (int(before), int(reached), Decimal(value))
            for name, value, before, reached, _n in listed
            if name == measure
        ]
        last = max(int(n) for name, *_rest, n in listed if name == measure) - 1
        cuts = []
        for k in QUINTILES:
            place, rest = divmod(last * k, 5)
            low = next(value for before, reached, value in own if before <= place < reached)
            high = next((value for before, reached, value in own if before <= place + 1 < reached), low)
            cuts.append(((low + (high - low) * rest / 5) + step).normalize())
        breaks[measure] = tuple(cuts)
    return breaks


def scored(measures: Table, breaks: Mapping[str, Sequence[Decimal]], high: int = 4) -> Table:
    """customer, recency, frequency, monetary → with r, f, m (1–5) and segment, by given break points."""
    import ibis

    def points(measure: str) -> Column:
        value = measures[measure]
        hits = [
            (value >= ibis.literal(cut.quantize(Decimal("1.00000000")), type="decimal(38,8)")).ifelse(1, 0)
            for cut in breaks[measure]
        ]
        return hits[0] + hits[1] + hits[2] + hits[3]

    found = measures.mutate(r=5 - points("recency"), f=points("frequency") + 1, m=points("monetary") + 1)
    segment = ibis.cases(
        *(
            (((found.r >= high) == r) & ((found.f >= high) == f) & ((found.m >= high) == m), code)
            for (r, f, m), code in list(CLASSES.items())[:-1]
        ),
        else_="dormant",
    )
    return found.select("customer", *MEASURES, "r", "f", "m", segment=segment)


def rfm(
    data: Any,
    *,
    as_of: date,
    months: int | None = 12,
    breaks: Mapping[str, Sequence[Any]] | None = None,
    step: Any = 1,
    high: int = 4,
) -> RfmResult:
    """Scores 1–5 for recency R (days since the last order), frequency F (orders) and amount M over a window.

    data: orders, in any shape of `as_orders`. as_of: the last day counted. months: the window (as_of − months, as_of];
    None takes all history. breaks: {"recency": (b1, b2, b3, b4), "frequency": …, "monetary": …} kept from an earlier
    run; otherwise b_k = type-7 quantile of k·20 % + step, score = 1 + #(v ≥ b), for recency 5 − #(v ≥ b), so equal
    values share a score. step: the measures' smallest unit as in the R package rfm (1: money in whole units).
    high: from which score on a measure counts as high; the eight classes are high or low of each.
    MethodError: no_cases, breaks, window, high.

    >>> from datetime import date
    >>> orders = [(name, date(2024, 1, day), 10 * day) for name, day in zip("abcde", (1, 8, 15, 22, 29), strict=True)]
    >>> rfm(orders, as_of=date(2024, 1, 31)).segments["e"]
    'promising'
    """
    check(months, high)
    given = as_orders(data)
    since = months_before(as_of, months) if months else None
    measures = Relation(given.engine, rfm_measures(given.table, as_of, since)).keep("rfm")
    cuts = fixed(breaks) if breaks else quintiles_of(measures, number_of(step))
    table = Relation(given.engine, scored(measures.table, cuts, high)).keep("rfm")
    found, orders, grid = tallied(table)
    cases = sum(level.customers for level in found.values())
    some(cases)
    return RfmResult(
        cases=cases,
        period=(since + timedelta(days=1), as_of) if since else None,
        parameters={"as_of": as_of, "months": months, "step": float(step), "high": high, "fixed": bool(breaks)},
        warnings=() if breaks else coarse(cuts),
        levels=shared({code: found.get(code, Level(0, Decimal(0))) for code in CLASSES.values()}),
        orders={code: orders.get(code, 0) for code in CLASSES.values()},
        breaks=cuts,
        grid=grid,
        table=table,
        history=given,
    )


def check(months: int | None, high: int) -> None:
    """The window and the score from which on a measure is high."""
    if months is not None and months < 1:
        raise MethodError("window", "时间窗至少一个月", "The window is at least a month.")
    if not 2 <= high <= 5:
        raise MethodError("high", "“高”的分界须在 2 到 5 之间", "High begins between 2 and 5.")


def quintiles_of(measures: Relation, step: Decimal) -> dict[str, tuple[Decimal, ...]]:
    """The breaks of these customers."""
    rows = measures.engine.records(order_statistics(measures.table))
    some(len(rows))
    return quintile_breaks(rows, step)


def tallied(table: Relation) -> tuple[dict[str, Level], dict[str, int], dict[tuple[int, int], int]]:
    """Classes with people and money, their orders, and customers by (r, f)."""
    rows = table.table
    by_class = rows.group_by("segment").agg(n=rows.count(), money=rows.monetary.sum(), orders=rows.frequency.sum())
    levels, orders = {}, {}
    for code, n, money, many in table.engine.records(by_class):
        levels[code], orders[code] = Level(int(n), Decimal(money)), int(many)
    counted = table.engine.records(rows.group_by(["r", "f"]).agg(n=rows.count()))
    grid = {(r, f): 0 for r in range(1, 6) for f in range(1, 6)} | {(int(r), int(f)): int(n) for r, f, n in counted}
    return levels, orders, grid


def outside_of(orders: Relation, as_of: date, first: date | None) -> int:
    """Customers who bought before the window and not in it."""
    import ibis

    if first is None:
        return 0
    seen = orders.table.filter(orders.table.day <= ibis.date(as_of))
    last = seen.group_by("customer").agg(day=seen.day.max())
    ((count,),) = orders.engine.records(last.agg(n=(last.day < ibis.date(first)).ifelse(1, 0).sum()))
    return int(count or 0)


def fixed(breaks: Mapping[str, Sequence[Any]]) -> dict[str, tuple[Decimal, ...]]:
    """Cut points kept from an earlier run: four rising ones per measure."""
    cuts = {measure: tuple(number_of(cut) for cut in breaks.get(measure, ())) for measure in MEASURES}
    for measure, found in cuts.items():
        if len(found) != 4 or list(found) != sorted(found):
            raise MethodError("breaks", f"{measure} 需要四个递增的分界点", f"{measure} needs four rising cut points.")
    return cuts


def coarse(breaks: Mapping[str, Sequence[Decimal]]) -> tuple[Note, ...]:
    """A doubt where equal values swallow whole quintiles."""
    names = {"recency": "R", "frequency": "F", "monetary": "M"}
    flat = [names[measure] for measure, cuts in breaks.items() if len(set(cuts)) < 4]
    if not flat:
        return ()
    listed = "、".join(flat)
    zh = f"{listed} 的取值过于集中，五分位有重合，部分分数没有客户。"
    en = f"Values of {', '.join(flat)} are so alike that quintiles coincide; some scores have no customer."
    return (Note("ties", zh, en),)
