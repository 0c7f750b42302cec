"""What activities do: log a touch with its next step, plan, finish, move and reopen tasks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.activities.events import TaskDone, TaskPostponed, TaskReopened, TouchLogged
from zhike.activities.models import Task, Touch
from zhike.activities.terms import COUNTS, Direction, TouchKind
from zhike.customers.actions import note_contact
from zhike.customers.models import Party
from zhike.identity.models import User
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, Invalid
from zhike.kernel.text import clean
from zhike.records.actions import created

Words = Annotated[str, Field(title=str(_("What happened")), json_schema_extra={"long": True})]


@action(right="touch.create", title=_("Log a touch"), icon="edit", tone="primary", undo="archive_touch")
def log_touch(
    party: Party,
    *,
    text: Words,
    kind: TouchKind = TouchKind.NOTE,
    at: datetime | None = None,
    direction: Direction = Direction.OUT,
    minutes: int | None = None,
    next_step: Annotated[str, Field(max_length=200)] = "",
    next_at: datetime | None = None,
    by: Actor,
) -> Touch:
    """Write down what happened with a customer, and what comes next; the next step becomes a task of the writer."""
    text = clean(text, 20_000)
    if not text and kind not in COUNTS:
        raise Invalid("missing", _("Write at least a word about what happened."), "text")
    moment = at or timezone.now()
    if moment > timezone.now() + timedelta(days=1):
        raise Invalid("future_touch", _("This lies in the future. Plan a task instead."), "at")
    touch = Touch.objects.create(
        party=party, kind=kind, text=text, at=moment, direction=direction, minutes=minutes,
        owner_id=by.user_id, created_by_id=by.user_id, team_id=by.team_id,
    )  # fmt: skip
    if kind in COUNTS:
        note_contact(party, kind=kind, at=moment, by=by)
    if next_step or next_at:
        _plan(party, next_step or _now("Follow up"), next_at, by=by, touch=touch)
    emit(
        TouchLogged(kind=kind, kind_label=str(TouchKind(kind).label), text=text, at=moment),
        subject=touch, by=by, customer_id=party.pk, label=party.name,
    )  # fmt: skip
    return touch


def _plan(party: Party, name: str, due_at: datetime | None, *, by: Actor, touch: Touch) -> Task:
    return plan_task(
        party,
        name=name,
        due_at=due_at,
        reason=_now("Named as the next step on %(day)s") % {"day": f"{touch.at:%m-%d}"},
        touch_id=touch,
        by=by,
    )


@action(right="task.create", title=_("Plan a task"), icon="checkbox", undo="archive_task")
def plan_task(
    party: Party,
    *,
    name: Annotated[str, Field(title=str(_("What to do")), min_length=1, max_length=200)],
    due_at: datetime | None = None,
    all_day: bool = False,
    owner: User | None = None,
    reason: Annotated[str, Field(max_length=400)] = "",
    important: bool = False,
    touch_id: Touch | None = None,
    by: Actor,
) -> Task:
    """Plan something to be done for a customer, for oneself or a colleague."""
    task = Task(
        party=party, name=clean(name, 200), due_at=due_at, all_day=all_day, reason=reason, important=important,
        touch=touch_id, owner_id=owner.pk if owner else by.user_id, team_id=owner.team_id if owner else by.team_id,
        created_by_id=by.user_id,
    )  # fmt: skip
    task.save(force_insert=True)
    created(task, by=by)
    return task


def _open(task: Any, actor: Actor) -> bool:
    return task.done_at is None


@action(right="task.edit", title=_("Done"), icon="check", tone="primary", bulk=True, undo="reopen_task", shown=_open)
def finish_task(task: Task, *, by: Actor) -> Task:
    """Finish a task."""
    if task.done_at is not None:
        raise Conflict("already_done", _("This task is done already."))
    now = timezone.now()
    task.change(done_at=now)
    late = task.due_at is not None and task.due_at < now
    emit(TaskDone(version=task.version, late=late), subject=task, by=by, customer_id=task.party_id, label=task.name)
    return task


@action(right="task.edit", title=_("Reopen"), icon="rotate", shown=lambda task, by: task.done_at is not None)
def reopen_task(task: Task, *, by: Actor) -> Task:
    """Open a finished task again."""
    if task.done_at is None:
        raise Conflict("not_done", _("This task is still open."))
    task.change(done_at=None)
    emit(TaskReopened(version=task.version), subject=task, by=by, customer_id=task.party_id, label=task.name)
    return task


@action(right="task.edit", title=_("Later"), icon="clock", bulk=True, shown=_open)
def postpone_task(task: Task, *, to: datetime, by: Actor) -> Task:
    """Move a task to a later time."""
    if task.done_at is not None:
        raise Conflict("already_done", _("This task is done already."))
    task.change(due_at=to)
    emit(TaskPostponed(version=task.version, to=to), subject=task, by=by, customer_id=task.party_id, label=task.name)
    return task
