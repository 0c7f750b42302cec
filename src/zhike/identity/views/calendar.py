"""The working calendar under Settings: a month with holidays and exceptions, a day's form, the hours of the week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.identity import access, forms, queries
from zhike.identity.actions.calendar import FIRST_YEAR, LAST_YEAR
from zhike.identity.views.pages import acted, done, page
from zhike.kernel import clock
from zhike.kernel.doors import ActorRequest, needs

HOME = "/settings/calendar/"


@needs("identity.organisation")
def month(request: ActorRequest) -> HttpResponse:
    """One month, and the hours of the week, which a POST sets."""
    week = week_form(request)
    if week.attempt(lambda values: acted(request, "set_working_week", **values)):
        return done(request, _("Saved."), request.get_full_path())
    chosen = _day(request.GET.get("day", ""))
    return shown(request, week, day_form(chosen) if chosen else None, week)


@needs("identity.organisation")
@require_POST
def day(request: ActorRequest) -> HttpResponse:
    """Say that a day is off or worked, or as usual again."""
    form = forms.DayForm(request.POST)
    if form.attempt(lambda values: acted(request, "set_calendar_day", **{k: v for k, v in values.items() if v})):
        return done(request, _("Saved."), f"{HOME}?month={request.POST['day'][:7]}")
    return shown(request, week_form(None), form, form)


def week_form(request: ActorRequest | None) -> forms.WeekForm:
    """The hours as they are, or as they were sent."""
    calendar = access.working_calendar()
    initial = access.week_of(calendar) | {"country": calendar.holidays}
    return forms.WeekForm(forms.posted(request) if request else None, initial=initial)


def day_form(chosen: date) -> forms.DayForm:
    """The form of a day as it is now."""
    worked, reason = access.organisation().calendar.get("days", {}).get(chosen.isoformat(), ("", ""))
    return forms.DayForm(initial={"day": chosen.isoformat(), "worked": str(worked).lower(), "reason": reason})


def shown(request: ActorRequest, week: Any, form: Any, judged: Any) -> HttpResponse:
    """The page, with the status of the form that was judged."""
    chosen = _day(form["day"].value()) if form else None
    asked = _day(f"{request.GET.get('month', '')}-01") or chosen or clock.today(access.organisation().zone)
    first, calendar = asked.replace(day=1), access.working_calendar()
    around = {
        "week": week, "day_form": form, "chosen": chosen, "first": first, "weeks": queries.month_of(first),
        "before": first - timedelta(days=1), "after": (first + timedelta(days=31)).replace(day=1), "here": HOME,
        "back": f"{HOME}?month={first:%Y-%m}",
        "today": clock.today(calendar.zone), "undecreed": calendar.holidays and calendar.decree(first) is None,
    }  # fmt: skip
    return page(request, "identity/settings/calendar.html", judged, **around)


def _day(text: str) -> date | None:
    """The day in ISO form, where there is one that a calendar shows."""
    try:
        found = date.fromisoformat(str(text))
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
