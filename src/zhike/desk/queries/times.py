"""The usual times a task is put off to."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils.translation import gettext as _

from zhike.kernel import clock

MORNING, AFTERNOON = time(9, 0), time(14, 0)


def presets(now: datetime, zone: str) -> list[dict[str, str]]:
    """In an hour, this afternoon, tomorrow, the day after, next Monday, in a week: whatever still lies ahead."""
    day = clock.business_day(now, zone)
    hour = (now + timedelta(hours=1)).replace(second=0, microsecond=0)
    monday = day + timedelta(days=7 - day.weekday())
    found = [
        (_("In an hour"), hour),
        (_("This afternoon"), clock.moment(day, AFTERNOON, zone)),
        (_("Tomorrow morning"), clock.moment(day + timedelta(days=1), MORNING, zone)),
        (_("The day after tomorrow"), clock.moment(day + timedelta(days=2), MORNING, zone)),
        (_("Next Monday"), clock.moment(monday, MORNING, zone)),
        (_("In a week"), clock.moment(day + timedelta(days=7), MORNING, zone)),
    ]
    if monday <= day + timedelta(days=2):  # said by a nearer name already
        del found[4]
    return [
        {"label": label, "to": at.isoformat(), "shown": clock.display(at, zone, at=now)}
        for label, at in found
        if at > now
    ]
