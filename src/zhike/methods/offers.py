"""The next best offer: items like those a customer has, tested on what customers bought later."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhike.methods.baskets import Baskets, Ints, read_baskets
from zhike.methods.result import MethodError, Note, Result
from zhike.methods.rules import frequent_itemsets

Floats = NDArray[np.float64]
MEASURES = ("cosine", "jaccard", "lift")


@dataclass(frozen=True, kw_only=True)
class ItemSimilarity(Result):
    """How alike items are by who holds them; `matrix[i, j]` in [0, 1] (lift: above 0), its diagonal is 0."""

    names: tuple[Hashable, ...]
    matrix: Floats
    counts: Ints

    def similar(self, item: Hashable, n: int = 5) -> list[tuple[Hashable, float]]:
        """The n items most like this one, best first; an unknown item has none."""
        if item not in self._places():
            return []
        row = self.matrix[self._places()[item]]
        best = np.lexsort((np.arange(len(row)), -row))[:n]
        return [(self.names[i], float(row[i])) for i in best if row[i] > 0]

    def offers(self, held: Iterable[Hashable], k: int = 5, *, repeat: bool = False) -> list[tuple[Hashable, float]]:
        """The k items with the highest summed likeness to what is held; those held are left out unless `repeat`."""
        places = self._places()
        own = [places[item] for item in dict.fromkeys(held) if item in places]
        best, scores = _best(self.matrix, self.counts, np.asarray(own, dtype=np.int64), k, repeat)
        return [(self.names[i], float(scores[i])) for i in best]

    def findings(self) -> Iterable[Note]:
        if not self.matrix.any():
            return
        best = int(np.argmax(self.matrix))
        one, two = (self.names[i] for i in divmod(best, len(self.names)))
        yield Note(
            "most_alike",
            f"购买者最相近的是“{one}”与“{two}”。",
            f"Most alike by who holds them: {one} and {two}.",
        )

    def _places(self) -> dict[Hashable, int]:
        return {name: place for place, name in enumerate(self.names)}


def item_similarity(
    baskets: Any, *, measure: str = "cosine", least: int = 5, shrink: float = 10.0, form: str = "auto"
) -> ItemSimilarity:
    """Likeness of items from the c(ij) baskets (or customers) that hold both.

    cosine c(ij)/√(c(i)c(j)), jaccard c(ij)/(c(i) + c(j) − c(ij)), lift n·c(ij)/(c(i)c(j)); each times c(ij)/(c(ij) +
    shrink), so that two items that met once are not twins. Items in fewer than `least` baskets are left out. Source:
    Sarwar, Karypis, Konstan, Riedl 2001; shrinkage as in Bell and Koren 2007.

    >>> item_similarity([["a", "b"], ["a", "b"], ["c"]], least=1, shrink=0).similar("a")
    [('b', 1.0)]
    """
    if measure not in MEASURES:
        raise MethodError(
            "measure_unknown",
            f"不认识的相似度：{measure}。",
            f"Unknown measure {measure}; use one of {', '.join(MEASURES)}.",
        )
    read = read_baskets(baskets, form)
    kept = read.renumbered(np.flatnonzero(read.counts() >= least))
    if not len(kept.items):
        raise MethodError(
            "no_items",
            f"没有商品出现在 {least} 个以上的购物篮中。",
            f"No item lies in {least} baskets or more.",
        )
    counts = kept.counts()
    both = _together(kept)
    product = np.outer(counts, counts).astype(float)
    if measure == "cosine":
        likeness = both / np.sqrt(product)
    elif measure == "jaccard":
        likeness = both / (counts[:, None] + counts[None, :] - both)
    else:
        likeness = both * len(kept) / product
    if shrink > 0:
        likeness *= both / (both + shrink)
    return ItemSimilarity(
        cases=len(read),
        parameters={"measure": measure, "least": least, "shrink": shrink},
        warnings=read.notes,
        names=tuple(kept.names),
        matrix=likeness,
        counts=counts,
    )


def _together(kept: Baskets) -> Floats:
    from scipy.sparse import csr_array

    table = csr_array(
        (np.ones(len(kept.items)), kept.items, kept.starts), shape=(len(kept), len(kept.names)), dtype=np.float64
    )
    both: Floats = (table.T @ table).toarray()
    np.fill_diagonal(both, 0)
    return both


def _best(matrix: Floats, counts: Ints, own: Ints, k: int, repeat: bool) -> tuple[Ints, Floats]:
    scores = matrix[own].sum(axis=0) if len(own) else np.zeros(len(counts))
    order = np.lexsort((np.arange(len(scores)), -counts, -scores))  # popularity settles ties
    if not repeat:
        order = order[~_flags(own, len(order))[order]]
    return order[:k], scores


def _flags(places: Ints, size: int) -> NDArray[np.bool_]:
    flags = np.zeros(size, dtype=bool)
    flags[places] = True
    return flags


@dataclass(frozen=True, kw_only=True)
class BesideBestSellers(Result, ABC):
    """How often an offer came true later, beside always offering what sells best."""

    hit_rate: float
    popular_hit_rate: float
    difference: float
    interval: tuple[float, float]
    """Of the difference, at the confidence in `parameters`."""
    usable: bool
    """Whether the whole interval lies above zero; else offer what sells best."""

    @abstractmethod
    def told(self) -> Note:
        """Both rates and their difference, in the words of the test."""

    def findings(self) -> Iterable[Note]:
        yield self.told()
        if not self.usable:
            yield Note(
                "not_better",
                "与畅销品相比没有可靠的优势，建议直接推荐畅销品。",
                "No reliable gain over best sellers: offer those.",
            )


@dataclass(frozen=True, kw_only=True)
class OfferTest(BesideBestSellers):
    """Shares of customers for whom one of k offers came true; the interval is paired by customer."""

    def told(self) -> Note:
        low, high = self.interval
        k = self.parameters["k"]
        return Note(
            "hit_rate",
            f"给 {self.cases:,} 位客户各推荐 {k} 件，后来有 {self.hit_rate:.1%} 买了其中之一；只推畅销品为 {self.popular_hit_rate:.1%}，"
            f"相差 {self.difference * 100:+.1f} 个百分点（{low * 100:+.1f} 至 {high * 100:+.1f}）。",
            f"Of {self.cases:,} customers with {k} offers each, {self.hit_rate:.1%} later bought one; best sellers reach "
            f"{self.popular_hit_rate:.1%}: {self.difference * 100:+.1f} points ({low * 100:+.1f} to {high * 100:+.1f}).",
        )


def offers_on_later_period(
    purchases: Sequence[tuple[Hashable, Hashable, date]],
    split: date,
    *,
    k: int = 5,
    by: str = "similarity",
    measure: str = "cosine",
    repeat: bool = False,
    level: float = 0.95,
) -> OfferTest:
    """Learn from purchases before `split`, offer k items to each customer, count whom the later period proves right.

    `purchases`: rows of (customer, item, day). A customer counts when it bought before and, unless `repeat`, bought
    something *new* to it later. `by`: "similarity" or "rules" (pairs i ⇒ j scored by confidence). The baseline offers
    the items with most customers before the split that this customer does not have. Interval: normal, of the paired
    difference per customer.
    """
    before = [(customer, item) for customer, item, day in purchases if day < split]
    later: dict[Hashable, set[Hashable]] = {}
    for customer, item, day in purchases:
        if day >= split:
            later.setdefault(customer, set()).add(item)
    if not before or not later:
        raise MethodError(
            "period_empty",
            f"{split} 之前或之后没有购买记录，无法检验。",
            f"No purchases before or after {split}: nothing to test on.",
        )
    likeness = _learned(before, by, measure)
    held: dict[Hashable, set[Hashable]] = {}
    for customer, item in before:
        held.setdefault(customer, set()).add(item)
    hits = np.asarray(_hits(likeness, held, later, k, repeat), dtype=float).reshape(-1, 2)
    if len(hits) < 30:
        raise MethodError(
            "too_few_cases",
            f"前后两期都购买的客户只有 {len(hits)} 位，至少需要 30 位。",
            f"Only {len(hits)} customers bought in both periods; 30 are needed.",
        )
    days = [day for _, _, day in purchases]
    return _compared(hits, (min(days), max(days)), {"k": k, "by": by, "repeat": repeat, "level": level, "split": split})


def _learned(before: list[tuple[Hashable, Hashable]], by: str, measure: str) -> ItemSimilarity:
    if by == "similarity":
        return item_similarity(before, measure=measure, form="pairs")
    if by != "rules":
        raise MethodError("by_unknown", f"不认识的推荐方式：{by}。", f"Unknown way to offer: {by}.")
    found = item_similarity(before, least=5, shrink=0, form="pairs")
    sets, kept = frequent_itemsets(read_baskets(before, "pairs"), 5, max_length=2)
    place = {name: i for i, name in enumerate(found.names)}
    sure = np.zeros_like(found.matrix)
    for pair, count in sets.items():
        if len(pair) == 2:
            one, two = (place[kept.names[i]] for i in pair)
            sure[one, two], sure[two, one] = count / sets[pair[:1]], count / sets[pair[1:]]
    return ItemSimilarity(cases=found.cases, names=found.names, matrix=sure, counts=found.counts)


def _hits(
    likeness: ItemSimilarity,
    held: dict[Hashable, set[Hashable]],
    later: dict[Hashable, set[Hashable]],
    k: int,
    repeat: bool,
) -> list[tuple[bool, bool]]:
    place = {name: i for i, name in enumerate(likeness.names)}
    popular = np.argsort(-likeness.counts, kind="stable")
    found = []
    for customer, wanted in later.items():
        own = held.get(customer)
        if own is None or not (repeat or wanted - own):
            continue
        mine = np.asarray(sorted(place[item] for item in own if item in place), dtype=np.int64)
        offered, _ = _best(likeness.matrix, likeness.counts, mine, k, repeat)
        usual = (popular if repeat else popular[~_flags(mine, len(popular))[popular]])[:k]
        found.append(
            (any(likeness.names[i] in wanted for i in offered), any(likeness.names[i] in wanted for i in usual))
        )
    return found


def _compared(hits: Floats, period: tuple[date, date], parameters: dict[str, Any]) -> OfferTest:
    from scipy.special import ndtri

    gain = hits[:, 0] - hits[:, 1]
    mean = float(gain.mean())
    half = float(ndtri(0.5 + parameters["level"] / 2)) * float(gain.std(ddof=1)) / math.sqrt(len(gain))
    return OfferTest(
        cases=len(hits),
        period=period,
        parameters=parameters,
        error={"hit_rate": float(hits[:, 0].mean()), "popular_hit_rate": float(hits[:, 1].mean())},
        hit_rate=float(hits[:, 0].mean()),
        popular_hit_rate=float(hits[:, 1].mean()),
        difference=mean,
        interval=(mean - half, mean + half),
        usable=mean - half > 0,
    )
