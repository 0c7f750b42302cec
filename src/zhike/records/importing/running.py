"""The long part of an import: chunk by chunk, each with its checkpoint in one transaction, so that a kill leaves whole chunks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhike.identity.access import ACCOUNT
from zhike.kernel import bulk
from zhike.kernel.actions import action, batch, emit, registry
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError
from zhike.kernel.jobs import job
from zhike.kernel.screens import Screen, screens
from zhike.records import work
from zhike.records.importing.ahead import prepared
from zhike.records.importing.chunks import Done, Importer
from zhike.records.importing.delimited import Row
from zhike.records.importing.events import ImportFinished
from zhike.records.importing.parsing import RowReader
from zhike.records.importing.people import People
from zhike.records.importing.planning import Plan, checked
from zhike.records.importing.reading import Table, open_table
from zhike.records.importing.references import looked_up
from zhike.records.importing.storing import path_of, remove
from zhike.records.models import Import, ImportLine, ImportState

CHUNK = 3000
SAMPLE = 200  # rows from which the order of days is judged; the same for preview and run
JOB = "records.import"


class Stopped(Exception):
    """Somebody cancelled, or another worker went on with the same import."""


def importer_of(row: Import, by: Actor, table: Table) -> Importer:
    """What carries the import out, under the rights `by` has now."""
    screen = screens[row.on]
    by.require(f"{row.on}.import")
    plan = checked(Plan.of(row.plan), screen, by, table.headers)
    reader = RowReader(screen, by, plan, table.sample(SAMPLE), People(by, adding=True, batch_id=row.batch_id))
    return Importer(screen, by, plan, reader, row.batch_id)


@job(JOB)
def run_import(by: Actor, *, work_id: str, import_id: str) -> None:
    """The job of a confirmed import. Called again after a kill, it goes on behind the last checkpoint."""
    row = Import.objects.get(pk=UUID(import_id))
    try:
        finished = carry_out(row, by, lambda done: work.step(work_id, done))
    except DomainError as error:
        Import.objects.filter(pk=row.pk, state=ImportState.RUNNING).update(state=ImportState.STOPPED)
        work.finish(work_id, {"reason": str(error.message), "url": f"/imports/{row.pk}/"}, failed=True)
        return
    counts = {label: row.counts[name] for name, label in labels().items() if row.counts.get(name)}
    work.finish(
        work_id, {**counts, "url": f"/imports/{row.pk}/"}, failed=not finished and row.state == ImportState.DRAFT
    )


def labels() -> dict[str, str]:
    """Numbers of an import by name."""
    return {
        "read": _("Rows read"),
        "created": _("Newly created"),
        "updated": _("Changed"),
        "skipped": _("Left as they are"),
        "asked": _("To be decided"),
        "refused": _("Refused"),
    }


def carry_out(row: Import, by: Actor, progress: Callable[[int], bool] = lambda _done: True, size: int = CHUNK) -> bool:
    """Import what is not in yet. False when it was stopped on the way; `row` holds the numbers afterwards."""
    by = by.at("import")
    table = open_table(path_of(row.key), hints=Plan.of(row.plan).reading)
    importer = importer_of(row, by, table)
    try:
        with bulk.heavy():
            _write(row, importer, table, progress, size)
        link(row, by, progress, importer.batch_id)
        _finish(row, by)
    except Stopped:
        Import.objects.filter(pk=row.pk, state=ImportState.RUNNING).update(state=ImportState.STOPPED)
        row.refresh_from_db()
        return False
    return True


def _write(row: Import, importer: Importer, table: Table, progress: Callable[[int], bool], size: int) -> None:
    """Bring in every row behind the checkpoint."""
    waiting = chunks(table, row.checkpoint, size) if not row.read_all else iter(())
    for rows, found, ready in prepared(importer, waiting, table.estimated_rows - row.checkpoint):
        if not progress(row.counts.get("read", 0)):
            raise Stopped
        with transaction.atomic():
            done = importer.carry_out(found, ready)
            _advance(row, done, rows[-1].line)
    if not row.read_all:
        _passed(row, read_all=True)


def chunks(table: Table, after: int, size: int) -> Iterator[list[Row]]:
    """Rows behind a line, some at a time."""
    rows = table.rows(start_after=after)
    while chunk := list(islice(rows, size)):
        yield chunk


def _advance(row: Import, done: Done, line: int) -> None:
    """Move the checkpoint in the same transaction as the rows; whoever finds it moved already must stop."""
    lines = [
        ImportLine(of=row, line=at, outcome=outcome, record_id=pk, cells=cells, data=data)
        for at, outcome, pk, cells, data in done.lines
    ]
    ImportLine.objects.bulk_create(lines)
    counts = dict(Counter(row.counts) + done.counts)
    _passed(row, checkpoint=line, counts=counts)


def _passed(row: Import, **values: Any) -> None:
    here = Import.objects.filter(pk=row.pk, state=ImportState.RUNNING, checkpoint=row.checkpoint, read_all=row.read_all)
    if not here.update(**values, updated_at=timezone.now()):
        raise Stopped
    for name, value in values.items():
        setattr(row, name, value)


def link(row: Import, by: Actor, progress: Callable[[int], bool], batch_id: UUID) -> None:
    """References to records that stood later in the file: now everything is there."""
    screen = screens[row.on]
    while waiting := list(ImportLine.objects.filter(of=row, outcome="later").order_by("line")[:CHUNK]):
        if not progress(row.counts.get("read", 0)):
            raise Stopped
        with transaction.atomic(), batch(batch_id):
            found = looked_up(screen.type, [line.data["text"] for line in waiting], by)
            for line in waiting:
                _link(screen, line, found.get(line.data["text"], []), by)
            _passed(row, read_all=True)


def _link(screen: Screen, line: ImportLine, ids: list[UUID], by: Actor) -> None:
    name, text = line.data["field"], line.data["text"]
    reason = ""
    if len(ids) == 1:
        model = screen.model_class
        record, other = (model.objects.filter(pk=pk).first() for pk in (line.record_id, ids[0]))
        column = screen.column(name)
        value = other if column is not None and not column.custom else str(ids[0])
        try:
            with transaction.atomic():
                registry[f"update_{screen.type}"](record, values={name: value}, by=by)
            line.delete()
            return
        except DomainError as error:
            reason = str(error.message)
    line.outcome = "left_out"
    line.data = {
        "reasons": [
            reason
            or _("There is no %(label)s called “%(value)s”; it was left out.") % {"label": screen.label, "value": text}
        ]
    }
    line.save(update_fields=["outcome", "data"])


def _finish(row: Import, by: Actor) -> None:
    """The end: one event for the whole, the original is no longer needed."""
    with batch(row.batch_id):
        finish_import(row, by=by)
    key, row.key, row.state = row.key, "", ImportState.DONE
    remove(key)


@action(right=ACCOUNT, title=_lazy("Import"), doors="job")
def finish_import(row: Import, *, by: Actor) -> Import:
    """Close an import whose last row is in."""
    here = Import.objects.filter(pk=row.pk, state=ImportState.RUNNING)
    if not here.update(state=ImportState.DONE, finished_at=timezone.now(), key=""):
        raise Stopped
    emit(ImportFinished(on=row.on, batch=str(row.batch_id), counts=row.counts), subject=row, by=by, label=row.name)
    return row
