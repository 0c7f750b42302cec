"""What is bought together: rules on the products of an order, without postage and the like, tested on later orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from zhike.methods.engine import Relation
from zhike.methods.later_orders import RulesTest, rules_on_later_orders
from zhike.methods.result import MethodError, Note
from zhike.methods.rules import AssociationRules, Rule, association_rules
from zhike.value.computing.sampling import sampled
from zhike.value.rules import NOT_PRODUCTS

if TYPE_CHECKING:
    from ibis import Table

MOST_BASKETS = 300_000
MOST_RULES = 300
LEAST_SHARE, LEAST_BASKETS = 0.01, 15
CONFIDENCE = 0.3


@dataclass(frozen=True, slots=True)
class Baskets:
    """Entries (basket, item) as numbers from 0; the day and the buyer of each basket; the products' own numbers."""

    entries: np.ndarray[Any, Any]
    days: np.ndarray[Any, Any]
    buyers: np.ndarray[Any, Any]
    names: list[str]
    all_baskets: int
    """How many there are, of which these may be a part."""

    def of(self, wanted: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The entries of the baskets that are flagged."""
        return np.asarray(self.entries[wanted[self.entries[:, 0]]])

    def rules(self, entries: np.ndarray[Any, Any]) -> AssociationRules:
        """Rules of one or two products ⇒ one, by number, that are more than chance."""
        many = len(np.unique(entries[:, 0]))
        share = max(LEAST_SHARE, min(0.5, LEAST_BASKETS / max(many, 1)))
        found = association_rules(entries, share, CONFIDENCE, max_length=3, form="pairs")
        return replace(found, rules=tuple(rule for rule in found.rules if rule.lift > 1)[:MOST_RULES])


def cross_sell(
    lines: Relation, *, products: bool, baskets: int, span: tuple[date, date]
) -> tuple[AssociationRules, RulesTest]:
    """Rules of all orders, and how rules learned before the last quarter of history did in it.

    MethodError: no_products, no_rules; too_few_cases and rules_lose where they could not be tested or did not beat the best seller.
    """
    if not products:
        raise MethodError("no_products", "文件没有产品列，无法分析搭配。", "The files have no products: no cross-sell.")
    read = baskets_of(lines, baskets)
    found = read.rules(read.entries)
    if not found.rules:
        raise MethodError(
            "no_rules", "没有够多、够强的搭配。", "No combination is frequent and strong enough to be called one."
        )
    test = tested(read, span)
    if not test.usable:
        (said, *_) = test.findings()
        zh = f"早先学到的搭配在后来的订单上没有可靠地胜过畅销品，因此不列。{said.zh}"
        raise MethodError("rules_lose", zh, f"Learned early, rules did not reliably beat best sellers later. {said.en}")
    sampled_ = Note(
        "baskets_sampled",
        f"订单很多，规则按其中 {found.cases:,} 张计算。",
        f"There are very many orders; rules are of {found.cases:,} of them.",
    )
    notes = (*found.warnings, sampled_) if read.all_baskets > MOST_BASKETS else found.warnings
    return replace(found, rules=tuple(named(rule, read.names) for rule in found.rules), warnings=notes), test


def tested(read: Baskets, span: tuple[date, date]) -> RulesTest:
    """Rules learned before the last quarter of history (at most half a year), judged by the orders of that quarter."""
    first, as_of = span
    split = as_of - timedelta(days=min((as_of - first).days // 4, 182))
    before = read.days < np.datetime64(split)
    if not before.any() or before.all():
        raise MethodError(
            "history_short",
            "历史太短，搭配无法在后来的订单上检验。",
            "History is too short to test rules on later orders.",
        )
    earlier, later = read.of(before), read.of(~before)
    popular = dict(enumerate(np.bincount(earlier[:, 1], minlength=len(read.names)).tolist()))
    rules = read.rules(earlier)
    found = rules_on_later_orders(rules.rules, popular, later, buyers=read.buyers[np.unique(later[:, 0])])
    return replace(found, period=(split, as_of), parameters={**found.parameters, "split": split})


def baskets_of(lines: Relation, many: int) -> Baskets:
    """The products of every order, or of all orders of a steady part of the customers where there are very many."""
    import ibis

    held = sampled(lines.table, many, MOST_BASKETS)
    product = held["product"]
    held = held.filter(product.notnull() & ~product.upper().re_search(NOT_PRODUCTS))
    once = held.group_by(["customer", "order", "product"]).agg(day=held.day.min())
    kept = Relation(lines.engine, once).keep("baskets")
    named_ = items_of(kept.table)
    names = [str(row[1]) for row in kept.engine.records(named_.order_by("item"))]
    if not names:
        raise MethodError("no_products", "没有产品编号，无法分析搭配。", "No line names a product: no cross-sell.")
    joined = kept.table.inner_join(named_, "product")
    table = joined.select(
        "item",
        "day",
        basket=ibis.dense_rank().over(order_by=[joined.customer, joined["order"]]),
        buyer=ibis.dense_rank().over(order_by=joined.customer),
    )
    found = kept.engine.run(table, exact=False)
    basket = np.asarray(found["basket"], dtype=np.int64)
    days = np.full(int(basket.max()) + 1, np.datetime64("9999-12-31"), dtype="datetime64[D]")
    np.minimum.at(days, basket, found["day"].astype("datetime64[D]"))
    buyers = np.zeros(len(days), dtype=np.int64)
    buyers[basket] = found["buyer"]
    return Baskets(np.column_stack([basket, np.asarray(found["item"], dtype=np.int64)]), days, buyers, names, many)


def items_of(baskets: Table) -> Table:
    """item (a number from 0, the most frequent first), product."""
    import ibis

    counted = baskets.group_by("product").agg(n=baskets.count())
    return counted.select(
        item=ibis.row_number().over(order_by=[counted.n.desc(), counted["product"]]), product=counted["product"]
    )


def named(rule: Rule, names: list[str]) -> Rule:
    """The same rule with products instead of numbers."""
    left, right = (frozenset(names[int(str(item))] for item in side) for side in rule[:2])
    return rule._replace(antecedent=left, consequent=right)
