"""Guesses the next step from what somebody just wrote: “明天下午三点带样品过去” → tomorrow 15:00, shown as a tick that can be undone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from zhike.kernel import clock

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "十": 10}
WEEKDAYS = {c: n for n, c in enumerate("一二三四五六")} | {"日": 6, "天": 6}
ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBER = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
DAY = re.compile(
    rf"(?P<near>今天|今晚|明天|明早|明晚|后天|大后天|today|tomorrow)"
    rf"|(?P<next>下下?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])"
    rf"|(?P<days>{NUMBER})\s*(?P<unit>天|个?星期|周|个月)[之以]?后"
    rf"|(?P<month>{NUMBER})月(?P<day>{NUMBER})[日号]?"
    rf"|(?P<next_en>next\s+)?(?P<english>{'|'.join(ENGLISH_DAYS)})|in\s+(?P<in_days>\d{{1,3}})\s+days?",
    re.IGNORECASE,
)
HOUR = re.compile(
    rf"(?P<part>凌晨|早上|上午|中午|下午|傍晚|晚上|今晚|明晚)?\s*(?P<hour>{NUMBER})\s*(?:点|时|:|：)(?P<minute>半|一刻|三刻|\d{{1,2}})?"
)
NEAR = {"今天": 0, "今晚": 0, "today": 0, "明天": 1, "明早": 1, "明晚": 1, "tomorrow": 1, "后天": 2, "大后天": 3}
MINUTES = {"半": 30, "一刻": 15, "三刻": 45}
CLAUSE = re.compile(r"[，。；！？,;!?\n]")


@dataclass(frozen=True, slots=True)
class NextStep:
    """A guessed next step: what, when, whether a time of day was named, and the words it was read from."""

    name: str
    due_at: datetime
    all_day: bool
    words: str


def guess_next(text: str, now: datetime, zone: str) -> NextStep | None:
    """The next step named in `text`, or None. Past days are not next steps; a bare weekday is the coming one."""
    text = text[:2000]
    local = clock.local(now, zone)
    for found in DAY.finditer(text):
        day = _day(found, local.date())
        if day is None or day < local.date():
            continue
        hour = HOUR.search(text, found.start(), found.end() + 12)
        at = _time(hour) if hour else None
        if day == local.date() and at is None:
            continue
        due = clock.moment(day, at or time(18, 0), zone)
        if due <= now:
            continue
        return NextStep(_clause(text, found.start()), due, at is None, found.group())
    return None


def number(text: str) -> int:
    """An Arabic or Chinese number below a hundred."""
    if text.isdigit():
        return int(text)
    tens, _, ones = text.partition("十")
    if "十" in text:
        return (DIGITS.get(tens, 1) if tens else 1) * 10 + (DIGITS.get(ones, 0) if ones else 0)
    return DIGITS.get(text[:1], 0)


def _day(found: re.Match[str], today: date) -> date | None:
    parts = found.groupdict()
    if near := parts["near"]:
        return today + timedelta(days=NEAR[near.lower()])
    if weekday := parts["weekday"]:
        return _weekday(WEEKDAYS[weekday], today, len(parts["next"] or ""))
    if english := parts["english"]:
        return _weekday(ENGLISH_DAYS.index(english.lower()), today, 1 if parts["next_en"] else 0)
    if parts["days"] or parts["in_days"]:
        count = int(parts["in_days"]) if parts["in_days"] else number(parts["days"] or "")
        unit = parts["unit"] or "天"
        return today + timedelta(days=count * (30 if "月" in unit else 1 if unit == "天" else 7))
    try:
        day = date(today.year, number(parts["month"] or ""), number(parts["day"] or ""))
    except ValueError:
        return None
    return day if day >= today else day.replace(year=today.year + 1) if day.month < today.month - 6 else day


def _weekday(weekday: int, today: date, weeks: int) -> date:
    monday = today - timedelta(days=today.weekday())
    if weeks:
        return monday + timedelta(days=7 * weeks + weekday)
    ahead = (weekday - today.weekday()) % 7
    return today + timedelta(days=ahead or 7)


def _time(found: re.Match[str]) -> time | None:
    hour, part = number(found["hour"]), found["part"] or ""
    minute = MINUTES.get(found["minute"] or "", 0) or (int(found["minute"]) if (found["minute"] or "").isdigit() else 0)
    if hour < 12 and (part in ("下午", "傍晚", "晚上", "今晚", "明晚") or (not part and 1 <= hour <= 6)):
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _clause(text: str, start: int) -> str:
    """The clause that names the day, as the task's name."""
    before = max((m.end() for m in CLAUSE.finditer(text, 0, start)), default=0)
    after = CLAUSE.search(text, start)
    return text[before : after.start() if after else len(text)].strip()[:80]
