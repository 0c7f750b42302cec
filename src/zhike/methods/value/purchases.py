"""Purchase summaries: what the lifetime models are fitted on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from zhike.methods.engine import Columns, Relation, as_orders
from zhike.methods.result import MethodError, Note, Result

from .levels import some

if TYPE_CHECKING:
    from ibis import Table

Unit = Literal["day", "week", "month", "year"]
# days·times/parts in units, whole numbers so that no engine's floats differ: a year has 1461/4 days
UNITS: dict[str, tuple[int, int]] = {"day": (1, 1), "week": (1, 7), "month": (48, 1461), "year": (4, 1461)}


@dataclass(frozen=True, kw_only=True)
class PurchasesResult(Result):
    """`table`: customer, frequency, recency, T, mean_spend, first_day, last_day; times in `unit`, ordered by customer."""

    unit: str
    repeaters: int
    table: Relation = field(repr=False)

    def columns(self) -> Columns:
        """customer (N objects), frequency (int), recency, T, mean_spend (float64; 0 without a repeat purchase)."""
        table = self.table.table
        chosen = table.select("customer", "frequency", "recency", "T", "mean_spend").order_by("customer")
        return self.table.engine.run(chosen, exact=False)

    def fit_arrays(self) -> tuple[np.ndarray[Any, Any], ...]:
        """(frequency, recency, T, mean_spend) for the models of `zhike.methods.clv`."""
        found = self.columns()
        return tuple(np.asarray(found[name], dtype=float) for name in ("frequency", "recency", "T", "mean_spend"))

    def findings(self) -> Iterable[Note]:
        zh = f"{self.cases} 位客户中 {self.repeaters} 位买过不止一天。"
        yield Note("repeaters", zh, f"{self.repeaters} of {self.cases} customers bought on more than one day.")


def purchases_table(purchase_days: Table, until: date, since: date | None, unit: str) -> Table:
    """customer, day, amount of every purchase day → one row per customer."""
    import ibis

    days = purchase_days.filter(purchase_days.day <= ibis.date(until))
    days = days.filter(days.day >= ibis.date(since)) if since else days
    found = days.group_by("customer").agg(
        frequency=days.count() - 1,
        first_day=days.day.min(),
        last_day=days.day.max(),
        spend=days.amount.sum(),
        first_spend=days.amount.argmin(days.day),
    )
    times, parts = UNITS[unit]
    recency = found.last_day.delta(found.first_day, unit="day").cast("int64")
    lifetime = ibis.date(until).delta(found.first_day, unit="day").cast("int64")
    mean = (found.spend - found.first_spend).cast("float64") / found.frequency.nullif(0)
    return found.select(
        "customer",
        "frequency",
        "first_day",
        "last_day",
        recency=(recency * times).cast("float64") / parts,
        T=(lifetime * times).cast("float64") / parts,
        mean_spend=mean.coalesce(ibis.literal(0).cast("float64")),
    )


def whole_days(orders: Table) -> Table:
    """Orders → customer, day, amount: all orders of one customer on one day are one purchase."""
    return orders.group_by(["customer", "day"]).agg(amount=orders.amount.sum())


def purchases(data: Any, *, until: date, unit: Unit, since: date | None = None) -> PurchasesResult:
    """frequency, recency, T per customer, as the models of lifetime value need them.

    data: orders (`as_orders`), or days of grain "day". until: the last day observed. since: the first day counted (default: all).
    unit: of recency and T, and it must be said: "day", "week" (7 days), "month" (365.25/12), "year".
    frequency = days with a purchase − 1; recency = (last − first day)/unit; T = (until − first day)/unit;
    mean_spend = mean spend of the repeat days (first day out), 0 where there is none.
    MethodError: unit, no_cases.

    >>> from datetime import date
    >>> days = [date(2024, 1, 1), date(2024, 1, 8), date(2024, 1, 8)]
    >>> found = purchases([("a", day, 5) for day in days], until=date(2024, 1, 29), unit="week")
    >>> [float(values[0]) for values in found.fit_arrays()]
    [1.0, 1.0, 4.0, 10.0]
    """
    if unit not in UNITS:
        raise MethodError(
            "unit", f"时间单位须为 day、week、month 或 year：{unit}", f"Say day, week, month or year: {unit}."
        )
    given = as_orders(data)
    days = given.table if given.grain == "day" else whole_days(given.table)
    table = Relation(given.engine, purchases_table(days, until, since, unit)).keep("purchases")
    kept = table.table
    counts = kept.agg(n=kept.count(), again=(kept.frequency > 0).ifelse(1, 0).sum(), first=kept.first_day.min())
    ((cases, repeaters, first),) = given.engine.records(counts)
    some(int(cases))
    return PurchasesResult(
        cases=int(cases),
        period=(since or first, until),
        parameters={"unit": unit, "until": until, "since": since},
        unit=unit,
        repeaters=int(repeaters or 0),
        table=table,
    )
