"""Files of every encoding and shape are read, or refused with a reason."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from zhike.records.importing.encodings import guess_encoding_of
from zhike.records.importing.problems import FileRefused
from zhike.records.importing.reading import Hints, open_table

Saved = Callable[..., Path]

NAMES = (
    "王伟 李娜 张敏 刘洋 陈静 杨帆 赵磊 黄丽 周杰 吴倩 徐明 孙悦 欧阳修 诸葛亮 北京 上海 深圳 联系人 潜在客户 已成交"
    " 产品报价单 女 男 谢谢"
)
TRADITIONAL = (
    "王偉 李娜 張敏 劉洋 陳靜 楊帆 趙磊 黃麗 周杰 吳倩 徐明 孫悅 歐陽修 諸葛亮 臺北 上海 高雄 聯絡人 潛在客戶 已成交"
    " 產品報價單 謝謝"
)


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    def save(content: bytes | str, name: str = "a.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return path

    return save


def codes(path: Path, hints: Hints | None = None) -> list[tuple[int, str]]:
    rows = open_table(path, hints=hints).rows()
    return [(problem.line, problem.code) for row in rows for problem in row.problems]


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
    ],
)
def test_T41_every_encoding_gives_the_right_text(saved: Saved, encoding: str, expected: str) -> None:
    table = open_table(saved("姓名,电话\n张伟,138\n“引号”,139\n", encoding=encoding))
    assert (table.encoding, table.headers) == (expected, ["姓名", "电话"])
    assert [row.cells for row in table.rows()] == [["张伟", "138"], ["“引号”", "139"]]


def test_T41_big5_and_western_text_are_recognised(saved: Saved) -> None:
    table = open_table(saved("姓名,電話,備註\n陳小明,0912,重要客戶\n", encoding="big5"))
    assert (table.encoding, table.headers) == ("big5", ["姓名", "電話", "備註"])
    table = open_table(saved("name,city\nJosé Peña,Zürich\n", encoding="cp1252"))
    assert (table.encoding, table.sample()[0].cells) == ("cp1252", ["José Peña", "Zürich"])


@pytest.mark.parametrize(("encoding", "names"), [("gb18030", NAMES), ("big5", TRADITIONAL), ("gb18030", TRADITIONAL)])
def test_T41_one_short_name_is_enough_to_tell_gbk_from_big5(encoding: str, names: str) -> None:
    wrong = [
        name for name in names.split() if guess_encoding_of(f"name,id\n{name},1\n".encode(encoding)).name != encoding
    ]
    assert wrong == []


def test_T41_a_bad_line_is_told_by_its_number_and_the_others_are_kept(saved: Saved) -> None:
    lines = [
        "姓名,备注".encode(),
        *("张伟,重要".encode() for _ in range(5)),
        "李娜,潜在客户".encode("gbk"),
        "王五,好".encode(),
    ]
    table = open_table(saved(b"\n".join(lines)))
    rows = list(table.rows())
    assert table.encoding == "utf-8"
    assert [(row.line, row.fatal) for row in rows if row.problems] == [(7, True)]
    assert rows[-1].cells == ["王五", "好"]
    assert "7" in rows[5].problems[0].message


def test_T41_a_utf8_line_within_a_gbk_file_never_passes_silently(saved: Saved) -> None:
    lines = [
        "姓名,备注".encode("gbk"),
        *("张伟,重要客户资料".encode("gbk") for _ in range(9)),
        "李娜,潜在客户".encode(),
    ]
    assert codes(saved(b"\n".join(lines))) == [(11, "other_encoding")]


def test_T41_random_bytes_never_crash_the_reader(saved: Saved) -> None:
    chance = random.Random(7)
    for _ in range(150):
        content = bytes(chance.choices(range(256), k=chance.randint(1, 400)))
        with contextlib.suppress(FileRefused):
            list(open_table(saved(content)).rows())


def test_T41_a_late_chinese_line_still_decides_the_encoding(saved: Saved) -> None:
    content = "name,phone\n" + "Anna,1\n" * 60_000 + "张伟,2\n"
    assert open_table(saved(content, encoding="gbk")).encoding == "gb18030"


def test_T41_a_chosen_encoding_wins_and_an_unsure_guess_asks(saved: Saved) -> None:
    path = saved("名\n女\n", encoding="gbk")
    assert open_table(path).doubtful
    table = open_table(path, hints=Hints(encoding="GBK"))
    assert (table.encoding, table.encoding_confidence) == ("gb18030", 1.0)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_T42_every_delimiter_is_guessed(saved: Saved, delimiter: str) -> None:
    text = "\n".join(
        delimiter.join(row) for row in (["姓名", "电话", "城市"], ["张三", "1", "北京"], ["李四", "2", ""])
    )
    table = open_table(saved(text))
    assert (table.delimiter, table.headers) == (delimiter, ["姓名", "电话", "城市"])
    assert [row.cells for row in table.rows()] == [["张三", "1", "北京"], ["李四", "2", ""]]


def test_T42_excels_separator_line_is_understood(saved: Saved) -> None:
    table = open_table(saved("sep=;\n姓名;电话\n张三;1\n"))
    assert (table.headers, table.header_row, [row.line for row in table.rows()]) == (["姓名", "电话"], 2, [3])


def test_T42_ragged_rows_quotes_newlines_and_zeros_are_told(saved: Saved) -> None:
    text = 'name,phone,note\nA,1\nB,2,x,y\nC,3,"two\nlines"\nD\0,4,z\n"E"e,5,q\n,,\nF,6,"open\nG,7,fine\n'
    rows = {row.line: row for row in open_table(saved(text)).rows()}
    assert rows[2].cells == ["A", "1", ""]
    assert [rows[2].problems[0].code, rows[2].fatal] == ["short_row", False]
    assert [rows[3].problems[0].code, rows[3].fatal] == ["long_row", True]
    assert rows[4].cells == ["C", "3", "two\nlines"]
    assert (rows[6].cells[0], rows[6].problems[0].code) == ("D", "nul_character")
    assert (rows[7].cells, rows[7].problems[0].code) == (["Ee", "5", "q"], "loose_quote")
    assert [rows[9].problems[0].code, rows[9].fatal] == ["unclosed_quote", True]
    assert rows[10].cells == ["G", "7", "fine"]


def test_T42_a_forgotten_quote_does_not_swallow_the_rows_up_to_the_next_one(saved: Saved) -> None:
    text = 'name,note\nA,"open\nB,2\nC,"fine"\nD,4\n'
    found = [(row.line, row.cells[0], row.fatal) for row in open_table(saved(text)).rows()]
    assert found == [(2, "", True), (3, "B", False), (4, "C", False), (5, "D", False)]


def test_T42_a_huge_cell_is_told_and_the_next_row_is_read(saved: Saved) -> None:
    text = "name,note\nA," + "x" * 200_000 + '\nB,"' + "y\n" * 100_000 + '"\nC,3\n'
    found = [(row.line, [p.code for p in row.problems], row.cells[0]) for row in open_table(saved(text)).rows()]
    assert found == [(2, ["long_cell"], ""), (3, ["long_cell"], ""), (100_004, [], "C")]


def test_T42_a_cell_of_fifty_megabytes_is_one_problem(saved: Saved) -> None:
    path = saved(b"name,note\nA," + b"x" * 50_000_000 + b"\nC,3\n")
    assert [(row.line, row.fatal, row.cells[0]) for row in open_table(path).rows()] == [(2, True, ""), (3, False, "C")]


def test_T42_a_million_columns_are_refused(saved: Saved) -> None:
    with pytest.raises(FileRefused) as refusal:
        open_table(saved(b"a," * 1_000_000 + b"\n1,2\n"))
    assert refusal.value.code == "import.too_many_columns"
    assert "1000001" in str(refusal.value)


def test_T42_duplicate_and_missing_headers_get_names_of_their_own(saved: Saved) -> None:
    table = open_table(saved("电话,电话,\n1,2,3\n"))
    assert table.headers[:2] == ["电话", "电话 (2)"]
    assert len(set(table.headers)) == 3
    assert [note.code for note in table.notes] == ["duplicate_header"]


def test_T42_empty_files_are_refused_and_a_lone_header_is_an_empty_table(saved: Saved) -> None:
    for content in (b"", b"\xef\xbb\xbf", b"\n\n \n", b"\xff\xfe"):
        with pytest.raises(FileRefused) as refusal:
            open_table(saved(content))
        assert refusal.value.code == "import.empty"
    table = open_table(saved("姓名,电话\n"))
    assert (table.headers, list(table.rows()), table.estimated_rows) == (["姓名", "电话"], [], 0)


def test_the_header_is_found_below_a_title_and_may_be_absent(saved: Saved) -> None:
    table = open_table(saved("客户列表,,\n\n姓名,电话,城市\n张三,13800138000,北京\n"))
    assert (table.header_row, table.headers) == (3, ["姓名", "电话", "城市"])
    table = open_table(saved("张三,13800138000,北京\n李四,13900139000,上海\n"))
    assert (table.header_row, len(list(table.rows()))) == (0, 2)
    table = open_table(saved("张三,北京\n李四,上海\n"), hints=Hints(header_row=0))
    assert len(list(table.rows())) == 2


def test_reading_resumes_after_a_line_and_tells_its_progress(saved: Saved) -> None:
    table = open_table(saved('name,note\nA,"x\ny"\nB,2\nC,3\n'))
    assert [row.line for row in table.rows()] == [2, 4, 5]
    assert [row.line for row in table.rows(start_after=2)] == [4, 5]
    assert table.bytes_read == table.bytes_total


def test_old_mac_line_ends_are_read(saved: Saved) -> None:
    assert [row.cells for row in open_table(saved("name,id\rA,1\rB,2\r")).rows()] == [["A", "1"], ["B", "2"]]


def test_pictures_documents_and_old_spreadsheets_are_refused_with_advice(saved: Saved) -> None:
    for content, code in (
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "import.not_a_table"),
        (b"%PDF-1.7 ...", "import.not_a_table"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "import.old_spreadsheet"),
        (b"PK\x03\x04 broken", "import.damaged"),
    ):
        with pytest.raises(FileRefused) as refusal:
            open_table(saved(content))
        assert refusal.value.code == code


CARDS = """BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=D5=C5;=CE=B0;;;\r
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0=\r
=E4=BC=9F\r
TEL;CELL:+86 138 0013 8000\r
TEL;WORK;VOICE:010-12345678\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:3.0\r
N:李;娜;;;\r
ORG:知客\\;科技;销售部\r
item1.EMAIL;type=INTERNET:li@example.com\r
ADR;TYPE=WORK:;;人民路 1 号;广州;广东;510000;中国\r
NOTE:first\\nsec\r
 ond\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:4.0\r
