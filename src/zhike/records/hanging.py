"""What hangs on a record by its id alone, and goes with it for good."""

from __future__ import annotations

from zhike.kernel.models import Record
from zhike.records.files import store
from zhike.records.models import Attachment, Comment, Tagging


def remove_everything(record: Record) -> None:
    """Files, comments and tags of a record that is removed for good (call within its transaction)."""
    files = Attachment.objects.filter(record_id=record.pk, on=record.record_type)
    blobs = set(files.values_list("blob_id", flat=True))
    files.delete()
    for blob_id in blobs:
        store.release(blob_id)
    Comment.objects.filter(record_id=record.pk, on=record.record_type).delete()
    Tagging.objects.filter(record_id=record.pk).delete()
