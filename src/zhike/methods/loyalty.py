"""Seven kinds of loyalty: who stays because they like us, and who for other reasons that may end (Griffin 1995, seven kinds).

Attachment (a survey or recommendation score) × repeat purchases (against the median of the segment):

    high/high premium 超值 · low/high monopoly 垄断, incentive 激励, convenience 方便 or inertia 惰性, the first that fits
    low/low price 价格, else latent 潜在 · high/low latent 潜在
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from zhike.methods.result import MethodError, Note, Result

KINDS = {
    "premium": "超值忠诚",
    "monopoly": "垄断忠诚",
    "incentive": "激励忠诚",
    "convenience": "方便忠诚",
    "inertia": "惰性忠诚",
    "price": "价格忠诚",
    "latent": "潜在忠诚",
}


@dataclass(frozen=True, slots=True)
class Bond:
    """What is known of a customer's tie; shares are of its orders or purchases, from 0 to 1."""

    id: str
    attachment: float
    purchases: float
    segment: str = ""
    only_supplier: bool = False
    promoted: float = 0.0
    """Share of orders within promotions or with points."""
    one_outlet: float = 0.0
    """Share at one outlet, or at the nearest one."""
    cheapest: float = 0.0
    """Share of purchases at the lowest price on offer."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where a tie counts as such [defaults]."""

    attachment: float
    promoted: float = 0.6
    one_outlet: float = 0.8
    cheapest: float = 0.6


@dataclass(frozen=True, kw_only=True)
class Loyalties(Result):
    """The kind of each customer, and how many there are of each."""

    kinds: Mapping[str, str]
    counts: Mapping[str, int]

    def findings(self) -> Iterable[Note]:
        """Share of true loyalty, and the most frequent other reason to stay."""
        premium = self.counts["premium"] / self.cases
        yield Note(
            "premium_share",
            f"{self.cases:,} 位客户中，真正的超值忠诚占 {premium:.0%}。",
            f"Of {self.cases:,} customers {premium:.0%} are loyal because they like it.",
        )
        other, many = max(((k, n) for k, n in self.counts.items() if k != "premium"), key=lambda pair: pair[1])
        if many:
            yield Note(
                "largest_other", f"其余最多的是{KINDS[other]}（{many:,} 位）。", f"Most others: {other} ({many:,})."
            )


def loyalties(bonds: Sequence[Bond], cuts: Cuts) -> Loyalties:
    """The kind of loyalty of each; repeat = purchases at or above the median of the segment.

    >>> loyalties([Bond("a", 9, 5), Bond("b", 3, 5, only_supplier=True), Bond("c", 9, 1)], Cuts(attachment=8)).kinds
    {'a': 'premium', 'b': 'monopoly', 'c': 'latent'}
    """
    if not bonds or len({bond.id for bond in bonds}) < len(bonds):
        raise MethodError("bad_customers", "需要客户，且编号不重复。", "Customers are needed, each once.")
    for bond in bonds:
        if any(not 0 <= share <= 1 for share in (bond.promoted, bond.one_outlet, bond.cheapest)):
            raise MethodError(
                "bad_share", f"“{bond.id}”的占比须在 0 与 1 之间。", f'Shares of "{bond.id}" lie from 0 to 1.'
            )
    halves = {
        segment: median(bond.purchases for bond in bonds if bond.segment == segment)
        for segment in {bond.segment for bond in bonds}
    }
    kinds = {bond.id: _kind(bond, bond.purchases >= halves[bond.segment], cuts) for bond in bonds}
    small = [segment for segment in halves if sum(bond.segment == segment for bond in bonds) < 5]
    note = Note(
        "small_segments", f"有 {len(small)} 个细分不足 5 人。", f"{len(small)} segments have fewer than 5 customers."
    )
    counted = Counter(kinds.values())
    return Loyalties(
        cases=len(bonds),
        parameters={"attachment": cuts.attachment, "medians": halves},
        warnings=(note,) if small else (),
        kinds=kinds,
        counts={kind: counted[kind] for kind in KINDS},
    )


def _kind(bond: Bond, repeats: bool, cuts: Cuts) -> str:
    attached = bond.attachment >= cuts.attachment
    if attached:
        return "premium" if repeats else "latent"
    if not repeats:
        return "price" if bond.cheapest > cuts.cheapest else "latent"
    if bond.only_supplier:
        return "monopoly"
    if bond.promoted > cuts.promoted:
        return "incentive"
    return "convenience" if bond.one_outlet > cuts.one_outlet else "inertia"
