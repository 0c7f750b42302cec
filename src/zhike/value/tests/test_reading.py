"""Files as they come: encodings, delimiters, headers, dates, numbers; each guess is stated, each lost line told."""

from __future__ import annotations

import gzip
import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhike.methods.result import MethodError
from zhike.value.naming import title
from zhike.value.reading.encodings import guess
from zhike.value.reading.headers import header_row, roles_of
from zhike.value.tables import safe
from zhike.value.tests.made import HEADERS, Row, company, read, text

CHINESE = text(
    ("客户名称", "下单日期", "金额"),
    [("杭州龙井茶业有限公司", "2024年3月5日", '"1,234.50"'), ("上海东方贸易", "2024年12月31日", "99")],
)
TRADITIONAL = text(
    ("客戶名稱", "訂單日期", "金額"), [("臺北茶業有限公司", "2024-03-05", "12"), ("東方貿易", "2024-03-06", "13")]
)
LATIN = text(
    ("Customer", "Order Date", "Amount"), [("Müller & Söhne", "2024-03-05", "12"), ("Café Zoë", "2024-03-06", "13")]
)


@pytest.mark.parametrize(
    ("content", "encoding", "name"),
    [
        (CHINESE, "utf-8", "杭州龙井茶业有限公司"),
        (CHINESE, "utf-8-sig", "杭州龙井茶业有限公司"),
        (CHINESE, "gb18030", "杭州龙井茶业有限公司"),
        (CHINESE, "utf-16", "杭州龙井茶业有限公司"),
        (CHINESE, "utf-16-le", "杭州龙井茶业有限公司"),
        (CHINESE, "utf-16-be", "杭州龙井茶业有限公司"),
        (TRADITIONAL, "big5", "臺北茶業有限公司"),
        (LATIN, "latin-1", "Müller & Söhne"),
    ],
)  # fmt: skip
def test_T41_every_encoding_gives_the_right_text(tmp_path: Path, content: str, encoding: str, name: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content.encode(encoding))
    found = read(tmp_path, path)
    assert found.lines.kept == 2
    assert name in {row[0] for row in found.rows("SELECT customer FROM lines")}
    assert "encoding" in found.codes


def test_T41_a_line_with_broken_bytes_is_told_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    good = text(
        ("客户", "日期", "金额"),
        [("甲公司", "2024-01-02", 5), ("乙公司", "2024-01-03", 6), ("丙公司", "2024-01-04", 7)],
    ).encode()
    path.write_bytes(good.replace("乙".encode(), b"\xff\xfe"))
    found = read(tmp_path, path)
    assert found.lines.kept == 2
    assert found.rows("SELECT line, reason FROM dropped") == [(3, "bad_bytes")]


@given(
    st.text("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动", min_size=8, max_size=60)
)
@settings(max_examples=30, deadline=None)
def test_everyday_chinese_is_told_from_its_bytes(words: str) -> None:
    assert guess(words.encode("gb18030"))[0] == "gb18030"
    assert guess(words.encode("utf-8"))[0] == "utf-8"


