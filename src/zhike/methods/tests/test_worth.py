"""Worth and loyalty: profits that add up, cuts where they are said to be, ranks that only order decides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from zhike.methods.loyalty import Bond, Cuts, loyalties
from zhike.methods.result import MethodError
from zhike.methods.worth import (
    BENEFITS,
    BURDENS,
    KEY_WEIGHTS,
    capital_cost,
    delivered_value,
    key_accounts,
    multi_measure_rank,
    percentile_ranks,
    potential,
    profitability,
    value_matrix,
)


def test_profit_takes_off_every_cost_and_the_whale_dives() -> None:
    tied = capital_cost([3650, 0, 0], 0.1, 10)
    found = profitability([1000, 500, 200], {"goods": [600, 300, 150], "visits": [50, 50, 100], "capital": tied})
    assert found.profit.tolist() == [340, 150, -50] and found.losers == 1
    assert found.whale.tolist() == pytest.approx([340 / 440, 490 / 440, 1.0]) and found.peak == pytest.approx(
        (2 / 3, 490 / 440)
    )
    assert "logistics" in found.explain("en")[-1]
    losing = profitability([1, 2], {"goods": [3, 4]})
    assert "no_profit" in {note.code for note in losing.warnings} and np.isnan(losing.peak).all()
    assert losing.explain("en")[0] == "2 lose money and eat 4."
    assert profitability([3, 4], {"goods": [1, 2]}).explain("en")[0].endswith("nobody loses money.")


@settings(max_examples=25, deadline=None)
@given(some.lists(some.integers(1, 1000), min_size=1, max_size=30), some.integers(1, 99))
def test_the_whale_ends_at_one_and_money_scales(sales: list[int], scale: int) -> None:
    plain, scaled = profitability(sales, {}), profitability([v * scale for v in sales], {})
    assert plain.whale[-1] == pytest.approx(1) and scaled.whale == pytest.approx(plain.whale)
    assert np.array_equal(plain.order, scaled.order)


def test_the_value_matrix_splits_at_medians() -> None:
    ahead = potential([0, 5, 0, 5], [10, 10, 10, 10], [10, 0, 20, 0], 0.5)
    assert ahead.tolist() == [0, 10, 0, 10]
    found = value_matrix([1, 2, 9, 8], ahead)
    assert found.cells == ("lead", "iron", "gold", "platinum") and found.cuts == (5, 5)
    assert value_matrix([1, 2], [3, 4], cuts=(0, 0)).counts["platinum"] == 2
    assert "many_at_the_cut" in {note.code for note in value_matrix([0, 0, 0, 1], [1, 2, 3, 4]).warnings}


def test_key_accounts_at_their_edges() -> None:
    found = key_accounts({name: [80, 79.9, 65, 64.9] for name in KEY_WEIGHTS})
    assert found.grades == ("strategic", "key", "key", "ordinary")
    strong = {name: [100.0 if name in ("purchases", "margin", "strategic") else 0.0] for name in KEY_WEIGHTS}
    assert key_accounts(strong).scores[0] == pytest.approx(65)


def test_many_measures_make_one_rank() -> None:
    """V34: sales and volume up, overdue and purchase cycle down; the first fifth is priority."""
    measures = {"sales": range(10), "volume": range(10), "overdue": range(9, -1, -1), "cycle": range(9, -1, -1)}
    found = multi_measure_rank({k: list(v) for k, v in measures.items()}, dict.fromkeys(measures, 1.0))
    assert found.order.tolist() == list(range(9, -1, -1)) and found.scores[-1] == 100 and found.scores[0] == 0
    assert np.flatnonzero(found.priority).tolist() == [8, 9]
    first = multi_measure_rank({"sales": list(range(10))}, {"sales": 1}, share=0.3)
    assert first.priority.sum() == 3 and first.explain("en") == ["3 priority customers (the first 30%)."]


@settings(max_examples=25, deadline=None)
@given(some.lists(some.integers(-9, 9), min_size=2, max_size=25), some.floats(0.1, 9))
def test_ranks_know_only_the_order(values: list[int], scale: float) -> None:
    ranks = percentile_ranks(values)
    assert ranks.mean() == pytest.approx(50) and percentile_ranks(np.array(values) * scale + 3) == pytest.approx(ranks)
    assert percentile_ranks(values, inverted=True) == pytest.approx(100 - ranks)


def test_delivered_value_against_each_competitor() -> None:
    us = {**dict.fromkeys(BENEFITS, 8.0), **dict.fromkeys(BURDENS, 3.0)}
    found = delivered_value({**us, "time": 6}, {"x": {**us, "image": 9}, "y": {**us, "product": 2}})
    assert "最落后的是“时间”（-3.0）" in found.explain("zh")[0]
    assert "no item is behind" in delivered_value(us, {"x": us}).explain("en")[0]
    assert found.values == {"us": 17, "x": 21, "y": 14} and found.gaps["time"] == -3 and found.gaps["image"] == -1
    assert "第 2" in found.explain("zh")[0]


BAD: list[Callable[[], object]] = [
    lambda: profitability([1, 2], {"goods": [1]}),
    lambda: profitability([1], {"bribes": [1]}),
    lambda: profitability([float("nan")], {}),
    lambda: value_matrix([], []),
    lambda: key_accounts({"purchases": [1]}),
    lambda: key_accounts({name: [101] for name in KEY_WEIGHTS}),
    lambda: multi_measure_rank({"a": [1, 2]}, {"a": 0}),
    lambda: delivered_value({}, {}),
    lambda: loyalties([], Cuts(5)),
    lambda: loyalties([Bond("a", 1, 1, promoted=2)], Cuts(5)),
]


@pytest.mark.parametrize("call", BAD)
def test_nonsense_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(MethodError):
        call()


def test_seven_kinds_of_loyalty() -> None:
    bonds = [
        Bond("premium", 9, 10),
        Bond("monopoly", 3, 10, only_supplier=True, promoted=0.9),
        Bond("incentive", 3, 10, promoted=0.61, one_outlet=0.9),
        Bond("convenience", 3, 10, promoted=0.6, one_outlet=0.81),
        Bond("inertia", 3, 10, one_outlet=0.8),
        Bond("price", 3, 1, cheapest=0.61),
        Bond("latent", 3, 1, cheapest=0.6),
        Bond("kept_from_buying", 9, 1),
        Bond("elsewhere", 9, 1, segment="small"),
    ]
    found = loyalties(bonds, Cuts(attachment=8))
    assert all(found.kinds[bond.id] == bond.id for bond in bonds[:7])
    assert (
        found.kinds["kept_from_buying"] == "latent" and found.kinds["elsewhere"] == "premium"
    )  # its segment's median is its own
    assert sum(found.counts.values()) == 9 and "small_segments" in {note.code for note in found.warnings}
