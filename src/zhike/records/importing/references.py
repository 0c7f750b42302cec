"""Other records named in a file: looked up by title, a chunk at a time, within the importer's rights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhike.kernel.actor import Actor
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import Column, Screen, screens
from zhike.records.columns import refers_to
from zhike.records.importing.parsing import Problem, ReadRow
from zhike.records.queries import live


def looked_up(type_: str, titles: Sequence[str], by: Actor) -> dict[str, list[UUID]]:
    """Visible records of a type by their title."""
    found: dict[str, list[UUID]] = {}
    screen = screens[type_]
    rows = live(screen, by).filter(**{f"{screen.title}__in": list(dict.fromkeys(titles))})
    for pk, title in rows.values_list("pk", screen.title):
        found.setdefault(str(title), []).append(pk)
    return found


def resolve(screen: Screen, columns: dict[str, tuple[int, Column]], rows: Sequence[ReadRow], by: Actor) -> None:
    """Put ids in place of names. A record of the type itself that is not there yet may come later in the file."""
    for name, (place, column) in columns.items():
        named = [row for row in rows if name in row.named]
        if not named:
            continue
        type_ = refers_to(column)
        found = looked_up(type_, [row.named[name] for row in named], by)
        for row in named:
            ids = found.get(row.named[name], [])
            if len(ids) == 1:
                row.values[name] = str(ids[0]) if column.custom else ids[0]
                del row.named[name]
            elif ids or type_ != screen.type:
                row.problems.append(Problem(place, _unfound(type_, row.named[name], len(ids))))


def _unfound(type_: str, text: str, count: int) -> str:
    label: Any = screens[type_].label
    if count:
        message = _("%(count)s records are called “%(value)s”. Give each a name of its own, or leave the cell empty.")
        return str(message) % {"count": count, "value": shorten(text)}
    message = _("There is no %(label)s called “%(value)s”. Create it first, or leave the cell empty.")
    return str(message) % {"label": label, "value": shorten(text)}
