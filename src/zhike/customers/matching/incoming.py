"""Rows of an import beside the customers that exist: candidates by shared keys, compared one by one, a chunk at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from zhike.customers.actions.keeping import likeness
from zhike.customers.actions.ready import Ready
from zhike.customers.models import ContactPoint, DuplicatePair, Party, PartyName
from zhike.kernel.screens import Likely
from zhike.methods.duplicates import DEFAULT, Normal, compare, normalise
from zhike.methods.duplicates.weights import default_model

CROWDED = 150  # a number held by more says nothing: a switchboard, a landlord
NAMESAKES = 20  # the same of a company's name
MOST_CANDIDATES = 60  # of one row
NOTICED = 0.5
SURE = 0.9
IDENTIFIERS = frozenset({"credit_code", "phone", "email", "wechat", "identifier"})
FIELDS = (
    "pk", "form", "name", "credit_code", "born_on", "division", "external_id", "source_system", "birthday_text", "mobile",
    "phone", "email", "wechat", "qq", "website", "address",
)  # fmt: skip
REACHED = ("mobile", "phone", "email", "wechat", "qq", "website")
IDENTIFYING = (*REACHED, "address", "credit_code", "birthday_text")


class Stored:
    """The live customers that rows may be: their columns at once, what comparing needs only for those that come to it."""

    def __init__(self, ids: set[UUID]) -> None:
        self.fields = _fields(ids)
        self.normals: dict[UUID, Normal] = {}

    def compare(self, ids: set[UUID]) -> None:
        """Make these ready to be compared, in two queries."""
        ids = {pk for pk in ids if pk in self.fields}
        points: dict[UUID, list[ContactPoint]] = defaultdict(list)
        names: dict[UUID, list[str]] = defaultdict(list)
        if ids:
            for point in ContactPoint.objects.filter(party_id__in=ids).only("party_id", "kind", "value", "display"):
                points[point.party_id].append(point)
            for pk, name in PartyName.objects.filter(party_id__in=ids).values_list("party_id", "name"):
                names[pk].append(name)
        self.normals = {pk: normalise(likeness(str(pk), self.fields[pk], points[pk], names[pk])) for pk in ids}


def _fields(ids: set[UUID]) -> dict[UUID, dict[str, Any]]:
    if not ids:
        return {}
    there = Party.objects.live().filter(pk__in=ids).order_by().values_list(*FIELDS)
    return {values[0]: dict(zip(FIELDS, values, strict=True)) for values in there}


def find(rows: Sequence[Ready], memory: dict[str, Any]) -> list[list[Likely]]:
    """For each row the customers it may be, the surest first: stored ones, and earlier rows of the same chunk.

    Looked for are those that share what identifies, a company's name, or name and everything else; finding near misses
    among all is the batch finder's work.
    """
    crowded: set[int] = memory.setdefault("crowded", set())
    by_key = holders({key for row in rows for key in row.strong} - crowded, crowded, CROWDED)
    by_key |= holders({key for row in rows for key in row.named} - crowded, crowded, NAMESAKES)
    by_number = _same_numbers(rows)
    # one that is the same in everything shares a key, unless the row has none that tells: a name alone has many bearers
    by_name = _same_names([row for row in rows if crowded.issuperset(row.strong)])
    wanted: list[set[UUID]] = []
    for row in rows:
        found = set(by_number.get(_number(row.compared), ()))
        for key in (*row.strong, *row.named):
            if len(found) >= MOST_CANDIDATES:
                break
            found.update(by_key.get(key, ()))
        if crowded.issuperset(row.strong):
            found.update(by_name.get((row.compared["sort_key"], row.compared["name"]), ()))
        wanted.append(found)
    return _Judge(rows, wanted).judged()


def holders(keys: set[int], crowded: set[int], most: int) -> dict[int, list[UUID]]:
    """Key -> live parties that hold it. Keys held by more than `most` are remembered, and asked for once."""
    if not keys:
        return {}
    listed = sorted(keys)
    found: dict[int, list[Any]] = defaultdict(list)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT k, m.party_id FROM unnest(%s::bigint[]) k CROSS JOIN LATERAL (SELECT party_id FROM"
                " customers_matchkey WHERE key = k LIMIT %s) m",
                [listed, most + 1],
            )
        else:
            # a long IN makes SQLite read the whole table; a joined list is looked up key by key
            cursor.execute(
                "SELECT m.key, m.party_id FROM json_each(%s) k CROSS JOIN customers_matchkey m ON m.key = k.value",
                [orjson.dumps(listed).decode()],
            )
        for key, pk in cursor.fetchall():
            found[key].append(pk)
    for key in [key for key, holders in found.items() if len(holders) > most]:
        crowded.add(key)
        del found[key]
    if connection.vendor != "postgresql":
        return {key: [UUID(hex=pk) for pk in holders] for key, holders in found.items()}
    return found


def _same_names(rows: Sequence[Ready]) -> dict[tuple[str, str], list[UUID]]:
    """Live parties by sorting key and name, for names that occur among the rows: the same file again is found by these."""
    found: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    if not rows:
        return found
    pairs = sorted({(row.compared["sort_key"], row.compared["name"]) for row in rows})
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT m.id, s, n FROM unnest(%s::text[], %s::text[]) AS given(s, n) CROSS JOIN LATERAL (SELECT id FROM"
                " customers_party WHERE sort_key = s AND name = n AND archived_at IS NULL LIMIT %s) m",
                [*map(list, zip(*pairs, strict=True)), CROWDED],
            )
        else:
            cursor.execute(
                "SELECT p.id, p.sort_key, p.name FROM json_each(%s) k CROSS JOIN customers_party p ON"
                " p.sort_key = k.value ->> 0 AND p.name = k.value ->> 1 AND p.archived_at IS NULL LIMIT %s",
                [orjson.dumps(pairs).decode(), CROWDED * len(pairs)],
            )
        for pk, sort, name in cursor.fetchall():
            if len(found[sort, name]) < CROWDED:
                found[sort, name].append(pk if isinstance(pk, UUID) else UUID(hex=pk))
    return found


def _number(fields: Mapping[str, Any]) -> tuple[str, str] | None:
    number = fields.get("external_id")
    return (number, fields.get("source_system") or "") if number else None


def _same_numbers(rows: Sequence[Ready]) -> dict[tuple[str, str] | None, list[UUID]]:
    """Live parties by their number in another system."""
    numbers = {number for row in rows if (number := _number(row.compared))}
    found: dict[tuple[str, str] | None, list[UUID]] = defaultdict(list)
    if numbers:
        there = Party.objects.live().filter(external_id__in={pair[0] for pair in numbers})
        for pk, own, system in there.order_by().values_list("pk", "external_id", "source_system"):
            found[own, system].append(pk)
    return found


class _Judge:
    """Says of each row of a chunk what it may be."""

    def __init__(self, rows: Sequence[Ready], wanted: Sequence[set[UUID]]) -> None:
        self.rows, self.wanted = rows, wanted
        self.stored = Stored(set().union(*wanted) if rows else set())
        self.keys: dict[int, list[int]] = defaultdict(list)  # earlier rows by key
        self.names: dict[str, list[int]] = defaultdict(list)
        self.normals: dict[int, Normal] = {}

    def judged(self) -> list[list[Likely]]:
        """For each row the likely ones, the surest first."""
        certain, before = [], []
        for place, row in enumerate(self.rows):
            certain.append(self._certain(place, row))
            keys = (*row.strong, *row.named)
            before.append(sorted({at for key in keys for at in self.keys[key][-NAMESAKES:]}))
            self._remember(place, row, keys)
        open_ = [place for place, offers in enumerate(certain) if not offers]
        self.stored.compare(set().union(*(self.wanted[place] for place in open_)) if open_ else set())
        for place in open_:
            certain[place] = self._compared(place, before[place])
        return [_sorted(offers) for offers in certain]

    def _certain(self, place: int, row: Ready) -> list[Likely]:
        mine, fields = row.compared, self.stored.fields
        offers = [_same(mine, fields[pk], pk, -1) for pk in self.wanted[place] if pk in fields]
        offers += [_same(mine, self.rows[at].compared, None, at) for at in self.names.get(mine["name"], ())]
        return [offer for offer in offers if offer is not None]

    def _remember(self, place: int, row: Ready, keys: Sequence[int]) -> None:
        name = row.compared["name"]
        self.names[name] = [*self.names[name][-NAMESAKES:], place]
        for key in keys:
            self.keys[key].append(place)

    def _compared(self, place: int, before: Sequence[int]) -> list[Likely]:
        row, fields, normals = self.rows[place], self.stored.fields, self.stored.normals
        there = [pk for pk in self.wanted[place] if pk in fields]
        if not there and not before:
            return []
        mine = self._normal(place)
        offers = [_offer(row.compared, mine, fields[pk], normals[pk], pk, -1) for pk in there]
        earlier = [(at, self.rows[at].compared) for at in before]
        return offers + [_offer(row.compared, mine, other, self._normal(at), None, at) for at, other in earlier]

    def _normal(self, place: int) -> Normal:
        if place not in self.normals:
            self.normals[place] = self.rows[place].likeness
        return self.normals[place]


def _sorted(offers: Sequence[Likely]) -> list[Likely]:
    found = [offer for offer in offers if offer.probability >= NOTICED]
    found.sort(key=lambda offer: (-offer.probability, offer.row, str(offer.record_id)))
    return found[:5]


def _same(mine: Mapping[str, Any], other: Mapping[str, Any], pk: UUID | None, at: int) -> Likely | None:
    """One that is exactly the same, if it is."""
    if not _identical(mine, other):
        return None
    return Likely(pk, at, 1.0, ({"code": "same", "field": "name", "detail": mine["name"], "bits": 60.0},), sure=True)


def _offer(
    mine: Mapping[str, Any], alike: Normal, fields: Mapping[str, Any], normal: Normal, pk: UUID | None, at: int
) -> Likely:
    """How likely two are one. Sure is only what shares an identifier, too: likeness alone is for people to judge."""
    number, other = _number(mine), _number(fields)
    if number and other and number[1] == other[1]:
        if number == other:
            reason = {"code": "same", "field": "identifier", "detail": mine["external_id"], "bits": 60.0}
            return Likely(pk, at, 1.0, (reason,), sure=True)
        if number[1]:  # one system tells its own customers apart better than we can
            return Likely(pk, at, 0.0)
    pair = compare(alike, normal, model=default_model(DEFAULT))
    shared = any(reason.code == "same" and reason.field in IDENTIFIERS for reason in pair.reasons)
    sure = shared and pair.probability >= SURE
    return Likely(pk, at, pair.probability, tuple(asdict(reason) for reason in pair.reasons[:6]), sure=sure)


def _identical(mine: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """The same name, and whatever both say to identify is the same; a name alone needs another name alone."""
    if mine["name"] != other["name"] or mine["form"] != other["form"] or _number(mine) != _number(other):
        return False
    said = [name for name in IDENTIFYING if _text(mine.get(name))]
    if not said:
        return not any(_text(other.get(name)) for name in REACHED)
    return all(_text(mine[name]) == _text(other.get(name)) for name in said)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def note(pairs: Iterable[tuple[UUID, UUID, float, Sequence[Any]]], batch_id: UUID) -> None:
    """Put doubtful pairs before people."""
    rows = []
    for one, other, probability, reasons in pairs:
        left, right = sorted((one, other))
        rows.append(
            DuplicatePair(
                left_id=left,
                right_id=right,
                probability=probability,
                rank=probability,
                reasons=list(reasons),
                batch_id=batch_id,
            )
        )
    DuplicatePair.objects.bulk_create(rows, ignore_conflicts=True)
