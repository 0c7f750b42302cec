"""Who matters: published numbers, worked cases, and what must not change when the data are turned around."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zhike.methods.engine import DuckDBEngine, Relation, as_orders
from zhike.methods.result import MethodError
from zhike.methods.tests.orders import lines
from zhike.methods.value import (
    abc,
    concentration,
    customer_equity,
    migration,
    project,
    purchases,
    pyramid,
    rfm,
    what_if,
)

NOW, THEN = (date(2023, 7, 1), date(2024, 6, 30)), (date(2022, 7, 1), date(2023, 6, 30))
ONLINE = """CREATE TABLE orders AS SELECT CustomerID AS customer, InvoiceDate::TIMESTAMP::DATE AS "day",
    (Quantity::DECIMAL(18,0) * UnitPrice::DECIMAL(18,3))::DECIMAL(18,2) AS amount, InvoiceNo AS "order"
FROM read_csv('{path}', all_varchar = true)
WHERE CustomerID <> '' AND Quantity::DOUBLE > 0 AND UnitPrice::DOUBLE > 0 AND InvoiceNo NOT LIKE 'C%'"""


@pytest.fixture(scope="module")
def online(shared: Path) -> Relation:
    """Online Retail, cleaned by the rules of its reference, as orders."""
    engine = DuckDBEngine()
    engine.connection.execute(ONLINE.format(path=shared / "transactions" / "onlineretail.csv.gz"))
    return as_orders(engine.relation("orders", grain="line")).keep()


@pytest.mark.shared
def test_against_online_retail(online: Relation) -> None:
    found = concentration(online)
    assert found.cases == 4338 and found.total == Decimal("8911407.90")
    assert len(online.rows()) == 18_532
    shares = [round(found.shares[part] * 100, 2) for part in (0.2, 0.1, 0.01)]
    assert shares == [74.59, 61.33, 31.78] and round(found.gini, 4) == 0.7151
    levels = pyramid(online).levels
    assert [levels[name].customers for name in ("top", "high", "middle", "base")] == [44, 173, 651, 3470]
    assert round(levels["top"].share * 100, 2) == 32.00 and levels["top"].benchmark == 0.4
    classes = abc(online).levels
    assert sum(level.customers for level in classes.values()) == 4338
    assert classes["A"].share <= 0.55 < 1 - classes["C"].share <= 0.85


@pytest.mark.shared
def test_against_the_r_package_rfm(shared: Path) -> None:
    with (shared / "transactions" / "rfm_data_orders.csv").open() as file:
        rows = [(row["customer_id"], row["order_date"], row["revenue"]) for row in csv.DictReader(file)]
    found = rfm(rows, as_of=date(2006, 12, 31), months=None)
    best = found.levels["champions"]
    assert found.cases == 995
    assert (best.customers, found.orders["champions"], best.revenue) == (158, 1234, Decimal(120_178))
    again = rfm(rows, as_of=date(2006, 12, 31), months=None, breaks=found.breaks)
    assert again.segments == found.segments and again.levels == found.levels


@pytest.mark.shared
def test_against_the_purchase_summary_of_cdnow(shared: Path) -> None:
    rows = []
    with (shared / "clv" / "CDNOW_sample.txt").open() as file:
        for line in file:
            _master, name, day, _units, dollars = line.split()
            rows.append((name, date(int(day[:4]), int(day[4:6]), int(day[6:])), Decimal(dollars)))
    found = purchases(rows, until=date(1997, 9, 30), unit="week")
    frequency, recency, T, _spend = found.fit_arrays()
    with (shared / "clv" / "cdnow_customers_summary.csv").open() as file:
        told = [(int(r["frequency"]), float(r["recency"]), float(r["T"])) for r in csv.DictReader(file)]
    assert found.cases == 2357 and found.repeaters == 946
    mine = sorted(zip(frequency.astype(int).tolist(), recency.round(2).tolist(), T.round(2).tolist(), strict=True))
    assert np.allclose(np.array(mine), np.array(sorted(told)), atol=0.006)


def test_against_the_worked_case_of_abc() -> None:
    values = [131, 66, 54, 48, 44, 39, 37, 34, 28, 28, 27, 27, 26]
    # after the twelve and the 26, B goes on to 879; the next would make 85.8 %
    rest = [25, 25, 24, 24, 23, 23, 23, 23, 22, 22, 21, 21, 14]
    values += rest
    tail = [13] * 12 + [5]
    found = abc(values + tail)
    assert found.total == 1040
    assert found.levels["A"].customers == 12 and round(found.levels["A"].share * 100, 1) == 54.1
    assert found.classes[12] == "B"
    assert found.levels["A"].revenue + found.levels["B"].revenue == 879


def test_ties_share_the_class_of_the_first_and_rank_one_is_always_a() -> None:
    assert abc({"a": 90, "b": 5, "c": 5}).classes == {"a": "A", "b": "C", "c": "C"}
    assert set(abc([10, 10, 10, 10]).classes.values()) == {"A"}
    # 50, then 20 + 20 reach 70 and 90 %: both take the 70 of the first, which is B
    assert abc({"a": 50, "b": 20, "c": 20, "d": 10}).classes == {"a": "A", "b": "B", "c": "B", "d": "C"}


def test_values_of_zero_or_less_are_c_and_said() -> None:
    found = abc({"a": 10, "b": 5, "c": -20})
    assert found.classes["c"] == "C" and found.total == 15
    assert [note.code for note in found.warnings] == ["negative_totals"]
    assert "1 customers" in found.explain("en")[-1] and "1 位" in found.explain("zh")[-1]


def test_the_pyramids_cuts_are_ceilings_and_the_top_is_never_empty() -> None:
    for many, cuts in ((1, (1, 0, 0, 0)), (5, (1, 0, 0, 4)), (101, (2, 4, 15, 80)), (250, (3, 10, 37, 200))):
        levels = pyramid(range(1, many + 1)).levels
        assert tuple(levels[name].customers for name in ("top", "high", "middle", "base")) == cuts


def test_costs_and_people_who_never_ordered_stand_in_the_pyramid() -> None:
    found = pyramid({"a": 100, "b": 50}, outside={"prospect": 7}, costs={"a": (5, 30), "b": ("2.50", 10)})
    assert found.levels["prospect"].customers == 7
    assert found.levels["top"].margin_rate == pytest.approx(0.3) and found.levels["base"].cost == Decimal("2.50")
    with pytest.raises(MethodError, match="Unknown levels"):
        pyramid({"a": 1}, outside={"friends": 3})


def test_migrations_rows_sum_to_their_opening_counts_and_money_moves_with_them() -> None:
    rows = lines()
    then, now = pyramid(rows, period=THEN), pyramid(rows, period=NOW)
    found = migration(then, now)
    for level in found.levels:
        assert sum(cell.customers for cell in found.cells[level].values()) == then.levels[level].customers
        rate = found.rates[level]
        if rate.opening:
            assert rate.upgrade + rate.kept + rate.downgrade + rate.lost == pytest.approx(1)
        assert sum(found.cells[i][level].customers for i in found.cells) == now.levels[level].customers
        assert sum(found.cells[i][level].money_now for i in found.cells) == now.levels[level].revenue
    moved = found.cells["base"]["inactive"].customers
    assert len(found.customers("base", "inactive")) == moved


def test_projection_equity_and_what_if_by_hand() -> None:
    found = migration(
        {"a": ("top", 100), "b": ("top", 80), "c": ("base", 10), "d": ("base", 10)},
        {"a": ("top", 90), "b": ("base", 20), "c": ("base", 10)},
        levels=("top", "base", "inactive"),
    )
    # top → ½ top ½ base; base → ½ base ½ inactive; inactive stays; nobody is new
    assert project(found, 1, entrants=False).values.tolist() == [[1, 2, 1], [0.5, 1.5, 2.0]]
    worth = customer_equity(found, margin={"top": 100, "base": 10}, discount=0.1, periods=1)
    assert worth.total == pytest.approx((0.5 * 100 + 1.5 * 10) / 1.1)
    assert sum(worth.per_level.values()) == pytest.approx(worth.total)
    assert what_if(found, {("base", "top"): 2}).value == 2 * (Decimal(90) - Decimal(15))
    with pytest.raises(MethodError, match="Nobody"):
        what_if(migration({"a": "top"}, {"a": "top"}), {("high", "top"): 1})


def test_rfm_by_brute_force() -> None:
    rows = lines(120, seed=3)
    as_of = date(2024, 6, 30)
    orders: dict[tuple[str, str], list[tuple[date, Decimal]]] = defaultdict(list)
    for name, day, amount, order in rows:
        orders[name, order].append((day, amount))
    own: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for (name, _order), found in orders.items():
        day = min(day for day, _amount in found)
        if date(2023, 6, 30) < day <= as_of:
            own[name].append((day, sum((amount for _day, amount in found), Decimal(0))))
    names = sorted(own)
    r = np.array([(as_of - max(day for day, _m in own[name])).days for name in names])
    f = np.array([len(own[name]) for name in names])
    m = np.array([float(sum(money for _day, money in own[name])) for name in names])

    def score(values: Any, reverse: bool = False) -> Any:
        hits = (values[:, None] >= np.quantile(values, [0.2, 0.4, 0.6, 0.8]) + 1).sum(axis=1)
        return 5 - hits if reverse else 1 + hits

    result = rfm(rows, as_of=as_of)
    told = {row["customer"]: (row["r"], row["f"], row["m"]) for row in result.table.dicts()}
    scores = zip(score(r, True).tolist(), score(f).tolist(), score(m).tolist(), strict=True)
    assert told == dict(zip(names, scores, strict=True))
    assert result.period == (date(2023, 7, 1), as_of)
    assert result.outside + result.cases == len({name for name, day, *_rest in rows if day <= as_of})


def test_equal_values_share_a_score_and_coinciding_quintiles_are_said() -> None:
    rows = [(name, date(2024, 1, 1), 100) for name in "abcdefgh"]
    found = rfm(rows, as_of=date(2024, 2, 1))
    assert len({(row["r"], row["f"], row["m"]) for row in found.table.dicts()}) == 1
    assert [note.code for note in found.warnings] == ["ties"]


def test_malformed_questions_are_refused_in_both_languages() -> None:
    day = date(2024, 1, 1)
    for wrong in (
        lambda: abc([]),
        lambda: abc([1, float("nan")]),
        lambda: abc([1], cuts=(0.9, 0.5)),
        lambda: pyramid([0, 0]),
        lambda: rfm([("a", day, 1)], as_of=date(2023, 1, 1)),
        lambda: rfm([("a", day, 1)], as_of=day, months=0),
        lambda: rfm([("a", day, 1)], as_of=day, breaks={"recency": (1, 2)}),
        lambda: rfm([("a", "yesterday", 1)], as_of=day),
        lambda: purchases([("a", day, 1)], until=day, unit="fortnight"),  # type: ignore[arg-type]
        lambda: purchases([], until=day, unit="week"),
        lambda: migration([1, 2], {}),
        lambda: migration({"a": "top"}, {"a": "elsewhere"}),
        lambda: concentration([-1, 0]),
    ):
        with pytest.raises(MethodError) as refused:
            wrong()
        assert refused.value.code and refused.value.say("zh") != refused.value.say("en")


def test_gini_and_lorenz_by_hand() -> None:
    assert concentration([1, 1, 2, 4]).gini == pytest.approx(2 * (1 + 2 + 6 + 16) / (4 * 8) - 5 / 4)
    data = {f"c{n}": value for n, value in enumerate([4, 2, 2, -1, -1])}
    first = concentration(data, parts=(0.2, 0.4))
    assert (first.cases, first.shares) == (5, {0.2: 0.5, 0.4: 0.75}), "the first fifth of all five, not of the three"
    assert [note.code for note in first.warnings] == ["negative_totals"]
    curve = concentration([1, 1, 2, 4]).lorenz
    assert curve.shape == (101, 2) and curve[25].tolist() == [0.25, 0.125] and curve[100, 1] == pytest.approx(1)
    assert (np.diff(curve[:, 1]) >= 0).all()


def test_one_purchase_per_customer_and_day_and_the_unit_is_asked_for() -> None:
    day = date(2024, 1, 1)
    rows = [("a", day, 5), ("a", day, 6), ("a", day + timedelta(days=14), 8), ("b", day, 1)]
    found = purchases(rows, until=day + timedelta(days=28), unit="week")
    assert [values.tolist() for values in found.fit_arrays()] == [[1, 0], [2, 0], [4, 4], [8, 0]]
    with pytest.raises(TypeError):
        purchases(rows, until=day)  # type: ignore[call-arg]


def test_shifting_every_day_leaves_rfm_as_it_was() -> None:
    rows, shift = lines(30), timedelta(days=371)
    first = rfm(rows, as_of=date(2024, 6, 30), months=None)
    later = rfm([(c, d + shift, a, o) for c, d, a, o in rows], as_of=date(2024, 6, 30) + shift, months=None)
    assert first.segments == later.segments and first.breaks == later.breaks
