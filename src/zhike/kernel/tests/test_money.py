"""Amounts: exact, rounded by one rule, written for people."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.kernel.errors import Invalid
from zhike.kernel.money import Money, capital_amount, compact, decimals, rounded

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


@pytest.mark.parametrize(
    ("given_", "currency", "amount"),
    [
        ("2.345", "CNY", "2.35"),
        ("-2.345", "CNY", "-2.35"),
        ("2.5", "JPY", "3"),
        ("1.0005", "KWD", "1.001"),
        ("１，２８０．５", "CNY", "1280.50"),
        ("-0", "CNY", "0.00"),
        ("-0.001", "CNY", "0.00"),
    ],
)
def test_T88_money_is_rounded_half_up_to_its_currency(given_: str, currency: str, amount: str) -> None:
    money = Money.of(given_, currency)
    assert str(money.amount) == amount


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-inf", "1e400", "", "abc", "1e5", "9" * 17, "9" * 100_000])
def test_T88_what_is_no_amount_is_refused(value: str) -> None:
    with pytest.raises(Invalid):
        Money.of(value)
    if value in {"NaN", "Infinity"}:
        with pytest.raises(Invalid):
            Money(Decimal(value))


def test_floats_and_unknown_currencies_are_refused() -> None:
    with pytest.raises(TypeError):
        Money.of(1.5)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        Money.of(1, "QQQ")
    assert [decimals(c) for c in ("CNY", "JPY", "KWD")] == [2, 0, 3]


def test_currencies_do_not_mix() -> None:
    with pytest.raises(Invalid) as refusal:
        Money.of(1) + Money.of(1, "USD")
    assert "CNY" in str(refusal.value)
    assert Money.total([], "USD") == Money.of(0, "USD")
    assert Money.total([Money.of("1.10"), Money.of("2.20")]) == Money.of("3.3")


@given(amounts, st.lists(st.integers(0, 100), min_size=1, max_size=12).filter(any))
def test_shares_add_up_to_the_whole(amount: Decimal, weights: list[int]) -> None:
    shares = Money(amount).split(weights)
    assert sum(share.amount for share in shares) == amount
    assert all(not share for share, weight in zip(shares, weights, strict=True) if weight == 0)


@given(amounts)
def test_rounding_never_moves_more_than_half_a_unit(amount: Decimal) -> None:
    assert abs(rounded(amount, 0) - amount) <= Decimal("0.5")


@pytest.mark.parametrize(
    ("number", "chinese", "english"),
    [
        (0, "0", "0"),
        ("9999.5", "9,999.50", "10.0K"),
        (19_000, "1.9万", "19.0K"),
        (12_138_000, "1,213.8万", "12.1M"),
        (99_999_999, "1.0亿", "100.0M"),
        (260_000_000, "2.6亿", "260.0M"),
        (-18_500, "-1.9万", "-18.5K"),
        (1_000_000_000_000, "10,000.0亿", "1,000.0B"),
        (999_999, "100.0万", "1.0M"),
    ],
)
def test_large_numbers_are_written_short(number: int | str, chinese: str, english: str) -> None:
    assert compact(number) == chinese
    assert compact(number, "en") == english


def test_traditional_units() -> None:
    assert compact(12_138_000, "zh-Hant") == "1,213.8萬"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "零元整"),
        ("100", "壹佰元整"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("10.05", "壹拾元零伍分"),
        ("0.05", "伍分"),
        ("0.5", "伍角整"),
        ("10001", "壹万零壹元整"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("100000000", "壹亿元整"),
        ("100010000", "壹亿零壹万元整"),
        ("120000000000", "壹仟贰佰亿元整"),
        ("1000000000000", "壹万亿元整"),
        ("1200000000001", "壹万贰仟亿零壹元整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("-3.2", "负叁元贰角整"),
    ],
)
def test_capital_amounts(amount: str, text: str) -> None:
    assert capital_amount(amount) == text


@given(st.integers(0, 10**17 - 1))
def test_capital_amounts_read_back(cents: int) -> None:
    assert _read(capital_amount(Decimal(cents) / 100)) == cents


def _read(text: str) -> int:
    total = section = digit = cents = 0
    for character in text:
        if character in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(character)
        elif character in "拾佰仟":
            section += digit * 10 ** ("拾佰仟".index(character) + 1)
            digit = 0
        elif character == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        elif character == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        elif character == "元":
            cents, total, section, digit = (total + section + digit) * 100, 0, 0, 0
        elif character in "角分":
            cents, digit = cents + digit * (10 if character == "角" else 1), 0
    return cents
