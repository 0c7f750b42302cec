"""Gamma-gamma: what a customer spends per purchase, pulled towards the average the less is known of them.

Spend of a purchase ~ Gamma(p, ν) around a customer's own mean, ν ~ Gamma(q, γ) among customers (Fader, Hardie 2013):

    L = Γ(px+q)/(Γ(px)Γ(q)) · γ^q z̄^(px-1) x^(px) / (γ+x·z̄)^(px+q)        E(M | x, z̄) = p(γ+x·z̄)/(px+q-1)

x counts repeat purchases and z̄ is their mean: the first order is left out of both, because it often differs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

import numpy as np

from zhike.methods.clv.fitting import Floats, Objective, Peak, again, climb, standing
from zhike.methods.clv.grouping import SAMPLE_ROWS, as_floats
from zhike.methods.clv.model import FEW, Fit
from zhike.methods.result import MethodError, Note

TIED = 0.3
"""From this correlation of frequency and spend on, the model's assumption that they are independent is doubtful."""


class GammaGamma:
    """Gamma-gamma model of spend; source: Fader, Hardie (2013), The Gamma-Gamma Model of Monetary Value.

    >>> model = GammaGamma().with_params(p=6.25, q=3.74, gamma=15.44)
    >>> round(model.expected_spend(2, 22.35), 2), round(model.mean_spend(), 2)
    (24.66, 35.22)
    """

    name = "gamma-gamma"
    names = ("p", "q", "gamma")

    def __init__(self) -> None:
        self.params_: dict[str, float] = {}
        self.log_likelihood_ = float("nan")
        self.correlation_ = float("nan")
        self.result_: Fit | None = None

    def fit(self, frequency: Any, mean_spend: Any) -> Self:
        """Learn from repeat buyers; customers without a repeat purchase are left out and said so."""
        x, z = _paired(frequency, mean_spend)
        known = x > 0
        if not known.any():
            raise MethodError(
                "no_repeat_buyers",
                "没有复购客户，无法估计客单价模型。",
                "Nobody bought again: there is no repeat spend.",
            )
        if np.any(z[known] <= 0):
            raise MethodError(
                "spend_not_positive",
                "复购客户的平均金额必须大于 0：请先处理退货和赠品。",
                "The mean spend of repeat buyers must be above 0: settle returns and gifts first.",
            )
        left_out, x, z = int((~known).sum()), x[known], z[known]
        scale = float(z.mean())
        starts = [(1.0, 2.0, scale), (6.0, 4.0, scale / 2), (2.0, 8.0, scale * 4)]
        step = len(x) // SAMPLE_ROWS
        rough = _objective(x[::step], z[::step]) if step > 2 else None
        peak = climb(_objective(x, z), starts, rough)
        values = np.exp(peak.at)
        self.params_ = dict(zip(self.names, (float(v) for v in values), strict=True))
        self.log_likelihood_ = peak.height * len(x)
        varied = len(x) > 2 and np.ptp(x) > 0 and np.ptp(z) > 0
        self.correlation_ = float(np.corrcoef(x, z)[0, 1]) if varied else 0.0
        spread = values * peak.errors(len(x))
        self.result_ = Fit(
            cases=len(x),
            parameters=self.params_,
            warnings=tuple(self._doubts(len(x), left_out, peak.settled)),
            model=self.name,
            log_likelihood=self.log_likelihood_,
            spread=dict(zip(self.names, (float(v) for v in spread), strict=True)),
            repeat_buyers=len(x),
            unit=None,
        )
        return self

    def with_params(self, **params: float) -> Self:
        """Take parameters as given."""
        if set(params) != set(self.names) or not all(np.isfinite(v) and v > 0 for v in params.values()):
            raise MethodError(
                "bad_parameters", "需要正的参数：p、q、gamma。", "Positive parameters are needed: p, q, gamma."
            )
        self.params_ = {name: float(params[name]) for name in self.names}
        return self

    def around(self, x: Floats, z: Floats) -> Peak:
        """Where the parameters in force stand for these repeat buyers: what `redrawn` starts from."""
        return standing(_objective(x, z), np.log(np.array(self._given())))

    def redrawn(self, x: Floats, z: Floats, many: Floats, near: Peak) -> Self:
        """The same model, learned from a draw that holds each of these repeat buyers `many` times."""
        values = np.exp(again(_objective(x, z, many), near))
        return type(self)().with_params(**dict(zip(self.names, values.tolist(), strict=True)))

    @property
    def warnings_(self) -> tuple[Note, ...]:
        """Doubts about the fit."""
        return self.result_.warnings if self.result_ else ()

    def mean_spend(self) -> float:
        """Mean spend per purchase of the population, pγ/(q-1)."""
        p, q, gamma = self._given()
        if q <= 1:
            raise MethodError(
                "no_mean",
                "客单价的分布尾部太重（q ≤ 1），没有均值。",
                "Spend has too heavy a tail (q ≤ 1) to have a mean.",
            )
        return p * gamma / (q - 1)

    def expected_spend(self, frequency: Any, mean_spend: Any) -> Floats | float:
        """E(M | x, z̄) per customer; without repeat purchases the population's mean (z̄ is not looked at)."""
        x, z = _paired(frequency, mean_spend)
        p, q, gamma = self._given()
        known = x > 0
        value = np.full(len(x), np.nan)
        value[known] = p * (gamma + x[known] * z[known]) / (p * x[known] + q - 1)
        if not known.all():
            value[~known] = self.mean_spend()
        return float(value[0]) if np.ndim(frequency) == 0 else value

    def _given(self) -> tuple[float, float, float]:
        if not self.params_:
            raise MethodError("not_fitted", "模型还没有拟合。", "The model has not been fitted yet.")
        return self.params_["p"], self.params_["q"], self.params_["gamma"]

    def _doubts(self, cases: int, left_out: int, settled: bool) -> Iterable[Note]:
        if left_out:
            yield Note(
                "one_time_buyers_left_out",
                f"{left_out:,} 位没有复购的客户未参与估计，按总体均值计算。",
                f"{left_out:,} customers without a repeat purchase were left out and get the population's mean.",
            )
        if cases < FEW:
            yield Note("few_repeat_buyers", f"只有 {cases} 位复购客户。", f"Only {cases} customers bought again.")
        if abs(self.correlation_) > TIED:
            yield Note(
                "frequency_and_spend_related",
                f"购买次数与客单价的相关系数为 {self.correlation_:.2f}，超过 {TIED}：模型假设二者无关，价值会有偏差。",
                f"Frequency and spend correlate by {self.correlation_:.2f}, beyond {TIED}: the model takes them for "
                "independent, so values are biased.",
            )
        if not settled or self.params_["q"] <= 1:
            yield Note(
                "flat_likelihood",
                "拟合退化：参数不可解读，均值可能不存在。",
                "Degenerate fit: parameters mean nothing and the mean may not exist.",
            )


