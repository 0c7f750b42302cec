"""Time as people and offices keep it. Stored times are UTC; a day belongs to a zone; hours to a working calendar.

Nothing here reads the system's zone. `now()` is the only place that asks the clock; rules take it as an argument.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.errors import Invalid
from zhike.kernel.text import shorten

SHANGHAI: Final = "Asia/Shanghai"
_DAY: Final = timedelta(days=1)
_FARTHEST: Final = 3700  # days searched before a calendar without working days is given up


def now() -> datetime:
    """This moment, in UTC."""
    return timezone.now()


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone of this IANA name. Refuses what is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        message = gettext_lazy("“%(value)s” is no time zone. Give a name such as Asia/Shanghai.")
        raise Invalid("clock.zone", message % {"value": shorten(name)}) from error


def local(moment: datetime, zone_name: str) -> datetime:
    """The moment as the clocks in that zone show it."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return moment.astimezone(zone(zone_name))


def business_day(moment: datetime, zone_name: str = SHANGHAI) -> date:
    """The day the moment belongs to in that zone."""
    return local(moment, zone_name).date()


def today(zone_name: str = SHANGHAI, *, at: datetime | None = None) -> date:
    """The day it is in that zone (the actor's, or the organisation's)."""
    return business_day(at or now(), zone_name)


def moment(day: date, clock: time, zone_name: str = SHANGHAI) -> datetime:
    """When the clocks there show this time, in UTC.

    A time that occurs twice means its first occurrence; one that is skipped means as long after the jump as it would
    have been: 02:30 on the night the clocks go from 02:00 to 03:00 is 03:30.
    """
    return datetime.combine(day, clock, zone(zone_name)).replace(fold=0).astimezone(UTC)


def day_bounds(day: date, zone_name: str = SHANGHAI) -> tuple[datetime, datetime]:
    """The first moment of the day and the first one after it, in UTC: mostly 24 hours, 23 or 25 where clocks change.

    Where midnight is skipped the day starts with the jump, which is what `moment` makes of it.
    """
    return moment(day, time(0), zone_name), moment(day + _DAY, time(0), zone_name)


def days_between(earlier: datetime | date, later: datetime | date, zone_name: str = SHANGHAI) -> int:
    """Calendar days from one to the other in that zone; negative when the order is the other way."""
    return (_as_day(later, zone_name) - _as_day(earlier, zone_name)).days


def _as_day(value: datetime | date, zone_name: str) -> date:
    return business_day(value, zone_name) if isinstance(value, datetime) else value


def display(value: datetime, zone_name: str = SHANGHAI, *, lang: str | None = None, at: datetime | None = None) -> str:
    """今天 14:05, 昨天 09:00, 11-16 14:00, 2024-11-16: short, in the reader's zone and language."""
    shown = local(value, zone_name)
    with translation.override(lang or translation.get_language()):
        named = _named_day(shown.date(), today(zone_name, at=at))
    if named is None:
        this_year = shown.year == today(zone_name, at=at).year
        return shown.strftime("%m-%d %H:%M") if this_year else shown.date().isoformat()
    return f"{named} {shown:%H:%M}"


def display_day(day: date, on: date, *, lang: str | None = None) -> str:
    """今天, 昨天, 明天, 11-16, 2024-11-16, as seen on the day `on`."""
    named = None
    if abs(day - on) <= _DAY:  # only these have names, and only names need a language
        with translation.override(lang or translation.get_language()):
            named = _named_day(day, on)
    return named or (day.strftime("%m-%d") if day.year == on.year else day.isoformat())


def _named_day(day: date, on: date) -> str | None:
    match (day - on).days:
        case 0:
            return _("Today")
        case -1:
            return _("Yesterday")
        case 1:
            return _("Tomorrow")
    return None


@dataclass(frozen=True, slots=True)
class Decree:
    """What the State Council decreed for a day: whether it is worked, and the holiday by which it is otherwise than usual."""

    worked: bool
    holiday: str = ""  # its English name


