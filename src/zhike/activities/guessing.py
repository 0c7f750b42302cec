"""Guesses the next step from what somebody just wrote: “明天下午三点带样品过去” → tomorrow 15:00, shown as a tick that can be undone."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from zhike.kernel import clock

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
WEEKDAYS = {c: n for n, c in enumerate("一二三四五六")} | {"日": 6, "天": 6}
ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBER = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
DAY = re.compile(
    rf"(?P<near>大后天|今天|今晚|今日|明天|明日|明早|明晚|后天|\btoday\b|\btonight\b|\btomorrow\b)"
    rf"|(?P<past>上)?(?P<next>下下?)?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
    rf"|(?P<days>{NUMBER}|半)\s*(?P<unit>天|个?星期|个?礼拜|周|个月)[之以]?后"
    rf"|(?P<month>{NUMBER})月(?P<day>{NUMBER})[日号]?"
    rf"|(?<![\d.:：/-])(?P<m>1[0-2]|0?[1-9])(?P<mark>[-/])(?P<d>3[01]|[12]\d|0?[1-9])(?![\d.:：/-])"
    rf"|(?<![\d.])(?P<only>3[01]|[12]\d|[1-9])[号日](?![楼线店店铺])"
    rf"|(?P<edge>下个?月初|下个?月底|月底|月末)"
    rf"|\b(?P<next_en>next\s+)?(?P<english>{'|'.join(ENGLISH_DAYS)})\b|\bin\s+(?P<in_days>\d{{1,3}})\s+days?\b",
    re.IGNORECASE,
)
PART = r"凌晨|清早|早上|早晨|上午|中午|下午|傍晚|晚上"
HOUR = re.compile(
    rf"(?P<part>{PART})?\s*(?:(?P<hour>{NUMBER})\s*(?:点钟?|时|:|：)(?P<minute>半|一刻|三刻|\d{{2}})?)"
    r"|\b(?:at\s+)?(?P<en>1[0-2]|[1-9])(?::(?P<en_minute>\d{2}))?\s*(?P<half>am|pm)\b",
    re.IGNORECASE,
)
NEAR = {"今天": 0, "今晚": 0, "今日": 0, "today": 0, "tonight": 0, "明天": 1, "明日": 1, "明早": 1, "明晚": 1}
NEAR |= {"tomorrow": 1, "后天": 2, "大后天": 3}
MINUTES = {"半": 30, "一刻": 15, "三刻": 45}
EVENING = ("下午", "傍晚", "晚上")
ROUGHLY = {"清早": 9, "早上": 9, "早晨": 9, "上午": 10, "中午": 12, "下午": 15, "傍晚": 18, "晚上": 19}
ROUGHLY |= {"morning": 9, "noon": 12, "afternoon": 15, "evening": 19}  # a part of the day without an hour
PART_ALONE = re.compile(rf"\s*(?P<part>{'|'.join(ROUGHLY)})", re.IGNORECASE)
CLAUSE = re.compile(r"[，。；！？,;!?\n]")
SENTENCE = re.compile(r"[。！？!?\n]")
REACH = 14  # characters after a day within which its hour is looked for
FILLER = " 　的之前去吧就再要说，、之:："


@dataclass(frozen=True, slots=True)
class NextStep:
    """A guessed next step: what, when, whether a time of day was named, and the words it was read from."""

    name: str
    due_at: datetime
    all_day: bool
    words: str


def guess_next(text: str, now: datetime, zone: str, calendar: clock.WorkingCalendar | None = None) -> NextStep | None:
    """The next step named in `text`, or None. Past days are not next steps; a bare weekday is the coming one.

    A rough day (“in three days”, “end of the month”) is moved to one that the calendar works on; a day that was named stays.
    """
    text = text[:2000]
    today = clock.local(now, zone).date()
    for found in DAY.finditer(text):
        day = _day(found, today)
        if day and calendar:
            day = _worked(found, day, calendar)
        if day is None or day < today:
            continue
        hour = _hour_near(text, found)
        part = (
            PART_ALONE.match(text, found.end()) if not hour and day > today else None
        )  # “this afternoon” is often past
        at = _time(hour, found.group()) if hour else _implied(found.group(), part)
        if day == today and at is None:
            continue
        due = clock.moment(day, at or time(18, 0), zone)
        if due <= now:
            continue
        end = max([found.end(), *(one.end() for one in (hour, part) if one)])
        return NextStep(_name(text, found.start(), end), due, at is None, text[found.start() : end])
    return None


def _worked(found: re.Match[str], day: date, calendar: clock.WorkingCalendar) -> date:
    """A rough day on a working one: after a span and from the beginning of a month the next, at its end the last."""
    parts = found.groupdict()
    edge = parts["edge"] or ""
    if edge and not edge.endswith("初"):
        return next(calendar.working_days(day, -1))
    return calendar.next_working_day(day) if edge or parts["days"] or parts["in_days"] else day


def number(text: str) -> int:
    """An Arabic or Chinese number below a hundred."""
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.partition("十")
    if ten:
        return (DIGITS.get(tens, 1) if tens else 1) * 10 + (DIGITS.get(ones, 0) if ones else 0)
    return DIGITS.get(text[:1], 0)


def _hour_near(text: str, found: re.Match[str]) -> re.Match[str] | None:
    """The hour said right after the day, else the one said just before it."""
    ends = (DAY.search(text, found.end()), SENTENCE.search(text, found.end()))
    stop = min([found.end() + REACH, *(end.start() for end in ends if end)])
    after = HOUR.search(text, found.end(), stop)
    if after:
        return after
    before = [m for m in HOUR.finditer(text, max(0, found.start() - REACH), found.start())]
    return before[-1] if before else None


def _day(found: re.Match[str], today: date) -> date | None:
    parts = found.groupdict()
    if near := parts["near"]:
        return today + timedelta(days=NEAR[near.lower()])
    if weekday := parts["weekday"]:
        return None if parts["past"] else _weekday(WEEKDAYS[weekday], today, len(parts["next"] or ""))
    if english := parts["english"]:
        return _weekday(ENGLISH_DAYS.index(english.lower()), today, 1 if parts["next_en"] else 0)
    if parts["days"] or parts["in_days"]:
        return today + timedelta(days=_span(parts))
    if edge := parts["edge"]:
        return _edge(edge, today)
    if parts["only"]:
        return _of_month(int(parts["only"]), today)
    if parts["m"]:
        return _date(int(parts["m"]), int(parts["d"]), today) if parts["mark"] == "-" or int(parts["d"]) > 12 else None
    return _date(number(parts["month"] or ""), number(parts["day"] or ""), today)


def _span(parts: dict[str, str | None]) -> int:
    if parts["in_days"]:
        return int(parts["in_days"])
    unit, days = parts["unit"] or "天", parts["days"] or ""
    length = 30 if "月" in unit else 1 if unit == "天" else 7
    return length // 2 if days == "半" else number(days) * length


def _edge(words: str, today: date) -> date:
    following = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    month = following if words.startswith("下") else today
    return following if words.endswith("初") else month.replace(day=monthrange(month.year, month.month)[1])


def _of_month(day: int, today: date) -> date | None:
    return today.replace(day=day) if today.day < day <= monthrange(today.year, today.month)[1] else None


def _date(month: int, day: int, today: date) -> date | None:
    try:
        found = date(today.year, month, day)
    except ValueError:
        return None
    if found < today and month < today.month - 6:  # in November, “1月8日” is next year's
        return date(today.year + 1, month, day) if (month, day) != (2, 29) else None
    return found


def _weekday(weekday: int, today: date, weeks: int) -> date:
    monday = today - timedelta(days=today.weekday())
    if weeks:
        return monday + timedelta(days=7 * weeks + weekday)
    ahead = (weekday - today.weekday()) % 7
    return today + timedelta(days=ahead or 7)


def _time(found: re.Match[str], day: str) -> time | None:
    if found["en"]:
        hour, minute = (
            int(found["en"]) % 12 + (12 if found["half"].lower() == "pm" else 0),
            int(found["en_minute"] or 0),
        )
        return time(hour, minute) if minute < 60 else None
    hour, part = number(found["hour"]), found["part"] or ("晚上" if day.endswith("晚") else "")
    text = found["minute"] or ""
    minute = MINUTES.get(text, int(text) if text.isdigit() else 0)
    if hour < 12 and (
        part in EVENING or (part == "中午" and hour < 3) or (not part and day != "明早" and 1 <= hour <= 6)
    ):
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _implied(day: str, part: re.Match[str] | None) -> time | None:
    """“明晚” and “明天上午” name a part of the day without an hour."""
    if part:
        return time(ROUGHLY[part["part"].lower()])
    return time(19, 0) if day in ("今晚", "明晚") or day.lower() == "tonight" else time(9, 0) if day == "明早" else None


def _name(text: str, start: int, end: int) -> str:
    """The clause around the day, without the day itself: what is to be done."""
    before = max((m.end() for m in CLAUSE.finditer(text, 0, start)), default=0)
    after = CLAUSE.search(text, end)
    close = after.start() if after else len(text)
    rest = f"{text[before:start].strip(FILLER)} {text[end:close].lstrip(FILLER).rstrip()}".strip()
    rest = re.sub(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])", "", rest)
    return rest[:80] if len(rest) >= 2 else text[before:close].strip()[:80]
