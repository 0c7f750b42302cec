"""Effort: visits against every possible plan, service against margin, bids against the published optimum."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from zhike.methods.effort import (
    Account,
    Rival,
    Saturating,
    Served,
    WinCurve,
    best_bid,
    bids,
    go_no_go,
    plan_visits,
    service_balance,
    win_curve,
)
from zhike.methods.result import MethodError


def test_against_the_logistic_bid() -> None:
    best = WinCurve(cases=0, intercept=6, slope=0.05).best(60)
    assert (best.price, best.win, best.profit) == pytest.approx((111.1429, 0.6089, 31.1429), abs=5e-5)
    assert best.price == pytest.approx(60 + 1 / (0.05 * (1 - best.win)))
    assert WinCurve(cases=0, intercept=6, slope=0.05).best(60, bid_cost=40).warnings[0].code == "not_worth_it"


def test_the_win_curve_is_found_again_in_quotes() -> None:
    random = np.random.default_rng(2)
    prices = random.uniform(80, 160, 5000)
    found = win_curve(list(prices), list(random.random(5000) < 1 / (1 + np.exp(-6 + 0.05 * prices))))
    assert (found.intercept, found.slope) == pytest.approx((6, 0.05), rel=0.12)
    with pytest.raises(MethodError):
        win_curve([1, 2, 3], [True, False, True])
    with pytest.raises(MethodError):
        win_curve(list(prices), [True] * 5000)
    with pytest.raises(MethodError):
        WinCurve(cases=9, intercept=1, slope=-1).best(5)


def test_friedman_and_gates_by_hand() -> None:
    """Two rivals, each evenly likely below or above 1.2 × cost: 1/4 against 1/3."""
    rivals = {"a": Rival(guess=(1.0, 1.2, 1.4)), "b": Rival(guess=(1.0, 1.2, 1.4))}
    for method, expected in (("friedman", 0.25), ("gates", 1 / 3)):
        best = best_bid(100, rivals, method=method)  # type: ignore[arg-type]
        grid = np.linspace(100, 140, 4001)
        chance = np.array([1 - rivals["a"].below(price / 100) for price in grid])
        win = chance**2 if method == "friedman" else 1 / (1 + 2 * (1 - chance) / np.maximum(chance, 1e-12))
        assert best.profit == pytest.approx(float(((grid - 100) * win).max()), abs=1e-3)
        assert win[2000] == pytest.approx(expected, abs=1e-9)
        assert "rivals_guessed" in {note.code for note in best.warnings}
    one = {"a": Rival(past=(1.1, 1.2, 1.15, 1.3, 1.25, 1.18, 1.22, 1.27))}
    first, second = best_bid(100, one, method="friedman"), best_bid(100, one, method="gates")
    assert first.price == pytest.approx(second.price) and not first.warnings  # alike for a single rival
    for bad in ({}, {"a": Rival()}, {"a": Rival(guess=(2, 1, 3))}, {"a": Rival(past=(-1.0,))}):
        with pytest.raises(MethodError):
            best_bid(100, bad)


def test_go_no_go_has_two_edges() -> None:
    assert [go_no_go(dict.fromkeys(bids.CRITERIA, value)).verdict for value in (7, 6.9, 5, 4.9)] == [
        "go",
        "review",
        "review",
        "no",
    ]
    with pytest.raises(MethodError):
        go_no_go({"fit": 5})


def concave(draw: Any) -> list[float]:
    steps = sorted(draw(some.lists(some.integers(0, 50), min_size=1, max_size=4)), reverse=True)
    return [0.0, *np.cumsum(steps).astype(float).tolist()]


@settings(max_examples=40, deadline=None)
@given(some.data())
def test_no_other_plan_of_equal_visits_brings_more(data: Any) -> None:
    tables = [concave(data.draw) for _ in range(data.draw(some.integers(1, 4)))]
    hours = data.draw(some.integers(0, 8))
    found = plan_visits([Account(str(i), "Li", table) for i, table in enumerate(tables)], {"Li": hours})
    best = max(
        sum(table[n] for table, n in zip(tables, plan, strict=True))
        for plan in product(*(range(len(table)) for table in tables))
        if sum(plan) <= hours
    )
    assert found.expected == pytest.approx(best) and found.hours["Li"] <= hours


def test_hours_belong_to_each_person_and_long_visits_fit_or_do_not() -> None:
    accounts = [
        Account("big", "Li", Saturating(0, 1000, 2), hours=3, now=0),
        Account("near", "Li", Saturating(0, 100, 1), hours=1, now=5),
        Account("far", "Wu", Saturating(10, 90, 1), hours=2, now=1),
    ]
    plan = plan_visits(accounts, {"Li": 10, "Wu": 1})
    assert plan.visits == {"big": 3, "near": 1, "far": 0} and plan.hours == {"Li": 10, "Wu": 0}
    assert plan.gain > 0 and plan.next_best["Wu"] == pytest.approx(20)
    assert "over_hours" in {note.code for note in plan.warnings}  # Wu's visit of today does not fit either


@pytest.mark.parametrize(
    "account",
    [
        Account("a", "Li", [0, 1, 5]),
        Account("a", "Wu", [0, 1]),
        Account("a", "Li", [], 1),
        Account("a", "Li", [0, 1], 0),
    ],
)
def test_impossible_accounts_are_refused(account: Account) -> None:
    with pytest.raises(MethodError):
        plan_visits([account], {"Li": 5})


def test_who_gets_too_much_is_named_with_its_shares() -> None:
    served = [Served("a", "A", 10, 800), Served("b", "C", 70, 150), Served("c", "D", 20, 50), Served("d", "D", 0, -20)]
    found = service_balance(served)
    assert [row[0] for row in found.over] == ["b", "c"] and [row[0] for row in found.under] == ["a"]
    assert found.over[0][1:] == pytest.approx((0.7, 0.15)) and found.shares["A"] == pytest.approx(0.1)
    assert any("服务过度" in sentence for sentence in found.explain("zh"))
    with pytest.raises(MethodError):
        service_balance([Served("a", "Z", 1, 1)])
