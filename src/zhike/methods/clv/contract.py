"""Where the day of leaving is seen (contracts): the shifted beta-geometric model, and the two formulas of every textbook.

sBG (Fader, Hardie 2007): each customer leaves at a renewal with a chance θ ~ Beta(α, β) of its own, so that the ones who
stay are the loyal ones and retention rises by itself: P(T=1) = α/(α+β), P(T=t) = P(T=t-1)·(β+t-2)/(α+β+t-1),
retention r_t = (β+t-1)/(α+β+t-1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

import numpy as np

from zhike.methods.clv.fitting import Floats, Objective, climb
from zhike.methods.clv.grouping import as_floats
from zhike.methods.clv.model import Fit
from zhike.methods.result import Figure, MethodError, Note


class SBG:
    """Shifted beta-geometric; source: Fader, Hardie (2007), How to Project Customer Retention.

    >>> model = SBG().fit([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> round(model.params_["alpha"], 3), round(model.params_["beta"], 3)
    (0.668, 3.806)
    """

    name = "sBG"
    names = ("alpha", "beta")

    def __init__(self) -> None:
        self.params_: dict[str, float] = {}
        self.log_likelihood_ = float("nan")
        self.result_: Fit | None = None

    def fit(self, survivors: Any) -> Self:
        """Learn from customers still there at the start and after each renewal (falling, at least two numbers)."""
        alive = as_floats(survivors, "survivors")
        if len(alive) < 2 or np.any(np.diff(alive) > 0) or alive[-1] < 0 or alive[0] <= 0:
            raise MethodError(
                "survivors_not_falling",
                "留存人数至少要有两期，且逐期不增。",
                "Survivors need at least two periods and must never rise.",
            )
        lost = -np.diff(alive)
        if not lost.any():
            raise MethodError("nobody_left", "没有客户流失，无法估计。", "Nobody left: there is nothing to learn from.")
        peak = climb(_objective(lost, float(alive[-1])), [(1.0, 3.0), (0.5, 1.0), (5.0, 20.0)])
        values = np.exp(peak.at)
        self.params_ = dict(zip(self.names, (float(v) for v in values), strict=True))
        self.log_likelihood_ = peak.height * float(alive[0])
        spread = values * peak.errors(float(alive[0]))
        self.result_ = Fit(
            cases=int(alive[0]),
            parameters=self.params_,
            warnings=tuple(_doubts(self.params_, peak.settled)),
            model=self.name,
            log_likelihood=self.log_likelihood_,
            spread=dict(zip(self.names, (float(v) for v in spread), strict=True)),
            repeat_buyers=int(alive[1]),
            unit="periods",
        )
        return self

    @property
    def warnings_(self) -> tuple[Note, ...]:
        """Doubts about the fit."""
        return self.result_.warnings if self.result_ else ()

    def retention(self, t: Any) -> Floats | float:
        """Chance to renew for the t-th time (t = 1, 2, …) of those still there."""
        alpha, beta = self._given()
        at = as_floats(t, "t")
        rate = (beta + at - 1) / (alpha + beta + at - 1)
        return float(rate[0]) if np.ndim(t) == 0 else rate

    def survival(self, t: Any) -> Floats | float:
        """Share of customers still there after t renewals (t = 0, 1, …): B(α, β+t)/B(α, β)."""
        from scipy.special import betaln

        alpha, beta = self._given()
        at = as_floats(t, "t")
        share = np.exp(betaln(alpha, beta + at) - betaln(alpha, beta))
        return float(share[0]) if np.ndim(t) == 0 else share

    def residual_periods(self, renewals: int, discount: float) -> float:
        """Discounted expected renewals to come of a customer before its `renewals`-th, who has made all before it.

        DERL = Σ_t S(n+t-1)/S(n-1)·(1+d)^-(t-1) = r_n·2F1(1, β+n; α+β+n; 1/(1+d)), from t = 1, this renewal at full worth.
        """
        alpha, beta = self._given()
        if renewals < 1 or discount <= 0:
            raise MethodError(
                "bad_renewal", "续约次数从 1 起，贴现率必须大于 0。", "Renewals count from 1, discount is above 0."
            )
        rate = (beta + renewals - 1) / (alpha + beta + renewals - 1)
        steps = np.arange(1, 20_001)
        ratio = (beta + renewals - 1 + steps) / (alpha + beta + renewals - 1 + steps) / (1 + discount)
        terms = np.exp(np.concatenate(([0.0], np.cumsum(np.log(ratio)))))
        return float(rate * terms.sum())

    def _given(self) -> tuple[float, float]:
        if not self.params_:
            raise MethodError("not_fitted", "模型还没有拟合。", "The model has not been fitted yet.")
        return self.params_["alpha"], self.params_["beta"]


def _doubts(params: dict[str, float], settled: bool) -> Iterable[Note]:
    if not settled or max(params.values()) > 1e3:
        yield Note(
            "all_alike",
            "拟合退化：各期留存率没有上升，客户之间看不出差别，等同于固定留存率。",
            "Degenerate fit: retention does not rise, so customers look alike and one fixed rate says as much.",
        )


def _objective(lost: Floats, left: float) -> Objective:
    from scipy.special import betaln, digamma

    at = np.arange(1, len(lost) + 1, dtype=float)
    whole = float(lost.sum() + left)

    def value(logs: Floats) -> tuple[float, Floats]:
        a, b = np.exp(logs)
        gone, stay = betaln(a + 1, b + at - 1) - betaln(a, b), float(betaln(a, b + len(at)) - betaln(a, b))
        base = digamma(a + b)
        da = lost @ (digamma(a + 1) - digamma(a + b + at)) + left * (digamma(a) - digamma(a + b + len(at)))
        db = lost @ (digamma(b + at - 1) - digamma(a + b + at)) + left * (
            digamma(b + len(at)) - digamma(a + b + len(at))
        )
        slope = np.array([da + whole * (base - digamma(a)), db + whole * (base - digamma(b))]) / whole
        return (float(lost @ gone) + left * stay) / whole, slope * np.exp(logs)

    return value


def simple_value(margin: float, retention: float, discount: float, *, first_now: bool = False) -> Figure[float]:
    """Lifetime value for a constant margin per period: m·r/(1+d-r), or m·(1+d)/(1+d-r) when the first margin is now.

    >>> round(simple_value(100, .8, .1).value, 2), round(simple_value(100, .8, .1, first_now=True).value, 2)
    (266.67, 366.67)
    """
    if not 0 <= retention < 1 or not discount > 0 or not np.isfinite(margin):
        raise MethodError(
            "bad_rates",
            "留存率须在 0 与 1 之间（不含 1），贴现率须大于 0。",
            "Retention must be from 0 to below 1, and discount above 0.",
        )
    return _worth(
        margin * ((1 + discount) if first_now else retention) / (1 + discount - retention),
        1,
        {"margin": margin, "retention": retention, "discount": discount, "first_now": first_now},
    )


def finite_value(
    margins: Sequence[float], retention: float, discount: float, acquisition_cost: float = 0.0
) -> Figure[float]:
    """Lifetime value over the periods of `margins`: Σ_t m_t·rᵗ/(1+d)ᵗ - acquisition cost, t = 0 for the first.

    >>> round(finite_value([100, 100, 100], .8, .1, 50).value, 2)
    175.62
    """
    values = as_floats(margins, "margins")
    if not 0 <= retention <= 1 or not discount >= 0:
        raise MethodError(
            "bad_rates", "留存率须在 0 与 1 之间，贴现率不能为负。", "Retention is from 0 to 1, discount from 0."
        )
    at = np.arange(len(values))
    return _worth(
        float((values * (retention / (1 + discount)) ** at).sum() - acquisition_cost),
        len(values),
        {"retention": retention, "discount": discount, "acquisition_cost": acquisition_cost},
    )


def _worth(value: float, cases: int, parameters: dict[str, Any]) -> Figure[float]:
    """`cases` are the margins that went in."""
    kept, rate = parameters["retention"], parameters["discount"]
    said = Note(
        "lifetime_value",
        f"每期留存 {kept:.1%}、贴现 {rate:.1%} 时，一位客户的终身价值为 {value:,.2f}。",
        f"With {kept:.1%} retained and {rate:.1%} discount per period a customer is worth {value:,.2f}.",
    )
    return Figure(cases=cases, parameters=parameters, value=value, said=said)
