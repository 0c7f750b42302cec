"""The columns of a record type as one person sees them: declared and custom ones together, hidden ones gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from zhike.kernel.actor import Actor, FieldRule
from zhike.kernel.screens import Column, Kind, Screen, Sensitive
from zhike.records.formula.language import parse
from zhike.records.models import CustomField

NOT_WRITTEN = {Kind.FORMULA}
KEPT = {Kind.FORMULA, Kind.CHOICE, Kind.MULTI, Kind.PERSON, Kind.RECORD}  # ordered by what is kept beside their values
SORTED = {Kind.TEXT, Kind.NUMBER, Kind.MONEY, Kind.DATE, Kind.BOOL} | KEPT
MOST_REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class Bound:
    """A column with the rule that holds for the actor."""

    column: Column
    rule: FieldRule
    veiled: bool = False  # shown in part to everybody without the right to see it; writing is another matter
    named: bool = True  # of a reference: whether the actor may know records of that type by name; else by id alone
    ordered: bool = True  # of a reference: whether the actor may know where every name stands

    @property
    def name(self) -> str:
        """The key everywhere."""
        return self.column.name

    @property
    def writable(self) -> bool:
        """Whether this person may set it."""
        return self.column.editable and self.rule is FieldRule.OPEN and self.column.kind not in NOT_WRITTEN

    @property
    def sortable(self) -> bool:
        """Whether this person's lists may go by it: an order tells what a mask hides, and names of records out of reach."""
        return self.column.sortable and self.ordered and not self.masked

    @property
    def masked(self) -> bool:
        """Whether the value is shown only in part."""
        return self.veiled or self.rule is FieldRule.MASKED


def bound_columns(screen: Screen, actor: Actor) -> dict[str, Bound]:
    """Every column the actor may know of, by name, in order of declaration, received and custom ones last.

    Kept per process by the actor's epoch, which moves with every change of rights or of such columns: no query, no restart.
    """
    key = (screen.type, actor.epoch, actor.user_id, actor.token_id, actor.superuser)
    if actor.epoch and (kept := _kept.get(key)):
        return dict(kept)
    found = _bound(screen, actor, custom_columns(screen))
    if actor.epoch:
        _kept[key] = dict(found)
        while len(_kept) > MOST_REMEMBERED:
            _kept.pop(next(iter(_kept)), None)
    return found


_kept: dict[tuple[Any, ...], dict[str, Bound]] = {}


def columns_changed() -> None:
    """Forget at once what this process kept; other processes follow the epoch (`identity.access.rights_changed`)."""
    _kept.clear()


def _bound(screen: Screen, actor: Actor, custom: list[Column]) -> dict[str, Bound]:
    unmasked = actor.can(f"{screen.type}.unmask")
    found: dict[str, Bound] = {}
    received = screen.received() if screen.received else ()
    for column in [*screen.columns, *received, *custom]:
        rule = actor.rule(screen.type, column.name)
        if rule is FieldRule.HIDDEN:
            continue
        veiled, to = column.sensitive is not Sensitive.NO and not unmasked, refers_to(column)
        named, ordered = not to or actor.can(f"{to}.view"), not (to and column.custom) or _sees_all(actor, to)
        found[column.name] = Bound(column, rule, veiled, named, ordered)
    return {name: item for name, item in found.items() if not _looks_behind(item, found)}


def _sees_all(actor: Actor, to: str) -> bool:
    reach = actor.reach(f"{to}.view")
    return reach.everything and not reach.denied


def refers_to(column: Column) -> str:
    """The type of the records a column points to; empty for one that holds a value."""
    return {Kind.PERSON: "person", Kind.TEAM: "team", Kind.RECORD: column.to}.get(column.kind, "")


def _looks_behind(item: Bound, found: Mapping[str, Bound]) -> bool:
    """Whether a formula would tell what the actor may not see."""
    if not item.column.formula:
        return False
    return any(name not in found or found[name].masked for name in formula_fields(item.column.formula))


@lru_cache(maxsize=512)
def formula_fields(text: str) -> frozenset[str]:
    """The columns a stored formula looks at."""
    return parse(text).fields


def custom_columns(screen: Screen) -> list[Column]:
    """The company's own fields of a type."""
    return [as_column(field) for field in custom_fields(screen)] if screen.custom_fields else []


def custom_fields(screen: Screen) -> QuerySet[CustomField]:
    """Rows of the company's own fields of a type, in their order."""
    return CustomField.objects.filter(on=screen.type, archived_at=None).order_by("place", "id")


def as_column(field: CustomField) -> Column:
    """A custom field read as a declaration."""
    kind, kept = Kind(field.kind), f"worked__{field.key}"
    return Column(
        name=field.key,
        label=field.label,
        kind=kind,
        path=kept if kind is Kind.FORMULA else f"custom__{field.key}",
        sort=kept if kind in KEPT else "",
        options=tuple((str(code), str(label)) for code, label in field.options),
        to=field.to,
        section="custom",
        formula=field.formula,
        gives=Kind(field.gives) if field.gives else None,
        sortable=field.indexed and kind in SORTED,
        filterable=field.indexed or kind is not Kind.FORMULA,
        required=field.required,
        help=field.help,
        custom=True,
        max_length=2000,
    )


def choices_of(column: Column) -> Mapping[str, Any]:
    """Code -> label of a choice column."""
    if column.choices is not None:
        return {str(value): label for value, label in column.choices.choices}
    return dict(column.options)
