"""Excel workbooks and Parquet files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from zhike.value.reading.delimited import MOST_CELL, MOST_COLUMNS, copy_select
from zhike.value.reading.headers import header_row
from zhike.value.reading.opening import check_archive
from zhike.value.reading.source import Desk, Source, named, refuse, texts

UNBOUND = ("VARCHAR", "BLOB", "JSON")  # kinds of Parquet columns whose cells may be of any size


def read_workbook(path: Path, name: str, desk: Desk) -> Source:
    """The sheet that was asked for, or the first one with rows."""
    from openpyxl import load_workbook

    check_archive(path)
    try:
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        chosen = [desk.table] if desk.table in book.sheetnames else book.sheetnames
        for title in chosen:
            rows = cells(book[str(title)])
            head = [row for _, row in zip(range(2000), rows, strict=False)]
            if any(any(cell.strip() for cell in row) for _, row in head):
                source = copied(name, "xlsx", head, rows, desk)
                others = len(book.sheetnames) - 1
                zh = f"工作表“{title}”" + (f"；另有 {others} 张未读（可用 --table 指定）。" if others else "。")
                en = f"Sheet “{title}”" + (f"; {others} more were not read (choose with --table)." if others else ".")
                source.state("sheet", zh, en)
                return source
    except MemoryError:
        raise
    except Exception as error:
        if type(error).__name__ == "MethodError":
            raise
        raise refuse(
            "file_broken", f"无法读取 Excel 文件：{name}", f"{name} cannot be read as an Excel file."
        ) from error
    raise refuse("file_empty", f"文件里没有任何行：{name}", f"{name} has no rows.")


def cells(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows of a sheet as text with their numbers."""
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if len(row) > MOST_COLUMNS:
            row = row[:MOST_COLUMNS]
        if any(cell is not None for cell in row):
            yield number, [shown(cell) for cell in row]


def shown(cell: object) -> str:
    """A cell as text: days by ISO, whole floats without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def copied(
    name: str, kind: str, head: list[tuple[int, list[str]]], rest: Iterator[tuple[int, list[str]]], desk: Desk
) -> Source:
    """Numbered rows into a well-formed copy."""
    rows = [row for _, row in head]
    top, has_header = header_row(rows)
    width = max(len(row) for row in rows)
    headers = named([*(rows[top] if has_header else []), *[""] * width][:width])
    source = Source(name, kind, headers, "", [[*row, *[""] * width][:width] for row in rows[top + has_header :]])
    target = desk.folder / f"{len(list(desk.folder.iterdir()))}.csv"
    with target.open("w", encoding="utf-8", newline="") as made:
        writer = csv.writer(made, lineterminator="\n")
        for part in (head[top + has_header :], rest):
            for line, row in part:
                if any(len(cell) > MOST_CELL for cell in row):
                    source.lose(line, "cell_too_long", row[0])
                    continue
                clean = [cell.replace("\n", " ").replace("\r", " ").replace("\0", "") for cell in row[:width]]
                writer.writerow([line, *clean, *[""] * (width - len(clean))])
    source.numbered = True
    source.select = copy_select(target, width, desk)
    return source


def read_parquet(path: Path, name: str, desk: Desk) -> Source:
    """A Parquet file through DuckDB, every column as text."""
    import duckdb

    try:
        described = desk.connection.execute(f"DESCRIBE SELECT * FROM read_parquet({desk.text(path)})").fetchall()
        chosen = ", ".join(
            'CAST("' + str(row[0]).replace('"', '""') + f'" AS VARCHAR) AS c{place}'
            for place, row in enumerate(described)
        )
        select = f"SELECT {chosen} FROM read_parquet({desk.text(path)})"
        source = Source(name, "parquet", named([row[0] for row in described]), select, [], first_line=1)
        wide = [f"coalesce(strlen(c{place}), 0)" for place, row in enumerate(described) if row[1].startswith(UNBOUND)]
        if wide:
            without_huge(source, f"greatest({', '.join(wide)}) > {MOST_CELL}", chosen, path, desk)
        sample = desk.connection.execute(f"SELECT * FROM ({source.select}) LIMIT 2000").fetchall()
    except duckdb.Error as error:
        raise refuse("file_broken", f"无法读取 Parquet 文件：{name}", f"{name} cannot be read as Parquet.") from error
    source.sample = texts(row[source.numbered :] for row in sample)
    return source


def without_huge(source: Source, huge: str, chosen: str, path: Path, desk: Desk) -> None:
    """Rows with a cell beyond all bounds are lost by their number; without any, nothing is read in another way."""
    ((many,),) = desk.connection.execute(f"SELECT count(*) FROM ({source.select}) WHERE {huge}").fetchall()
    if not many:
        return
    rows = f"SELECT file_row_number + 1 AS line, {chosen} FROM read_parquet({desk.text(path)}, file_row_number = true)"
    for line, first in desk.connection.execute(f"SELECT line, left(c0, 200) FROM ({rows}) WHERE {huge}").fetchall():
        source.lose(line, "cell_too_long", first or "")
    source.numbered, source.select = True, f"SELECT * FROM ({rows}) WHERE NOT {huge}"
