"""Association rules, item likeness and offers: against published counts, other libraries, and brute force."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from zhike.methods.offers import item_similarity, offers_on_later_period
from zhike.methods.result import MethodError
from zhike.methods.rules import AssociationRules, association_rules, least_count


@pytest.fixture(scope="module")
def groceries(shared: Path) -> list[tuple[str, ...]]:
    with (shared / "basket" / "groceries_long.csv").open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)][1:]


@pytest.fixture(scope="module")
def oracle() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "oracle_rules.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize(
    ("support", "confidence", "rules"), [(0.001, 0.5, 5668), (0.001, 0.8, 410), (0.01, 0.5, 15), (0.006, 0.25, 463)]
)
def test_against_arules_on_groceries(
    groceries: list[tuple[str, ...]], support: float, confidence: float, rules: int
) -> None:
    assert len(association_rules(groceries, support, confidence)) == rules


@pytest.mark.slow
@pytest.mark.shared
def test_against_arules_highest_lift(groceries: list[tuple[str, ...]]) -> None:
    best = association_rules(groceries, 0.001, 0.5)[0]
    assert {str(item).lower() for item in best.antecedent} == {"instant food products", "soda"}
    assert best.consequent == {"hamburger meat"}
    assert best.lift == pytest.approx(18.99565, abs=5e-6)


def numbers(found: AssociationRules) -> list[list[Any]]:
    return sorted(
        [sorted(map(int, map(str, rule.antecedent))), int(str(next(iter(rule.consequent)))), *rule[2:5]]
        for rule in found
    )


def test_against_mlxtend_on_a_resample(oracle: dict[str, Any]) -> None:
    found = association_rules(oracle["baskets"], oracle["support"], oracle["confidence"])
    assert found.itemsets == oracle["itemsets"]
    for ours, theirs in zip(numbers(found), oracle["mlxtend"], strict=True):
        assert ours[:2] == theirs[:2]
        assert ours[2:] == pytest.approx(theirs[2:5], abs=1e-9)
    extra = {(tuple(row[0]), row[1]): row[5:] for row in oracle["mlxtend"]}
    for rule in found:
        key = tuple(sorted(map(int, map(str, rule.antecedent)))), int(str(next(iter(rule.consequent))))
        assert [rule.leverage, rule.conviction] == pytest.approx(extra[key], abs=1e-9)


def test_against_efficient_apriori_on_a_resample(oracle: dict[str, Any]) -> None:
    found = association_rules(oracle["baskets"], oracle["support"], oracle["confidence"])
    for ours, theirs in zip(numbers(found), oracle["efficient_apriori"], strict=True):
        assert ours[:2] == theirs[:2]
        assert ours[2:] == pytest.approx(theirs[2:], abs=1e-9)


BASKETS = some.lists(some.lists(some.integers(0, 5), max_size=6), min_size=1, max_size=14)


@settings(max_examples=60, deadline=None)
@given(BASKETS, some.sampled_from([0.1, 0.25, 0.5]), some.sampled_from([0.3, 0.5, 1.0]), some.booleans())
def test_the_rules_are_those_of_counting_everything(
    baskets: list[list[int]], support: float, confidence: float, strict: bool
) -> None:
    if not any(baskets):
        return
    sets = [frozenset(basket) for basket in baskets]
    count = {
        frozenset(some_items): sum(frozenset(some_items) <= basket for basket in sets)
        for size in range(1, 7)
        for some_items in combinations(range(6), size)
    }
    expected = {
        (both - {item}, item)
        for both, often in count.items()
        for item in both
        if len(both) > 1
        and often >= least_count(support * len(sets), strict)
        and often >= least_count(confidence * count[both - {item}], strict)
    }
    found = association_rules(baskets, support, confidence, strict=strict)
    assert {(rule.antecedent, next(iter(rule.consequent))) for rule in found} == expected
    assert association_rules(baskets[::-1], support, confidence, strict=strict).rules == found.rules


def test_a_rule_on_the_bound_stands_unless_strict() -> None:
    baskets = [["a", "b"]] * 3 + [["c"]] * 7  # 0.3 × 10 is 3.0000000000000004 for a computer
    assert len(association_rules(baskets, 0.3, 1.0)) == 2
    assert len(association_rules(baskets, 0.3, 0.9, strict=True)) == 0
    assert len(association_rules(baskets, 0.29, 1.0, strict=True)) == 0  # a confidence of 1 cannot be exceeded
    assert len(association_rules(baskets, 0.29, 0.9, strict=True)) == 2


def test_single_consequents_unless_more_are_asked_for() -> None:
    baskets = [["a", "b", "c"]] * 4
    assert len(association_rules(baskets, 0.5, 0.5)) == 9
    assert len(association_rules(baskets, 0.5, 0.5, consequents=2)) == 12
    assert len(association_rules(baskets, 0.5, 0.5, max_length=2)) == 6


def test_all_shapes_of_input_say_the_same() -> None:
    lists = [["a", "b", "b"], ["a", "b", "c"], ["c"]]
    pairs = [(number, item) for number, basket in enumerate(lists) for item in basket]
    table = np.array([[1, 1, 0], [1, 1, 1], [0, 0, 1]], dtype=bool)
    coded = np.array([[number, "abc".index(item)] for number, item in pairs])
    lifts = [
        sorted(rule.lift for rule in association_rules(shape, 0.5, 0.5))
        for shape in (lists, [set(basket) for basket in lists], pairs, table, coded)
    ]
    assert all(found == lifts[0] for found in lifts)
    assert "read_as_pairs" in {note.code for note in association_rules(pairs, 0.5, 0.5).warnings}


def test_missing_items_are_counted_and_said() -> None:
    found = association_rules([("1", "a"), ("1", None), ("", "b"), ("1", "b")], 0.5, 0.5)
    assert found.cases == 1
    assert any("2 rows" in sentence for sentence in found.explain("en"))
    assert any("空购物篮" in sentence for sentence in association_rules([["a"], []], 0.1, 0.1).explain("zh"))


@pytest.mark.parametrize(
    ("baskets", "support", "code"),
    [
        ([["a"]], 0, "support_range"),
        ([["a"]], 2, "support_range"),
        ([], 0.1, "no_baskets"),
        (["ab"], 0.1, "basket_expected"),
    ],
)
def test_nonsense_is_refused(baskets: list[Any], support: float, code: str) -> None:
    with pytest.raises(MethodError) as refusal:
        association_rules(baskets, support)
    assert refusal.value.code == code


def test_likeness_by_hand() -> None:
    baskets = [["a", "b"], ["a", "b"], ["a"], ["b", "c"]]
    cosine = item_similarity(baskets, least=1, shrink=0)
    assert dict(cosine.similar("a"))["b"] == pytest.approx(2 / 3)
    assert dict(item_similarity(baskets, measure="jaccard", least=1, shrink=0).similar("a"))["b"] == pytest.approx(0.5)
    assert dict(item_similarity(baskets, measure="lift", least=1, shrink=0).similar("a"))["b"] == pytest.approx(8 / 9)
    assert [item for item, _ in cosine.offers(["a"], 2)] == ["b", "c"]
    assert cosine.similar("unknown") == []
    assert "“a”与“b”" in cosine.explain("zh")[0]


def purchases(habit: float) -> list[tuple[int, int, date]]:
    """Customers of ten tastes; later they buy within their taste with this probability."""
    rng = np.random.default_rng(5)
    rows = []
    for customer in range(300):
        taste = customer % 10
        for day in range(6):
            own = day < 4 or rng.random() < habit
            item = 10 * taste + rng.integers(10) if own else rng.integers(100)
            rows.append((customer, int(item), date(2024, 1, 1) + timedelta(days=40 * day)))
    return rows


def test_the_items_most_alike_are_named_not_the_commonest_pair() -> None:
    baskets = [["a", "b"]] * 30 + [["a"]] * 70 + [["b"]] * 70 + [["c", "d"]] * 12
    assert item_similarity(baskets).explain("en") == ["Most alike by who holds them: c and d."]
    assert item_similarity([["a"]] * 5 + [["b"]] * 5).explain("en") == []


def test_offers_beat_best_sellers_where_there_are_tastes_and_not_where_there_are_none() -> None:
    split = date(2024, 1, 1) + timedelta(days=150)
    tastes = offers_on_later_period(purchases(0.9), split)
    assert tastes.usable and tastes.hit_rate > tastes.popular_hit_rate
    none = offers_on_later_period(purchases(0.0), split)
    assert not none.usable and none.interval[0] <= 0
    assert "not_better" in {note.code for note in none.findings()}
    assert offers_on_later_period(purchases(0.9), split, by="rules").usable


def test_offers_need_two_periods_and_enough_customers() -> None:
    with pytest.raises(MethodError, match="No purchases"):
        offers_on_later_period([(1, 1, date(2024, 1, 1))], date(2025, 1, 1))
    first, second = date(2024, 1, 1), date(2024, 6, 1)
    few = [(customer, item, first) for customer in range(10) for item in (1, 2)]
    with pytest.raises(MethodError, match="30"):
        offers_on_later_period([*few, *((customer, 3, second) for customer in range(10))], second)
