"""The own-rhythm alarm: key customers who thin out their orders, before they have gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhike.methods.engine import Relation
from zhike.methods.result import Note, Result

from .stages import standing_of

if TYPE_CHECKING:
    from ibis import Table


@dataclass(frozen=True, kw_only=True)
class ThinningResult(Result):
    """`table`: customer, orders, last_day, idle, gap, p90, late, slower, value; those thinning out, most at stake first.

    gap and p90 are days (floats); late: idle exceeds p90; slower: the last two gaps both exceed 1.5 × the median before.
    """

    customers: int
    """How many are thinning out."""
    at_stake: Decimal
    """Their money of the 365 days up to the last purchase, together."""
    table: Relation = field(repr=False)

    def list(self, limit: int = 100) -> list[dict[str, Any]]:
        """The first of them, by value at stake."""
        rows = self.table.table
        return self.table.head(limit, rows.value.desc(), rows.customer)

    def findings(self) -> Iterable[Note]:
        money = f"{self.at_stake:,.2f}"
        zh = f"{self.customers} 位客户偏离了自己的购买节奏，涉及年购买额 {money}。"
        yield Note(
            "thinning", zh, f"{self.customers} customers depart from their own rhythm; {money} a year is at stake."
        )


def alarms(standing: Table) -> Table:
    """Where customers stand → one row per customer with enough purchases, with both halves of the alarm."""
    own = standing.filter(standing.orders >= 4)
    return own.select(
        "customer",
        "orders",
        "last_day",
        "idle",
        gap=own.gap2.cast("float64") / 2,
        p90=own.p90x10.cast("float64") / 10,
        late=own.idle * 10 > own.p90x10,
        slower=own.slower,
        value=own.year,
    )


def thinning_out(
    data: Any, *, as_of: date, longest_idle: int | None = None, longest_gaps: float = 0.0
) -> ThinningResult:
    """Customers who are thinning out by their own rhythm (needs ≥ 4 purchases; orders of one day count once):

    late: days since the last purchase exceed the type-7 90th percentile of *its own* gaps; or
    slower: its last two gaps both exceed 1.5 × the median of the gaps *before* them (needs ≥ 5 purchases).
    Ranked by value at stake: money of the 365 days up to its last purchase. longest_idle, longest_gaps: leave out those
    who have not bought for more days than the one and for more than the other of their own gaps: they have gone.

    data: orders (`as_orders`), or the result of `lifecycle` for the same day. cases: customers with enough purchases.
    MethodError: no_cases, as_of.

    >>> from datetime import date, timedelta
    >>> days = [date(2024, 1, 1) + timedelta(days=7 * week) for week in range(10)]
    >>> found = thinning_out([("a", day, 10) for day in days], as_of=date(2024, 4, 1))
    >>> found.customers, found.list()[0]["idle"]
    (1, 28)
    """
    now = standing_of(data, as_of)
    given = now.table
    own = Relation(given.engine, alarms(given.table)).keep("alarms")
    ((cases,),) = given.engine.records(own.table.agg(n=own.table.count()))
    flagged = own.table.filter(own.table.late | own.table.slower)
    if longest_idle is not None:
        flagged = flagged.filter((flagged.idle <= longest_idle) | (flagged.idle <= flagged.gap * longest_gaps))
    names = ("customer", "orders", "last_day", "idle", "late", "slower", "gap", "p90", "value")
    table = Relation(given.engine, flagged.select(*names)).keep("thinning")
    ((many, stake),) = given.engine.records(table.table.agg(n=table.table.count(), m=table.table.value.sum()))
    return ThinningResult(
        cases=int(cases),
        period=(as_of, as_of),
        parameters={"as_of": as_of, "longest_idle": longest_idle, "longest_gaps": longest_gaps},
        warnings=too_few(int(cases)),
        customers=int(many),
        at_stake=Decimal(stake or 0),
        table=table,
    )


def too_few(cases: int) -> tuple[Note, ...]:
    """Nobody bought often enough to have a rhythm."""
    if cases:
        return ()
    zh, en = (
        "没有客户买过四天以上，无法判断节奏。",
        "Nobody bought on four days or more; there is no rhythm to judge by.",
    )
    return (Note("no_rhythm", zh, en),)
