"""What is asked of the search: groups of hits by record type, and the records of one list that match.

How it stays fast at a million rows: nothing is ever sorted or counted in full. Candidates come newest first, a few at a
time, names that begin like the question before all others; each portion passes the one predicate (`live`) before the next
is fetched. A person whose records are few is answered from those records instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

# ruff: noqa: S608  # statements are made of constants; whatever somebody typed is a parameter
from zhike.kernel.actor import Actor
from zhike.kernel.screens import Screen, screens
from zhike.records.models import SearchRow
from zhike.records.queries import live
from zhike.records.search.asking import Asked, ask

NEWEST = 1500  # PostgreSQL: rows looked at one by one before the index is asked, so that frequent tokens answer at once
FIRST, LARGEST, MOST = (
    120,
    8_000,
    20_000,
)  # candidates of the first portion (each is four times the last), of the largest, of all
NARROW = 3000  # whoever sees no more records than this is answered from those
FEW, MANY = 2000, 10_000  # matches of a list: up to FEW are taken as ids, beyond MANY only the newest
WALKED = 20_000  # whoever sees no more records than this has all of them tested instead


@dataclass(frozen=True, slots=True)
class Hit:
    """A record found: what it is called and where it is."""

    id: UUID
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one type; `more` says that there are further ones."""

    screen: Screen
    hits: tuple[Hit, ...]
    more: bool


def search(actor: Actor, text: str, types: Iterable[str] | None = None, per_type: int = 8) -> list[Found]:
    """What a person finds, by type in the order of the rail; only what `visible_to` and the rules for fields let through."""
    wanted = set(types) if types is not None else None
    groups = []
    for screen in sorted(screens.values(), key=lambda s: (s.settings, s.rail or 1000)):
        if screen.search is None or (wanted is not None and screen.type not in wanted):
            continue
        if not actor.can(f"{screen.type}.view") or (asked := ask(screen, actor, text)) is None:
            continue
        ids = _found(screen, actor, asked, per_type + 1)
        if ids:
            groups.append(Found(screen, _hits(screen, ids[:per_type]), len(ids) > per_type))
    return groups


def _hits(screen: Screen, ids: Sequence[UUID]) -> tuple[Hit, ...]:
    titles = dict(screen.model_class.objects.filter(pk__in=ids).values_list("pk", screen.title))
    return tuple(Hit(pk, str(titles[pk]), f"/{screen.slug}/{pk}/") for pk in ids if pk in titles)


def _found(screen: Screen, actor: Actor, asked: Asked, wanted: int) -> list[UUID]:
    """Ids of visible matches, names that begin so first."""
    seen: set[UUID] = set()
    found: list[UUID] = []
    visible, walked = live(screen, actor), 0
    narrow = not actor.reach(f"{screen.type}.view").everything
    for portion, last in _portions(screen, asked, visible):
        fresh = [pk for pk in dict.fromkeys(portion.visible) if pk not in seen]
        seen.update(fresh)
        walked += portion.walked
        found += _seen_through(asked, fresh)
        if last or len(found) >= wanted or walked >= MOST:
            break
        if narrow:
            narrow = False  # asked once
            if (own := _own(visible)) is not None:
                found += _seen_through(asked, _among(own, asked, wanted * 4))
                break
    return list(dict.fromkeys(found))[:wanted]


class Portion(NamedTuple):
    """Candidates in order: those that pass the predicate, how many were looked at, and the lowest number among them."""

    visible: list[UUID]
    walked: int
    lowest: int = 0


def _own(visible: Any) -> list[UUID] | None:
    """All visible ids, when they are few; whether they are is asked first, since most people see many."""
    ids = visible.order_by().values_list("pk", flat=True)
    return None if ids[NARROW : NARROW + 1] else list(ids)


def _seen_through(asked: Asked, ids: list[UUID]) -> list[UUID]:
    """Of the ids those that visible columns alone find, where columns are hidden."""
    if not asked.hidden or not ids:
        return ids
    rows = SearchRow.objects.filter(record_id__in=ids).annotate(written=Cast("tokens", TextField()))
    texts = {pk: (text, tokens) for pk, text, tokens in rows.values_list("record_id", "text", "written")}
    return [pk for pk in ids if pk in texts and asked.stands_in(texts[pk][0], texts[pk][1].replace("'", "").split())]


def _portions(screen: Screen, asked: Asked, visible: Any) -> Iterator[tuple[Portion, bool]]:
    """Candidates, a portion at a time, and whether it is the last."""
    return (_postgresql if connection.vendor == "postgresql" else _sqlite)(screen, asked, _predicate(visible))


def _predicate(visible: Any) -> tuple[str, list[Any]]:
    """Whether the record of search row `s` is visible: asked row by row, by its key; asked for many at once, SQLite prefers
    to walk all records of a team."""
    passing = visible.order_by().filter(pk=RawSQL("s.record_id", ())).values("pk")
    try:
        sql, values = passing.query.sql_with_params()
    except EmptyResultSet:  # nothing at all is
        return "1 = 0", []
    return f"EXISTS({sql})", list(values)


