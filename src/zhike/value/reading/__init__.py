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

        return read_workbook(path, name, desk) if kind == "xlsx" else read_parquet(path, name, desk)
    from zhike.value.reading.delimited import read_text

    return read_text(path, name, desk)
