"""The queue of background jobs (django-tasks' tables), one job at a time."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import time
from typing import Any

from django.db import OperationalError, transaction
from django_tasks_db.models import DBTaskResult

log = logging.getLogger("zhike.jobs")


def claim(worker_id: str) -> DBTaskResult[..., Any] | None:
    """The next job that is ready, marked as this worker's; None when there is none."""
    if not DBTaskResult.objects.ready().exists():  # a look that takes no lock
        return None
    try:
        with transaction.atomic():
            found: DBTaskResult[..., Any] | None = DBTaskResult.objects.ready().get_locked()
            if found is not None:
                found.claim(worker_id)
            return found
    except OperationalError:  # another worker holds the database; the next look tries again
        return None


def work_one(worker_id: str) -> bool:
    """Do the next job; False when there is none. A job's error ends the job, not the worker."""
    found = claim(worker_id)
    if found is None:
        return False
    began = time.perf_counter()
    try:
        given = found.task_result
        found.set_successful(found.task.call(*given.args, **given.kwargs))
    except Exception as error:
        log.exception("job %s failed", found.id)
        found.set_failed(error)
    facts = {"job": str(found.id), "status": found.status, "ms": round((time.perf_counter() - began) * 1000, 1)}
    log.info("job", extra={"facts": facts})
    give_memory_back()
    return True


def give_memory_back() -> None:
    """Freed memory returns to the system (glibc keeps it otherwise)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
