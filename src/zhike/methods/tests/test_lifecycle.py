"""Where customers stand: each rule by a case of its own, and the alarm against a plain reading of its definition."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from zhike.methods.cohorts import cohorts
from zhike.methods.lifecycle import Rules, lifecycle, loss_patterns, thinning_out
from zhike.methods.rates import (
    complaint_rate,
    order_rates,
    price_sensitivity,
    rate,
    retention,
    share_of_wallet,
)
from zhike.methods.result import MethodError
from zhike.methods.tests.orders import lines

AS_OF = date(2024, 6, 30)
Rows = list[tuple[str, date, int]]


def bought(name: str, *days_ago: int, money: int = 100) -> Rows:
    """Orders that many days before the as-of date."""
    return [(name, AS_OF - timedelta(days=ago), money) for ago in days_ago]


def rising(name: str) -> Rows:
    """Every month for three quarters, the last two much larger."""
    return bought(name, *range(0, 180, 30), money=300) + bought(name, *range(190, 270, 30), money=100)


def test_each_stage_by_a_case_of_its_own() -> None:
    rows = [
        *bought("steady", *range(0, 800, 7)),
        *bought("young", *range(0, 60, 7)),
        *bought("once", 5),
        *rising("rising"),
        *bought("silent", *range(60, 500, 7)),
        *bought("gone", *range(400, 700, 7)),
        *bought("below", *range(0, 364, 7), money=10),
        *bought("below", *range(364, 800, 7), money=100),
    ]
    assert lifecycle(rows, as_of=AS_OF).stages == {
        "steady": "stable",
        "young": "explore",
        "once": "explore",
        "rising": "build",
        "silent": "decline",
        "gone": "lost",
        "below": "build",  # steady by now, and far below its peak
    }


def test_the_peak_is_the_best_pair_of_quarters_whatever_lies_between() -> None:
    """Against a plain reading: pairs of neighbours, empty ones and returns counted, none later than the last day."""
    dice = np.random.default_rng(11)
    rows: Rows = []
    for who in range(80):
        ago = dice.choice(1500, size=int(dice.integers(1, 14)), replace=False)
        rows += [row for day in ago for row in bought(f"c{who}", int(day), money=int(dice.integers(-40, 100)))]
    found = lifecycle(rows, as_of=AS_OF).table.columns()
    for who, peak, level in zip(found["customer"], found["peak"], found["level"], strict=True):
        money: dict[int, int] = {}
        for _name, day, spend in (row for row in rows if row[0] == who):
            quarter = (AS_OF - day).days // 91
            money[quarter] = money.get(quarter, 0) + spend
        pairs = {low for quarter in money for low in (quarter, quarter - 1) if low >= 0}
        assert peak == max(money.get(low, 0) + money.get(low + 1, 0) for low in pairs), who
        assert level == money.get(0, 0) + money.get(1, 0), who


def test_two_falling_quarters_are_a_decline_before_the_half_year_shows_it() -> None:
    every_week = [
        *bought("falling", *range(0, 91, 7), money=70),
        *bought("falling", *range(91, 182, 7), money=90),
        *bought("falling", *range(182, 273, 7), money=100),
        *bought("falling", *range(273, 364, 7), money=10),
    ]
    found = lifecycle(every_week, as_of=AS_OF)
    assert found.stages == {"falling": "decline"}
    (row,) = found.table.dicts()
    assert row["recent"] > row["before"]


def test_thresholds_are_settings_and_few_orders_borrow_the_gap_of_the_others() -> None:
    rows = [*bought("weekly", *range(0, 200, 7)), *bought("twice", 50, 60)]
    found = lifecycle(rows, as_of=AS_OF)
    assert found.gap == 7 and found.stages["twice"] == "decline"
    assert lifecycle(rows, as_of=AS_OF, rules=Rules(decline_gaps=9)).stages["twice"] == "explore"
    alone = lifecycle(bought("alone", 3), as_of=AS_OF)
    assert alone.gap == 91 and [note.code for note in alone.warnings] == ["no_rhythm"]


@pytest.mark.slow
def test_the_four_patterns_of_the_lost_by_their_furthest_stage() -> None:
    rows = [
        *bought("abort", 900),
        *bought("cut", *range(800, 980, 30)),
        *bought("long", *range(500, 1700, 7)),
        *bought("left", *range(500, 1000, 7)),
        *bought("here", *range(0, 300, 7)),
    ]
    found = loss_patterns(rows, as_of=AS_OF)
    assert found.patterns == {"abort": "early_abort", "cut": "cut_short", "long": "kept_long", "left": "early_leave"}
    assert found.levels["kept_long"].revenue == 100 * len(range(500, 500 + 365, 7))
    assert sum(level.customers for level in found.levels.values()) == found.cases == 4
    strict = Rules(stable_days=728)
    again = loss_patterns(lifecycle(rows, as_of=AS_OF, rules=strict), as_of=AS_OF)
    assert again.patterns == loss_patterns(rows, as_of=AS_OF, rules=strict).patterns
    assert again.patterns["left"] == "cut_short" and again.parameters["stable_days"] == 728


def test_V35_a_key_customer_that_thins_out_is_flagged_before_it_has_gone() -> None:
    rows = [
        *bought("key", 0 + 30, 60, 75, 82, 89, 96, 103, 110, money=5000),
        *bought("late", 25, 32, 39, 46, 53, money=900),
        *bought("even", 3, 10, 17, 24, 31, 38),
        *bought("three", 100, 110, 120),
    ]
    found = thinning_out(rows, as_of=AS_OF)
    assert [row["customer"] for row in found.list()] == ["key", "late"]
    assert found.cases == 3 and found.at_stake == 8 * 5000 + 5 * 900
    assert found.list()[0]["slower"] and found.list()[0]["late"]
    now = lifecycle(rows, as_of=AS_OF)
    assert now.stages["key"] != "lost"
    assert thinning_out(now, as_of=AS_OF).list() == found.list() and loss_patterns(now, as_of=AS_OF).cases == 0
    with pytest.raises(MethodError, match="not this as_of"):
        thinning_out(now, as_of=AS_OF - timedelta(days=1))


def test_who_is_beyond_both_bounds_has_gone_and_raises_no_alarm() -> None:
    rows = [
        *bought("weekly", *range(200, 260, 7)),
        *bought("yearly", 400, 765, 1130, 1495),
        *bought("late", 25, 32, 39, 46, 53),
    ]

    def flagged(**bounds: float) -> set[str]:
        return {row["customer"] for row in thinning_out(rows, as_of=AS_OF, **bounds).list()}  # type: ignore[arg-type]

    assert flagged() == {"weekly", "yearly", "late"}
    assert flagged(longest_idle=180) == {"late"}
    assert flagged(longest_idle=180, longest_gaps=1.5) == {"yearly", "late"}


def test_the_alarm_is_what_its_definition_says_on_made_up_orders() -> None:
    rows = lines(150, seed=11)
    told = {row["customer"]: row for row in thinning_out(rows, as_of=AS_OF).table.dicts()}
    days: dict[str, set[date]] = {}
    for name, day, _amount, order in rows:
        days.setdefault(name, set()).add(day)
        del order
    for name, own in days.items():
        seen = sorted(day for day in own if day <= AS_OF)
        gaps = np.diff([day.toordinal() for day in seen])
        idle = (AS_OF - seen[-1]).days if seen else 0
        late = len(seen) >= 4 and idle > np.quantile(gaps, 0.9) + 1e-9
        slower = len(seen) >= 5 and min(gaps[-2:]) > 1.5 * np.median(gaps[:-2])
        assert (name in told) == bool(late or slower), name
        if name in told:
            assert (told[name]["late"], told[name]["slower"]) == (late, slower)
            assert told[name]["p90"] == pytest.approx(np.quantile(gaps, 0.9))
            assert told[name]["gap"] == np.median(gaps)


def test_cohorts_by_hand_and_a_period_that_still_runs() -> None:
    rows = [
        ("a", date(2024, 1, 5), 10),
        ("b", date(2024, 1, 7), 20),
        ("a", date(2024, 3, 1), 5),
        ("c", date(2024, 2, 2), 1),
    ]
    found = cohorts(rows, as_of=date(2024, 3, 10))
    assert found.starts == (date(2024, 1, 1), date(2024, 2, 1)) and found.sizes.tolist() == [2, 1]
    assert found.customers.tolist() == [[2, 0, 1], [1, 0, -1]]
    assert np.isnan(found.retention[1, 2]) and found.retention[0, 2] == 0.5
    assert not found.whole_last and [note.code for note in found.warnings] == ["period_running"]
    assert found.mean_retention[1] == 0 and np.isnan(found.mean_retention[2])
    whole = cohorts(rows, as_of=date(2024, 3, 31))
    assert whole.whole_last and whole.mean_retention[2] == 0.5
    assert np.nansum(whole.revenue) == 36
    weeks = cohorts(rows, as_of=date(2024, 3, 31), unit="week")
    assert weeks.starts == (date(2024, 1, 1), date(2024, 1, 29)) and weeks.customers[0, 8] == 1


def test_rates_of_orders_keep_their_books() -> None:
    period, before = (date(2023, 7, 1), AS_OF), (date(2022, 7, 1), date(2023, 6, 30))
    found = order_rates(lines(), period=period, before=before)
    assert found.closing == found.opening - found.lost + found.new + found.returned
    assert found.churn.value is not None and found.retention.value == pytest.approx(1 - found.churn.value)
    assert found.average_order is not None and found.average_order * found.orders == pytest.approx(found.revenue)
    assert order_rates(lines(), period=period).parameters["before"] == (date(2022, 6, 30), date(2023, 6, 30))


def test_rates_by_hand_with_wilsons_interval() -> None:
    # Wilson 1927 as tabulated by Newcombe 1998, table I: 81/263, 15/148, 0/20, 1/29
    for part, whole, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        found = rate(part, whole)
        assert found.low == pytest.approx(low, abs=5e-5) and found.high == pytest.approx(high, abs=5e-5)
    assert retention(closing=90, new=15, opening=100).value == 0.75
    assert rate(0, 0).value is None and complaint_rate(3, 2).value == 1.5
    assert share_of_wallet(Decimal(30), 120).value == 0.25
    assert price_sensitivity([(0.0, True), (0.2, True), (1.0, False)]).rates["20%–100%"].value == 0.5
    fine = price_sensitivity([(0.001, True), (0.003, False)], (0, 0.002, 0.004))
    assert [(band, found.whole) for band, found in fine.rates.items()] == [
        ("0%–0.2%", 1),
        ("0.2%–0.4%", 1),
        ("0.4%–100%", 0),
    ]
    for wrong in (lambda: rate(3, 2), lambda: share_of_wallet(2, 1), lambda: price_sensitivity([(-1, True)])):
        with pytest.raises(MethodError):
            wrong()


@pytest.mark.slow
def test_moving_every_day_moves_nothing_else() -> None:
    rows, shift = lines(40), timedelta(days=1001)
    moved = [(c, d + shift, a, o) for c, d, a, o in rows]
    assert lifecycle(rows, as_of=AS_OF).stages == lifecycle(moved, as_of=AS_OF + shift).stages
    first, later = thinning_out(rows, as_of=AS_OF), thinning_out(moved, as_of=AS_OF + shift)
    assert [row["customer"] for row in first.list()] == [row["customer"] for row in later.list()]
