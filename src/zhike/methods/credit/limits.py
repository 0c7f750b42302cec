"""How much credit: four methods that look at different things, and what is left of it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from zhike.methods.result import Figure, MethodError, Note

_EDGES = tuple(Decimal(v) for v in ("-4.6", "-3.9", "-3.2", "-2.5", "-1.8", "-1.1", "-0.4", "0.3"))
_PERCENT = tuple(Decimal(v) for v in ("0", "2.5", "5", "7.5", "10", "12.5", "15", "17.5"))
GRADES: dict[str, Decimal] = {
    "AAA": Decimal(2),
    "AA": Decimal(1),
    "A": Decimal("0.8"),
    "B": Decimal("0.6"),
    "C": Decimal(0),
}
"""Multiples of the sales method; AAA may be anything from 1.5 to 3."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Figures of a balance sheet, one currency."""

    current_assets: Decimal
    inventory: Decimal
    short_debt: Decimal
    debt: Decimal
    net_assets: Decimal

    @property
    def q(self) -> Decimal:
        """Q = current ratio + quick ratio - short debt/net assets - debt/net assets."""
        if self.short_debt <= 0 or self.net_assets <= 0:
            raise MethodError(
                "no_ratio",
                "流动负债和净资产须大于 0，才能计算评估值 Q。",
                "Short debt and net assets must be above 0 to compute Q.",
            )
        quick = (self.current_assets - self.inventory) / self.short_debt
        return self.current_assets / self.short_debt + quick - (self.short_debt + self.debt) / self.net_assets


def working_assets_percent(q: Decimal) -> Decimal:
    """Percent of working assets that Q allows: 0 at ≤ -4.6 in steps to 25 from 1.0 on.

    >>> [str(working_assets_percent(Decimal(q))) for q in ("-4.6", "-4.5", "0.3", "0.99", "1.0")]
    ['0', '2.5', '17.5', '20', '25']
    """
    place = bisect_left(_EDGES, q)
    if place < len(_PERCENT):
        return _PERCENT[place]
    return Decimal(20) if q < 1 else Decimal(25)


def working_assets_limit(balance: Balance) -> Figure[Decimal]:
    """(working capital + net assets)/2 × pct(Q), working capital = current assets - short debt; never below 0."""
    working = balance.current_assets - balance.short_debt
    percent = working_assets_percent(balance.q)
    limit = (working + balance.net_assets) / 2 * percent / 100
    return _limit(limit, ("营运资产法", "working assets"), 1, {"q": balance.q, "percent": percent})


def sales_limit(
    monthly_sales: Sequence[Decimal], terms_days: int, grade: str, grades: Mapping[str, Decimal] = GRADES
) -> Figure[Decimal]:
    """Mean monthly sales to them × terms in months × the grade's multiple.

    >>> str(sales_limit([Decimal(100), Decimal(140)], 60, "A").value)
    '192.0'
    """
    if not monthly_sales or terms_days < 0 or grade not in grades:
        raise MethodError(
            "bad_terms", "需要月销售额、账期和已知等级。", "Monthly sales, terms and a known grade are needed."
        )
    mean = sum(monthly_sales, Decimal(0)) / len(monthly_sales)
    limit = mean * Decimal(terms_days) / 30 * grades[grade]
    given = {"terms_days": terms_days, "grade": grade, "multiple": grades[grade]}
    return _limit(limit, ("销售额法", "sales"), len(monthly_sales), given)


def net_assets_limit(net_assets: Decimal, net_profit: Decimal) -> Figure[Decimal]:
    """(net assets + net profit)/2, never below 0."""
    given = {"net_assets": net_assets, "net_profit": net_profit}
    return _limit((net_assets + net_profit) / 2, ("净资产法", "net assets"), 1, given)


def receipts_limit(receipts: Sequence[Decimal], terms_days: int) -> Figure[Decimal]:
    """terms/30 × mean of six months' receipts weighted 6…1 over 21, the latest month first.

    >>> str(receipts_limit([Decimal(60)] * 6, 45).value)
    '90'
    """
    if len(receipts) != 6 or terms_days < 0:
        raise MethodError(
            "six_months", "回款法需要最近六个月的回款。", "The receipts method needs the last six months."
        )
    weighted = sum((amount * weight for amount, weight in zip(receipts, range(6, 0, -1), strict=True)), Decimal(0))
    return _limit(weighted * Decimal(terms_days) / 30 / 21, ("回款法", "receipts"), 6, {"terms_days": terms_days})


def available(limit: Decimal, receivables: Decimal, undelivered: Decimal, unapplied: Decimal) -> Figure[Decimal]:
    """limit - receivables - approved undelivered orders + receipts not yet applied; negative = over the limit."""
    left = limit - receivables - undelivered + unapplied
    said = Note(
        "available", f"额度 {limit:,.2f}，可用 {left:,.2f}。", f"Of {limit:,.2f} credit {left:,.2f} is available."
    )
    over = Note("over_the_limit", f"已超过额度 {-left:,.2f}。", f"{-left:,.2f} over the limit.")
    given = {"limit": limit, "receivables": receivables, "undelivered": undelivered, "unapplied": unapplied}
    return Figure(cases=1, parameters=given, warnings=(over,) if left < 0 else (), value=left, said=said)


def _limit(limit: Decimal, method: tuple[str, str], cases: int, parameters: dict[str, Any]) -> Figure[Decimal]:
    """Never below 0; `cases` are the balance sheets or months that went in."""
    value = max(limit, Decimal(0))
    said = Note(
        "credit_limit", f"按{method[0]}，信用额度为 {value:,.2f}。", f"By {method[1]} the limit is {value:,.2f}."
    )
    return Figure(cases=cases, parameters=parameters, value=value, said=said)
