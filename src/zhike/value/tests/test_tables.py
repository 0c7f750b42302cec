"""Tables beside the report: each as CSV and as Parquet, with the same rows."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from zhike.value import report
from zhike.value.tests.made import company, text

HEAD = ("customer", "name", "date", "order", "product", "quantity", "unit price")


@pytest.mark.slow
def test_every_table_is_written_in_both_forms_with_the_same_rows(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(text(HEAD, company()), encoding="utf-8")
    study = report([tmp_path / "orders.csv"], tables=tmp_path / "tables")
    written = {path.stem for path in (tmp_path / "tables").glob("*.csv")}
    assert written == {path.stem for path in (tmp_path / "tables").glob("*.parquet")}
    assert written >= {
        "abc",
        "pyramid",
        "rfm",
        "lifecycle",
        "migration",
        "migration_matrix",
        "cohorts",
        "lorenz",
        "monthly",
    }
    assert {"dropped", "movers", "win_back", "thinning", "ranking"} <= written
    database = duckdb.connect()
    for name in written:
        with (tmp_path / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as source:
            header, *lines = csv.reader(source)
        kept = database.execute("SELECT * FROM read_parquet(?)", [f"{tmp_path}/tables/{name}.parquet"])
        assert header == [column[0] for column in kept.description or ()], name
        assert len(lines) == len(kept.fetchall()), name
    with (tmp_path / "tables" / "abc.csv").open(encoding="utf-8-sig") as source:
        assert len(list(csv.DictReader(source))) == study.customers
    whole = database.execute("SELECT count(*), max(place) FROM read_parquet(?)", [f"{tmp_path}/tables/ranking.parquet"])
    assert whole.fetchall() == [(study.customers, study.customers)], "everybody, not only those whom the page names"
    database.close()


@pytest.mark.slow
def test_lists_by_name_are_written_whole(tmp_path: Path) -> None:
    tea = [(f"C{n:03}", "", f"{2022 + n % 2}-0{1 + n % 9}-1{n % 7}", f"D{n}", "tea", 1, 10 + n) for n in range(400)]
    (tmp_path / "orders.csv").write_text(text(HEAD, tea), encoding="utf-8")
    study = report([tmp_path / "orders.csv"], tables=tmp_path / "tables")
    assert len(study.movers_up) == len(study.movers_down) == 30 and len(study.win_back) == 50
    found = {}
    for name in ("movers", "win_back", "migration"):
        with (tmp_path / "tables" / f"{name}.csv").open(encoding="utf-8-sig") as source:
            found[name] = list(csv.DictReader(source))
    changed = {row["customer"] for row in found["migration"] if row["value_then"] != row["value_now"]}
    assert {row["customer"] for row in found["movers"]} == changed and len(changed) > 60
    assert {one.customer for one in study.win_back} <= {row["customer"] for row in found["win_back"]}
    assert len(found["win_back"]) > 100
