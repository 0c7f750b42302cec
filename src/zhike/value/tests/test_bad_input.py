"""What cannot be used is refused or left out in words, with line numbers; never a silent number, never a trace."""

from __future__ import annotations

import csv
import gzip
import json
import re
import sqlite3
import time
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from zhike.methods.result import MethodError
from zhike.value import report
from zhike.value.command import main, summary
from zhike.value.making import gaps
from zhike.value.page.conclusions import conclusions
from zhike.value.page.voice import Voice
from zhike.value.study import Month
from zhike.value.tables import safe
from zhike.value.tests.made import Row, read, text

HEAD = ("customer", "date", "amount")


def written(folder: Path, rows: list[Row], headers: tuple[str, ...] = HEAD) -> Path:
    """Rows as a file."""
    path = folder / "orders.csv"
    path.write_text(text(headers, rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n\n", "has no lines"),
        (b"customer,date,amount\n", "a header and no line below it: orders.csv"),
        (b"customer,date,amount\n,2024-01-01,5\nx,someday,6\n",
         "no customer: 1 (from line 2); the date is unreadable: 1 (from line 3)"),
        (b"customer,date,amount\na,someday,5\nb,soon,6\n", "\u201cdate\u201d holds nothing that reads as date (\u201csomeday\u201d)"),
        (b"a,b,c\nx,y,z\n", "no column for"),
        (b"\x89PNG\r\n\x1a\n", "holds no table"),
        (b"PK\x03\x04 nonsense", "is broken"),
        (b"\x1f\x8b nonsense", "is a broken gzip file"),
        (b"SQLite format 3\0 nonsense", "cannot be read"),
        (b"PAR1 nonsense", "cannot be read as Parquet"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 900 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 900, "protected by a password"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 900, "save an old .xls as .xlsx"),
    ],
)  # fmt: skip
def test_nothing_useful_is_exit_code_two_and_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    monkeypatch.setenv("ZHIKE_LANG", "en")
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    assert main([str(path), "--json", str(tmp_path / "figures.json")]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "Traceback" not in shown


def test_the_refusal_speaks_the_terminals_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIKE_LANG", "zh_CN.UTF-8")
    assert main([str(tmp_path / "没有.csv")]) == 2
    assert "找不到文件：没有.csv" in capsys.readouterr().err


@pytest.mark.slow
def test_T40_a_gzip_bomb_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"customer,date,amount\n" + b"0" * (200 << 20)))
    began = time.monotonic()
    with pytest.raises(MethodError) as refused:
        read(tmp_path, path)
    assert refused.value.code == "file_bomb"
    assert time.monotonic() - began < 5


@pytest.mark.slow
def test_T40_a_workbook_bomb_and_an_entity_bomb_are_refused(tmp_path: Path) -> None:
    for name, sheet in (
        ("big.xlsx", b"<c>" * (70 << 20)),
        ("lol.xlsx", b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "b">]>'),
    ):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")
            archive.writestr("xl/worksheets/sheet1.xml", sheet)
        with pytest.raises(MethodError) as refused:
            read(tmp_path, path)
        assert refused.value.code == "file_bomb"


def test_mixed_currencies_are_refused_and_a_clear_majority_is_stated(tmp_path: Path) -> None:
    head = (*HEAD, "currency")
    rows: list[Row] = [("a", "2024-01-01", 5, "CNY" if k % 2 else "USD") for k in range(10)]
    with pytest.raises(MethodError) as refused:
        read(tmp_path, written(tmp_path, rows, head))
    assert refused.value.code == "currencies_mixed"
    assert "USD 5 (from line 2)" in refused.value.en and "CNY 5（从第 3 行起）" in refused.value.zh
    assert read(tmp_path, written(tmp_path, rows, head), keep_currency="usd").lines.kept == 5
    rows = [("a", "2024-01-01", 5, "CNY" if k else "USD") for k in range(20)]
    found = read(tmp_path, written(tmp_path, rows, head))
    assert found.lines.currency == "CNY"
    assert found.lines.dropped == {"other_currency": 1}
    assert "currency_majority" in found.codes


def test_duplicates_are_counted_and_dropped_only_if_asked(tmp_path: Path) -> None:
    path = written(tmp_path, [("a", "2024-01-01", 5), ("a", "2024-01-01", 5), ("b", "2024-01-01", 5)])
    found = read(tmp_path, path)
    assert (found.lines.kept, found.lines.duplicates) == (3, 1)
    found = read(tmp_path, path, drop_duplicates=True)
    assert (found.lines.kept, found.lines.dropped) == (2, {"duplicate": 1})
    assert found.rows("SELECT line FROM dropped") == [(3,)]


