"""The batch finder: likely duplicates among all live customers, key by key, so that a million need no more memory than a few.

Two customers are compared once, at the smallest of the keys they share; keys that more than 150 hold are passed over.
Pairs at even odds or better come into the queue; pairs that hold together as a group, by the mean over all its members
and never by a chain alone, share a cluster.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from zhike.customers.merging.likeness import judged, model_for, normals
from zhike.customers.merging.terms import NOTICED, WORTH, WORTH_OF_A_DEAL
from zhike.customers.models import DuplicatePair, PairState, Party
from zhike.customers.terms import key_number
from zhike.kernel.bulk import patience
from zhike.kernel.ids import new_id
from zhike.methods.duplicates import DEFAULT, Model, Normal, compare, keys
from zhike.methods.duplicates.clusters import clusters

MOST_HOLDERS = DEFAULT.largest_block
REMEMBERED = 60_000  # customers kept in comparable form
STEP = 5_000  # rows of keys looked at together
WRITTEN = 500

BLOCKS = """
SELECT m.key, m.party_id FROM customers_matchkey m
JOIN (SELECT key FROM customers_matchkey WHERE key > %s GROUP BY key HAVING COUNT(*) BETWEEN 2 AND %s ORDER BY key LIMIT %s) k
ON k.key = m.key
ORDER BY m.key
"""
CROWDED = "SELECT key FROM customers_matchkey GROUP BY key HAVING COUNT(*) > %s"

Told = Callable[[int], bool]


@dataclass(slots=True)
class Search:
    """One search through all customers."""

    model: Model
    batch_id: UUID = field(default_factory=new_id)
    known: OrderedDict[UUID, tuple[Normal, frozenset[int]] | None] = field(default_factory=OrderedDict)
    crowded: frozenset[int] = frozenset()
    edges: dict[tuple[UUID, UUID], float] = field(default_factory=dict)
    waiting: list[DuplicatePair] = field(default_factory=list)
    compared: int = 0

    def load(self, ids: set[UUID]) -> None:
        """Have these customers at hand, letting go of those longest unused."""
        missing = [pk for pk in ids if pk not in self.known]
        fresh = normals(missing)
        for pk in missing:
            normal = fresh.get(pk)
            self.known[pk] = (normal, frozenset(map(key_number, keys(normal)))) if normal is not None else None
        for pk in ids:
            self.known.move_to_end(pk)
        while len(self.known) > max(REMEMBERED, len(ids)):
            self.known.popitem(last=False)

    def block(self, key: int, holders: Sequence[UUID]) -> None:
        """Compare the holders of one key, those pairs whose smallest shared key it is."""
        there = [(pk, *known) for pk in sorted(holders) if (known := self.known[pk]) is not None]
        for (one, normal, mine), (other, like, theirs) in combinations(there, 2):
            if normal.kind != like.kind or min((mine & theirs) - self.crowded, default=key) < key:
                continue
            self.compared += 1
            if (chance := compare(normal, like, model=self.model).probability) >= NOTICED:
                self.keep(one, other, chance, normal, like)

    def keep(self, one: UUID, other: UUID, chance: float, normal: Normal, like: Normal) -> None:
        """Note a likely pair."""
        self.edges[one, other] = chance
        _probability, reasons = judged(normal, like, self.model)
        self.waiting.append(
            DuplicatePair(left_id=one, right_id=other, probability=chance, reasons=reasons, batch_id=self.batch_id)
        )
        if len(self.waiting) >= WRITTEN:
            self.write()

    def write(self) -> None:
        """Put what was found into the queue; what people decided stays decided."""
        worth = _worth({pk for row in self.waiting for pk in (row.left_id, row.right_id)})
        for row in self.waiting:
            row.rank = row.probability * max(worth[row.left_id], worth[row.right_id])
        DuplicatePair.objects.bulk_create(
            self.waiting, update_conflicts=True, unique_fields=["left", "right"],
            update_fields=["probability", "reasons", "rank", "batch_id"],
        )  # fmt: skip
        self.waiting.clear()


def _worth(ids: set[UUID]) -> Mapping[UUID, float]:
    """What a customer weighs in the queue: its level, and whether it ever bought."""
    rows = Party.objects.filter(pk__in=ids).values_list("pk", "level", "last_deal_at")
    found = {pk: WORTH.get(level, 1.0) + (WORTH_OF_A_DEAL if deal else 0.0) for pk, level, deal in rows}
    return defaultdict(lambda: 1.0, found)


def find_all(told: Told = lambda done: True, now: datetime | None = None) -> dict[str, int]:
    """Search all live customers; `told(done)` hears how many keys are done and answers False to stop. Counts are the answer."""
    now = now or timezone.now()
    with patience():  # questions to all keys
        return _find_all(told, now)


def _find_all(told: Told, now: datetime) -> dict[str, int]:
    search = Search(model_for(Party.objects.live().count()), crowded=_crowded())
    done = 0
    for blocks in _blocks():
        search.load({pk for holders in blocks.values() for pk in holders})
        for key, holders in blocks.items():
            search.block(key, holders)
        done += len(blocks)
        if not told(done):
            search.write()
            return _counts(search, 0)
    search.write()
    grouped = _group(search)
    stale = DuplicatePair.objects.filter(state=PairState.OPEN, at__lt=now)
    stale.exclude(batch_id=search.batch_id).filter(Q(later_until=None) | Q(later_until__lt=now)).delete()
    return _counts(search, grouped)


def _counts(search: Search, grouped: int) -> dict[str, int]:
    return {"pairs": len(search.edges), "groups": grouped, "compared": search.compared}


def _crowded() -> frozenset[int]:
    with connection.cursor() as cursor:
        cursor.execute(CROWDED, [MOST_HOLDERS])
        return frozenset(key for (key,) in cursor.fetchall())


def blocks_to_do() -> int:
    """How many keys a search goes through."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM (SELECT key FROM customers_matchkey GROUP BY key HAVING COUNT(*) BETWEEN 2 AND %s) k",
            [MOST_HOLDERS],
        )
        return int(cursor.fetchone()[0])


def _blocks() -> Iterator[dict[int, list[UUID]]]:
    """Keys with their holders, some thousand at a time, in the order of keys: each step is a question of its own."""
    after = -(2**63)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(BLOCKS, [after, MOST_HOLDERS, STEP])
            rows = cursor.fetchall()
        if not rows:
            return
        found: dict[int, list[UUID]] = defaultdict(list)
        for key, pk in rows:
            found[key].append(pk if isinstance(pk, UUID) else UUID(hex=pk))
        yield found
        after = rows[-1][0]


def _group(search: Search) -> int:
    """Give pairs that hold together the same cluster."""
    nodes = sorted({pk for edge in search.edges for pk in edge})
    place = {pk: number for number, pk in enumerate(nodes)}
    edges = {(place[one], place[other]): chance for (one, other), chance in search.edges.items()}

    def missing(a: int, b: int) -> float:
        search.load({nodes[a], nodes[b]})
        one, other = search.known[nodes[a]], search.known[nodes[b]]
        return compare(one[0], other[0], model=search.model).probability if one and other else 0.0

    large = [group for group in clusters(edges, missing, DEFAULT.density, DEFAULT.largest_component) if len(group) > 2]
    DuplicatePair.objects.filter(state=PairState.OPEN, cluster__isnull=False).update(cluster=None)
    for group in large:
        members = [nodes[number] for number in group]
        inside = DuplicatePair.objects.filter(left__in=members, right__in=members, batch_id=search.batch_id)
        inside.update(cluster=new_id())
    return len(large)
