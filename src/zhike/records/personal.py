"""One person's data wherever they stand beside the record itself: what hangs on it, and the records that are about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import CharField, TextField

from zhike.kernel.models import Record
from zhike.kernel.screens import Kind, Screen, screens
from zhike.records import search
from zhike.records.hanging import remove_everything
from zhike.records.models import Attachment, Comment, Tag, Tagging
from zhike.records.queries import tags_of

FREE = (Kind.TEXT, Kind.LONG_TEXT, Kind.URL, Kind.EMAIL, Kind.PHONE)
GONE = "—"


def hanging_on(record: Record) -> dict[str, Any]:
    """Comments, tags and names of files of a record, and every record about it, as plain data."""
    found: dict[str, Any] = _hanging(record)
    for screen, row in _about(record):
        found.setdefault(screen.slug, []).append(_plain(row) | _hanging(row))
    return found


def forget(record: Record) -> None:
    """Erase them: what hangs goes; records about it stay as facts without their words (call within a transaction)."""
    tags = _tags_of(record.pk)
    for screen, row in _about(record):
        tags |= _tags_of(row.pk)
        remove_everything(row)
        row.change(custom={}, **_blank(screen, row))
        search.forget(row)
    remove_everything(record)
    Tag.objects.filter(pk__in=tags).exclude(pk__in=Tagging.objects.values("tag")).delete()


def _about(record: Record) -> Iterator[tuple[Screen, Any]]:
    for screen in screens.values():
        if screen.party and screen.type != record.record_type:
            for row in screen.model_class._base_manager.filter(**{screen.party: record.pk}):
                yield screen, row


def _hanging(record: Record) -> dict[str, Any]:
    comments = Comment.objects.filter(record_id=record.pk, on=record.record_type).values("text", "created_at")
    files = Attachment.objects.filter(record_id=record.pk, on=record.record_type).values("name", "created_at")
    return {
        "comments": [{key: str(value) for key, value in row.items()} for row in comments],
        "files": [{key: str(value) for key, value in row.items()} for row in files],
        "tags": tags_of([record.pk]).get(record.pk, []),
    }


def _plain(row: Any) -> dict[str, Any]:
    return {f.attname: value for f in row._meta.concrete_fields if (value := str(getattr(row, f.attname)))}


def _blank(screen: Screen, row: Any) -> dict[str, str]:
    """Every field that holds free words, emptied; the one that names the record keeps a mark."""
    fields = {f.name: f for f in row._meta.concrete_fields if isinstance(f, CharField | TextField) and not f.choices}
    blank = {c.orm: "" for c in screen.columns if c.kind in FREE and not c.custom and c.orm in fields and not c.choices}
    return blank | ({screen.title: GONE} if screen.title in fields and screen.title in blank else {})


def _tags_of(record_id: UUID) -> set[Any]:
    return set(Tagging.objects.filter(record_id=record_id).values_list("tag_id", flat=True))
