"""Against sets with known truth, all with the same settings and the same threshold."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhike.methods.duplicates import Record, match
from zhike.methods.duplicates.regions import _codes as place_codes
from zhike.methods.duplicates.tests import judge
from zhike.methods.duplicates.tests.companies import World

pytestmark = [pytest.mark.shared, pytest.mark.slow]


@pytest.mark.slow
def test_against_febrl3_f1_is_99_percent_or_more(shared: Path) -> None:
    rows, truth = judge.febrl3(shared)
    result = match(rows)
    assert judge.of_pairs(result, truth).f1 >= 0.99
    assert judge.of_clusters(result, truth).f1 >= 0.99


@pytest.mark.slow
def test_against_febrl4_f1_is_99_percent_or_more(shared: Path) -> None:
    left, right, truth = judge.febrl4(shared)
    result = match(left, right)
    assert judge.of_pairs(result, truth).f1 >= 0.99
    assert judge.of_clusters(result, truth).f1 >= 0.99
    assert all(pair.left in {row["id"] for row in left} for pair in result.pairs[:50])


def test_against_fake_1000_f1_is_92_percent_or_more(shared: Path) -> None:
    rows, truth = judge.fake_1000(shared)
    result = match(rows)
    assert judge.of_pairs(result, truth).f1 >= 0.92
    assert judge.of_clusters(result, truth).f1 >= 0.94


@pytest.mark.slow
@pytest.mark.parametrize("seed", [7, 8])
def test_planted_companies_are_found_and_look_alikes_are_left_alone(shared: Path, seed: int) -> None:
    rows, truth = judge.companies(shared, 10_000, seed)
    result = match(rows)
    for got in (judge.of_pairs(result, truth), judge.of_clusters(result, truth)):
        assert got.precision >= 0.99
        assert got.recall >= 0.98


def test_the_table_of_places_agrees_with_the_divisions(shared: Path) -> None:
    codes = place_codes()
    wrong = [
        (code, name)
        for code, name in World(shared).cities.items()
        if name not in ("市辖区", "县", "吉林市", "海南藏族自治州") and "直辖" not in name
        if not any(own == code and name.startswith(place) for place, own in codes.items())
    ]
    assert wrong == []


def test_records_and_mappings_give_the_same_pairs(shared: Path) -> None:
    rows, _ = judge.fake_1000(shared)
    assert match(rows[:200]).pairs == match([Record.of(row) for row in rows[:200]]).pairs
