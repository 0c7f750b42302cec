"""The columns of a record type as one person sees them: declared and custom ones together, hidden ones gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from zhike.kernel.actor import Actor, FieldRule
from zhike.kernel.screens import Column, Kind, Screen, Sensitive
from zhike.records.models import CustomField

NOT_WRITTEN = {Kind.FORMULA}


@dataclass(frozen=True, slots=True)
class Bound:
    """A column with the rule that holds for the actor."""

    column: Column
    rule: FieldRule

    @property
    def name(self) -> str:
        """The key everywhere."""
        return self.column.name

    @property
    def writable(self) -> bool:
        """Whether this person may set it."""
        return self.column.editable and self.rule is FieldRule.OPEN and self.column.kind not in NOT_WRITTEN

    @property
    def masked(self) -> bool:
        """Whether the value is shown only in part."""
        return self.rule is FieldRule.MASKED


def bound_columns(screen: Screen, actor: Actor) -> dict[str, Bound]:
    """Every column the actor may know of, by name, in order of declaration, custom ones last."""
    unmasked = actor.can(f"{screen.type}.unmask")
    found: dict[str, Bound] = {}
    for column in [*screen.columns, *custom_columns(screen)]:
        rule = actor.rule(screen.type, column.name)
        if rule is FieldRule.HIDDEN:
            continue
        if column.sensitive is not Sensitive.NO and not unmasked and rule is FieldRule.OPEN:
            rule = FieldRule.MASKED
        found[column.name] = Bound(column, rule)
    return found


def custom_columns(screen: Screen) -> list[Column]:
    """The company's own fields of a type."""
    return [as_column(field) for field in custom_fields(screen)] if screen.custom_fields else []


def custom_fields(screen: Screen) -> QuerySet[CustomField]:
    """Rows of the company's own fields of a type, in their order."""
    return CustomField.objects.filter(on=screen.type, archived_at=None).order_by("place", "id")


def as_column(field: CustomField) -> Column:
    """A custom field read as a declaration."""
    return Column(
        name=field.key,
        label=field.label,
        kind=Kind(field.kind),
        path=f"custom__{field.key}",
        options=tuple((str(code), str(label)) for code, label in field.options),
        to=field.to,
        section="custom",
        sortable=field.indexed,
        filterable=True,
        required=field.required,
        help=field.help,
        custom=True,
        indexed=field.indexed,
        max_length=2000,
    )


def choices_of(column: Column) -> Mapping[str, Any]:
    """Code -> label of a choice column."""
    if column.choices is not None:
        return {str(value): label for value, label in column.choices.choices}
    return dict(column.options)


def open_column(column: Column) -> Bound:
    """A column without any rule, for the product's own use."""
    return Bound(replace(column), FieldRule.OPEN)
