"""One row of a file as typed values by field, with every problem at its cell. Compiled once for a file, then fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError, Invalid
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import Column, Kind, Screen
from zhike.records.columns import choices_of
from zhike.records.importing.dates import Order, decide_order, read_date, read_datetime
from zhike.records.importing.delimited import Row
from zhike.records.importing.people import People
from zhike.records.importing.planning import OwnerRule, Plan
from zhike.records.importing.targets import FAMILY, GIVEN, Field, fields_of
from zhike.records.importing.values import (
    Labels,
    read_choice,
    read_choices,
    read_money,
    read_number,
    read_yes_no,
    split_list,
)
from zhike.records.importing.vcards import joined_name
from zhike.records.values import READERS

Reader = Callable[[str], Any]
NOTHING = frozenset(
    {"na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "—", "/", "无", "未知", "不详", "暂无"}
)


@dataclass(slots=True)
class Problem:
    """Something wrong: the place of its cell (-1: the whole row), the sentence, and whether the row is unusable."""

    column: int
    message: str
    fatal: bool = True


@dataclass(slots=True)
class ReadRow:
    """A row as it was understood. `named` are references still to be found: field name → the words in the cell."""

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)
    existing: Any = None

    @property
    def fatal(self) -> bool:
        """Whether the row is refused."""
        return any(problem.fatal for problem in self.problems)


@dataclass(frozen=True, slots=True)
class _Cell:
    place: int
    field: Field
    read: Reader


class RowReader:
    """Reads rows of one file by its plan."""

    def __init__(self, screen: Screen, by: Actor, plan: Plan, sample: Sequence[Row], people: People) -> None:
        self.screen, self.by, self.plan, self.people = screen, by, plan, people
        # A type that prepares rows itself cleans its texts there; doing it twice would cost a tenth of the import.
        self.trusting = screen.duplicates is not None
        known = fields_of(screen, by)
        chosen = [(place, known[name]) for place, name in enumerate(plan.targets) if name in known]
        self.parts = {item.name: place for place, item in chosen if item.part}
        self.cells = [_Cell(place, item, self._reader(item, place, sample)) for place, item in chosen if not item.part]
        self.no_owner = plan.owner is OwnerRule.NOBODY and screen.column(screen.owner) is not None

    def read(self, row: Row) -> ReadRow:
        """The values of a row."""
        found = ReadRow(row)
        if row.problems:
            found.problems = [Problem(-1, each.message, each.fatal) for each in row.problems]
        values, cells = found.values, row.cells
        for cell in self.cells:
            text = cells[cell.place].strip()
            if not text:
                continue
            try:
                value = cell.read(text)
            except DomainError as error:
                if text.casefold() in NOTHING:  # NA in a column of choices, days or numbers
                    continue
                found.problems.append(Problem(cell.place, str(error.message)))
                continue
            if value is _NAMED:
                found.named[cell.field.name] = text
            elif value is not None:
                values[cell.field.name] = value
            else:
                note = _("“%(name)s” will be added as a person who has left.") % {"name": shorten(text)}
                found.problems.append(Problem(cell.place, note, fatal=False))
        if self.parts:
            self._join(found)
        if self.screen.title not in values and not found.fatal:
            label = self.screen.column(self.screen.title)
            name = label.label if label else self.screen.title
            found.problems.append(Problem(-1, _("“%(label)s” is needed. Fill it in.") % {"label": name}))
        if self.no_owner:
            values.setdefault(self.screen.owner, None)
        return found

    def _join(self, found: ReadRow) -> None:
        """Family and given name become the title, where none stands in a column of its own."""
        if self.screen.title in found.values:
            return
        cells = found.row.cells
        family, given = (cells[self.parts[name]].strip() if name in self.parts else "" for name in (FAMILY, GIVEN))
        if family or given:
            found.values[self.screen.title] = joined_name(family, given)

    def _reader(self, item: Field, place: int, sample: Sequence[Row]) -> Reader:
        column = item.column
        kind = column.imported_as or column.kind
        if kind in (Kind.DATE, Kind.DATETIME):
            return self._dates(column, [row.cells[place] for row in sample if place < len(row.cells)])
        if kind is Kind.CHOICE:
            labels = Labels.of(choices_of(column).items())
            return lambda text: read_choice(text, labels)
        if kind is Kind.MULTI:
            several = Labels.of(choices_of(column).items())
            return lambda text: "|" + "|".join(read_choices(text, several)) + "|"
        if kind is Kind.TAGS:
            return lambda text: READERS[Kind.TAGS](column, split_list(text), self.by)
        if kind is Kind.NUMBER:
            return lambda text: READERS[Kind.NUMBER](column, read_number(text), self.by)
        if kind is Kind.MONEY:
            return lambda text: READERS[Kind.MONEY](column, read_money(text).number, self.by)
        if kind is Kind.BOOL:
            return read_yes_no
        if kind is Kind.PERSON:
            return lambda text: _plain(column, self.people.find(text))
        if kind in (Kind.RECORD, Kind.TEAM):
            return lambda _text: _NAMED
        if self.trusting and not column.custom:
            return lambda text: text
        return lambda text: READERS[kind](column, text, self.by)

    def _dates(self, column: Column, texts: Sequence[str]) -> Reader:
        """Days and times in the order this column writes them; a text that may be a day stays text when it is none."""
        order: Order = self.plan.days or decide_order(texts).order  # type: ignore[assignment]
        zone = ZoneInfo(self.by.zone)
        if column.kind is Kind.DATETIME:
            return lambda text: read_datetime(text, zone, order=order)
        if column.kind is Kind.DATE:
            return lambda text: read_date(text, order=order)

        def day_or_text(text: str) -> str:
            try:
                return read_date(text, order=order).isoformat()
            except Invalid:
                return text

        return day_or_text


_NAMED = object()


def _plain(column: Column, pk: Any) -> Any:
    return str(pk) if column.custom and pk is not None else pk
