"""What is asked of activities: a person's open work, a customer's touches and tasks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from zhike.activities.models import Task, Touch
from zhike.kernel.actions import find
from zhike.kernel.actor import Actor
from zhike.kernel.models import with_names


def open_tasks(actor: Actor, *, owner_id: UUID | None = None) -> QuerySet[Task]:
    """Open tasks of a person, most pressing first; tasks without a date last."""
    found = Task.objects.visible_to(actor).filter(owner_id=owner_id or actor.user_id, done_at=None, archived_at=None)
    return found.select_related("party").order_by(F("due_at").asc(nulls_last=True), "-important", "id")


def task_counts(actor: Actor, now: datetime, end_of_day: datetime, start_of_day: datetime) -> dict[str, int]:
    """How many open tasks are overdue and due today, and how many were finished today."""
    return Task.objects.filter(owner_id=actor.user_id, archived_at=None).aggregate(
        overdue=Count("pk", filter=Q(done_at=None, due_at__lt=now)),
        today=Count("pk", filter=Q(done_at=None, due_at__lt=end_of_day)),
        open=Count("pk", filter=Q(done_at=None)),
        done=Count("pk", filter=Q(done_at__gte=start_of_day)),
    )


def task(pk: object, by: Actor, right: str = "task.view") -> Task:
    """The task behind an id; outside the actor's scope it does not exist (NotFound)."""
    found: Task = find(Task, pk, by, right=right)
    return found


def last_touches(party_id: UUID, actor: Actor, *, before: datetime | None = None, size: int = 30) -> list[Touch]:
    """A customer's touches before a moment, latest first, with who wrote them."""
    found = Touch.objects.visible_to(actor).filter(party_id=party_id, archived_at=None)
    if before is not None:
        found = found.filter(at__lt=before)
    return list(with_names(found, "owner", "person").order_by("-at", "-id")[:size])


def touches_of(party_id: UUID, actor: Actor, size: int = 30) -> QuerySet[Touch]:
    """A customer's touches, latest first."""
    return Touch.objects.visible_to(actor).filter(party_id=party_id, archived_at=None).order_by("-at", "-id")[:size]


def tasks_of(party_id: UUID, actor: Actor) -> QuerySet[Task]:
    """A customer's open tasks."""
    found = Task.objects.visible_to(actor).filter(party_id=party_id, done_at=None, archived_at=None)
    return with_names(found, "owner").order_by(F("due_at").asc(nulls_last=True), "id")
