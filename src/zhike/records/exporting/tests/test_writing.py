"""What is written is safe to open and comes back unchanged."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from zhike.records.exporting.writing import (
    Column,
    Written,
    content_disposition,
    neutralise,
    safe_file_name,
    write_table,
)
from zhike.records.importing.reading import Hints, open_table, plain

COLUMNS = [Column("name", "姓名"), Column("phone", "电话"), Column("note", "备注")]
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠a", "'=1", "''=1"]

# A file is lines of cells: what no record can hold (NUL, half characters) is left out here, see kernel.text.clean.
cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
risky = st.sampled_from(
    [*DANGEROUS, "+86 138 0013 8000", "-5", "'", "_x0041_", '"', "a,b", "“", "𠮷", "x\r\ny", "\ufeff"]
)
tables = st.lists(st.fixed_dictionaries({column.key: cells | risky for column in COLUMNS}), min_size=1, max_size=8)


def written(format: str, rows: list[dict[str, Any]], **options: Any) -> tuple[bytes, Written]:
    out = io.BytesIO()
    result = write_table(format, out, COLUMNS, rows, **options)
    return out.getvalue(), result


def read_back(content: bytes, path: Path, **hints: Any) -> list[list[str]]:
    path.write_bytes(content)
    return [row.cells for row in open_table(path, hints=Hints(header_row=1, **hints)).rows()]


def whole(rows: list[dict[str, str]]) -> list[list[str]]:
    return [[row[column.key] for column in COLUMNS] for row in rows if any(row.values())]


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables, st.sampled_from(["utf-8-sig", "gb18030"]))
def test_T45_a_csv_file_comes_back_as_it_was_written(tmp_path: Path, rows: list[dict[str, str]], encoding: str) -> None:
    content, _result = written("csv", rows, encoding=encoding)
    assert read_back(content, tmp_path / "a.csv", encoding=encoding, delimiter=",") == whole(rows)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables)
def test_T45_a_sheet_comes_back_as_it_was_written(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    content, _result = written("xlsx", rows)
    assert read_back(content, tmp_path / "a.xlsx") == whole(rows)


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_T46_no_cell_begins_like_a_formula(format: str, text: str) -> None:
    content, result = written(format, [{"name": text, "phone": "\0" + text}])
    if format == "csv":
        found = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1]
    else:
        sheet = load_workbook(io.BytesIO(content)).active
        assert sheet is not None
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        found = [str(cell.value) for cell in next(sheet.iter_rows(min_row=2))]
    assert all(cell.startswith("'") for cell in found[:2])
    assert (result.neutralised, result.replaced) == (2, 1)


def test_T46_numbers_and_days_stay_typed_while_long_numbers_keep_their_digits() -> None:
    row = {"name": Decimal("-12.50"), "phone": date(2026, 3, 1), "note": 91310000123456789012}
    content, _result = written("xlsx", [row, {"name": True, "phone": datetime(2026, 3, 1, 9, 30), "note": -5}])
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    values = [[cell.value for cell in cells] for cells in sheet.iter_rows(min_row=2)]
    assert values == [
        [-12.5, datetime(2026, 3, 1), "91310000123456789012"],
        [True, datetime(2026, 3, 1, 9, 30), -5],
    ]


def test_T46_phones_and_negative_numbers_survive(tmp_path: Path) -> None:
    content, _result = written("csv", [{"name": "张三", "phone": "+86 138 0013 8000", "note": Decimal("-5.20")}])
    assert b",-5.20" in content
    assert read_back(content, tmp_path / "a.csv") == [["张三", "+86 138 0013 8000", "-5.20"]]


def test_json_lines_keep_amounts_as_text() -> None:
    content, _result = written("jsonl", [{"name": "=1", "phone": Decimal("0.10"), "note": ["a", 2**70]}, {}])
    first, second = (orjson.loads(line) for line in content.splitlines())
    assert first == {"name": "=1", "phone": "0.10", "note": ["a", str(2**70)]}
    assert second == {"name": None, "phone": None, "note": None}


def test_cards_come_back_and_cannot_smuggle_properties(tmp_path: Path) -> None:
    row = {
        "Full name": "张伟",
        "Company": "知客;科技\r\nTEL:1",
        "Mobile": "+86 138",
        "Notes": "很长的备注" * 40,
        "City": "广州",
    }
    content, _result = written("vcard", [row])
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    (tmp_path / "a.vcf").write_bytes(content)
    table = open_table(tmp_path / "a.vcf")
    found = dict(zip(table.headers, next(iter(table.rows())).cells, strict=True))
    assert {key: found[key] for key in row} == row | {"Company": "知客;科技\nTEL:1"}
    assert found["Phone"] == ""


def test_download_names_are_safe_and_keep_their_language() -> None:
    assert content_disposition("list.csv") == 'attachment; filename="list.csv"'
    value = content_disposition("客户 2026.csv")
    assert value == "attachment; filename=\"2026.csv\"; filename*=UTF-8''%E5%AE%A2%E6%88%B7%202026.csv"
    for name in (
        'a"\r\nSet-Cookie: x=1.csv',
        "../../etc/passwd",
        "a\u202egpj.exe",
        "CON",
        "",
        "x" * 5000 + ".csv",
        "😀" * 99,
    ):
        safe = safe_file_name(name)
        assert safe
        assert not set(safe) & set('"\r\n/\\\u202e')
        assert len(safe.encode()) < 200
        assert content_disposition(name).isascii()


@given(st.text())
def test_neutralising_is_undone_exactly(text: str) -> None:
    assert neutralise(text) == text or plain(neutralise(text)) == text
