"""Groups: found where they are, refused where they are not, the same however the cases stand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from zhike.methods.groups import Groups, find_groups, jaccard
from zhike.methods.result import MethodError

NAMES = {
    "orders": ("订单数", "orders"),
    "amount": ("金额", "amount"),
    "recency": ("未购天数", "days since the last order"),
}


def three_kinds(cases: int = 450, seed: int = 1) -> tuple[dict[str, Any], np.ndarray[Any, np.dtype[np.int64]]]:
    """Regulars, large rare buyers and sleepers, all long-tailed."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(3, cases, p=[0.5, 0.2, 0.3])
    orders = np.exp(rng.normal(np.array([2.5, 0.5, 0.3])[kind], 0.25))
    amount = np.exp(rng.normal(np.array([5.0, 9.0, 4.0])[kind], 0.35))
    recency = np.exp(rng.normal(np.array([2.0, 3.5, 6.0])[kind], 0.3))
    return {"orders": orders, "amount": amount, "recency": recency}, kind


@pytest.fixture(scope="module")
def found() -> Groups:
    return find_groups(three_kinds()[0], numbers=(2, 3, 4, 5), resamples=6, names=NAMES)


def test_the_right_number_is_chosen_and_said(found: Groups) -> None:
    assert len(found.groups) == 3
    assert found.stability > 0.95
    assert all(group.stability > 0.9 for group in found.groups)
    assert [group.cases for group in found.groups] == sorted((group.cases for group in found.groups), reverse=True)
    assert sum(group.share for group in found.groups) == pytest.approx(1)
    assert "分为 3 组" in found.explain("zh")[0]


def test_against_the_kinds_that_were_planted(found: Groups) -> None:
    from sklearn.metrics import adjusted_rand_score

    assert adjusted_rand_score(three_kinds()[1], found.labels) > 0.97


def test_profiles_speak_plainly(found: Groups) -> None:
    sleepers = next(
        group for group in found.groups if group.traits[0].measure == "recency" and group.traits[0].deviation > 1
    )
    assert "未购天数远高于一般" in sleepers.words(NAMES).zh
    assert "days since the last order far above the usual" in sleepers.words(NAMES).en


def test_new_cases_find_their_group(found: Groups) -> None:
    measures, _ = three_kinds()
    assert (found.assign(measures) == found.labels).all()


def test_a_mixture_finds_the_same() -> None:
    measures, kind = three_kinds()
    mixture = find_groups(measures, kind="mixture", numbers=(2, 3, 4), resamples=4)
    assert len(mixture.groups) == 3
    assert jaccard(kind, mixture.labels, 3).min() > 0.9


def test_no_grouping_is_sold_where_there_is_none() -> None:
    rng = np.random.default_rng(2)
    cloud = {"x": rng.normal(size=400), "y": rng.normal(size=400), "z": rng.normal(size=400)}
    loose = find_groups(cloud, numbers=(4, 5, 6), resamples=5)
    assert loose.stability < 0.75
    assert "unstable" in {note.code for note in loose.warnings}


def test_units_and_order_of_cases_change_nothing(found: Groups) -> None:
    measures, _ = three_kinds()
    turned = {name: values[::-1] for name, values in measures.items()}
    assert jaccard(find_groups(turned, numbers=(3,), resamples=2).labels[::-1], found.labels, 3).min() > 0.98
    scaled = dict(measures) | {"amount": measures["amount"] * 1000}
    assert jaccard(find_groups(scaled, numbers=(3,), resamples=2).labels, found.labels, 3).min() > 0.98


def test_groups_are_tried_on_a_later_period_beside_levels(found: Groups) -> None:
    measures, kind = three_kinds()
    chance = np.random.default_rng(4)
    later = chance.poisson(np.array([6.0, 2.0, 0.2])[kind])
    coarse = measures["amount"] > np.median(measures["amount"])
    tried = found.tried_on(later, coarse)
    assert tried.later is not None and tried.later.usable
    assert tried.later.explained > 0.4 > tried.later.explained_by_levels
    assert tried.error["explained"] == tried.later.explained and tried.error["stability"] == found.stability
    assert "原有等级" in tried.explain("zh")[-1] and "The groups tell more." in tried.explain("en")[-1]
    assert not found.explain("en")[-1].startswith("Of what came later")


def test_groups_that_say_no_more_than_the_levels_are_not_recommended(found: Groups) -> None:
    kind = three_kinds()[1]
    later = np.random.default_rng(4).poisson(np.array([6.0, 2.0, 0.2])[kind])
    same = found.tried_on(later, found.labels).later
    assert same is not None and same.explained == same.explained_by_levels and not same.usable
    noise = found.tried_on(np.random.default_rng(8).random(450), kind).later
    assert noise is not None and abs(noise.explained) < 0.02 and not noise.usable
    with pytest.raises(MethodError) as refused:
        found.tried_on(later[:10], kind)
    assert refused.value.code == "lengths_differ"


def test_against_a_regression_on_the_classes_of_the_others(found: Groups) -> None:
    """Leaving one out is what ordinary least squares on the classes gives by its leverages."""
    kind = three_kinds()[1]
    later = np.random.default_rng(4).poisson(np.array([6.0, 2.0, 0.2])[kind]).astype(float)
    table = (found.labels[:, None] == np.unique(found.labels)).astype(float)
    hat = table @ np.linalg.inv(table.T @ table) @ table.T
    missed = ((later - hat @ later) / (1 - np.diag(hat))) ** 2
    plain = ((later - later.mean()) / (1 - 1 / len(later))) ** 2
    tried = found.tried_on(later, kind).later
    assert tried is not None and tried.explained == pytest.approx(1 - missed.sum() / plain.sum())


@pytest.mark.parametrize(
    ("measures", "code"),
    [
        ({}, "too_few_cases"),
        ({"x": [1.0] * 10}, "too_few_cases"),
        ({"x": [1.0] * 100}, "no_differences"),
        ({"x": [float("nan")] * 100}, "not_finite"),
    ],
)
def test_what_cannot_be_grouped_is_refused(measures: Any, code: str) -> None:
    with pytest.raises(MethodError) as refusal:
        find_groups(measures)
    assert refusal.value.code == code


def test_a_measure_that_is_the_same_for_all_is_left_out_and_said() -> None:
    measures, _ = three_kinds()
    same = find_groups(dict(measures) | {"flag": np.ones(450)}, numbers=(3,), resamples=2)
    assert same.scale.names == ("orders", "amount", "recency")
    assert any("flag" in sentence for sentence in same.explain("en"))
