"""Taking an import back: what it created goes, what it changed returns; what others changed since is listed and left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model, ProtectedError, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhike.identity.access import ACCOUNT
from zhike.kernel import bulk
from zhike.kernel.actions import action, batch, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError
from zhike.kernel.ids import new_id
from zhike.kernel.jobs import job
from zhike.kernel.ledger import read_detail
from zhike.kernel.models import Event
from zhike.kernel.screens import Screen, screens
from zhike.records import work
from zhike.records.importing.events import ImportUndone
from zhike.records.importing.strangers import KEPT, REMOVED, take_away
from zhike.records.models import Import, ImportLine, ImportState, Tag, Tagging
from zhike.records.search.index import forget_many
from zhike.records.undoing import put_back

SIZE = 300
JOB = "records.undo_import"
MOST_LISTED = 1000


@job(JOB)
def run_undo(by: Actor, *, work_id: str, import_id: str) -> None:
    """The job behind the undo button; called again after a kill, it goes on."""
    row = Import.objects.get(pk=UUID(import_id))
    counts = take_back(row, by, lambda done: work.step(work_id, done))
    told = {
        _("Removed again"): counts["removed"],
        _("Restored"): counts["restored"],
        _("Left as they are"): counts["left"],
        _("People removed again"): counts["people"],
    }
    work.finish(work_id, {**{name: n for name, n in told.items() if n}, "url": f"/imports/{row.pk}/"})


def take_back(row: Import, by: Actor, progress: Callable[[int], bool] = lambda _done: True) -> Counter[str]:
    """Undo as much as can be undone; each step is whole."""
    by = by.at("import")
    by.require(f"{row.on}.import")
    screen, counts = screens[row.on], Counter[str]()
    ImportLine.objects.filter(of=row, outcome__in=("left", REMOVED, KEPT)).delete()
    created = set(_events(row, "created").values_list("subject_id", flat=True))
    with batch(new_id()) as undo_batch:
        if screen.beside is not None:
            screen.beside.take_back(row.batch_id, by=by)
        _restore(screen, row, created, by, counts)
        waiting = sorted(created)
        for start in range(0, len(waiting), SIZE):
            if not progress(start):
                break
            with transaction.atomic():
                _remove(screen, row, waiting[start : start + SIZE], created, by, counts, undo_batch)
        else:
            counts["people"] = take_away(row, by)
            _close(screen, row, by, counts)
    return counts


def _events(row: Import, verb: str) -> Any:
    return Event.objects.filter(batch_id=row.batch_id, type=f"{row.on}.{verb}")


def _close(screen: Screen, row: Import, by: Actor, counts: Counter[str]) -> None:
    close_undo(row, counts=dict(counts), by=by)
    row.state = ImportState.UNDONE


@action(right=ACCOUNT, title=_lazy("Take back"), doors="job")
def close_undo(row: Import, *, counts: dict[str, int], by: Actor) -> Import:
    """Note that an import was taken back; tags that only it brought go too."""
    Tag.objects.filter(on=row.on, taggings__isnull=True, created_at__gte=row.created_at).delete()
    Import.objects.filter(pk=row.pk).update(state=ImportState.UNDONE)
    emit(ImportUndone(on=row.on, batch=str(row.batch_id), counts=counts), subject=row, by=by, label=row.name)
    return row


def _remove(
    screen: Screen, row: Import, ids: list[UUID], created: set[UUID], by: Actor, counts: Counter[str], undo_batch: UUID
) -> None:
    """Remove records that nobody touched since, with everything that belongs to them."""
    model = screen.model_class
    touched = _touched(row, ids) | _referred(model, ids, created)
    names = dict(model.objects.filter(pk__in=ids).values_list("pk", screen.title))
    going = [pk for pk in ids if pk in names and pk not in touched]
    stuck = _delete(model, going)
    gone = [pk for pk in going if pk not in stuck]
    forget_many(gone)
    Tagging.objects.filter(record_id__in=gone).delete()
    bulk.append_events(
        f"{screen.type}.purged",
        [(pk, {"version": 1}, {"subject": str(names[pk])}) for pk in gone],
        by=by,
        action="undo_import",
        about_customer=screen.party == "pk",
        batch_id=undo_batch,
    )
    counts["removed"] += len(gone)
    _leave(row, [(pk, str(names[pk])) for pk in ids if pk in names and pk not in set(gone)], counts)


def _delete(model: type[Model], ids: list[UUID]) -> set[UUID]:
    """Delete records; the answer are those that others hold fast."""
    manager: Any = model._default_manager
    try:
        with transaction.atomic():
            manager.filter(pk__in=ids).delete()
        return set()
    except ProtectedError:
        stuck = set()
        for pk in ids:
            try:
                with transaction.atomic():
                    manager.filter(pk=pk).delete()
            except ProtectedError:
                stuck.add(pk)
        return stuck


def _touched(row: Import, ids: list[UUID]) -> set[UUID]:
    """Those that something happened to beside this import."""
    others = Event.objects.exclude(batch_id=row.batch_id)
    found = set(others.filter(subject_id__in=ids).values_list("subject_id", flat=True))
    found |= set(others.filter(customer_id__in=ids).values_list("customer_id", flat=True))
    return {pk for pk in found if pk is not None}


def _referred(model: type[Model], ids: list[UUID], created: set[UUID]) -> set[UUID]:
    """Those that a record of the same type points to which the import did not bring."""
    found: set[UUID] = set()
    for relation in model._meta.related_objects:
        if relation.related_model is model and relation.field.null:
            name, manager = relation.field.attname, model._default_manager
            rows = manager.filter(**{f"{name}__in": ids}).values_list("pk", name)
            found |= {other for pk, other in rows if pk not in created}
    return found


def _restore(screen: Screen, row: Import, created: set[UUID], by: Actor, counts: Counter[str]) -> None:
    """Bring back the old values of what was changed, the last change first."""
    ours: dict[UUID, int] = {}  # the version our own undoing left
    changed = _events(row, "updated").filter(~Q(subject_id=None)).order_by("-id")
    for event in changed.iterator(chunk_size=SIZE):
        if event.subject_id in created:
            continue
        with transaction.atomic():
            record = screen.model_class.objects.filter(pk=event.subject_id).first()
            if record is None:
                continue
            if record.version not in (event.payload.get("version"), ours.get(record.pk)):
                _leave(row, [(record.pk, str(getattr(record, screen.title)))], counts)
                continue
            try:
                with transaction.atomic():
                    put_back(screen, record, event, read_detail(event).get("changes", {}), by)
            except DomainError:
                _leave(row, [(record.pk, str(getattr(record, screen.title)))], counts)
                continue
            if record.pk not in ours:
                counts["restored"] += 1
            ours[record.pk] = record.version


def _leave(row: Import, records: Iterable[tuple[UUID, str]], counts: Counter[str]) -> None:
    records = list(records)
    there = ImportLine.objects.filter(of=row, outcome="left").count()
    kept = records[: max(MOST_LISTED - there, 0)]
    ImportLine.objects.bulk_create(
        [ImportLine(of=row, line=0, outcome="left", record_id=pk, data={"name": name}) for pk, name in kept]
    )
    counts["left"] += len(records)
