"""The methods' speed table: a ratio counts as kept only when it was compared."""

import json
import sys
from pathlib import Path

import pytest

from zhike.methods.benches import Bench
from zhike.operate.bench_methods import main, measure

ONE_FIT = ["--only", "PLS path model, one fit"]


@pytest.fixture
def plspm_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plspm", None)  # what Python itself reads as "not installed"


def test_a_ratio_that_was_not_compared_is_neither_kept_nor_broken(
    plspm_absent: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "figures.json"
    assert main([*ONE_FIT, "--json", str(kept)]) == 0
    (figures,) = json.loads(kept.read_text("utf-8")).values()
    assert figures["kept"] is None and figures["left_out"] == "plspm"
    said = capsys.readouterr()
    assert "✓" not in said.out and "plspm" in said.err


def test_a_strict_run_fails_where_a_ratio_was_not_compared(plspm_absent: None) -> None:
    assert main([*ONE_FIT, "--strict"]) == 1


def test_a_budget_that_is_broken_stays_broken_without_the_library(plspm_absent: None) -> None:
    def oracle() -> None:
        __import__("plspm")

    assert measure(Bench("sum", lambda: sum(range(100_000)), oracle, 1e-9, 2))["kept"] is False


def test_a_ratio_that_was_compared_is_kept_or_broken() -> None:
    def slower() -> int:
        return sum(range(2_000_000))

    def faster() -> int:
        return sum(range(2_000))

    assert measure(Bench("sum", faster, slower, None, 2))["kept"] is True
    assert measure(Bench("sum", slower, faster, None, 2))["kept"] is False
