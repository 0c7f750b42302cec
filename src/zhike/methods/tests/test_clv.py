"""Lifetime value: against Fader and Hardie's published results, against lifetimes, and the traps on the way."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from zhike.methods import clv
from zhike.methods.clv import (
    BGNBD,
    MBGNBD,
    MODELS,
    SBG,
    Draws,
    GammaGamma,
    ParetoNBD,
    Terms,
    choose,
    finite_value,
    history,
    intervals,
    lifetime_value,
    simple_value,
)
from zhike.methods.clv.betageometric import _by_integral, _by_series
from zhike.methods.clv.model import PurchaseModel
from zhike.methods.result import MethodError

ORACLE = json.loads((Path(__file__).parent / "lifetimes_simulated.json").read_text())
SIMULATED = tuple(np.array(ORACLE[name], dtype=float) for name in ("frequency", "recency", "T"))


PUBLISHED = [0.0078, 0.0532, 0.1506, 1.0405, 1.0437]
"""E[Y(t)] after 1/7, 1, 3, 31.8571 and 32 weeks."""


def series_left_out(t: float, params: Mapping[str, float]) -> float:
    """What E[Y(t)] gains from the terms of the series after the 150th, which the Excel note does not sum."""
    r, alpha, a, b = (params[name] for name in ("r", "alpha", "a", "b"))
    j = np.arange(1, 3000)
    terms = np.cumprod((r + j - 1) * (b + j - 1) / ((a + b + j - 2) * j) * t / (alpha + t))
    return float((a + b - 1) / (1 - a) * (alpha / (alpha + t)) ** r * terms[150:].sum())


@pytest.fixture(scope="module")
def cdnow(shared: Path) -> Any:
    """The 2,357 customers of the published results."""
    return np.genfromtxt(shared / "clv/cdnow_customers_summary_with_transactions.csv", delimiter=",", names=True)


@pytest.fixture(scope="module")
def three(cdnow: Any) -> tuple[Any, Any, Any]:
    return cdnow["x"], cdnow["t_x"], cdnow["T"]


@pytest.fixture(scope="module")
def bg(three: tuple[Any, Any, Any]) -> BGNBD:
    return BGNBD("weeks").fit(*three)


@pytest.fixture(scope="module")
def sample(shared: Path) -> clv.History:
    """CDNOW's order lines, split where the publications split them."""
    rows = [line.split() for line in (shared / "clv/CDNOW_sample.txt").read_text().splitlines()]
    return history(
        [row[1] for row in rows],
        [f"{row[2][:4]}-{row[2][4:6]}-{row[2][6:]}" for row in rows],
        [float(row[4]) for row in rows],
        until=date(1997, 9, 30),
        judged_until=date(1998, 6, 30),
        unit="weeks",
    )


@pytest.mark.shared
def test_against_fader_hardie_lee_2005(bg: BGNBD, three: tuple[Any, Any, Any]) -> None:
    expected = {"r": 0.242594, "alpha": 4.413571, "a": 0.792989, "b": 2.426079}
    assert bg.params_ == pytest.approx(expected, rel=1e-3)
    assert bg.log_likelihood_ == pytest.approx(-9582.42556, abs=0.01)
    curve = np.asarray(bg.expected_purchases([1 / 7, 1, 3, 31.8571, 32, 78]))
    assert curve == pytest.approx([*PUBLISHED, 1.8576 + series_left_out(78, bg.params_)], abs=1e-4)
    assert bg.expected_purchases(39, 2, 30.43, 38.86) == pytest.approx(1.226, abs=1e-3)
    alive = np.asarray(bg.probability_alive(*(column[:5] for column in three)))
    assert alive == pytest.approx([0.7266, 0.2122, 1, 1, 1], abs=1e-4)


def test_against_the_excel_note_on_bg_nbd() -> None:
    rounded = BGNBD("weeks").with_params(r=0.243, alpha=4.414, a=0.793, b=2.426)
    assert rounded.probability_of(0, 39) == pytest.approx(0.5737864, abs=1e-7)
    model = BGNBD("weeks").with_params(r=0.242594, alpha=4.413571, a=0.792989, b=2.426079)
    curve = np.asarray(model.expected_purchases([1 / 7, 1, 3, 31.8571, 32, 78]))
    assert curve[:5] == pytest.approx(PUBLISHED, abs=1e-4)
    # The note sums 150 terms of the hypergeometric series; at 78 weeks that is not yet enough: what it leaves out is added.
    left_out = series_left_out(78, model.params_)
    assert left_out == pytest.approx(3.4e-4, abs=1e-5)
    assert curve[5] - left_out == pytest.approx(1.8576, abs=5e-5)
    assert curve[5] == pytest.approx(sum(n * model.probability_of(n, 78) for n in range(1000)), abs=1e-9)
    assert model.expected_purchases(39, 2, 30.43, 38.86) == pytest.approx(1.226, abs=1e-3)


