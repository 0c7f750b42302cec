"""How sure a model's forecasts are: refitted on customers drawn with replacement, in purchases and in money.

What the refits disagree on is not known better than that. A draw lies close to the fit, so its climb starts there, paced by
the fit's curvature; equal customers are summed, so that a draw costs a few looks at the distinct rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhike.methods.clv.fitting import Floats
from zhike.methods.clv.grouping import checked, distinct
from zhike.methods.clv.lifetime import GroupValue, LifetimeValue
from zhike.methods.clv.model import PER_MONTH, PurchaseModel
from zhike.methods.clv.spend import GammaGamma
from zhike.methods.result import MethodError, Note, Result

ROWS = 5_000
"""Of more customers than these, so many stand for all in the draws of a value."""
BEST = 100
"""So many of the most valuable have bounds of their own, however many customers there are."""


@dataclass(frozen=True, kw_only=True)
class Intervals(Result):
    """Bootstrap intervals: (low, high) per parameter, for the total of expected purchases, and per asked customer."""

    of_params: dict[str, tuple[float, float]]
    of_total: tuple[float, float]
    of_customers: Floats
    """Shape (2, customers): low and high of the expected purchases."""

    def findings(self) -> Iterable[Note]:
        """The interval of the total."""
        low, high = self.of_total
        share, horizon = self.parameters["level"], self.parameters["horizon"]
        yield Note(
            "total_interval",
            f"今后 {horizon:g} 个时间单位的复购合计有 {share:.0%} 的把握在 {low:,.0f} 与 {high:,.0f} 之间。",
            f"Purchases over the next {horizon:g} units of time lie between {low:,.0f} and {high:,.0f} at {share:.0%}.",
        )


@dataclass(frozen=True, slots=True)
class Draws:
    """How to bootstrap: draws of customers with replacement, the level of the interval, the seed."""

    seed: int
    size: int = 200
    level: float = 0.9

    @property
    def edges(self) -> list[float]:
        """The two quantiles of the interval, or a refusal."""
        if self.size < 20 or not 0 < self.level < 1:
            raise MethodError("too_few_draws", "抽样次数至少 20 次。", "At least 20 draws are needed.")
        return [(1 - self.level) / 2, (1 + self.level) / 2]


def intervals(model: PurchaseModel, history: tuple[Any, Any, Any], horizon: float, draws: Draws) -> Intervals:
    """Bounds of the parameters, of the purchases within `horizon` together, and of what is expected of each customer.

    `history`: frequency, recency, T, (n,) each, in the model's unit, as `horizon` is; a model that is not fitted yet is fitted on
    them. The total also holds the customers' own luck (Poisson). Raises MethodError below 20 draws.

    >>> from zhike.methods.clv import BGNBD
    >>> history = [1, 0, 2, 0, 3] * 40, [10, 0, 20, 0, 30] * 40, [39] * 200
    >>> found = intervals(BGNBD("weeks"), history, 26, Draws(seed=1, size=20))
    >>> found.of_customers.shape, found.of_total[0] < found.of_total[1]
    ((2, 200), True)
    """
    edges = draws.edges
    data, place = distinct(*checked(*history))
    if not model.params_:
        model.fit_summaries(data)
    random, near = np.random.default_rng(draws.seed), model.around(data)
    odds = data.weight / data.cases
    kept, totals = [], []
    each = np.empty((draws.size, len(data.x)), dtype=np.float32)
    for number in range(draws.size):
        drawn = model.redrawn(data.weighted(random.multinomial(int(data.cases), odds).astype(float)), near)
        kept.append(list(drawn.params_.values()))
        expected = np.atleast_1d(drawn.expected_purchases(horizon, data.x, data.seen, data.whole))
        each[number] = expected
        # The customers' own luck to come, besides what is not known of the parameters.
        totals.append(float(random.poisson(max(float(expected @ data.weight), 0.0))))
    low, high = np.quantile(np.asarray(kept), edges, axis=0)
    total = np.quantile(totals, edges)
    return Intervals(
        cases=len(place),
        parameters={"level": draws.level, "draws": draws.size, "seed": draws.seed, "horizon": horizon},
        warnings=model.warnings_,
        of_params={name: (float(low[i]), float(high[i])) for i, name in enumerate(model.names)},
        of_total=(float(total[0]), float(total[1])),
        of_customers=np.quantile(each, edges, axis=0).astype(float)[:, place],
    )


def value_intervals(
    found: LifetimeValue,
    models: tuple[PurchaseModel, GammaGamma],
    history: tuple[Any, Any, Any],
    mean_spend: Any,
    draws: Draws,
    groups: Sequence[str] | None = None,
) -> LifetimeValue:
    """The value with bounds in money: of the total, of each of `groups`, and of what is expected of each customer.

    Both models are refitted on each draw. `history`, `mean_spend` (0 or nan without a repeat purchase) and `groups`: (n,) each,
    as `found` was made of. Totals also hold the customers' own luck (`_Sample.luck`), normal. Of more than
    5,000 customers a random 5,000 stand for all, counted as many times as the purchase model had customers to learn from; each
    customer's share of discount stays that of the fit. Raises MethodError below 20 draws that have a mean spend.

    >>> from zhike.methods.clv import BGNBD, lifetime_value
    >>> history, spent = ([1, 0, 2, 0, 3] * 40, [10, 0, 20, 0, 30] * 40, [39] * 200), [20, 0, 35, 0, 28, 25, 0, 31, 0, 26] * 20
    >>> buys, spends = BGNBD("weeks").fit(*history), GammaGamma().fit(history[0], spent)
    >>> plain = lifetime_value(buys, history, spends.expected_spend(history[0], spent))
    >>> sure = value_intervals(plain, (buys, spends), history, spent, Draws(seed=1, size=20))
    >>> sure.interval[0] < sure.total < sure.interval[1]
    True
    """
    edges, random = draws.edges, np.random.default_rng(draws.seed)
    some, asked = _asked(random, found.values)
    spent = np.nan_to_num(np.asarray(mean_spend, dtype=float))[asked]
    sample = _Sample([column[asked] for column in checked(*history)], spent)
    horizon = found.parameters["months"] * PER_MONTH[found.unit]
    expected = sample.expected(models[0], horizon)
    plain = expected * sample.spend(models[1])
    discount = np.divide(found.values[asked], plain, out=np.zeros(len(asked)), where=plain > 0)
    learned_from = models[0].result_.cases if models[0].result_ else found.cases
    many = random.multinomial(learned_from, some / some.sum(), draws.size).astype(float)
    each = sample.redraws(models, many, horizon) * discount
    luck = sample.luck(models, expected) * discount**2
    totals = _Totals(found.values, asked, some, each, luck, edges)
    bounds = np.full((2, found.cases), np.nan)
    bounds[:, asked] = np.quantile(each, edges, axis=0)
    names = np.asarray([] if groups is None else groups, dtype=object)
    return replace(
        found,
        parameters={**found.parameters, "level": draws.level, "draws": len(each), "seed": draws.seed},
        interval=totals.of(np.ones(found.cases, dtype=bool))[2:],
        groups={str(name): totals.of(names == name) for name in dict.fromkeys(names.tolist())},
        of_customers=bounds,
    )


def _asked(random: np.random.Generator, values: Floats) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Places of those who are drawn from and of the most valuable, and which of them are drawn from."""
    chosen = np.sort(random.permutation(len(values))[:ROWS])
    asked = np.union1d(chosen, np.argsort(-values, kind="stable")[:BEST])
    return np.isin(asked, chosen), asked


