"""Figures as a manager says them."""

from decimal import Decimal

import pytest

from zhike.value.page.voice import Voice


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        ("8911407.90", "£891.1万", "£8.91M"),
        ("123456789.00", "£1.23亿", "£123.5M"),
        ("9999.99", "£1.00万", "£10.0k"),
        ("-46.5", "−£46.50", "−£46.50"),
        ("0", "£0", "£0"),
        ("650", "£650", "£650"),
        ("1000000000000", "£1.00万亿", "£1.00tn"),
    ],
)
def test_money_is_short_in_both_languages(value: str, zh: str, en: str) -> None:
    assert Voice("zh", "GBP").money(Decimal(value)) == zh
    assert Voice("en", "£").money(Decimal(value)) == en


def test_money_is_exact_where_asked() -> None:
    assert Voice("en", "CNY").exact(Decimal("8911407.90")) == "¥8,911,407.90"
    assert Voice("en", "CHF").exact(Decimal("-5")) == "−CHF 5.00"
    assert Voice("zh").exact(Decimal("5")) == "5.00"


def test_quantities_are_no_money() -> None:
    assert Voice("en", "£", "quantity").money(Decimal(2500)) == "2.50k units"
    assert Voice("zh", "£", "quantity").exact(Decimal(2500)) == "2,500 件"


def test_a_table_says_the_unit_of_pieces_once_and_keeps_the_mark_of_money() -> None:
    assert Voice("en", "£", "quantity").cell(Decimal(2500), signed=True) == "+2.50k"
    assert Voice("zh", "", "quantity").cell(1) == "1"
    assert Voice("en", "£").cell(Decimal(2500)) == "£2.50k"
    assert Voice("en", "", "quantity").money(1) == "1 unit"


def test_shares_keep_their_sign_and_small_ones_their_digits() -> None:
    voice = Voice("en")
    assert voice.share(0.3178) == "31.8%"
    assert voice.share(0.0002) == "0.02%"
    assert voice.share(-0.08, signed=True) == "−8.0%"
    assert voice.share(float("nan")) == "—"


def test_an_axis_has_no_idle_zeros() -> None:
    assert Voice("zh").tick(500000) == "50万"
    assert Voice("en").tick(2500000) == "2.5M"
    assert Voice("en").tick(100) == "100"
    assert Voice("en").tick(0) == "0"


def test_one_customer_is_singular() -> None:
    assert Voice("en").people(1) == "1 customer"
    assert Voice("en").people(2000) == "2,000 customers"
