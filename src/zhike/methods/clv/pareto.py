"""Pareto/NBD: Poisson purchases and an exponential time until leaving for good.

λ ~ Gamma(r, α) purchases, μ ~ Gamma(s, β) leaving, both per unit of time (Schmittlein, Morrison, Colombo 1987). The
likelihood of one customer is

    Γ(r+x)αʳβˢ/Γ(r) · [ (α+T)^-(r+x) (β+T)^-s + ∫_{t_x}^{T} s (β+τ)^-(s+1) (α+τ)^-(r+x) dτ ]

Publications write the integral as a difference of two 2F1, which loses all digits for eager buyers (implementations jump
between x = 132 and 133). Its integrand is positive and smooth in w = ln(min(α, β) + τ), so it is summed directly by
Gauss-Legendre; the same nodes give the gradient.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np

from zhike.methods.clv.fitting import Floats, Objective, dot
from zhike.methods.clv.grouping import Summaries
from zhike.methods.clv.model import PurchaseModel, shared_doubts
from zhike.methods.result import Note


class ParetoNBD(PurchaseModel):
    """Pareto/NBD; sources: Schmittlein, Morrison, Colombo (1987); Fader, Hardie (2005), a note on deriving it.

    >>> model = ParetoNBD(unit="weeks").with_params(r=.553, alpha=10.578, s=.606, beta=11.669)
    >>> round(model.expected_purchases(52, 26, 30.86, 31), 1)
    25.5
    """

    name = "Pareto/NBD"
    names = ("r", "alpha", "s", "beta")

    def _starts(self) -> Iterable[tuple[float, ...]]:
        return ((0.5, 0.25, 0.5, 0.25), (1.0, 0.5, 0.3, 1.0), (0.3, 0.05, 1.0, 0.5))

    def _start(self, start: tuple[float, ...], scale: float) -> tuple[float, ...]:
        r, alpha, s, beta = start
        return r, alpha * scale, s, beta * scale

    def _objective(self, data: Summaries) -> Objective:
        from scipy.special import digamma, gammaln

        levels, many, _ = data.counts
        share, many = data.weight / data.cases, many / data.cases

        def value(logs: Floats) -> tuple[float, Floats]:
            r, alpha, s, beta = (float(v) for v in np.exp(logs))
            power = r + data.x
            far_a, far_b = np.log(alpha + data.whole), np.log(beta + data.whole)
            stayed = -power * far_a - s * far_b
            left = _left(power, data, (alpha, s, beta), slopes=True)
            gone = np.exp(-np.logaddexp(0.0, stayed - left.log_sum))
            both = np.logaddexp(stayed, left.log_sum)
            height = many @ (gammaln(r + levels) - gammaln(r)) + r * np.log(alpha) + s * np.log(beta) + dot(share, both)
            there = share * gone
            here = share - there
            slope = np.array([
                many @ (digamma(r + levels) - digamma(r)) + np.log(alpha) - dot(here, far_a) - dot(there, left.ln_a),
                r / alpha - dot(power, here / (alpha + data.whole) + there * left.inverse_a),
                np.log(beta) - dot(here, far_b) + dot(there, 1 / s - left.ln_b),
                s / beta - s * dot(here, 1 / (beta + data.whole)) - (s + 1) * dot(there, left.inverse_b),
            ])  # fmt: skip
            return float(height), slope * np.exp(logs)

        return value

    def _alive(self, x: Floats, seen: Floats, whole: Floats) -> Floats:
        r, alpha, s, beta = self.given()
        data = Summaries(x, seen, whole, np.ones(len(x)))
        stayed = -(r + x) * np.log(alpha + whole) - s * np.log(beta + whole)
        left = _left(r + x, data, (alpha, s, beta), slopes=False)
        return np.asarray(np.exp(-np.logaddexp(0.0, left.log_sum - stayed)))

    def _expected(self, t: Floats, x: Floats, seen: Floats, whole: Floats) -> Floats:
        r, alpha, s, beta = self.given()
        rate = (r + x) / (alpha + whole)
        return self._alive(x, seen, whole) * rate * _stay(beta + whole, s, t)

    def _expected_new(self, t: Floats) -> Floats:
        r, alpha, s, beta = self.given()
        return np.asarray(r / alpha * _stay(np.array([beta]), s, t))

    def _doubts(self, data: Summaries) -> Iterable[Note]:
        yield from shared_doubts(data)
        r, _, s, beta = self.given()
        horizon = float(data.whole.max())
        if s / beta * horizon < 0.02 or s < 1e-3:
            yield Note(
                "dropout_unseen",
                f"拟合退化：看不出流失（s={s:.2g}，β={beta:.3g}），模型把所有人都当作仍在。",
                f"Degenerate fit: no leaving can be seen (s={s:.2g}, β={beta:.3g}); everyone counts as alive.",
            )
        if max(r, s) > 1e3:
            yield Note(
                "all_alike",
                f"拟合退化：客户之间看不出差别（r={r:.3g}，s={s:.3g}）。",
                f"Degenerate fit: customers do not differ (r={r:.3g}, s={s:.3g}).",
            )


class _Left(NamedTuple):
    """ln of the integral, and under its own density the means of ln(α+τ), 1/(α+τ), ln(β+τ), 1/(β+τ)."""

    log_sum: Floats
    ln_a: Floats
    inverse_a: Floats
    ln_b: Floats
    inverse_b: Floats


NODES = 16
REACH = 32.0
"""Beyond e^-32 of its peak the integrand is nothing; so far 16 nodes are exact to some 1e-13."""
BLOCK = 4096
"""Rows at a time: the nodes of so many rows stay in the processor's cache."""


