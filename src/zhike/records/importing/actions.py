"""What is done with a file on its way in."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.identity.access import ACCOUNT
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, NotFound
from zhike.kernel.screens import Right, register_rights, screens
from zhike.records import work
from zhike.records.importing import events, running, undoing
from zhike.records.importing.mapping import mapping_fingerprint
from zhike.records.importing.planning import Plan, checked
from zhike.records.importing.reading import Table, open_table
from zhike.records.importing.storing import path_of, remove
from zhike.records.importing.targets import HISTORY
from zhike.records.models import ChosenMapping, Import, ImportState

register_rights((Right(code=HISTORY, label=_("Import authors, dates and people who have left")),))


def may_import(on: str, by: Actor) -> None:
    """Importing is a right of its own, and needs that of creating."""
    screen = screens.get(on)
    if screen is None or not screen.importable:
        raise NotFound("page")
    by.require(f"{on}.import")
    if screen.creatable:
        by.require(f"{on}.create")


@action(right=ACCOUNT, title=_("Upload"), icon="upload", doors="web cli")
def receive_import(*, on: str, key: str, name: str, size: int, by: Actor) -> Import:
    """Note a stored file as one to be looked at; it must be readable."""
    may_import(on, by)
    table = open_table(path_of(key))
    row = Import.objects.create(owner_id=by.user_id, on=on, key=key, name=name[:200], size=size, headers=table.headers)
    emit(events.ImportReceived(on=on, size=size), subject=row, by=by, label=row.name)
    return row


@action(right=ACCOUNT, title=_("Import"), icon="file-import", tone="primary", doors="web cli")
def start_import(row: Import, *, plan: dict[str, Any], by: Actor) -> Import:
    """Carry out the import in the background, as planned; the assignment of columns is remembered."""
    table = ready(row, plan, by)
    title = gettext("Import of %(name)s") % {"name": row.name}
    work_row = work.start("import", title, by, running.JOB, {"import_id": str(row.pk)}, total=table.estimated_rows)
    Import.objects.filter(pk=row.pk).update(work_id=work_row.pk)
    row.work_id = work_row.pk
    return row


@action(right=ACCOUNT, title=_("Import"), icon="file-import", doors="cli")
def begin_import(row: Import, *, plan: dict[str, Any], by: Actor) -> Import:
    """Mark the import as running without a job: whoever calls this carries it out at once."""
    ready(row, plan, by)
    return row


def ready(row: Import, plan: dict[str, Any], by: Actor) -> Table:
    """Check and keep the plan, and take the draft: only one can."""
    may_import(row.on, by)
    decided = Plan.of(plan)
    table = open_table(path_of(row.key), hints=decided.reading)
    decided = checked(decided, screens[row.on], by, table.headers)
    now = timezone.now()
    taken = Import.objects.filter(pk=row.pk, state=ImportState.DRAFT)
    if not taken.update(state=ImportState.RUNNING, plan=decided.stored(), headers=table.headers, updated_at=now):
        raise Conflict("import.started", _("This import was started or discarded already. Load the page again."))
    row.state, row.plan, row.headers = ImportState.RUNNING, decided.stored(), table.headers
    if by.user_id is not None:
        ChosenMapping.objects.update_or_create(
            owner_id=by.user_id,
            on=row.on,
            fingerprint=mapping_fingerprint(table.headers),
            defaults={"targets": list(decided.targets), "at": now},
        )
    told = events.ImportStarted(on=row.on, batch=str(row.batch_id), policy=str(decided.policy))
    emit(told, subject=row, by=by, label=row.name)
    return table


@action(right=ACCOUNT, title=_("Continue"), icon="player-play", doors="web cli")
def resume_import(row: Import, *, by: Actor) -> Import:
    """Go on with an import that was stopped, behind the last row that is in."""
    may_import(row.on, by)
    if not Import.objects.filter(pk=row.pk, state=ImportState.STOPPED).update(state=ImportState.RUNNING):
        raise Conflict("import.not_stopped", _("Only a stopped import can be continued. Load the page again."))
    total = max(row.size and row.counts.get("read", 0), 0)
    title = gettext("Import of %(name)s") % {"name": row.name}
    work_row = work.start("import", title, by, running.JOB, {"import_id": str(row.pk)}, total=total)
    Import.objects.filter(pk=row.pk).update(work_id=work_row.pk)
    row.work_id, row.state = work_row.pk, ImportState.RUNNING
    emit(events.ImportResumed(on=row.on, line=row.checkpoint), subject=row, by=by, label=row.name)
    return row


@action(right=ACCOUNT, title=_("Discard"), icon="trash", tone="danger", doors="web cli")
def discard_import(row: Import, *, by: Actor) -> dict[str, Any]:
    """Throw the file away before anything was imported."""
    if row.state != ImportState.DRAFT:
        raise Conflict("import.started", _("This import was started or discarded already. Load the page again."))
    emit(events.ImportDiscarded(on=row.on), subject=row, by=by, label=row.name)
    remove(row.key)
    row.delete()
    return {}


@action(right=ACCOUNT, title=_("Take back"), icon="arrow-back-up", tone="danger", doors="web cli")
def undo_import(row: Import, *, by: Actor) -> Import:
    """Remove what the import created and restore what it changed, but for records changed since."""
    may_import(row.on, by)
    whole = (ImportState.DONE, ImportState.STOPPED)
    if not Import.objects.filter(pk=row.pk, state__in=whole).update(state=ImportState.UNDOING):
        raise Conflict("import.not_done", _("Only a finished or stopped import can be taken back."))
    title = gettext("Taking back %(name)s") % {"name": row.name}
    total = row.counts.get("created", 0)
    work_row = work.start("undo_import", title, by, undoing.JOB, {"import_id": str(row.pk)}, total=total)
    Import.objects.filter(pk=row.pk).update(work_id=work_row.pk)
    row.work_id, row.state = work_row.pk, ImportState.UNDOING
    emit(events.ImportUndoStarted(on=row.on, batch=str(row.batch_id)), subject=row, by=by, label=row.name)
    return row
