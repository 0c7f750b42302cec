"""What rows about to be shown get beyond their own columns: values of other rows, names behind custom references, formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from zhike.kernel.actor import Actor
from zhike.kernel.ids import parse_id
from zhike.kernel.screens import REFERENCES, Column, Fill, Kind, screens
from zhike.records.columns import Bound, choices_of, formula_fields, refers_to
from zhike.records.formula.language import Formula, parse
from zhike.records.formula.problems import FormulaProblem


@lru_cache(maxsize=512)
def _parsed(text: str) -> Formula:
    return parse(text)


def needed(shown: Iterable[Bound], bound: Mapping[str, Bound]) -> list[Bound]:
    """The columns that formulas among `shown` look at."""
    names = {name for item in shown if item.column.formula for name in formula_fields(item.column.formula)}
    return [bound[name] for name in names if name in bound]


def add_filled(rows: list[dict[str, Any]], shown: Iterable[Bound]) -> None:
    """Values that stand in other rows, one query for all columns that are filled alike."""
    asked: dict[Fill, list[str]] = {}
    for item in shown:
        if item.column.fill is not None:
            asked.setdefault(item.column.fill, []).append(item.name)
    for fill, names in asked.items():
        fill(rows, names)


def add_names(rows: list[dict[str, Any]], shown: Iterable[Bound], actor: Actor) -> None:
    """Names behind references in custom fields, one query a field, within the reader's rights."""
    for item in shown:
        column, type_ = item.column, refers_to(item.column)
        if not column.custom or column.kind not in REFERENCES or item.masked or type_ not in screens:
            continue
        wanted = {parse_id((row.get("_custom") or {}).get(column.name)) for row in rows} - {None}
        screen = screens[type_]
        seen = screen.model_class.objects.visible_to(actor).filter(pk__in=wanted) if wanted else None
        names = {str(pk): name for pk, name in seen.values_list("pk", screen.title)} if seen is not None else {}
        for row in rows:
            row[f"{column.name}__label"] = names.get(str((row.get("_custom") or {}).get(column.name) or ""), "")


def add_formulas(
    rows: Iterable[dict[str, Any]], shown: Iterable[Bound], bound: Mapping[str, Bound], today: date
) -> None:
    """Put the values of formulas beside the other custom values of each row."""
    formulas = [item.column for item in shown if item.column.formula]
    if not formulas:
        return
    for row in rows:
        values = {name: plain(item.column, row) for name, item in bound.items() if not item.column.formula}
        worked = {column.name: worked_out(column, values, today) for column in formulas}
        row["_custom"] = {**(row.get("_custom") or {}), **worked}


def worked_out(column: Column, values: Mapping[str, Any], today: date) -> Any:
    """The value of a formula for one record; what cannot be worked out (a division by zero, say) stays empty."""
    try:
        return _parsed(column.formula).evaluate(values, today)
    except FormulaProblem:
        return None


def plain(column: Column, row: Mapping[str, Any]) -> Any:
    """A value as formulas know it: choices and references by their words, dates as dates."""
    value = (row.get("_custom") or {}).get(column.name) if column.custom else row.get(column.name)
    if value in (None, ""):
        return None
    if column.kind in REFERENCES:
        return str(row.get(f"{column.name}__label") or "")
    if column.kind is Kind.CHOICE:
        return str(choices_of(column).get(str(value), value))
    if column.kind is Kind.DATE and isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value if not isinstance(value, list | dict) else None
