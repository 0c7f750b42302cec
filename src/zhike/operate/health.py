"""How the installation is: the figures behind the metrics and the health page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from zhike import __version__
from zhike.config.schedules import SCHEDULES
from zhike.kernel.models import Bookmark, Event, Schedule, SealHead

STATE = "state"  # folder of small notes: the last backup, the last verdict on the ledger


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of this moment."""

    jobs_waiting: int
    jobs_running: int
    jobs_failed: int
    ledger_position: int
    ledger_unsealed: int
    reader_behind: int  # the slowest reader's distance to the last position
    database_bytes: int
    disk_free_bytes: int

    def numbers(self) -> Iterator[tuple[str, int]]:
        """Name and value, for the metrics."""
        yield from asdict(self).items()


@dataclass(frozen=True, slots=True)
class Page:
    """What the health page shows."""

    figures: Figures
    version: str
    database: str
    backup: dict[str, Any] = field(default_factory=dict)
    verdict: dict[str, Any] = field(default_factory=dict)
    failed: list[Any] = field(default_factory=list)
    schedules: list[Any] = field(default_factory=list)


def figures() -> Figures:
    """Counts, each from an index."""
    statuses = DBTaskResult.objects.order_by()
    last = SealHead.objects.filter(id=1).values_list("last", flat=True).first() or 0
    slowest = Bookmark.objects.order_by("position").values_list("position", flat=True).first()
    return Figures(
        jobs_waiting=statuses.filter(status="READY").count(),
        jobs_running=statuses.filter(status="RUNNING").count(),
        jobs_failed=statuses.filter(status="FAILED").count(),
        ledger_position=last,
        ledger_unsealed=Event.objects.filter(position__isnull=True).count(),
        reader_behind=last - slowest if slowest is not None else 0,
        database_bytes=database_bytes(),
        disk_free_bytes=shutil.disk_usage(settings.HOME).free if Path(settings.HOME).exists() else 0,
    )


def database_bytes() -> int:
    """The size of the data on disk."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def page() -> Page:
    """Everything for the person who looks after the installation."""
    failed = DBTaskResult.objects.filter(status="FAILED").order_by("-finished_at")[:20]
    return Page(
        figures=figures(),
        version=__version__,
        database="SQLite" if connection.vendor == "sqlite" else "PostgreSQL",
        backup=noted("backup"),
        verdict=noted("ledger"),
        failed=[
            {"name": title_of(job_name(row)), "at": row.finished_at, "error": row.exception_class_path}
            for row in failed
        ],
        schedules=[
            row | {"name": title_of(SCHEDULES[row["name"]][1]) if row["name"] in SCHEDULES else row["name"]}
            for row in Schedule.objects.order_by("next_at").values("name", "cron", "next_at", "last_at")
        ],
    )


def job_name(row: DBTaskResult[..., Any]) -> str:
    """The stable name of a job, or its function's."""
    arguments = row.args_kwargs.get("args") or [row.task_path]
    return str(arguments[0])


TITLES = {
    "operate.prune": _("Clear out finished work and used keys"),
    "operate.verify_ledger": _("Verify the ledger"),
    "records.sweep_files": _("Remove files that nothing refers to"),
    "records.prune_transfers": _("Remove exports and uploads that have run out"),
    "identity.sweep": _("Remove ended sessions and links"),
    "pool.recycle": _("Recycle customers into the public pool"),
    "customers.find_duplicates": _("Look for duplicates"),
}


def title_of(job: str) -> str:
    """What people call a job; its own name where it has no title."""
    return str(TITLES.get(job, job))


def note(name: str, **facts: Any) -> None:
    """Remember a result for the health page, outside the database, so that a restore keeps it."""
    path = Path(settings.HOME) / STATE / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".new")
    partial.write_text(json.dumps({"at": timezone.now().isoformat(), **facts}, default=str))
    partial.replace(path)


def noted(name: str) -> dict[str, Any]:
    """What was remembered; empty where nothing was."""
    path = Path(settings.HOME) / STATE / f"{name}.json"
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text())
    found["at"] = datetime.fromisoformat(found["at"])
    found["old"] = timezone.now() - found["at"] > timedelta(days=7)
    return found