@pytest.mark.shared
def test_against_the_holdout_of_cdnow(bg: BGNBD, sample: clv.History) -> None:
    """One purchase per customer and day; 39 weeks to come."""
    forecast = np.asarray(bg.expected_purchases(39, *sample))
    assert len(sample.T) == 2357 and sample.later.sum() == 1882
    assert forecast.sum() == pytest.approx(1653.4, abs=0.1)
    assert np.abs(forecast - sample.later).mean() == pytest.approx(0.7855, abs=1e-4)
    choice = choose((sample.frequency, sample.recency, sample.T), sample.later, 39)
    assert choice.naive.total == pytest.approx(2930, abs=0.5) and choice.naive.mae == pytest.approx(1.0237, abs=1e-4)
    assert choice.model is not None and choice.error["mae"] < choice.error["naive_mae"]
    assert {trial.name for trial in choice.trials} == {"BG/NBD", "MBG/NBD", "Pareto/NBD"}


@pytest.mark.shared
def test_against_the_pareto_nbd_of_cdnow(three: tuple[Any, Any, Any]) -> None:
    model = ParetoNBD("weeks").fit(*three)
    expected = {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}
    assert model.params_ == pytest.approx(expected, rel=1e-3)
    assert model.log_likelihood_ == pytest.approx(-9594.974, abs=1e-3)
    assert model.expected_purchases(52, 26, 30.86, 31) == pytest.approx(25.46, abs=5e-3)


def test_against_btyds_pareto_nbd_curve() -> None:
    """BTYD prints these for its rounded parameters."""
    model = ParetoNBD("weeks").with_params(r=0.55, alpha=10.56, s=0.61, beta=11.64)
    curve = [
        0,
        0.05077821,
        0.09916088,
        0.14542507,
        0.18979930,
        0.23247466,
        0.27361274,
        0.31335159,
        0.35181024,
        0.38909211,
    ]
    assert model.expected_purchases(range(10)) == pytest.approx(curve, abs=1e-8)


def test_eager_buyers_make_no_jump_in_pareto_nbd() -> None:
    model = ParetoNBD("weeks").with_params(r=0.55, alpha=10.58, s=0.61, beta=11.67)
    x = np.arange(100, 400)
    forecast = np.asarray(model.expected_purchases(10, x, np.full(300, 200.0), np.full(300, 200.0)))
    assert forecast[32:34] == pytest.approx([6.20605, 6.25287], abs=1e-5)
    assert np.ptp(np.diff(forecast)) < 1e-9
    late = np.asarray(model.probability_alive(x, np.full(300, 190.0), np.full(300, 200.0)))
    assert np.all(np.diff(late) < 0) and np.all(np.isfinite(late))


@pytest.mark.parametrize("model", [BGNBD, MBGNBD])
def test_eager_buyers_make_no_jump_in_bg_nbd(model: type[PurchaseModel]) -> None:
    fitted = model("weeks").with_params(r=0.243, alpha=4.414, a=0.793, b=2.426)
    x = np.arange(100, 1500)
    same = np.full(len(x), 200.0)
    forecast = np.asarray(fitted.expected_purchases(10, x, same, same))
    assert np.all(np.isfinite(forecast)) and np.all(np.abs(np.diff(forecast, 2)) < 1e-4)


def test_bg_nbd_is_smooth_where_a_is_one() -> None:
    near = [
        BGNBD().with_params(r=0.3, alpha=5, a=a, b=2).expected_purchases(30, 3, 20, 30) for a in (1 - 1e-6, 1, 1 + 1e-6)
    ]
    assert near[1] == pytest.approx((near[0] + near[2]) / 2, abs=1e-9)


