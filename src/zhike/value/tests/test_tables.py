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
    assert {"dropped", "movers", "win_back", "thinning"} <= written
    database = duckdb.connect()
    for name in written:
        with (tmp_path / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as source:
            header, *lines = csv.reader(source)
        kept = database.execute("SELECT * FROM read_parquet(?)", [f"{tmp_path}/tables/{name}.parquet"])
        assert header == [column[0] for column in kept.description or ()], name
        assert len(lines) == len(kept.fetchall()), name
    with (tmp_path / "tables" / "abc.csv").open(encoding="utf-8-sig") as source:
        assert len(list(csv.DictReader(source))) == study.customers
    database.close()
