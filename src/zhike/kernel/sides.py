"""Both sides of a stale write, told only about fields that the writer reads in full: a refusal is no way around masks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zhike.kernel.actor import Actor, FieldRule
from zhike.kernel.screens import REFERENCES, Column, Kind, Screen, Sensitive, screens

if TYPE_CHECKING:
    from zhike.kernel.models import Record


def differences(record: Record, data: Mapping[str, Any], by: Actor) -> list[dict[str, Any]]:
    """Field by field: what stands there now and what was about to be saved."""
    screen = screens.get(record.record_type)
    if screen is None:
        return []
    sides = []
    for name, mine in data.items():
        known, theirs = _stored(screen, record, name)
        if known and not _same(theirs, mine) and _in_full(screen, name, by):
            sides.append({"field": name, "theirs": None if theirs is None else str(theirs), "mine": mine})
    return sides


def _same(theirs: Any, mine: Any) -> bool:
    """Whether a stored value is what a form sent as text: nothing is nothing, and yes is yes, however written."""
    if isinstance(theirs, bool):
        return str(theirs).lower() == (str(mine).strip().lower() or "false")
    empty: tuple[Any, ...] = (None, "", [])
    return theirs == mine or (theirs in empty and mine in empty) or str(theirs) == str(mine)


def _stored(screen: Screen, record: Record, name: str) -> tuple[bool, Any]:
    """Whether the type has a plain value of that name, and the value."""
    column = screen.column(name)
    if column is not None:
        return _is_plain(column), getattr(record, _attribute(column), None)
    custom = getattr(record, "custom", None) or {}
    return screen.custom_fields and name.startswith("c_"), custom.get(name)


def _is_plain(column: Column) -> bool:
    return column.kind not in (Kind.TAGS, Kind.FORMULA) and "__" not in column.orm


def _attribute(column: Column) -> str:
    return f"{column.orm}_id" if column.kind in REFERENCES else column.orm


def _in_full(screen: Screen, name: str, by: Actor) -> bool:
    column = screen.column(name)
    veiled = column is not None and column.sensitive is not Sensitive.NO and not by.can(f"{screen.type}.unmask")
    return by.rule(screen.type, name) is FieldRule.OPEN and not veiled
