"""Putting files on records and taking them off."""

from __future__ import annotations

import mimetypes
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, NotFound
from zhike.kernel.models import Record
from zhike.records.everywhere import everywhere, leave
from zhike.records.exporting.writing import safe_file_name
from zhike.records.files import store
from zhike.records.models import Attachment

MOST_ON_A_RECORD = 200


@everywhere(right="edit", title=_("Add a file"), icon="paperclip", doors="web api cli job import")
def attach_file(
    record: Record, *, upload: str, name: Annotated[str, Field(max_length=400)], by: Actor
) -> dict[str, Any]:
    """Put an uploaded file on a record; `upload` is the ticket that storing it gave."""
    blob = store.redeem(upload, by)
    store.within_quota(by, blob.size)
    if Attachment.objects.filter(record_id=record.pk).count() >= MOST_ON_A_RECORD:
        raise Conflict(
            "too_many_files", _("A record has at most %(n)s files. Remove some first.") % {"n": MOST_ON_A_RECORD}
        )
    shown = safe_file_name(name)[:200]
    kind = mimetypes.guess_type(shown)[0] or "application/octet-stream"
    row = Attachment.objects.create(
        on=record.record_type, record_id=record.pk, blob=blob, name=shown, media_type=kind[:80], by_id=by.user_id
    )
    leave("file_added", record, by=by, personal={"file": shown}, payload={"attachment": str(row.pk), "size": blob.size})
    return {"id": str(row.pk), "name": shown, "size": blob.size}


@everywhere(right="edit", title=_("Remove the file"), icon="file", doors="web api cli")
def remove_file(record: Record, *, file: UUID, by: Actor) -> dict[str, Any]:
    """Take a file off a record; its bytes go when no other record has them."""
    row = Attachment.objects.filter(pk=file, record_id=record.pk, on=record.record_type).first()
    if row is None:
        raise NotFound("file")
    row.delete()
    store.release(row.blob_id)
    leave("file_removed", record, by=by, personal={"file": row.name}, payload={"attachment": str(file)})
    return {}
