"""Months of revenue: who bought in each is told by the cohorts, and counted where these are of longer periods."""

from __future__ import annotations

import random
from datetime import date, timedelta

from zhike.methods.cohorts import Unit, cohorts
from zhike.methods.engine import as_orders
from zhike.value.computing.months import monthly


def test_buyers_of_a_month_are_the_same_whoever_counts_them() -> None:
    dice, start = random.Random(5), date(2021, 11, 8)
    rows = [
        (f"c{dice.randrange(40)}", start + timedelta(days=dice.randrange(700)), dice.randrange(900)) for _ in range(300)
    ]
    rows = [row for row in rows if not date(2022, 5, 1) <= row[1] < date(2022, 7, 1)]
    orders, as_of = as_orders(rows), max(row[1] for row in rows)

    def by(unit: Unit) -> object:
        return monthly(orders, cohorts(orders, as_of=as_of, unit=unit))

    assert by("month") == by("quarter") == by("year")
    for month in monthly(orders, cohorts(orders, as_of=as_of, unit="month")):
        own = [row for row in rows if (row[1].year, row[1].month) == (month.first.year, month.first.month)]
        assert month.customers == len({row[0] for row in own}) and month.orders == len(own), month.first
