"""Find the duplicates in one list of records, or the common customers of two."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import inf, log2
from random import Random
from typing import Any

from zhike.methods.result import MethodError, Note

from .blocking import candidates, keys
from .clusters import Edge, clusters
from .compare import findings, judged
from .names import Simplify
from .normalise import normalise
from .records import MatchResult, Normal, Pair, Record
from .weights import DEFAULT, Finding, Model, Settings, count_terms, probability

Source = Record | Mapping[str, Any]
Facts = dict[Edge, list[Finding]]
# Pairs this many bits below even odds after the first look do not come back.
_HOPELESS = -14.0


def match(
    records: Iterable[Source],
    other: Iterable[Source] | None = None,
    *,
    settings: Settings = DEFAULT,
    threshold: float | None = None,
    simplify: Simplify | None = None,
) -> MatchResult:
    """Pairs of records that are one customer, and the groups they form.

    With `other`, only pairs across the two lists are sought. Ids are unique within a list. The order of records does
    not matter. Raises MethodError for an id that comes twice. Method and references: docs/methods/duplicates.md.

    >>> found = match([
    ...     {"id": "1", "name": "杭州恒源科技有限公司", "phones": ["0571-88881234"]},
    ...     {"id": "2", "name": "恆源科技（杭州）有限責任公司", "phones": ["+86 571 8888 1234 转 8001"]},
    ...     {"id": "3", "name": "上海恒源科技有限公司"},
    ... ])
    >>> found.clusters
    (((0, '1'), (0, '2')),)
    """
    sides = [_prepared(records, simplify)] + ([] if other is None else [_prepared(other, simplify)])
    batch = _Batch(sides, linking=other is not None)
    pairs, skipped = batch.candidates(settings.largest_block)
    model = batch.model(settings)
    facts = _facts(batch, pairs, model)
    for _ in range(settings.rounds):
        model = batch.relearned(facts, model, settings)
    threshold = settings.threshold if threshold is None else threshold
    floor = _bits_of(threshold)
    found = {edge: batch.pair(edge, facts[edge], model) for edge in facts if model.total(facts[edge]) >= floor}
    groups = batch.groups({edge: pair.probability for edge, pair in found.items()}, model, settings)
    return _result(found, groups, batch, {"threshold": threshold, "rounds": settings.rounds}, (len(pairs), skipped))


def _facts(batch: _Batch, pairs: Iterable[Edge], model: Model) -> Facts:
    facts = {}
    for a, b in sorted(pairs):
        found = findings(batch.records[a], batch.records[b])
        if found and model.total(found) > _HOPELESS:
            facts[a, b] = found
    return facts


def _prepared(records: Iterable[Source], simplify: Simplify | None) -> list[Normal]:
    prepared = sorted((normalise(record, simplify) for record in records), key=lambda one: one.id)
    for before, after in pairwise(prepared):
        if before.id == after.id:
            name = after.id[:80]
            raise MethodError(
                "repeated_id",
                f"编号“{name}”出现了不止一次，请给每条记录各自的编号。",
                f'Two records have the id "{name}"; give each its own.',
            )
    return prepared


class _Batch:
    """All records of a run in one row, in an order that depends neither on how they came nor on which side."""

    def __init__(self, sides: list[list[Normal]], linking: bool = False) -> None:
        rows = [
            (one.id, repr(one) if linking else "", side, one) for side, records in enumerate(sides) for one in records
        ]
        rows.sort(key=lambda row: row[:3])
        self.records = [row[3] for row in rows]
        self.side = [row[2] for row in rows]
        self.linking = linking
        sizes = [len(side) for side in sides]
        self.population = max(sizes, default=0)
        self.possible = sizes[0] * sizes[1] if linking else self.population * (self.population - 1) // 2

    def allowed(self, a: int, b: int) -> bool:
        return not self.linking or self.side[a] != self.side[b]

    def pair(self, edge: Edge, found: list[Finding], model: Model) -> Pair:
        """Judged with the record of the first list on the left."""
        a, b = edge
        if self.side[a] > self.side[b]:
            a, b = b, a
            found = [one._replace(left=one.right, right=one.left) for one in found]
        return judged(self.records[a], self.records[b], found, model)

    def candidates(self, largest_block: int) -> tuple[set[Edge], dict[str, int]]:
        blocks: defaultdict[str, list[int]] = defaultdict(list)
        for position, one in enumerate(self.records):
            for key in keys(one):
                blocks[key].append(position)
        return candidates(blocks, largest_block, self.allowed if self.linking else None)

    def groups(self, edges: Mapping[Edge, float], model: Model, settings: Settings) -> list[list[int]]:
        def missing(a: int, b: int) -> float:
            if not self.allowed(a, b):
                return settings.density  # not looked into: neither for nor against
            return probability(model.total(findings(self.records[a], self.records[b])))

        return clusters(edges, missing, settings.density, settings.largest_component)

    def model(self, settings: Settings, groups: Sequence[Sequence[int]] = ()) -> Model:
        """Shares of values counted over customers, chance agreement sampled between different ones."""
        records = self.records
        home = {position: number for number, group in enumerate(groups) for position in group}
        customers = [[records[position] for position in group] for group in groups]
        customers += [[one] for position, one in enumerate(records) if position not in home]
        model = Model(
            max(self.population, settings.smallest_population), count_terms(customers), max(len(customers), 1)
        )
        observed: Counter[tuple[str, str]] = Counter()
        random = Random(len(records))  # noqa: S311 - a repeatable sample, no secret
        for _ in range(min(settings.sample, len(records) * (len(records) - 1) // 2)):
            a, b = random.randrange(len(records)), random.randrange(len(records) - 1)
            b += b >= a
            found = findings(records[a], records[b])
            if home.get(a, -1) != home.get(b, -2) and model.total(found) < 0:
                observed.update((one.field, one.level) for one in found)
        model.learn_chance(observed)
        return model

    def relearned(self, facts: Facts, model: Model, settings: Settings) -> Model:
        """One round of expectation and maximisation over the pairs in hand."""
        weighed = {edge: probability(model.total(found)) for edge, found in facts.items()}
        groups = self.groups({edge: weight for edge, weight in weighed.items() if weight >= 0.5}, model, settings)
        better = self.model(settings, groups)
        observed: Counter[tuple[str, str]] = Counter()
        for edge, weight in weighed.items():
            if weight > 0.01:
                for one in facts[edge]:
                    observed[one.field, one.level] += weight  # type: ignore[assignment]
        better.learn_likeness(observed)
        if self.population >= settings.smallest_population:
            better.learn_prior(sum(weighed.values()), self.possible)
        return better


def _bits_of(limit: float) -> float:
    if limit <= 0:
        return -inf
    return log2(limit / (1 - limit)) if limit < 1 else 60.0


def _result(
    found: dict[Edge, Pair],
    groups: list[list[int]],
    batch: _Batch,
    parameters: dict[str, Any],
    looked_at: tuple[int, dict[str, int]],
) -> MatchResult:
    """`looked_at`: how many pairs were compared, and the blocks that were too large, by kind of key."""
    home = {position: number for number, group in enumerate(groups) for position in group}
    best_first = sorted(found, key=lambda edge: (-found[edge].probability, edge))
    cut = tuple(found[a, b] for a, b in best_first if home.get(a, -1) != home.get(b, -2))
    named = tuple(tuple((batch.side[position], batch.records[position].id) for position in group) for group in groups)
    compared, skipped = looked_at
    return MatchResult(
        cases=len(batch.records),
        parameters=parameters,
        warnings=tuple(_doubts(len(cut), sum(skipped.values()))),
        pairs=tuple(found[edge] for edge in best_first),
        clusters=named,
        cut=cut,
        compared=compared,
        skipped=skipped,
    )


def _doubts(cut: int, skipped: int) -> Iterable[Note]:
    if cut:
        yield Note(
            "kept_apart",
            f"{cut:,} 对只是经由别的记录相连，没有归为一组，请逐对查看。",
            f"{cut:,} pairs were joined only by a chain and kept apart: look at each.",
        )
    if skipped:
        yield Note(
            "blocks_skipped",
            f"{skipped:,} 个线索牵涉的记录太多，没有逐对比较。",
            f"{skipped:,} keys are shared by too many records to compare each pair.",
        )
