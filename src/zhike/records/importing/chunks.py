"""Some hundred rows at a time: read, checked, compared with what exists, written. The caller holds the transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from zhike.kernel.actions import batch, registry
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError, Forbidden, Problems
from zhike.kernel.ids import new_id
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import Column, Kind, Likely, Screen, screens
from zhike.records.columns import refers_to
from zhike.records.importing.delimited import Row
from zhike.records.importing.parsing import Problem, ReadRow, RowReader
from zhike.records.importing.planning import Plan, Policy
from zhike.records.importing.references import resolve

DOUBTFUL = 0.5  # at or above it the pair is put before people


@dataclass(slots=True)
class Done:
    """What came of some rows. `lines` are (line, outcome, record id, cells, data) worth remembering."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: list[tuple[int, str, UUID | None, list[str], dict[str, Any]]] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)


class Importer:
    """Carries out a plan for one person on rows of one file."""

    def __init__(self, screen: Screen, by: Actor, plan: Plan, reader: RowReader, batch_id: UUID | None = None) -> None:
        self.screen, self.by, self.plan, self.reader = screen, by, plan, reader
        self.batch_id = batch_id or new_id()
        self.writing = batch_id is not None  # a preview writes nothing, so nothing is written out
        self.memory: dict[str, Any] = {}
        self.beside = {column.name for column in screen.beside.columns} & set(plan.targets) if screen.beside else set()
        referring = (Kind.RECORD, Kind.TEAM)
        self.references: dict[str, tuple[int, Column]] = {
            cell.field.name: (cell.place, cell.field.column)
            for cell in reader.cells
            if cell.field.column.kind in referring
        }

    def parse(self, rows: Sequence[Row]) -> list[ReadRow]:
        """Rows as understood cell by cell, references found."""
        found = [self.reader.read(row) for row in rows]
        if self.references:
            resolve(self.screen, self.references, found, self.by)
        return found

    def prepare(self, found: Sequence[ReadRow]) -> list[Any]:
        """Usable rows as the type prepares them; what it refuses becomes a problem of its row. Writes nothing."""
        values = [row.values for row in found if not row.fatal]
        duplicates = self.screen.duplicates
        if duplicates is None:
            return values
        return self.sorted_out(
            found, duplicates.read(values, by=self.by, batch_id=self.batch_id if self.writing else None)
        )

    def sorted_out(self, found: Sequence[ReadRow], ready: Sequence[Any]) -> list[Any]:
        """What was prepared, without the refused, which are told at their rows."""
        for row, one in zip([row for row in found if not row.fatal], ready, strict=True):
            if isinstance(one, DomainError):
                row.problems += self.problems(one)
        return [one for one in ready if not isinstance(one, DomainError)]

    def problems(self, error: DomainError) -> list[Problem]:
        """A refusal of the type, at the cells it speaks of."""
        each = error.problems if isinstance(error, Problems) else (error,)
        places = {cell.field.name: cell.place for cell in self.reader.cells}
        return [Problem(places.get(one.field or "", -1), str(one.message)) for one in each]

    def reasons(self, problems: Iterable[Problem]) -> list[str]:
        """What is wrong, each with the field it is about: away from the row there is no cell to point at."""
        names = {cell.place: cell.field.label for cell in self.reader.cells}
        said = _("%(label)s: %(reason)s")
        return [
            said % {"label": names[one.column], "reason": one.message} if one.column in names else one.message
            for one in problems
        ]

    def likely(self, ready: Sequence[Any]) -> Sequence[Sequence[Likely]]:
        """For each usable row the records it may be."""
        duplicates = self.screen.duplicates
        return duplicates.find(ready, self.memory) if duplicates and ready else [()] * len(ready)

    def carry_out(self, found: Sequence[ReadRow], ready: Sequence[Any]) -> Done:
        """Write what prepared rows say."""
        done = Done()
        usable = [row for row in found if not row.fatal]
        for row in found:
            if row.fatal:
                self._refuse(done, row, self.reasons(each for each in row.problems if each.fatal))
        known = self.likely(ready)
        with batch(self.batch_id):
            self._write(done, usable, ready, known)
        done.counts["read"] += len(found)
        return done

    def _write(
        self, done: Done, usable: Sequence[ReadRow], ready: Sequence[Any], known: Sequence[Sequence[Likely]]
    ) -> None:
        fresh: list[int] = []
        same: list[tuple[int, Likely]] = []
        for place, offers in enumerate(known):
            best = offers[0] if offers else None
            if best is None or not best.sure or self.plan.policy is Policy.ASK:
                fresh.append(place)
            else:
                same.append((place, best))
        ids = self._create(done, [usable[place] for place in fresh], [ready[place] for place in fresh])
        made = {place: pk for place, pk in zip(fresh, ids, strict=True) if pk is not None}
        there = {}
        for place, best in same:
            pk = best.record_id or made.get(best.row)
            if pk is None:  # the earlier row it repeats was refused
                done.counts["skipped"] += 1
            elif self._meet(done, usable[place], pk):
                there[place] = pk
        self._note(done, known, made)
        self._keep(done, usable, made | there)

    def _create(self, done: Done, rows: Sequence[ReadRow], ready: Sequence[Any]) -> list[UUID | None]:
        results: list[Any]
        if self.screen.writers.create_many is not None:
            results = list(self.screen.writers.create_many(ready, by=self.by, batch_id=self.batch_id)) if ready else []
        else:
            results = [self._create_one(row) for row in rows]
        ids: list[UUID | None] = []
        for row, result in zip(rows, results, strict=True):
            if isinstance(result, DomainError):
                self._refuse(done, row, self.reasons(self.problems(result)))
                ids.append(None)
                continue
            done.counts["created"] += 1
            ids.append(result)
            for name, text in row.named.items():
                done.lines.append((row.row.line, "later", result, row.row.cells, {"field": name, "text": text}))
        return ids

    def _create_one(self, row: ReadRow) -> Any:
        """By the ordinary action: slower, but every type has it."""
        try:
            return registry[f"create_{self.screen.type}"](values=self._instances(row.values), by=self.by).pk
        except DomainError as error:
            return error

    def _instances(self, values: dict[str, Any]) -> dict[str, Any]:
        """References as records, which plain models want instead of ids."""
        found = dict(values)
        for cell in self.reader.cells:
            column, value = cell.field.column, found.get(cell.field.name)
            if isinstance(value, UUID):
                found[cell.field.name] = screens[refers_to(column)].model_class.objects.get(pk=value)
        return found

    def _keep(self, done: Done, usable: Sequence[ReadRow], ids: dict[int, UUID]) -> None:
        """What rows that are in say beside their columns; what had to be left out is noted, the row stands."""
        rows = [(usable[place], pk) for place, pk in sorted(ids.items()) if self.beside & usable[place].values.keys()]
        if self.screen.beside is None or not rows:
            return
        asking = self.plan.policy is Policy.ASK
        told = [(pk, row.values) for row, pk in rows]
        kept = self.screen.beside.keep(told, by=self.by, batch_id=self.batch_id, asking=asking)
        done.counts["beside"] += kept.made
        for (row, pk), reason in zip(rows, kept.reasons, strict=True):
            if reason:
                done.lines.append((row.row.line, "left_out", pk, row.row.cells, {"reasons": [shorten(reason, 300)]}))

    def _meet(self, done: Done, row: ReadRow, pk: UUID) -> bool:
        """A row whose record exists already; whether it now says what the row says."""
        if self.plan.policy is Policy.SKIP:
            done.counts["skipped"] += 1
            return False
        record = self.screen.model_class.objects.visible_to(self.by).filter(pk=pk).first()
        if record is None:
            self._refuse(
                done, row, [_("This record exists already and belongs to colleagues whose records you do not see.")]
            )
            return False
        values = {n: v for n, v in row.values.items() if v not in (None, "", []) and n not in self.beside}
        if self.plan.policy is Policy.MERGE:
            more = self.screen.writers.further
            added = more(record, values) if more is not None else {}
            values = {n: v for n, v in values.items() if self._empty(record, n)} | added
        version = record.version
        try:
            if values:
                with transaction.atomic():
                    registry[f"update_{self.screen.type}"](record, values=self._instances(values), by=self.by)
                    if record.version == version:  # the same as before: nothing happened, so nothing is told
                        raise _Unchanged
            done.counts["updated" if record.version != version else "skipped"] += 1
        except _Unchanged:
            done.counts["skipped"] += 1
        except Forbidden:
            self._refuse(done, row, [_("This record exists already, and your role does not let you change it.")])
            return False
        except DomainError as error:
            self._refuse(done, row, self.reasons(self.problems(error)))
            return False
        return True

    def _empty(self, record: Any, name: str) -> bool:
        column = self.screen.column(name)
        if column is None:
            return not (record.custom or {}).get(name)
        return column.kind is not Kind.TAGS and "__" not in column.orm and not getattr(record, column.orm, None)

    def _note(self, done: Done, known: Sequence[Sequence[Likely]], made: dict[int, UUID]) -> None:
        """Pairs that only people can judge."""
        if self.screen.duplicates is None:
            return
        pairs = []
        for place, pk in made.items():
            for offer in known[place]:
                other = offer.record_id or made.get(offer.row)
                if other is not None and offer.probability >= DOUBTFUL:
                    pairs.append((pk, other, offer.probability, offer.reasons))
        if pairs:
            self.screen.duplicates.note(pairs, self.batch_id)
            done.counts["asked"] += len({pair[0] for pair in pairs})

    def _refuse(self, done: Done, row: ReadRow, reasons: Sequence[str]) -> None:
        done.counts["refused"] += 1
        heads = [shorten(reason, 300) for reason in reasons]
        done.lines.append((row.row.line, "refused", None, row.row.cells, {"reasons": heads}))


class _Unchanged(Exception):
    """An update that changed nothing is taken back, its event with it."""
