"""What is asked of custom fields."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from zhike.kernel.errors import NotFound
from zhike.kernel.screens import Kind, Screen, screens
from zhike.kernel.text import enumerated
from zhike.records import work
from zhike.records.columns import custom_columns
from zhike.records.custom.actions import KINDS
from zhike.records.models import CustomField


def types() -> list[Screen]:
    """Record types that may have fields of their own."""
    return [screen for screen in screens.values() if screen.custom_fields]


def type_at(type_: str) -> Screen:
    """One of them."""
    found = next((screen for screen in types() if screen.type == type_), None)
    if found is None:
        raise NotFound("page")
    return found


def fields_of(screen: Screen) -> list[dict[str, Any]]:
    """Every field of a type, hidden ones last, as the page lists them."""
    found = CustomField.objects.filter(on=screen.type).order_by("place", "id")
    rows = [
        {
            "field": field,
            "kind": KINDS.get(Kind(field.kind), field.kind),
            "notes": notes(field),
            "options": enumerated(label for _code, label in field.options),
            "formula": readable(screen, field.formula),
        }
        for field in found
    ]
    return sorted(rows, key=lambda row: row["field"].archived_at is not None)


def notes(field: CustomField) -> list[str]:
    """What is special about a field, in a word each."""
    words = [_("needed")] if field.required else []
    if field.indexed:
        words.append(_("sortable"))
    elif field.indexing and work.under_way("index", field=str(field.pk)):
        words.append(_("being made sortable"))
    return words


def field_at(screen: Screen, pk: UUID) -> CustomField:
    """A field of this type."""
    found: CustomField | None = CustomField.objects.filter(on=screen.type, pk=pk).first()
    if found is None:
        raise NotFound("field")
    return found


def readable(screen: Screen, formula: str) -> str:
    """A stored formula with the labels people know."""
    labels = {c.name: str(c.label) for c in [*screen.columns, *custom_columns(screen)]}
    return re.sub(r"\{(\w+)\}", lambda found: f"{{{labels.get(found[1], found[1])}}}", formula)