def test_T88_money_is_decimal_and_each_line_is_rounded_half_up(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("a", "2024-01-01", 3, "0.335", "0"),
        ("b", "2024-01-01", 1, "0.005", "0"),
        ("c", "2024-01-02", 7, "9.99", "0.15"),
    ]
    found = read(tmp_path, written(tmp_path, rows, ("customer", "date", "quantity", "unit price", "discount")))
    assert [row[0] for row in found.rows("SELECT amount FROM lines ORDER BY customer")] == [
        Decimal("1.01"),
        Decimal("0.01"),
        Decimal("59.44"),
    ]
    assert "rounding" in found.codes


def test_T88_large_amounts_do_not_overflow(tmp_path: Path) -> None:
    rows: list[Row] = [("a", "2024-01-01", 9_000_000, "99999.99"), ("b", "2024-01-01", "1e20", "1e20")]
    found = read(tmp_path, written(tmp_path, rows, ("customer", "date", "quantity", "unit price")))
    assert found.rows("SELECT amount FROM lines") == [(Decimal("899999910000.00"),)]
    assert found.lines.dropped == {"bad_number": 1}


@pytest.mark.parametrize("cell", [
    "NaN", "Infinity", "-inf", "1e400", "12abc", "--5", "12/5", "5+3", "10*2", "100~200", "约500", "12元5角", "3千", "1.2万亿",
])  # fmt: skip
def test_T88_what_is_no_number_is_left_out_by_its_line(tmp_path: Path, cell: str) -> None:
    found = read(
        tmp_path, written(tmp_path, [("a", "2024-01-01", 5), ("a", "2024-01-02", cell), ("b", "2024-01-03", 6)])
    )
    assert found.lines.dropped == {"bad_number": 1}
    assert found.rows("SELECT line FROM dropped") == [(3,)]


def test_T88_tens_of_thousands_and_units_are_converted_and_said(tmp_path: Path) -> None:
    cells = {
        "1.2万": "12000",
        "0.5亿元": "50000000",
        "3,500.50元": "3500.50",
        "¥12": "12",
        "人民币7": "7",
        "1.23456789万": "12345.68",
    }
    path = written(tmp_path, [(f"c{place}", "2024-01-05", f'"{cell}"') for place, cell in enumerate(cells)])
    path.write_text(path.read_text(encoding="utf-8").replace('"""', '"'), encoding="utf-8")
    found = read(tmp_path, path)
    amounts = found.rows("SELECT amount FROM lines ORDER BY customer")
    assert [amount for (amount,) in amounts] == [Decimal(value) for value in cells.values()]
    (note,) = [note for note in found.lines.notes if note.code == "wan_and_yi"]
    assert "3 格" in note.zh and "3 cells" in note.en


def test_sums_of_a_sheet_are_no_customers(tmp_path: Path) -> None:
    rows: list[Row] = [("甲", "2024-01-01", 5), ("小计", "2024-01-01", 5), ("Total", "2024-01-02", 7), ("合计", "", 12)]
    found = read(tmp_path, written(tmp_path, rows))
    assert found.rows("SELECT line, reason FROM dropped ORDER BY 1") == [(3, "sums"), (5, "sums")]
    assert found.rows("SELECT sum(amount)::INTEGER FROM lines") == [(12,)], "the oil company counts"


@pytest.mark.parametrize("kind", ["parquet", "sqlite"])
def test_a_cell_beyond_all_bounds_costs_its_line_and_no_more(tmp_path: Path, kind: str) -> None:
    rows = [("N" * 200_000 if place == 4 else f"c{place}", f"2024-01-0{place + 1}", place) for place in range(9)]
    path = tmp_path / f"orders.{kind}"
    if kind == "sqlite":
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE orders (customer, date, amount)")
            database.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    else:
        with duckdb.connect() as desk:
            desk.execute("CREATE TABLE orders (customer VARCHAR, date VARCHAR, amount INTEGER)")
            desk.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
            desk.execute(f"COPY orders TO '{path}'")
    found = read(tmp_path, path)
    assert found.rows("SELECT line, reason FROM dropped") == [(5, "cell_too_long")]
    assert found.rows("SELECT sum(amount)::INTEGER FROM lines") == [(32,)]
    assert (found.lines.read, found.lines.kept) == (9, 8)


