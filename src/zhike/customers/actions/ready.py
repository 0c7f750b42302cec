"""New parties understood and written out as rows, before anything touches a table: the part of an import that only thinks.

It may run in a process of its own, so what it gives is small and plain: texts, numbers and tuples, ready for the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Field
from django.utils import timezone

from zhike.customers.actions.keeping import likeness
from zhike.customers.actions.preparing import Prepared, percent_complete, prepare, shown_points
from zhike.customers.actions.writing import unowned
from zhike.customers.models import Party
from zhike.customers.queries import search_fields, team_of
from zhike.customers.terms import Form, Kind, key_number
from zhike.customers.territories.queries import Rulebook, rulebook
from zhike.customers.territories.terms import WAYS, Choice, Facts
from zhike.kernel import bulk, inserting
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError
from zhike.kernel.ids import new_keys
from zhike.kernel.screens import screens
from zhike.methods.duplicates import Normal, keys, normalise
from zhike.methods.duplicates import Record as Likeness
from zhike.records.columns import custom_columns
from zhike.records.custom.keeping import Keeper
from zhike.records.search.index import custom_keys, writes_of
from zhike.records.values import stored_custom

STRONG = "cpewi"  # kinds of keys (see `methods.duplicates.blocking`) that identify
COMPARED = (
    "name", "form", "sort_key", "external_id", "source_system", "mobile", "phone", "email", "wechat", "qq", "website", "address",
    "credit_code", "birthday_text",
)  # fmt: skip
PARTY: dict[str, Field[Any, Any]] = {f.attname: f for f in Party._meta.concrete_fields}
PLACES = {name: place for place, name in enumerate(PARTY)}


class Written(NamedTuple):
    """Everything one new party leaves in the tables, with the contact person named with it."""

    key: str
    parties: list[tuple[Any, ...]]
    points: list[tuple[Any, ...]]
    names: list[tuple[Any, ...]]
    keys: list[tuple[str, list[int]]]
    members: list[tuple[Any, ...]]
    tags: list[tuple[str, list[str]]]
    events: list[tuple[Any, ...]]
    details: list[tuple[Any, ...] | None]
    found_by: list[tuple[Any, ...]]


@dataclass(slots=True)
class Ready:
    """A new party understood: what an import compares before it decides what to create."""

    compared: dict[str, Any]  # by column, what tells it from others
    strong: list[int]  # keys of what identifies: codes, numbers, addresses
    named: list[int]  # keys of a company's name
    bones: tuple[Any, ...]  # what its likeness is made of, which few rows need
    rows: Written | None = None  # missing while a rule must still decide whose it is
    rest: tuple[Mapping[str, Any], Prepared, dict[str, Any], list[int]] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        rest = None if self.rows is not None else self.rest
        return Ready, (self.compared, self.strong, self.named, self.bones, self.rows, rest)

    @property
    def likeness(self) -> Normal:
        """As the duplicate matcher compares it."""
        return normalise(Likeness(*self.bones))


def read_many(values: Sequence[Mapping[str, Any]], *, by: Actor, batch_id: UUID | None = None) -> list[Any]:
    """For each set of values what `create_many` takes, or the DomainError that refuses it. Writes nothing.

    With a batch, whatever needs no rule to decide about it is written out at once.
    """
    composer = Composer(by, batch_id)
    compose = batch_id is not None and by.can("party.create") and composer.book is None
    found: list[Any] = []
    for one in values:
        try:
            ready = composer.read(one)
            if compose:
                ready.rows = composer.compose(ready)
            found.append(ready)
        except DomainError as error:
            found.append(error)
    return found


class Composer:
    """Reads values and writes out rows for one person and batch; what all rows share is asked once."""

    def __init__(self, by: Actor, batch_id: UUID | None = None) -> None:
        screen = screens["party"]
        self.by, self.now = by, timezone.now()
        self.stamp = inserting.moment(self.now)
        self.lenient = by.door == "import"
        self.known = {column.name: column for column in custom_columns(screen)}
        self.texts = custom_keys(screen) if self.known else []
        self.keeper = Keeper(screen)
        self.teams: dict[UUID, UUID | None] = {}
        self.ids = fresh_keys()
        self.told = bulk.Teller("party.created", "create_party", by=by, batch_id=batch_id, now=self.now)
        self.found_by = writes_of("party")
        way = WAYS.get(by.door)
        book = rulebook(way=way) if way is not None else None
        # the assignment rules that decide about rows of which nobody says whose they are
        self.book: Rulebook | None = book if book is not None and book.rules else None
        self.adapters = {
            name: adapt for name, field in PARTY.items() if (adapt := inserting.adapter(field)) is not None
        }
        self.defaults = {name: field.get_default() for name, field in PARTY.items()}
        self.blank = [self._adapted(name, value) for name, value in self.defaults.items()]

    def _adapted(self, name: str, value: Any) -> Any:
        adapt = self.adapters.get(name)
        return value if adapt is None or value is None else adapt(value)

    def read(self, values: Mapping[str, Any]) -> Ready:
        """What values mean, with the keys by which they are compared."""
        made = prepare(values, lenient=self.lenient)
        known, fields = self.known, made.fields
        custom = {n: stored_custom(c, values[n]) for n, c in known.items() if values.get(n) not in (None, "", [])}
        alike = likeness("", fields, made.points, [name for _kind, name in made.further_names()])
        strong, named, numbers = [], [], []
        company = fields["form"] == Form.ORGANISATION
        for key in keys(normalise(alike)):
            number = key_number(key)
            numbers.append(number)
            if key[0] in STRONG:
                strong.append(number)
            elif company and key[0] == "n":
                named.append(number)
        shown_points(made.points, fields)
        compared = {name: value for name in COMPARED if (value := fields.get(name))}
        bones = tuple([getattr(alike, name) for name in Likeness.__slots__])
        return Ready(compared, strong, named, bones, None, (values, made, custom, numbers))

    def compose(self, ready: Ready) -> Written:
        """The rows of a party that was read."""
        assert ready.rest is not None  # noqa: S101 - only what was read here, or came without rows, gets here
        rows = Written(next(self.ids), [], [], [], [], [], [], [], [], [])
        self._add(rows, rows.key, *ready.rest)
        return rows

    def _add(
        self,
        rows: Written,
        key: str,
        values: Mapping[str, Any],
        made: Prepared,
        custom: dict[str, Any],
        numbers: list[int],
    ) -> None:
        points, book, ids = made.points, self.book, self.ids
        choice = book.choose(Facts.of(made.fields)) if book and unowned(made.fields, values) else NOBODY
        fields = self._owned(made, values, choice)
        rows.parties.append(self._row(key, fields, custom))
        source, now = fields.get("source", ""), self.stamp
        for p in points:
            rows.points.append(
                (
                    next(ids), key, str(p.kind), p.value, p.display, p.column, p.label, p.extension, p.division, source,
                    False, "", now,
                )
            )  # fmt: skip
        for kind, name in made.further_names():
            rows.names.append((next(ids), key, kind, name))
        rows.keys.append((key, numbers))
        if values.get("tags"):
            rows.tags.append((key, values["tags"]))
        payload = {"version": 1, "assigned": choice.payload()} if choice else FIRST
        event, detail = self.told.about(next(ids), key, payload, {"subject": fields["name"]})
        rows.events.append(event)
        rows.details.append(detail)
        words: dict[str, list[str]] = search_fields(fields, made.aliases or (), points)
        if custom:
            words |= {place: [str(custom[name])] for name, place in self.texts if custom.get(name)}
        rows.found_by.append(self.found_by(key, words))
        if fields.get("contact_name") and fields["form"] == Form.ORGANISATION:
            self._introduce(rows, key, fields)

    def _row(self, key: str, fields: Mapping[str, Any], custom: dict[str, Any]) -> tuple[Any, ...]:
        row, adapters = self.blank.copy(), self.adapters
        for name, value in fields.items():
            if value is not None and (adapt := adapters.get(name)) is not None:
                value = adapt(value)
            row[PLACES[name]] = value
        row[PLACES["id"]] = key
        if custom:
            row[PLACES["custom"]] = adapters["custom"](custom)
        if worked := self.keeper.worked(custom, lambda path: fields.get(path, self.defaults[path])):
            row[PLACES["worked"]] = adapters["worked"](worked)
        return tuple(row)

    def _owned(self, made: Prepared, values: Mapping[str, Any], choice: Choice) -> dict[str, Any]:
        """The given fields with owner, team, author and completeness, as `writing.founding` sets them."""
        by, fields, now = self.by, made.fields, self.now
        if choice.pool_id is not None:
            fields |= {"pool_id": choice.pool_id, "pooled_at": now, "pool_reason": choice.rule}
        elif unowned(fields, values):
            fields["owner_id"] = choice.owner_id or by.user_id
        owner_id = fields.get("owner_id")
        if owner_id is not None:
            if owner_id not in (by.user_id, choice.owner_id) and by.door != "import":
                by.require("party.transfer")
            fields["owned_since"] = fields.get("created_at") or now
        if fields.get("team_id") is None:
            fields["team_id"] = by.team_id if owner_id in (None, by.user_id) else self._team(owner_id)
        fields["created_at"] = fields.get("created_at") or now
        fields["updated_at"] = now
        fields.setdefault("created_by_id", by.user_id)
        fields["completeness"] = percent_complete(fields)
        return fields

    def _team(self, owner_id: UUID) -> UUID | None:
        """The team of an owner, asked once."""
        if owner_id not in self.teams:
            self.teams[owner_id] = team_of(owner_id)
        return self.teams[owner_id]

    def _introduce(self, rows: Written, organisation: str, fields: Mapping[str, Any]) -> None:
        """The contact person named with a new organisation, as a party of their own and its primary contact."""
        title = fields.get("contact_title", "")
        values = {
            "name": fields["contact_name"],
            "form": Form.PERSON,
            "kind": Kind.CONSUMER,
        }  # as `prepare` would guess
        values |= {"title": title, "source": fields.get("source", "")}
        values |= {"owner": fields.get("owner_id"), "team": fields.get("team_id")}
        values |= {"created_at": fields["created_at"], "created_by": fields["created_by_id"]}
        key, read = next(self.ids), self.read(values)
        assert read.rest is not None  # noqa: S101 - just read
        _values, made, _custom, numbers = read.rest
        self._add(rows, key, values, made, {}, numbers)
        member = (next(self.ids), organisation, key, title, "", "", "", False, True, "", self.stamp)
        rows.members.append(member)


NOBODY = Choice(())
FIRST = {"version": 1}


def fresh_keys() -> Iterator[str]:
    """Ids without end, as the database takes them."""
    while True:
        yield from new_keys(4096)
