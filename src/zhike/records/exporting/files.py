"""Large exports: written in the background, fetched only by whoever asked, gone within a day."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.kernel.actions import find
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError, NotFound
from zhike.kernel.jobs import job
from zhike.records import work
from zhike.records.exporting.ordering import Order, may_export, ordered, rows_of
from zhike.records.exporting.writing import FORMATS, write_table
from zhike.records.importing.storing import folder
from zhike.records.models import Import, ImportState, Work, WorkState

JOB = "records.export"
LASTS = timedelta(hours=24)
DRAFTS_LAST = timedelta(days=30)


class Cancelled(Exception):
    """Whoever asked does not want it any more."""


@job(JOB)
def run_export(by: Actor, *, work_id: str, **data: Any) -> None:
    """Write the file under the rights of this moment; begun anew after a kill."""
    key = secrets.token_hex(16)
    path = folder("exports") / key
    try:
        order = ordered(data["on"], by, data["params"], data["columns"], data["format"], data["encoding"])
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            rows = _told(rows_of(order, by), work_id)
            written = write_table(order.format, out, order.heads, rows, encoding=order.encoding)
    except Cancelled:
        path.unlink(missing_ok=True)
        work.finish(work_id, {})
        return
    except DomainError as error:
        path.unlink(missing_ok=True)
        work.finish(work_id, {"reason": str(error.message)}, failed=True)
        return
    Work.objects.filter(pk=work_id).update(data={**data, "file": key, "name": file_name(order)})
    work.finish(work_id, {_("Rows written"): written.rows, "url": f"/exports/{work_id}/"})


def _told(rows: Iterator[Mapping[str, Any]], work_id: str) -> Iterator[Mapping[str, Any]]:
    for place, row in enumerate(rows):
        if place % 1000 == 0 and not work.step(work_id, place):
            raise Cancelled
        yield row


def file_name(order: Order) -> str:
    """Type and day."""
    return f"{order.screen.label_plural} {timezone.now():%Y-%m-%d}{FORMATS[order.format][1]}"


def finished(actor: Actor, pk: object) -> tuple[Path, str, str]:
    """Path, name and media type of a finished export, for its requester alone, while it lasts and they may export."""
    row: Work = find(Work, pk, actor)
    if row.kind != "export" or row.state != WorkState.DONE or row.finished_at is None:
        raise NotFound("file")
    if actor.user_id is None or row.owner_id != actor.user_id or timezone.now() - row.finished_at >= LASTS:
        raise NotFound("file")
    may_export(row.data["on"], actor)
    path = folder("exports") / Path(row.data["file"]).name
    if not path.exists():
        raise NotFound("file")
    return path, row.data["name"], FORMATS[row.data["format"]][0]


@job("records.prune_transfers")
def prune(by: Actor, **_data: Any) -> None:
    """Exported files after a day; uploads nobody looked at for a month, and originals that belong to nothing."""
    for path in folder("exports").iterdir():
        if time.time() - path.stat().st_mtime > LASTS.total_seconds():
            path.unlink(missing_ok=True)
    Import.objects.filter(state=ImportState.DRAFT, created_at__lt=timezone.now() - DRAFTS_LAST).delete()
    needed = set(Import.objects.exclude(key="").values_list("key", flat=True))
    for path in folder("imports").iterdir():
        if path.name not in needed and time.time() - path.stat().st_mtime > LASTS.total_seconds():
            path.unlink(missing_ok=True)
