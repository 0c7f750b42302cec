"""Rates with their cases and intervals: churn, retention, return, share of wallet, complaint, naming, favour and others."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from zhike.methods.engine import as_orders
from zhike.methods.intervals import wilson
from zhike.methods.result import MethodError, Note, Result
from zhike.methods.value.levels import percent, some

if TYPE_CHECKING:
    from ibis import Table


@dataclass(frozen=True, kw_only=True)
class Rate(Result):
    """Part of whole, with a 95 % interval (Wilson) where both are counts; `name` is what it is called, (Chinese, English)."""

    name: tuple[str, str]
    part: float
    whole: float
    low: float | None = None
    high: float | None = None

    @property
    def value(self) -> float | None:
        """Part / whole; None where the whole is 0."""
        return self.part / self.whole if self.whole else None

    def findings(self) -> Iterable[Note]:
        """The rate, its interval, and of how many."""
        zh, en = self.name
        if self.value is None:
            yield Note("rate", f"{zh}：没有可计算的对象。", f"{en}: there is nothing to take it of.")
            return
        known = self.low is not None and self.high is not None
        span = f"{percent(self.low or 0)}–{percent(self.high or 0)}" if known else ""
        yield Note(
            "rate",
            f"{zh} {percent(self.value)}" + (f"（{span}，n={self.cases:,}）。" if known else "。"),
            f"{en}: {percent(self.value)}" + (f" ({span}, n={self.cases:,})." if known else "."),
        )


@dataclass(frozen=True, kw_only=True)
class PriceSensitivity(Result):
    """`rates`: the win rate of each band of discounts, by the band's name such as "0%–5%"."""

    rates: Mapping[str, Rate]

    def findings(self) -> Iterable[Note]:
        """Every band that was quoted."""
        for found in self.rates.values():
            if found.whole:
                yield from found.findings()


def rate(part: float, whole: float, name: tuple[str, str] = ("比率", "Rate")) -> Rate:
    """A rate of counts; Wilson's interval (1927): (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n).

    >>> round(rate(8, 10).low, 3), round(rate(8, 10).high, 3)
    (0.49, 0.943)
    """
    if not (math.isfinite(part) and math.isfinite(whole)) or whole < 0 or not 0 <= part <= whole:
        zh, en = f"比率的分子须在 0 与分母之间：{part}/{whole}", f"A part lies between 0 and the whole: {part}/{whole}."
        raise MethodError("rate", zh, en)
    low, high = wilson(part, whole) if whole else (None, None)
    return Rate(cases=int(whole), name=name, part=part, whole=whole, low=low, high=high)


def churn(lost: int, opening: int) -> Rate:
    """Lost customers / opening customers."""
    return rate(lost, opening, ("流失率", "Churn"))


def retention(closing: int, new: int, opening: int) -> Rate:
    """(closing − new) / opening."""
    return rate(closing - new, opening, ("保持率", "Retention"))


def return_rate(with_two_orders: int, customers: int) -> Rate:
    """回头率: customers with at least two orders / all customers."""
    return rate(with_two_orders, customers, ("回头率", "Return rate"))


def complaint_rate(complaints: int, orders: int) -> Rate:
    """Complaints / orders; one order may bring several complaints, so there is no interval and it may pass 1."""
    if complaints < 0 or orders < 0:
        raise MethodError("rate", "次数不能为负", "Counts are not negative.")
    return Rate(cases=orders, name=("投诉率", "Complaint rate"), part=complaints, whole=orders)


def favour(positive: int, aware: int) -> Rate:
    """美誉度: those who think well of us / those who know us."""
    return rate(positive, aware, ("美誉度", "Favour"))


def naming(named: int, buyers: int) -> Rate:
    """指名度: those who would ask for us by name / buyers of the category."""
    return rate(named, buyers, ("指名度", "Naming"))


def penetration(customers: int, market: int) -> Rate:
    """Our customers / all who could be."""
    return rate(customers, market, ("渗透率", "Penetration"))


def close_rate(won: int, decided: int) -> Rate:
    """Deals won / deals decided."""
    return rate(won, decided, ("成交率", "Close rate"))


def share_of_wallet(ours: Any, category: Any) -> Rate:
    """Our sales to a customer / what it spends in the category (money, so without an interval)."""
    part, whole = float(ours), float(category)
    if not (math.isfinite(part) and math.isfinite(whole)) or whole < part or part < 0:
        zh, en = "我方销售额不能超过客户的品类支出", "Our sales cannot exceed what the customer spends in the category."
        raise MethodError("wallet", zh, en)
    return Rate(cases=1, name=("客户份额", "Share of wallet"), part=part, whole=whole)


def price_sensitivity(
    quotes: Sequence[tuple[float, bool]], edges: Sequence[float] = (0, 0.05, 0.1, 0.2)
) -> PriceSensitivity:
    """Win rate by discount: quotes (discount as a share, won), grouped at the edges (lower edge included).

    >>> price_sensitivity([(0.0, False), (0.02, True), (0.15, True)]).rates["0%–5%"].value
    0.5
    """
    cuts = [*edges, 1.0]
    if list(edges) != sorted(set(edges)) or any(not edges[0] <= discount <= 1 for discount, _won in quotes):
        raise MethodError("discount", "折扣须在分段范围内", "Discounts lie within the edges, which rise.")
    found = {}
    for low, high in pairwise(cuts):
        inside = [won for discount, won in quotes if low <= discount < high or (high == 1.0 and discount == 1.0)]
        band = f"{low * 100:g}%–{high * 100:g}%"
        found[band] = rate(sum(inside), len(inside), (f"折扣 {band} 的成交率", f"Won at a discount of {band}"))
    return PriceSensitivity(cases=len(quotes), parameters={"edges": tuple(edges)}, rates=found)


