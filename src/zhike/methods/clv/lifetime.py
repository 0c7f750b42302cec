"""The value of the months to come: expected purchases × expected spend × margin, at today's worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from zhike.methods.clv.fitting import Floats
from zhike.methods.clv.grouping import checked, distinct
from zhike.methods.clv.model import PER_MONTH, PurchaseModel, known_unit
from zhike.methods.clv.spend import GammaGamma
from zhike.methods.result import MethodError, Note, Result


class GroupValue(NamedTuple):
    """What some of the customers are worth together, and between which bounds."""

    customers: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class LifetimeValue(Result):
    """Value per customer, in the money of the spend, discounted to now; bounds where `value_intervals` drew them."""

    values: Floats
    months: int
    unit: str
    interval: tuple[float, float] | None = None
    """Of the total, at the level in `parameters`: what the models do not know, and the customers' own luck."""
    groups: Mapping[str, GroupValue] = field(default_factory=dict)
    """The same of groups of customers, such as levels."""
    of_customers: Floats | None = field(default=None, repr=False)
    """(2, n): low and high of what is *expected* of each customer; nan where it was not computed."""

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
        if self.interval:
            low, high = self.interval
            share = self.parameters["level"]
            yield Note(
                "value_interval",
                f"合计有 {share:.0%} 的把握在 {low:,.0f} 与 {high:,.0f} 之间。",
                f"The total lies between {low:,.0f} and {high:,.0f} at {share:.0%}.",
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
        parameters={**model.params_, "unit": unit, **asdict(terms)},
        warnings=model.warnings_,
        values=value[place] * each * terms.margin,
        months=terms.months,
        unit=unit,
    )


def twelve_months(
    model: PurchaseModel, spend: GammaGamma, history: tuple[Any, Any, Any], mean_spend: Any
) -> LifetimeValue:
    """Twelve months at one percent a month: the case that publications report."""
    each = spend.expected_spend(history[0], mean_spend)
    result = lifetime_value(model, history, each)
    return replace(result, warnings=(*result.warnings, *spend.warnings_))