@pytest.mark.parametrize(
    "shape", [(0.4, 0.3, 0.2), (0.4, 0.8, 2.4), (0.6, 1.0, 0.5), (2.0, 2.9, 9.0), (5.0, 0.01, 40.0), (0.1, 1e-6, 1e5)]
)
def test_series_and_integral_agree(shape: tuple[float, float, float]) -> None:
    x, z = (grid.ravel() for grid in np.meshgrid(np.arange(0.0, 60, 7), np.linspace(0.01, 0.985, 9)))
    assert _by_series(shape, x, z) == pytest.approx(_by_integral(shape, x, z), rel=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize(
    "rows",
    [
        ([1], [5], [10]), ([1] * 50, [10] * 50, [10] * 50), ([500] * 200, [364] * 200, [365] * 200),
        ([0] * 1000 + [1], [0] * 1000 + [3], [30] * 1001), ([5, 0, 0], [0, 0, 0], [0, 0, 0]),
        ([1, 2] * 50, [1e-7, 1e-6] * 50, [1e-6] * 100), ([40, 90] * 50, [1e6, 2e5] * 50, [1e6] * 100),
    ],
)  # fmt: skip
@pytest.mark.parametrize("model", MODELS)
def test_strange_histories_give_numbers_with_a_warning(model: type[PurchaseModel], rows: tuple[Any, Any, Any]) -> None:
    fitted = model().fit(*rows)
    forecast, alive = np.asarray(fitted.expected_purchases(30, *rows)), np.asarray(fitted.probability_alive(*rows))
    assert np.all(np.isfinite(forecast)) and np.all(forecast >= 0) and np.all((alive >= 0) & (alive <= 1))
    assert np.all(np.isfinite(np.asarray(fitted.expected_purchases([0, 1, 1e5]))))
    assert fitted.warnings_ or rows[0][0] == 40


@pytest.mark.shared
def test_against_the_mbg_nbd_of_cdnow(three: tuple[Any, Any, Any]) -> None:
    model = MBGNBD("weeks").fit(*three)
    assert model.params_ == pytest.approx({"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, abs=1e-3)
    assert model.log_likelihood_ == pytest.approx(-9582.13, abs=0.01)


@pytest.mark.shared
def test_against_the_gamma_gamma_note(cdnow: Any, bg: BGNBD, three: tuple[Any, Any, Any]) -> None:
    model = GammaGamma().fit(cdnow["x"], cdnow["zbar"])
    assert model.params_ == pytest.approx({"p": 6.25, "q": 3.74, "gamma": 15.44}, abs=0.01)
    assert model.result_ is not None and model.result_.cases == 946
    assert model.mean_spend() == pytest.approx(35.17, abs=0.005)
    spend = np.asarray(model.expected_spend(cdnow["x"], cdnow["zbar"]))
    published = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    assert spend[:10] == pytest.approx(published, abs=0.01)
    value = lifetime_value(bg, three, spend, Terms(12, 0.01))
    assert value.values[:3] == pytest.approx([36.2785, 4.6375, 8.3441], abs=1e-4)
    assert value.total == pytest.approx(71_510, abs=0.5)
    wrong = lifetime_value(bg, three, spend, Terms(12, 0.01), unit="days")
    assert wrong.total / value.total == pytest.approx(
        3.7, abs=0.05
    )  # weeks read as days: the reason why the unit is asked for


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "height"),
    [
        ([1000, 869, 743, 653, 593, 551, 517, 491], 0.668, 3.806, -1611.16),
        ([1000, 631, 468, 382, 326, 289, 262, 241], 0.704, 1.182, -1680.27),
    ],
)
def test_against_fader_hardie_2007(survivors: list[int], alpha: float, beta: float, height: float) -> None:
    model = SBG().fit(survivors)
    assert model.params_ == pytest.approx({"alpha": alpha, "beta": beta}, abs=5e-4)
    assert model.log_likelihood_ == pytest.approx(height, abs=0.005)
    retained = np.asarray(model.retention(range(1, 13)))
    assert np.all(np.diff(retained) > 0) and model.survival(12) == pytest.approx(float(np.prod(retained)))


def test_residual_periods_are_the_discounted_sum_of_survival() -> None:
    model = SBG().fit([1000, 869, 743, 653, 593])
    later = np.asarray(model.survival(np.arange(3, 3000))) / float(model.survival(2))
    assert model.residual_periods(3, 0.1) == pytest.approx(
        float((later / 1.1 ** np.arange(len(later))).sum()), rel=1e-9
    )


@pytest.mark.parametrize("name", ["BGNBD", "MBGNBD", "ParetoNBD"])
def test_against_lifetimes_on_simulated_customers(name: str) -> None:
    record = ORACLE["models"][name]
    model: PurchaseModel = getattr(clv, name)("weeks")
    first = tuple(column[:20] for column in SIMULATED)
    model.with_params(**record["params"])
    theirs = model.log_likelihood(*SIMULATED)
    assert model.expected_purchases(26, *first) == pytest.approx(record["expected_26"], rel=1e-6)
    assert model.probability_alive(*first) == pytest.approx(record["alive"], rel=1e-6)
    assert model.expected_purchases(26) == pytest.approx(record["new_26"], rel=1e-6)
    model.fit(*SIMULATED)
    assert model.log_likelihood_ >= theirs - 1e-9
    assert model.log_likelihood_ == pytest.approx(model.log_likelihood(*SIMULATED))


def test_against_lifetimes_spend() -> None:
    record = ORACLE["models"]["GammaGamma"]
    spend = np.array(ORACLE["mean_spend"])
    assert GammaGamma().fit(SIMULATED[0], spend).params_ == pytest.approx(record["params"], rel=2e-2)
    model = GammaGamma().with_params(**record["params"])
    assert model.expected_spend(SIMULATED[0][:20], spend[:20]) == pytest.approx(record["spend"], rel=1e-9)


@pytest.mark.slow
@pytest.mark.shared
def test_online_retail_shows_no_leaving_and_it_is_said(shared: Path) -> None:
    import duckdb

    path = str(shared / "transactions/onlineretail.csv.gz")
    rows = duckdb.execute(
        """SELECT CustomerID AS who, InvoiceDate::DATE AS day, SUM(Quantity::DOUBLE * UnitPrice::DOUBLE) AS paid
        FROM read_csv(?, all_varchar = true) WHERE CustomerID <> '' AND Quantity::DOUBLE > 0 AND UnitPrice::DOUBLE > 0
        AND InvoiceNo NOT LIKE 'C%' GROUP BY 1, 2""",
        [path],
    ).fetchnumpy()
    past = history(rows["who"].astype(str), rows["day"].astype("datetime64[D]"), until=date(2011, 6, 30), unit="weeks")
    model = BGNBD("weeks").fit(*past)
    assert {"dropout_unseen", "flat_likelihood"} <= {note.code for note in model.warnings_}
    assert model.params_["a"] < 1e-3 and model.params_["b"] > 1e3
    assert all(np.isfinite(np.asarray(model.expected_purchases(26, *past))))
    assert any("退化" in sentence for sentence in model.result_.explain("zh"))  # type: ignore[union-attr]


def test_one_time_buyers_are_surely_alive_under_bg_nbd_only() -> None:
    assert BGNBD().fit(*SIMULATED).probability_alive(0, 0, 30) == 1.0
    assert float(MBGNBD().fit(*SIMULATED).probability_alive(0, 0, 30)) < 1
    assert float(ParetoNBD().fit(*SIMULATED).probability_alive(0, 0, 30)) < 1


def test_a_unit_of_time_is_asked_for() -> None:
    model = BGNBD().fit(*SIMULATED)
    with pytest.raises(MethodError, match="unit of time") as refused:
        lifetime_value(model, SIMULATED, 20.0)  # type: ignore[arg-type]
    assert refused.value.code == "unit_missing"
    with pytest.raises(MethodError):
        history(["a"], ["2024-01-01"], until=date(2024, 2, 1))
    with pytest.raises(MethodError):
        BGNBD("fortnights")
    assert BGNBD("week").unit == "weeks"


def test_several_orders_of_a_day_are_one_purchase_and_the_first_is_not_counted() -> None:
    days = ["2024-01-01", "2024-01-01", "2024-01-08", "2024-01-08", "2024-01-22", "2024-03-01"]
    past = history(
        ["a"] * 6, days, [5, 5, 10, 20, 40, 99], until=date(2024, 1, 29), judged_until=date(2024, 3, 31), unit="weeks"
    )
    assert (past.frequency[0], past.recency[0], past.T[0], past.mean_spend[0], past.later[0]) == (2, 3, 4, 35, 1)


def test_spend_that_rises_with_frequency_is_warned_of() -> None:
    x = np.arange(1, 201) % 9 + 1
    model = GammaGamma().fit(x, x * 10 + np.arange(200) % 7)
    assert "frequency_and_spend_related" in {note.code for note in model.warnings_}


def test_no_model_is_chosen_below_a_hundred_repeat_buyers() -> None:
    few = tuple(column[:100] for column in SIMULATED)
    with pytest.raises(MethodError) as refused:
        choose(few, np.zeros(100), 10)  # type: ignore[arg-type]
    assert refused.value.code == "too_few_repeat_buyers" and "复购" in refused.value.say("zh")


def test_a_model_that_loses_to_the_naive_forecast_is_not_used() -> None:
    x, _, whole = SIMULATED
    choice = choose(SIMULATED, x / whole * 26, 26)  # type: ignore[arg-type]
    assert choice.model is None and "naive_is_better" in {note.code for note in choice.warnings}


def test_intervals_hold_the_estimate_and_repeat_with_the_seed() -> None:
    model = BGNBD("weeks").fit(*SIMULATED)
    one, two = (intervals(model, SIMULATED, 26, Draws(seed=3, size=40)) for _ in range(2))  # type: ignore[arg-type]
    assert one.of_total == two.of_total and one.of_params == two.of_params
    total = float(np.asarray(model.expected_purchases(26, *SIMULATED)).sum())
    assert one.of_total[0] < total < one.of_total[1]
    assert one.of_params["r"][0] < model.params_["r"] < one.of_params["r"][1]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (([1], [5], [4]), "recency_beyond_T"),
        (([0], [1], [4]), "recency_without_repeats"),
        (([1.5], [1], [4]), "frequency_not_a_count"),
        (([-1], [0], [4]), "frequency_not_a_count"),
        (([1], [float("nan")], [4]), "not_finite"),
        (([1, 2], [1, 2, 3], [4]), "lengths_differ"),
        ((["x"], [1], [4]), "not_numbers"),
        (([], [], []), "no_cases"),
        (([0, 0], [0, 0], [4, 5]), "no_repeat_buyers"),
    ],
)
@pytest.mark.parametrize("model", MODELS)
def test_impossible_input_is_refused(model: type[PurchaseModel], rows: tuple[Any, Any, Any], code: str) -> None:
    with pytest.raises(MethodError) as refused:
        model().fit(*rows)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "call",
    [
        lambda: SBG().fit([100, 110]),
        lambda: SBG().fit([100, 100]),
        lambda: GammaGamma().fit([0, 0], [1, 1]),
        lambda: GammaGamma().fit([1, 2], [1, -1]),
        lambda: simple_value(100, 1.0, 0.1),
        lambda: BGNBD().expected_purchases(3),
        lambda: BGNBD().with_params(r=1, alpha=1, a=-1, b=1),
    ],
)
def test_nonsense_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(MethodError):
        call()


