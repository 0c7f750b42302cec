"""Satisfaction: against SmartPLS on the European index, Kano's worked example, and the rules of the scores."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from zhike.methods import kano
from zhike.methods.result import MethodError
from zhike.methods.satisfaction import (
    MODELS,
    SERVQUAL_ITEMS,
    PLSPathModel,
    csat,
    felt_over_expected,
    importance_satisfaction,
    index_model,
    index_score,
    nps,
    servqual,
    seven_step,
    weighted_index,
)
from zhike.methods.satisfaction.pls import Scheme

FILES: dict[Scheme, str] = {"path": "pathWeighting", "centroid": "centroid", "factorial": "factorial"}


@pytest.fixture(scope="module")
def mobile(shared: Path) -> Any:
    return np.genfromtxt(shared / "satisfaction/sempls_mobi.csv", delimiter=",", names=True)


@pytest.fixture(scope="module")
def ecsi(shared: Path) -> dict[str, Any]:
    items: dict[str, list[str]] = {}
    with (shared / "satisfaction/sempls_ECSImm.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            items.setdefault(row["source"], []).append(row["target"])
    return index_model("ECSI", items, (1, 10))


def smartpls(path: Path) -> dict[tuple[str, str], float]:
    lines = [line.replace(",", ".").split() for line in path.read_text().splitlines() if line.strip()]
    return {(row[0], name): float(v) for row in lines[1:] for name, v in zip(lines[0], row[1:], strict=True)}


@pytest.mark.shared
@pytest.mark.parametrize("scheme", ["path", "centroid", "factorial"])
def test_against_smartpls(shared: Path, mobile: Any, ecsi: dict[str, Any], scheme: Scheme) -> None:
    model = PLSPathModel(ecsi, scheme=scheme).fit(mobile)
    folder = shared / "satisfaction/smartpls_ecsi"
    for pair, value in smartpls(folder / f"{FILES[scheme]}_pathCoefficients.txt").items():
        assert model.paths_.get(pair, 0.0) == pytest.approx(value, abs=1e-6)
    for (item, latent), value in smartpls(folder / f"{FILES[scheme]}_outerWeights.txt").items():
        assert model.weights_[latent].get(item, 0.0) == pytest.approx(value, abs=1e-6)
    for pair, value in smartpls(folder / f"{FILES[scheme]}_totalEffects.txt").items():
        assert model.total_effects_.get(pair, 0.0) == pytest.approx(value, abs=1e-6)
    for (item, latent), value in smartpls(folder / f"{FILES[scheme]}_crossLoadings.txt").items():
        if item in model.loadings_[latent]:
            assert model.loadings_[latent][item] == pytest.approx(value, abs=1e-6)


@pytest.mark.shared
def test_against_the_published_ecsi_indices(mobile: Any, ecsi: dict[str, Any]) -> None:
    model = PLSPathModel(ecsi).fit(mobile)
    assert list(model.r2_.values()) == pytest.approx([0.2549, 0.3100, 0.3453, 0.6811, 0.2789, 0.4569], abs=5e-5)
    published = [73.53, 72.47, 74.98, 62.35, 72.45, 67.42, 70.91]
    assert list(model.scores_.values()) == pytest.approx(published, abs=0.05)
    assert model.case_scores_.std(axis=0, ddof=1) == pytest.approx(np.ones(7))
    assert model.alpha_["Complaints"] == model.ave_["Complaints"] == 1.0
    assert model.result_ is not None and "指数" in model.result_.explain("zh")[0]


@pytest.mark.shared
def test_bootstrap_holds_the_estimate_and_repeats_with_the_seed(mobile: Any, ecsi: dict[str, Any]) -> None:
    model = PLSPathModel(ecsi).fit(mobile)
    one, two = model.bootstrap(seed=7, draws=60), model.bootstrap(seed=7, draws=60)
    assert one.paths == two.paths
    for path, (estimate, error, low, high) in one.paths.items():
        assert estimate == model.paths_[path] and low < estimate < high and 0 < error < 0.3
    assert one.scores["Image"][2] < 73.53 < one.scores["Image"][3]


@pytest.mark.shared
def test_few_answers_get_equal_weights_and_say_so(mobile: Any, ecsi: dict[str, Any]) -> None:
    model = PLSPathModel(ecsi).fit(mobile[:99])
    assert model.approximate_ and "approximate" in {note.code for note in model.result_.warnings}  # type: ignore[union-attr]
    plain = np.mean([mobile[:99][item] for item in ecsi["latents"]["Quality"]])
    assert model.scores_["Quality"] == pytest.approx((plain - 1) / 9 * 100)


def survey(seed: int, n: int = 150) -> dict[str, Any]:
    """Three latents with three items each: A moves B, both move C."""
    random = np.random.default_rng(seed)
    a = random.normal(size=n)
    b = 0.6 * a + 0.8 * random.normal(size=n)
    c = 0.3 * a + 0.5 * b + 0.6 * random.normal(size=n)
    found = {}
    for name, latent in (("a", a), ("b", b), ("c", c)):
        for i in range(3):
            noisy = latent + 0.5 * random.normal(size=n)
            found[f"{name}{i}"] = np.clip(np.round(5.5 + 1.8 * noisy), 1, 10)
    return found


SPEC: dict[str, Any] = {
    "latents": {"A": ["a0", "a1", "a2"], "B": ["b0", "b1", "b2"], "C": ["c0", "c1", "c2"]},
    "paths": [("A", "B"), ("A", "C"), ("B", "C")],
    "scale": (1, 10),
}


@settings(max_examples=8, deadline=None)
@given(some.integers(0, 10_000), some.sampled_from(["path", "centroid", "factorial"]))
def test_order_and_turned_items_change_only_signs(seed: int, scheme: Scheme) -> None:
    table = survey(seed)
    plain = PLSPathModel(SPEC, scheme).fit(table)
    order = np.random.default_rng(seed).permutation(150)
    moved = PLSPathModel(SPEC, scheme).fit({item: values[order] for item, values in table.items()})
    assert moved.paths_ == pytest.approx(plain.paths_)
    turned = {**table, "b1": 11 - table["b1"]}
    again = PLSPathModel(SPEC, scheme).fit(turned)
    assert again.paths_ == pytest.approx(plain.paths_)
    assert again.weights_["B"]["b1"] == pytest.approx(-plain.weights_["B"]["b1"])
    assert "negative_weights" in {note.code for note in again.result_.warnings}  # type: ignore[union-attr]


def test_blanks_take_the_mean_and_rows_may_be_mappings() -> None:
    table = survey(1)
    table["a0"] = np.where(np.arange(150) < 4, np.nan, table["a0"])
    model = PLSPathModel(SPEC).fit(table)
    assert any("4 blanks" in sentence for sentence in model.result_.explain("en"))  # type: ignore[union-attr]
    rows = [{item: (None if np.isnan(v[i]) else v[i]) for item, v in table.items()} for i in range(150)]
    assert PLSPathModel(SPEC).fit(rows).paths_ == pytest.approx(model.paths_)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"paths": [("A", "B"), ("B", "C"), ("C", "A")]}, "circle"),
        ({"paths": [("A", "B")]}, "idle_latent"),
        ({"paths": [("A", "B"), ("B", "C"), ("B", "D")]}, "bad_model"),
        ({"scale": (10, 1)}, "bad_model"),
        ({"scale": None}, "bad_model"),
        ({"scale": (1, 5)}, "outside_scale"),
        ({"latents": {**SPEC["latents"], "A": ["nope"]}}, "item_missing"),
    ],
)
def test_wrong_models_are_refused(change: dict[str, Any], code: str) -> None:
    with pytest.raises(MethodError) as refused:
        PLSPathModel({**SPEC, **change}).fit(survey(2))
    assert refused.value.code == code and refused.value.zh


def test_the_strongest_path_may_be_one_that_lowers() -> None:
    latents = {"Waiting": ["w"], "Price": ["p"], "Loyalty": ["l"]}
    spec = {"latents": latents, "paths": [("Waiting", "Loyalty"), ("Price", "Loyalty")], "scale": (1, 5)}
    answers = {"w": [1, 2, 3, 4, 5] * 2, "p": [1, 1, 2, 2, 1, 1, 2, 2, 1, 2], "l": [5, 4, 3, 2, 1, 5, 4, 3, 2, 2]}
    fitted = PLSPathModel(spec).fit(answers)
    assert fitted.result_ and '"Loyalty" is moved most by "Waiting" (path -' in fitted.result_.explain("en")[1]


def test_the_published_models_have_their_paths() -> None:
    assert {name: len(paths) for name, paths in MODELS.items()} == {"SCSB": 6, "ACSI": 9, "CCSI": 11, "ECSI": 12}
    with pytest.raises(MethodError):
        index_model("ECSI", {"Image": ["a"]}, (1, 10))


def test_against_the_worked_index_score() -> None:
    assert index_score([8, 7, 7], [0.3885, 0.3190, 0.2925], (1, 10)).value == pytest.approx(70.983, abs=5e-4)
    assert weighted_index({"a": [4, 4], "b": [5, 5]}, {"a": 3, "b": 1}, (1, 5)).value == pytest.approx(85.0)


def test_felt_over_expected_never_averages_nothing_expected() -> None:
    found = felt_over_expected([8, 5, 9, 12], [8, 10, 0, 8])
    assert found.mean == pytest.approx(1.0) and (found.short, found.met, found.exceeded) == (1, 1, 1)
    assert np.isnan(found.values[2]) and "nothing_expected" in {note.code for note in found.warnings}
    with pytest.raises(MethodError):
        felt_over_expected([1], [0])


def test_felt_over_expected_tells_a_blank_from_nothing_expected() -> None:
    found = felt_over_expected([8, 5, float("nan"), 4], [8, float("nan"), 7, 0])
    assert (found.cases, found.met) == (1, 1)
    said = {note.code: note.en for note in found.warnings}
    assert said["nothing_expected"].startswith("1 cases") and said["blank_answers"].startswith("2 blank")


def test_shares_come_with_intervals() -> None:
    score = nps([10] * 50 + [8] * 30 + [3] * 20)
    assert score.value == pytest.approx(0.3) and score.low < 0.3 < score.high
    assert nps([10] * 40).low < 1.0  # everybody agrees, yet forty answers prove nothing beyond doubt
    satisfied = csat([5] * 60 + [4] * 20 + [2] * 20)
    assert satisfied.value == pytest.approx(0.8) and (satisfied.low, satisfied.high) == pytest.approx(
        (0.711, 0.867), abs=5e-4
    )
    assert "few_answers" in {note.code for note in csat([5, 4, np.nan]).warnings}
    assert seven_step([1, 7, 4]).value == 0
    for bad in ([11], [], [np.nan], ["x"]):
        with pytest.raises(MethodError):
            nps(bad)


def test_importance_is_found_where_it_was_put() -> None:
    random = np.random.default_rng(4)
    speed, price, looks = (np.clip(np.round(random.normal(6, 2, 400)), 1, 10) for _ in range(3))
    speed = np.clip(speed - 2, 1, 10)
    overall = 0.8 * speed + 0.3 * price + random.normal(0, 1, 400)
    chart = importance_satisfaction({"speed": speed, "price": price, "looks": looks}, overall=overall)
    by_name = {point.item: point for point in chart.points}
    assert by_name["speed"].quadrant == "improve" and by_name["speed"].sure
    assert by_name["looks"].quadrant == "enough" and by_name["speed"].cases == 400
    assert "speed" in chart.explain("en")[0]
    stated = importance_satisfaction({"x": [5, 6], "y": [8, 9]}, importance={"x": [9, 9], "y": [2, 2]})
    assert [point.quadrant for point in stated.points] == ["improve", "enough"]
    with pytest.raises(MethodError):
        importance_satisfaction({"x": [5, 6]}, overall=[5, 6])


def test_servqual_is_per_respondent_then_mean() -> None:
    assert sum(SERVQUAL_ITEMS.values()) == 22
    expected = {"t1": [7, 6, 5], "t2": [7, 6, np.nan], "r1": [5, 5, 5]}
    perceived = {"t1": [5, 6, 5], "t2": [6, 6, 5], "r1": [6, 4, 5]}
    found = servqual(
        expected, perceived, {"tangibles": ["t1", "t2"], "reliability": ["r1"]}, {"tangibles": 3, "reliability": 1}
    )
    assert found.cases == 2 and found.score == pytest.approx(((-1.5 * 3 + 1) / 4 + (-1) / 4) / 2)
    assert found.dimensions == pytest.approx({"tangibles": -0.75, "reliability": 0.0})


@pytest.mark.shared
def test_an_item_that_is_missing_is_refused_by_name() -> None:
    felt = {"a": [5, 6, 7], "b": [4, 5, 6]}
    for asked in (
        lambda: servqual({"a": [5, 5, 5]}, felt, {"care": ["a", "b"]}),
        lambda: servqual(felt, {"a": [5, 5, 5]}, {"care": ["a", "b"]}),
        lambda: servqual(felt, felt, {"care": ["a", "b"]}, weights={"speed": 1}),
        lambda: importance_satisfaction(felt, importance={"a": [5, 5, 5]}),
        lambda: weighted_index(felt, {"c": 1}, (1, 10)),
    ):
        with pytest.raises(MethodError) as refused:
            asked()
        assert refused.value.code == "item_missing"
        assert "（有：" in refused.value.zh and "add its column" in refused.value.en
    with pytest.raises(MethodError) as refused:
        servqual(felt, {**felt, "b": [1, 2]}, {"care": ["a", "b"]})
    assert refused.value.code == "lengths_differ"


def test_against_kanos_worked_example(shared: Path) -> None:
    published = {
        "Service app": ("O", 0.568, -0.736), "Excellent service": ("M", 0.372, -0.534), "Hotline": ("A", 0.511, -0.137),
        "Loan machine": ("O", 0.608, -0.514), "Ready-to-use return": ("I", 0.352, -0.094),
    }  # fmt: skip
    with (shared / "kano/kano_worked_example.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            found = kano.classify({one: int(row[one]) for one in kano.LETTERS})
            category, better, worse = published[row["attribute"]]
            assert found.category == category == row["rule_MOAI"]
            assert (found.better, found.worse) == pytest.approx((better, worse), abs=5e-4)
            assert found.near_tie == (row["attribute"] in ("Hotline", "Loan machine"))


def test_kanos_table_and_doubts() -> None:
    assert [kano.letter(i, j) for i in (1, 5) for j in (1, 2, 5)] == ["Q", "A", "O", "R", "R", "Q"]
    pairs = [("like", "dislike")] * 30 + [(3, 5)] * 5
    assert kano.classify(pairs, feature="App").category == "O"
    assert kano.classify("MMMMAAI").counts["M"] == 4
    assert "bad_wording" in {note.code for note in kano.classify({"O": 80, "Q": 20}).warnings}
    bad_answers: list[Any] = [{"Z": 3}, {"R": 5}, [(1, 9)], {"M": -1}]
    for bad in bad_answers:
        with pytest.raises(MethodError):
            kano.classify(bad)
