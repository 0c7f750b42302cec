"""Birthdays by the solar or the lunar calendar, with or without a year, and when they come round."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import Invalid
from zhike.kernel.text import shorten

_MONTHS: Final = ("", "正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
_DIGITS: Final = "〇一二三四五六七八九十"
_LUNAR_YEARS: Final = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class Birthday:
    """A day of a month, by one of two calendars; `year` (of the same calendar) when it is known.

    29 February is kept on the 28th in common years; the 30th of a lunar month on the 29th when the month is short; a
    leap month in the leap month when the year has it, otherwise in the ordinary one.
    """

    month: int
    day: int
    year: int | None = None
    lunar: bool = False
    leap: bool = False

    def __post_init__(self) -> None:
        if self.lunar:
            fits = 1 <= self.month <= 12 and 1 <= self.day <= 30
            if fits and self.year is not None:
                fits = self.year in _LUNAR_YEARS and _lunar(self.year, self.month, self.day, self.leap) is not None
        else:
            fits = not self.leap and _solar(self.year or 2000, self.month, self.day) is not None
        if not fits:
            message = _("There is no such day: %(value)s. Check the month and the day.")
            value = "-".join(str(part) for part in (self.year, self.month, self.day) if part is not None)
            raise Invalid("birthday.day", message % {"value": value})

    def next_occurrence(self, after: date) -> date:
        """The first celebration on that day or after it."""
        return next(day for day in self._celebrations(after.year - 1) if day >= after)

    def is_on(self, day: date) -> bool:
        """Whether it is celebrated on that day."""
        return self.next_occurrence(day) == day

    def age_on(self, day: date) -> int | None:
        """Full years on that day, when the year is known and not in the future."""
        born = self.solar()
        if born is None or born > day:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def solar(self) -> date | None:
        """The day of birth by the solar calendar, when the year is known."""
        if self.year is None:
            return None
        return (
            _lunar(self.year, self.month, self.day, self.leap) if self.lunar else date(self.year, self.month, self.day)
        )

    def _celebrations(self, year: int) -> Iterator[date]:
        while year <= date.max.year:
            if not self.lunar:
                day = _solar(year, self.month, self.day) or date(year, 2, 28)
            elif year in _LUNAR_YEARS:
                day = self._lunar_celebration(year)
            else:
                return
            yield day
            year += 1

    def _lunar_celebration(self, year: int) -> date:
        tries = [(self.day, self.leap), (self.day - 1, self.leap), (self.day, False), (self.day - 1, False)]
        found = (_lunar(year, self.month, day, leap) for day, leap in tries if day and (day == self.day or day == 29))
        return next(day for day in found if day is not None)

    def __str__(self) -> str:
        """农历八月十五, 农历闰六月初一, 1990-05-01, 05-01."""
        if self.lunar:
            year = f"{self.year}年" if self.year else ""
            return f"农历{year}{'闰' if self.leap else ''}{_MONTHS[self.month]}月{_lunar_day(self.day)}"
        return f"{self.year:04}-{self.month:02}-{self.day:02}" if self.year else f"{self.month:02}-{self.day:02}"


def _solar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _lunar(year: int, month: int, day: int, leap: bool) -> date | None:
    from borax.calendars.lunardate import LunarDate

    try:
        found: date = LunarDate(year, month, day, int(leap)).to_solar_date()
    except ValueError:
        return None
    return found


def _lunar_day(day: int) -> str:
    if day in {10, 20, 30}:
        return {10: "初十", 20: "二十", 30: "三十"}[day]
    return ("初", "十", "廿")[day // 10] + _DIGITS[day % 10]


_NUMERIC: Final = re.compile(r"(?:(\d{4})[-/.年 ]{1,2})?(\d{1,2})[-/.月 ]{1,2}(\d{1,2})[日号]?")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_WRITTEN: Final = re.compile(
    r"(?:(\d{4})年)?(闰)?([正一二三四五六七八九十冬腊]{1,2})月"
    r"(?:初|(廿|卅))?([一二三四五六七八九十]{0,3})[日号]?"
)
_LUNAR_MARK: Final = re.compile(r"[（(]?(?:农历|阴历|旧历|農曆|陰曆)[)）]?[:： ]?")
_SOLAR_MARK: Final = re.compile(r"^(?:公历|阳历|新历|國曆|公曆)[:： ]?")


def parse_birthday(text: str) -> Birthday:
    """1990-05-01, 5月1日, 19900501, 农历八月十五, 1976年闰八月初八, 农历 1976-08-08."""
    plain = unicodedata.normalize("NFKC", text[:60]).strip()
    bare = _LUNAR_MARK.sub("", plain, count=1).strip()
    lunar = bare != plain
    bare = _SOLAR_MARK.sub("", bare).replace("閏", "闰").replace("臘", "腊").strip()
    leap = bare.startswith("闰") and lunar
    if found := _NUMERIC.fullmatch(bare.removeprefix("闰")) or _COMPACT.fullmatch(bare):
        year, month, day = found.groups()
        return Birthday(int(month), int(day), int(year) if year else None, lunar, leap)
    if found := _WRITTEN.fullmatch(bare):
        return _from_written(found, lunar, text)
    raise _bad(text)


def _from_written(found: re.Match[str], lunar: bool, text: str) -> Birthday:
    year, leap, month, tens, ones = found.groups()
    marked = "初" in found[0] or bool(tens) or bool(leap) or month in {"正", "冬", "腊"}
    number = _chinese_number(ones) + {"廿": 20, "卅": 30}.get(tens, 0)
    months = {"正": 1, "冬": 11, "腊": 12}
    named = months.get(month) or _chinese_number(month)
    if not 1 <= named <= 12 or not number:
        raise _bad(text)
    return Birthday(named, number, int(year) if year else None, lunar or marked, bool(leap))


def _chinese_number(text: str) -> int:
    """一 → 1, 十五 → 15, 三十 → 30."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.index(text) if len(text) == 1 and text in _DIGITS else 0
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return (_DIGITS.index(tens) if tens else 1) * 10 + (_DIGITS.index(ones) if ones else 0)


def _bad(text: str) -> Invalid:
    message = _("“%(value)s” is no birthday. Write it as 1990-05-01, or 农历八月十五.")
    return Invalid("birthday.unknown", message % {"value": shorten(text)})


def days_until(birthday: Birthday, on: date) -> int:
    """How many days until it is celebrated again; 0 on the day itself."""
    return (birthday.next_occurrence(on) - on) // timedelta(days=1)


def names_of_day(day: date) -> list[tuple[bool, int, int]]:
    """Which birthdays may be celebrated on that day, as (lunar, month, day): what a database is asked for.

    More than are: whether one really is celebrated then says `Birthday.is_on`.
    """
    from borax.calendars.lunardate import LunarDate

    found = [(False, day.month, day.day)]
    if (day.month, day.day) == (2, 28):
        found.append((False, 2, 29))
    if day.year in _LUNAR_YEARS:
        lunar = LunarDate.from_solar_date(day.year, day.month, day.day)
        found.append((True, lunar.month, lunar.day))
        if lunar.day == 29:
            found.append((True, lunar.month, 30))
    return found
