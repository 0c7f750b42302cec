"""What is owed, since when: ageing, provision, and days of sales outstanding two ways."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from zhike.methods.result import Figure, MethodError, Note, Result

BUCKETS: tuple[tuple[str, int | None], ...] = (
    ("not due", 0), ("1–30", 30), ("31–60", 60), ("61–90", 90), ("91–180", 180), ("181–365", 365), ("> 365", None),
)  # fmt: skip
"""Name and last day past due of each."""
PROVISION: tuple[Decimal, ...] = tuple(Decimal(v) / 100 for v in (5, 10, 30, 50, 80, 100))
"""Share written down within the first year past due (or not yet due), the second, … , after the fifth."""


@dataclass(frozen=True, slots=True)
class Open:
    """An open item: what is still owed and when it was due; credit notes are negative."""

    due: date
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class Ageing(Result):
    """Amounts by bucket, what is overdue, and the provision."""

    buckets: dict[str, Decimal]
    total: Decimal
    overdue: Decimal
    provision: Decimal
    oldest: int
    """Days past due of the oldest item; 0 when none is overdue."""

    def findings(self) -> Iterable[Note]:
        """Overdue share, oldest, provision."""
        share = self.overdue / self.total if self.total > 0 else Decimal(0)
        yield Note(
            "ageing",
            f"应收 {self.total:,.2f}，逾期 {self.overdue:,.2f}（{share:.1%}），最长逾期 {self.oldest} 天，"
            f"应计提坏账准备 {self.provision:,.2f}。",
            f"Owed {self.total:,.2f}, overdue {self.overdue:,.2f} ({share:.1%}), the oldest by {self.oldest} days; "
            f"provision {self.provision:,.2f}.",
        )


def ageing(items: Sequence[Open], as_of: date, provision: Sequence[Decimal] = PROVISION) -> Ageing:
    """Open items by days past due at `as_of`; the provision goes by year, each item rounded half-up to the cent.

    >>> ageing([Open(date(2024, 5, 1), Decimal(100))], date(2024, 6, 1)).buckets["31–60"]
    Decimal('100')
    """
    if len(provision) != len(PROVISION) or any(not 0 <= rate <= 1 for rate in provision):
        raise MethodError("bad_provision", "计提比例须为六档，0–1。", "Provision has six rates from 0 to 1.")
    buckets = dict.fromkeys((name for name, _ in BUCKETS), Decimal(0))
    written, oldest = Decimal(0), 0
    for item in items:
        late = (as_of - item.due).days
        oldest = max(oldest, late)
        name = next(name for name, last in BUCKETS if last is None or late <= last)
        buckets[name] += item.amount
        rate = provision[min((max(late, 1) - 1) // 365, len(provision) - 1)]
        written += (item.amount * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
    total = sum(buckets.values(), Decimal(0))
    credits = sum(item.amount < 0 for item in items)
    note = Note("credits", f"含 {credits} 笔贷项。", f"{credits} credit notes are included.")
    return Ageing(
        cases=len(items),
        period=(min((item.due for item in items), default=as_of), as_of),
        parameters={"as_of": as_of.isoformat(), "provision": [str(rate) for rate in provision]},
        warnings=(note,) if credits else (),
        buckets=buckets,
        total=total,
        overdue=total - buckets["not due"],
        provision=max(written, Decimal(0)),
        oldest=oldest,
    )


def dso(receivables: Decimal, credit_sales: Decimal, days: int) -> Figure[Decimal]:
    """Days of sales outstanding: receivables/credit sales of the period × its days.

    >>> dso(Decimal(300), Decimal(900), 90).value
    Decimal('30')
    """
    if credit_sales <= 0 or days <= 0:
        raise MethodError("no_sales", "期间赊销额须大于 0。", "Credit sales of the period must be above 0.")
    return _days(receivables * days / credit_sales, 1, {"receivables": receivables, "credit_sales": credit_sales})


def count_back_dso(receivables: Decimal, periods: Sequence[tuple[Decimal, int]]) -> Figure[Decimal]:
    """Days one must go back until sales make up the receivables; `periods` = (credit sales, days), the latest first.

    The warning `beyond_the_periods` says that all of them together are not enough: then it is at least so many days.

    >>> count_back_dso(Decimal(250), [(Decimal(100), 31), (Decimal(200), 30), (Decimal(90), 31)]).value
    Decimal('53.50')
    """
    left, days = receivables, Decimal(0)
    for sales, length in periods:
        if sales < 0 or length <= 0:
            raise MethodError("bad_periods", "各期赊销额不能为负。", "Sales of a period must not be negative.")
        if left <= sales:
            days, left = days + (left / sales * length if left > 0 else 0), Decimal(0)
            break
        left, days = left - sales, days + length
    beyond = Note(
        "beyond_the_periods",
        f"各期赊销合计仍少 {left:,.2f}，实际天数只会更多。",
        f"All periods together leave {left:,.2f} uncovered: it is at least so many days.",
    )
    return _days(days, len(periods), {"receivables": receivables}, (beyond,) if left > 0 else ())


def _days(
    days: Decimal, periods: int, parameters: dict[str, Decimal], warnings: tuple[Note, ...] = ()
) -> Figure[Decimal]:
    """`cases` are the periods of sales that went in."""
    said = Note("dso", f"应收账款相当于 {days:,.1f} 天的赊销额。", f"Receivables are {days:,.1f} days of credit sales.")
    return Figure(cases=periods, parameters=parameters, warnings=warnings, value=days, said=said)