def test_a_pound_or_an_accent_in_utf8_is_no_chinese() -> None:
    assert guess("a,£5\nb,£6\nCafé,7\n".encode())[0] == "utf-8"
    assert guess("ООО Ромашка, Москва\nΑθήνα\n".encode())[0] == "utf-8"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_T42_delimiters_are_told(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "orders.txt"
    path.write_text(
        text(("customer_id", "order_date", "amount"), [("a", "2024-01-02", 5), ("b", "2024-01-03", 6)], delimiter)
    )
    assert read(tmp_path, path).rows("SELECT sum(amount) FROM lines") == [(Decimal(11),)]


def test_T42_ragged_rows_open_quotes_and_newlines_in_cells(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(
        "customer,date,amount,note\n"
        "a,2024-01-01,1\n"  # short
        'b,2024-01-02,2,"two\nlines"\n'
        "c,2024-01-03,3,x,surplus\n"
        'd,2024-01-04,4,"never closed\n' + "".join(f"e,2024-02-0{k},5,x\n" for k in range(1, 10)) * 40
    )
    found = read(tmp_path, path)
    assert found.rows("SELECT line, reason FROM dropped ORDER BY line") == [
        (5, "too_many_cells"),
        (6, "unclosed_quote"),
    ]
    assert found.lines.kept == 2 + 360
    assert "short_rows" in found.codes


def test_T42_nuls_blank_lines_and_repeated_headers_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(b"customer,date,amount,amount\n\n\na\0,2024-01-01,1,9\n\nb,bad,2,9\n")
    found = read(tmp_path, path)
    assert found.rows("SELECT customer, amount FROM lines") == [("a", Decimal(1))]
    assert found.rows("SELECT line, reason FROM dropped") == [(6, "bad_date")]


def test_T42_a_cell_of_fifty_megabytes_is_one_lost_line(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    with path.open("w") as made:
        made.write("customer,date,amount\na,2024-01-01,1\n")
        for _ in range(50):
            made.write("x" * (1 << 20))
        made.write(",2024-01-01,2\nb,2024-01-02,3\n")
    found = read(tmp_path, path)
    assert found.rows("SELECT line, reason FROM dropped") == [(3, "cell_too_long")]
    assert found.rows("SELECT sum(amount) FROM lines") == [(Decimal(4),)]


@pytest.mark.slow
def test_T42_a_million_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"c{k}" for k in range(30_000)) + "\n" + "1," * 29_999 + "1\n")
    with pytest.raises(MethodError) as refused:
        read(tmp_path, path)
    assert refused.value.code == "too_many_columns"


@pytest.mark.parametrize(
    ("cells", "days", "code"),
    [
        (["31/12/2023", "01/02/2024"], [date(2023, 12, 31), date(2024, 2, 1)], "date_form"),
        (["12/31/2023", "01/02/2024"], [date(2023, 12, 31), date(2024, 1, 2)], "date_form"),
        (["2024年3月5日", "2024年12月1日"], [date(2024, 3, 5), date(2024, 12, 1)], "date_form"),
        (["20240305", "20241201"], [date(2024, 3, 5), date(2024, 12, 1)], "date_form"),
        (["45356", "45357"], [date(2024, 3, 5), date(2024, 3, 6)], "date_form"),
        (["2024/3/5 8:05", "2024.12.1"], [date(2024, 3, 5), date(2024, 12, 1)], "date_form"),
        (["5-Mar-2024", "Dec 1, 2024"], [date(2024, 3, 5), date(2024, 12, 1)], "date_form"),
        (["01/02/2024", "02/02/2024", "03/02/2024"], [date(2024, 2, 1), date(2024, 2, 2), date(2024, 2, 3)], "date_ambiguous"),
    ],
)  # fmt: skip
def test_dates_are_decided_over_the_whole_column(tmp_path: Path, cells: list[str], days: list[date], code: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text(("customer", "order date", "amount"), [("a", f'"{cell}"', 5) for cell in cells]))
    found = read(tmp_path, path)
    assert [row[0] for row in found.rows("SELECT day FROM lines")] == days
    assert code in found.codes


@pytest.mark.parametrize(
    ("cells", "amounts"),
    [
        (["1,234.50", "99.00"], ["1234.50", "99"]),
        (["1.234,50", "99,00"], ["1234.50", "99"]),
        (["¥1,000", "￥25.5"], ["1000", "25.50"]),
        (["１２３．５", "7"], ["123.50", "7"]),
        (["1 234,5", "2,25"], ["1234.50", "2.25"]),
    ],
)  # fmt: skip
def test_decimal_marks_and_thousands_are_told(tmp_path: Path, cells: list[str], amounts: list[str]) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text(("customer", "date", "amount"), [("a", "2024-01-01", f'"{cell}"') for cell in cells]))
    assert [str(row[0]) for row in read(tmp_path, path).rows("SELECT amount FROM lines")] == [
        f"{Decimal(a):.2f}" for a in amounts
    ]


