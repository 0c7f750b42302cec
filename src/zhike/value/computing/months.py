"""Calendar months of revenue, and the forecast of the next ones."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from zhike.methods.cohorts import CohortsResult, first_day_of, period_number
from zhike.methods.engine import Relation
from zhike.methods.forecast import Forecast, forecast
from zhike.methods.result import MethodError
from zhike.value.study import Month


def monthly(orders: Relation, triangle: CohortsResult | MethodError) -> tuple[Month, ...]:
    """Every month from the first order to the last; empty ones too. `triangle`: cohorts of the same orders."""
    table = orders.table.mutate(month=period_number(orders.table.day, "month"))
    sums = table.group_by("month").agg(money=table.amount.sum(), orders=table.count())
    known = {int(row[0]): row[1:] for row in orders.engine.records(sums)}
    buyers = buyers_of(orders, triangle)
    found = []
    for number in range(min(known), max(known) + 1):
        money, many = known.get(number, (0, 0))
        month = first_day_of(number, "month")
        found.append(Month(month, Decimal(money), int(many), buyers.get(month, 0)))
    return tuple(found)


def buyers_of(orders: Relation, triangle: CohortsResult | MethodError) -> dict[date, int]:
    """Customers who bought in each month: the triangle has counted them, if its cohorts are of months."""
    if not isinstance(triangle, MethodError) and triangle.parameters["unit"] == "month":
        return triangle.buyers
    own = orders.table.select("customer", month=period_number(orders.table.day, "month")).distinct()
    rows = orders.engine.records(own.group_by("month").agg(customers=own.count()))
    return {first_day_of(int(month), "month"): int(customers) for month, customers in rows}


def whole(as_of: date) -> bool:
    """Whether a month ends with this day."""
    return (as_of + timedelta(days=1)).day == 1


def ahead(months: tuple[Month, ...], first: date, as_of: date) -> Forecast:
    """The next three months of revenue, where a method can be tested on this history. MethodError: too_short."""
    series = [float(month.revenue) for month in months]
    series = series if whole(as_of) else series[:-1]
    series = series if first.day <= 5 else series[1:]
    many = len(series)
    if many < 8:
        raise MethodError(
            "too_short",
            f"只有 {many} 个完整的月，少于 8 个，不做预测。",
            f"There are only {many} whole months, fewer than 8: no forecast.",
        )
    period = 12 if many >= 24 + 6 + 3 - 1 else 0
    origins = 6 if many >= 12 else 3
    return forecast(series, 3, period=period, origins=origins)
