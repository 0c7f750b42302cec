"""Whether association rules hold on later orders: one offer per order, beside always offering the best seller."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhike.methods.baskets import Baskets, Ints, read_baskets
from zhike.methods.offers import BesideBestSellers
from zhike.methods.result import MethodError, Note
from zhike.methods.rules import Rule

LEAST_ORDERS = 30
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class RulesTest(BesideBestSellers):
    """Later orders to which a rule applied (`cases`), and how many held what it offered.

    The interval does not take the orders of one buyer for independent.
    """

    orders: int
    """All later orders."""

    def told(self) -> Note:
        low, high = self.interval
        return Note(
            "rules_hit_rate",
            f"后来的 {self.orders:,} 张订单中有 {self.cases:,} 张适用规则，其中 {self.hit_rate:.1%} 含有所推荐的产品；换成推荐畅销品为 "
            f"{self.popular_hit_rate:.1%}，相差 {self.difference * 100:+.1f} 个百分点（{low * 100:+.1f} 至 {high * 100:+.1f}）。",
            f"Of {self.orders:,} later orders a rule applied to {self.cases:,}; {self.hit_rate:.1%} of these held what it offers, "
            f"{self.popular_hit_rate:.1%} the best seller: {self.difference * 100:+.1f} points ({low * 100:+.1f} to "
            f"{high * 100:+.1f}).",
        )


def rules_on_later_orders(
    rules: Sequence[Rule],
    popular: Mapping[Any, int],
    later: Any,
    *,
    buyers: Sequence[Hashable] | None = None,
    level: float = 0.95,
) -> RulesTest:
    """Judge rules that were learned before, on orders that came after.

    For each later order, of the rules whose left side it holds the one with the highest confidence offers its right
    side (one item), and the baseline offers the best seller that is not on that left side; both hit where the order holds
    the item. Orders without any left side are not counted.
    rules: one item on the right, learned from earlier orders only. popular: item → earlier orders that hold it. later:
    baskets (`baskets.read_baskets`). buyers: who placed each of them, in the order of their ids; the standard error then
    sums per buyer (Liang and Zeger 1986). Interval: normal.
    MethodError: no_rules, too_few_cases, consequents.

    >>> rule = Rule(frozenset("a"), frozenset("b"), 0.5, 0.9, 1.8, 9)
    >>> found = rules_on_later_orders([rule], {"c": 20, "a": 12, "b": 10}, [["a", "b"]] * 30 + [["a", "c"]] * 10)
    >>> found.hit_rate, found.popular_hit_rate, found.usable
    (0.75, 0.25, True)
    """
    if not rules:
        raise MethodError("no_rules", "没有可检验的规则。", "There are no rules to test.")
    if any(len(rule.consequent) != 1 for rule in rules):
        raise MethodError(
            "consequents", "检验要求规则右边只有一件。", "The test needs rules with one item on the right."
        )
    read = read_baskets(later)
    hits = _hits(sorted(rules, key=_strength), _best_sellers(popular, rules), read)
    cases = int((hits[:, 0] >= 0).sum())
    if cases < LEAST_ORDERS:
        raise MethodError(
            "too_few_cases",
            f"后来的订单里只有 {cases} 张适用规则，少于 {LEAST_ORDERS} 张，无法检验。",
            f"A rule applies to only {cases} later orders; the test needs {LEAST_ORDERS}.",
        )
    owners = np.arange(len(read)) if buyers is None else np.unique(np.asarray(buyers), return_inverse=True)[1]
    return replace(_compared(hits, owners, level), warnings=read.notes)


def _compared(hits: NDArray[np.int8], owners: Ints, level: float) -> RulesTest:
    """Both rates with the interval of their difference, over the orders to which a rule applied."""
    applied = hits[:, 0] >= 0
    cases = int(applied.sum())
    gain = (hits[:, 0] - hits[:, 1])[applied].astype(float)
    mean = float(gain.mean())
    spread = np.bincount(owners[applied], weights=gain - mean)
    half = _reach(level) * math.sqrt(float(spread @ spread)) / cases
    rate, usual = float(hits[applied, 0].mean()), float(hits[applied, 1].mean())
    return RulesTest(
        cases=cases,
        parameters={"level": level, "buyers": len(np.unique(owners[applied]))},
        error={"hit_rate": rate, "popular_hit_rate": usual},
        orders=len(hits),
        hit_rate=rate,
        popular_hit_rate=usual,
        difference=mean,
        interval=(mean - half, mean + half),
        usable=mean - half > 0,
    )


def _reach(level: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(0.5 + level / 2))


def _strength(rule: Rule) -> tuple[Any, ...]:
    return (-rule.confidence, -rule.cases, *(sorted(map(str, side)) for side in rule[:2]))


def _best_sellers(popular: Mapping[Any, int], rules: Sequence[Rule]) -> list[Hashable]:
    """As many as can be needed: one more than the longest left side."""
    longest = max(len(rule.antecedent) for rule in rules)
    return sorted(popular, key=lambda item: (-popular[item], str(item)))[: longest + 1]


def _hits(rules: Sequence[Rule], sellers: Sequence[Hashable], later: Baskets) -> NDArray[np.int8]:
    """Orders × (rule, best seller): 1 a hit, 0 a miss, −1 where no rule applies; the strongest rule comes first."""
    holds = _holders(later, {*sellers, *chain.from_iterable(rule.antecedent | rule.consequent for rule in rules)})
    found = np.full((len(later), 2), -1, dtype=np.int8)
    for rule in rules:
        first, *others = sorted((holds[item] for item in rule.antecedent), key=len)
        orders = first[found[first, 0] < 0]
        for other in others:
            orders = orders[_within(orders, other)]
        if not len(orders):
            continue
        (offered,) = rule.consequent
        usual = next((item for item in sellers if item not in rule.antecedent), offered)
        found[orders, 0] = _within(orders, holds[offered])
        found[orders, 1] = _within(orders, holds[usual])
    return found


def _holders(later: Baskets, wanted: set[Hashable]) -> dict[Hashable, Ints]:
    """Which orders hold each item, ascending."""
    order = np.argsort(later.items, kind="stable")
    edges = np.searchsorted(later.items[order], np.arange(len(later.names) + 1))
    rows = later.rows()[order]
    found = {name: rows[edges[i] : edges[i + 1]] for i, name in enumerate(later.names) if name in wanted}
    return {item: found.get(item, np.empty(0, dtype=np.int64)) for item in wanted}


def _within(some: Ints, known: Ints) -> Flags:
    """Which of `some` are in `known`; both ascend."""
    if not len(known):
        return np.zeros(len(some), dtype=bool)
    place = np.minimum(np.searchsorted(known, some), len(known) - 1)
    return np.asarray(known[place] == some)
