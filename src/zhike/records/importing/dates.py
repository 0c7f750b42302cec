"""Days and moments as people write them, in Chinese and English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final, Literal

from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import Invalid
from zhike.kernel.text import shorten

Order = Literal["ymd", "dmy", "mdy"]

_DIGITS: Final = {char: str(value) for value, char in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "两": "2",
}
_CHINESE: Final = re.compile("[〇○零一二三四五六七八九十两]+")
_MONTH_NAMES: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS: Final = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_YEAR_FIRST: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?:日|号)?")
_ROC: Final = re.compile(r"民[国國](\d{1,3})年(\d{1,2})月(\d{1,2})[日号號]?")
_SHORT_CHINESE: Final = re.compile(r"(\d{2})年(\d{1,2})月(\d{1,2})[日号]?")
_COMPACT: Final = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_THREE: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_DAY_NAMED: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]*([a-z]{3})[a-z]*\.?,?[\s-]*(\d{4}|\d{2})")
_NAMED_DAY: Final = re.compile(r"([a-z]{3})[a-z]*\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s*(\d{4})")
_SERIAL: Final = re.compile(r"[2-7]\d{4}(\.\d+)?")
_WEEKDAY: Final = re.compile(
    r"[,(（]?\s*(?:(?:星期|周|週)[一二三四五六日天]|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?\b)[)）,]?"
)
_HALVES: Final = "上午|下午|中午|晚上|凌晨|早上|傍晚|am|pm"
_TIME: Final = re.compile(
    rf"(?:^|[\st])(?P<before>{_HALVES})?\s*(?P<hour>\d{{1,2}})(?::|时|点|點)(?:(?P<minute>\d{{1,2}})分?)?"
    r"(?:(?::|(?<=分))(?P<second>\d{1,2})秒?(?:[.,]\d{1,9})?)?"
    rf"\s*(?P<after>am|pm)?\s*(?P<zone>z|utc|gmt|[+-]\d{{2}}:?\d{{2}}|[+-]\d{{2}})?$"
)


@dataclass(frozen=True)
class DateOrder:
    """How a column writes days; `certain` is false when its values allow several readings."""

    order: Order
    certain: bool
    possible: tuple[Order, ...] = ()


def decide_order(texts: Iterable[str], *, default: Order = "dmy") -> DateOrder:
    """Decide from a column's values whether 03/04/2026 is 3 April or 4 March."""
    found = [match.groups() for text in texts if (match := _THREE.match(_plain(text)))]
    if not found:
        return DateOrder(default, True)
    possible = [each for each in _orders(default) if all(_try(each, a, b, c) for a, _sep, b, c in found)]
    if not possible:
        # No single reading fits them all; rows that do not fit the most frequent one are told.
        counted = [(sum(1 for a, _sep, b, c in found if _try(each, a, b, c)), each) for each in _orders(default)]
        return DateOrder(max(counted, key=lambda entry: entry[0])[1], False)
    return DateOrder(possible[0], len(possible) == 1, tuple(possible))


def _orders(default: Order) -> list[Order]:
    every: tuple[Order, ...] = ("dmy", "mdy", "ymd")
    return [default, *(each for each in every if each != default)]


def _try(order: Order, first: str, second: str, third: str) -> date | None:
    if order == "ymd":
        year, month, day = first, second, third
        if len(third) == 4 or len(first) != 2:
            return None
    else:
        year, month, day = third, *((second, first) if order == "dmy" else (first, second))
    try:
        return date(_full_year(year), int(month), int(day))
    except ValueError:
        return None


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) > 2:
        return year
    return 2000 + year if year < 69 else 1900 + year


def read_date(text: str, *, order: Order = "dmy") -> date:
    """The day a text names; a time behind it is dropped. Refuses days that do not exist and texts that name none."""
    plain = _plain(text)
    found = _TIME.search(plain)
    day, rest = _day(plain, order)
    if day is None or (rest and not (found and rest == found[0].strip(" t"))):
        raise _no_day(text)
    return day


