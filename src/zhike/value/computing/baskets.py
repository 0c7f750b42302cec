"""What is bought together: rules on the products of an order, without postage and the like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from zhike.methods.engine import DuckDBEngine
from zhike.methods.result import MethodError, Note
from zhike.methods.rules import AssociationRules, Rule, association_rules
from zhike.value.rules import NOT_PRODUCTS

MOST_BASKETS = 300_000
MOST_RULES = 300
LEAST_SHARE, LEAST_BASKETS = 0.01, 15
CONFIDENCE = 0.3


def cross_sell(engine: DuckDBEngine, *, products: bool) -> AssociationRules:
    """Association rules of one or two products ⇒ one, with the products' own numbers. MethodError: no_products."""
    if not products:
        raise MethodError("no_products", "文件没有产品列，无法分析搭配。", "The files have no products: no cross-sell.")
    run = engine.connection.execute
    ((baskets,),) = run('SELECT count(*) FROM (SELECT DISTINCT customer, "order" FROM lines)').fetchall()
    share = max(LEAST_SHARE, min(0.5, LEAST_BASKETS / max(baskets, 1)))
    run(
        'CREATE TEMP TABLE basket_lines AS SELECT DISTINCT hash(customer, "order") AS basket, product FROM lines '
        f"WHERE product IS NOT NULL AND NOT regexp_matches(upper(product), '{NOT_PRODUCTS}')"
    )
    chosen = "" if baskets <= MOST_BASKETS else f"WHERE basket % {baskets // MOST_BASKETS + 1} = 0"
    run(
        f"CREATE TEMP TABLE basket_items AS SELECT product, row_number() OVER (ORDER BY count(*) DESC, product) - 1 AS item "
        f"FROM basket_lines {chosen} GROUP BY product"
    )
    found = run(
        "SELECT (dense_rank() OVER (ORDER BY basket))::BIGINT AS basket, item::BIGINT AS item FROM basket_lines JOIN basket_items "
        f"USING (product) {chosen}"
    ).fetchnumpy()
    names = [row[0] for row in run("SELECT product FROM basket_items ORDER BY item").fetchall()]
    run("DROP TABLE basket_lines")
    if not names:
        raise MethodError("no_products", "没有产品编号，无法分析搭配。", "No line names a product: no cross-sell.")
    pairs = np.column_stack([found["basket"], found["item"]])
    result = association_rules(pairs, share, CONFIDENCE, max_length=3, form="pairs")
    kept = tuple(named(rule, names) for rule in result.rules if rule.lift > 1)[:MOST_RULES]
    sampled = Note(
        "baskets_sampled",
        f"订单很多，规则按其中 {result.cases:,} 张计算。",
        f"There are very many orders; rules are of {result.cases:,} of them.",
    )
    notes = (*result.warnings, sampled) if chosen else result.warnings
    return replace(result, rules=kept, warnings=notes)


def named(rule: Rule, names: list[str]) -> Rule:
    """The same rule with products instead of numbers."""
    left, right = (frozenset(names[int(str(item))] for item in side) for side in rule[:2])
    return rule._replace(antecedent=left, consequent=right)