def test_T46_texts_that_look_like_formulas_are_made_harmless() -> None:
    for start in ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"):
        assert safe(start + "cmd|' /C calc'!A0").startswith("'")
    assert safe("\0=1+1") == "'=1+1"
    assert safe("龙井") == "龙井"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("a", f"2024-01-{k:02}", 5 * k) for k in range(1, 20)], "one_customer"),
        ([(f"c{k}", "2024-01-01", 5 * k + 1) for k in range(30)], "one_day"),
        ([("a", (date(2001, 1, 1) + timedelta(days=3650 * k)).isoformat(), 5) for k in range(3)], "no_rhythm"),
        ([("a", "2024-01-01", 0), ("b", "2024-02-01", 0)], "no_revenue"),
    ],
)  # fmt: skip
def test_odd_histories_are_reported_with_their_doubts(tmp_path: Path, rows: list[Row], code: str) -> None:
    path = written(tmp_path, [*rows, ("=1+1", "nonsense", 1)])
    assert main([str(path), "--json", str(tmp_path / "f.json"), "--tables", str(tmp_path / "tables")]) == 0
    found = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert found["lines_kept"] == len(rows)
    assert code in {warning["code"] for warning in found["warnings"]}
    with (tmp_path / "tables" / "dropped.csv").open(encoding="utf-8-sig") as opened:
        assert list(csv.reader(opened))[1:] == [["orders.csv", str(len(rows) + 2), "bad_date", "1 | =1+1 | nonsense"]]


def test_lines_after_a_quote_that_is_never_closed_are_read(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(
        'customer,date,amount\nA,2024-01-01,"1\nB,2024-01-02,2\nC,2024-01-03,"3"\nD,2024-01-04,4\n', encoding="utf-8"
    )
    found = read(tmp_path, path)
    assert found.rows("SELECT customer, amount::INTEGER FROM lines ORDER BY 1") == [("B", 2), ("C", 3), ("D", 4)]
    assert found.rows("SELECT line, reason FROM dropped") == [(2, "unclosed_quote")]
    assert found.lines.read == 4


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_cannot_be_written_is_said_before_the_work_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    monkeypatch.setenv("ZHIKE_LANG", lang)
    path = written(tmp_path, [("a", "2024-01-05", 10)])
    for name in ("--out", "--json"):
        began = time.monotonic()
        assert main([str(path), name, str(tmp_path / "nowhere" / "file")]) == 2
        assert time.monotonic() - began < 5
        assert ("file: 没有这个文件或文件夹" if lang == "zh" else "file: No such file") in capsys.readouterr().err
        assert main([str(path), name, str(tmp_path)]) == 2
    assert main([str(tmp_path / "missing.csv"), "--out", str(tmp_path / "r.html")]) == 2
    assert not (tmp_path / "r.html").exists()


def test_one_file_given_twice_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, [("a", "2024-01-05", 10)])
    with pytest.raises(MethodError, match="twice"):
        read(tmp_path, path, tmp_path / "." / path.name)


