"""The customer page: one timeline of touches and changes, open tasks, warnings, what the printed brief says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhike.activities.queries import last_touches, tasks_of
from zhike.activities.terms import ICONS, Direction, TouchKind
from zhike.customers.queries import merged_ids, name_of_merged
from zhike.desk.terms import UNTOUCHED_DAYS
from zhike.identity.queries import shares_of
from zhike.kernel import clock
from zhike.kernel.actor import Actor
from zhike.kernel.composed import composed
from zhike.kernel.events import kinds
from zhike.kernel.models import Event
from zhike.records.history import tell

if TYPE_CHECKING:
    from zhike.customers.models import Party

ALL, TOUCHES, CHANGES = "all", "touches", "changes"
PAGE = 30
TOLD_ELSEWHERE = ("touch.logged", "touch.created")  # the touches themselves stand in the timeline


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline."""

    at: datetime
    icon: str
    title: str
    text: str = ""
    by: str = ""
    url: str = ""
    tags: tuple[dict[str, str], ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()


def timeline(
    party: Party, actor: Actor, *, show: str = ALL, before: datetime | None = None, size: int = PAGE
) -> tuple[list[Line], str]:
    """Touches and changes in one, latest first, of the customer and of those merged into it; where the next page begins, or ""."""
    lines: list[Line] = []
    if show != CHANGES and actor.can("touch.view"):
        lines += [_touched(touch, party.pk) for touch in last_touches(party, actor, before=before, size=size + 1)]
    if show != TOUCHES:
        lines += _changed([party.pk, *merged_ids(party.pk)], actor, before, size + 1)
    lines.sort(key=lambda line: line.at, reverse=True)
    more = lines[size - 1].at.isoformat() if len(lines) > size else ""
    return lines[:size], more


def _touched(touch: Any, party_id: UUID) -> Line:
    kind = TouchKind(touch.kind)
    title = str(kind.label)
    if touch.minutes:
        title += " " + _("%(n)s min") % {"n": touch.minutes}
    other = touch.party if touch.person_id == party_id else touch.person
    if other is not None:
        title += _(": %(name)s") % {"name": other.name}
    tags = ({"label": str(_("From the customer")), "tone": "acc"},) if touch.direction == Direction.IN else ()
    text = touch.text
    if kind is TouchKind.NOTE and other is None and "\n" not in text and len(text) < 60:
        title, text = text, ""
    by = touch.owner.name if touch.owner else ""
    return Line(touch.at, ICONS[kind], title, text, by, f"/touches/{touch.pk}/", tags)


def _changed(party_ids: Sequence[UUID], actor: Actor, before: datetime | None, size: int) -> list[Line]:
    rows = _events(tuple(party_ids), before, size=size)
    return [Line(e.at, e.icon, e.text, by="", changes=e.changes) for e in tell(rows, actor)]


@composed
def _events(parties: tuple[UUID, ...], before: datetime | None, *, size: int) -> QuerySet[Event]:
    unseen = [name for name, kind in kinds.items() if not kind.shown]
    found = Event.objects.filter(customer_id__in=parties).exclude(type__in=[*unseen, *TOLD_ELSEWHERE])
    if before is not None:
        found = found.filter(at__lt=before)
    return found.select_related("detail").order_by("-id")[:size]


def tasks(party_id: UUID, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Open tasks with their day and its tone."""
    if not actor.can("task.view"):
        return []
    found = []
    for task in tasks_of(party_id, actor):
        late = task.due_at is not None and task.due_at < now
        day = clock.business_day(task.due_at, actor.zone) if task.due_at else None
        today = clock.business_day(now, actor.zone)
        tone = "red" if late and day != today else "amb" if day == today else ""
        shown = clock.display_day(day, today) if day else "—"
        found.append({"task": task, "day": shown, "tone": tone, "owner": task.owner.name if task.owner else ""})
    return found


@dataclass(frozen=True, slots=True)
class Warning:
    """Something to know before getting in touch."""

    tone: str
    icon: str
    claim: str
    text: str = ""
    reason: str = ""


def warnings(party: Any, actor: Actor, now: datetime) -> list[Warning]:
    """What stands in the way, the gravest first."""
    found = []
    if party.merged_into_id:
        found.append(Warning("amb", "git-merge", _("Merged"), _("This record was merged into another one.")))
    elif party.archived_at:
        found.append(Warning("amb", "trash", _("In the bin"), _("Lists and search leave this customer out.")))
    if party.do_not_contact:
        text = _("Calls, messages and mail are not wanted; answer only what they ask.")
        found.append(Warning("red", "hand-stop", _("Do not contact"), text))
    if party.pool_id:
        found.append(Warning("acc", "pool", _("In the public pool"), party.pool.name, party.pool_reason))
    return found


def arrived_from(party: Any, pk: Any) -> list[Warning]:
    """Said to whoever asked for a record that was merged into this one."""
    name = name_of_merged(party.pk, pk) if pk else ""
    text = _("You asked for “%(name)s”, which was merged into this customer.") % {"name": name}
    return [Warning("acc", "git-merge", _("Merged"), text)] if name else []


def risks(party: Any, actor: Actor, now: datetime) -> list[str]:
    """What the brief names as risks: only what the data says."""
    found = [
        _("%(claim)s: %(text)s") % {"claim": w.claim, "text": w.text}
        for w in warnings(party, actor, now)
        if w.tone == "red"
    ]
    overdue = [row for row in tasks(party.pk, actor, now) if row["tone"] == "red"]
    if overdue:
        found.append(ngettext("%(n)s task is overdue", "%(n)s tasks are overdue", len(overdue)) % {"n": len(overdue)})
    wanted = UNTOUCHED_DAYS.get(party.level, UNTOUCHED_DAYS[""])
    days = clock.days_between(party.last_touch_at or party.created_at, now, actor.zone)
    if days > wanted:
        found.append(_("No touch for %(n)s days; wanted every %(wanted)s days") % {"n": days, "wanted": wanted})
    return found


def collaborators(party: Any) -> list[str]:
    """Names of those who were let in on this customer."""
    return [share.user.name for share in shares_of(party)]


def guess_reply(step: Any, now: datetime, zone: str) -> Mapping[str, Any]:
    """A guessed next step as the composer shows it."""
    local = clock.local(step.due_at, zone)
    shown = clock.display_day(local.date(), clock.business_day(now, zone))
    return {
        "name": step.name,
        "at": local.strftime("%Y-%m-%dT%H:%M"),
        "shown": shown if step.all_day else f"{shown} {local:%H:%M}",
        "all_day": step.all_day,
        "words": step.words,
    }
