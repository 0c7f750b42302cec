"""Forecasts: against statsmodels on a resample, against arithmetic, and only where they beat the naive."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zhike.methods.forecast import METHODS, Shape, croston, forecast, smooth, theta
from zhike.methods.forecast.rolling import naive
from zhike.methods.forecast.smoothing import PLAIN, States, with_states
from zhike.methods.result import MethodError

SEASON = 6
SHAPES = {
    "ses": PLAIN,
    "holt": Shape(trend=True),
    "damped": Shape(trend=True, damped=True),
    "holt_winters": Shape(trend=True, period=SEASON),
    "holt_winters_multiplied": Shape(True, True, SEASON, True),
}


@pytest.fixture(scope="module")
def oracle() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "oracle_forecast.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("place", range(5))
def test_against_statsmodels_with_known_parameters(oracle: dict[str, Any], place: int) -> None:
    known, series = oracle["known"][place], np.array(oracle["series"])
    first = States(np.array(known["level"]), np.array(known["trend"]), np.array(known["season"]))
    found = with_states(series, SHAPES[known["method"]], np.array(known["weights"], dtype=float), first)
    assert found.sse == pytest.approx(known["sse"], rel=1e-10)
    ours, theirs = found.ahead(8), np.array(known["ahead"])
    if known["season"]:
        # Theirs repeats the season from before the last step's update there; ours uses the update.
        ours, theirs = np.delete(ours, SEASON - 1), np.delete(theirs, SEASON - 1)
    assert ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize(("place", "allowance"), [(0, 1.0001), (1, 1.0001), (2, 1.0001), (3, 1.0001), (4, 1.12)])
def test_against_statsmodels_fits_err_no_more(oracle: dict[str, Any], place: int, allowance: float) -> None:
    theirs = oracle["fitted"][place]
    assert smooth(oracle["series"], SHAPES[theirs["method"]]).sse <= theirs["sse"] * allowance


@pytest.mark.parametrize(("name", "period"), [("theta", 0), ("theta_seasonal", SEASON)])
def test_against_statsmodels_theta(oracle: dict[str, Any], name: str, period: int) -> None:
    series, theirs = np.array(oracle["series"]), oracle[name]
    ours = theta(series, period)
    assert ours.slope == pytest.approx(theirs["slope"], rel=1e-9)
    assert ours.ahead(8) == pytest.approx(theirs["ahead"], rel=0.03)  # they hold the first level at the first value
    plain = series / np.resize(np.roll(ours.seasons, len(series) % max(period, 1)), len(series))
    level = with_states(plain, PLAIN, np.array([theirs["alpha"], 0, 0, 1]), States(plain[0], np.zeros(()), np.zeros(0)))
    assert replace(ours, level=level).ahead(8) == pytest.approx(theirs["ahead"], rel=1e-6)


def test_against_syntetos_and_boylan_by_hand() -> None:
    demands = [0, 0, 6, 0, 3, 0, 0, 0, 9]
    found = croston(demands, alpha=0.2)
    assert found.size == pytest.approx(6 + 0.2 * (3 - 6) + 0.2 * (9 - 5.4))
    assert found.gap == pytest.approx(2.8 + 0.2 * (4 - 2.8))
    assert croston(demands, alpha=0.2, corrected=True).ahead(1)[0] == pytest.approx(0.9 * found.size / found.gap)
    with pytest.raises(MethodError, match="Two demands"):
        croston([0, 0, 5])


def seasonal(years: int, noise: float, seed: int = 4, slope: float = 2.0) -> np.ndarray[Any, np.dtype[np.float64]]:
    steps, rng = np.arange(12 * years), np.random.default_rng(seed)
    found: np.ndarray[Any, np.dtype[np.float64]] = (
        200 + slope * steps + 40 * np.sin(steps * np.pi / 6) + rng.normal(0, noise, len(steps))
    )
    return found


@pytest.mark.slow
def test_the_season_and_the_trend_are_found() -> None:
    series = seasonal(6, 4)
    found = forecast(series[:-6], 6, period=12, origins=4)
    assert found.method in {"holt_winters", "holt_winters_multiplied", "theta"}
    assert found.error["against_naive"] < 0.5
    assert np.abs(found.values - series[-6:]).mean() < 12
    assert "naive" not in found.refused and "ses" in found.refused
    assert any("Refused" in sentence for sentence in found.explain("en"))


def test_a_model_that_loses_to_the_naive_is_not_used() -> None:
    walk = np.random.default_rng(1).normal(size=80).cumsum() + 50
    found = forecast(walk, 3, methods=["holt_winters"], period=12, origins=5)
    assert found.method == "naive" and found.refused == ("holt_winters",)
    assert found.values.tolist() == walk[-12:-9].tolist()
    flat = forecast([5.0] * 40, 3)
    assert flat.method == "naive" and flat.values.tolist() == [5, 5, 5]
    assert "照搬上一期" in flat.explain("zh")[0] and "repeating the last value" in flat.explain("en")[0]
    assert "同比照搬" in found.explain("zh")[0] and "repeating the last season" in found.explain("en")[0]
    assert "照搬" in flat.explain("zh")[1]


def test_the_naive_repeats_the_last_season() -> None:
    series = np.arange(29.0)
    assert naive(series, 12).ahead(14).tolist() == [*range(17, 29), 17, 18]
    assert naive(series).ahead(2).tolist() == [28, 28]


@pytest.mark.slow
def test_intervals_hold_what_they_promise() -> None:
    inside = []
    for seed in range(25):
        series = seasonal(5, 10, seed, slope=0)
        found = forecast(series[:-6], 6, period=12, origins=1, methods=["holt_winters"])
        inside += ((found.low <= series[-6:]) & (series[-6:] <= found.high)).tolist()
    assert 0.80 <= np.mean(inside) <= 0.99


def test_demand_now_and_then_gets_its_own_methods() -> None:
    rng = np.random.default_rng(9)
    series = np.where(rng.random(60) < 0.3, rng.integers(1, 9, 60), 0)
    found = forecast(series, 4)
    assert {trial.method for trial in found.trials} == {"naive", "ses", "croston", "sba"}
    assert found.method != "naive"


def test_scale_moves_the_forecast_and_nothing_else() -> None:
    series = seasonal(4, 5)
    one, two = (forecast(factor * series, 4, period=12, origins=2) for factor in (1, 1000))
    assert one.method == two.method
    assert two.values == pytest.approx(1000 * one.values, rel=1e-4)


@pytest.mark.parametrize(
    ("series", "code"),
    [([1, 2, 3], "too_short"), ([1.0, float("nan")] * 20, "not_finite"), ([[1.0]] * 30, "not_finite")],
)
def test_series_that_cannot_be_forecast_are_refused(series: Any, code: str) -> None:
    with pytest.raises(MethodError) as refusal:
        forecast(series, 3)
    assert refusal.value.code == code


def test_every_method_has_a_name_in_both_languages() -> None:
    assert all(zh and en for zh, en, _ in METHODS.values())
    with pytest.raises(MethodError, match="Unknown methods"):
        forecast([1.0] * 40, 2, methods=["oracle"])
    with pytest.raises(MethodError, match="positive"):
        smooth([0.0, 1, 2, 3] * 5, Shape(True, True, 4, True))
