"""Declarations of record types: plain data from which list, card, form, import, export, API, search and rights follow.

The machinery that reads them lives in `records`; a capability only declares, in its `screens.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db.models import Choices, FilteredRelation, Q, QuerySet
from django.utils.functional import Promise

if TYPE_CHECKING:
    from zhike.kernel.actor import Actor
    from zhike.kernel.models import Record

Text = str | Promise


class Kind(StrEnum):
    """What a column holds: decides its widget, filter operators, cell, import parser, export type and JSON form."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    MULTI = "multi"
    TAGS = "tags"
    PERSON = "person"
    TEAM = "team"
    RECORD = "record"
    BOOL = "bool"
    PHONE = "phone"
    EMAIL = "email"
    URL = "url"
    FORMULA = "formula"


REFERENCES = (Kind.PERSON, Kind.TEAM, Kind.RECORD)  # kinds whose value is another record


class Sensitive(StrEnum):
    """How a personal value is masked until somebody with the right reveals it, which is recorded."""

    NO = ""
    PHONE = "phone"
    EMAIL = "email"
    ID = "id"


# (rows of a page, names of the columns that are filled alike): each row gets their values
Fill = Callable[[Sequence[dict[str, Any]], Sequence[str]], None]
# (ids of records, names of the columns asked for, actor) -> by id, the further fields of their address cards
OnCards = Callable[[Sequence[UUID], Sequence[str], Any], Mapping[UUID, Mapping[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """The one row of another table in which the value of a column stands.

    `relation` leads from the record to the rows of `model`, `where` picks the one among those of the record, `value` and `back` are
    its columns that hold the value and name the record. An index on `where`, `value`, `back` keeps them in a list's order.
    """

    model: str
    relation: str
    where: tuple[tuple[str, Any], ...]
    value: str
    back: str

    @property
    def alias(self) -> str:
        """What the row is called in a question; never a word of people's own."""
        return f"at_{blake2b(repr(self).encode(), digest_size=6).hexdigest()}"

    @property
    def rows(self) -> QuerySet[Any]:
        """Such rows of all records."""
        found: QuerySet[Any] = apps.get_model(self.model)._base_manager.filter(**dict(self.where))
        return found

    @property
    def tie(self) -> str:
        """The path of the record's id in the row: missing where no row is, in a way by which databases count well."""
        return f"{self.alias}__{self.back}"

    @property
    def joined(self) -> FilteredRelation:
        """The row as a question joins it."""
        return FilteredRelation(self.relation, condition=Q(**{f"{self.relation}__{k}": v for k, v in self.where}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One field of a record type, as people and machines see it. `name` is the key everywhere (API, filter, import, rights)."""

    name: str
    label: Text
    kind: Kind = Kind.TEXT
    path: str = ""  # ORM path where it differs from name
    sort: str = ""  # ORM path to order by (a stored sort key, say); "" = path
    choices: type[Choices] | None = None
    options: tuple[tuple[str, Text], ...] = ()  # choices that are data (custom fields)
    to: str = ""  # record type of RECORD
    section: str = "main"
    listed: bool = False  # shown in the list by default
    quick: bool = False  # asked for at once in the form of a new record, as what is required or listed is
    sortable: bool = False
    filterable: bool = True
    editable: bool = True  # in forms, bulk edit, API writes and import
    required: bool = False
    inline: bool = False  # edited in the list itself
    sensitive: Sensitive = Sensitive.NO
    max_length: int | None = None
    aliases: tuple[str, ...] = ()  # header names an import recognises
    help: Text = ""
    width: str = ""  # css class of its col element
    cell: Callable[[Any, Mapping[str, Any], Reader], str] | str = ""  # (value, row, reader) -> HTML, for special marks
    fill: Fill | None = None  # values that stand in other rows: put beside a page's rows at once
    at: Elsewhere | None = None  # by which such a value is filtered and ordered
    custom: bool = False  # value lives in record.custom[name]
    formula: str = ""  # of FORMULA: worked out when shown
    gives: Kind | None = None  # of FORMULA: the kind of its values, where they are kept for lists to go by
    imported_as: Kind | None = None  # an import reads it as this kind where it can (a birthday kept as text)

    @property
    def compared_as(self) -> Kind:
        """The kind that its values are filtered as."""
        return self.gives or self.kind

    @property
    def orm(self) -> str:
        """The path in ORM lookups."""
        return f"{self.at.alias}__{self.at.value}" if self.at else self.path or self.name


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page, and when: what a cell needs to know to say “today”."""

    actor: Actor
    now: datetime
    today: date  # in the reader's zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A group of fields on form and card."""

    key: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel of a card: a template and a function (record, actor) -> context. `place` is left, main or right.

    One that is `later` is asked for when somebody scrolls to it.
    """

    key: str
    title: Text
    template: str
    context: Callable[[Any, Any], Mapping[str, Any]]
    place: str = "right"
    right: str = ""
    later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The choice field whose choices are the lanes of the type's board, and the number fields added up in each.

    Without a declaration a board stands by the first simple choice that may be changed.
    """

    column: str
    sums: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Writers:
    """A type's own way to create and change, where it has rules. Each takes typed values by column name, and leaves its event.

    create(values, *, by) -> record; update(record, values, *, by) -> record;
    create_many(list of values, *, by, batch_id) -> list of records or DomainErrors: the import's fast road;
    further(record, values) -> values of `update` that add what the record does not know yet and replace nothing.
    `beside` names what `update` takes and tells as changes although no column shows it.
    """

    create: Callable[..., Record] | None = None
    update: Callable[..., Record] | None = None
    create_many: Callable[..., Sequence[object]] | None = None
    further: Callable[[Any, Mapping[str, Any]], dict[str, Any]] | None = None
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Likely:
    """What a new row may be already: a stored record, or (`row` ≥ 0) an earlier row of the same batch."""

    record_id: UUID | None
    row: int
    probability: float
    reasons: tuple[Any, ...] = ()  # plain data
    sure: bool = False  # so surely that an import acts on it by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """How a type finds records that exist already, for imports.

    `read(values, by=…)` prepares rows (or gives the DomainError that refuses one) without writing; `create_many` takes what it
    gives. `find(rows, memory)` names the likely ones of each row, the surest first; `memory` is kept through one import.
    `note(pairs, batch_id)` puts (new id, other id, probability, reasons) into the type's queue of doubtful pairs.
    """

    read: Callable[..., Sequence[object]]
    find: Callable[[Sequence[Any], dict[str, Any]], Sequence[Sequence[Likely]]]
    note: Callable[[Sequence[tuple[UUID, UUID, float, Sequence[Any]]], UUID], None]


class Kept(NamedTuple):
    """What came of `Beside.keep`: for each row why something was left out ("" where nothing was), and how many records it made."""

    reasons: list[str]
    made: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a file may say beside a type's columns, because it stands in rows of its own.

    `columns` are offered to files alone. `keep(rows, by=…, batch_id=…, asking=…)` is given (record id, values) of rows that are
    in; `asking` says that rows are created and doubts put before people. `take_back(batch_id, by=…)` removes what `keep` made in an import.
    """

    made: Text  # what the result calls the records that `keep` created
    columns: tuple[Column, ...]
    keep: Callable[..., Kept]
    take_back: Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """Who may be there already, for programs: `find(values, actor)` answers plain data, by the values of these columns."""

    columns: tuple[str, ...]
    find: Callable[[Mapping[str, str], Any], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """Rows within a record, its contact points say, as programs and agents read them: actions on such a row take its id.

    `row` is a frozen dataclass, from whose fields the schema follows; `read(record, actor)` gives the rows as far as the actor
    may know them.
    """

    name: str
    row: type
    read: Callable[[Any, Any], Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """How a type tells of records that became one.

    `survivor(record, actor)` is the record into which one went (None: it is its own, or outside the actor's scope);
    `absorbed(id)` are the ids of those that went into it, whose story is part of its own.
    """

    survivor: Callable[[Any, Any], Record | None]
    absorbed: Callable[[UUID], Sequence[UUID]]


_model = cache(apps.get_model)  # asked for a hundred times by one page


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A record type. `slug` is its address and API path (`customers`), `type` its word in rights and events (`party`)."""

    type: str
    slug: str
    model: str
    label: Text
    label_plural: Text
    icon: str
    columns: tuple[Column, ...]
    title: str = "name"  # the column that names a record
    sections: tuple[Section, ...] = ()
    order: str = "name"  # default sort, "-" for descending
    panels: tuple[Panel, ...] = ()
    inner: tuple[Inner, ...] = ()
    board: Board | None = None
    writers: Writers = Writers()
    duplicates: Duplicates | None = None
    merging: Merging | None = None
    beside: Beside | None = None
    similar: Similar | None = None
    hints: str = ""  # address that says, while the form of a new record is filled in, what may be there already
    name_parts: bool = False  # a file may give the title in two columns, family and given name
    search: Callable[[Any], Mapping[str, Sequence[str]]] | None = None  # record -> {field: texts}
    search_reads: tuple[str, ...] = ()  # the relations `search` reads, loaded for many records at once
    rail: int = 0  # place in the left rail; 0 = not there
    owner: str = "owner"  # column of who is in charge; handover and transfer follow it
    party: str = ""  # path to the customer the record is about; merge follows it
    importable: bool = True
    exportable: bool = True
    creatable: bool = True
    archivable: bool = True
    custom_fields: bool = True
    card: str = ""  # template of a special card
    list_related: tuple[str, ...] = ()  # forward relations the list needs
    settings: bool = False  # shown under Settings instead of the rail
    extra_rights: tuple[str, ...] = ()
    on_cards: OnCards | None = None  # what address cards say beyond the columns
    received: Callable[[], Sequence[Column]] | None = None  # columns that come with what was received (scores, say)

    @property
    def model_class(self) -> Any:
        """The Django model, a subclass of Record whose columns only the declaration knows."""
        return _model(self.model)

    @property
    def rights(self) -> tuple[str, ...]:
        """Every right of the type: what roles grant."""
        verbs = [
            "view",
            "create",
            "edit",
            "archive",
            "restore",
            "purge",
            "import",
            "export",
            "reveal",
            "unmask",
            "print",
        ]
        return tuple(f"{self.type}.{verb}" for verb in [*verbs, "transfer", "comment", *self.extra_rights])

    def column(self, name: str) -> Column | None:
        """The declared column of that name."""
        return next((c for c in self.columns if c.name == name), None)


screens: dict[str, Screen] = {}


def register(screen: Screen) -> Screen:
    """Make a record type known; called once in the capability's `screens.py`."""
    if screen.type in screens or any(s.slug == screen.slug for s in screens.values()):
        raise RuntimeError(f"record type {screen.type} or address {screen.slug} is declared twice")
    screens[screen.type] = screen
    return screen


def by_slug(slug: str) -> Screen | None:
    """The record type at an address."""
    return next((s for s in screens.values() if s.slug == slug), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A right that belongs to no record type, such as running the organisation's settings."""

    code: str
    label: Text


other_rights: dict[str, Right] = {}


def register_rights(rights: Sequence[Right]) -> None:
    """Make rights known that belong to no record type."""
    other_rights.update({right.code: right for right in rights})