def test_the_textbook_formulas() -> None:
    assert simple_value(100, 0.8, 0.1).value == pytest.approx(80 / 0.3)
    assert simple_value(100, 0.8, 0.1, first_now=True).value == pytest.approx(110 / 0.3)
    assert finite_value([100] * 400, 0.8, 0.1).value == pytest.approx(simple_value(100, 0.8, 0.1, first_now=True).value)


@settings(max_examples=8, deadline=None)
@given(some.integers(0, 2**32 - 1), some.floats(0.1, 20))
def test_order_and_unit_leave_what_they_must(seed: int, scale: float) -> None:
    """Permuting customers changes nothing; measuring in another unit scales α alone."""
    order = np.random.default_rng(seed).permutation(len(SIMULATED[0]))
    x, seen, whole = (column[order] for column in SIMULATED)
    plain, scaled = BGNBD().fit(*SIMULATED), BGNBD().fit(x, seen * scale, whole * scale)
    assert scaled.params_["alpha"] == pytest.approx(plain.params_["alpha"] * scale, rel=1e-5)
    for name in ("r", "a", "b"):
        assert scaled.params_[name] == pytest.approx(plain.params_[name], rel=1e-5)


@settings(max_examples=20, deadline=None)
@given(some.integers(0, 300), some.floats(0, 200), some.floats(0, 100), some.sampled_from(MODELS))
def test_forecasts_are_possible(x: int, seen: float, idle: float, model: type[PurchaseModel]) -> None:
    values = {"r": 0.4, "alpha": 5.0} | ({"s": 0.6, "beta": 12.0} if model is ParetoNBD else {"a": 0.7, "b": 2.0})
    fitted = model().with_params(**values)
    seen = seen if x else 0.0
    alive = fitted.probability_alive(x, seen, seen + idle)
    near, far = (fitted.expected_purchases(t, x, seen, seen + idle) for t in (10, 40))
    assert 0 <= alive <= 1 and -1e-9 <= near <= far + 1e-9


def test_import_is_light() -> None:
    """scipy is read when something is fitted."""
    import subprocess
    import sys

    code = "import sys, zhike.methods.clv; print(int('scipy' in sys.modules or 'sklearn' in sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "0"
    )
