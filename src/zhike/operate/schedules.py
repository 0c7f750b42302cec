"""Recurring work: rows that say when a job is due next, fired once by compare-and-set however many workers look."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from zhike.config.schedules import SCHEDULES
from zhike.identity.access import organisation
from zhike.kernel import clock, jobs
from zhike.kernel.actor import Actor
from zhike.kernel.models import Schedule


def next_after(cron: str, moment: datetime) -> datetime:
    """The next due moment, by the wall clock of the organisation's zone."""
    from croniter import croniter

    local = moment.astimezone(clock.zone(organisation().zone))
    found: datetime = croniter(cron, local).get_next(datetime)
    return found.astimezone(moment.tzinfo)


def arrange(now: datetime | None = None) -> None:
    """Rows as the table in `config/schedules.py` names them: new ones added, changed ones set anew, dropped ones removed."""
    now = now or timezone.now()
    Schedule.objects.exclude(name__in=list(SCHEDULES)).delete()
    held = dict(Schedule.objects.values_list("name", "cron"))
    for name, (cron, _job) in SCHEDULES.items():
        if held.get(name) == cron:
            continue
        values = {"cron": cron, "next_at": next_after(cron, now)}
        Schedule.objects.update_or_create(name=name, defaults=values)


def fire(now: datetime | None = None) -> list[str]:
    """Queue what is due. Runs that were missed while nothing was up are made up for once, not as often as they were missed."""
    now = now or timezone.now()
    fired = []
    for row in Schedule.objects.filter(next_at__lte=now, name__in=list(SCHEDULES)):
        with transaction.atomic():
            following = next_after(row.cron, now)
            mine = Schedule.objects.filter(name=row.name, next_at=row.next_at).update(next_at=following, last_at=now)
            if mine:
                jobs.enqueue(SCHEDULES[row.name][1], Actor.system(row.name))
                fired.append(row.name)
    return fired
