"""The reference sets as generic fields with their truth, and precision, recall and F1 against it.

`python -m zhike.methods.duplicates.tests.judge <folder of the shared data>` prints the table of the documentation.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from time import perf_counter
from typing import Any

from opencc import OpenCC

from zhike.methods.duplicates import MatchResult, Record, keys, match, normalise
from zhike.methods.duplicates.tests.companies import Builder, World

Row = dict[str, Any]
Truth = set[frozenset[str]]


@dataclass(frozen=True)
class Score:
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def score(found: Iterable[frozenset[str]], truth: Truth) -> Score:
    pairs = set(found)
    right = len(pairs & truth)
    return Score(right / max(len(pairs), 1), right / len(truth))


def of_pairs(result: MatchResult, truth: Truth) -> Score:
    return score((frozenset((pair.left, pair.right)) for pair in result.pairs), truth)


def of_clusters(result: MatchResult, truth: Truth) -> Score:
    return score((frozenset(name for _, name in pair) for pair in result.together()), truth)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, skipinitialspace=True))


def _grouped(ids: Iterable[str], entity: Callable[[str], str]) -> Truth:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for one in ids:
        groups[entity(one)].append(one)
    return {frozenset(pair) for group in groups.values() for pair in combinations(group, 2)}


def _febrl(path: Path) -> list[Row]:
    return [
        {
            "id": row["rec_id"],
            "kind": "person",
            "given": row["given_name"],
            "family": row["surname"],
            "number": row["street_number"],
            "street": row["address_1"],
            "building": row["address_2"],
            "place": row["suburb"],
            "postcode": row["postcode"],
            "birthday": row["date_of_birth"],
            "identifiers": {"social-security": row["soc_sec_id"]},
        }
        for row in _rows(path)
    ]


def febrl3(shared: Path) -> tuple[list[Row], Truth]:
    rows = _febrl(shared / "dedupe" / "febrl_dataset3.csv")
    return rows, _grouped((row["id"] for row in rows), lambda name: name.split("-")[1])


def febrl4(shared: Path) -> tuple[list[Row], list[Row], Truth]:
    left, right = (_febrl(shared / "dedupe" / f"febrl_dataset4{part}.csv") for part in "ab")
    return left, right, _grouped((row["id"] for row in left + right), lambda name: name.split("-")[1])


def fake_1000(shared: Path) -> tuple[list[Row], Truth]:
    rows = [
        {
            "id": row["unique_id"],
            "kind": "person",
            "given": row["first_name"],
            "family": row["surname"],
            "birthday": row["dob"],
            "place": row["city"],
            "emails": row["email"],
        }
        for row in _rows(shared / "dedupe" / "fake_1000.csv")
    ]
    labels = _rows(shared / "dedupe" / "fake_1000_labels.csv")
    truth = {
        frozenset((row["unique_id_l"], row["unique_id_r"]))
        for row in labels
        if float(row["clerical_match_score"]) > 0.5
    }
    return rows, truth


def companies(shared: Path, size: int, seed: int = 7) -> tuple[list[Row], Truth]:
    return Builder(World(shared), seed, OpenCC("s2t").convert).build(size)


def _line(name: str, run: Callable[[], MatchResult], truth: Truth) -> None:
    start = perf_counter()
    result = run()
    spent = perf_counter() - start
    for what, got in (("pairs", of_pairs(result, truth)), ("clusters", of_clusters(result, truth))):
        print(f"| {name} | {what} | {got.precision:.4f} | {got.recall:.4f} | {got.f1:.4f} | {spent:.1f} |")


def main(shared: Path, size: int = 100_000) -> None:
    people, truth = febrl3(shared)
    _line("febrl3", lambda: match(people), truth)
    left, right, across = febrl4(shared)
    _line("febrl4", lambda: match(left, right), across)
    fake, labels = fake_1000(shared)
    _line("fake_1000", lambda: match(fake), labels)
    rows, planted = companies(shared, size)
    _line(f"companies {size}", lambda: match(rows), planted)
    records = [Record.of(row) for row in rows]
    start = perf_counter()
    normal = [normalise(record) for record in records]
    middle = perf_counter()
    made = sum(len(keys(one)) for one in normal)
    end = perf_counter()
    print(
        f"normalise {size / (middle - start):,.0f}/s, keys {size / (end - middle):,.0f}/s, {made / size:.1f} per record"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
