"""Where bytes lie: taken in piece by piece, once each by their digest; never served by name, never by type."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import IO, Any
from uuid import UUID

from django.core import signing
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, Invalid, TooLarge
from zhike.records.models import Attachment, Blob

MOST_BYTES = 25 * 1024 * 1024
QUOTA = 2 * 1024 * 1024 * 1024  # of one person
TICKET_AGE = 3600
SALT = "zhike.records.files"
ORPHAN_AGE = timedelta(hours=6)
# what runs when somebody opens it; not kept, whatever the file is called
PROGRAMS = frozenset({
    "exe", "com", "bat", "cmd", "scr", "pif", "msi", "msp", "dll", "cpl", "hta", "jse", "vbe", "vbs", "wsf", "wsh", "ps1", "jar", "apk",
    "app", "lnk", "reg", "sh", "desktop",
})  # fmt: skip
MAGIC = {b"MZ": "exe", b"\x7fELF": "elf"}
# endings whose first bytes are known; a file that says otherwise is refused
KNOWN = {
    "pdf": (b"%PDF",), "png": (b"\x89PNG",), "jpg": (b"\xff\xd8\xff",), "jpeg": (b"\xff\xd8\xff",), "gif": (b"GIF8",),
    "xlsx": (b"PK",), "docx": (b"PK",), "pptx": (b"PK",), "zip": (b"PK",),
}  # fmt: skip


def take(upload: IO[bytes] | Any, name: str, by: Actor) -> str:
    """Store what was sent; the answer is a ticket, good for an hour and for this person only, that an action takes."""
    hasher, size = hashlib.sha256(), 0
    with tempfile.SpooledTemporaryFile(max_size=1024 * 1024) as kept:
        for piece in _pieces(upload):
            size += len(piece)
            if size > MOST_BYTES:
                raise TooLarge(
                    "file_too_large", _("A file may have 25 MB at most. Make it smaller, or link to it."), "file"
                )
            hasher.update(piece)
            kept.write(piece)
        if not size:
            raise Invalid("file_empty", _("This file is empty. Choose another one."), "file")
        kept.seek(0)
        _check(name, kept.read(16))
        within_quota(by, size)
        kept.seek(0)
        blob = _stored(hasher.hexdigest(), size, kept)
    return signing.dumps({"blob": str(blob.pk), "by": str(by.user_id or "")}, salt=SALT)


def _pieces(upload: Any) -> Iterable[bytes]:
    if hasattr(upload, "chunks"):
        return upload.chunks()  # type: ignore[no-any-return]
    return iter(lambda: upload.read(64 * 1024), b"")


def _check(name: str, start: bytes) -> None:
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower().lstrip(".").rstrip(". ")
    if ending in PROGRAMS or any(start.startswith(mark) for mark in MAGIC):
        raise Invalid(
            "file_kind",
            _("Programs are not kept here. Pack them into an archive elsewhere and link to it."),
            "file",
            status=400,
        )
    marks = KNOWN.get(ending)
    if marks and not start.startswith(marks):
        message = _("“%(name)s” is not what its ending says. Save it again in its right format.")
        raise Invalid("file_content", message % {"name": name[:60]}, "file", status=400)


def within_quota(by: Actor, size: int) -> None:
    """Refuses what goes beyond a person's share; inside a transaction two uploads of one person wait for each other."""
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        with connection.cursor() as cursor:  # SQLite's writers wait anyway
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"quota {by.user_id}"])
    used = Attachment.objects.filter(by_id=by.user_id).aggregate(sum=Sum("blob__size"))["sum"] or 0
    if by.user_id and used + size > QUOTA:
        raise Conflict(
            "quota", _("Your files fill the 2 GB that each person has. Remove some that are no longer needed.")
        )


def _stored(digest: str, size: int, content: IO[bytes]) -> Blob:
    found = Blob.objects.filter(digest=digest).first()
    if found is not None:
        Blob.objects.filter(pk=found.pk).update(created_at=timezone.now())  # the sweep leaves it alone for a while
        return found
    key = secrets.token_hex(20)
    name = default_storage.save(f"blobs/{key[:2]}/{key}", File(content))
    try:
        with transaction.atomic():
            return Blob.objects.create(digest=digest, size=size, key=name)
    except IntegrityError:  # somebody stored the same bytes at this moment
        default_storage.delete(name)
        return Blob.objects.get(digest=digest)


def redeem(ticket: str, by: Actor) -> Blob:
    """The stored bytes behind a ticket of this person."""
    try:
        told = signing.loads(ticket, salt=SALT, max_age=TICKET_AGE)
        if told["by"] != str(by.user_id or ""):
            raise signing.BadSignature
        return Blob.objects.get(pk=UUID(told["blob"]))
    except (signing.BadSignature, Blob.DoesNotExist, KeyError, ValueError):
        raise Invalid("upload_gone", _("The upload is no longer there. Send the file again."), "upload") from None


def release(blob_id: UUID) -> None:
    """Let bytes go with their last attachment, after the transaction."""
    transaction.on_commit(lambda: _drop(Blob.objects.filter(pk=blob_id, attachments=None)))


def sweep(now: datetime) -> int:
    """Bytes that nobody attached."""
    return _drop(Blob.objects.filter(attachments=None, created_at__lt=now - ORPHAN_AGE))


def _drop(blobs: Iterable[Blob]) -> int:
    """The row goes first, under a condition; then the bytes. A file without a row is found by nobody."""
    count = 0
    for blob in blobs:
        gone, _rows = Blob.objects.filter(pk=blob.pk, attachments=None).delete()
        if gone:
            default_storage.delete(blob.key)
            count += 1
    return count
