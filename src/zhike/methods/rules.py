"""Association rules: what is bought together, how often, and how much more often than by chance."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from zhike.methods.baskets import Baskets, Ints, Words, bits_of, read_baskets
from zhike.methods.result import MethodError, Note, Result

Itemset = tuple[int, ...]


class Rule(NamedTuple):
    """antecedent ⇒ consequent, with n baskets in all and c(·) the number of baskets that hold a set."""

    antecedent: frozenset[Hashable]
    consequent: frozenset[Hashable]
    support: float
    """c(both) / n."""
    confidence: float
    """c(both) / c(antecedent)."""
    lift: float
    """confidence / (c(consequent) / n): 1 is chance."""
    cases: int
    """c(both), baskets."""

    @property
    def leverage(self) -> float:
        """support − the support that independence would give."""
        return self.support * (1 - 1 / self.lift)

    @property
    def conviction(self) -> float:
        """(1 − share of the consequent) / (1 − confidence); infinite for a rule without exception."""
        share = self.confidence / self.lift
        return math.inf if self.confidence >= 1 else (1 - share) / (1 - self.confidence)


@dataclass(frozen=True, kw_only=True)
class AssociationRules(Result):
    """Rules by falling lift; behaves like the sequence of them. `itemsets` is how many frequent sets were found."""

    rules: tuple[Rule, ...] = ()
    itemsets: int = 0

    def __len__(self) -> int:
        return len(self.rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __getitem__(self, place: int) -> Rule:
        return self.rules[place]

    def findings(self) -> Iterable[Note]:
        bounds = f"{self.parameters['support']:.4g}", f"{self.parameters['confidence']:.4g}"
        yield Note(
            "rules_found",
            f"{self.cases:,} 个购物篮中有 {len(self):,} 条规则（支持度 {bounds[0]}、置信度 {bounds[1]} 以上）。",
            f"{self.cases:,} baskets give {len(self):,} rules (support from {bounds[0]}, confidence from {bounds[1]}).",
        )
        for rule in self.rules[:3]:
            left, right = (", ".join(sorted(map(str, side))) for side in rule[:2])
            yield Note(
                "rule",
                f"买了“{left}”的，{rule.confidence:.0%} 也买“{right}”，是平常的 {rule.lift:.1f} 倍（{rule.cases:,} 次）。",
                f"Of those who buy {left}, {rule.confidence:.0%} also buy {right}: {rule.lift:.1f} times the usual "
                f"({rule.cases:,} baskets).",
            )


def association_rules(
    baskets: Any,
    support: float = 0.01,
    confidence: float = 0.5,
    *,
    consequents: int = 1,
    strict: bool = False,
    max_length: int | None = None,
    form: str = "auto",
) -> AssociationRules:
    """Rules X ⇒ Y with support(X ∪ Y) = c(X ∪ Y)/n and confidence = c(X ∪ Y)/c(X) at or above the bounds.

    `baskets`: a list of lists or sets, rows or an (n, 2) array of (basket, item), or a boolean table (see
    `baskets.read_baskets`). `support` and `confidence` are shares in (0, 1]. `consequents` is the largest number of items
    on the right; 1 as in Agrawal's paper and R's arules. `strict=False` keeps a set or rule that lies exactly on a bound
    (arules, mlxtend); True demands more. `max_length` bounds |X| + |Y|. An item counts once per basket. Raises
    MethodError for shares out of range and where nothing was bought.

    Source: Agrawal, Imielinski, Swami 1993; mined by Eclat (Zaki 2000) on bits.

    >>> found = association_rules([["milk", "bread"], ["milk", "bread", "tea"], ["tea"]], support=0.5, confidence=0.9)
    >>> [(set(rule.antecedent), set(rule.consequent), rule.lift) for rule in found]
    [({'bread'}, {'milk'}, 1.5), ({'milk'}, {'bread'}, 1.5)]
    """
    asked: dict[str, Any] = {"support": support, "confidence": confidence, "consequents": consequents, "strict": strict}
    asked["max_length"] = max_length
    _check_share("support", "支持度", support)
    _check_share("confidence", "置信度", confidence)
    read = read_baskets(baskets, form)
    if not len(read.items):
        raise MethodError("no_baskets", "没有可分析的购物篮。", "There are no baskets to look at.")
    least = least_count(support * len(read), strict)
    sets, kept = frequent_itemsets(read, least, max_length)
    rules = list(_rules(sets, kept, consequents, (confidence, strict)))
    rules.sort(
        key=lambda rule: (-rule.lift, -rule.confidence, -rule.cases, *(sorted(map(str, side)) for side in rule[:2]))
    )
    return AssociationRules(
        cases=len(read),
        parameters=asked | {"least_count": least},
        warnings=(*read.notes, *_doubts(least)),
        rules=tuple(rules),
        itemsets=len(sets),
    )


def _check_share(name: str, zh: str, share: float) -> None:
    if not 0 < share <= 1:
        raise MethodError(
            f"{name}_range",
            f"{zh}须在 0 与 1 之间，现为 {share}。",
            f"The {name} must lie between 0 and 1, not {share}.",
        )


def least_count(bound: float, strict: bool) -> int:
    """The smallest whole number of baskets that satisfies a bound; rounding of the product must not decide."""
    nearest = round(bound)
    if abs(bound - nearest) < 1e-9 * max(bound, 1):
        return max(nearest + 1 if strict else nearest, 1)
    return max(math.ceil(bound), 1)


def _doubts(least: int) -> tuple[Note, ...]:
    if least >= 5:
        return ()
    return (
        Note(
            "few_baskets",
            f"支持度下限只相当于 {least} 个购物篮，规则可能出于偶然。",
            f"The least support is only {least} baskets; rules may be chance.",
        ),
    )


def frequent_itemsets(
    baskets: Baskets, least: int, max_length: int | None = None
) -> tuple[dict[Itemset, int], Baskets]:
    """Every set of items that at least `least` baskets hold, with its count; items are numbers of the second result.

    Rare items come first: the baskets of an item are few, so its part of the search runs on few bits.
    """
    counts = baskets.counts()
    frequent = np.flatnonzero(counts >= least)
    order = frequent[np.lexsort((frequent, counts[frequent]))]
    kept = baskets.renumbered(order)
    found: dict[Itemset, int] = {(i,): int(counts[item]) for i, item in enumerate(order)}
    if max_length is not None and max_length < 2:
        return found, kept
    rows = kept.rows()
    by_item = np.argsort(kept.items, kind="stable")
    edges = np.searchsorted(kept.items[by_item], np.arange(len(order) + 1))
    for first in range(len(order) - 1):
        entries = by_item[edges[first] : edges[first + 1]]
        _grow_from(first, *_beside(kept, rows, entries), least, max_length, found)
    return found, kept


def _beside(kept: Baskets, rows: Ints, entries: Ints) -> tuple[Ints, Ints, int]:
    """What stands after each of these entries in its basket: (number of the entry, item) and how many entries."""
    lengths = kept.starts[rows[entries] + 1] - entries - 1
    local = np.repeat(np.arange(len(entries)), lengths)
    ends = np.cumsum(lengths)
    offset = np.arange(len(local)) - np.repeat(ends - lengths, lengths)
    return local, kept.items[entries[local] + 1 + offset], len(entries)


def _grow_from(
    first: int, rows: Ints, items: Ints, size: int, least: int, longest: int | None, found: dict[Itemset, int]
) -> None:
    counts = np.bincount(items, minlength=first + 1)
    partners = np.flatnonzero(counts >= least)
    if not len(partners):
        return
    for partner in partners.tolist():
        found[first, partner] = int(counts[partner])
    if len(partners) < 2 or longest == 2:
        return
    place = np.full(len(counts), -1, dtype=np.int64)
    place[partners] = np.arange(len(partners))
    wanted = place[items] >= 0
    bits = bits_of(rows[wanted], place[items[wanted]], (len(partners), size))
    _grow((first,), partners, bits, least, longest, found)


def _grow(
    prefix: Itemset, items: Ints, bits: Words, least: int, longest: int | None, found: dict[Itemset, int]
) -> None:
    """Depth first: `bits[i]` are the baskets of prefix + items[i], all frequent."""
    for place in range(len(items) - 1):
        both = bits[place + 1 :] & bits[place]
        counts = np.bitwise_count(both).sum(axis=1, dtype=np.int64)
        good = np.flatnonzero(counts >= least)
        if not len(good):
            continue
        longer = (*prefix, int(items[place]))
        partners = items[place + 1 :][good]
        for partner, count in zip(partners.tolist(), counts[good].tolist(), strict=True):
            found[(*longer, partner)] = count
        if len(good) > 1 and (longest is None or len(longer) + 1 < longest):
            _grow(longer, partners, both[good], least, longest, found)


def _rules(sets: dict[Itemset, int], baskets: Baskets, consequents: int, bound: tuple[float, bool]) -> Iterator[Rule]:
    confidence, strict = bound
    names, total = baskets.names, len(baskets)
    for both, count in sets.items():
        for size in range(1, min(consequents, len(both) - 1) + 1):
            for right in combinations(both, size):
                left = tuple(item for item in both if item not in right)
                if count < least_count(confidence * sets[left], strict):
                    continue
                sure = count / sets[left]
                yield Rule(
                    frozenset(names[item] for item in left),
                    frozenset(names[item] for item in right),
                    count / total,
                    sure,
                    count * total / (sets[left] * sets[right]),
                    count,
                )
