"""`--engine`: the same report from DuckDB and from Spark, and what is said where there is no Spark."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest

from zhike.methods.result import MethodError
from zhike.value import report
from zhike.value.command import main
from zhike.value.tests.made import HEADERS, company, text

RUN_OF_ITS_OWN = ("seconds", "memory_mb")


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A small company's order lines."""
    path = tmp_path / "orders.csv"
    path.write_text(text(HEADERS, company()), encoding="utf-8")
    return path


def same(one: Any, other: Any, where: str = "") -> None:
    """Equal, floats within 1e-9 of each other."""
    if isinstance(one, dict) and isinstance(other, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            same(one[key], other[key], f"{where}.{key}")
    elif isinstance(one, list) and isinstance(other, list):
        assert len(one) == len(other), where
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            same(left, right, f"{where}[{place}]")
    elif isinstance(one, float) and isinstance(other, float):
        assert math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12), (where, one, other)
    else:
        assert one == other, where


def compared(files: list[Path], folder: Path, **options: Any) -> None:
    """Figures and every table of both engines."""
    found = {}
    for engine in ("duckdb", "spark"):
        place = folder / engine
        report(files, json=folder / f"{engine}.json", tables=place, engine=engine, **options)
        found[engine] = json.loads((folder / f"{engine}.json").read_text("utf-8"))
        for name in RUN_OF_ITS_OWN:
            assert found[engine].pop(name) > 0
    same(found["duckdb"], found["spark"])
    names = sorted(path.name for path in (folder / "duckdb").iterdir())
    assert names == sorted(path.name for path in (folder / "spark").iterdir())
    for name in (name for name in names if name.endswith(".csv")):
        rows = [(folder / engine / name).read_text("utf-8-sig").splitlines() for engine in ("duckdb", "spark")]
        assert len(rows[0]) == len(rows[1]), name
        for one, other in zip(*rows, strict=True):
            same([plain(cell) for cell in one.split(",")], [plain(cell) for cell in other.split(",")], name)


def plain(cell: str) -> Any:
    """A number as a float, so that 0.10 and 0.1 are the same."""
    try:
        return float(cell)
    except ValueError:
        return cell


@pytest.mark.long
def test_spark_gives_the_report_of_a_small_company_to_the_last_row(orders: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="Spark is not installed: pip install -r requirements/spark.txt")
    compared([orders], tmp_path)


@pytest.mark.long
@pytest.mark.shared
def test_spark_gives_the_report_of_cdnow_to_the_last_row(shared: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="Spark is not installed: pip install -r requirements/spark.txt")
    compared([shared / "clv" / "CDNOW_sample.txt"], tmp_path, customer="column 2", amount="column 5")


def test_without_spark_the_remedy_is_said_before_anything_is_read(
    orders: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZHIKE_LANG", "en")
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    assert main([str(orders), "--engine", "spark"]) == 2
    said = capsys.readouterr()
    assert "requirements/spark.txt" in said.err
    assert "Traceback" not in said.err
    assert not said.out


def test_without_java_the_remedy_is_said(
    orders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pyspark", reason="Spark is not installed: pip install -r requirements/spark.txt")
    monkeypatch.setenv("ZHIKE_LANG", "zh")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert main([str(orders), "--engine", "spark"]) == 2
    assert "openjdk-17" in capsys.readouterr().err


def test_an_engine_that_there_is_not_is_refused(orders: Path) -> None:
    with pytest.raises(MethodError) as refused:
        report(orders, engine="hadoop")
    assert refused.value.code == "engine_unknown"
