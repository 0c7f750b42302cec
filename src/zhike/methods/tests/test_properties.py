"""What must not change does not, on generated orders: their order, the scale of money, the date of everything."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from zhike.methods.engine import DuckDBEngine
from zhike.methods.engine.plain import summed
from zhike.methods.tests.expressions import AS_OF, SCHEMA, THEN, expressions
from zhike.methods.tests.orders import Row
from zhike.methods.tests.test_engines import SQL, same
from zhike.methods.value.levels import Level, shared
from zhike.methods.value.migration import Cell, rates_of
from zhike.methods.value.pyramid import LEVELS, pyramid_table

SHIFT = timedelta(days=10_227)
"""Twenty-eight years, after which the calendar repeats."""
RANKED = ("abc", "pyramid", "migration", "purchases")
MOVED = ("pyramid", "purchases", "lifecycle", "rates")
COUNTED = ("values", "abc", "pyramid", "pyramid_before", "migration")
EXAMPLES = settings(max_examples=25, deadline=None)

ROWS = some.lists(
    some.tuples(some.integers(0, 9), some.integers(0, 1500), some.integers(-2_000, 90_000), some.integers(0, 3)),
    min_size=1,
    max_size=40,
).map(
    lambda lines: [
        (f"c{who}", AS_OF - timedelta(days=ago), Decimal(cents) / 100, f"{who}-{ago}-{number}")
        for who, ago, cents, number in lines
    ]
)
Answers = dict[str, list[tuple[Any, ...]]]


class Desk:
    """One connection for all examples, and every expression composed once."""

    def __init__(self) -> None:
        self.engine = DuckDBEngine(memory="500MB", threads=1)
        kinds = ", ".join(f'"{name}" {kind}' for name, kind in SQL.items())
        self.engine.connection.execute(f"CREATE TABLE orders ({kinds})")
        lines = self.engine.relation("orders", grain="line", schema=SCHEMA)
        still = expressions(lines) | {"pyramid_before": pyramid_table(summed(lines.table, THEN))}
        moved = expressions(lines, SHIFT)
        self.asked = {
            shift: {name: (list(tables[name].columns), self.engine.compile(tables[name])) for name in names}
            for shift, names, tables in ((timedelta(0), {*RANKED, *MOVED, *COUNTED}, still), (SHIFT, MOVED, moved))
        }

    def answers(
        self, names: Sequence[str], rows: list[Row], shift: timedelta = timedelta(0), times: int = 1
    ) -> Answers:
        """The rows of expressions, with the shift taken out of days and the scale out of money."""
        run = self.engine.connection.execute
        run("DELETE FROM orders")
        texts = [np.array([str(value) for value in column], dtype=object) for column in zip(*rows, strict=True)]
        self.engine.connection.register("incoming", dict(zip(SQL, texts, strict=True)))
        run("INSERT INTO orders SELECT * FROM incoming")
        self.engine.connection.unregister("incoming")

        def plain(column: str, value: Any) -> Any:
            if isinstance(value, Decimal) or (column == "mean_spend" and value is not None):
                return value / times
            return value - shift if isinstance(value, date) else value

        found = {name: (self.asked[shift][name][0], self.engine.rows(self.asked[shift][name][1])) for name in names}
        return {
            name: [tuple(plain(column, value) for column, value in zip(columns, row, strict=True)) for row in listed]
            for name, (columns, listed) in found.items()
        }


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


@pytest.mark.slow
@EXAMPLES
@given(rows=ROWS, seed=some.integers(0, 99))
def test_the_order_of_lines_and_the_scale_of_money_change_nothing(desk: Desk, rows: list[Row], seed: int) -> None:
    times = 1 + seed % 8
    turned = random.Random(seed).sample([(c, day, amount * times, order) for c, day, amount, order in rows], len(rows))
    before, after = desk.answers(RANKED, rows), desk.answers(RANKED, turned, times=times)
    for name in RANKED:
        same(before[name], after[name])


@pytest.mark.slow
@EXAMPLES
@given(rows=ROWS)
def test_the_date_of_everything_changes_nothing(desk: Desk, rows: list[Row]) -> None:
    before = desk.answers(MOVED, rows)
    after = desk.answers(MOVED, [(c, day + SHIFT, amount, order) for c, day, amount, order in rows], SHIFT)
    for name in MOVED:
        same(before[name], after[name])


@pytest.mark.slow
@EXAMPLES
@given(rows=ROWS)
def test_everybody_is_in_one_place_and_comes_from_where_they_were(desk: Desk, rows: list[Row]) -> None:
    found = desk.answers(COUNTED, rows)
    people = {customer for customer, *_ in rows}
    for name in ("values", "pyramid"):
        assert sorted(row[0] for row in found[name]) == sorted(people), name
    then, now = ({row[0]: row[3] for row in found[name]} for name in ("pyramid_before", "pyramid"))
    opening = Counter(level for _, level, *_ in found["migration"])
    closing = Counter(level for _, _, level, *_ in found["migration"])
    assert {level: opening[level] for level in LEVELS} == {level: Counter(then.values())[level] for level in LEVELS}
    assert opening["new"] == len(people - then.keys()) and opening.total() == closing.total() == len(people)
    assert {level: closing[level] for level in LEVELS} == {level: Counter(now.values())[level] for level in LEVELS}
    values = [row[1] for row in found["values"]]
    assert sum(row[1] for row in found["pyramid"]) == sum(values) == sum(row[4] for row in found["migration"])
    assert sum(row[1] for row in found["abc"]) == sum(value for _, value, active in found["values"] if active)


@settings(max_examples=100)
@given(some.lists(some.integers(0, 50), min_size=5, max_size=5), some.sampled_from(LEVELS))
def test_rates_of_a_level_sum_to_one(counts: list[int], level: str) -> None:
    row = {name: Cell(people, Decimal(0), Decimal(0)) for name, people in zip(LEVELS, counts, strict=True)}
    rates = rates_of(row, level, LEVELS)
    assert rates.opening == sum(counts)
    assert rates.upgrade + rates.kept + rates.downgrade + rates.lost == pytest.approx(1 if sum(counts) else 0)


@settings(max_examples=100)
@given(some.lists(some.tuples(some.integers(0, 50), some.integers(0, 10**9)), min_size=1, max_size=8))
def test_shares_sum_to_one(parts: list[tuple[int, int]]) -> None:
    found = shared({str(n): Level(people, Decimal(cents) / 100) for n, (people, cents) in enumerate(parts)}).values()
    assert sum(level.share_of_customers for level in found) == pytest.approx(float(any(people for people, _ in parts)))
    assert sum(level.share for level in found) == pytest.approx(float(any(cents for _, cents in parts)))
