"""The working calendar as an administrator keeps it: hours of the week, single days with a reason, decrees underneath."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import pytest
from django.utils.translation import override

from zhike.identity import access, queries
from zhike.identity.actions.calendar import read_hours
from zhike.kernel.actions import run
from zhike.kernel.errors import Conflict, Forbidden, Invalid
from zhike.kernel.models import Event
from zhike.records.history import tell

if TYPE_CHECKING:
    from zhike.identity.testing import World

pytestmark = pytest.mark.django_db
CHIEF, HE = "沈嘉禾", "何永强"
HOME = "/settings/calendar/"


def act(world: World, name: str, **data: Any) -> Any:
    return run(name, by=world.actor(CHIEF), data=data).reply


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("9:00-12:00 13:30-18:00", [("09:00", "12:00"), ("13:30", "18:00")]),
        ("09：00至12：00，13:30～18:00", [("09:00", "12:00"), ("13:30", "18:00")]),
        ("", []),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: list[tuple[str, str]]) -> None:
    assert [tuple(f"{end:%H:%M}" for end in pair) for pair in read_hours(text, "monday")] == hours


@pytest.mark.parametrize(
    "text", ["九点到六点", "09:00", "9:00-25:00", "18:00-09:00", "9:00-12:00 11:00-18:00", "9:00-12:00 x"]
)
def test_hours_that_are_none_are_refused_at_their_day(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_hours(text, "friday")
    assert refused.value.field == "friday"


def test_each_weekday_has_its_own_hours_and_what_is_left_out_stays(world: World) -> None:
    act(world, "set_working_week", friday="09:00-12:00", saturday="10:00-16:00")
    calendar = access.working_calendar()
    assert calendar.weekly[4] == ((time(9), time(12)),) and calendar.weekly[0] == ((time(9), time(18)),)
    assert calendar.weekend == {6}
    friday = datetime(2026, 11, 27, 3, 30, tzinfo=UTC)  # 11:30 in Shanghai
    assert calendar.add_working_hours(friday, 1) == datetime(2026, 11, 28, 2, 30, tzinfo=UTC), "Saturday from ten"
    act(world, "set_working_week", saturday="")
    assert not access.working_calendar().is_working(date(2026, 11, 28))


def test_a_week_without_a_working_day_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        act(world, "set_working_week", monday="", tuesday="", wednesday="", thursday="", friday="")
    assert access.working_calendar().weekend == {5, 6}


def test_a_saturday_of_ones_own_week_is_worked_and_a_holiday_is_still_one(world: World) -> None:
    act(world, "set_working_week", saturday="09:00-12:00")
    calendar = access.working_calendar()
    assert calendar.is_working(date(2026, 11, 28))
    assert not calendar.is_working(date(2026, 10, 3)), "a Saturday of the national holiday"
    act(world, "set_working_week", country="")
    assert access.working_calendar().is_working(date(2026, 10, 3))


def test_a_day_is_given_off_worked_and_made_usual_again_each_told_in_the_ledger(world: World) -> None:
    act(world, "set_calendar_day", day="2026-11-30", worked=False, reason="公司年会")
    act(world, "set_calendar_day", day="2026-10-03", worked=True, reason="交付")
    calendar = access.working_calendar()
    assert (calendar.is_working(date(2026, 11, 30)), calendar.is_working(date(2026, 10, 3))) == (False, True)
    act(world, "set_calendar_day", day="2026-11-30")
    assert access.working_calendar().is_working(date(2026, 11, 30))
    with override("zh-hans"):
        rows = Event.objects.filter(type__startswith="calendar.").select_related("detail").order_by("id")
        told = [entry.text for entry in tell(rows, world.actor(CHIEF))]
    assert told == [
        "沈嘉禾把 2026-11-30 设为放假：公司年会", "沈嘉禾把 2026-10-03 设为上班：交付", "沈嘉禾把 2026-11-30 恢复为照常",
    ]  # fmt: skip
    with pytest.raises(Conflict):
        act(world, "set_calendar_day", day="2026-11-30")
    with pytest.raises(Invalid):
        act(world, "set_calendar_day", day="2026-11-30", worked=False, reason=" ")


def test_the_ledger_says_which_hours_became_which(world: World) -> None:
    act(world, "set_working_week", friday="09:00-12:00")
    with override("zh-hans"):
        rows = Event.objects.filter(type="calendar.week_set").select_related("detail")
        assert tell(rows, world.actor(CHIEF))[0].changes == (("星期五", "09:00-18:00", "09:00-12:00"),)


def test_the_organisations_page_and_its_action_leave_hours_and_days_alone(world: World) -> None:
    act(world, "set_working_week", friday="09:00-12:00")
    act(world, "set_calendar_day", day="2026-11-30", worked=False, reason="公司年会")
    before = access.organisation().calendar
    sent = {"name": "华澜电器", "language": "zh-hans", "zone": "Asia/Shanghai", "currency": "CNY"}
    assert world.client(CHIEF).post("/settings/organisation/", sent).status_code == 302
    act(world, "change_organisation", calendar={"country": "CN", "weekend": [5, 6]})
    assert access.organisation().calendar == before


def test_the_month_shows_holidays_shifted_days_and_exceptions_with_their_names(world: World) -> None:
    act(world, "set_calendar_day", day="2026-10-09", worked=False, reason="团建")
    days = {one.day: one for week in queries.month_of(date(2026, 10, 1)) for one in week}
    assert (min(days), max(days)) == (date(2026, 9, 28), date(2026, 11, 1))
    marks = {day: (days[day].mark, days[day].worked) for day in map(lambda n: date(2026, 10, n), (1, 8, 9, 10, 11))}
    assert list(marks.values()) == [("off", False), ("", True), ("off", False), ("worked", True), ("", False)]
    page = world.client(CHIEF).get(f"{HOME}?month=2026-10&day=2026-10-09").content.decode()
    assert "国庆节" in page and "团建" in page and 'value="2026-10-09"' in page


def test_the_page_sets_the_week_and_a_day_and_shows_what_was_refused(world: World) -> None:
    browser = world.client(CHIEF)
    week = {name: "09:00-18:00" for name in ("monday", "tuesday", "wednesday", "thursday")}
    assert browser.post(HOME, week | {"friday": "09:00-12:00", "country": "CN"}).status_code == 302
    assert access.week_of(access.working_calendar())["friday"] == "09:00-12:00"
    refused = browser.post(HOME, week | {"friday": "九点", "country": "CN"})
    assert refused.status_code == 422 and "“九点”" in refused.content.decode()
    day = {"day": "2026-11-30", "worked": "false", "reason": ""}
    refused = browser.post(f"{HOME}day/", day)
    assert refused.status_code == 422
    text = refused.content.decode()
    ways = (f'action="{HOME}day/"', f'action="{HOME}?month=2026-11"', f'href="{HOME}?month=2026-12"')
    assert [way for way in ways if way not in text] == []
    assert 'href="?' not in text, "from the address of the day's form there is no way to a month"
    assert browser.post(f"{HOME}day/", day | {"reason": "公司年会"})["Location"] == f"{HOME}?month=2026-11"
    assert browser.post(f"{HOME}day/", {"day": "2026-11-30", "worked": ""}).status_code == 302
    assert access.working_calendar().is_working(date(2026, 11, 30))


@pytest.mark.parametrize("query", ["?month=x", "?month=0001-01", "?month=2026-13&day=2026-02-31", "?day=9999-12-31"])
def test_a_month_that_is_none_shows_the_present_one(world: World, query: str) -> None:
    assert world.client(CHIEF).get(f"{HOME}{query}").status_code == 200


def test_a_year_that_nobody_has_decreed_yet_says_so(world: World) -> None:
    assert "2031" in world.client(CHIEF).get(f"{HOME}?month=2031-01").content.decode().partition("cal-head")[0]


def test_only_whoever_keeps_the_organisation_sets_its_calendar(world: World) -> None:
    assert world.client(HE).get(HOME).status_code == 403
    assert (
        world.client(HE).post(f"{HOME}day/", {"day": "2026-11-30", "worked": "false", "reason": "x"}).status_code == 403
    )
    with pytest.raises(Forbidden):
        run("set_calendar_day", by=world.actor(HE), data={"day": "2026-11-30", "worked": False, "reason": "x"})


def test_a_day_set_while_somebody_saves_the_organisation_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, chief = access.organisation, world.actor(CHIEF)

    def while_somebody_sets_a_day() -> Any:
        found = asked()
        monkeypatch.setattr(access, "organisation", asked)
        run("set_calendar_day", by=chief, data={"day": "2026-05-20", "worked": False, "reason": "厂庆"})
        return found

    monkeypatch.setattr(access, "organisation", while_somebody_sets_a_day)
    run("change_organisation", by=chief, data={"calendar": {"country": "CN", "weekend": [6]}})
    assert asked().calendar["days"] == {"2026-05-20": [False, "厂庆"]}
    assert asked().calendar["weekend"] == [6]
