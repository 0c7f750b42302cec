"""The working calendar: hours of each weekday, and single days that are otherwise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.identity import access, events
from zhike.identity.terms import WEEKDAYS
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.clock import Hours
from zhike.kernel.errors import Conflict, Invalid
from zhike.kernel.refusals import shorten
from zhike.kernel.text import clean

STRETCH = re.compile(r"(\d{1,2}):(\d\d) *- *(\d{1,2}):(\d\d)")
FIRST_YEAR, LAST_YEAR = 2000, 2099
DayHours = Annotated[str | None, Field(max_length=80)]
Reason = Annotated[str, Field(title=_("Reason"), max_length=80)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekDraft:
    """The hours of each weekday as people write them, 09:00-12:00 13:00-18:00; None stays, "" is a day off."""

    monday: DayHours = None
    tuesday: DayHours = None
    wednesday: DayHours = None
    thursday: DayHours = None
    friday: DayHours = None
    saturday: DayHours = None
    sunday: DayHours = None
    country: Annotated[str | None, Field(pattern="^(CN|)$", title=_("Public holidays of"))] = None


def read_hours(text: str, field: str) -> list[Hours]:
    """The stretches of a day, one after the other, in whatever signs people put between them."""
    plain = clean(text, 80).translate(str.maketrans("：–—~～至到", ":------"))
    try:
        found = [(time(int(a), int(b)), time(int(c), int(d))) for a, b, c, d in STRETCH.findall(plain)]
    except ValueError:
        found = []
    if (plain.strip() and not found) or STRETCH.sub("", plain).strip(" ,，、;；"):
        message = _("“%(value)s” cannot be read as hours. Write them as 09:00-12:00 13:00-18:00.")
        raise Invalid("calendar.hours", message % {"value": shorten(text)}, field)
    ends = [end for pair in found for end in pair]
    if ends != sorted(set(ends)):
        raise Invalid("clock.hours", _("Working hours must follow each other without overlap."), field)
    return found


@action(right="identity.organisation", title=_("Set the working week"), icon="calendar-time", doors="web api cli")
def set_working_week(draft: WeekDraft, *, by: Actor) -> dict[str, Any]:
    """Say which hours are worked on each weekday, and whose public holidays are kept."""
    row = access.locked_organisation()
    before = access.week_of(access.calendar_of(row))
    week = {name: before[name] if (given := getattr(draft, name)) is None else given for name in WEEKDAYS}
    hours = {place: read for place, name in enumerate(WEEKDAYS) if (read := read_hours(week[name], name))}
    if not hours:
        raise Invalid("weekend", _("At least one day of the week must be a working day."), "monday")
    country = row.calendar.get("country", "CN") if draft.country is None else draft.country
    row.calendar |= {
        "country": country,
        "weekend": sorted(set(range(len(WEEKDAYS))) - hours.keys()),
        "hours": {str(place): [[f"{end:%H:%M}" for end in pair] for pair in read] for place, read in hours.items()},
    }
    row.save(update_fields=["calendar"])
    after = access.week_of(access.calendar_of(row))
    changes = {name: [before[name], after[name]] for name in WEEKDAYS if before[name] != after[name]}
    emit(events.WorkingWeekSet(country=country), by=by, changes=changes)
    return {"country": country, **after}


@action(right="identity.organisation", title=_("Set a day"), icon="calendar-event", doors="web api cli")
def set_calendar_day(*, day: date, worked: bool | None = None, reason: Reason = "", by: Actor) -> dict[str, Any]:
    """Say that a single day is off, or worked, and why; without `worked` it is as usual again."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Invalid("calendar.day", _("Choose a day between 2000 and 2099."), "day")
    row, reason = access.locked_organisation(), clean(reason, 80)
    days = dict(row.calendar.get("days", {}))
    before = days.pop(day.isoformat(), None)
    if worked is None and before is None:
        raise Conflict("calendar.usual", _("This day is as usual already."))
    if worked is not None and not reason:
        raise Invalid("missing", _("Say why, so that everybody knows."), "reason")
    told: object = events.DayAsUsual(day=day.isoformat())
    if worked is not None:
        days[day.isoformat()] = [worked, reason]
        told = (events.DayWorked if worked else events.DayOff)(day=day.isoformat(), reason=reason)
    row.calendar |= {"days": dict(sorted(days.items()))}
    row.save(update_fields=["calendar"])
    emit(told, by=by)
    return {"day": day.isoformat(), "worked": access.calendar_of(row).is_working(day)}
