"""Models of response and churn: against published figures, scikit-learn's measures, and the traps."""

from __future__ import annotations

import csv
import gzip
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from zhike.methods.intervals import wilson
from zhike.methods.prediction import (
    ModelSheet,
    Plan,
    Prediction,
    auc,
    auc_interval,
    fit_model,
    judge,
    model_sheet,
    purchase_windows,
)
from zhike.methods.prediction.model import split_in_time
from zhike.methods.prediction.sheet import preferred
from zhike.methods.result import MethodError


def columns_of(rows: list[dict[str, str]]) -> dict[str, list[str]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


@pytest.fixture(scope="module")
def bank(shared: Path) -> dict[str, list[str]]:
    with gzip.open(shared / "campaign" / "bank-additional-full.csv.gz", "rt", encoding="utf-8") as file:
        return columns_of(list(csv.DictReader(file, delimiter=";")))


@pytest.fixture(scope="module")
def response(bank: dict[str, list[str]]) -> Prediction:
    return fit_model(bank, "y", time="rows", drop=["duration"])


@pytest.mark.shared
@pytest.mark.slow
def test_against_the_bank_campaign_in_folds_and_in_time(response: Prediction) -> None:
    assert response.fold_auc >= 0.79
    assert response.test is not None
    assert response.test.auc == pytest.approx(0.746, abs=0.01)
    assert response.test.auc_interval[0] < 0.746 < response.test.auc_interval[1]
    assert response.training_rate == pytest.approx(0.064, abs=5e-4)
    assert response.test.base_rate == pytest.approx(0.308, abs=5e-4)
    assert "6.4%" in response.explain("zh")[-1] and "30.8%" in response.explain("en")[-1]


@pytest.mark.shared
@pytest.mark.slow
def test_against_the_bank_campaign_boosted_trees_fall_in_time(bank: dict[str, list[str]], response: Prediction) -> None:
    """Five folds; the reference says about .58 for the later period, which moves by .03 with seed and coding."""
    trees = fit_model(bank, "y", kind="boosted", time="rows", drop=["duration"])
    models = {"logistic": response, "boosted": trees}
    sheet = ModelSheet(cases=response.cases, warnings=response.warnings, models=models, chosen=preferred(models))
    assert trees.test is not None
    assert trees.fold_auc == pytest.approx(0.80, abs=0.005)
    assert trees.test.auc == pytest.approx(0.58, abs=0.04)
    assert sheet.chosen == "logistic"
    assert any("提升树在随机折中为 0.80，在后期数据上只有 0.61" in sentence for sentence in sheet.explain("zh"))
    assert any("6.4% to 30.8%" in sentence for sentence in sheet.explain("en"))


@pytest.mark.slow
@pytest.mark.shared
def test_against_the_bank_campaign_a_column_that_knows_the_answer_is_refused(bank: dict[str, list[str]]) -> None:
    with pytest.raises(MethodError, match=r"duration: alone it ranks the outcome with AUC 0\.82") as refusal:
        fit_model(bank, "y", time="rows")
    assert refusal.value.code == "leak"
    assert "duration" in refusal.value.zh
    few = ("duration", "nr.employed", "cons.price.idx", "poutcome", "contact", "month", "y")
    allowed = fit_model({name: bank[name] for name in few}, "y", time="rows", allow=["duration"])
    assert allowed.fold_auc == pytest.approx(0.94, abs=0.01)


@pytest.mark.slow
@pytest.mark.shared
def test_against_telco_churn_in_folds(shared: Path) -> None:
    with (shared / "churn" / "Telco-Customer-Churn.csv").open(encoding="utf-8") as file:
        telco = columns_of(list(csv.DictReader(file)))
    churn = fit_model(telco, "Churn")
    assert churn.fold_auc >= 0.84
    codes = {note.code for note in churn.warnings}
    assert codes == {"column_left_out", "gaps_filled", "not_in_time"}
    assert any("TotalCharges: 11 gaps" in sentence for sentence in churn.explain("en"))


@settings(max_examples=40, deadline=None)
@given(some.lists(some.tuples(some.booleans(), some.integers(0, 5)), min_size=2, max_size=40))
def test_against_scikit_learn_area_and_brier(cases: list[tuple[bool, int]]) -> None:
    from sklearn.metrics import brier_score_loss, roc_auc_score

    outcome, score = np.array([hit for hit, _ in cases]), np.array([score / 5 for _, score in cases])
    if outcome.all() or not outcome.any():
        return
    found = judge(outcome, score)
    assert found.auc == pytest.approx(roc_auc_score(outcome, score))
    assert found.brier == pytest.approx(brier_score_loss(outcome, score))
    assert sum(part.cases for part in found.calibration) == len(cases)
    assert sum(part.cases for part in found.deciles) == len(cases)
    assert found.deciles[-1].captured == pytest.approx(1)


def test_the_interval_of_the_area_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    truth = 0.7602499  # two normals one standard deviation apart: Φ(1/√2)
    inside = 0
    for _ in range(200):
        outcome = rng.random(150) < 0.4
        low, high = auc_interval(outcome, rng.normal(size=150) + outcome)
        inside += low < truth < high
    assert 0.90 <= inside / 200 <= 0.99


def test_against_newcombe_wilson_intervals() -> None:
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe 1998, table I
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


def made_up(cases: int = 1200, seed: int = 1) -> tuple[dict[str, Any], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(seed)
    size, kind = rng.normal(size=cases), rng.choice(["shop", "web", "agent"], cases)
    log_odds = -1 + size + (kind == "web")
    return {"size": size, "kind": kind, "noise": rng.normal(size=cases)}, rng.random(cases) < 1 / (
        1 + np.exp(-log_odds)
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["logistic", "boosted"])
def test_reasons_add_up_to_the_whole_difference(kind: Any) -> None:
    table, outcome = made_up()
    model = fit_model(table, outcome, kind=kind, time="rows")
    some_rows = {name: values[:5] for name, values in table.items()}
    odds = model.fitted.log_odds(model.coding.matrix(some_rows))
    start = model.fitted.log_odds(model.fitted.usual[None, :])[0]
    sums = [sum(reason.effect for reason in row) for row in model.reasons(some_rows, n=3)]
    assert sums == pytest.approx((odds - start).tolist(), abs=1e-9)
    strongest = [row[0].column for row in model.reasons({name: values[:200] for name, values in table.items()}, 1)]
    assert strongest.count("size") > strongest.count("noise")


def test_weights_name_levels_and_find_the_truth() -> None:
    table, outcome = made_up(4000)
    weights = fit_model(table, outcome, time="rows").weights()
    assert list(weights) == ["size", "kind=shop", "kind=web", "noise"]
    assert weights["size"] == pytest.approx(1, abs=0.15)
    assert abs(weights["noise"]) < 0.12


def test_the_split_keeps_moments_whole_and_the_latest_last() -> None:
    days = np.array([5, 1, 4, 4, 4, 2, 3, 4, 4, 4])
    before, after = split_in_time(days, 10, 0.2)
    assert days[before].max() < days[after].min()
    assert days[after].tolist().count(4) == 6
    with pytest.raises(MethodError):
        split_in_time(np.ones(10), 10, 0.2)


def test_later_rows_never_touch_the_model() -> None:
    table, outcome = made_up()
    changed = {name: values.copy() for name, values in table.items()}
    changed["size"][-200:] = 1e6
    one, two = fit_model(table, outcome, time="rows"), fit_model(changed, outcome, time="rows")
    assert one.weights() == two.weights()


def test_columns_known_afterwards_and_rows_of_gaps_are_refused_by_name() -> None:
    table, outcome = made_up()
    table["reason"] = np.where(outcome, "too dear", "")
    with pytest.raises(MethodError, match="reason"):
        fit_model(table, outcome)
    table["reason"] = table["noise"]
    with pytest.raises(MethodError, match="known only after"):
        fit_model(table, outcome, plan=Plan(after=("reason",)))


@pytest.mark.parametrize(
    ("outcome", "code"),
    [([1] * 10 + [0] * 1190, "too_few_outcomes"), (["maybe"] * 1200, "outcome_unknown"), ([1, 0] * 10, "ragged")],
)
def test_nonsense_outcomes_are_refused(outcome: list[Any], code: str) -> None:
    with pytest.raises(MethodError) as refusal:
        fit_model(made_up()[0], outcome)
    assert refusal.value.code == code


@pytest.mark.slow
def test_no_model_is_used_where_nothing_can_be_known() -> None:
    rng = np.random.default_rng(8)
    sheet = model_sheet({"x": rng.normal(size=900)}, rng.random(900) < 0.5, time="rows")
    assert sheet.chosen is None
    with pytest.raises(MethodError, match="No model"):
        _ = sheet.best


def test_past_windows_know_nothing_of_what_came_later() -> None:
    start = date(2024, 1, 1)
    orders = [("a", 0, 10), ("a", 50, 20), ("a", 150, 5), ("b", 20, 7), ("c", 120, 9)]
    who, days, money = zip(*((name, start + timedelta(days=day), amount) for name, day, amount in orders), strict=True)
    found = purchase_windows(
        who, days, money, asked_on=[start + timedelta(days=100)], horizon=90, until=start + timedelta(days=200)
    )
    assert found.customer.tolist() == ["a", "b"]
    assert found.outcome.tolist() == [0, 1]
    assert found.table["recency"].tolist() == [50, 80]
    assert found.table["amount"].tolist() == [30, 7]
    assert found.table["gap"].tolist() == [50, 0]
    with pytest.raises(MethodError, match="not over"):
        purchase_windows(
            who, days, money, asked_on=[start + timedelta(days=150)], horizon=90, until=start + timedelta(days=200)
        )


def test_ties_never_depend_on_the_order_of_rows() -> None:
    outcome, score = [1, 0, 0, 1] * 25, [0.5] * 100
    assert auc(outcome, score) == 0.5
    assert {part.lift for part in judge(outcome, score).deciles} == {1.0}


def test_a_model_without_a_usable_interval_does_not_stand_in_the_way_of_one_that_has_it() -> None:
    def model(auc: float, low: float) -> Any:
        return SimpleNamespace(test=SimpleNamespace(auc=auc, auc_interval=(low, 1.0)), fold_auc=auc)

    assert preferred({"logistic": model(0.75, 0.62), "boosted": model(1.0, 0.0)}) == "logistic"
    assert preferred({"logistic": model(0.75, 0.62), "boosted": model(0.80, 0.66)}) == "boosted"
    assert preferred({"logistic": model(0.75, 0.62), "boosted": model(0.754, 0.66)}) == "logistic"
    assert preferred({"logistic": model(0.55, 0.4), "boosted": model(0.54, 0.4)}) is None