def test_brackets_and_trailing_minus_are_negative_and_so_returns(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(
        text(("customer", "date", "amount"), [("a", "2024-01-01", v) for v in ("(5.00)", "6.00-", "7.00", "hello")])
    )
    found = read(tmp_path, path)
    assert found.lines.dropped == {"bad_number": 1, "returned": 2}
    assert found.rows("SELECT line FROM dropped ORDER BY line") == [(2,), (3,), (5,)]


def test_headers_are_told_by_name_and_content() -> None:
    sample = [["K1", "某公司", "2024-01-01", "D1", "茶", "3", "9.90"]]
    found = roles_of(HEADERS, sample, {})
    assert {HEADERS[place]: role for role, place in found.items()} == {
        "客户编号": "customer", "客户名称": "customer_name", "下单日期": "date", "订单号": "order", "产品名称": "product",
        "数量": "quantity", "单价": "price",
    }  # fmt: skip
    assert header_row([["某某公司销售明细"], [], list(HEADERS), *sample]) == (2, True)
    # a date column called "customer" is believed less than its content
    assert roles_of(["customer", "date"], [["2024-01-01", "x"]], {}).get("date") != 1


def test_columns_can_be_named_and_a_wrong_name_lists_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text(("who", "when", "how much"), [("a", "2024-01-01", 5)]))
    assert read(tmp_path, path, customer="who", date="when", amount="how much").lines.kept == 1
    with pytest.raises(MethodError, match="There are: who, when, how much"):
        read(tmp_path, path, customer="nobody")


def test_gzip_xlsx_parquet_and_sqlite_say_the_same(tmp_path: Path) -> None:
    import duckdb
    from openpyxl import Workbook

    rows = [row for row in company(20, 40)]
    plain = tmp_path / "orders.csv"
    plain.write_text(text(HEADERS, rows), encoding="utf-8")
    (tmp_path / "orders.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    duckdb.sql(f"COPY (FROM read_csv('{plain}')) TO '{tmp_path / 'orders.parquet'}' (FORMAT parquet)")
    book = Workbook()
    assert book.active is not None
    for row in [HEADERS, *[(*r[:2], date.fromisoformat(str(r[2])), *r[3:6], float(str(r[6]))) for r in rows]]:
        book.active.append(list(row))
    book.save(tmp_path / "orders.xlsx")
    base = sqlite3.connect(tmp_path / "orders.sqlite")
    base.execute(f"CREATE TABLE orders ({', '.join(HEADERS)})")
    base.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?)", [list(map(str, r)) for r in rows])
    base.commit()
    base.close()
    answers = set()
    for name in ("orders.csv", "orders.csv.gz", "orders.parquet", "orders.xlsx", "orders.sqlite"):
        found = read(tmp_path, tmp_path / name)
        ((lines, money, people, days),) = found.rows(
            "SELECT count(*), sum(amount), count(DISTINCT customer), max(day) FROM lines"
        )
        answers.add((lines, money, people, days, found.lines.dropped.get("returned")))
    assert len(answers) == 1