def read_datetime(text: str, zone: tzinfo, *, order: Order = "dmy") -> datetime:
    """The moment a text names, in UTC; a text without a zone means clock time in `zone`, without a time midnight."""
    plain = _plain(text)
    found = _TIME.search(plain)
    if _SERIAL.fullmatch(plain):
        moment = datetime(1899, 12, 30) + timedelta(seconds=round(float(plain) * 86_400))
        return moment.replace(tzinfo=zone).astimezone(UTC)
    day, rest = _day(plain, order)
    if day is None or (rest and not (found and rest == found[0].strip(" t"))):
        raise _no_day(text)
    try:
        clock, own_zone = _clock(found) if found else (time(), None)
        return datetime.combine(day, clock, own_zone or zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _no_day(text) from error


def _clock(found: re.Match[str]) -> tuple[time, tzinfo | None]:
    hour, minute, second = int(found["hour"]), int(found["minute"] or 0), int(found["second"] or 0)
    half = found["before"] or found["after"] or ""
    if (half in ("下午", "晚上", "傍晚", "pm") and hour < 12) or (half == "中午" and hour < 3):
        hour += 12
    elif half in ("上午", "凌晨", "早上", "am") and hour == 12:
        hour = 0
    zone = found["zone"] or ""
    if not zone:
        return time(hour, minute, second), None
    if zone in ("z", "utc", "gmt"):
        return time(hour, minute, second), UTC
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return time(hour, minute, second), timezone(-offset if zone[0] == "-" else offset)


def _plain(text: str) -> str:
    """Half-width, lower case, Chinese numbers as digits, without days of the week."""
    plain = unicodedata.normalize("NFKC", text[:80]).strip().lower()
    plain = _WEEKDAY.sub(" ", plain) if not plain.isdigit() else plain
    if not plain.isascii():
        plain = _CHINESE.sub(_chinese_number, plain)
        plain = re.sub(r"\s*([年月日号号时点分秒])\s*", r"\1", plain)
        plain = re.sub(r"(?<=[日号])(?=[\d上下中晚凌早傍])", " ", plain)
        plain = re.sub(r"(?<=[时点])整|(?<=[点])半", lambda found: "30分" if found[0] == "半" else "", plain)
    return " ".join(plain.split())


def _chinese_number(found: re.Match[str]) -> str:
    text = found[0]
    if "十" not in text:
        return "".join(_DIGITS[char] for char in text)
    tens, _ten, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return text
    return str(int(_DIGITS[tens] if tens else 1) * 10 + int(_DIGITS[ones] if ones else 0))


def _day(plain: str, order: Order) -> tuple[date | None, str]:
    """The day at the beginning of the text, and what follows it."""
    if _SERIAL.fullmatch(plain):
        return date(1899, 12, 30) + timedelta(days=int(float(plain))), ""
    try:
        if found := (_YEAR_FIRST.match(plain) or _COMPACT.match(plain)):
            day: date | None = date(int(found[1]), int(found[2]), int(found[3]))
        elif found := _ROC.match(plain):
            day = date(int(found[1]) + 1911, int(found[2]), int(found[3]))
        elif found := _SHORT_CHINESE.match(plain):
            day = date(_full_year(found[1]), int(found[2]), int(found[3]))
        elif found := _THREE.match(plain):
            day = _try(order, found[1], found[3], found[4])
        elif (found := _DAY_NAMED.match(plain)) and found[2] in _MONTHS:
            day = date(_full_year(found[3]), _MONTHS[found[2]], int(found[1]))
        elif (found := _NAMED_DAY.match(plain)) and found[1] in _MONTHS:
            day = date(int(found[3]), _MONTHS[found[1]], int(found[2]))
        else:
            return None, ""
    except ValueError:
        return None, ""
    rest = plain[found.end() :]
    if rest[:1].isdigit():
        return None, ""
    return day, rest.strip(" t,")


def _no_day(text: str) -> Invalid:
    message = _("“%(value)s” is no date we understand. Write it as 2026-03-01.") % {"value": shorten(text)}
    return Invalid("import.date", message)
