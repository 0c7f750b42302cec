"""What is asked of activities: a person's open work, a customer's touches and tasks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from zhike.activities.models import Task, Touch
from zhike.kernel.actions import find
from zhike.kernel.actor import Actor
from zhike.kernel.composed import composed
from zhike.kernel.models import Sight, with_names

if TYPE_CHECKING:
    from zhike.customers.models import Party

WHOSE = ("party", "person")  # each has an index of its own


def open_tasks(actor: Actor, *, before: datetime, size: int) -> list[Task]:
    """A person's open tasks that are due before a moment or have no date, the most pressing first."""
    return _open_tasks(actor.user_id, before, sight=Task.sight_of(actor), size=size)


@composed
def _open_tasks(person: UUID | None, before: datetime, *, sight: Sight, size: int) -> QuerySet[Task]:
    found = Task.objects.in_sight(sight).filter(owner=person, done_at=None, archived_at=None)
    found = found.filter(Q(due_at=None) | Q(due_at__lt=before)).select_related("party")
    return found.order_by(F("due_at").asc(nulls_last=True), "-important", "id")[:size]


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


def last_touches(party: Party, actor: Actor, *, before: datetime | None = None, size: int = 30) -> list[Touch]:
    """A customer's touches before a moment, latest first, with who wrote them; of a person also those with them elsewhere."""
    sight = Touch.sight_of(actor)
    ways = WHOSE if party.is_person else WHOSE[:1]
    found = [touch for whose in ways for touch in _touches(party.pk, before, sight=sight, size=size, whose=whose)]
    return sorted(found, key=lambda touch: (touch.at, touch.pk), reverse=True)[:size]


@composed
def _touches(party: UUID, before: datetime | None, *, sight: Sight, size: int, whose: str) -> QuerySet[Touch]:
    found = Touch.objects.in_sight(sight).filter(**{whose: party}, archived_at=None)
    if before is not None:
        found = found.filter(at__lt=before)
    return with_names(found, "owner", "person", "party").order_by("-at", "-id")[:size]


def touches_of(party_id: UUID, actor: Actor, size: int = 30) -> QuerySet[Touch]:
    """A customer's touches, latest first."""
    return Touch.objects.visible_to(actor).filter(party_id=party_id, archived_at=None).order_by("-at", "-id")[:size]


def tasks_of(party_id: UUID, actor: Actor, size: int = 20) -> list[Task]:
    """A customer's open tasks, the most pressing first."""
    return _tasks(party_id, sight=Task.sight_of(actor), size=size)


@composed
def _tasks(party: UUID, *, sight: Sight, size: int) -> QuerySet[Task]:
    found = Task.objects.in_sight(sight).filter(party=party, done_at=None, archived_at=None)
    return with_names(found, "owner").order_by(F("due_at").asc(nulls_last=True), "id")[:size]
