"""Today: what one person should do now, today and when there is time, each with its reason. A bounded number of queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import reduce
from itertools import count
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from zhike.activities.queries import open_tasks, task_counts
from zhike.customers.pool.queries import about_to_fall
from zhike.customers.values.birthdays import Birthday, names_of_day
from zhike.desk.terms import (
    BIRTHDAY_DAYS,
    CALL_WORDS,
    FALLS_SOON,
    MOST_BIRTHDAYS,
    MOST_TASKS,
    MOST_UNTOUCHED,
    SOON,
    UNTOUCHED_DAYS,
    VISIT_WORDS,
    WEEK,
)  # fmt: skip
from zhike.kernel import clock
from zhike.kernel.actor import Actor
from zhike.kernel.composed import composed
from zhike.kernel.errors import Invalid
from zhike.kernel.models import Event, Sight
from zhike.kernel.screens import screens

NOW, TODAY, LATER = "now", "today", "later"
RANKS = {"A": 0, "B": 1, "C": 2, "D": 3, "": 4}


@dataclass(frozen=True, slots=True)
class Moment:
    """The time and day as the reader's clocks show them."""

    now: datetime
    zone: str

    @property
    def day(self) -> date:
        """The day it is there."""
        return clock.business_day(self.now, self.zone)

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """When the day began and when it ends."""
        return clock.day_bounds(self.day, self.zone)


@dataclass(frozen=True, slots=True)
class Job:
    """One line of Today: what to do for whom, why, until when, and its one button."""

    group: str
    icon: str
    title: str
    url: str
    customer_id: UUID | None
    customer: str = ""
    kind: str = ""
    level: str = ""
    due: str = ""
    due_tone: str = ""
    reason: str = ""
    go_label: str = ""
    go_icon: str = ""
    go_url: str = ""
    go_post: str = ""
    later_url: str = ""
    at: datetime | None = None
    hot: bool = False
    go_css: str = ""  # "pri" on the first line of all
    no: int = 0

    @property
    def customer_url(self) -> str:
        """The page of its customer."""
        return f"/customers/{self.customer_id}/" if self.customer_id else ""

    @property
    def go_dialog(self) -> bool:
        """Whether the button opens a sheet."""
        return self.go_url.startswith("/log/")


Source = Callable[[Actor, Moment], Iterable[Job]]


def task_jobs(actor: Actor, moment: Moment) -> Iterable[Job]:
    """The person's open tasks, up to a week ahead and those without a date."""
    for task in open_tasks(actor, before=moment.bounds[1] + WEEK, size=MOST_TASKS):
        yield _task_job(task, moment)


def _task_job(task: Any, moment: Moment) -> Job:
    group, due, tone = _pressing(task, moment)
    party = task.party
    job = Job(
        group=group,
        icon=_icon(task.name),
        title=task.name,
        url=f"/tasks/{task.pk}/",
        customer_id=party.pk if party else None,
        customer=party.name if party else "",
        kind=party.kind if party else "",
        level=party.level if party else "",
        due=due,
        due_tone=tone,
        reason=task.reason,
        later_url=f"/later/{task.pk}/",
        at=task.due_at,
        hot=tone == "red",
    )
    if party and any(word in task.name.lower() for word in CALL_WORDS):
        go = f"/log/?customer={party.pk}&kind=call&task={task.pk}"
        return replace(job, go_label=_("Call"), go_icon="phone", go_url=go)
    return replace(job, go_label=_("Done"), go_icon="check", go_post=f"/done/{task.pk}/")


def _icon(name: str) -> str:
    lower = name.lower()
    if any(word in lower for word in CALL_WORDS):
        return "phone-call"
    return "map-pin" if any(word in lower for word in VISIT_WORDS) else "checkbox"


def _pressing(task: Any, moment: Moment) -> tuple[str, str, str]:
    """The group of a task, and its due tag with tone."""
    due = task.due_at
    if due is None:
        return (TODAY if task.important else LATER), "", ""
    day, end = clock.business_day(due, moment.zone), moment.bounds[1]
    if day < moment.day:
        days = (moment.day - day).days
        return NOW, _("overdue by %(n)s d") % {"n": days}, "red"
    if due < end and task.all_day:
        return (NOW if task.important else TODAY), _("by tonight"), ""
    shown = clock.local(due, moment.zone)
    if due < moment.now:
        return NOW, _("since %(time)s") % {"time": f"{shown:%H:%M}"}, "red"
    if due - moment.now <= SOON:
        return NOW, _("in %(time)s") % {"time": span(due - moment.now)}, "amb"
    if due < end:
        return TODAY, f"{shown:%H:%M}", "acc"
    text = clock.display_day(day, moment.day)
    return LATER, text if task.all_day else f"{text} {shown:%H:%M}", ""


