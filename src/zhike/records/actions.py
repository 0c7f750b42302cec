"""The standard actions of every record type: create, update, archive, restore, purge; and bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from zhike.kernel.actions import Action, batch, emit, registry, run
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, DomainError, NotFound, Stale
from zhike.kernel.events import BatchRun, Happened, define, kinds
from zhike.kernel.ids import new_id
from zhike.kernel.models import Record
from zhike.kernel.screens import Kind, Screen, screens
from zhike.records import search
from zhike.records.access import customer_of, title_of
from zhike.records.columns import custom_columns
from zhike.records.hanging import remove_everything
from zhike.records.queries import has_field, tags_of
from zhike.records.tagging import set_tags
from zhike.records.values import Values, read_values, stored_custom

SENTENCES: Mapping[str, tuple[Promise | str, str]] = {
    "created": (_("%(who)s created %(subject)s"), "plus"),
    "updated": (_("%(who)s changed %(subject)s"), "pencil"),
    "archived": (_("%(who)s put %(subject)s into the bin"), "trash"),
    "restored": (_("%(who)s took %(subject)s back from the bin"), "arrow-back-up"),
    "transferred": (_("%(who)s gave %(subject)s to %(to)s"), "arrows-exchange"),
    "purged": (_("%(who)s removed %(subject)s for good"), "trash-x"),
}


#: a change told of a type whose owner stands with more than one column: what it takes to put the former one back
OWNERSHIP = "ownership"


class AnyFields(BaseModel):
    """The columns of the type; read by its declaration."""

    model_config = ConfigDict(extra="allow")


@dataclass(eq=False)
class StandardAction(Action[..., Any]):
    """An action whose parameters are the writable columns of a declaration, custom ones included."""

    screen: Screen | None = None
    creating: bool = False

    def parse(self, data: Mapping[str, Any], by: Actor) -> dict[str, Any]:
        """Typed values by column."""
        if self.screen is None:
            raise RuntimeError(f"{self.name} has no declaration")
        return {"values": read_values(self.screen, by, data, creating=self.creating)}


def plain(value: Any) -> Any:
    """A value as it stands in the ledger's detail."""
    return {"id": str(value.pk), "name": title_of(value)} if isinstance(value, Record) else value


def leave(verb: str, record: Record, *, by: Actor, changes: Mapping[str, Any] | None = None, **payload: Any) -> None:
    """Emit `<type>.<verb>` for a record, with its name and changes as erasable detail."""
    told = {name: [plain(old), plain(new)] for name, (old, new) in (changes or {}).items()}
    emit(
        Happened(f"{record.record_type}.{verb}", {"version": record.version, **payload}, {}),
        subject=record,
        by=by,
        customer_id=customer_of(record),
        label=title_of(record),
        changes=told,
    )


def created(record: Record, *, by: Actor, **payload: Any) -> None:
    """Leave the event of a creation, and make the record findable."""
    search.index(record, fresh=True)
    leave("created", record, by=by, **payload)


def updated(record: Record, changes: Mapping[str, Any], *, by: Actor, **payload: Any) -> None:
    """Leave the event of a change ({column: [old, new]}), and refresh what search knows."""
    search.index(record)
    leave("updated", record, by=by, changes=changes, fields=sorted(changes), **payload)


def create_record(screen: Screen, values: Values, by: Actor) -> Record:
    """Create by the type's own writer, or plainly."""
    if screen.writers.create is not None:
        return screen.writers.create(values, by=by)
    record: Any = screen.model_class(**model_values(screen, values))
    if has_field(screen.model_class, "created_by"):
        record.created_by_id = by.user_id
    if has_field(screen.model_class, "owner") and "owner" not in values:
        record.owner_id, record.team_id = by.user_id, by.team_id
    write_custom(screen, record, values)
    record.full_clean(exclude={"owner", "team", "created_by"})
    record.save(force_insert=True)
    write_tags(screen, record, values)
    created(record, by=by)
    fresh: Record = record
    return fresh


