"""E-mail addresses, credit codes, names and birthdays."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.customers.values.birthdays import Birthday, days_until, parse_birthday
from zhike.customers.values.credit_codes import BadCreditCode, check_character, parse_credit_code
from zhike.customers.values.emails import email_or_none, parse_email
from zhike.customers.values.names import NameKind, guess_kind, short_name, split_person
from zhike.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Li.Hua@Example.COM", "Li.Hua@example.com"),
        ("李华 <lihua@example.com>", "lihua@example.com"),
        ("mailto:lihua@example.com", "lihua@example.com"),
        ("ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", "li@example.com"),
        ("李华@例子.中国", "李华@例子.中国"),
        ("lihua@example.com；", "lihua@example.com"),
    ],
)
def test_addresses_are_understood(text: str, address: str) -> None:
    email = parse_email(text)
    assert email.address == address
    assert email.key == address.casefold()


@pytest.mark.parametrize("text", ["", "a@b", "a@@b.com", "a b@c.com", "a@-b.com", "a@b..com", "@b.com", "a@1.2.3.4"])
def test_what_is_no_address_is_refused(text: str) -> None:
    assert email_or_none(text) is None


def test_credit_codes_are_checked() -> None:
    code = parse_credit_code(" 91330100 ma27xhg50b".upper().replace("B", check_character("91330100MA27XHG50")))
    assert code.division == "330100"
    assert code.kind is NameKind.COMPANY
    assert parse_credit_code("91350100M000100Y43").code == "91350100M000100Y43"  # the standard's own example
    for wrong, reason in [
        ("91350100M000100Y44", "credit_code.check"),
        ("91350100M000100Y4", "credit_code.length"),
        ("91350100M00010OY43", "credit_code.shape"),
    ]:
        with pytest.raises(BadCreditCode) as refusal:
            parse_credit_code(wrong)
        assert refusal.value.code == reason


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9), st.integers(0, 16))
def test_a_single_typing_error_in_a_credit_code_is_found(middle: str, place: int) -> None:
    code = "91330106" + middle
    code += check_character(code)
    assert parse_credit_code(code)
    other = "7" if code[place] != "7" else "8"
    with pytest.raises(BadCreditCode):
        parse_credit_code(code[:place] + other + code[place + 1 :])


def test_names_of_people_are_parted() -> None:
    assert split_person("张三丰") == ("张", "三丰")
    assert split_person("欧阳娜娜") == ("欧阳", "娜娜")
    assert split_person("歐陽修") == ("歐陽", "修")
    assert split_person("John Smith") == ("Smith", "John")
    assert split_person("阿依古丽·买买提") == ("", "阿依古丽·买买提")
    assert split_person("") == ("", "")


@pytest.mark.parametrize(
    ("name", "short", "kind"),
    [
        ("杭州绿野酒店管理有限公司", "绿野酒店", "company"),
        ("阿里巴巴（中国）有限公司", "阿里巴巴", "company"),
        ("杭州海康威视数字技术股份有限公司", "海康威视", "company"),
        ("永辉超市股份有限公司", "永辉超市", "company"),
        ("浙江省义乌市小商品城集团股份有限公司", "小商品城", "company"),
        ("中国工商银行股份有限公司杭州分行", "工商银行", "company"),
        ("王记小吃店", "王记小吃店", "sole_trader"),
        ("西湖区人民政府", "西湖区人民政府", "government"),
        ("杭州市西湖区税务局", "杭州市西湖区税务局", "government"),
        ("浙江大学医学院附属第一医院", "浙江大学医学院附属第一医院", "hospital"),
        ("浙江大学", "浙江大学", "school"),
        ("张伟", "张伟", "person"),
        ("阿依古丽·买买提", "阿依古丽·买买提", "person"),
        ("绿野户外", "绿野户外", "other"),
    ],
)
def test_organisations_are_shortened_and_sorted_by_kind(name: str, short: str, kind: str) -> None:
    assert short_name(name) == short
    assert guess_kind(name) is NameKind(kind)


@pytest.mark.parametrize(
    ("text", "birthday"),
    [
        ("1990-05-01", Birthday(5, 1, 1990)),
        ("19900501", Birthday(5, 1, 1990)),
        ("5月1日", Birthday(5, 1)),
        ("2000/2/29", Birthday(2, 29, 2000)),
        ("农历八月十五", Birthday(8, 15, lunar=True)),
        ("正月初一", Birthday(1, 1, lunar=True)),
        ("九月廿三", Birthday(9, 23, lunar=True)),
        ("1976年闰八月初八", Birthday(8, 8, 1976, lunar=True, leap=True)),
        ("农历 1976-08-08", Birthday(8, 8, 1976, lunar=True)),
    ],
)
def test_birthdays_are_understood(text: str, birthday: Birthday) -> None:
    assert parse_birthday(text) == birthday
    assert parse_birthday(str(birthday)) == birthday


@pytest.mark.parametrize(
    "text", ["2-30", "2001-02-29", "13-01", "农历八月卅一", "1977年闰八月初八", "", "昨天", "9" * 100_000]
)
def test_days_that_do_not_exist_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_birthday(text)


@pytest.mark.parametrize(
    ("birthday", "after", "day"),
    [
        (Birthday(5, 1), date(2026, 5, 1), date(2026, 5, 1)),
        (Birthday(5, 1), date(2026, 5, 2), date(2027, 5, 1)),
        (Birthday(2, 29, 2000), date(2027, 1, 1), date(2027, 2, 28)),
        (Birthday(8, 15, lunar=True), date(2026, 1, 1), date(2026, 9, 25)),  # mid-autumn
        (Birthday(1, 1, lunar=True), date(2026, 2, 18), date(2027, 2, 6)),  # spring festival
        (Birthday(12, 30, lunar=True), date(2026, 1, 1), date(2026, 2, 16)),  # its month has 29 days
        (Birthday(6, 1, lunar=True, leap=True), date(2025, 1, 1), date(2025, 7, 25)),  # a leap sixth month
        (Birthday(6, 1, lunar=True, leap=True), date(2026, 1, 1), date(2026, 7, 14)),  # none: the ordinary one
    ],
)
def test_birthdays_come_round(birthday: Birthday, after: date, day: date) -> None:
    assert birthday.next_occurrence(after) == day
    assert birthday.is_on(day)
    assert days_until(birthday, after) == (day - after).days


@given(st.integers(1, 12), st.integers(1, 30), st.booleans(), st.dates(date(1950, 1, 1), date(2095, 1, 1)))
def test_a_lunar_birthday_comes_once_in_thirteen_months(month: int, day: int, leap: bool, after: date) -> None:
    birthday = Birthday(month, day, lunar=True, leap=leap)
    following = birthday.next_occurrence(after)
    assert after <= following <= after + timedelta(days=415)
    assert birthday.next_occurrence(following) == following


def test_ages_are_full_years() -> None:
    assert Birthday(5, 2, 1990).age_on(date(2026, 5, 1)) == 35
    assert Birthday(5, 1, 1990).age_on(date(2026, 5, 1)) == 36
    assert Birthday(5, 1).age_on(date(2026, 5, 1)) is None


@pytest.mark.parametrize(
    "text",
    ["a" * 100_000, "a." * 50_000 + "@", "<" * 100_000, "公司" * 50_000, "(" * 100_000, "市" * 100_000, "1-" * 50_000],
)
def test_T57_hostile_text_costs_no_time(text: str) -> None:
    started = time.process_time()
    email_or_none(text)
    short_name(text)
    guess_kind(text)
    split_person(text)
    for parse in (parse_credit_code, parse_birthday):
        with pytest.raises(Invalid):
            parse(text)
    assert time.process_time() - started < 0.1
