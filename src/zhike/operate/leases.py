"""Who holds which job: a worker's sign of life is a lock that the system frees the moment the worker is gone.

On SQLite the lock is a file's, on PostgreSQL an advisory one of the worker's own connection, so that workers on several
machines see each other. There is no heartbeat to miss: `kill -9` frees either at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

LOOK_EVERY = 10.0  # seconds between two looks for dead workers
MOST_TRIES = 3
log = logging.getLogger("zhike.jobs")


def lock_number(worker_id: str) -> int:
    """A worker's advisory lock on PostgreSQL: 63 bits of its name."""
    return int.from_bytes(hashlib.sha256(worker_id.encode()).digest()[:8], "big") >> 1


def lock_path(worker_id: str) -> Path:
    """A worker's lock file."""
    return Path(settings.HOME) / "workers" / f"{worker_id}.lock"


@contextlib.contextmanager
def held() -> Iterator[str]:
    """A fresh worker's name and its lock, until the process ends."""
    worker_id = f"{os.getpid()}-{secrets.token_hex(6)}"
    if connection.vendor == "postgresql":
        own = connections.create_connection("default")
        try:
            _hold_advisory(own, worker_id)
            yield worker_id
        finally:
            own.close()
        return
    path = lock_path(worker_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        lock_file(file)
        yield worker_id
        path.unlink(missing_ok=True)


def _hold_advisory(own: Any, worker_id: str) -> None:
    with own.cursor() as cursor:
        for name in (
            "tcp_keepalives_idle",
            "tcp_keepalives_interval",
        ):  # a machine that vanishes is noticed in half a minute
            cursor.execute(f"SET {name} = 10")
        cursor.execute("SET tcp_keepalives_count = 2")
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock_number(worker_id)])


def lock_file(file: Any) -> bool:
    """Take the lock of an open file, which the process's end frees; False when another process holds it."""
    try:
        import fcntl
    except ImportError:  # a system without file locks runs one of each
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_alive(worker_id: str) -> bool:
    """Whether a worker still holds its lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock_number(worker_id)])
            free = bool(cursor.fetchone()[0])
            if free:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_number(worker_id)])
        return not free
    path = lock_path(worker_id)
    if not path.exists():
        return False
    with path.open("a") as file:
        free = lock_file(file)
    if free:
        path.unlink(missing_ok=True)
    return not free


def retake(worker_id: str) -> int:
    """Put the jobs of dead workers back into the queue; one that outlived several workers is given up and shown as failed."""
    taken = 0
    for row in DBTaskResult.objects.filter(status="RUNNING"):
        holder = row.worker_ids[-1] if row.worker_ids else ""
        if holder == worker_id or (holder and is_alive(holder)):
            continue
        mine = DBTaskResult.objects.filter(pk=row.pk, status="RUNNING", started_at=row.started_at)
        if len(row.worker_ids) >= MOST_TRIES:
            mine.update(
                status="FAILED", finished_at=timezone.now(), exception_class_path="zhike.operate.leases.WorkerLost"
            )
            continue
        taken += mine.update(status="READY", started_at=None)
    if taken:
        log.warning("%d job(s) of a worker that ended were taken back", taken)
    return taken
