"""Uplift, leads and moments: against published intervals and another library, and the traps of each."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zhike.methods.leads import horizon_conversion, lead_score
from zhike.methods.moments import contact_times
from zhike.methods.result import MethodError
from zhike.methods.uplift import auuc, holdout_lift, newcombe, qini, smallest_effect, uplift_curve, uplift_model


@pytest.mark.parametrize(
    ("one", "two", "interval"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
)
def test_against_newcombe_differences(
    one: tuple[int, int], two: tuple[int, int], interval: tuple[float, float]
) -> None:
    assert newcombe(one, two) == pytest.approx(interval, abs=5e-5)


def test_against_scikit_uplift_on_a_resample() -> None:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "oracle_uplift.json").read_text(encoding="utf-8"))
    case = found["outcome"], found["treated"], found["score"]
    assert qini(*case).value == pytest.approx(found["qini"], abs=1e-12)
    assert auuc(*case).value == pytest.approx(found["auuc"], abs=1e-12)
    x, y = uplift_curve(*case)
    assert len(x) == found["points"]
    assert y.mean() == pytest.approx(found["qini_curve_mean"])
    assert uplift_curve(*case, kind="uplift")[1].mean() == pytest.approx(found["uplift_curve_mean"])


@pytest.mark.slow
def test_money_comes_from_the_difference_only() -> None:
    treated, outcome = [1] * 1000 + [0] * 1000, [1] * 120 + [0] * 880 + [1] * 80 + [0] * 920
    found = holdout_lift(treated, outcome, margin=50.0, cost=1000.0)
    assert found.lift == pytest.approx(0.04)
    assert found.extra == pytest.approx(40)
    assert found.margin == pytest.approx(2000)
    assert found.campaign_return == pytest.approx(1.0)
    assert found.certain
    each = np.asarray(outcome) * 50.0
    assert holdout_lift(treated, outcome, margin=each, cost=1000).margin == pytest.approx(2000)
    assert "+4.00 个百分点" in found.explain("zh")[0]


def test_a_lift_inside_the_noise_is_called_noise() -> None:
    found = holdout_lift([1] * 100 + [0] * 100, [1] * 12 + [0] * 88 + [1] * 10 + [0] * 90)
    assert not found.certain
    assert any("no effect can be claimed" in sentence for sentence in found.explain("en"))
    with pytest.raises(MethodError, match="held-out"):
        holdout_lift([1, 1], [1, 0])


def test_the_smallest_effect_is_found_four_times_in_five() -> None:
    lift = smallest_effect(3000, 1000, 0.10).value
    rng = np.random.default_rng(4)
    ours, held = rng.binomial(3000, 0.10 + lift, 1500) / 3000, rng.binomial(1000, 0.10, 1500) / 1000
    pooled = (3 * ours + held) / 4
    z = (ours - held) / np.sqrt(pooled * (1 - pooled) * (1 / 3000 + 1 / 1000))
    assert np.mean(np.abs(z) > 1.96) == pytest.approx(0.8, abs=0.04)
    assert smallest_effect(10_000, 10_000, 0.10).value < smallest_effect(1000, 1000, 0.10).value
    assert math.isnan(smallest_effect(2, 2, 0.5).value)


def campaign(effect: float, cases: int = 6000, seed: int = 2) -> tuple[dict[str, Any], Any, Any]:
    """Half contacted at random; contact helps where x > 0 and nowhere else."""
    rng = np.random.default_rng(seed)
    x, treated = rng.normal(size=cases), rng.random(cases) < 0.5
    rate = 0.15 + effect * treated * (x > 0)
    return {"x": x, "noise": rng.normal(size=cases)}, rng.random(cases) < rate, treated


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["two_models", "transformed"])
def test_who_is_moved_is_found_where_somebody_is_moved(kind: Any) -> None:
    found = uplift_model(*campaign(0.2), kind=kind)
    assert found.usable and found.qini > 0
    assert found.best_third.lift > found.overall.lift
    assert found.predict({"x": [2.0, -2.0], "noise": [0.0, 0.0]})[0] > found.predict({"x": [-2.0], "noise": [0.0]})[0]


@pytest.mark.slow
def test_no_order_is_sold_where_nobody_is_moved() -> None:
    found = uplift_model(*campaign(0.0))
    assert not found.usable
    assert "order_is_chance" in {note.code for note in found.findings()}


@pytest.mark.slow
def test_a_holdout_that_was_not_drawn_at_random_is_noticed() -> None:
    table, outcome, _ = campaign(0.1)
    found = uplift_model(table, outcome, table["x"] > 0.5)
    assert any("differ in x" in sentence for sentence in found.explain("en"))


def leads(cases: int, seed: int = 3) -> tuple[dict[str, Any], Any]:
    rng = np.random.default_rng(seed)
    source, size = rng.choice(["fair", "web", "call"], cases), rng.normal(size=cases)
    return {"source": source, "size": size}, rng.random(cases) < 1 / (1 + np.exp(2.2 - size - (source == "fair")))


@pytest.mark.slow
def test_a_long_history_gives_probabilities_that_hold() -> None:
    table, won = leads(4000)
    found = lead_score(table, won)
    assert found.kind == "logistic" and found.reliability is not None
    assert max(abs(part.promised - part.happened) for part in found.reliability.calibration) < 0.08
    assert found.score(table).mean() == pytest.approx(100 * won.mean(), abs=3)


def test_a_short_history_gives_points() -> None:
    table, won = leads(600)
    assert won.sum() < 200
    found = lead_score(table, won)
    assert found.kind == "points"
    scores = found.score(table)
    assert scores.min() >= 0 and scores.max() <= 101
    assert scores[won].mean() > scores[~won].mean()
    assert found.card["source"]["fair"] > found.card["source"]["call"]
    assert "打分卡" in found.explain("zh")[0]
    with pytest.raises(MethodError, match="Only one outcome"):
        lead_score(table, np.zeros(600))


def test_a_points_card_names_the_outcome_that_is_too_rare() -> None:
    source = ["fair"] * 150 + ["web"] * 100 + ["fair"] * 50 + ["web"] * 100
    found = lead_score({"source": source}, [1] * 250 + [0] * 150)
    assert found.kind == "points"
    assert "The rarer outcome has 150 cases (below 200)" in found.explain("en")[0]


def test_horizons_convert_with_intervals_and_wait_for_their_time() -> None:
    stated = ["3 months"] * 300 + ["12 months"] * 300
    days = [50.0] * 20 + [200.0] * 10 + [None] * 270 + [300.0] * 12 + [None] * 288
    watched = [400] * 590 + [100] * 10
    found = horizon_conversion(stated, days, watched)
    near, year = found.rows
    assert (near.leads, near.bought, year.leads, year.bought) == (300, 20, 290, 12)
    assert near.interval[0] < near.rate < near.interval[1]
    assert (near.follow_up_days, year.follow_up_days) == (7, 30)
    assert "too_early" in {note.code for note in found.warnings}


def test_the_hour_people_answer_is_found_and_people_lean_on_their_segment() -> None:
    rng = np.random.default_rng(6)
    day, hour, person = rng.integers(0, 7, 20000), rng.integers(0, 24, 20000), rng.integers(0, 400, 20000)
    answered = rng.random(20000) < np.where((day == 2) & (hour >= 15) & (hour <= 17), 0.6, 0.2)
    found = contact_times(day, hour, answered, person=person, segment=np.where(person < 200, "a", "b"))
    assert {(best.weekday, best.hour) for best in found.best(3)} == {(2, 15), (2, 16), (2, 17)}
    assert found.best(1, person=7)[0].weekday == 2
    low, high = found.interval(2, 16)
    assert low < 0.6 < high
    assert all(8 <= best.hour < 21 for best in found.best(168))
    lone = contact_times([*day, 0], [*hour, 9], [*answered, 1], person=[*person, "new"])
    assert lone.of("new")[0, 9] < 0.5  # one answer is no habit
    assert "周三 16–17 时" in " ".join(found.explain("zh"))


@pytest.mark.parametrize(
    ("day", "hour", "answered", "code"),
    [
        ([7], [1], [1], "hour_range"),
        ([1], [1], [1], "one_outcome"),
        ([], [], [], "ragged"),
        ([1, 2], [1, 2], [1], "ragged"),
    ],
)
def test_impossible_moments_are_refused(day: list[int], hour: list[int], answered: list[int], code: str) -> None:
    with pytest.raises(MethodError) as refusal:
        contact_times(day, hour, answered)
    assert refusal.value.code == code
