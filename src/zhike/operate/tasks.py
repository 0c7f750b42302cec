"""Housekeeping: what has served its time goes."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from zhike.kernel.actor import Actor
from zhike.kernel.jobs import job
from zhike.kernel.models import IdempotencyKey
from zhike.operate import health
from zhike.records.models import Blob

KEYS_LAST = timedelta(hours=24)
JOBS_LAST = timedelta(days=14)
HALF_DONE_LASTS = 24 * 3600.0  # seconds: an upload that never ended


@job("operate.prune")
def prune(by: Actor, **_data: Any) -> None:
    """Idempotency keys of yesterday, finished jobs, files nobody points to."""
    now = timezone.now()
    IdempotencyKey.objects.filter(at__lt=now - KEYS_LAST).delete()
    DBTaskResult.objects.filter(status="SUCCESSFUL", finished_at__lt=now - JOBS_LAST).delete()
    prune_blobs()
    prune_half_done(time.time())


def prune_blobs() -> int:
    """Bytes that no attachment points to, a day after they came (an upload may still be on its way to its record)."""
    from django.core.files.storage import default_storage

    before = timezone.now() - timedelta(days=1)
    gone = 0
    for blob in Blob.objects.filter(attachments__isnull=True, created_at__lt=before)[:1000]:
        default_storage.delete(blob.key)
        blob.delete()
        gone += 1
    return gone


def prune_half_done(now: float) -> int:
    """Temporary files of uploads that never ended."""
    gone = 0
    for folder in ("uploads", "tmp"):
        for path in (Path(settings.HOME) / folder).glob("*"):
            if path.is_file() and now - path.stat().st_mtime > HALF_DONE_LASTS:
                path.unlink(missing_ok=True)
                gone += 1
    return gone


@job("operate.verify_ledger")
def verify_ledger(by: Actor, **_data: Any) -> None:
    """The weekly proof that nothing recorded was changed; the health page shows the verdict."""
    from zhike.operate.check import check_ledger

    verdict = check_ledger()
    health.note("ledger", events=verdict.events, erased=verdict.erased, faults=list(verdict.faults))