FN:Anna Smith\r
TEL;VALUE=uri;TYPE="voice,cell":tel:+1-555-0100\r
broken line\r
"""


def test_cards_of_every_version_become_rows(saved: Saved) -> None:
    table = open_table(saved(CARDS, "a.vcf"))
    rows = list(table.rows())
    first, second = (dict(zip(table.headers, row.cells, strict=True)) for row in rows[:2])
    assert (first["Family name"], first["Full name"], first["Mobile"]) == ("张", "张伟", "+86 138 0013 8000")
    assert first["Phone"] == "010-12345678"
    assert (second["Full name"], second["Company"], second["Department"]) == ("李娜", "知客;科技", "销售部")
    assert (second["City"], second["Notes"], second["Email"]) == ("广州", "first\nsecond", "li@example.com")
    assert [problem.code for problem in rows[2].problems] == ["damaged_card"]


@pytest.mark.shared
def test_every_reference_table_is_read_to_its_end() -> None:
    from zhike.kernel.testing import shared_data

    for path in sorted(shared_data().rglob("*.csv")):
        if not path.stat().st_size:
            continue
        table = open_table(path)
        lines = path.read_bytes().count(b"\n")
        count = sum(1 for row in table.rows() if not row.fatal)
        assert count >= min(1, lines - 1), path.name
        assert len(table.headers) > 1 or path.stat().st_size < 3_000_000, path.name
