"""Calendar months of revenue, and the forecast of the next ones."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from zhike.methods.engine import DuckDBEngine
from zhike.methods.forecast import Forecast, forecast
from zhike.methods.result import MethodError
from zhike.value.study import Month


def monthly(engine: DuckDBEngine, table: str) -> tuple[Month, ...]:
    """Every month from the first order to the last; empty ones too."""
    rows: list[Any] = engine.rows(
        f"SELECT date_trunc('month', day)::DATE AS month, sum(amount), count(*), count(DISTINCT customer) FROM {table} "
        "GROUP BY 1 ORDER BY 1"
    )
    known = {row[0]: Month(row[0], Decimal(row[1]), int(row[2]), int(row[3])) for row in rows}
    at, last, found = rows[0][0], rows[-1][0], []
    while at <= last:
        found.append(known.get(at, Month(at, Decimal(0), 0, 0)))
        at = date(at.year + at.month // 12, at.month % 12 + 1, 1)
    return tuple(found)


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
