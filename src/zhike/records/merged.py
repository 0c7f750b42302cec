"""Records that became one: whose story a record tells, and where one that went into another is found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from zhike.kernel.actor import Actor
from zhike.kernel.errors import Moved
from zhike.kernel.models import Record
from zhike.kernel.screens import Screen, screens


def told_by(record: Record) -> list[UUID]:
    """Whose events are the record's story: its own, and those of records that were merged into it."""
    screen = screens.get(record.record_type)
    return [record.pk, *(screen.merging.absorbed(record.pk) if screen and screen.merging else ())]


def survivor_at(screen: Screen, actor: Actor, record: Record) -> Any:
    """The record into which this one was merged, where the actor may see it."""
    return screen.merging.survivor(record, actor) if screen.merging else None


def go_on(screen: Screen, actor: Actor, record: Record) -> None:
    """Lead whoever asks for a merged record to its survivor (Moved)."""
    if (survivor := survivor_at(screen, actor, record)) is not None:
        name, into = getattr(record, screen.title), getattr(survivor, screen.title)
        raise Moved(str(name), str(into), f"/api/{screen.slug}/{survivor.pk}", str(survivor.pk))