@dataclass(frozen=True, kw_only=True)
class RatesResult(Result):
    """What orders alone can say about a period, beside the period before it."""

    opening: int
    """Active in the period before."""
    closing: int
    """Active in the period."""
    new: int
    """First purchase ever in the period."""
    returned: int
    """Active in the period, not in the one before, but earlier."""
    lost: int
    """Active in the period before and not in this one."""
    churn: Rate
    retention: Rate
    return_rate: Rate
    orders: int
    revenue: Decimal
    average_order: Decimal | None

    def findings(self) -> Iterable[Note]:
        if self.churn.value is not None:
            lost, kept = percent(self.churn.value), percent(self.retention.value or 0)
            zh = f"上期 {self.opening} 位客户中流失 {self.lost} 位（{lost}），保持率 {kept}。"
            en = f"Of {self.opening} customers of the period before {self.lost} were lost ({lost}); {kept} stayed."
            yield Note("churn", zh, en)
        share = percent(self.return_rate.value or 0)
        yield Note("return_rate", f"本期回头率 {share}。", f"{share} bought at least twice in the period.")


def activity_table(orders: Table, before: tuple[date, date], period: tuple[date, date]) -> Table:
    """Orders → per customer: whether active before and in the period, first day, orders and money of the period."""
    import ibis

    until = orders.filter(orders.day <= ibis.date(period[1]))
    inside = until.day >= ibis.date(period[0])
    earlier = (until.day >= ibis.date(before[0])) & (until.day <= ibis.date(before[1]))
    return until.group_by("customer").agg(
        first_day=until.day.min(),
        orders=inside.ifelse(1, 0).sum(),
        money=ibis.ifelse(inside, until.amount, until.amount * 0).sum(),
        earlier=earlier.ifelse(1, 0).sum(),
    )


def order_rates(data: Any, *, period: tuple[date, date], before: tuple[date, date] | None = None) -> RatesResult:
    """Opening, new, returned, lost and closing customers of a period with churn, retention and return rate.

    data: orders (`as_orders`), with their history. period, before: first and last day, both included; `before` defaults
    to as many days just before. lost = opening − those of them who bought again; retention = (closing − new − returned)
    / opening = 1 − churn; return rate = customers with ≥ 2 orders in the period / closing.
    closing = opening − lost + new + returned. MethodError: no_cases, period.

    >>> from datetime import date
    >>> orders = [("a", date(2023, 5, 1), 10), ("b", date(2023, 6, 1), 10), ("b", date(2024, 1, 1), 10)]
    >>> order_rates(orders, period=(date(2024, 1, 1), date(2024, 12, 31))).churn.value
    0.5
    """
    first, last = period
    if last < first:
        raise MethodError("period", "期末早于期初", "The period ends before it begins.")
    before = before or (first - (last - first) - timedelta(days=1), first - timedelta(days=1))
    given = as_orders(data)
    import ibis

    seen = activity_table(given.table, before, period)
    active, was = seen.orders > 0, seen.earlier > 0
    fresh = seen.first_day >= ibis.date(first)
    counts = seen.agg(
        everybody=seen.count(),
        opening=was.ifelse(1, 0).sum(),
        closing=active.ifelse(1, 0).sum(),
        new=(active & fresh).ifelse(1, 0).sum(),
        lost=(was & ~active).ifelse(1, 0).sum(),
        twice=(seen.orders >= 2).ifelse(1, 0).sum(),
        orders=seen.orders.sum(),
        money=seen.money.sum(),
    )
    ((everybody, opening, closing, new, lost, twice, orders, money),) = given.engine.records(counts)
    some(int(everybody))
    returned = int(closing) - int(new) - (int(opening) - int(lost))
    return result_of(
        {"opening": opening, "closing": closing, "new": new, "returned": returned, "lost": lost, "orders": orders},
        int(twice),
        Decimal(money),
        (period, before),
    )


def result_of(
    counts: Mapping[str, int], twice: int, money: Decimal, periods: tuple[tuple[date, date], tuple[date, date]]
) -> RatesResult:
    """Counts turned into rates."""
    whole = {name: int(count) for name, count in counts.items()}
    gained = whole["new"] + whole["returned"]
    return RatesResult(
        cases=whole["opening"] + gained,
        period=periods[0],
        parameters={"before": periods[1]},
        churn=churn(whole["lost"], whole["opening"]),
        retention=retention(whole["closing"], gained, whole["opening"]),
        return_rate=return_rate(twice, whole["closing"]),
        revenue=money,
        average_order=money / whole["orders"] if whole["orders"] else None,
        opening=whole["opening"],
        closing=whole["closing"],
        new=whole["new"],
        returned=whole["returned"],
        lost=whole["lost"],
        orders=whole["orders"],
    )