def test_several_files_are_one_history_and_a_price_list_stands_beside(tmp_path: Path) -> None:
    for year in (2023, 2024):
        rows: list[Row] = [("a", f"{year}-05-06", "p1", 2), ("b", f"{year}-05-07", "p2", 3)]
        (tmp_path / f"{year}.csv").write_text(text(("CustomerKey", "OrderDate", "ProductKey", "OrderQuantity"), rows))
    (tmp_path / "prices.csv").write_text(
        text(("ProductKey", "ProductName", "ProductPrice"), [("p1", "Tea", 10), ("p2", "Cup", 1.5)])
    )
    (tmp_path / "people.csv").write_text(
        text(("CustomerKey", "FirstName", "LastName"), [("a", "Ada", "Lee"), ("b", "Bo", "Xu")])
    )
    years = [tmp_path / "2023.csv", tmp_path / "2024.csv"]
    bare = read(tmp_path, *years)
    assert bare.lines.measure == "quantity"
    assert "quantity_measure" in bare.codes
    priced = read(tmp_path, *years, tmp_path / "prices.csv", tmp_path / "people.csv")
    assert priced.rows("SELECT sum(amount), count(*) FROM lines") == [(Decimal(49), 4)]
    assert priced.rows("SELECT name FROM customer_names ORDER BY key") == [("Ada Lee",), ("Bo Xu",)]


@given(st.permutations(range(12)))
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_lines_does_not_matter(tmp_path: Path, places: list[int]) -> None:
    rows: list[Row] = [(f"c{k % 4}", f"{k % 12 + 1:02}/{k + 10}/2024", k - 1) for k in range(12)]
    path = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
    path.write_text(text(("customer", "date", "amount"), [rows[p] for p in places]))
    found = read(tmp_path, path)
    assert found.lines.dropped == {"returned": 1}
    assert found.rows("SELECT min(day), max(day), sum(amount) FROM lines") == [
        (date(2024, 2, 11), date(2024, 12, 21), Decimal(55))
    ]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("订单状态", ("交易成功", "已取消", "已退款", "等待买家付款")),
        ("Financial Status", ("paid", "Voided", "Refunded", "pending")),
        ("处理结果", ("已完成", "交易关闭", "退货退款", "草稿")),  # told by what it holds
    ],
)
def test_what_was_cancelled_refunded_or_never_paid_is_left_out(
    tmp_path: Path, header: str, words: tuple[str, str, str, str]
) -> None:
    paid, cancelled, refunded, unpaid = words
    each = [paid, paid, paid, cancelled, paid, refunded, paid, unpaid]
    rows = [(f"K{n % 3}", f"2024-0{n + 1}-05", 100 + n, status) for n, status in enumerate(each)]
    path = tmp_path / "orders.csv"
    path.write_text(text(("客户", "日期", "金额", header), rows), encoding="utf-8")
    found = read(tmp_path, path)
    assert found.lines.dropped == {"status_cancelled": 1, "status_refunded": 1, "status_unpaid": 1}
    assert found.rows("SELECT sum(amount)::BIGINT FROM lines") == [(100 + 101 + 102 + 104 + 106,)]
    assert found.rows("SELECT line, reason FROM dropped ORDER BY line") == [
        (5, "status_cancelled"), (7, "status_refunded"), (9, "status_unpaid"),
    ]  # fmt: skip
    (note,) = [note for note in found.lines.notes if note.code == "status_rule"]
    assert f"{paid} 5" in note.zh
    assert f"{cancelled} 1" in note.en


def test_a_customer_of_our_own_table_is_read_back_as_the_same(tmp_path: Path) -> None:
    ids = ["+8613800000000", "=SUM(1)", "@home", "'quoted'", "plain"]
    path = tmp_path / "orders.csv"
    path.write_text(
        text(("customer", "date", "amount"), [(safe(one), "2024-01-05", 10) for one in ids]), encoding="utf-8"
    )
    found = read(tmp_path, path)
    assert {row[0] for row in found.rows("SELECT customer FROM lines")} == set(ids)


def test_a_table_asked_for_where_there_is_only_one_is_said_to_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(text(("customer", "date", "amount"), [("a", "2024-01-05", 10)] * 3), encoding="utf-8")
    assert "table_unused" in read(tmp_path, path, table="Sheet2").codes
    assert "table_unused" not in read(tmp_path, path).codes


