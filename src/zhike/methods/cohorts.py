"""Cohorts: of those who first bought together, how many came back, period by period."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from zhike.methods.lifecycle.stages import gapped_days
from zhike.methods.result import MethodError, Note, Result
from zhike.methods.value.levels import percent, some

if TYPE_CHECKING:
    from ibis import Column, Table

Unit = Literal["week", "month", "quarter", "year"]
UNITS = ("week", "month", "quarter", "year")
MONDAY = date(1970, 1, 5)


@dataclass(frozen=True, kw_only=True)
class CohortsResult(Result):
    """Retention triangle. Rows are cohorts (first day of the period of the first purchase), columns periods since."""

    starts: tuple[date, ...]
    sizes: np.ndarray[Any, Any]
    """C integers: customers of each cohort."""
    customers: np.ndarray[Any, Any] = field(repr=False)
    """C × K: how many bought in period k after the first (k = 0: all); −1 where that period has not begun."""
    revenue: np.ndarray[Any, Any] = field(repr=False)
    """C × K float64: their money; NaN where the period has not begun."""
    whole_last: bool
    """Whether the last period is over at `as_of`; if not, the last value of every row is still growing."""

    @property
    def buyers(self) -> dict[date, int]:
        """First day of every period → how many customers bought in it, whenever they first had."""
        unit = self.parameters["unit"]
        found: dict[date, int] = {}
        for start, row in zip(self.starts, self.customers, strict=True):
            number = number_of_day(start, unit)
            for age, many in enumerate(row.tolist()):
                if many > 0:
                    day = first_day_of(number + age, unit)
                    found[day] = found.get(day, 0) + many
        return dict(sorted(found.items()))

    @property
    def retention(self) -> np.ndarray[Any, Any]:
        """C × K: share of the cohort that bought in period k; NaN where it has not begun."""
        shares = self.customers / self.sizes[:, None]
        return np.where(self.customers < 0, np.nan, shares)

    @property
    def mean_retention(self) -> np.ndarray[Any, Any]:
        """K: over the cohorts that have reached period k, weighted by their size; periods still running left out."""
        seen = self.customers >= 0
        if not self.whole_last:
            running = np.arange(self.customers.shape[1])[None, :] == seen.sum(axis=1)[:, None] - 1
            seen = seen & ~running
        people = (self.sizes[:, None] * seen).sum(axis=0)
        back = np.where(seen, self.customers, 0).sum(axis=0)
        return np.where(people > 0, back / np.where(people > 0, people, 1), np.nan)

    def findings(self) -> Iterable[Note]:
        mean = self.mean_retention
        if len(mean) > 1 and np.isfinite(mean[1]):
            share = percent(float(mean[1]))
            yield Note(
                "cohort_next", f"首购后的下一期有 {share} 的客户再次购买。", f"{share} buy again in the next period."
            )


def period_number(day: Column, unit: str) -> Column:
    """Whole periods, counted from year 0 (weeks from Monday 1970-01-05)."""
    import ibis

    months = day.year().cast("int64") * 12 + day.month().cast("int64") - 1
    if unit == "week":
        days = day.delta(ibis.date(MONDAY), unit="day").cast("int64") + 700_000  # never negative
        return ((days - days % 7) / 7).cast("int64")
    long = {"month": 1, "quarter": 3, "year": 12}[unit]
    return ((months - months % long) / long).cast("int64")


def first_day_of(number: int, unit: str) -> date:
    """The first day of a period; the inverse of `period_number`."""
    if unit == "week":
        return MONDAY + timedelta(days=7 * number - 700_000)
    months = number * {"month": 1, "quarter": 3, "year": 12}[unit]
    return date(months // 12, months % 12 + 1, 1)


def cohorts_table(gapped: Table, unit: str) -> Table:
    """Purchase days with their gaps → cohort, age (periods since), customers, revenue.

    Whoever did not buy in the same period on their day before is one more customer of it: no two are told apart.
    """
    firsts = gapped.filter(gapped.place == 0)
    begun = firsts.select("customer", cohort=period_number(firsts.day, unit))
    days = gapped.inner_join(begun, "customer")
    period, before = (period_number(day, unit) for day in (days.day, days.day - days.gap.as_interval("D")))
    again = (days.gap >= 0) & (before == period)
    aged = days.select("spend", "cohort", age=period - days.cohort, comes=again.ifelse(0, 1))
    return aged.group_by(["cohort", "age"]).agg(customers=aged.comes.sum(), revenue=aged.spend.sum())


def cohorts(data: Any, *, as_of: date, unit: Unit = "month") -> CohortsResult:
    """The retention triangle of cohorts by first purchase.

    data: orders (`as_orders`) with all their history, or the result of `lifecycle` for the same day; whoever bought before the
    data begin is taken for new.
    retention[c, k] = customers of cohort c who bought in period k after their first / size of c.
    as_of: the last day counted. unit: week (from Monday), month, quarter or year. MethodError: unit, as_of, no_cases.

    >>> from datetime import date
    >>> orders = [("a", date(2024, 1, 3), 10), ("b", date(2024, 1, 9), 10), ("a", date(2024, 2, 1), 10)]
    >>> cohorts(orders, as_of=date(2024, 2, 29)).retention.tolist()
    [[1.0, 0.5]]
    """
    if unit not in UNITS:
        raise MethodError(
            "unit", f"周期须为 week、month、quarter 或 year：{unit}", f"Say week, month, quarter or year: {unit}."
        )
    given = gapped_days(data, as_of)
    rows = given.engine.records(cohorts_table(given.table, unit))
    some(len(rows))
    last, following = number_of_day(as_of, unit), number_of_day(as_of + timedelta(days=1), unit)
    first = min(int(row[0]) for row in rows)
    present = sorted({int(row[0]) for row in rows})
    place = {number: row for row, number in enumerate(present)}
    width = last - first + 1
    begun = np.array([[number + age <= last for age in range(width)] for number in present])
    people = np.where(begun, 0, -1)
    money = np.where(begun, 0.0, np.nan)
    for number, age, customers, revenue in rows:
        people[place[int(number)], int(age)] = int(customers)
        money[place[int(number)], int(age)] = float(revenue)
    return CohortsResult(
        cases=int(people[:, 0].sum()),
        period=(first_day_of(first, unit), as_of),
        parameters={"as_of": as_of, "unit": unit},
        warnings=running_note(following == last),
        starts=tuple(first_day_of(number, unit) for number in present),
        sizes=people[:, 0].copy(),
        customers=people,
        revenue=money,
        whole_last=following != last,
    )


def number_of_day(day: date, unit: str) -> int:
    """`period_number` of a plain day."""
    if unit == "week":
        return ((day - MONDAY).days + 700_000) // 7
    return (day.year * 12 + day.month - 1) // {"month": 1, "quarter": 3, "year": 12}[unit]


def running_note(running: bool) -> tuple[Note, ...]:
    """The last diagonal is not complete."""
    if not running:
        return ()
    zh = "最后一期尚未结束，每行最后一个数会继续增长，平均值未计入。"
    en = "The last period is not over: the last value of each row still grows and is left out of the means."
    return (Note("period_running", zh, en),)
