"""Moving rows from one party to another, remembering exactly what, and moving them back.

Which rows there are follows from the foreign keys to `Party`, whoever declares them, so that a new record type is never
forgotten; rows that hang on a record by its id are named in `terms`. What a unique constraint would refuse stays behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from django.apps import apps
from django.db.models import F, Field, Model, Q, QuerySet, UniqueConstraint

from zhike.customers.merging.terms import BETWEEN, MOVED_BY_ID, STAYING
from zhike.customers.models import Party
from zhike.kernel.ledger import canonical
from zhike.kernel.models import Record
from zhike.kernel.screens import Kind, screens
from zhike.records.columns import custom_columns
from zhike.records.custom.keeping import keep

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Pointer:
    """A column of some model that names a party."""

    model: type[Model]
    column: str  # as it stands in the model, with _id for a foreign key
    name: str

    @property
    def label(self) -> str:
        """The model's name."""
        return self.model._meta.label

    def rows(self, party_id: UUID) -> QuerySet[Any]:
        """The rows that point to a party."""
        return self.model._base_manager.filter(**{self.column: party_id})


def pointers() -> list[Pointer]:
    """Every column that names a party and follows it into another one."""
    found = []
    for relation in Party._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)):
            continue
        model: Any = relation.related_model
        own: Field[Any, Any] = relation.field  # type: ignore[union-attr]
        if (model._meta.label, own.name) not in STAYING:
            found.append(Pointer(model, own.attname, own.name))
    found += [Pointer(apps.get_model(label), "record_id", "record_id") for label in MOVED_BY_ID]
    return sorted(found, key=lambda pointer: (pointer.label, pointer.column))


@dataclass(slots=True)
class Moves:
    """What a merge did to rows, as plain data; `undo` takes it back as far as the rows are still there."""

    moved: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    created: list[dict[str, Any]] = field(default_factory=list)

    def set(self, row: Any, **values: Any) -> None:
        """Change columns of one row."""
        old = {name: plain(getattr(row, name)) for name in values}
        new = {name: plain(value) for name, value in values.items()}
        if old == new:
            return
        for name, value in values.items():
            setattr(row, name, value)
        _write(type(row), [row.pk], values)
        self.changed.append({"model": row._meta.label, "id": str(row.pk), "old": old, "new": new})

    def create(self, row: Model) -> None:
        """Save a new row."""
        row.save(force_insert=True)
        self.created.append({"model": row._meta.label, "id": str(row.pk)})

    def move(self, pointer: Pointer, ids: Iterable[Any], to: UUID) -> None:
        """Let rows point to another party."""
        listed = list(ids)
        if listed:
            _write(pointer.model, listed, {pointer.column: to})
            told = {"model": pointer.label, "column": pointer.column, "ids": [str(pk) for pk in listed]}
            self.moved.append(told)

    def counts(self) -> dict[str, int]:
        """How many rows moved, by model."""
        found: dict[str, int] = {}
        for one in self.moved:
            found[one["model"]] = found.get(one["model"], 0) + len(one["ids"])
        return found

    def undo(self, survivor_id: UUID, loser_id: UUID) -> None:
        """Back to where everything was: rows that still point to the survivor, columns that still hold what was set."""
        for one in self.created:
            apps.get_model(one["model"])._base_manager.filter(pk=one["id"]).delete()
        for one in reversed(self.moved):
            for ids in _chunks(one["ids"]):
                there = apps.get_model(one["model"])._base_manager.filter(pk__in=ids, **{one["column"]: survivor_id})
                _write(
                    apps.get_model(one["model"]), list(there.values_list("pk", flat=True)), {one["column"]: loser_id}
                )
        for one in reversed(self.changed):
            model = apps.get_model(one["model"])
            row = model._base_manager.filter(pk=one["id"]).first()
            if row is not None and {name: plain(getattr(row, name)) for name in one["new"]} == one["new"]:
                _write(model, [row.pk], one["old"])


def _write(model: type[Model], ids: list[Any], values: dict[str, Any]) -> None:
    """One UPDATE; the version of a record moves on, so that whoever is editing it is told."""
    extra: dict[str, Any] = {"version": F("version") + 1} if issubclass(model, Record) else {}
    for chunk in _chunks(ids):
        model._base_manager.filter(pk__in=chunk).update(**values, **extra)
        if "custom" in values:
            keep(screens[model.record_type], chunk)  # type: ignore[attr-defined]  # only records have the column


def _chunks(ids: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = iter(ids)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk


def plain(value: Any) -> Any:
    """A value as JSON keeps it."""
    return orjson.loads(canonical(value))


def move_all(moves: Moves, survivor: Party, loser: Party) -> None:
    """Move whatever points to the loser."""
    for pointer in pointers():
        rows = pointer.rows(loser.pk)
        ends = BETWEEN.get(pointer.label)
        if ends:
            rows = rows.exclude(**{next(end for end in ends if end != pointer.name): survivor.pk})
        if pointer.model is Party:
            rows = rows.exclude(pk=survivor.pk)
        staying = _refused(pointer, survivor.pk, loser.pk)
        moves.move(
            pointer, [pk for pk in rows.order_by("pk").values_list("pk", flat=True) if pk not in staying], survivor.pk
        )
    _move_custom(moves, survivor, loser)


def _refused(pointer: Pointer, mine: UUID, theirs: UUID) -> set[Any]:
    """Rows whose like is there already: a constraint would refuse them, and nothing is lost by leaving them."""
    staying: set[Any] = set()
    for names, condition in _uniques(pointer.model):
        if pointer.name not in names:
            continue
        others = [name for name in names if name != pointer.name]
        if not others:
            return set(pointer.rows(theirs).values_list("pk", flat=True)) if pointer.rows(mine).exists() else set()
        taken = set(pointer.rows(mine).filter(condition).values_list(*others))
        for pk, *rest in pointer.rows(theirs).filter(condition).values_list("pk", *others):
            if tuple(rest) in taken and None not in rest:
                staying.add(pk)
    return staying


def _uniques(model: type[Model]) -> Iterator[tuple[tuple[str, ...], Q]]:
    for constraint in model._meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.fields:
            yield tuple(constraint.fields), constraint.condition or Q()
    for together in model._meta.unique_together:
        yield tuple(together), Q()
    for own in model._meta.concrete_fields:
        if own.unique:
            yield (own.name,), Q()


def _move_custom(moves: Moves, survivor: Party, loser: Party) -> None:
    """Fields of the company's own that name a customer."""
    for screen in screens.values():
        for column in custom_columns(screen):
            if column.kind is not Kind.RECORD or column.to != "party":
                continue
            for row in screen.model_class._base_manager.filter(**{f"custom__{column.name}": str(loser.pk)}):
                moves.set(row, custom=row.custom | {column.name: str(survivor.pk)})