def _sqlite(screen: Screen, asked: Asked, predicate: tuple[str, list[Any]]) -> Iterator[tuple[Portion, bool]]:
    """FTS5 walks its rows backwards and stops at the limit: newest first, whatever the number of matches."""
    condition, values = _recheck(asked, "instr")
    passes, by = predicate
    part = (
        f"SELECT * FROM (SELECT {passes}, s.id, s.record_id FROM records_searchindex i"
        " CROSS JOIN records_searchrow s ON s.id = i.rowid"
        " WHERE i.records_searchindex MATCH %s AND s.record_type = %s{} ORDER BY i.rowid DESC LIMIT {})"
    )
    asking, names = asked.index_form("sqlite"), asked.names("sqlite")
    if names:
        begun = " UNION ALL ".join([part.format("", FIRST)] * len(names))
        yield _rows(begun, [v for name in names for v in (*by, name, screen.type)]), False
    size, found = FIRST, _rows(part.format(condition, FIRST), [*by, asking, screen.type, *values])
    while found.walked == size:
        yield found, False
        size, last = min(size * 4, LARGEST), found.lowest
        older = part.format(f"{condition} AND i.rowid < %s", size)
        found = _rows(older, [*by, asking, screen.type, *values, last])
    yield found, True


def _postgresql(screen: Screen, asked: Asked, predicate: tuple[str, list[Any]]) -> Iterator[tuple[Portion, bool]]:
    """GIN knows no order: the newest rows are looked at one by one, then matches as the index gives them."""
    condition, values = _recheck(asked, "strpos")
    passes, by = predicate
    asking, names = asked.index_form("postgresql"), asked.names("postgresql")
    row = f"SELECT {passes}, s.id, s.record_id FROM"
    matching = f"{row} records_searchrow s WHERE s.tokens @@ %s::tsquery AND s.record_type = %s"
    newest = (
        f"{row} (SELECT * FROM records_searchrow WHERE record_type = %s ORDER BY id DESC"
        f" LIMIT {NEWEST}) s WHERE s.tokens @@ %s::tsquery{condition}"
    )
    parts = [f"({matching} LIMIT {FIRST})" for _name in names] + [f"({newest} LIMIT {FIRST})"]
    given = [v for name in names for v in (*by, name, screen.type)]
    yield _rows(" UNION ALL ".join(parts), [*given, *by, screen.type, asking, *values]), False
    offset, size, last = 0, 4 * FIRST, False
    while not last:
        asked_for = f"{matching}{condition} LIMIT {size} OFFSET {offset}"
        found = _rows(asked_for, [*by, asking, screen.type, *values], newest_first=True)
        last = found.walked < size
        yield found, last
        offset, size = offset + size, size * 4


def _recheck(asked: Asked, function: str) -> tuple[str, list[str]]:
    """Pairs alone do not know their order: three characters and more must stand together in the text."""
    return "".join(f" AND {function}(s.text, %s) > 0" for _part in asked.recheck), list(asked.recheck)


def _rows(sql: str, values: Sequence[Any], *, newest_first: bool = False) -> Portion:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    if newest_first:
        rows.sort(key=itemgetter(1), reverse=True)
    ids = [pk if isinstance(pk, UUID) else UUID(pk) for passed, _number, pk in rows if passed]
    return Portion(ids, len(rows), min((row[1] for row in rows), default=0))


def _among(ids: Sequence[UUID], asked: Asked, most: int) -> list[UUID]:
    """Matches among few records, newest first."""
    rows = SearchRow.objects.filter(record_id__in=ids).filter(_Holds(asked))
    return list(rows.order_by("-id").values_list("record_id", flat=True)[:most])


class _Holds(Func):
    """Whether a search row answers a question, by its own tokens; with `indexed`, as the index says."""

    output_field = BooleanField()

    def __init__(self, asked: Asked, indexed: bool = False) -> None:
        super().__init__(F("id"), F("tokens"), F("text"))
        self.asked, self.indexed = asked, indexed

    def as_sql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """The condition in the database's own words; whatever somebody typed is a parameter."""
        number, tokens, text = (compiler.compile(part)[0] for part in self.source_expressions)
        on_postgresql = connection.vendor == "postgresql"
        values: list[Any]
        if on_postgresql:
            sql, values = f"{tokens} @@ %s::tsquery", [self.asked.tsquery()]
        elif self.indexed:
            found = "SELECT rowid FROM records_searchindex WHERE records_searchindex MATCH %s"
            sql, values = f"{number} IN ({found})", [self.asked.fts5()]
        else:
            sql, values = self.asked.instr(tokens)
        function = "strpos" if on_postgresql else "instr"
        parts = [f"({sql})", *[f"{function}({text}, %s) > 0" for _part in self.asked.recheck]]
        return f"({' AND '.join(parts)})", [*values, *self.asked.recheck]


def matching_ids(actor: Actor, screen: Screen, text: str, *, whole: bool = False) -> Q:
    """A condition that narrows a list of the type to what a text finds; rights are the list's own affair.

    Up to FEW matches are named by their ids. Of more, somebody with up to WALKED records has all of theirs tested; anybody
    else gets the newest MANY matches, which is as far as a list counts. `whole` (exports, bulk commands) always means all.
    """
    asked = ask(screen, actor, text) if screen.search is not None else None
    if asked is None:
        return Q(pk__in=[])
    found = SearchRow.objects.filter(record_type=screen.type).filter(_Holds(asked, indexed=True))
    few = list(found.values_list("record_id", flat=True)[: FEW + 1])
    if asked.hidden:
        return Q(pk__in=_seen_through(asked, few[:FEW]))
    if len(few) <= FEW:
        return Q(pk__in=few)
    if whole:
        return Q(pk__in=found.values("record_id"))
    reach = actor.reach(f"{screen.type}.view")
    if not reach.everything and live(screen, actor).order_by()[: WALKED + 1].count() <= WALKED:
        return Q(Exists(SearchRow.objects.filter(record_id=OuterRef("pk")).filter(_Holds(asked))))
    return Q(pk__in=found.order_by("-id").values("record_id")[:MANY])
