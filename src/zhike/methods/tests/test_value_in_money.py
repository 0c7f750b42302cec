"""The value of the next year in money: its bounds against what then comes, and the check on a later period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zhike.methods.clv import (
    BGNBD,
    Draws,
    GammaGamma,
    LifetimeValue,
    Terms,
    check_money,
    history,
    lifetime_value,
    value_intervals,
)
from zhike.methods.clv.bootstrap import BEST, ROWS
from zhike.methods.result import MethodError

PLAIN = Terms(months=12, monthly_discount=0.0)


@dataclass(frozen=True)
class World:
    """Customers as BG/NBD and gamma-gamma say, 52 weeks watched, and the money of the twelve months after."""

    history: tuple[Any, Any, Any]
    spent: Any
    later: Any

    @classmethod
    def made(cls, seed: int, customers: int) -> World:
        chance = np.random.default_rng(seed)
        rate, stays = chance.gamma(0.8, 1 / 8, customers), chance.geometric(chance.beta(0.8, 4, customers))
        events = chance.poisson(rate * 52)
        bought = np.minimum(events, stays)
        last = 52 * chance.beta(np.maximum(bought, 1), events - bought + 1) * (bought > 0)
        later = np.minimum(chance.poisson(rate * 12 * 4.345), stays - bought)
        usual = 6 * 15 / chance.gamma(4, 1, customers)
        paid = [usual * chance.gamma(6 * np.maximum(n, 1)) / 6 * (n > 0) for n in (bought, later)]
        return cls((bought, last, np.full(customers, 52.0)), paid[0] / np.maximum(bought, 1), paid[1])

    def valued(self, draws: Draws, groups: list[str] | None = None) -> LifetimeValue:
        models = BGNBD("weeks").fit(*self.history), GammaGamma().fit(self.history[0], self.spent)
        plain = lifetime_value(models[0], self.history, models[1].expected_spend(self.history[0], self.spent), PLAIN)
        return value_intervals(plain, models, self.history, self.spent, draws, groups)


@pytest.mark.slow
def test_nine_intervals_in_ten_hold_the_money_that_comes() -> None:
    held = 0
    for seed in range(8):
        world = World.made(seed, 300)
        low, high = world.valued(Draws(seed=seed, size=20)).interval or (0, 0)
        held += low < world.later.sum() < high
    assert 6 < held <= 8


def test_groups_add_up_to_the_total_and_repeat_with_the_seed() -> None:
    world = World.made(3, 400)
    often = np.where(world.history[0] > 5, "often", "seldom").tolist()
    one, two = (world.valued(Draws(seed=1, size=20), often) for _ in range(2))
    assert one.interval == two.interval and one.groups == two.groups
    assert sum(group.value for group in one.groups.values()) == pytest.approx(one.total)
    assert sum(group.customers for group in one.groups.values()) == 400
    assert all(group.low < group.value < group.high for group in one.groups.values())
    assert one.of_customers is not None
    assert (one.of_customers[0] <= one.of_customers[1]).all()
    assert "90%" in one.explain("en")[1] and "90%" in one.explain("zh")[1]


def test_of_very_many_customers_some_stand_for_all_and_the_best_have_bounds_of_their_own() -> None:
    world = World.made(5, ROWS + 1_000)
    found = world.valued(Draws(seed=1, size=20))
    assert found.interval is not None and found.of_customers is not None
    assert found.interval[0] < found.total < found.interval[1]
    assert found.interval[1] - found.interval[0] < 0.15 * found.total
    known = np.isfinite(found.of_customers[0])
    assert ROWS <= known.sum() <= ROWS + BEST
    assert known[np.argsort(-found.values)[:BEST]].all()


def test_too_few_draws_are_refused() -> None:
    with pytest.raises(MethodError) as refused:
        World.made(1, 200).valued(Draws(seed=1, size=5))
    assert refused.value.code == "too_few_draws"


@pytest.mark.shared
def test_against_cdnow_the_money_of_the_later_39_weeks(shared: Path) -> None:
    rows = [line.split() for line in (shared / "clv/CDNOW_sample.txt").read_text().splitlines()]
    names, days = np.array([row[1] for row in rows]), np.array([f"{r[2][:4]}-{r[2][4:6]}-{r[2][6:]}" for r in rows])
    money, late = np.array([float(row[4]) for row in rows]), days > "1997-09-30"
    past = history(names, days, money, until=date(1997, 9, 30), unit="weeks")
    later = np.bincount(np.searchsorted(past.customers, names[late]), money[late], len(past.customers))
    spent = np.nan_to_num(past.mean_spend)
    models = BGNBD("weeks").fit(*past), GammaGamma().fit(past.frequency, np.where(spent > 0, spent, 1.0))
    found = check_money(models, tuple(past), spent, later, horizon=39)
    assert found.error["mae"] < found.error["naive_mae"]
    assert found.error["total"] == pytest.approx(found.error["actual"], rel=0.2)
    assert found.error["actual"] == pytest.approx(money[late].sum())
