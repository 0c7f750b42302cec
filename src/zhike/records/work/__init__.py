"""Long work that somebody starts and may leave: a row with its progress, a job that does it, a notice at its end.

    row = work.start("import", title, by, "records.import_rows", {"file": key}, total=rows)   # inside an action
    if not work.step(work_id, done): …            # in the job: False means somebody cancelled
    work.finish(work_id, {"created": 12, "url": "/customers/"})      # or failed=True with {"reason": …}
    with work.ending(work_id): …                                     # around it all: whatever breaks it off, it is closed

The job is called as job(by, work_id=…, **data). `result["url"]` is where the notice leads; without it to the work's page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError
from zhike.kernel.jobs import enqueue
from zhike.records import notices
from zhike.records.models import Work, WorkState

OPEN = (WorkState.WAITING, WorkState.RUNNING)


def start(kind: str, title: str, by: Actor, job_name: str, data: Mapping[str, Any], total: int = 0) -> Work:
    """Note the work and queue its job, which runs under the rights that `by` has then."""
    row = Work.objects.create(owner_id=by.user_id, kind=kind, title=title[:200], total=total, data=dict(data))
    enqueue(job_name, by, work_id=str(row.pk), **data)
    return row


def step(work_id: object, done: int, total: int | None = None) -> bool:
    """Say how far it is; False when somebody cancelled (then stop, and `finish` what stands)."""
    values: dict[str, Any] = {"done": done, "state": WorkState.RUNNING, "updated_at": timezone.now()}
    if total is not None:
        values["total"] = total
    return bool(Work.objects.filter(pk=_id(work_id), cancel=False, state__in=OPEN).update(**values))


def under_way(kind: str, **data: str) -> bool:
    """Whether work of a kind that was started with this data waits or runs."""
    return Work.objects.filter(
        kind=kind, state__in=OPEN, **{f"data__{key}": value for key, value in data.items()}
    ).exists()


def finish(work_id: object, result: Mapping[str, Any] | None = None, failed: bool = False) -> Work:
    """Close the work with its result, and tell whoever started it."""
    row = Work.objects.get(pk=_id(work_id))
    if row.state not in OPEN:
        return row
    state = WorkState.FAILED if failed else WorkState.CANCELLED if row.cancel else WorkState.DONE
    row.result, row.state, row.finished_at = dict(result or {}), state, timezone.now()
    if state is WorkState.DONE:
        row.done = max(row.done, row.total)
    row.save(update_fields=["result", "state", "finished_at", "done"])
    if row.owner_id and state is not WorkState.CANCELLED:
        name = notices.WORK_FAILED if failed else notices.WORK_DONE
        url = str(row.result.get("url") or f"/work/{row.pk}/")
        notices.notify([row.owner_id], name, url=url, title=row.title, reason=row.result.get("reason", ""))
    return row


@contextmanager
def ending(work_id: object) -> Iterator[None]:
    """`with work.ending(work_id):` closes the work as failed when the block breaks off; a refusal says why, the rest goes to the log."""
    try:
        yield
    except DomainError as error:
        finish(work_id, {"reason": str(error.message)}, failed=True)
    except Exception:
        finish(work_id, {"reason": str(_("something unforeseen; an administrator finds it in the log"))}, failed=True)
        raise


def _id(work_id: object) -> UUID:
    return work_id if isinstance(work_id, UUID) else UUID(str(work_id))
