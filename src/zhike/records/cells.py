"""Cells: how a value looks in lists and cards. Written in Python, not as includes, since a page has hundreds of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhike.kernel import clock, marks
from zhike.kernel.actor import Actor
from zhike.kernel.html import made, text
from zhike.kernel.marks import NOTHING
from zhike.kernel.money import compact
from zhike.kernel.screens import Column, Kind, Reader, screens
from zhike.kernel.text import enumerated
from zhike.records.columns import Bound, choices_of
from zhike.records.values import raw_of

NUMERIC = (Kind.NUMBER, Kind.MONEY, Kind.FORMULA)
EMPTY: tuple[Any, ...] = (None, "", [])


class Cells:
    """Renders the cells of one page: choices, zone and language are looked up once, and how each column is drawn."""

    def __init__(self, columns: tuple[Bound, ...], actor: Actor, now: datetime) -> None:
        self.reader = Reader(actor, now, clock.today(actor.zone, at=now))
        self.labels: dict[Any, SafeString] = {}  # of choices, as far as they have been drawn
        self.choices = {c.name: choices_of(c.column) for c in columns if c.column.kind in (Kind.CHOICE, Kind.MULTI)}
        self.drawers = {item.name: self._drawer(item) for item in columns}

    def row(self, row: Mapping[str, Any]) -> list[SafeString]:
        """The cells of a row, in order."""
        return [draw(row) for draw in self.drawers.values()]

    def cell(self, item: Bound, row: Mapping[str, Any]) -> SafeString:
        """One cell."""
        return self.drawers[item.name](row)

    def _drawer(self, item: Bound) -> Drawer:
        """What draws the cells of a column; one call for a cell, as there are hundreds."""
        name, own = item.name, not (item.masked or item.column.custom)  # own: stands in the row as it is
        if item.column.cell:
            special, reader = drawn(item.column.cell), self.reader
            if own:
                return lambda row: text(special(row.get(name), row, reader))
            return lambda row: text(special(raw_of(item, row), row, reader))
        writer = _text if item.masked else WRITERS.get(item.column.kind, _text)

        def draw(row: Mapping[str, Any]) -> SafeString:
            value = row.get(name) if own else raw_of(item, row)
            return NOTHING if not value and value in EMPTY else writer(self, item, value, row)

        return draw

    def when(self, value: Any) -> SafeString:
        """A day or moment, short, with the exact one on hover."""
        return marks.when(date.fromisoformat(value[:10]) if isinstance(value, str) else value, self.reader)


def drawn(cell: Callable[..., Any] | str) -> Callable[..., Any]:
    """The function that draws a special cell; a name is that of a template."""
    if callable(cell):
        return cell
    template = get_template(cell)
    return lambda value, row, reader: template.render({"value": value, "row": row, "actor": reader.actor})


def _text(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    return text(value)


def _number(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    return made('<span title="{}">{}</span>', f"{number:,f}", compact(number, cells.reader.actor.language))


def _when(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    return cells.when(value)


def _choice(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    key = item.name, value
    if (label := cells.labels.get(key)) is None:
        label = cells.labels[key] = text(cells.choices[item.name].get(value, value))
    return label


def _multi(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    return text(enumerated(cells.choices[item.name].get(code, code) for code in value.split("|") if code))


def _tags(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    return SafeString(" ".join(made('<span class="mk">{}</span>', name) for name in value))


def _reference(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    label = text(row.get(f"{item.name}__label") or "")
    target = screens.get(item.column.to) if label else None
    return made('<a class="to" href="/{}/{}/">{}</a>', target.slug, value, label) if target else label


def _yes(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    return text(_("Yes") if value else _("No"))


def _worked_out(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    if isinstance(value, bool):
        return _yes(cells, item, value, row)
    if isinstance(value, Decimal):
        return _number(cells, item, value, row)
    return cells.when(value) if isinstance(value, date) else text(value)


def _link(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    if not str(value).lower().startswith(("http://", "https://", "mailto:", "tel:")):
        return text(value)
    return made('<a class="acc" href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>', value, value)


Drawer = Callable[[Mapping[str, Any]], SafeString]
Writer = Callable[[Cells, Bound, Any, Mapping[str, Any]], SafeString]
WRITERS: Mapping[Kind, Writer] = {
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.DATE: _when,
    Kind.DATETIME: _when,
    Kind.CHOICE: _choice,
    Kind.MULTI: _multi,
    Kind.TAGS: _tags,
    Kind.PERSON: _reference,
    Kind.TEAM: _reference,
    Kind.RECORD: _reference,
    Kind.BOOL: _yes,
    Kind.URL: _link,
    Kind.FORMULA: _worked_out,
}


def is_numeric(column: Column) -> bool:
    """Whether a column is set flush right."""
    return column.kind in NUMERIC
