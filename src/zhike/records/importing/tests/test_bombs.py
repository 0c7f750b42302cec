"""Spreadsheets made to hurt are refused quickly and cheaply."""

from __future__ import annotations

import time
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from zhike.records.importing.problems import FileRefused
from zhike.records.importing.reading import Hints, open_table
from zhike.records.importing.sheets import is_date_format, number_text

TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://x/officeDocument" Target="{target}"/></Relationships>'
)
BOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://r">'
    '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
)
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c></row>'


def crafted(path: Path, sheet: str = SHEET.format(rows=ROW), extra: dict[str, str | bytes] | None = None) -> Path:
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": LINKS.format(target="xl/workbook.xml"),
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": LINKS.format(target="worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": sheet,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | (extra or {})).items():
            archive.writestr(name, content)
    return path


def refused(path: Path) -> str:
    """The code of the refusal, which must come within two seconds and 100 MB."""
    tracemalloc.start()
    begin = time.perf_counter()
    try:
        with pytest.raises(FileRefused) as refusal:
            for _row in open_table(path).rows():
                pass
        assert time.perf_counter() - begin < 2
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()
    return refusal.value.code


@pytest.mark.slow
def test_T40_two_hundred_kilobytes_that_unpack_to_two_hundred_megabytes_are_refused(tmp_path: Path) -> None:
    path = crafted(tmp_path / "a.xlsx", SHEET.format(rows=ROW * 4_000_000))
    assert path.stat().st_size < 1_500_000
    assert refused(path) == "import.archive_bomb"


def test_T40_a_million_parts_are_refused_before_they_are_listed(tmp_path: Path) -> None:
    path = crafted(tmp_path / "a.xlsx", extra={f"x/{n}": b"" for n in range(6000)})
    assert refused(path) == "import.archive_entries"
    end = b"PK\x05\x06\0\0\0\0" + (0xFFFF).to_bytes(2, "little") * 2 + (90_000_000).to_bytes(4, "little") + bytes(6)
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04" + bytes(1000) + end)
    assert refused(tmp_path / "b.xlsx") == "import.archive_entries"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "xl\\..\\..\\x", "C:/x", "inner.zip", "xl/a.tar.gz"]
)
def test_T40_parts_that_climb_out_or_nest_are_refused(tmp_path: Path, name: str) -> None:
    assert refused(crafted(tmp_path / "a.xlsx", extra={name: b"x"})) == "import.archive_part"


def test_T40_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    path = crafted(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("xl/link.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert refused(path) == "import.archive_part"


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"]
)
@pytest.mark.parametrize("document", [LAUGHS, '<!DOCTYPE x [<!ENTITY j SYSTEM "file:' + '///etc/passwd">]>'])
def test_T40_entities_are_refused_in_every_part(tmp_path: Path, part: str, document: str) -> None:
    body = document + "<worksheet><sheetData><row><c><v>&j;</v></c></row></sheetData></worksheet>"
    assert refused(crafted(tmp_path / "a.xlsx", extra={part: body})) in ("import.xml_entities", "import.damaged")


@pytest.mark.slow
def test_T40_a_row_of_millions_of_cells_and_rows_out_of_order_do_not_fill_the_memory(tmp_path: Path) -> None:
    wide = SHEET.format(rows='<row r="1">' + "<c><v>1</v></c>" * 250_000 + "</row>")
    path = crafted(tmp_path / "a.xlsx", wide)
    tracemalloc.start()
    rows = list(open_table(path).rows())
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()
    assert rows[0].fatal
    path = crafted(tmp_path / "b.xlsx", SHEET.format(rows=ROW + '<row r="99999999"><c><v>1</v></c></row>'))
    assert refused(path) == "import.damaged"


def test_T40_a_zip_that_is_no_workbook_and_a_cut_workbook_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    assert refused(path) == "import.damaged"
    whole = crafted(tmp_path / "b.xlsx").read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert refused(path) == "import.damaged"


@pytest.fixture
def book_path(tmp_path: Path) -> Callable[[Workbook], Path]:
    def save(book: Workbook) -> Path:
        book.save(tmp_path / "book.xlsx")
        return tmp_path / "book.xlsx"

    return save


def test_a_sheet_gives_texts_as_a_person_would_write_them(book_path: Callable[[Workbook], Path]) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["姓名", "电话", "日期", "时间", "金额", "是否", "错误"])
    sheet.append(["张三", 13800138000, date(2026, 3, 1), datetime(2026, 3, 1, 9, 30), 0.1 + 0.2, True, "#N/A"])
    sheet.cell(4, 1, "李四")
    table = open_table(book_path(book))
    rows = list(table.rows())
    assert rows[0].cells == ["张三", "13800138000", "2026-03-01", "2026-03-01 09:30", "0.3", "TRUE", "#N/A"]
    assert [problem.code for problem in rows[0].problems] == ["formula_error"]
    assert (rows[1].line, rows[1].cells[0]) == (4, "李四")
    assert (table.format, table.sheet, table.estimated_rows) == ("xlsx", "Sheet", 2)


def test_the_first_filled_visible_sheet_is_taken_and_another_can_be_chosen(
    book_path: Callable[[Workbook], Path],
) -> None:
    book = Workbook()
    book.create_sheet("客户").append(["姓名", "电话"])
    book.create_sheet("其他").append(["公司", "地址"])
    path = book_path(book)
    assert (open_table(path).sheet, open_table(path).sheets) == ("客户", ("Sheet", "客户", "其他"))
    assert open_table(path, hints=Hints(sheet="其他")).headers == ["公司", "地址"]


def test_number_formats_with_days_are_told_from_those_without() -> None:
    assert all(map(is_date_format, ("yyyy-mm-dd", "m/d/yy h:mm", '[$-804]yyyy"年"m"月"', "[h]:mm")))
    assert not any(map(is_date_format, ("General", "0.00", '#,##0.00"days"', "[Red]0", "0.00E+00", "@")))
    assert number_text("60", True) == "1900-02-28" or number_text("61", True) == "1900-03-01"
    assert (number_text("0.5", True), number_text("1E+3", False)) == ("12:00", "1000")
