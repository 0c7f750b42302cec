"""What is asked of comments and tags."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from django.db.models import Count
from django.utils import timezone

from zhike.kernel.actor import Actor
from zhike.kernel.models import Record
from zhike.kernel.screens import Kind, Screen, screens
from zhike.records.history import names_of_people
from zhike.records.models import Comment, Tag
from zhike.records.queries import tags_on

SHOWN = 50
UNDO_TIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Said:
    """A comment as it is read."""

    id: UUID
    who: str
    text: str
    at: datetime
    mine: bool  # and still fresh enough to change
    changed: bool


def comments_of(record: Record, actor: Actor, now: datetime | None = None) -> list[Said]:
    """The comments on a record, the oldest first."""
    now = now or timezone.now()
    found = Comment.objects.filter(record_id=record.pk, on=record.record_type, archived_at=None).order_by("-id")[:SHOWN]
    rows = list(found)[::-1]
    names = names_of_people({row.author_id for row in rows if row.author_id})
    return [
        Said(
            row.pk, names.get(row.author_id, ""), row.text, row.created_at,
            row.author_id == actor.user_id and now - row.created_at <= UNDO_TIME, row.version > 1,
        )
        for row in rows
    ]  # fmt: skip


def panel_of_comments(record: Record, actor: Actor) -> dict[str, Any]:
    """The panel of comments."""
    screen = screens[record.record_type]
    allowed = record.within(actor, f"{screen.type}.comment")
    base = f"/{screen.slug}/{record.pk}/"
    return {"comments": comments_of(record, actor), "base": base, "allowed": allowed, "type": screen.type}


def panel_of_tags(record: Record, actor: Actor) -> dict[str, Any]:
    """The panel of tags."""
    screen = screens[record.record_type]
    tags = tags_on(record)
    allowed = record.within(actor, f"{screen.type}.edit")
    return {"tags": tags, "base": f"/{screen.slug}/{record.pk}/", "allowed": allowed, "slug": screen.slug}


def tag_list(screen: Screen) -> list[dict[str, Any]]:
    """The tags of a type, how many records carry each, and the list of those records."""
    found = Tag.objects.filter(on=screen.type).annotate(used=Count("taggings")).order_by("folded")
    column = next((c.name for c in screen.columns if c.kind is Kind.TAGS), "")
    return [{"pk": t.pk, "name": t.name, "used": t.used, "url": _address(screen, column, t.name)} for t in found]


def _address(screen: Screen, column: str, name: str) -> str:
    given = {"all": [{"field": column, "op": "any_of", "value": [name]}]} if column else {}
    return f"/{screen.slug}/?{urlencode({'filter': orjson.dumps(given).decode()})}" if given else f"/{screen.slug}/"