def span(length: timedelta) -> str:
    """1 h 50 min, in words."""
    minutes = max(1, int(length.total_seconds() // 60))
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    return _("%(h)s h %(m)s min") % {"h": minutes // 60, "m": minutes % 60}


def birthday_jobs(actor: Actor, moment: Moment) -> Iterable[Job]:
    """Birthdays of one's own customers in the coming week, by the solar and the lunar calendar."""
    found = []
    for row in _born(actor.user_id, day=moment.day, sight=_sight(actor)):
        when = _celebrated(row, moment.day)
        if when is not None and (when - moment.day).days <= BIRTHDAY_DAYS:
            found.append((when, row))
    for when, row in sorted(found, key=lambda pair: (pair[0], pair[1].pk))[:MOST_BIRTHDAYS]:
        yield _birthday_job(row, when, moment)


@composed
def _born(person: UUID | None, *, day: date, sight: Sight) -> QuerySet[Any]:
    days = [day + timedelta(days=n) for n in range(BIRTHDAY_DAYS + 1)]
    pairs = {pair for one in days for pair in names_of_day(one)}
    wanted = reduce(or_, (Q(birthday_lunar=lu, birthday_month=m, birthday_day=d) for lu, m, d in sorted(pairs)))
    rows: QuerySet[Any] = _own(person, sight).filter(wanted, do_not_contact=False)
    return rows.order_by("id")[: 4 * MOST_BIRTHDAYS]


def _celebrated(row: Any, on: date) -> date | None:
    try:
        known = Birthday(row.birthday_month, row.birthday_day, None, row.birthday_lunar)
    except Invalid:
        return None
    return known.next_occurrence(on)


def _birthday_job(row: Any, when: date, moment: Moment) -> Job:
    calendar = _("lunar calendar") if row.birthday_lunar else _("solar calendar")
    text = row.birthday_text or f"{row.birthday_month}-{row.birthday_day}"
    return Job(
        group=TODAY if when == moment.day else LATER,
        icon="cake",
        title=_("Wish %(name)s a happy birthday") % {"name": row.shown_name},
        url=f"/customers/{row.pk}/",
        customer_id=row.pk,
        customer=row.name,
        kind=row.kind,
        level=row.level,
        due=clock.display_day(when, moment.day),
        due_tone="acc" if when == moment.day else "",
        reason=_("Birthday %(text)s, by the %(calendar)s") % {"text": text, "calendar": calendar},
        go_label=_("Message"),
        go_icon="message-circle",
        go_url=f"/log/?customer={row.pk}&kind=message",
    )


def untouched_jobs(actor: Actor, moment: Moment) -> Iterable[Job]:
    """One's own customers nobody was in touch with for longer than their level wants, and without a next step."""
    before = tuple(moment.now - timedelta(days=days) for days in UNTOUCHED_DAYS.values())
    for row in _untouched(actor.user_id, before, sight=_sight(actor)):
        yield _untouched_job(row, moment)


@composed
def _untouched(person: UUID | None, before: tuple[datetime, ...], *, sight: Sight) -> QuerySet[Any]:
    late = reduce(or_, map(_late, UNTOUCHED_DAYS, before))
    rows: QuerySet[Any] = _own(person, sight).filter(late, next_step="", do_not_contact=False)
    return rows.order_by("level", F("last_touch_at").asc(nulls_first=True), "id")[: 3 * MOST_UNTOUCHED]


def _late(level: str, before: datetime) -> Q:
    return Q(level=level) & (Q(last_touch_at__lt=before) | Q(last_touch_at=None, created_at__lt=before))


def _untouched_job(row: Any, moment: Moment) -> Job:
    wanted = UNTOUCHED_DAYS.get(row.level, UNTOUCHED_DAYS[""])
    last = row.last_touch_at
    days = clock.days_between(last or row.created_at, moment.now, moment.zone)
    if last is None:
        reason = _("No touch since it was created %(n)s days ago; wanted every %(wanted)s days")
    else:
        reason = _("Last touch %(n)s days ago; wanted every %(wanted)s days at this level")
    return Job(
        group=LATER,
        icon="activity",
        title=_("Get in touch: nothing for %(n)s days") % {"n": days},
        url=f"/customers/{row.pk}/",
        customer_id=row.pk,
        customer=row.name,
        kind=row.kind,
        level=row.level,
        reason=reason % {"n": days, "wanted": wanted},
        go_label=_("Call"),
        go_icon="phone",
        go_url=f"/log/?customer={row.pk}&kind=call",
    )


def _sight(actor: Actor) -> Sight:
    found: Sight = screens["party"].model_class.sight_of(actor)
    return found


def _own(person: UUID | None, sight: Sight) -> Any:
    return screens["party"].model_class.objects.in_sight(sight).filter(owner=person, archived_at=None, merged_into=None)


def falling_jobs(actor: Actor, moment: Moment) -> Iterable[Job]:
    """One's own customers that a public pool is about to take back, with the rule that does it."""
    for party, state in about_to_fall(actor, moment.now):
        days = state.days_left or 0
        yield Job(
            group=NOW if days <= 1 else TODAY if days <= FALLS_SOON else LATER,
            icon="pool",
            title=_("Get in touch before the pool takes it back"),
            url=f"/customers/{party.pk}/",
            customer_id=party.pk,
            customer=party.name,
            kind=party.kind,
            level=party.level,
            due=_("in %(n)s d") % {"n": days},
            due_tone="red" if days <= 1 else "amb",
            reason=state.reason,
            go_label=_("Call"),
            go_icon="phone",
            go_url=f"/log/?customer={party.pk}&kind=call",
            hot=days <= 1,
        )


#: what fills Today; a capability that knows of further work has its function named here
SOURCES: tuple[Source, ...] = (task_jobs, falling_jobs, birthday_jobs, untouched_jobs)


@dataclass(frozen=True, slots=True)
class Day:
    """Today as one person sees it."""

    groups: tuple[tuple[str, str, list[Job]], ...]
    counts: dict[str, int]
    agenda: list[Job]

    @property
    def jobs(self) -> int:
        """How many lines there are."""
        return sum(len(jobs) for _name, _title, jobs in self.groups)

    @property
    def first(self) -> int:
        """How many of them are for now."""
        return len(self.groups[0][2])

    @property
    def rest(self) -> int:
        """How many can wait a little."""
        return self.jobs - self.first

    @property
    def texts(self) -> dict[str, str]:
        """The counts as text, so that a nought is shown too."""
        return {"jobs": str(self.jobs)} | {name: str(number) for name, number in self.counts.items()}


def day_of(actor: Actor, now: datetime, sources: Sequence[Source] | None = None) -> Day:
    """Everything Today shows of one person. A customer named by a task is not named again by a softer reason."""
    moment = Moment(now, actor.zone)
    jobs: list[Job] = []
    named: set[UUID] = set()
    for source in sources if sources is not None else SOURCES:
        found = [job for job in source(actor, moment) if job.customer_id is None or job.customer_id not in named]
        named |= {job.customer_id for job in found if job.customer_id}
        jobs += found[:MOST_UNTOUCHED] if source is untouched_jobs else found
    titles = ((NOW, _("Now")), (TODAY, _("Today")), (LATER, _("When there is time")))
    ordered = [(name, title, _ordered([j for j in jobs if j.group == name], now)) for name, title in titles]
    numbers = count(1)
    groups = tuple((name, title, [_numbered(job, next(numbers)) for job in lines]) for name, title, lines in ordered)
    agenda = [job for job in jobs if job.at and job.later_url and job.due and _timed(job, moment)]
    return Day(
        groups, task_counts(actor, now, moment.bounds[1], moment.bounds[0]), sorted(agenda, key=lambda j: j.at or now)
    )


def _numbered(job: Job, number: int) -> Job:
    return replace(job, no=number, go_css="pri" if number == 1 else "")


def _timed(job: Job, moment: Moment) -> bool:
    start, end = moment.bounds
    return bool(job.at and start <= job.at < end and clock.local(job.at, moment.zone).time() != time(18, 0))


def _ordered(jobs: list[Job], now: datetime) -> list[Job]:
    far = now + timedelta(days=3650)
    return sorted(jobs, key=lambda job: (job.at or far, RANKS.get(job.level, 4), job.title))


def lately(actor: Actor, size: int = 6) -> list[dict[str, Any]]:
    """The customers this person worked on last, by the ledger."""
    worked: dict[UUID, datetime] = {}
    for pk, at in _worked_on(actor.user_id):
        worked.setdefault(pk, at)
    ids = tuple(worked)[: size + 4]
    found = {row.pk: row for row in _these(ids, sight=_sight(actor))}
    return [{"party": found[pk], "url": f"/customers/{pk}/", "at": worked[pk]} for pk in ids if pk in found][:size]


@composed
def _worked_on(person: UUID | None) -> QuerySet[Event, Any]:
    rows = Event.objects.filter(actor_id=person, customer_id__isnull=False).order_by("-id")
    return rows.values_list("customer_id", "at")[:80]


def sees_nobody(actor: Actor) -> bool:
    """Whether there is no customer for this person yet, as on the first day of a company."""
    return not screens["party"].model_class.objects.in_sight(_sight(actor)).filter(archived_at=None).exists()


@composed
def _these(parties: tuple[UUID, ...], *, sight: Sight) -> QuerySet[Any]:
    parties_in_sight = screens["party"].model_class.objects.in_sight(sight)
    found: QuerySet[Any] = parties_in_sight.filter(pk__in=parties, archived_at=None, merged_into=None)
    return found.only("name", "short_name", "kind", "level")
