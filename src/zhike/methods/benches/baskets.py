"""Speed of frequent itemsets and rules beside mlxtend's fastest miner."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from zhike.methods.benches import Bench
from zhike.methods.rules import association_rules

ITEMS, TASTES = 169, 12


def rows() -> Iterable[Bench]:
    """A million baskets of 169 items, given to each in the form it likes best."""
    yield Bench(
        "frequent itemsets and rules, 1 M baskets, support .001",
        lambda: association_rules(baskets(1_000_000), 0.001, 0.5),
        None,
        20,
    )
    yield Bench(
        "frequent itemsets and rules, 100 k baskets, support .005",
        lambda: association_rules(baskets(100_000), 0.005, 0.5),
        lambda: _of_mlxtend(100_000, 0.005),
        None,
        5,
    )
    yield Bench(
        "frequent itemsets and rules, 1 M baskets, support .005",
        lambda: association_rules(baskets(1_000_000), 0.005, 0.5),
        lambda: _of_mlxtend(1_000_000, 0.005),
        20,
        5,
    )


@cache
def baskets(many: int, seed: int = 3) -> list[list[int]]:
    """Shoppers of a dozen tastes over long-tailed items: four or five a basket, some thirty."""
    random = np.random.default_rng(seed)
    usual = 1 / np.arange(1, ITEMS + 1) ** 0.9
    shares = np.array([usual * random.lognormal(0, 1.2, ITEMS) for _ in range(TASTES)])
    edges = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    sizes = np.minimum(random.geometric(1 / 4.5, many), 32)
    taste = np.repeat(random.integers(0, TASTES, many), sizes)
    drawn, items = random.random(len(taste)), np.empty(len(taste), dtype=np.int64)
    for one in range(TASTES):
        mine = taste == one
        items[mine] = np.minimum(np.searchsorted(edges[one], drawn[mine]), ITEMS - 1)
    ends = np.cumsum(sizes)
    flat = items.tolist()
    return [flat[end - size : end] for end, size in zip(ends.tolist(), sizes.tolist(), strict=True)]


@cache
def _table(many: int) -> Any:
    table = np.zeros((many, ITEMS), dtype=bool)
    lists = baskets(many)
    table[np.repeat(np.arange(many), [len(basket) for basket in lists]), np.concatenate(lists)] = True
    return import_module("pandas").DataFrame(table)


def _of_mlxtend(many: int, support: float) -> object:
    patterns = import_module("mlxtend.frequent_patterns")
    found = patterns.fpgrowth(_table(many), min_support=support)
    return patterns.association_rules(found, metric="confidence", min_threshold=0.5)
