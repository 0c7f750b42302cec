"""Cells: how a value looks in lists and cards. Written in Python, not as includes, since a page has hundreds of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.template.loader import get_template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zhike.kernel import clock
from zhike.kernel.actor import Actor
from zhike.kernel.money import compact
from zhike.kernel.screens import Column, Kind
from zhike.kernel.text import enumerated
from zhike.records.columns import Bound, choices_of
from zhike.records.values import raw_of

NOTHING = mark_safe('<span class="i4">—</span>')
NUMERIC = (Kind.NUMBER, Kind.MONEY, Kind.FORMULA)


class Cells:
    """Renders the cells of one page: choices, zone and language are looked up once."""

    def __init__(self, columns: tuple[Bound, ...], actor: Actor, now: datetime) -> None:
        self.actor, self.now = actor, now
        self.today = clock.today(actor.zone, at=now)
        self.columns = columns
        self.choices = {c.name: choices_of(c.column) for c in columns if c.column.kind in (Kind.CHOICE, Kind.MULTI)}
        self.special = {c.name: drawn(c.column.cell) for c in columns if c.column.cell}

    def row(self, row: Mapping[str, Any]) -> list[SafeString]:
        """The cells of a row, in order."""
        return [self.cell(item, row) for item in self.columns]

    def cell(self, item: Bound, row: Mapping[str, Any]) -> SafeString:
        """One cell."""
        value = raw_of(item, row)
        if item.name in self.special:
            special: SafeString = self.special[item.name](value, row, self.actor)
            return special
        if value in (None, "", []):
            return NOTHING
        if item.masked:
            return conditional_escape(value)
        return WRITERS.get(item.column.kind, _text)(self, item, value, row)

    def when(self, value: Any) -> SafeString:
        """A day or moment, short, with the exact one on hover."""
        if isinstance(value, str):
            value = date.fromisoformat(value[:10])
        if isinstance(value, datetime):
            shown = clock.display_day(clock.local(value, self.actor.zone).date(), self.today)
            exact = clock.local(value, self.actor.zone).strftime("%Y-%m-%d %H:%M")
        else:
            shown, exact = clock.display_day(value, self.today), value.isoformat()
        return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, shown)


def drawn(cell: Callable[..., Any] | str) -> Callable[..., Any]:
    """The function that draws a special cell; a name is that of a template."""
    if callable(cell):
        return cell
    template = get_template(cell)
    return lambda value, row, actor: template.render({"value": value, "row": row, "actor": actor})


def _text(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    return conditional_escape(value)


def _number(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    return format_html('<span title="{}">{}</span>', f"{number:,f}", compact(number, cells.actor.language))


def _when(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    return cells.when(value)


def _choice(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    return conditional_escape(cells.choices[item.name].get(value, value))


def _multi(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    labels = [cells.choices[item.name].get(code, code) for code in value.split("|") if code]
    return conditional_escape(enumerated(labels))


def _tags(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    return format_html_join(" ", '<span class="mk">{}</span>', ((name,) for name in value))


def _reference(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    return conditional_escape(row.get(f"{item.name}__label") or "")


def _yes(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    return conditional_escape(_("yes") if value else _("no"))


def _worked_out(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    if isinstance(value, bool):
        return _yes(cells, item, value, row)
    if isinstance(value, Decimal):
        return _number(cells, item, value, row)
    return cells.when(value) if isinstance(value, date) else conditional_escape(value)


def _link(cells: Cells, item: Bound, value: Any, row: Mapping[str, Any]) -> SafeString:
    if not str(value).lower().startswith(("http://", "https://", "mailto:", "tel:")):
        return conditional_escape(value)
    return format_html(
        '<a class="acc" href="{}" rel="noopener noreferrer nofollow" target="_blank">{}</a>', value, value
    )


WRITERS: Mapping[Kind, Callable[[Cells, Bound, Any, Mapping[str, Any]], SafeString]] = {
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
