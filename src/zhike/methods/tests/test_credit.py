"""Credit and stock: scores with vetoes, limits at their edges, ageing to the cent, a scorecard judged by later cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from zhike.methods.credit import (
    Balance,
    Open,
    Points,
    ageing,
    available,
    c_score,
    count_back_dso,
    dso,
    feature_score,
    net_assets_limit,
    receipts_limit,
    sales_limit,
    scorecard,
    scores,
    working_assets_limit,
    working_assets_percent,
)
from zhike.methods.credit.scorecard import ranked
from zhike.methods.result import MethodError
from zhike.methods.stock import Demand, order_quantity, policy

ITEMS = [item for group in scores.FEATURES.values() for item in group]


@pytest.mark.parametrize(
    ("percent", "klass"), [(20, "refuse"), (21, "high risk"), (45, "high risk"), (65, "normal"), (66, "good")]
)
def test_feature_scores_fall_into_their_classes(percent: int, klass: str) -> None:
    found = feature_score(dict.fromkeys(ITEMS, percent / 10))
    assert found.score == pytest.approx(percent) and found.klass == klass


def test_unanswered_items_do_not_count_and_are_named() -> None:
    found = feature_score({"payment_record": 9, "terms": 3}, {"payment_record": 3})
    assert found.score == pytest.approx((9 * 3 + 3) / 40 * 100) and len(found.unanswered) == 16
    assert found.costs[0][0] == "terms" and "many_unanswered" in {note.code for note in found.warnings}


def test_a_veto_outweighs_every_score() -> None:
    found = c_score(dict.fromkeys(scores.SIX_C, 100), vetoes=["sued"])
    assert found.score == 100 and found.klass == "refuse" and "一票否决" in " ".join(found.explain("zh"))


@pytest.mark.parametrize("answers", [{}, {"nope": 5}, {"terms": 11}, {"terms": 0}])
def test_impossible_answers_are_refused(answers: dict[str, float]) -> None:
    with pytest.raises(MethodError):
        feature_score(answers)


def test_working_assets_follow_q() -> None:
    sheet = Balance(Decimal(300), Decimal(100), Decimal(200), Decimal(400), Decimal(500))
    assert sheet.q == Decimal("1.5") + 1 - Decimal("0.4") - Decimal("0.8") == Decimal("1.3")
    assert working_assets_limit(sheet).value == 75
    edges = {
        "-5": 0,
        "-4.6": 0,
        "-3.9": 2.5,
        "-3.2": 5,
        "-2.5": 7.5,
        "-1.8": 10,
        "-1.1": 12.5,
        "-0.4": 15,
        "0.3": 17.5,
        "0.31": 20,
        "1": 25,
    }
    assert {q: float(working_assets_percent(Decimal(q))) for q in edges} == edges
    with pytest.raises(MethodError):
        working_assets_limit(Balance(Decimal(1), Decimal(0), Decimal(0), Decimal(0), Decimal(1)))


def test_the_other_limits_and_what_is_left() -> None:
    assert sales_limit([Decimal(90), Decimal(110)], 45, "AAA").value == 300
    assert sales_limit([Decimal(100)], 30, "C").value == 0
    assert net_assets_limit(Decimal(500), Decimal(100)).value == 300
    assert net_assets_limit(Decimal(-500), Decimal(1)).value == 0
    months = [Decimal(v) for v in (210, 0, 0, 0, 0, 0)]
    assert receipts_limit(months, 30).value == 60  # the latest month weighs six of twenty-one
    over = available(Decimal(100), Decimal(70), Decimal(50), Decimal(5))
    assert over.value == -15 and [note.code for note in over.warnings] == ["over_the_limit"]
    bad: list[Callable[[], object]] = [
        lambda: receipts_limit(months[:5], 30),
        lambda: sales_limit([], 30, "A"),
        lambda: sales_limit(months, 30, "Z"),
    ]
    for call in bad:
        with pytest.raises(MethodError):
            call()


def test_ageing_and_provision_by_year() -> None:
    today = date(2024, 6, 30)
    late = {0: 100, 1: 10, 30: 20, 31: 30, 60: 1, 61: 2, 90: 3, 91: 4, 180: 5, 181: 6, 365: 7, 366: 8, 731: 9, 1900: 10}
    found = ageing([Open(today - timedelta(days), Decimal(amount)) for days, amount in late.items()], today)
    assert [int(v) for v in found.buckets.values()] == [100, 30, 31, 5, 9, 13, 27]
    expected = (
        Decimal("0.05") * (100 + 10 + 20 + 30 + 1 + 2 + 3 + 4 + 5 + 6 + 7)
        + Decimal("0.1") * 8
        + Decimal("0.3") * 9
        + 10
    )
    assert found.provision == expected and found.oldest == 1900 and found.total == found.overdue + 100
    assert (
        ageing([Open(today + timedelta(9), Decimal(5)), Open(today, Decimal(-5))], today).warnings[0].code == "credits"
    )
    assert ageing([], today).total == 0


def test_days_of_sales_outstanding() -> None:
    assert dso(Decimal(50), Decimal(100), 30).value == 15
    short = count_back_dso(Decimal(400), [(Decimal(100), 30), (Decimal(200), 31)])
    assert short.value == 61 and [note.code for note in short.warnings] == ["beyond_the_periods"]
    assert count_back_dso(Decimal(0), [(Decimal(100), 30)]).value == 0
    enough = count_back_dso(Decimal(50), [(Decimal(0), 30), (Decimal(100), 30)])
    assert enough.value == 45 and not enough.warnings
    with pytest.raises(MethodError):
        dso(Decimal(50), Decimal(0), 30)


def borrowers(seed: int = 3, n: int = 2000) -> tuple[dict[str, Any], Any]:
    random = np.random.default_rng(seed)
    years, industry = random.uniform(0, 20, n), random.choice(["steel", "food", "toys"], n)
    odds = -1.5 - 0.12 * years + np.where(industry == "toys", 1.4, 0)
    bad = (random.random(n) < 1 / (1 + np.exp(-odds))).astype(int)
    years[:50] = np.nan
    return {"years": years, "industry": industry, "luck": random.normal(size=n)}, bad


def test_a_scorecard_tells_later_cases_apart() -> None:
    table, bad = borrowers()
    card = scorecard(table, bad, when=np.arange(len(bad)), points=Points(600, 20, 20))
    assert card.error["auc"] > 0.7 and card.bins["luck"].iv < 0.05 < card.bins["years"].iv
    points, risk = card.score(table), card.probability_bad(table)
    assert np.corrcoef(points, risk)[0, 1] < -0.8
    assert points[np.argmin(np.abs(risk - 1 / 21))] == pytest.approx(600, abs=3)  # odds of 20 to 1
    worst = int(np.argmax(risk))
    assert {name for name, _ in card.reasons(table, worst, 2)} == {"years", "industry"}
    assert risk[:10] == pytest.approx(card.probability_bad({k: v[:10] for k, v in table.items()}))
    assert risk.mean() == pytest.approx(bad.mean(), abs=0.02)
    unseen = {"years": [5.0], "industry": ["rockets"], "luck": [0.0]}
    assert np.isfinite(card.score(unseen)).all()


def test_a_column_that_knows_the_outcome_is_refused() -> None:
    table, bad = borrowers()
    with pytest.raises(MethodError) as refused:
        scorecard(
            {**table, "sent_to_lawyer": bad * 1.0 + 0.001 * np.arange(len(bad)) / len(bad)},
            bad,
            when=np.arange(len(bad)),
        )
    assert refused.value.code == "leak"
    with pytest.raises(MethodError):
        scorecard(table, np.zeros(len(bad)), when=np.arange(len(bad)))


def test_auc_counts_ties_half() -> None:
    assert ranked(np.array([0.1, 0.5, 0.5, 0.9]), np.array([0.0, 0.0, 1.0, 1.0]))[0] == pytest.approx(3.5 / 4)


def test_order_point_and_quantity() -> None:
    assert order_quantity(1000, 50, 4).value == pytest.approx((2 * 50 * 1000 / 4) ** 0.5)
    made = policy(Demand(10, 4, 60), lead=9, review=7, service=0.975, order_cost=40, holding_cost=0.01)
    assert made.point == pytest.approx(160 + 1.959964 * 16, abs=1e-4)
    assert made.top == pytest.approx(made.point + (2 * 40 * 10 / 0.01) ** 0.5)
    assert made.order(made.point + 0.1) == 0 and made.order(made.point, pack=100) == 300
    plain = policy(Demand(10, 4, 60), lead=9, review=7)
    assert plain.top == pytest.approx(plain.point + 70)


def test_lumpy_and_thin_demand_is_said_and_nonsense_refused() -> None:
    lumpy = Demand.of([0, 0, 0, 40, 0, 0])
    assert {"few_periods", "lumpy_demand"} == {note.code for note in policy(lumpy, lead=1, review=1).warnings}
    bad: list[Callable[[], object]] = [
        lambda: Demand.of([1]), lambda: policy(lumpy, lead=0, review=0), lambda: policy(lumpy, lead=1, review=1, service=1.0),
        lambda: order_quantity(1, 1, 0),
    ]  # fmt: skip
    for call in bad:
        with pytest.raises(MethodError):
            call()


@settings(max_examples=25, deadline=None)
@given(some.lists(some.tuples(some.integers(-200, 2500), some.integers(1, 10**6)), max_size=20))
def test_buckets_sum_to_what_is_owed(items: list[tuple[int, int]]) -> None:
    today = date(2024, 1, 1)
    found = ageing([Open(today - timedelta(days), Decimal(cents) / 100) for days, cents in items], today)
    assert sum(found.buckets.values()) == found.total == sum((Decimal(c) / 100 for _, c in items), Decimal(0))
    assert Decimal(0) <= found.provision <= found.total