def _paired(frequency: Any, mean_spend: Any) -> tuple[Floats, Floats]:
    x = as_floats(frequency, "frequency")
    z = np.asarray(mean_spend, dtype=float).reshape(-1)
    if len(z) != len(x):
        raise MethodError("lengths_differ", "各列的长度不一致。", "The columns differ in length.")
    if np.any(x < 0) or np.any(x != np.floor(x)):
        raise MethodError(
            "frequency_not_a_count", "复购次数必须是非负整数。", "Frequencies must be whole numbers from 0."
        )
    as_floats(z[x > 0], "mean_spend")
    return x, z


def _objective(x: Floats, z: Floats, many: Floats | None = None) -> Objective:
    """The mean log-likelihood: gammas once per distinct frequency, only ln(γ + x·z̄) for each customer, counted `many` times."""
    from scipy.special import digamma, gammaln

    levels, place = np.unique(x, return_inverse=True)
    each = np.full(len(x), 1 / len(x)) if many is None else many / many.sum()
    share, sums, mean_log_z = np.bincount(place, each), x * z, float(each @ np.log(z))
    log_xz = np.bincount(place, each * np.log(sums))  # Σ ln(x·z̄) of each frequency

    def value(logs: Floats) -> tuple[float, Floats]:
        p, q, gamma = np.exp(logs)
        shape, base = p * levels, gamma + sums
        whole = np.bincount(place, each * np.log(base))
        inverse = np.bincount(place, each / base)
        of_x = gammaln(shape + q) - gammaln(shape)
        height = share @ of_x - gammaln(q) + q * logs[2] + shape @ log_xz - mean_log_z - (shape + q) @ whole
        both = digamma(shape + q)
        slope = np.array([
            levels @ (share * (both - digamma(shape)) + log_xz - whole),
            share @ both - digamma(q) + logs[2] - whole.sum(),
            q / gamma - (shape + q) @ inverse,
        ])  # fmt: skip
        return float(height), slope * np.exp(logs)

    return value
