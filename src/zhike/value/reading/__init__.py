"""Reading order histories as they are: formats, encodings, headers, dates, numbers."""

from __future__ import annotations

from pathlib import Path

from zhike.value.reading.opening import kind_of, unpacked
from zhike.value.reading.source import Desk, Source


def read(given: str | Path, desk: Desk) -> Source:
    """One file or PostgreSQL address as a source of text columns. MethodError: file_…, table_…, database_…"""
    if isinstance(given, str) and given.startswith(("postgres://", "postgresql://")):
        from zhike.value.reading.databases import read_postgres

        return read_postgres(given, desk)
    path = Path(given)
    name, kind = path.name, kind_of(path)
    if kind == "gzip":
        path = unpacked(path, desk.folder)
        kind = kind_of(path)
    if kind == "sqlite":
        from zhike.value.reading.databases import read_sqlite

        return read_sqlite(path, name, desk)
    if kind in ("xlsx", "parquet"):
        from zhike.value.reading.sheets import read_parquet, read_workbook

        return read_workbook(path, name, desk) if kind == "xlsx" else plain(read_parquet(path, name, desk), desk)
    from zhike.value.reading.delimited import read_text

    return plain(read_text(path, name, desk), desk)


def plain(source: Source, desk: Desk) -> Source:
    """A file that is one table: which of several was asked for changes nothing, and that is said."""
    if desk.table:
        zh = f"{source.name} 只有一张表，--table {desk.table} 对它不起作用。"
        source.state(
            "table_unused", zh, f"{source.name} holds a single table: --table {desk.table} changes nothing there."
        )
    return source
