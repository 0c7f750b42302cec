"""Survival: against lifelines on the Rossi data, and by hand."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from zhike.methods.result import MethodError
from zhike.methods.survival import concordance, cox, kaplan_meier, logrank

NAMES = ("fin", "age", "race", "wexp", "mar", "paro", "prio")


@pytest.fixture(scope="module")
def rossi() -> Any:
    return np.genfromtxt(Path(__file__).parent / "rossi.csv", delimiter=",", names=True, skip_header=1)


def test_against_cox_efron_on_rossi(rossi: Any) -> None:
    model = cox(np.column_stack([rossi[name] for name in NAMES]), rossi["week"], rossi["arrest"], NAMES)
    expected = [-0.379422, -0.057438, 0.313900, -0.149796, -0.433704, -0.084871, 0.091497]
    assert model.coefficients == pytest.approx(expected, abs=1e-6)
    errors = [0.191379, 0.021999, 0.307993, 0.212224, 0.381868, 0.195757, 0.028649]
    assert model.standard_errors == pytest.approx(errors, abs=1e-6)
    assert model.log_likelihood == pytest.approx(-658.74766, abs=1e-5)
    assert model.concordance == pytest.approx(0.6403292, abs=1e-7)
    first = np.column_stack([rossi[name] for name in NAMES])[:3]
    assert model.risk(first) == pytest.approx([1.219126, 3.230250, 3.031058], abs=1e-6)
    assert model.survival(first[:2], [20, 52]) == pytest.approx(
        np.array([[0.902910, 0.715699], [0.762911, 0.412181]]), abs=1e-6
    )
    assert "age" in " ".join(model.explain("en")) and "流失风险" in model.explain("zh")[0]


def test_against_kaplan_meier_of_lifelines(rossi: Any) -> None:
    curve = kaplan_meier(rossi["week"], rossi["arrest"])
    assert curve.at([49, 50, 52]) == pytest.approx([0.752315, 0.745370, 0.736111], abs=1e-6)
    assert (curve.low[-1], curve.high[-1]) == pytest.approx((0.691860, 0.775063), abs=1e-6)
    assert curve.median == np.inf
    aided = rossi["fin"] == 1
    curve = kaplan_meier(rossi["week"][aided], rossi["arrest"][aided])
    assert (curve.survival[-1], curve.low[-1], curve.high[-1]) == pytest.approx(
        (0.777778, 0.716244, 0.827580), abs=1e-6
    )


def test_against_log_rank_of_lifelines(rossi: Any) -> None:
    test = logrank(rossi["week"], rossi["arrest"], rossi["fin"])
    assert (test.statistic, test.p_value) == pytest.approx((3.837569576549049, 0.0501161174090059), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(some.lists(some.tuples(some.integers(1, 6), some.integers(0, 1), some.integers(0, 4)), min_size=2, max_size=25))
def test_concordance_counts_every_pair(cases: list[tuple[int, int, int]]) -> None:
    good = total = 0.0
    for one, two in combinations(cases, 2):
        early, late = sorted((one, two), key=lambda case: (case[0], -case[1]))
        if not early[1] or (early[0] == late[0] and late[1]):
            continue
        total += 1
        good += 1.0 if early[2] > late[2] else 0.5 if early[2] == late[2] else 0.0
    found = concordance(*zip(*cases, strict=True))
    assert (np.isnan(found) and total == 0) or found == pytest.approx(good / total)


@settings(max_examples=10, deadline=None)
@given(some.integers(0, 2**32 - 1), some.floats(0.1, 50))
def test_order_and_unit_change_no_coefficient(seed: int, scale: float) -> None:
    random = np.random.default_rng(seed)
    table, span = random.normal(size=(80, 2)), random.integers(1, 9, 80)
    ended = random.integers(0, 2, 80)
    ended[:20] = 1
    order = random.permutation(80)
    plain = cox(table, span, ended)
    moved = cox(table[order] + 3, span[order] * scale, ended[order])
    assert moved.coefficients == pytest.approx(plain.coefficients, abs=1e-6)


def test_a_column_that_knows_the_end_is_refused() -> None:
    span = np.arange(1, 61)
    with pytest.raises(MethodError) as refused:
        cox(np.column_stack((-span.astype(float), np.sin(span))), span, np.ones(60))
    assert refused.value.code == "separated"


def test_bad_input_is_refused_and_thin_data_is_said() -> None:
    with pytest.raises(MethodError):
        kaplan_meier([1, 2], [1, 2])
    with pytest.raises(MethodError):
        kaplan_meier([], [])
    with pytest.raises(MethodError) as refused:
        cox([[1.0, 2.0]] * 5, [1, 2, 3, 4, 5], [1, 1, 1, 1, 0])
    assert refused.value.code == "constant_column"
    with pytest.raises(MethodError):
        cox(np.column_stack((np.arange(9.0), np.arange(9.0) * 2)), range(1, 10), [1, 0, 1] * 3)
    with pytest.raises(MethodError):
        logrank([1, 2], [1, 1], ["a", "a"])
    assert {note.code for note in kaplan_meier([1, 2, 3], [1, 0, 1]).warnings} == {"few_ends"}


def test_half_have_left_when_half_have_left() -> None:
    """At 24 and other sizes the product of shares lies a rounding above a half."""
    assert [kaplan_meier(range(1, size + 1), [1] * size).median for size in (24, 28, 30)] == [12, 14, 15]


def test_everybody_leaves() -> None:
    curve = kaplan_meier([1, 2, 3], [1, 1, 1])
    assert curve.survival[-1] == 0 and curve.at(9) == 0 and curve.median == 2 and np.all(np.isfinite(curve.low))