def update_record(screen: Screen, record: Record, values: Values, by: Actor) -> Record:
    """Change by the type's own writer, or plainly."""
    if screen.writers.update is not None:
        return screen.writers.update(record, values, by=by)
    changes = record.change(**model_values(screen, values), **custom_change(screen, record, values))
    changes = spread_custom(changes) | write_tags(screen, record, values)
    updated(record, by_column(screen, changes), by=by)
    return record


def model_values(screen: Screen, values: Values) -> Values:
    """The values that are the model's own columns, by attribute."""
    own = {c.name: c for c in screen.columns if c.kind not in (Kind.TAGS, Kind.FORMULA)}
    return {own[name].orm: value for name, value in values.items() if name in own and "__" not in own[name].orm}


def by_column(screen: Screen, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes keyed by column name instead of attribute."""
    names = {column.orm: column.name for column in screen.columns}
    return {names.get(attribute, attribute): sides for attribute, sides in changes.items()}


def custom_change(screen: Screen, record: Record, values: Values) -> Values:
    """The record's new `custom`, when one of its own fields is among the values."""
    if not any(name.startswith("c_") for name in values):
        return {}
    own = {c.name: c for c in custom_columns(screen) if c.name in values}
    if not own:
        return {}
    merged = dict(record.custom)  # type: ignore[attr-defined]
    for name, column in own.items():
        merged[name] = stored_custom(column, values[name])
    return {"custom": {name: value for name, value in merged.items() if value not in (None, "", [])}}


def write_custom(screen: Screen, record: Record, values: Values) -> None:
    """Set custom values on a record not yet saved, and what follows from them and its other values."""
    for attribute, value in custom_change(screen, record, values).items():
        setattr(record, attribute, value)
    for attribute, value in record.following({}).items():
        setattr(record, attribute, value)


def spread_custom(changes: dict[str, Any]) -> dict[str, Any]:
    """A change of `custom` as changes of its fields."""
    if "custom" not in changes:
        return changes
    old, new = changes.pop("custom")
    keys = sorted(old.keys() | new.keys())
    return changes | {key: [old.get(key), new.get(key)] for key in keys if old.get(key) != new.get(key)}


def write_tags(screen: Screen, record: Record, values: Values) -> dict[str, Any]:
    """Set the tags, where they are among the values; the answer is the change."""
    column = next((c for c in screen.columns if c.kind is Kind.TAGS and c.name in values), None)
    if column is None:
        return {}
    before = tags_of([record.pk]).get(record.pk, [])
    set_tags(screen.type, record.pk, values[column.name])
    return {column.name: [before, values[column.name]]} if before != values[column.name] else {}


def archive(record: Record, *, by: Actor) -> Record:
    """Put the record into the bin: gone from lists and search, restorable."""
    if getattr(record, "archived_at", None) is not None:
        raise Conflict("already_archived", _("This record is in the bin already."))
    record.change(archived_at=timezone.now())
    search.forget(record)
    leave("archived", record, by=by)
    return record


def restore(record: Record, *, by: Actor) -> Record:
    """Take the record back from the bin."""
    if getattr(record, "archived_at", None) is None:
        raise Conflict("not_archived", _("This record is not in the bin."))
    record.change(archived_at=None)
    search.index(record)
    leave("restored", record, by=by)
    return record


def purge(record: Record, *, by: Actor) -> dict[str, Any]:
    """Remove a record in the bin for good, unless others still refer to it."""
    if getattr(record, "archived_at", None) is None:
        raise Conflict(
            "not_archived", _("Put the record into the bin first; only from there it can be removed for good.")
        )
    leave("purged", record, by=by)
    search.forget(record)
    remove_everything(record)
    try:
        record.delete()
    except ProtectedError as error:
        others = ", ".join(sorted({str(o._meta.verbose_name) for o in error.protected_objects}))
        raise Conflict(
            "still_used", _("Others still refer to this record: %(others)s.") % {"others": others}
        ) from error
    return {}


def register_standard_actions() -> None:
    """Give every declared type its events and the standard actions it does not define itself."""
    for screen in screens.values():
        for verb, (sentence, icon) in SENTENCES.items():
            if f"{screen.type}.{verb}" not in kinds:
                define(f"{screen.type}.{verb}", sentence=sentence, icon=icon)
        for made in standard_actions(screen):
            registry.setdefault(made.name, made)


def standard_actions(screen: Screen) -> list[StandardAction]:
    """The actions that follow from a declaration."""

    def create(*, values: Values, by: Actor) -> Record:
        """Create a record; only its name is needed."""
        return create_record(screen, values, by)

    def update(record: Record, *, values: Values, by: Actor) -> Record:
        """Change fields of a record."""
        return update_record(screen, record, values, by)

    made = []
    if screen.creatable:
        undoing = f"archive_{screen.type}" if screen.archivable else ""
        made.append(_standard(screen, "create", create, _("New"), "plus", creating=True, undo=undoing))
    made.append(_standard(screen, "update", update, _("Edit"), "pencil", right="edit", undo="undo"))
    if screen.archivable:
        made.append(
            _standard(screen, "archive", archive, _("Into the bin"), "trash", bulk=True, undo=f"restore_{screen.type}")
        )
        made.append(_standard(screen, "restore", restore, _("Restore"), "arrow-back-up", bulk=True))
        made.append(_standard(screen, "purge", purge, _("Remove for good"), "trash-x", bulk=True, tone="danger"))
    return made


def _standard(
    screen: Screen, verb: str, function: Callable[..., Any], title: Promise | str, icon: str, **options: Any
) -> StandardAction:
    right = options.pop("right", verb)
    creating = options.pop("creating", False)
    plain_action = verb not in ("create", "update")
    made = StandardAction(
        function=function,
        name=f"{verb}_{screen.type}",
        right=f"{screen.type}.{right}",
        title=title,
        icon=icon,
        tone=options.pop("tone", "normal"),
        bulk=options.pop("bulk", False),
        undo=options.pop("undo", ""),
        shown=_shown(verb),
        subject=None if creating else screen.model_class,
        fields=_Nothing if plain_action else AnyFields,
        screen=screen,
        creating=creating,
    )
    if plain_action:
        made.parse = lambda data, by: Action.parse(made, data, by)  # type: ignore[method-assign]
    made.__doc__ = function.__doc__
    return made


class _Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _shown(verb: str) -> Callable[[Any, Actor], bool] | None:
    if verb in ("restore", "purge"):
        return lambda record, by: getattr(record, "archived_at", None) is not None
    if verb == "archive":
        return lambda record, by: getattr(record, "archived_at", None) is None
    return None


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What a bulk command did: how many records, and which were refused, by id with the reason."""

    batch_id: str
    done: int
    refused: tuple[dict[str, Any], ...]


def run_bulk(
    name: str, ids: Iterable[object], data: Mapping[str, Any], by: Actor, versions: Mapping[str, int] | None = None
) -> BulkResult:
    """Run one action on many records: each succeeds or is refused by itself; one more event tells of the whole.

    `versions` are those at which the rows were chosen, by id: a row that was saved meanwhile is left as it is, with both sides.
    """
    made = registry.get(name)
    if made is None or made.subject is None or not (made.bulk or name.startswith("update_")):
        raise NotFound("action")
    at = versions or {}
    return each(name, ids, lambda pk: run(name, by=by, subject_id=pk, data=data, version=at.get(str(pk))), by)


def each(name: str, ids: Iterable[Any], perform: Callable[[Any], object], by: Actor) -> BulkResult:
    """Perform on each record by itself, and list what was refused; one event tells of the whole."""
    done, refused = 0, []
    with batch(new_id()) as batch_id:
        for pk in ids:
            try:
                perform(pk)
                done += 1
            except Stale as stale:
                told = _("Somebody saved this record after you chose it; it was left as it is.")
                refused.append({"id": str(pk), "code": stale.code, "reason": str(told), **stale.data})
            except DomainError as error:
                refused.append({"id": str(pk), "code": error.code, "reason": str(error.message)})
        emit(BatchRun(action=name, done=done, refused=len(refused)), by=by)
    return BulkResult(str(batch_id), done, tuple(refused))
