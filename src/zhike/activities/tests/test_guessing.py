"""The next step as it is guessed from what salespeople write."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from zhike.activities.guessing import guess_next, number
from zhike.kernel import clock

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 11, 18, 2, 12, tzinfo=UTC)  # Wednesday, 10:12 in Shanghai


def guessed(text: str, now: datetime = NOW) -> str:
    step = guess_next(text, now, ZONE)
    if step is None:
        return ""
    local = clock.local(step.due_at, ZONE)
    return f"{local:%m-%d}" if step.all_day else f"{local:%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("婉清说明天下午三点滨江店 6 楼开始，请带 38 套减振垫", "11-19 15:00"),
        ("明天上午九点半带样品过去", "11-19 09:30"),
        ("谈了返利，明天上午把报价发过去", "11-19 10:00"),
        ("后天下午带样品过去", "11-20 15:00"),
        ("call back tomorrow morning", "11-19 09:00"),
        ("后天回访", "11-20"),
        ("大后天签合同", "11-21"),
        ("今天下午4点开会", "11-18 16:00"),
        ("今晚八点打电话", "11-18 20:00"),
        ("周五下午两点见面", "11-20 14:00"),
        ("本周五之前把报价发过去", "11-20"),
        ("这周日看样板间", "11-22"),
        ("下周一上午10点开会", "11-23 10:00"),
        ("下周三再联系", "11-25"),
        ("下下周二拜访", "12-01"),
        ("星期六有空，可以过去", "11-21"),
        ("礼拜天打给他", "11-22"),
        ("三天后再打", "11-21"),
        ("两周后催款", "12-02"),
        ("一个月后回访", "12-18"),
        ("半个月后再问一次", "12-03"),
        ("12月1日付款", "12-01"),
        ("十二月五号下午三点一刻验收", "12-05 15:15"),
        ("11-25 14:00 拜访", "11-25 14:00"),
        ("11/26 送样", "11-26"),
        ("25号之前给答复", "11-25"),
        ("月底前付款", "11-30"),
        ("下个月初再谈", "12-01"),
        ("明早8点出发", "11-19 08:00"),
        ("明晚一起吃饭", "11-19 19:00"),
        ("中午十二点半碰头，今天", "11-18 12:30"),
        ("明天15：30视频会议", "11-19 15:30"),
        ("1月8日签约", "01-08"),
        ("call back tomorrow at 3pm", "11-19 15:00"),
        ("meet next Monday 10:30", "11-23 10:30"),
        ("send the quote on Friday", "11-20"),
        ("follow up in 3 days", "11-21"),
    ],
)
def test_a_named_day_becomes_the_next_step(text: str, due: str) -> None:
    assert guessed(text) == due


@pytest.mark.parametrize(
    "text",
    [
        "",
        "聊了一下需求，客户比较满意",
        "昨天下午三点来过",
        "上周五已经付款",
        "11月3日签的合同",
        "今天上午九点来过电话",
        "今天下午谈了价格",
        "预算 12.5 万，38 台",
        "电话 138-1234-5678",
        "比例是 3/4",
        "三点建议：价格、交期、售后",
        "九十九周年庆",
    ],
)
def test_what_lies_in_the_past_or_is_no_date_is_no_next_step(text: str) -> None:
    assert guessed(text) == ""


def test_the_clause_that_names_the_day_becomes_the_name() -> None:
    step = guess_next("今天聊得不错。明天下午三点带样品过去，记得开票。", NOW, ZONE)
    assert step is not None
    assert step.name == "带样品过去"
    assert step.words == "明天下午三点"


def test_the_part_of_the_day_is_no_part_of_the_name() -> None:
    step = guess_next("谈了返利，明天上午把报价发过去", NOW, ZONE)
    assert step is not None
    assert (step.name, step.words) == ("把报价发过去", "明天上午")


def test_a_clause_that_is_only_a_day_keeps_its_words() -> None:
    step = guess_next("再约，下周三", NOW, ZONE)
    assert step is not None
    assert step.name == "下周三"


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("三天后回访", "11-23"),  # the 21st is a Saturday
        ("周六上门", "11-21"),  # named, so it stays
        ("月底结款", "11-30"),
        ("下个月底对账", "12-31"),
        ("下月初再谈", "12-01"),
    ],
)
def test_a_rough_day_is_a_working_one_and_a_named_day_stays(text: str, due: str) -> None:
    step = guess_next(text, NOW, ZONE, clock.WorkingCalendar())
    assert step is not None
    assert f"{clock.local(step.due_at, ZONE):%m-%d}" == due


def test_the_end_of_a_month_on_a_weekend_is_the_friday_before() -> None:
    may = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)  # the 31st is a Sunday
    step = guess_next("月底结款", may, ZONE, clock.WorkingCalendar())
    assert step is not None
    assert f"{clock.local(step.due_at, ZONE):%m-%d}" == "05-29"


def test_a_day_late_in_the_evening_belongs_to_the_zone_not_to_utc() -> None:
    late = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)  # already 01:00 on the 19th in Shanghai
    assert guessed("明天打电话", late) == "11-20"


def test_a_very_long_text_is_read_quickly() -> None:
    assert guessed("说了很多，" * 20_000) == ""


@pytest.mark.parametrize(
    ("text", "value"), [("十", 10), ("十二", 12), ("二十", 20), ("三十一", 31), ("两", 2), ("8", 8)]
)
def test_numbers_are_read_in_both_scripts(text: str, value: int) -> None:
    assert number(text) == value
