"""Which formulas lists may go by: those whose values change only when the record itself is written."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import Invalid
from zhike.kernel.screens import REFERENCES, Column, Kind, Screen
from zhike.records.columns import custom_columns
from zhike.records.formula.functions import ValueKind
from zhike.records.formula.language import parse
from zhike.records.formula.tree import Call, nodes_of

GIVES = {
    ValueKind.NUMBER: Kind.NUMBER,
    ValueKind.TEXT: Kind.TEXT,
    ValueKind.DATE: Kind.DATE,
    ValueKind.BOOL: Kind.BOOL,
}


def steady(screen: Screen, formula: str) -> Kind:
    """The kind of what a stored formula gives; refuses one whose values change by themselves, or are now of one kind and now of another."""
    reason = next(_movers(screen, formula), None)
    if reason is not None:
        raise Invalid("formula_moves", reason, "indexed")
    columns = [*screen.columns, *custom_columns(screen)]
    given = parse(formula).kind({column.name: column.kind.value for column in columns})
    if given not in GIVES:
        message = _("What this formula gives is not always of one kind, so it has no order. Leave “Sortable” at “No”.")
        raise Invalid("formula_mixed", message, "indexed")
    return GIVES[given]


def _movers(screen: Screen, formula: str) -> Iterator[str | Promise]:
    read = parse(formula)
    if any(isinstance(node, Call) and node.name == "today" for node in nodes_of(read.root)):
        yield _(
            "The formula looks at today's date: its values change every day by themselves, so lists cannot go by it."
        )
    for column in [*screen.columns, *custom_columns(screen)]:
        if column.name in read.fields and (why := _moves(column)) is not None:
            yield why % {"field": column.label}


def _moves(column: Column) -> Promise | None:
    if column.kind in REFERENCES:
        return _("The formula looks at the name in “%(field)s”, which may change elsewhere, so lists cannot go by it.")
    if column.kind is Kind.CHOICE and not column.custom:
        return _(
            "The formula looks at “%(field)s”, whose words depend on the reader's language, so lists cannot go by it."
        )
    if not column.custom and (not column.editable or "__" in column.orm or column.kind is Kind.TAGS):
        return _(
            "The formula looks at “%(field)s”, which changes without the record being edited, so lists cannot go by it."
        )
    return None
