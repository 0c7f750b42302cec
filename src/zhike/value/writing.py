"""What leaves: figures, tables, and the page."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

from zhike.methods.result import MethodError
from zhike.value.figures import figures
from zhike.value.study import Study


def check_writable(path: str | Path | None) -> None:
    """Refuse before the work what could not be written after it; nothing is left behind. OSError."""
    if path is not None:
        there = Path(path).exists()
        with Path(path).open("a", encoding="utf-8"):
            pass
        if not there:
            Path(path).unlink()


def write_figures(study: Study, path: Path) -> None:
    """`--json`: no value is NaN or infinite."""
    path.write_text(json.dumps(figures(study), ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def write_tables(study: Study, folder: Path) -> None:
    """`--tables`: each table as CSV and Parquet."""
    from zhike.value.tables import write

    write(study, folder)


def write_page(study: Study, path: Path, lang: str) -> None:
    """`--out`: one HTML file."""
    page = importlib.import_module("zhike.value.page")
    text = page.render(study, lang)
    if not isinstance(text, str):
        raise MethodError("page_missing", "报告页面没有生成。", "The page was not made.")
    path.write_text(text, encoding="utf-8")