def test_a_negative_line_of_bad_debt_falls_to_the_price_rule(tmp_path: Path) -> None:
    """As of Online Retail's lines A…, here with a customer."""
    rows = [
        ("A1", "K1", "2024-01-05", 1, "-11062.06"),
        ("A2", "K1", "2024-01-05", 1, "0"),
        ("536365", "K1", "2024-01-06", 2, "2.55"),
    ]
    path = tmp_path / "orders.csv"
    path.write_text(text(("InvoiceNo", "CustomerID", "InvoiceDate", "Quantity", "UnitPrice"), rows), encoding="utf-8")
    found = read(tmp_path, path)
    assert found.lines.dropped == {"no_price": 2}
    assert found.rows('SELECT "order", amount FROM lines') == [("536365", Decimal("5.10"))]


def test_statuses_nobody_knows_count_and_are_named(tmp_path: Path) -> None:
    rows = [("A", "2024-01-05", 10, "paid"), ("B", "2024-01-06", 20, "teleported"), ("A", "2024-02-05", 5, "cancelled")]
    path = tmp_path / "orders.csv"
    path.write_text(text(("customer", "date", "amount", "status"), rows), encoding="utf-8")
    found = read(tmp_path, path)
    assert found.rows("SELECT sum(amount)::BIGINT FROM lines") == [(30,)]
    (note,) = [note for note in found.lines.notes if note.code == "status_unknown"]
    assert "teleported 1" in note.en


def test_a_status_of_something_else_is_no_status_and_none_counts_all(tmp_path: Path) -> None:
    rows = [("A", "2024-01-05", 10, "VIP", "cancelled"), ("B", "2024-01-06", 20, "normal", "paid")]
    path = tmp_path / "orders.csv"
    path.write_text(text(("customer", "date", "amount", "status", "what"), rows), encoding="utf-8")
    assert read(tmp_path, path).stack.roles[0]["status"] == 4
    assert read(tmp_path, path, status="none").lines.kept == 2
    assert read(tmp_path, path, status="what").lines.dropped == {"status_cancelled": 1}


@pytest.mark.parametrize(
    ("files", "called"),
    [
        (["Sales_2023.csv", "Sales_2024.csv.gz"], "Sales"),
        (["2023.csv", "2024.csv"], "2023"),
        (["sales.csv", "shops.csv"], "sales"),
        (["orders2024.csv"], "orders2024"),
    ],
)
def test_a_history_of_several_years_is_called_by_what_its_files_share(files: list[str], called: str) -> None:
    assert title(files) == called


def test_days_due_and_paid_count_together_or_not_at_all(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("A", "2024-01-05", 10, "2024-02-05", "2024-02-01"),
        ("B", "2024-01-06", 20, "2024-02-05", "未付"),
    ]
    rows += [("C", "2024-01-07", 30, "", ""), ("D", "2024-01-08", 40, "2024-03-05", "")]
    both = written(tmp_path, ("客户编号", "日期", "金额", "到期日", "收款日期"), rows)
    found = read(tmp_path, both)
    assert found.rows("SELECT customer, due::VARCHAR, paid::VARCHAR FROM lines ORDER BY 1") == [
        ("A", "2024-02-05", "2024-02-01"), ("B", "2024-02-05", None), ("C", None, None), ("D", "2024-03-05", None),
    ]  # fmt: skip
    [rule] = [note for note in found.lines.notes if note.code == "due_rule"]
    assert "2 行视为未收" in rule.zh and "没有到期日的 1 行" in rule.zh and "无法识别的 1 行" in rule.zh
    alone = written(tmp_path, ("客户编号", "日期", "金额", "到期日"), [row[:4] for row in rows])
    assert not read(tmp_path, alone).lines.owing
    asked = read(tmp_path, alone, due="到期日")
    assert "due_unused" in asked.codes and not asked.lines.owing


def written(folder: Path, headers: tuple[str, ...], rows: list[Row]) -> Path:
    path = folder / f"{len(headers)}.csv"
    path.write_text(text(headers, rows), encoding="utf-8")
    return path