@lru_cache(maxsize=20_000)
def chinese_decree(day: date) -> Decree | None:
    """The decree for that day; nothing where none is known yet."""
    import chinese_calendar

    try:
        off, holiday = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return None
    return Decree(not off, holiday or "")


Hours = tuple[time, time]


@dataclass(frozen=True)
class WorkingCalendar:
    """When an organisation works: hours of a working day, weekends, holidays with their make-up days, exceptions.

    `weekly` holds the hours of weekdays (Monday is 0) that have their own; others have `hours`. `exceptions` says of single
    days whether they are worked and wins over everything else. `holidays` is "CN" or "".
    """

    zone: str = SHANGHAI
    hours: Sequence[Hours] = ((time(9), time(18)),)
    weekly: Mapping[int, Sequence[Hours]] = field(default_factory=dict)
    weekend: frozenset[int] = frozenset({5, 6})
    holidays: str = "CN"
    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for hours in (self.hours, *self.weekly.values()):
            ends = [end for pair in hours for end in pair]
            if not ends or ends != sorted(set(ends)):
                raise Invalid("clock.hours", gettext_lazy("Working hours must follow each other without overlap."))

    def is_working(self, day: date) -> bool:
        """Whether the day is worked."""
        if day in self.exceptions:
            return self.exceptions[day]
        decree = self.decree(day)
        return decree.worked if decree is not None and decree.holiday else day.weekday() not in self.weekend

    def decree(self, day: date) -> Decree | None:
        """What is decreed for the day, where the organisation follows the decrees."""
        return chinese_decree(day) if self.holidays == "CN" else None

    def working_days(self, start: date, step: int = 1) -> Iterator[date]:
        """Working days from `start` on, it included; backwards with step −1."""
        day, idle = start, 0
        while idle < _FARTHEST:
            if self.is_working(day):
                idle = 0
                yield day
            idle += 1
            day += step * _DAY
        raise Invalid("clock.idle", gettext_lazy("The working calendar has no working days. Correct its exceptions."))

    def next_working_day(self, day: date) -> date:
        """The day itself when it is worked, else the next one that is."""
        return next(self.working_days(day))

    def add_working_days(self, day: date, count: int) -> date:
        """The working day that many working days later (or earlier); 0 is the next working day."""
        if count == 0:
            return self.next_working_day(day)
        days = self.working_days(day + _DAY if count > 0 else day - _DAY, 1 if count > 0 else -1)
        return next(found for index, found in enumerate(days, 1) if index == abs(count))

    def working_days_between(self, earlier: date, later: date) -> int:
        """Working days after `earlier` up to and including `later`."""
        return sum(self.is_working(earlier + index * _DAY) for index in range(1, (later - earlier).days + 1))

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """The stretches worked on a day, in UTC."""
        if not self.is_working(day):
            return []
        hours = self.weekly.get(day.weekday(), self.hours)
        return [(moment(day, start, self.zone), moment(day, end, self.zone)) for start, end in hours]

    def add_working_hours(self, start: datetime, hours: float | timedelta) -> datetime:
        """When so many hours have been worked after `start`, in UTC; rather at the end of a day than next morning."""
        left = hours if isinstance(hours, timedelta) else timedelta(hours=hours)
        if left < timedelta(0):
            raise ValueError("working hours are counted forwards")
        start = start.astimezone(UTC)
        for day in self.working_days(business_day(start, self.zone)):
            for opening, closing in self.spans(day):
                begin = max(opening, start)
                if begin < closing or (begin == closing and not left):
                    if left <= closing - begin:
                        return begin + left
                    left -= closing - begin
        raise AssertionError("working_days never ends quietly")

    def working_time_between(self, earlier: datetime, later: datetime) -> timedelta:
        """How long was worked between two moments."""
        first, last = business_day(earlier, self.zone), business_day(later, self.zone)
        total = timedelta(0)
        for index in range((last - first).days + 1):
            for opening, closing in self.spans(first + index * _DAY):
                total += max(min(closing, later) - max(opening, earlier), timedelta(0))
        return total
