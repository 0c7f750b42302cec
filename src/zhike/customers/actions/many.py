"""The import's fast road: many new parties in a few statements, by the same rules as `create_party`, one event each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from zhike.customers.actions.keeping import likeness
from zhike.customers.actions.preparing import Prepared, percent_complete, prepare, shown_points
from zhike.customers.actions.writing import unowned
from zhike.customers.models import ContactPoint, MatchKey, Membership, Party, PartyName
from zhike.customers.queries import search_fields, team_of
from zhike.customers.terms import Form, Kind, key_number
from zhike.customers.territories.queries import Rulebook, rulebook
from zhike.customers.territories.terms import WAYS, Choice, Facts
from zhike.kernel import bulk
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError
from zhike.kernel.ids import new_id, new_ids
from zhike.kernel.screens import screens
from zhike.methods.duplicates import Normal, keys, normalise
from zhike.records import search
from zhike.records.columns import custom_columns
from zhike.records.search.index import Entry, custom_keys
from zhike.records.tagging import set_tags
from zhike.records.values import stored_custom

PARTY = [f.attname for f in Party._meta.concrete_fields]
DEFAULTS: dict[str, Any] = {
    f.attname: f.get_default() for f in Party._meta.concrete_fields if f.attname not in ("id", "custom")
}
POINT = ["id", "party_id", "kind", "value", "display", "column", "label", "extension", "division", "source"]
POINT += ["do_not_use", "do_not_use_reason", "created_at"]
NAME = ["id", "party_id", "kind", "name"]
KEY = ["party_id", "key"]
MEMBER = ["id", "organisation_id", "person_id", "role", "department", "decision", "attitude", "outside", "primary"]
MEMBER += ["note", "created_at"]
STRONG = "cpewi"  # kinds of keys (see `methods.duplicates.blocking`) that identify


@dataclass(slots=True)
class Rows:
    """What a batch writes, table by table."""

    by: Actor
    now: datetime
    stamp: Any
    texts: list[tuple[str, str]]
    parties: list[tuple[Any, ...]] = field(default_factory=list)
    points: list[tuple[Any, ...]] = field(default_factory=list)
    names: list[tuple[Any, ...]] = field(default_factory=list)
    keys: list[tuple[Any, ...]] = field(default_factory=list)
    members: list[tuple[Any, ...]] = field(default_factory=list)
    tags: list[tuple[UUID, list[str]]] = field(default_factory=list)
    events: list[tuple[UUID, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    teams: dict[UUID, UUID | None] = field(default_factory=dict)
    book: Rulebook | None = None  # the assignment rules that decide about rows of which nobody says whose they are

    def team(self, owner_id: UUID) -> UUID | None:
        """The team of an owner, asked once."""
        if owner_id not in self.teams:
            self.teams[owner_id] = team_of(owner_id)
        return self.teams[owner_id]


@dataclass(slots=True)
class Ready:
    """A new party understood, its likeness with it: what an import compares before it decides what to create."""

    values: Mapping[str, Any]
    made: Prepared
    custom: dict[str, Any]
    likeness: Normal
    keys: list[int]
    strong: list[int]  # keys of what identifies: codes, numbers, addresses
    named: list[int]  # keys of a company's name


def read_many(values: Sequence[Mapping[str, Any]], *, by: Actor) -> list[Any]:
    """For each set of values what `create_many` takes, or the DomainError that refuses it. Writes nothing."""
    known = {column.name: column for column in custom_columns(screens["party"])}
    found: list[Any] = []
    for one in values:
        try:
            found.append(_ready(one, known, lenient=by.door == "import"))
        except DomainError as error:
            found.append(error)
    return found


def _ready(values: Mapping[str, Any], known: Mapping[str, Any], *, lenient: bool) -> Ready:
    made = prepare(values, lenient=lenient)
    custom = {n: stored_custom(c, values[n]) for n, c in known.items() if values.get(n) not in (None, "", [])}
    normal = normalise(likeness("", made.fields, made.points, [name for _kind, name in made.further_names()]))
    spelled = keys(normal)
    numbers = [key_number(key) for key in spelled]
    strong = [number for key, number in zip(spelled, numbers, strict=True) if key[0] in STRONG]
    company = made.fields["form"] == Form.ORGANISATION
    named = [n for key, n in zip(spelled, numbers, strict=True) if key[0] == "n"] if company else []
    return Ready(values, made, custom, normal, numbers, strong, named)


def create_many(values: Sequence[Mapping[str, Any] | Ready], *, by: Actor, batch_id: UUID | None = None) -> list[Any]:
    """Create parties from values by column name: in order, each new id or the DomainError that refused it.

    One transaction: either all accepted rows stand, with contact points, keys, search and events, or none.
    """
    rows = prepare_many(values, by=by)
    write_many(rows, batch_id=batch_id)
    return rows.results


def prepare_many(values: Sequence[Mapping[str, Any] | Ready], *, by: Actor) -> Rows:
    """The rows of many new parties, nothing written yet: the half of the work that needs the processor alone."""
    by.require("party.create")
    now, screen = timezone.now(), screens["party"]
    rows = Rows(by, now, bulk.moment(now), custom_keys(screen))
    way = WAYS.get(by.door)
    book = rulebook(way=way) if way is not None else None
    rows.book = book if book is not None and book.rules else None
    known = {column.name: column for column in custom_columns(screen)}
    for one in values:
        try:
            ready = one if isinstance(one, Ready) else _ready(one, known, lenient=by.door == "import")
            rows.results.append(_add(rows, ready))
        except DomainError as error:
            rows.results.append(error)
    return rows


def write_many(rows: Rows, *, batch_id: UUID | None = None) -> None:
    """Write prepared rows, with their events, in one transaction."""
    with transaction.atomic():
        _write(rows, batch_id)
        if rows.book is not None:
            rows.book.keep_turns()


def _add(rows: Rows, ready: Ready) -> UUID:
    """The rows of one party."""
    made, values, custom = ready.made, ready.values, ready.custom
    pk = new_id()
    key, now = bulk.key(pk), rows.stamp
    points, names = made.points, made.further_names()
    choice = rows.book.choose(Facts.of(made.fields)) if rows.book and unowned(made.fields, values) else Choice(())
    fields = DEFAULTS | _owned(rows, made, values, choice)
    fields["id"], fields["custom"] = pk, custom
    rows.parties.append(tuple([fields[name] for name in PARTY]))
    source = fields["source"]
    for p in points:
        rows.points.append(
            (
                key, str(p.kind), p.value, p.display, p.column, p.label, p.extension, p.division, source,
                False, "", now,
            )
        )  # fmt: skip
    for kind, name in names:
        rows.names.append((key, kind, name))
    for number in ready.keys:
        rows.keys.append((key, number))
    if values.get("tags"):
        rows.tags.append((pk, values["tags"]))
    assigned = {"assigned": choice.payload()} if choice else {}
    rows.events.append((pk, {"version": 1, **assigned}, {"subject": fields["name"]}))
    words: dict[str, list[str]] = search_fields(fields, made.aliases or (), points)
    words |= {key: [str(custom[name])] for name, key in rows.texts if custom.get(name)}
    rows.entries.append(Entry("party", pk, words))
    if fields["contact_name"] and fields["form"] == Form.ORGANISATION:
        _introduce(rows, pk, fields)
    return pk


def _owned(rows: Rows, made: Prepared, values: Mapping[str, Any], choice: Choice) -> dict[str, Any]:
    """The given fields with owner, team, author and completeness, as `writing.founding` sets them."""
    by, fields = rows.by, made.fields
    shown_points(made.points, fields)
    if choice.pool_id is not None:
        fields |= {"pool_id": choice.pool_id, "pooled_at": rows.now, "pool_reason": choice.rule}
    elif unowned(fields, values):
        fields["owner_id"] = choice.owner_id or by.user_id
    owner_id = fields.get("owner_id")
    if owner_id is not None:
        if owner_id not in (by.user_id, choice.owner_id) and by.door != "import":
            by.require("party.transfer")
        fields["owned_since"] = fields.get("created_at") or rows.now
    if fields.get("team_id") is None:
        fields["team_id"] = by.team_id if owner_id in (None, by.user_id) else rows.team(owner_id)
    fields["created_at"] = fields.get("created_at") or rows.now
    fields["updated_at"] = rows.now
    fields.setdefault("created_by_id", by.user_id)
    fields["completeness"] = percent_complete(fields)
    return fields


def _introduce(rows: Rows, organisation_id: UUID, fields: Mapping[str, Any]) -> None:
    """The contact person named with a new organisation, as a party of their own and its primary contact."""
    values = {"name": fields["contact_name"], "form": Form.PERSON, "kind": Kind.CONSUMER}  # as `prepare` would guess
    values |= {"title": fields["contact_title"]}
    values |= {"source": fields["source"], "owner": fields["owner_id"], "team": fields["team_id"]}
    values |= {"created_at": fields["created_at"], "created_by": fields["created_by_id"]}
    person_id = _add(rows, _ready(values, {}, lenient=False))
    rows.members.append(
        (
            bulk.key(organisation_id), bulk.key(person_id), fields["contact_title"], "", "", "", False, True, "",
            rows.stamp,
        )
    )  # fmt: skip


def _write(rows: Rows, batch_id: UUID | None) -> None:
    # sorted as the largest random indexes are, so that neighbours land on the same page
    bulk.insert(Party, PARTY, sorted(rows.parties, key=itemgetter(PARTY.index("sort_key"))))
    bulk.insert(ContactPoint, POINT, _numbered(rows.points), ready=True)
    bulk.insert(PartyName, NAME, _numbered(rows.names), ready=True)
    bulk.insert(MatchKey, KEY, sorted(rows.keys, key=itemgetter(1)), ready=True)
    bulk.insert(Membership, MEMBER, _numbered(rows.members), ready=True)
    for pk, tags in rows.tags:
        set_tags("party", pk, tags)
    bulk.append_events(
        "party.created",
        rows.events,
        by=rows.by,
        action="create_party",
        about_customer=True,
        batch_id=batch_id,
        now=rows.now,
    )
    search.index_many(rows.entries, fresh=True)


def _numbered(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows with fresh ids before them."""
    return [(bulk.key(pk), *row) for pk, row in zip(new_ids(len(rows)), rows, strict=True)]
