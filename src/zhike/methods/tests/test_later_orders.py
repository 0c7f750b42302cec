"""Rules judged by later orders: beside the best seller, one offer per order, buyers not orders as what is independent."""

from __future__ import annotations

import random
from itertools import product

import pytest

from zhike.methods.later_orders import rules_on_later_orders
from zhike.methods.result import MethodError
from zhike.methods.rules import Rule, association_rules


def rule(left: str, right: str, confidence: float) -> Rule:
    """A rule between single letters."""
    return Rule(frozenset(left), frozenset(right), 0.1, confidence, 2.0, 10)


def test_each_order_gets_the_offer_of_its_strongest_rule_only() -> None:
    later = [["a", "b"]] * 20 + [["a", "c"]] * 20 + [["z"]] * 7
    found = rules_on_later_orders([rule("a", "c", 0.6), rule("a", "b", 0.9)], {"z": 99, "a": 5}, later)
    assert (found.orders, found.cases, found.hit_rate, found.popular_hit_rate) == (47, 40, 0.5, 0.0)


def test_the_best_seller_is_one_that_the_rule_does_not_start_from() -> None:
    found = rules_on_later_orders([rule("a", "b", 0.5)], {"a": 9, "c": 5, "b": 1}, [["a", "c"]] * 30)
    assert (found.hit_rate, found.popular_hit_rate, found.usable) == (0.0, 1.0, False)
    assert "offer those" in " ".join(found.explain("en"))


def test_a_rule_of_two_products_wants_both() -> None:
    both = Rule(frozenset("ab"), frozenset("c"), 0.1, 0.9, 2.0, 10)
    later = [["a", "b", "c"]] * 30 + [["a", "c"], ["b", "c"]] * 10
    assert rules_on_later_orders([both], {"x": 3}, later).cases == 30


def test_many_orders_of_one_buyer_are_not_many_witnesses() -> None:
    later = [["a", "b"]] * 60 + [["a"]] * 60
    alone = rules_on_later_orders([rule("a", "b", 0.5)], {"z": 1}, later)
    shared = rules_on_later_orders([rule("a", "b", 0.5)], {"z": 1}, later, buyers=[0] * 60 + [1] * 60)
    assert alone.usable
    assert not shared.usable
    assert alone.difference == shared.difference


def test_chance_has_no_rules_that_are_usable_later() -> None:
    dice = random.Random(4)
    made = [[item for item in "abcdefgh" if dice.random() < 0.3] for _ in range(2000)]
    learned = association_rules(made[:1000], 0.02, 0.2).rules
    popular = {item: sum(item in basket for basket in made[:1000]) for item in "abcdefgh"}
    assert learned
    assert not rules_on_later_orders(learned, popular, made[1000:]).usable


def test_what_cannot_be_judged_is_refused_with_a_reason() -> None:
    wide = Rule(frozenset("a"), frozenset("bc"), 0.1, 0.9, 2.0, 10)
    for rules, later, code in (
        ([], [["a"]], "no_rules"),
        ([wide], [["a"]] * 40, "consequents"),
        ([rule("a", "b", 0.5)], [["a"]] * 29, "too_few_cases"),
    ):
        with pytest.raises(MethodError) as refused:
            rules_on_later_orders(rules, {"z": 1}, later)
        assert refused.value.code == code


def test_the_answer_is_that_of_counting_by_hand() -> None:
    rules = [rule("a", "b", 0.7), rule("c", "a", 0.8), rule("b", "d", 0.6)]
    popular = {"d": 9, "a": 7, "b": 5}
    orders = [list(letters) for letters in product("abcd", repeat=3)]
    hits, usual, cases = 0, 0, 0
    for order in orders:
        for one in sorted(rules, key=lambda r: -r.confidence):
            if one.antecedent <= set(order):
                best = next(item for item in "dab" if item not in one.antecedent)
                cases, hits, usual = cases + 1, hits + (one.consequent <= set(order)), usual + (best in order)
                break
    found = rules_on_later_orders(rules, popular, orders)
    assert (found.cases, round(found.hit_rate * cases), round(found.popular_hit_rate * cases)) == (cases, hits, usual)