@cache
def _legendre(size: int) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(size)
    return (nodes + 1) / 2, weights / 2


def _left(power: Floats, data: Summaries, shape: tuple[float, float, float], *, slopes: bool) -> _Left:
    """The integral over the moment of leaving, for all rows; blocks of them by as many threads as there are cores."""
    out = np.empty((5 if slopes else 1, len(power)))

    def fill(at: int) -> None:
        rows = slice(at, at + BLOCK)
        out[:, rows] = _left_block(power[rows], data.seen[rows], data.whole[rows], shape, slopes)

    if len(power) <= BLOCK:
        fill(0)
    else:
        with ThreadPoolExecutor(min(os.cpu_count() or 1, -(-len(power) // BLOCK))) as pool:
            list(pool.map(fill, range(0, len(power), BLOCK)))  # a failure in any of them comes out here
    return _Left(*out) if slopes else _Left(*(out[0] for _ in range(5)))


def _left_block(power: Floats, seen: Floats, whole: Floats, shape: tuple[float, float, float], slopes: bool) -> Floats:
    """The same on nodes in w = ln(m+τ), m = min(α, β), as far as anything is left."""
    alpha, s, beta = shape
    m, other = min(alpha, beta), abs(alpha - beta)
    start = np.log(m + seen)
    fall = s + power * ((m + seen) / (alpha + seen)) if m == beta else power + s * ((m + seen) / (beta + seen))
    width = np.minimum(np.log(m + whole) - start, REACH / fall)
    places, weights = _legendre(NODES)
    w = start[:, None] + width[:, None] * places
    near = np.exp(w)
    far_log = np.log(near + other)
    ln_a, ln_b = (w, far_log) if m == alpha else (far_log, w)
    exponent = -power[:, None] * ln_a - (s + 1) * ln_b + w
    peak = exponent[:, 0].copy()  # the integrand falls all the way, or nearly so
    mass = np.exp(exponent - peak[:, None]) * weights
    total = mass.sum(axis=1)
    with np.errstate(divide="ignore"):
        log_sum = np.log(s) + np.log(width) + np.log(total) + peak
    if not slopes:
        return np.asarray(log_sum[None])
    mass /= total[:, None]
    inverse_near, inverse_far = 1 / near, 1 / (near + other)
    inverse_a, inverse_b = (inverse_near, inverse_far) if m == alpha else (inverse_far, inverse_near)
    return np.stack((log_sum, *(np.einsum("ij,ij->i", mass, part) for part in (ln_a, inverse_a, ln_b, inverse_b))))


def _stay(beta: Floats, s: float, t: Floats) -> Floats:
    """E[time as a customer within t | alive]: (β/(s-1))·[1 - (β/(β+t))^(s-1)], and its limit at s = 1."""
    growth = np.log1p(t / beta)
    if abs(s - 1) < 1e-12:
        return np.asarray(beta * growth)
    return np.asarray(-beta * np.expm1(-(s - 1) * growth) / (s - 1))
