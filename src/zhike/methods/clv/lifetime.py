"""The value of the months to come: expected purchases × expected spend × margin, at today's worth, with an interval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from zhike.methods.clv.fitting import Floats
from zhike.methods.clv.grouping import checked, distinct
from zhike.methods.clv.model import PER_MONTH, PurchaseModel, known_unit
from zhike.methods.clv.spend import GammaGamma
from zhike.methods.result import MethodError, Note, Result


@dataclass(frozen=True, kw_only=True)
class LifetimeValue(Result):
    """Value per customer, in the money of the spend, discounted to now."""

    values: Floats
    months: int
    unit: str

    @property
    def total(self) -> float:
        """All customers together."""
        return float(self.values.sum())

    def findings(self) -> Iterable[Note]:
        """The total, and for how long."""
        yield Note(
            "lifetime_value",
            f"今后 {self.months} 个月，{self.cases:,} 位客户的价值合计 {self.total:,.0f}（已贴现）。",
            f"Over the next {self.months} months {self.cases:,} customers are worth {self.total:,.0f} (discounted).",
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """How to value: months ahead, discount per month, margin as a share of spend."""

    months: int = 12
    monthly_discount: float = 0.01
    margin: float = 1.0


def lifetime_value(
    model: PurchaseModel,
    history: tuple[Any, Any, Any],
    spend: Any,
    terms: Terms | None = None,
    *,
    unit: str | None = None,
) -> LifetimeValue:
    """Σ_{i=1..months} (E[Y(i)] - E[Y(i-1)])·spend·margin/(1+d)ⁱ per customer.

    `history` = (frequency, recency, T); `spend` = expected spend per purchase (`GammaGamma.expected_spend`); the unit of
    time is the model's or given here, never guessed: a month is 4.345 weeks or 30 days.

    Raises MethodError for unknown units, missing spend and impossible terms.

    >>> from zhike.methods.clv import BGNBD
    >>> model = BGNBD("weeks").with_params(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> two_months = Terms(months=2, monthly_discount=0.01, margin=0.3)
    >>> lifetime_value(model, ([2], [30.43], [38.86]), [10], two_months).values.round(3).tolist()
    [0.923]
    """
    terms = terms or Terms()
    unit = known_unit(unit or model.unit)
    x, seen, whole = checked(*history)
    each = np.broadcast_to(np.asarray(spend, dtype=float), x.shape)
    if not np.all(np.isfinite(each)):
        raise MethodError("not_finite", "客单价里有空值。", "Spend holds missing values.")
    if terms.months < 1 or terms.monthly_discount < 0:
        raise MethodError(
            "bad_terms", "月数从 1 起，贴现率不能为负。", "Months count from 1; the discount is not negative."
        )
    data, place = distinct(x, seen, whole)
    value, before = np.zeros(len(data.x)), np.zeros(len(data.x))
    for month in range(1, terms.months + 1):
        after = np.atleast_1d(model.expected_purchases(month * PER_MONTH[unit], data.x, data.seen, data.whole))
        value += (after - before) / (1 + terms.monthly_discount) ** month
        before = after
    return LifetimeValue(
        cases=len(x),
        parameters={**model.params_, "unit": unit, "months": terms.months, "monthly_discount": terms.monthly_discount},
        warnings=model.warnings_,
        values=value[place] * each * terms.margin,
        months=terms.months,
        unit=unit,
    )


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


def intervals(model: PurchaseModel, history: tuple[Any, Any, Any], horizon: float, draws: Draws) -> Intervals:
    """Refit on customers drawn with replacement; what the fits disagree on is not known better than that.

    `history`: frequency, recency, T, (n,) each, in the model's unit, as `horizon` is; a model that is not fitted yet is fitted on
    them. The total also holds the customers' own luck (Poisson). Raises MethodError below 20 draws.

    >>> from zhike.methods.clv import BGNBD
    >>> history = [1, 0, 2, 0, 3] * 40, [10, 0, 20, 0, 30] * 40, [39] * 200
    >>> found = intervals(BGNBD("weeks"), history, 26, Draws(seed=1, size=20))
    >>> found.of_customers.shape, found.of_total[0] < found.of_total[1]
    ((2, 200), True)
    """
    data, place = distinct(*checked(*history))
    if not model.params_:
        model.fit_summaries(data)
    if draws.size < 20 or not 0 < draws.level < 1:
        raise MethodError("too_few_draws", "抽样次数至少 20 次。", "At least 20 draws are needed.")
    random = np.random.default_rng(draws.seed)
    odds = data.weight / data.cases
    near, kept, totals = dict(model.params_), [], []
    each = np.empty((draws.size, len(data.x)), dtype=np.float32)
    for number in range(draws.size):
        weight = random.multinomial(int(data.cases), odds).astype(float)
        drawn = type(model)(model.unit).fit_summaries(data.weighted(weight), near)
        kept.append(list(drawn.params_.values()))
        expected = np.atleast_1d(drawn.expected_purchases(horizon, data.x, data.seen, data.whole))
        each[number] = expected
        # The customers' own luck to come, besides what is not known of the parameters.
        totals.append(float(random.poisson(max(float(expected @ data.weight), 0.0))))
    edges = [(1 - draws.level) / 2, (1 + draws.level) / 2]
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


def twelve_months(
    model: PurchaseModel, spend: GammaGamma, history: tuple[Any, Any, Any], mean_spend: Any
) -> LifetimeValue:
    """Twelve months at one percent a month: the case that publications report."""
    each = spend.expected_spend(history[0], mean_spend)
    result = lifetime_value(model, history, each)
    return replace(result, warnings=(*result.warnings, *spend.warnings_))
