"""`zhike value`: from a file of orders to a report of what each customer is worth.

from zhike.value import report
study = report("orders.csv", out="report.html", json="figures.json", tables="tables/")
print(study.revenue, study.pyramid.levels["top"].share)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zhike.value.study import Study

__all__ = ["report"]


def report(
    files: str | Path | Sequence[str | Path],
    *,
    out: str | Path | None = None,
    json: str | Path | None = None,
    tables: str | Path | None = None,
    **options: Any,
) -> Study:
    """Read one or more order histories, compute every method, and write what is asked for.

    files: CSV, TSV, gzip, XLSX, Parquet, SQLite, or the address of a PostgreSQL database. out, json: files to write; tables: a
    folder. options: customer, date, amount, order, product, quantity, price, currency, status (column names); as_of, period, lang, title,
    table, keep_currency, drop_duplicates, memory, engine. MethodError where the files cannot be read or nothing useful remains.
    """
    from zhike.value.making import make
    from zhike.value.options import Options
    from zhike.value.writing import check_writable, write_figures, write_page, write_tables

    listed = [files] if isinstance(files, str | Path) else list(files)
    folder = Path(tables) if tables is not None else None
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    for path in (out, json):
        check_writable(path)
    wanted = Options.of(tables=folder, **options)
    study = make(listed, wanted)
    if folder is not None:
        wanted.tick("写出表格", "writing tables")
        write_tables(study, folder)
    if json is not None:
        write_figures(study, Path(json))
    if out is not None:
        wanted.tick("生成报告", "writing the report")
        write_page(study, Path(out), wanted.lang)
    return study
