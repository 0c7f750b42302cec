"""What is asked of files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from zhike.kernel.actor import Actor
from zhike.kernel.errors import NotFound
from zhike.kernel.models import Record
from zhike.kernel.screens import screens
from zhike.records.models import Attachment

SHOWN = 200
ICONS = {"image": "photo", "application/pdf": "file-type-pdf", "text": "file-text"}


def files_of(record: Record) -> list[Attachment]:
    """The files on a record, the latest first."""
    found = Attachment.objects.filter(record_id=record.pk, on=record.record_type)
    return list(found.select_related("blob").order_by("-id")[:SHOWN])


def file_at(record: Record, pk: UUID) -> Attachment:
    """A file of this very record."""
    found: Attachment | None = (
        Attachment.objects.filter(pk=pk, record_id=record.pk, on=record.record_type).select_related("blob").first()
    )
    if found is None:
        raise NotFound("file")
    return found


def panel_of_files(record: Record, actor: Actor) -> dict[str, Any]:
    """The panel of files."""
    screen = screens[record.record_type]
    base = f"/{screen.slug}/{record.pk}/"
    files = [
        {"id": f.pk, "name": f.name, "size": f.blob.size, "at": f.created_at, "url": f"{base}files/{f.pk}/"}
        for f in files_of(record)
    ]
    return {"files": files, "base": base, "allowed": record.within(actor, f"{screen.type}.edit")}
