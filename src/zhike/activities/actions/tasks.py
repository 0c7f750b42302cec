"""Plan, finish, move and reopen tasks. The earliest open one is what lists show as the customer's next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from django.apps import apps
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.activities.events import TaskDone, TaskPostponed, TaskReopened
from zhike.activities.models import Task, Touch
from zhike.customers.actions import set_next_step
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict
from zhike.kernel.screens import screens
from zhike.kernel.text import clean
from zhike.records.actions import (
    archive,
    by_column,
    created,
    custom_change,
    model_values,
    restore,
    spread_custom,
    updated,
    write_custom,
)

if TYPE_CHECKING:
    from zhike.customers.models import Party
    from zhike.identity.models import User
else:
    Party, User = apps.get_model("customers.Party"), apps.get_model("identity.User")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDraft:
    """A task as somebody plans it; without an owner it is their own."""

    name: Annotated[str, Field(title=_("What to do"), min_length=1, max_length=200)]
    due_at: Annotated[datetime | None, Field(title=_("Due"))] = None
    all_day: Annotated[bool, Field(title=_("All day"))] = False
    owner: Annotated[User | None, Field(title=_("Owner"))] = None
    reason: Annotated[str, Field(title=_("Reason"), max_length=400)] = ""
    important: Annotated[bool, Field(title=_("Important"))] = False


@action(right="task.create", title=_("Plan a task"), icon="calendar-plus", undo="archive_task")
def plan_task(party: Party, draft: TaskDraft, *, by: Actor) -> Task:
    """Plan something to be done for a customer, for oneself or a colleague."""
    return _plan({f.name: getattr(draft, f.name) for f in fields(draft)} | {"party": party}, by=by)


@action(right="task.create", title=_("Plan the next step"), icon="calendar-plus", undo="archive_task")
def plan_next_step(
    touch: Touch,
    *,
    name: Annotated[str, Field(title=_("What to do"), min_length=1, max_length=200)],
    due_at: Annotated[datetime | None, Field(title=_("Due"))] = None,
    all_day: Annotated[bool, Field(title=_("All day"))] = False,
    reason: Annotated[str, Field(title=_("Reason"), max_length=400)] = "",
    by: Actor,
) -> Task:
    """Plan what follows from a touch, as a task of one's own."""
    values = {"name": name, "party": touch.party, "due_at": due_at, "all_day": all_day, "reason": reason}
    return _plan(values | {"touch": touch}, by=by)


def _plan(values: Mapping[str, Any], *, by: Actor) -> Task:
    owner = values.get("owner")
    task = Task(
        party=values.get("party"),
        name=clean(values["name"], 200),
        due_at=values.get("due_at"),
        all_day=bool(values.get("all_day")),
        reason=clean(values.get("reason") or "", 400),
        important=bool(values.get("important")),
        touch=values.get("touch"),
        owner_id=owner.pk if owner else by.user_id,
        team_id=owner.team_id if owner else by.team_id,
        created_by_id=by.user_id,
    )
    write_custom(screens["task"], task, dict(values))
    task.save(force_insert=True)
    created(task, by=by)
    show_next_step(task, by)
    return task


def show_next_step(task: Task, by: Actor) -> None:
    """Tell the customer's list row what comes next. Without the right to edit the customer the row is left alone."""
    party = task.party
    if party is None or not party.within(by, "party.edit"):
        return
    open_ones = Task.objects.filter(party=party, done_at=None, archived_at=None)
    first = open_ones.order_by(F("due_at").asc(nulls_last=True), "id").first()
    name, due = (first.name, first.due_at) if first else ("", None)
    if (party.next_step, party.next_step_at) != (name, due):
        set_next_step(party, text=name, at=due, by=by)


def _open(task: Any, actor: Actor) -> bool:
    return task.done_at is None and task.archived_at is None


@action(right="task.edit", title=_("Done"), icon="check", tone="primary", bulk=True, undo="reopen_task", shown=_open)
def finish_task(task: Task, *, by: Actor) -> Task:
    """Finish a task."""
    if task.done_at is not None:
        raise Conflict("already_done", _("This task is done already."))
    now = timezone.now()
    task.change(done_at=now)
    late = task.due_at is not None and task.due_at < now
    emit(TaskDone(version=task.version, late=late), subject=task, by=by, customer_id=task.party_id, label=task.name)
    show_next_step(task, by)
    return task


def _done(task: Any, actor: Actor) -> bool:
    return task.done_at is not None


@action(right="task.edit", title=_("Reopen"), icon="rotate-clockwise", shown=_done, undo="finish_task")
def reopen_task(task: Task, *, by: Actor) -> Task:
    """Open a finished task again."""
    if task.done_at is None:
        raise Conflict("not_done", _("This task is still open."))
    task.change(done_at=None)
    emit(TaskReopened(version=task.version), subject=task, by=by, customer_id=task.party_id, label=task.name)
    show_next_step(task, by)
    return task


@action(right="task.edit", title=_("Later"), icon="clock", bulk=True, undo="undo", shown=_open)
def postpone_task(task: Task, *, to: Annotated[datetime, Field(title=_("New time"))], by: Actor) -> Task:
    """Move a task to another time."""
    if task.done_at is not None:
        raise Conflict("already_done", _("This task is done already."))
    changes = task.change(due_at=to)
    told = TaskPostponed(version=task.version, to=to)
    emit(told, subject=task, by=by, customer_id=task.party_id, label=task.name, changes=changes)
    show_next_step(task, by)
    return task


def _in_use(task: Any, actor: Actor) -> bool:
    return task.archived_at is None


@action(right="task.archive", title=_("Into the bin"), icon="trash", bulk=True, undo="restore_task", shown=_in_use)
def archive_task(task: Task, *, by: Actor) -> Task:
    """Put a task into the bin."""
    archive(task, by=by)
    show_next_step(task, by)
    return task


def _in_bin(task: Any, actor: Actor) -> bool:
    return task.archived_at is not None


@action(right="task.restore", title=_("Restore"), icon="arrow-back-up", bulk=True, shown=_in_bin)
def restore_task(task: Task, *, by: Actor) -> Task:
    """Take a task back from the bin."""
    restore(task, by=by)
    show_next_step(task, by)
    return task


def create_task_row(values: Mapping[str, Any], *, by: Actor) -> Task:
    """Writer of the standard action `create_task`: what form, API and import end in."""
    return _plan(values, by=by)


def update_task_row(task: Task, values: Mapping[str, Any], *, by: Actor) -> Task:
    """Writer of the standard action `update_task`."""
    screen = screens["task"]
    changes = task.change(**model_values(screen, dict(values)), **custom_change(screen, task, dict(values)))
    updated(task, by_column(screen, spread_custom(changes)), by=by)
    show_next_step(task, by)
    return task
