"""What is asked of notices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from zhike.kernel.actor import Actor
from zhike.kernel.composed import composed
from zhike.records import notices
from zhike.records.models import Notice

MOST_COUNTED = 99
PAGE = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as it is read."""

    id: UUID
    text: str
    icon: str
    tone: str
    url: str
    at: datetime
    unread: bool


def unread(actor: Actor) -> int:
    """How many notices wait, counted no further than 99."""
    if actor.user_id is None:
        return 0
    return len(_unread(actor.user_id))


@composed
def _unread(person: UUID) -> QuerySet[Notice, UUID]:
    return Notice.objects.filter(user=person, read_at=None).values_list("pk", flat=True)[:MOST_COUNTED]


def notices_of(actor: Actor, before: str = "") -> list[Told]:
    """The latest notices of a person."""
    found = Notice.objects.filter(user=actor.user_id).order_by("-id")
    if before:
        found = found.filter(pk__lt=UUID(before))
    return [tell(notice) for notice in found[:PAGE]]


def tell(notice: Notice) -> Told:
    """A notice in the reader's language."""
    known = notices.kinds.get(notice.kind)
    icon, tone = (known.icon, known.tone) if known else ("bell", "")
    return Told(notice.pk, notices.sentence(notice), icon, tone, notice.url, notice.at, notice.read_at is None)
