"""What somebody wants to take out: which records, which columns, as what; and whether they may."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhike.kernel.actor import Actor
from zhike.kernel.errors import Invalid, NotFound, TooLarge
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import REFERENCES, Kind, Screen, screens
from zhike.records.columns import Bound, bound_columns, choices_of
from zhike.records.exporting.writing import ENCODINGS, FORMATS, Column
from zhike.records.queries import ListQuery, counted, matching, page
from zhike.records.requests import read_query
from zhike.records.values import json_reader, raw_of

MOST = 100_000
AT_ONCE = 2_000
PAGE = 1_000
ASKED = ("filter", "sort", "view", "q", "bin", "batch")
#: column of a record → column of an address card
CARD = {
    "name": "Full name", "mobile": "Mobile", "phone": "Phone", "email": "Email", "website": "Website",
    "address": "Street", "city": "City", "province": "Province", "birthday": "Birthday", "note": "Notes",
    "wechat": "WeChat", "title": "Job title", "tags": "Tags",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """A checked export."""

    screen: Screen
    query: ListQuery
    columns: tuple[Bound, ...]
    format: str
    encoding: str
    count: int

    @property
    def heads(self) -> list[Column]:
        """The columns of the file; machines get names, people labels."""
        if self.format == "jsonl":
            return [Column("id", "id"), *(Column(item.name, item.name) for item in self.columns)]
        return [Column(item.name, str(item.column.label)) for item in self.columns]


def may_export(on: str, by: Actor) -> Screen:
    """Exporting is a right of its own."""
    screen = screens.get(on)
    if screen is None or not screen.exportable:
        raise NotFound("page")
    by.require(f"{on}.view")
    by.require(f"{on}.export")
    return screen


def formats_of(screen: Screen) -> list[str]:
    """The formats a type can be written in: cards are for what has a telephone or an address."""
    reached = any(column.kind in (Kind.PHONE, Kind.EMAIL) for column in screen.columns)
    return [name for name in FORMATS if name != "vcard" or reached]


def ordered(on: str, by: Actor, params: Mapping[str, Any], columns: Sequence[str], format: str, encoding: str) -> Order:
    """The export if it is allowed: rows and fields as this person sees them on the screen, no more than the limit."""
    screen = may_export(on, by)
    if format not in formats_of(screen):
        raise Invalid("export.format", _("Choose one of the formats csv, xlsx, jsonl and vcard."), "format")
    if encoding not in ENCODINGS:
        raise Invalid("export.encoding", _("Choose UTF-8 or GB18030 as the encoding."), "encoding")
    bound = bound_columns(screen, by)
    unknown = [name for name in columns if name not in bound]
    if unknown:
        message = _("There is no column “%(name)s”.") % {"name": shorten(unknown[0])}
        raise Invalid("bad_column", message, "columns")
    names = [screen.title, *(name for name in (columns or bound) if name != screen.title)]
    chosen = tuple(bound[name] for name in names if name in bound)
    query = replace(_query(screen, by, params), columns=tuple(names), size=PAGE, after="")
    count, more = counted(matching(screen, by, query), MOST)
    if more:
        many = _("More than %(most)s records match. Narrow the list by a filter.")
        raise TooLarge("export.too_many", many % {"most": f"{MOST:,}"}, "filter")
    return Order(screen, query, chosen, format, encoding, count)


def _query(screen: Screen, by: Actor, params: Mapping[str, Any]) -> ListQuery:
    query = read_query(screen, by, {name: params[name] for name in ASKED if params.get(name)})
    right = f"{screen.type}.export"
    if by.reach(right).everything and by.reach(right).denied is None:
        return query
    within = Q(pk__in=screen.model_class.objects.visible_to(by, right).order_by().values("pk"))
    return replace(query, extra=query.extra & within if query.extra is not None else within)


def rows_of(order: Order, by: Actor) -> Iterator[Mapping[str, Any]]:
    """The rows as the file takes them, a page at a time."""
    query, read = order.query, _reader(order, ZoneInfo(by.zone))
    while True:
        found = page(order.screen, by, query)
        more = _on_cards(order, found.rows, by)
        for row in found.rows:
            yield {**read(row), **more.get(row["id"], {})}
        if not found.next:
            return
        query = replace(query, after=found.next)


def _on_cards(order: Order, rows: Sequence[Mapping[str, Any]], by: Actor) -> Mapping[Any, Mapping[str, str]]:
    if order.format != "vcard" or order.screen.on_cards is None:
        return {}
    return order.screen.on_cards([row["id"] for row in rows], [item.name for item in order.columns], by)


def _reader(order: Order, zone: ZoneInfo) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    if order.format != "jsonl":
        return lambda row: _row(order, row, zone)
    readers = [(item.name, json_reader(item)) for item in order.columns]
    return lambda row: {"id": str(row["id"])} | {name: read(row) for name, read in readers}


def _row(order: Order, row: Mapping[str, Any], zone: ZoneInfo) -> Mapping[str, Any]:
    values = {item.name: shown(item, row, zone) for item in order.columns}
    if order.format == "vcard":
        return {CARD[name]: _joined(value) for name, value in values.items() if name in CARD and value}
    return values


def _joined(value: Any) -> Any:
    return ",".join(map(str, value)) if isinstance(value, list) else value


def shown(item: Bound, row: Mapping[str, Any], zone: ZoneInfo) -> Any:
    """A value as people read it in a file, and as an import reads it again; masked where it is masked on the screen."""
    value, column = raw_of(item, row), item.column
    if value is None or value == "" or item.masked:
        return value
    if column.kind in REFERENCES:
        return row.get(f"{column.name}__label") or ""
    if column.kind is Kind.CHOICE:
        return str(choices_of(column).get(str(value), value))
    if column.kind is Kind.MULTI:
        labels = choices_of(column)
        return [str(labels.get(code, code)) for code in str(value).split("|") if code]
    if column.kind is Kind.BOOL:
        return gettext("Yes") if value else gettext("No")
    if column.custom and column.kind in (Kind.DATE, Kind.DATETIME) and isinstance(value, str):
        value = datetime.fromisoformat(value) if column.kind is Kind.DATETIME else date.fromisoformat(value)
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return value