@dataclass(frozen=True, slots=True)
class _Totals:
    """Sums over customers, by what the draws say of those who stand for them."""

    values: Floats
    asked: NDArray[np.intp]
    some: NDArray[np.bool_]
    each: Floats
    luck: Floats
    edges: list[float]

    def of(self, part: NDArray[np.bool_]) -> GroupValue:
        """These customers together; where the sample has none of them, what they are worth has no bounds (nan)."""
        from scipy.special import ndtri

        own, value = self.some & part[self.asked], float(self.values[part].sum())
        base = float(self.values[self.asked[own]].sum())
        if not base:
            return GroupValue(int(part.sum()), value, float("nan"), float("nan"))
        times = value / base
        luck = np.sqrt(times * self.luck[own].sum()) * ndtri((np.arange(50) + 0.5) / 50)  # fifty even steps per draw
        low, high = np.quantile(times * self.each[:, own].sum(axis=1)[:, None] + luck, self.edges)
        return GroupValue(int(part.sum()), value, float(low), float(high))


class _Sample:
    """Customers with what both models read of them; equal histories once."""

    def __init__(self, history: Sequence[Floats], spent: Floats) -> None:
        self.x, self.spent = history[0], spent
        self.data, self.place = distinct(*history)
        self.again = (self.x > 0) & (spent > 0)

    def expected(self, model: PurchaseModel, horizon: float) -> Floats:
        data = self.data
        return np.atleast_1d(model.expected_purchases(horizon, data.x, data.seen, data.whole))[self.place]

    def spend(self, model: GammaGamma) -> Floats:
        return np.atleast_1d(model.expected_spend(np.where(self.again, self.x, 0), self.spent))

    def luck(self, models: tuple[PurchaseModel, GammaGamma], expected: Floats) -> Floats:
        """Variance of each one's money to come, if both models are right.

        Purchases Y: none with 1 − P(alive), else negative binomial, since the own rate λ ~ Gamma(r + x) is not known either;
        spend z̄ ~ Gamma(p, ν), ν ~ Gamma(px + q). Var = E[ζ²](E[Y]/p + E[Y²]) − E[Y]²E[ζ]², ζ the own mean spend.
        """
        r, p, q = models[0].params_["r"], models[1].params_["p"], models[1].params_["q"]
        alive = np.atleast_1d(models[0].probability_alive(self.data.x, self.data.seen, self.data.whole))[self.place]
        here = np.divide(expected, alive, out=np.zeros(len(alive)), where=alive > 0)
        twice = alive * (here + here**2 * (1 + 1 / (r + self.x)))
        mean, shape = self.spend(models[1]), p * np.where(self.again, self.x, 0) + q
        square = mean**2 * (shape - 1) / np.maximum(shape - 2, 0.5)  # a tail without a variance is given a wide one
        return np.asarray(np.maximum(square * (expected / p + twice) - (expected * mean) ** 2, 0.0))

    def redraws(self, models: tuple[PurchaseModel, GammaGamma], many: Floats, horizon: float) -> Floats:
        """Draws × customers: the money expected of each, by both models learned from each customer `many` times."""
        again, drawn = self.again, []
        near = models[0].around(self.data), models[1].around(self.x[again], self.spent[again])
        for counts in many:
            buys = models[0].redrawn(self.data.weighted(np.bincount(self.place, counts).astype(float)), near[0])
            spends = models[1].redrawn(self.x[again], self.spent[again], counts[again], near[1])
            if spends.params_["q"] > 1:  # else spend has no mean
                drawn.append(self.expected(buys, horizon) * self.spend(spends))
        if len(drawn) < 20:
            raise MethodError(
                "no_mean",
                "多数抽样的客单价没有均值，给不出区间。",
                "Most draws have no mean spend: there is no interval.",
            )
        return np.asarray(drawn)
