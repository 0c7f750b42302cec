"""Background work under the rights of whoever asked for it, as they are when it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.module_loading import autodiscover_modules, import_string
from django_tasks import task
from django_tasks.base import Task

from zhike.kernel.actor import Actor


class Work(Protocol):
    """A job's function: the actor first, then plain JSON data."""

    def __call__(self, by: Actor, **data: Any) -> Any: ...


works: dict[str, Callable[..., Any]] = {}


def job(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register background work under a stable name; it is called as work(actor, **data)."""

    def register(work: Callable[..., Any]) -> Callable[..., Any]:
        works[name] = work
        return work

    return register


@task()
def perform(name: str, user_id: str, data: dict[str, Any]) -> None:
    """Run one job: the actor is resolved anew, so a right that was taken away meanwhile is gone here too."""
    by = actor_of(UUID(user_id)) if user_id else Actor.system(name)
    with translation.override(by.language):
        known(name)(by.at("job"), **data)


def known(name: str) -> Callable[..., Any]:
    """The work of that name; a process that never ran any reads every capability's `tasks` first."""
    if name not in works:
        autodiscover_modules("tasks")
    return works[name]


def actor_of(user_id: UUID) -> Actor:
    """The actor for a user id, by the resolver that identity provides (settings.ACTOR_RESOLVER)."""
    resolved: Actor = import_string(settings.ACTOR_RESOLVER)(user_id)
    return resolved


def enqueue(name: str, by: Actor, **data: Any) -> str:
    """Put work into the queue, after the running transaction commits; the answer is the job's id."""
    queued: Task[Any, Any] = perform
    return str(queued.enqueue(name, str(by.user_id or ""), data).id)