@pytest.mark.slow
def test_months_without_any_order_are_pointed_out(tmp_path: Path) -> None:
    days = [date(2022, 1, 1) + timedelta(days=n) for n in range(0, 900, 3)]
    rows = [(f"K{n % 20}", day, 10) for n, day in enumerate(days) if not date(2023, 3, 1) <= day <= date(2023, 6, 10)]
    path = tmp_path / "orders.csv"
    path.write_text(text(("customer", "date", "amount"), rows), encoding="utf-8")
    (note,) = [note for note in report(path).warnings if note.code == "gap_in_history"]
    assert "2023-03 至 2023-05" in note.zh and "3 months from 2023-03 to 2023-05" in note.en
    whole = [Month(date(2022, month, 1), Decimal(5), 9, 3) for month in range(1, 13)]
    seldom = [month._replace(orders=month.orders * (place % 4 == 0) // 3) for place, month in enumerate(whole)]
    assert not gaps(whole) and not gaps(seldom), "a handful of orders a year leaves months empty by chance"


@pytest.mark.slow
def test_days_that_have_not_come_are_pointed_out(tmp_path: Path) -> None:
    from zhike.value import report

    path = written(tmp_path, [("a", "2024-01-05", 10), ("b", "2199-01-05", 20)])
    assert "days_to_come" in {note.code for note in report(path, today=date(2024, 6, 1)).warnings}
    assert "days_to_come" not in {note.code for note in report(path, today=date(2199, 6, 1)).warnings}


@pytest.mark.parametrize("first", ["13/02/2024", "02/13/2024"])
def test_days_and_months_that_change_places_are_never_called_unambiguous(tmp_path: Path, first: str) -> None:
    other = "/".join((first.split("/")[1], first.split("/")[0], "2024"))
    path = written(tmp_path, [("a", first, 5), ("b", other, 6), ("c", "03/04/2024", 7)])
    found = read(tmp_path, path)
    (note,) = [note for note in found.lines.notes if note.code.startswith("date_m") or note.code == "date_ambiguous"]
    assert note.code == "date_mixed"
    ((line,),) = found.rows("SELECT line FROM dropped WHERE reason = 'bad_date'")
    assert f"1 lines (from line {line})" in note.en and f"1 行（从第 {line} 行起）" in note.zh


@pytest.mark.slow
def test_what_may_make_every_figure_wrong_is_said_first(tmp_path: Path) -> None:
    path = written(tmp_path, [("a", "13/02/2024", 5), ("b", "02/13/2024", 6), ("c", "03/04/2024", 7)])
    found = report(path)
    (note,) = found.grave
    for lang, words in (("zh", note.zh), ("en", note.en)):
        assert words in summary(found, lang)
        assert words in conclusions(found, Voice(lang))[-1].sentence
    assert "（从第" in summary(found, "zh") and "1 (from line" in summary(found, "en")


def test_units_are_no_money_in_the_summary(tmp_path: Path) -> None:
    path = written(tmp_path, [("a", "2024-01-05", 2), ("b", "2024-02-05", 3)], ("customer", "date", "quantity"))
    shown = summary(report(path), "en")
    assert re.search(r"units \(no amounts\) +5$", shown, re.MULTILINE) and "revenue" not in shown


def test_headers_cannot_command_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("a\x1b[2J,b\x07,c\nx,y,z\n", encoding="utf-8")
    assert main([str(path)]) == 2
    assert not {"\x1b", "\x07"} & set(capsys.readouterr().err)


def test_a_share_of_nobody_is_no_figure_of_the_summary(tmp_path: Path) -> None:
    shown = summary(report(written(tmp_path, [(f"c{n}", "2024-01-05", n + 1) for n in range(10)])), "en")
    assert "first 20% of customers" in shown and "first 10% of customers" in shown
    assert "first 1% of customers" not in shown


def test_who_gave_half_of_it_back_is_told_and_counted_all_the_same(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("a", "2024-01-05", 100),
        ("a", "2024-02-05", -50),
        ("b", "2024-01-05", 100),
        ("b", "2024-02-05", -49),
    ]
    found = read(tmp_path, written(tmp_path, rows))
    assert found.rows("SELECT customer, money::INTEGER FROM undone") == [("a", 50)]
    assert found.rows("SELECT sum(amount)::INTEGER FROM lines") == [(200,)]
    assert "undone" in found.codes


@pytest.mark.parametrize(
    "asked",
    [["--as-of", "9999-12-31"], ["--as-of", "0001-01-01"], ["--period", "0001-01-01..9999-12-31"], ["--as-of", "soon"]],
)
def test_days_beyond_any_business_are_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[str]
) -> None:
    path = written(tmp_path, [("a", "2024-01-01", 5), ("b", "2024-02-01", 5)])
    assert main([str(path), *asked, "--json", str(tmp_path / "x.json")]) == 2
    said = capsys.readouterr().err
    assert asked[1] in said
    assert "Traceback" not in said


def test_whoever_answers_no_more_gets_what_was_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_question: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    path = written(tmp_path, [("a", "2024-01-01", 5), ("b", "2024-02-01", 5)])
    assert main([str(path), "--ask", "--json", str(tmp_path / "x.json")]) == 0


def test_postage_and_fees_are_named_with_their_money(tmp_path: Path) -> None:
    head = ("customer", "date", "amount", "product")
    rows: list[Row] = [
        ("a", "2024-01-01", 100, "冰箱"),
        ("a", "2024-01-01", 12, "运费"),
        ("b", "2024-01-02", 8, "POST"),
    ]
    found = read(tmp_path, written(tmp_path, rows, head))
    assert found.lines.kept == 3
    (note,) = [note for note in found.lines.notes if note.code == "no_goods"]
    assert "2 行不是商品" in note.zh
    assert "20.00" in note.en
    goods = read(tmp_path, written(tmp_path, rows[:1], head))
    assert "no_goods" not in goods.codes


def test_rounding_is_said_also_where_it_cancels_out(tmp_path: Path) -> None:
    rows: list[Row] = [("a", "2024-01-01", 1, "1.234"), ("b", "2024-01-01", 1, "2.346")]
    found = read(tmp_path, written(tmp_path, rows, ("customer", "date", "quantity", "unit price")))
    assert "rounding" in found.codes
    assert "rounding" not in read(tmp_path, written(tmp_path, [("a", "2024-01-01", "1.23")])).codes


def test_a_currency_that_no_line_names_is_said_to_change_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, written(tmp_path, [("a", "2024-01-01", 5)]), keep_currency="EUR")
    assert "currency_unused" in found.codes
