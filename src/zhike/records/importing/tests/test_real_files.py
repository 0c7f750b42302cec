"""Files of real and made-up companies, whole: how many rows, how fast, what was refused and why, what was recognised."""

from __future__ import annotations

import csv
import gzip
import sqlite3
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from zhike.customers.models import DuplicatePair, Membership, Party
from zhike.kernel.testing import SYSTEM, shared_data
from zhike.records.importing.queries import lines
from zhike.records.importing.tests.carrying import imported
from zhike.records.importing.tests.chinese import build
from zhike.records.importing.undoing import take_back
from zhike.records.models import Import, ImportLine

pytestmark = [pytest.mark.django_db, pytest.mark.shared]


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


def timed(path: Path, **decided: Any) -> Import:
    began = time.perf_counter()
    row = imported(path, SYSTEM, **decided)
    seconds = time.perf_counter() - began
    print(f"\n{path.name}: {row.counts} in {seconds:.1f} s, {row.counts['read'] / seconds:,.0f} rows/s")
    for line in lines(row, "refused", 5):
        print("  refused", line.line, line.data["reasons"])
    return row


def test_maven_accounts_find_their_parent_companies(tmp_path: Path) -> None:
    path = shared_data("crm_maven", "accounts.csv")
    row = timed(path)
    assert row.counts == {"read": 85, "created": 85}
    with path.open() as source:
        rows = list(csv.DictReader(source))
    named = {line["account"]: line["subsidiary_of"] for line in rows if line["subsidiary_of"]}
    found = Party.objects.filter(parent__isnull=False).values_list("name", "parent__name")
    assert dict(found) == named
    assert timed(path).counts == {"read": 85, "skipped": 85}


def test_northwind_companies_come_with_their_contacts(tmp_path: Path) -> None:
    path = tmp_path / "northwind.csv"
    with sqlite3.connect(shared_data("northwind", "northwind.sqlite")) as database, path.open("w", newline="") as out:
        found = database.execute("SELECT * FROM customers")
        csv.writer(out).writerows([[each[0] for each in found.description], *found])
    row = timed(path)
    assert row.counts == {"read": 91, "created": 91}
    assert Membership.objects.filter(primary=True).count() == 91
    assert Party.objects.get(external_id="ALFKI").contact_name == "Maria Anders"
    assert take_back(row, SYSTEM)["removed"] == 182
    assert not Party.objects.exists()


@pytest.mark.long
def test_adventureworks_people(tmp_path: Path) -> None:
    path = tmp_path / "adventureworks.csv"
    path.write_bytes(gzip.decompress(shared_data("adventureworks", "AdventureWorks_Customers.csv.gz").read_bytes()))
    row = timed(path)
    assert row.counts["created"] + row.counts.get("refused", 0) == row.counts["read"] == 18_148
    assert row.counts.get("refused", 0) == 0
    jon = Party.objects.get(external_id="11000")
    assert (jon.name, jon.gender, jon.born_on and jon.born_on.isoformat()) == ("JON YANG", "m", "1966-04-08")
    assert timed(path).counts["skipped"] == 18_148


def judged(row: Import, pairs: list[tuple[int, int]]) -> tuple[float, float]:
    """Recall and precision of what was recognised by itself, and put before people, against the planted pairs."""
    text = Path(row.name)
    numbers = dict(Party.objects.exclude(note="").values_list("pk", "note"))
    asked = DuplicatePair.objects.filter(batch_id=row.batch_id).values_list("left_id", "right_id")
    print(f"  {text}: {len(pairs)} planted, {row.counts.get('skipped', 0)} recognised, {len(asked)} put before people")
    variants = {right for _left, right in pairs}
    created = {pk for pk, note in numbers.items() if note == "变体"}
    found = len(variants) - len(created)
    right = found + len([1 for left, other in asked if left in created or other in created])
    told = row.counts.get("skipped", 0) + len(asked)
    return right / max(len(variants), 1), right / max(told, 1)


@pytest.mark.slow
@pytest.mark.parametrize("count", [2_000, pytest.param(100_000, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
def test_chinese_companies_in_gb18030(count: int, tmp_path: Path) -> None:
    path = tmp_path / "companies.csv"
    pairs = build(path, count)
    row = timed(path)
    reasons = Counter(
        reason for line in ImportLine.objects.filter(of=row, outcome="refused") for reason in line.data["reasons"]
    )
    assert row.counts.get("refused", 0) <= count * 0.002, reasons
    recall, precision = judged(row, pairs)
    print(f"  recall {recall:.3f}, precision {precision:.3f}")
    assert recall >= 0.6
    assert precision >= 0.95
    assert timed(path).counts.get("created", 0) <= row.counts.get("created", 0) * 0.001
