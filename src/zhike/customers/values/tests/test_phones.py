"""Telephone numbers."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.customers.values.phones import BadPhone, PhoneKind, parse_phone, phone_or_none, split_phones


@pytest.mark.parametrize(
    ("text", "kind", "e164", "extension", "display"),
    [
        ("13812345678", "mobile", "+8613812345678", "", "138 1234 5678"),
        ("+86 138-1234-5678", "mobile", "+8613812345678", "", "138 1234 5678"),
        ("008613812345678", "mobile", "+8613812345678", "", "138 1234 5678"),
        ("１３８１２３４５６７８", "mobile", "+8613812345678", "", "138 1234 5678"),
        ("13812345678.0", "mobile", "+8613812345678", "", "138 1234 5678"),
        ("手机：13812345678", "mobile", "+8613812345678", "", "138 1234 5678"),
        ("0571-8888 8888 转 801", "landline", "+8657188888888", "801", "0571-8888 8888 转 801"),
        ("０５７１－８８８８８８８８", "landline", "+8657188888888", "", "0571-8888 8888"),
        ("0571-88888888-801", "landline", "+8657188888888", "801", "0571-8888 8888 转 801"),
        ("(010)65551234", "landline", "+861065551234", "", "010-6555 1234"),
        ("021-6555 1234 ext.12", "landline", "+862165551234", "12", "021-6555 1234 转 12"),
        ("0578-2123456", "landline", "+865782123456", "", "0578-2123456"),
        ("+86 571 8888 8888", "landline", "+8657188888888", "", "0571-8888 8888"),
        ("400-810-1111", "service", "+864008101111", "", "400-810-1111"),
        ("4008101111转2", "service", "+864008101111", "2", "400-810-1111"),
        ("95588", "service", "+8695588", "", "95588"),
        ("+1 650-253-0000", "foreign", "+16502530000", "", "+1 650-253-0000"),
        ("0085223456789", "foreign", "+85223456789", "", "+852 2345 6789"),
        ("+44 20 7946 0958 x5", "foreign", "+442079460958", "5", "+44 20 7946 0958 转 5"),
    ],
)
def test_numbers_are_understood(text: str, kind: str, e164: str, extension: str, display: str) -> None:
    assert parse_phone(text) == (PhoneKind(kind), e164, extension, display)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("88888888", "phone.area"),
        ("1381234567", "phone.count"),
        ("1.38E+10", "phone.spreadsheet"),
        ("无", "phone.digits"),
        ("", "phone.digits"),
        ("+1 000", "phone.unknown"),
        ("12812345678", "phone.unknown"),
        ("1" * 65, "phone.long"),
    ],
)
def test_other_things_are_refused_with_the_reason(text: str, code: str) -> None:
    with pytest.raises(BadPhone) as refusal:
        parse_phone(text)
    assert refusal.value.code == code
    assert str(refusal.value)


def test_an_area_completes_a_local_number() -> None:
    assert parse_phone("8888 8888", area="0571").e164 == "+8657188888888"
    assert parse_phone("0571-88888888").digits == "057188888888"


def test_a_cell_with_several_numbers_is_parted() -> None:
    cell = "13812345678 / 0571-88888888，13900000000;0571-8888 8888 转 801"
    assert split_phones(cell) == ["13812345678", "0571-88888888", "13900000000", "0571-8888 8888 转 801"]


@given(st.from_regex(r"(?:1[3-9][0-9]{9}|0571[2-9][0-9]{7}|400[0-9]{7})", fullmatch=True))
def test_what_is_shown_is_understood_again(number: str) -> None:
    phone = parse_phone(number)
    assert parse_phone(phone.display) == parse_phone(phone.e164) == phone


@given(st.text(max_size=80))
def test_any_text_is_a_number_or_none(text: str) -> None:
    phone = phone_or_none(text)
    assert phone is None or phone.e164.startswith("+")


@pytest.mark.parametrize("text", ["1" * 100_000, "+86-" * 25_000, "0571-8" + " " * 100_000, "转" * 100_000])
def test_T57_hostile_numbers_cost_no_time(text: str) -> None:
    phone_or_none("+1 1")  # loads the library
    started = time.process_time()
    phone_or_none(text)
    split_phones(text)
    assert time.process_time() - started < 0.1


@pytest.mark.release
def test_half_a_million_numbers_a_second() -> None:
    numbers = ["13812345678"] * 100_000
    started = time.process_time()
    for number in numbers:
        parse_phone(number)
    assert len(numbers) / (time.process_time() - started) > 250_000  # half of what one core of our machines does
