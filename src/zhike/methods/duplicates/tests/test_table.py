"""The long-table form of duplicate search: against the labelled sets, and on planted slips."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from zhike.methods.benches.duplicates import people
from zhike.methods.duplicates.table import TableMatch, match_table
from zhike.methods.duplicates.tests.judge import Truth, score
from zhike.methods.result import MethodError

pytestmark = pytest.mark.slow

FEBRL = {
    "id": "rec_id", "given": "given_name", "family": "surname", "birthday": "date_of_birth", "place": "suburb",
    "postcode": "postcode", "street": "address_1", "number": "street_number", "identifier": "soc_sec_id",
}  # fmt: skip
FAKE = {
    "id": "unique_id",
    "given": "first_name",
    "family": "surname",
    "birthday": "dob",
    "place": "city",
    "email": "email",
}


def read(path: Path, names: dict[str, str]) -> dict[str, list[str]]:
    with path.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))
    return {ours: [row[theirs] for row in rows] for ours, theirs in names.items()}


def together(ids: Iterable[str], entity: Callable[[str], str]) -> Truth:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for one in ids:
        groups[entity(one)].append(one)
    return {frozenset(pair) for group in groups.values() for pair in combinations(group, 2)}


def f1(found: TableMatch, truth: Truth) -> tuple[float, float]:
    """Of pairs and of groups."""
    pairs = (frozenset(pair) for pair in zip(found.left.tolist(), found.right.tolist(), strict=True))
    groups = (frozenset(pair) for group in found.groups for pair in combinations(group, 2))
    return score(pairs, truth).f1, score(groups, truth).f1


def person(name: str) -> str:
    return name.split("-")[1]


@pytest.mark.shared
def test_against_febrl3(shared: Path) -> None:
    table = read(shared / "dedupe" / "febrl_dataset3.csv", FEBRL)
    truth = together(table["id"], person)
    assert min(f1(match_table(table), truth)) >= 0.99
    assert min(f1(match_table(table, learned=False), truth)) >= 0.99


@pytest.mark.shared
def test_against_febrl4(shared: Path) -> None:
    one, two = (read(shared / "dedupe" / f"febrl_dataset4{part}.csv", FEBRL) for part in "ab")
    table = {name: one[name] + two[name] for name in one}
    assert min(f1(match_table(table), together(table["id"], person))) >= 0.99


@pytest.mark.shared
def test_against_fake_1000_learned_weights_find_more(shared: Path) -> None:
    table = read(shared / "dedupe" / "fake_1000.csv", FAKE)
    with (shared / "dedupe" / "fake_1000.csv").open(encoding="utf-8") as file:
        cluster = {row["unique_id"]: row["cluster"] for row in csv.DictReader(file)}
    truth = together(cluster, cluster.__getitem__)
    learned, usual = match_table(table), match_table(table, learned=False)
    assert f1(learned, truth)[0] > f1(usual, truth)[0]
    assert f1(learned, truth)[1] >= 0.90  # groups; `match` itself, which is slower, reaches .95


@pytest.fixture(scope="module")
def planted() -> dict[str, Any]:
    return people(3000)


@pytest.fixture(scope="module")
def found(planted: dict[str, Any]) -> TableMatch:
    return match_table(planted)


def test_planted_slips_are_found_whatever_the_order(planted: dict[str, Any], found: TableMatch) -> None:
    truth = together(planted["id"], lambda name: name[:-2])
    assert f1(found, truth)[0] > 0.99
    turned = match_table({name: values[::-1] for name, values in planted.items()})
    assert sorted(turned.groups) == sorted(found.groups)
    assert found.probability.tolist() == sorted(found.probability.tolist(), reverse=True)
    assert found.cases == 3000 and "3,000 records" in found.explain("en")[0]


def test_a_file_says_the_same_as_columns(planted: dict[str, Any], found: TableMatch, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(planted)
        writer.writerows(
            [["" if cell is None else cell for cell in row] for row in zip(*planted.values(), strict=True)]
        )
    assert sorted(match_table(path).groups) == sorted(found.groups)


def test_hostile_text_is_only_text() -> None:
    nasty = "x'); DROP TABLE records; --"
    found = match_table(
        {"id": ["1", "2", nasty], "name": [nasty, nasty, "杭州恒源科技有限公司"], "phone": [nasty, None, "1"]}
    )
    assert found.cases == 3


def test_companies_meet_without_their_legal_form() -> None:
    table = {
        "id": ["1", "2", "3"],
        "name": ["恒源科技有限公司", "恒源科技股份有限公司", "宏达贸易有限公司"],
        "phone": ["0571-8888 1234", "+86 571 88881234", "0571-66661234"],
    }
    assert match_table(table).groups == (("1", "2"),)


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"id": ["1", "1"], "name": ["a", "b"]}, "ids_repeat"),
        ({"name": ["a", "b"]}, "column_missing"),
        ({"id": ["1", "2"]}, "column_missing"),
        ({"id": ["1", "2"], "name": ["a"]}, "ragged"),
    ],
)
def test_tables_that_cannot_be_compared_are_refused(table: dict[str, Any], code: str) -> None:
    with pytest.raises(MethodError) as refusal:
        match_table(table)
    assert refusal.value.code == code
