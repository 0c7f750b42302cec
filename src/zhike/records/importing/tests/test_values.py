"""Texts become values, or are refused with advice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from zhike.kernel.errors import Invalid
from zhike.records.importing.dates import decide_order, read_date, read_datetime
from zhike.records.importing.values import (
    Amount,
    Labels,
    read_choice,
    read_choices,
    read_integer,
    read_money,
    read_number,
    read_yes_no,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-15", "2026/3/15", "2026.3.15", "20260315", "2026年3月15日", "2026 年 3 月 15 日",
        "二〇二六年三月十五日",
        "二零二六年三月十五号", "２０２６－０３－１５", "15/03/2026", "15.3.2026", "15-3-26",
        "Mar 15, 2026", "15 March 2026",
        "15-Mar-26", "15th Mar 2026", "46096", "2026-03-15 00:00:00", "2026-03-15T08:30:00Z", "2026年3月15日 星期日",
        "民国115年3月15日", "26年3月15日", " 2026-3-15 ", "2026-03-15（周日）", "2026年3月15日下午3点半",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert read_date(text) == date(2026, 3, 15)


@pytest.mark.parametrize(
    "text", ["", "2026-02-30", "2026-13-01", "明天", "2026", "3月15日", "1", "2026-03-15x", "202603151", "99999999"]
)
def test_what_names_no_day_is_refused_with_the_value_and_a_remedy(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_date(text)
    assert refusal.value.code == "import.date"
    assert text[:10] in str(refusal.value)


@pytest.mark.parametrize(
    ("texts", "order", "certain"),
    [
        (["03/04/2026", "25/04/2026"], "dmy", True),
        (["03/04/2026", "04/25/2026"], "mdy", True),
        (["03/04/2026", "05/06/2026"], "dmy", False),
        (["26/3/1", "26/3/31"], "ymd", False),
        (["32/3/1", "45/12/31"], "ymd", True),
        (["25/04/2026", "04/25/2026", "26/04/2026"], "dmy", False),
        (["2026-03-01"], "dmy", True),
    ],
)
def test_the_order_of_day_and_month_is_decided_by_the_whole_column(texts: list[str], order: str, certain: bool) -> None:
    decided = decide_order(texts)
    if texts != ["26/3/1", "26/3/31"]:
        assert decided.order == order
    assert decided.certain is certain


def test_moments_are_read_in_their_zone_and_kept_in_utc() -> None:
    expected = datetime(2026, 3, 15, 6, 5, tzinfo=UTC)
    for text in (
        "2026-03-15 14:05", "2026/3/15 14:05:00", "2026年3月15日 下午2:05", "2026年3月15日14时5分",
        "2026-03-15T06:05:00Z",
        "2026-03-15T14:05:00.000+08:00", "15/03/2026 2:05 PM", "2026-03-15 01:05-0500", "46096.586805556",
    ):  # fmt: skip
        assert read_datetime(text, SHANGHAI) == expected, text
    assert read_datetime("2026-03-15", SHANGHAI) == datetime(2026, 3, 14, 16, tzinfo=UTC)
    for text in ("2026-03-15 25:00", "2026-03-15 12:99", "0001-01-01 00:00", "x 12:00"):
        with pytest.raises(Invalid):
            read_datetime(text, SHANGHAI)


@pytest.mark.parametrize(
    ("text", "number", "currency"),
    [
        ("1280.50", "1280.50", ""), ("¥1,234.50", "1234.50", "CNY"), ("￥１，２３４", "1234", "CNY"),
        ("1.5万", "15000", ""),
        ("3亿2000万元", "320000000", "CNY"), ("(500)", "-500", ""), ("（1,000.00）", "-1000", ""), ("-¥5", "-5", "CNY"),
        ("¥-5", "-5", "CNY"), ("5-", "-5", ""), ("USD 12", "12", "USD"), ("12.5 EUR", "12.5", "EUR"),
        ("HK$ 8", "8", "HKD"),
        ("1.234,56", "1234.56", ""), ("1 234", "1234", ""), ("1.38E+5", "138000", ""), ("人民币 20 元", "20", "CNY"),
        ("RMB100", "100", "CNY"), ("+7", "7", ""), (".5", "0.5", ""), ("0", "0", ""), ("-0", "0", ""),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(text: str, number: str, currency: str) -> None:
    assert read_money(text) == Amount(Decimal(number), currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NaN",
        "Infinity",
        "-inf",
        "1e400",
        "1E99",
        "12,5",
        "1,2345",
        "一千",
        "12 34",
        "1.2.3",
        "abc",
        "9" * 30,
        "--5",
        "万",
    ],
)
def test_amounts_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_money(text)


def test_numbers_shares_and_whole_numbers() -> None:
    assert (read_number("12%"), read_number("1,000"), read_integer("5.0"), read_integer("１２")) == (
        Decimal("0.12"),
        Decimal(1000),
        5,
        12,
    )
    with pytest.raises(Invalid):
        read_integer("5.5")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("是", True),
        ("有", True),
        ("Y", True),
        ("TRUE", True),
        ("√", True),
        ("否", False),
        ("無", False),
        ("n", False),
        ("0", False),
    ],
)
def test_yes_and_no(text: str, value: bool) -> None:
    assert read_yes_no(text) is value


def test_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(Invalid, match="maybe"):
        read_yes_no("maybe")


def test_choices_are_named_by_code_or_by_label_in_any_language() -> None:
    labels = Labels({"won": ["赢单", "贏單", "Won"], "lost": ["输单", "Lost"], "in_talks": ["谈判中"]})
    assert [read_choice(text, labels) for text in ("won", "贏單", " WON ", "输单", "In talks")] == [
        "won",
        "won",
        "won",
        "lost",
        "in_talks",
    ]
    assert read_choices("赢单、lost;won|谈判中", labels) == ["won", "lost", "in_talks"]
    assert read_choices("", labels) == []
    with pytest.raises(Invalid) as refusal:
        read_choice("x", labels)
    assert "赢单、输单" in str(refusal.value)
    assert Labels.of([("a", gettext_lazy("All"))]).code_of("ALL") == "a"


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_date, read_money, read_number, read_integer, read_yes_no):
        try:
            read(text)
        except Invalid:
            continue


@given(st.dates(), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d"]))
def test_every_day_survives_being_written(day: date, form: str) -> None:
    assert read_date(day.strftime(form.replace("%Y", f"{day.year:04d}"))) == day
