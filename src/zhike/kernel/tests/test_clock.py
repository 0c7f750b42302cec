"""Days, zones and working hours, in the places where clocks misbehave."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.kernel.clock import (
    WorkingCalendar,
    business_day,
    day_bounds,
    days_between,
    display,
    display_day,
    moment,
    today,
    zone,
)
from zhike.kernel.errors import Invalid

ZONES = [
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "America/Sao_Paulo",
]


@pytest.mark.parametrize(
    ("name", "day", "clock", "utc"),
    [
        ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:30"),  # skipped: shown as 03:30
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),  # twice: the first
        ("Europe/London", date(2026, 3, 29), time(1, 30), "2026-03-29T01:30"),
        ("Europe/London", date(2026, 10, 25), time(1, 30), "2026-10-25T00:30"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45"),  # a jump of half an hour
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "2026-04-04T14:45"),
        ("Asia/Shanghai", date(1986, 7, 1), time(8), "1986-06-30T23:00"),  # summer time 1986–91
        ("Asia/Shanghai", date(1991, 12, 1), time(8), "1991-12-01T00:00"),
        ("Pacific/Kiritimati", date(2026, 1, 1), time(0), "2025-12-31T10:00"),  # UTC+14
    ],
)
def test_T86_a_time_on_a_wall_is_one_moment(name: str, day: date, clock: time, utc: str) -> None:
    assert moment(day, clock, name) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),  # midnight itself is skipped
        ("Asia/Shanghai", date(1988, 4, 17), 23),
        ("Asia/Shanghai", date(2026, 4, 17), 24),
        ("Pacific/Apia", date(2011, 12, 30), 0),  # a day that never was
    ],
)
def test_T86_a_day_is_as_long_as_it_is(name: str, day: date, hours: float) -> None:
    start, end = day_bounds(day, name)
    assert end - start == timedelta(hours=hours)


@given(st.datetimes(datetime(1970, 1, 2), datetime(2099, 1, 1), timezones=st.just(UTC)), st.sampled_from(ZONES))
def test_T86_every_moment_lies_in_its_own_day(at: datetime, name: str) -> None:
    start, end = day_bounds(business_day(at, name), name)
    assert start <= at < end


def test_T86_today_is_the_readers() -> None:
    at = datetime(2026, 6, 1, 10, 30, tzinfo=UTC)
    assert today("Pacific/Kiritimati", at=at) == date(2026, 6, 2)
    assert today("America/New_York", at=at) == date(2026, 6, 1)
    assert days_between(datetime(2026, 6, 1, 15, 59, tzinfo=UTC), datetime(2026, 6, 1, 16, tzinfo=UTC)) == 1
    assert days_between(date(2026, 6, 5), date(2026, 6, 1)) == -4


def test_an_unknown_zone_is_refused() -> None:
    for name in ("Mars/Olympus", "../etc/passwd", ""):
        with pytest.raises(Invalid):
            zone(name)


def test_times_are_shown_as_people_say_them() -> None:
    at = datetime(2026, 11, 16, 4, tzinfo=UTC)
    assert display(datetime(2026, 11, 16, 6, 5, tzinfo=UTC), lang="en", at=at) == "Today 14:05"
    assert display(datetime(2026, 11, 14, 16, 5, tzinfo=UTC), lang="en", at=at) == "Yesterday 00:05"
    assert display(datetime(2026, 11, 1, 6, 5, tzinfo=UTC), lang="en", at=at) == "11-01 14:05"
    assert display(datetime(2024, 11, 1, 6, 5, tzinfo=UTC), lang="en", at=at) == "2024-11-01"
    assert display_day(date(2026, 11, 17), date(2026, 11, 16), lang="en") == "Tomorrow"
    assert display_day(date(2026, 11, 20), date(2026, 11, 16)) == "11-20"


def test_holidays_and_make_up_days_are_known() -> None:
    calendar = WorkingCalendar()
    assert not calendar.is_working(date(2024, 10, 1))  # national day
    assert calendar.is_working(date(2024, 10, 12))  # a Saturday worked instead
    assert not calendar.is_working(date(2024, 10, 13))
    assert calendar.add_working_days(date(2024, 9, 30), 1) == date(2024, 10, 8)
    assert calendar.working_days_between(date(2024, 9, 30), date(2024, 10, 12)) == 5
    assert calendar.add_working_days(date(2024, 10, 8), -1) == date(2024, 9, 30)
    assert calendar.is_working(date(2050, 1, 3)), "a Monday beyond the decrees"


def test_own_exceptions_win() -> None:
    calendar = WorkingCalendar(exceptions={date(2024, 10, 1): True, date(2024, 10, 9): False})
    assert calendar.is_working(date(2024, 10, 1))
    assert calendar.next_working_day(date(2024, 10, 9)) == date(2024, 10, 10)


def test_working_hours_skip_nights_and_holidays() -> None:
    calendar = WorkingCalendar(hours=((time(9), time(12)), (time(13), time(18))))
    eve = datetime(2024, 9, 30, 9, tzinfo=UTC)  # 17:00 in Shanghai
    assert calendar.add_working_hours(eve, 1) == datetime(2024, 9, 30, 10, tzinfo=UTC)
    assert calendar.add_working_hours(eve, 2) == datetime(2024, 10, 8, 2, tzinfo=UTC)
    assert calendar.add_working_hours(eve, 5) == datetime(2024, 10, 8, 6, tzinfo=UTC)
    assert calendar.working_time_between(eve, datetime(2024, 10, 8, 6, tzinfo=UTC)) == timedelta(hours=5)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2025, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 200 * 60),
    st.sampled_from(ZONES),
)
def test_T86_hours_added_are_hours_worked(start: datetime, minutes: int, name: str) -> None:
    calendar = WorkingCalendar(zone=name, holidays="", hours=((time(1), time(4)), (time(9), time(18))))
    due = calendar.add_working_hours(start, timedelta(minutes=minutes))
    assert calendar.working_time_between(start, due) == timedelta(minutes=minutes)


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(Invalid):
        WorkingCalendar(weekend=frozenset(range(7)), holidays="").next_working_day(date(2024, 1, 1))
    with pytest.raises(Invalid):
        WorkingCalendar(hours=((time(9), time(8)),))
