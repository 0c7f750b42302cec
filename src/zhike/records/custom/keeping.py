"""What lists go by where a value does not say its order: what formulas give, places of choices, sort keys of names.

It stands in the records' `worked`, under the key of the field, and is written together with what it is worked out from. A
field whose values are `kept` has them from the moment it is marked; lists go by them once every record has its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from zhike.kernel import inserting
from zhike.kernel.composed import composed
from zhike.kernel.ids import parse_id
from zhike.kernel.models import Event, OwnedRecord
from zhike.kernel.screens import Column, Kind, Screen, screens
from zhike.records.columns import as_column, formula_fields, refers_to
from zhike.records.derived import plain, worked_out
from zhike.records.models import CustomField
from zhike.records.values import stored_custom

CHUNK = 500
LONGEST = 400  # of a formula's text: what an index takes
NO_DAY = date.min  # a formula that asks for today's date is not kept

Read = Callable[[str], Any]


class Keeper:
    """Works out for records of one type; what they share is asked once, names of references too."""

    def __init__(self, screen: Screen) -> None:
        found = _fields(on=screen.type) if screen.custom_fields else []
        self.kept = [as_column(field) for field in found if field.kept]
        formulas = [formula_fields(c.formula) for c in self.kept if c.formula]
        own = {field.key: as_column(field) for field in found} if formulas else {}
        declared = {column.name: column for column in screen.columns}
        self.read = {name: own.get(name) or declared[name] for names in formulas for name in names}
        self.names: dict[tuple[str, UUID | None], str] = {}

    def worked(self, custom: Mapping[str, Any], read: Read) -> dict[str, Any]:
        """What lists go by for a record with these custom values; `read` gives what stands in its other columns."""
        if not self.kept:
            return {}
        row = {"_custom": custom} | {name: read(c.orm) for name, c in self.read.items() if not c.custom}
        values = {name: plain(column, row) for name, column in self.read.items()}
        found = {column.name: self._of(column, custom.get(column.name), values) for column in self.kept}
        return {name: value for name, value in found.items() if value not in (None, "")}

    def _of(self, column: Column, value: Any, values: Mapping[str, Any]) -> Any:
        if column.kind is Kind.FORMULA:
            given = worked_out(column, values, NO_DAY)
            return given[:LONGEST] if isinstance(given, str) else stored_custom(column, given)
        if value in (None, ""):
            return None
        if to := refers_to(column):
            self._ask(to, {parse_id(value)})
            return self.names[to, parse_id(value)]
        first = str(value).strip("|").partition("|")[0]
        return next((place for place, (code, _label) in enumerate(column.options) if code == first), None)

    def ask(self, customs: Sequence[Mapping[str, Any]]) -> None:
        """The names that these custom values refer to, in one query for each field."""
        for column in self.kept:
            if to := refers_to(column):
                self._ask(to, {parse_id(custom.get(column.name)) for custom in customs})

    def _ask(self, to: str, pks: set[UUID | None]) -> None:
        missing = {pk for pk in pks if (to, pk) not in self.names}
        if not missing:
            return
        screen = screens[to]
        rows = screen.model_class._base_manager.filter(pk__in=missing - {None}).values_list("pk", key_of(screen))
        self.names |= dict.fromkeys(((to, pk) for pk in missing), "") | {(to, pk): name for pk, name in rows}


@composed
def _fields(*, on: str) -> Any:
    return CustomField.objects.filter(on=on)


def key_of(screen: Screen) -> str:
    """The path of the stored sort key of a type's names; empty where there is none."""
    title = screen.column(screen.title)
    return title.sort if title else ""


def work_out(record: OwnedRecord, changed: Mapping[str, Any]) -> dict[str, Any] | None:
    """What lists go by for a record about to have these values, None where nothing is kept (`settings.WORKED_OUT_BY`)."""
    keeper = Keeper(screens[record.record_type])
    if not keeper.kept and not record.worked:
        return None
    return keeper.worked(changed.get("custom", record.custom), lambda path: _at(record, changed, path))


def _at(record: OwnedRecord, changed: Mapping[str, Any], path: str) -> Any:
    return changed[path] if path in changed else getattr(record, path)


def keep(screen: Screen, ids: Iterable[UUID]) -> None:
    """Work out anew what lists go by for these records, and write it where it differs.

    Their versions stay: nothing that people see changed. A record saved meanwhile keeps what was worked out with that.
    """
    model, keeper = screen.model_class, Keeper(screen)
    paths = sorted({column.orm for column in keeper.read.values() if not column.custom})
    rows = list(model._base_manager.filter(pk__in=list(ids)).values_list("pk", "version", "custom", "worked", *paths))
    keeper.ask([row[2] for row in rows])
    changed = []
    for pk, version, custom, before, *values in rows:
        worked = keeper.worked(custom, dict(zip(paths, values, strict=True)).__getitem__)
        if worked != before:
            changed.append((orjson.dumps(worked).decode(), inserting.key(pk), version))
    if changed:
        with connection.cursor() as cursor:
            cursor.executemany(
                f'UPDATE "{model._meta.db_table}" SET worked = %s WHERE id = %s AND version = %s',  # noqa: S608 our own name
                changed,
            )


def keep_all(screen: Screen, told: Callable[[int], bool]) -> bool:
    """The same for every record of a type, some at a time; `told` hears how many are done, and says whether to go on."""
    found, last, done = screen.model_class._base_manager.order_by("pk"), None, 0
    while ids := list((found.filter(pk__gt=last) if last else found).values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            keep(screen, ids)
        last, done = ids[-1], done + len(ids)
        if not told(done):
            return False
    return True


def follow_names(event: Event) -> None:
    """Reader of the ledger: what a reference is ordered by follows the name of whom it names; of a merge, both names."""
    named = {str(pk) for pk in (event.subject_id, event.customer_id) if pk is not None}
    for field in CustomField.objects.filter(kept=True, kind__in=(Kind.PERSON, Kind.RECORD)):
        if refers_to(as_column(field)) != event.subject_type or field.on not in screens:
            continue
        screen = screens[field.on]
        naming = [screen.model_class._base_manager.filter(**{f"custom__{field.key}": name}) for name in named]
        ids = [pk for found in naming for pk in found.values_list("pk", flat=True)]
        for start in range(0, len(ids), CHUNK):
            keep(screen, ids[start : start + CHUNK])
