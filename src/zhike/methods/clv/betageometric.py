"""BG/NBD and MBG/NBD: Poisson purchases, and after each one a chance to leave for good.

λ ~ Gamma(r, α) purchases per unit of time, p ~ Beta(a, b) chance of leaving after a purchase. BG/NBD (Fader, Hardie, Lee
2005): after repeat purchases, so whoever never bought again is surely alive. MBG/NBD (Batislam, Denizel, Filiztekin 2007):
after the first purchase too. With s = 0 for BG and 1 for MBG the likelihood of one customer is

    B(a, b+x+s)/B(a, b) · Γ(r+x)αʳ/Γ(r) · [(α+T)^-(r+x) + a/(b+x+s-1)·(α+t_x)^-(r+x)]   (second term only if x+s > 0)

The published forecast holds 2F1(r+x, b+x; a+b+x-1; z), which overflows for eager buyers and divides by a - 1. By Euler's
transformation it becomes a short series in a - 1 and a + b - 1 - r (`_by_series`) without either trouble; where that is
long (large a, a horizon far beyond T) the integral over p that it came from is summed instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

import numpy as np

from zhike.methods.clv.fitting import Floats, Objective, dot
from zhike.methods.clv.grouping import Summaries, as_floats
from zhike.methods.clv.model import PurchaseModel, shared_doubts
from zhike.methods.result import Note


class BetaGeometric(PurchaseModel):
    """The likelihood and forecasts of both; `shift` is the s above."""

    names = ("r", "alpha", "a", "b")
    shift: ClassVar[int]

    def _starts(self) -> Iterable[tuple[float, ...]]:
        return ((0.5, 0.1, 0.8, 2.0), (1.0, 0.5, 0.3, 3.0), (0.2, 0.02, 1.5, 1.5))

    def _start(self, start: tuple[float, ...], scale: float) -> tuple[float, ...]:
        r, alpha, a, b = start
        return r, alpha * scale, a, b

    def _objective(self, data: Summaries) -> Objective:
        from scipy.special import digamma, gammaln

        levels, many, place = data.counts
        spans, when = np.unique(data.whole, return_inverse=True)
        share, many = data.weight / data.cases, many / data.cases
        can_leave, s = (levels + self.shift) > 0, float(self.shift)

        def value(logs: Floats) -> tuple[float, Floats]:
            r, alpha, a, b = np.exp(logs)
            power, later = (r + levels)[place], np.where(can_leave, b + levels + s - 1, 1.0)
            after, last = np.log(alpha + spans)[when], np.log(alpha + data.seen)
            odds = np.where(can_leave, np.log(a) - np.log(later), -700.0)
            edge = odds[place] + power * (after - last)
            small = np.exp(-np.abs(edge))
            gone = share * np.where(edge > 0, 1.0, small) / (1 + small)  # share × P(already left)
            tail = np.maximum(edge, 0) + np.log1p(small) - power * after
            of_x = (
                gammaln(r + levels) - gammaln(r) + r * np.log(alpha)
                + gammaln(a + b) - gammaln(b) + gammaln(b + levels + s) - gammaln(a + b + levels + s)
            )  # fmt: skip
            both = digamma(a + b) - digamma(a + b + levels + s)
            rate = power * ((share - gone) * (1 / (alpha + spans))[when] + gone / (alpha + data.seen))
            slope = np.array([
                many @ (digamma(r + levels) - digamma(r)) + np.log(alpha) - dot(share, after) + dot(gone, after - last),
                r / alpha - rate.sum(),
                many @ both + gone.sum() / a,
                many @ (both - digamma(b) + digamma(b + levels + s)) - np.bincount(place, gone) @ (can_leave / later),
            ])  # fmt: skip
            return float(dot(share, tail) + many @ of_x), slope * np.exp(logs)

        return value

    def _alive(self, x: Floats, seen: Floats, whole: Floats) -> Floats:
        r, alpha, a, b = self.given()
        can_leave = (x + self.shift) > 0
        later = np.where(can_leave, b + x + self.shift - 1, 1.0)
        edge = np.log(a) - np.log(later) + (r + x) * (np.log(alpha + whole) - np.log(alpha + seen))
        return np.where(can_leave, np.exp(-np.logaddexp(0.0, edge)), 1.0)

    def _expected(self, t: Floats, x: Floats, seen: Floats, whole: Floats) -> Floats:
        return self._alive(x, seen, whole) * self._before_leaving(t, x, whole)

    def _expected_new(self, t: Floats) -> Floats:
        a, b = self.given("a", "b")
        stays = b / (a + b) if self.shift else 1.0
        return stays * self._before_leaving(t, np.zeros(1), np.zeros(1))

    def _before_leaving(self, t: Floats, x: Floats, whole: Floats) -> Floats:
        """E[purchases in t | alive now], by the series where it is short, else by the integral over p."""
        r, alpha, a, b = self.given()
        z, x = np.broadcast_arrays(t / (alpha + whole + t), x)
        far = np.full(z.shape, a > 3 or r > a + b + 50) | (z > 0.99)
        expected = np.empty(z.shape)
        expected[~far] = _by_series((r, a, b + self.shift), x[~far], z[~far])
        expected[far] = _by_integral((r, a, b + self.shift), x[far], z[far])
        return expected

    def probability_of(self, n: int, t: float) -> float:
        """P(a customer just won buys again n times within t)."""
        from scipy.special import betainc, betaln, gammaln

        r, alpha, a, b = self.given()
        span, s = float(as_floats(t, "t")[0]), self.shift
        z = span / (alpha + span)
        count = gammaln(r + n) - gammaln(r) - gammaln(n + 1) + r * np.log1p(-z) + (n * np.log(z) if n else 0.0)
        stays = float(np.exp(betaln(a, b + n + s) - betaln(a, b) + count))
        if n + s == 0:
            return stays
        at_least = betainc(n, r, z) if n else 1.0
        return stays + float(np.exp(betaln(a + 1, b + n + s - 1) - betaln(a, b)) * at_least)

    def _doubts(self, data: Summaries) -> Iterable[Note]:
        yield from shared_doubts(data)
        r, a, b = self.given("r", "a", "b")
        if a < 0.02 or a / (a + b) < 0.005:
            yield Note(
                "dropout_unseen",
                f"拟合退化：看不出流失（a={a:.2g}，b={b:.3g}），模型把所有人都当作仍在，只剩平均购买率。",
                f"Degenerate fit: no leaving can be seen (a={a:.2g}, b={b:.3g}); everyone counts as alive, only the "
                "rate of buying is left.",
            )
        if r > 1e3:
            yield Note(
                "all_alike",
                f"拟合退化：客户之间看不出购买快慢的差别（r={r:.3g}）。",
                f"Degenerate fit: customers do not differ in how often they buy (r={r:.3g}).",
            )


def _by_series(shape: tuple[float, float, float], x: Floats, z: Floats) -> Floats:
    """(C/(a-1))·[1 - (1-z)^(a-1)·2F1(A, a-1; C; z)] with A = a+b-1-r, C = a+b+x-1, and the a - 1 divided out."""
    r, a, b = shape
    left, bottom = a - 1, a + b + x - 1
    fall = np.log1p(-z)
    ratio = fall if abs(left) < 1e-12 else np.expm1(left * fall) / left
    return np.asarray(-bottom * ratio - np.exp(left * fall) * _series(a + b - 1 - r, left, bottom, z))


def _series(top: float, left: float, bottom: Floats, z: Floats) -> Floats:
    """Σ_{n≥1} (top)_n (left+1)_{n-1} / ((bottom+1)_{n-1} n!) zⁿ for 0 ≤ z < 1, each row until it stands still."""
    term = top * z
    total, rows, ratio = term.copy(), np.arange(len(z)), z
    for n in range(1, 200_000):
        term = term * ((top + n) * (left + n) / ((bottom + n) * (n + 1)) * ratio)
        total[rows] += term
        if n % 16 == 0:  # dropping finished rows costs more than a few idle steps
            open_ = np.abs(term) > 1e-16 * np.maximum(np.abs(total[rows]), 1e-300) * (1 - ratio)
            if not open_.any():
                break
            rows, term, bottom, ratio = rows[open_], term[open_], bottom[open_], ratio[open_]
    return total


def _by_integral(shape: tuple[float, float, float], x: Floats, z: Floats) -> Floats:
    """∫ Beta(p; a, b+x)·(1 - (1 + p·z/(1-z))^-(r+x))/p dp: even steps in u = ln(p/(1-p)), as far as anything is left.

    Where a tail is longer than that (small a or b), its integrand has become a plain exponential, and the steps beyond the
    last are summed as the geometric series they are.
    """
    r, a, b = shape
    expected = np.empty(len(x))
    for at in range(0, len(x), 1024):
        more, power = b + x[at : at + 1024], r + x[at : at + 1024]
        pace = z[at : at + 1024] / (1 - z[at : at + 1024])
        mode, spread = np.log(a / more), np.sqrt((a + more) / (a * more))
        reach = 9 * spread
        low = np.maximum(mode - reach - 40 / a, np.minimum(mode, 0) - np.log(1 + more + power * pace) - 25)
        high = np.minimum(mode + reach + 40 / more, np.maximum(mode, 0) + np.log(1 + a + power) + 25)
        nodes = max(int(np.ceil(((high - low) / np.minimum(0.5 * spread, 0.3)).max())), 32)
        step = (high - low) / (nodes - 1)
        u = low[:, None] + step[:, None] * np.arange(nodes)
        stay = np.logaddexp(0.0, u)
        log_mass = a * u - (a + more)[:, None] * stay
        mass = np.exp(log_mass - log_mass.max(axis=1, keepdims=True))
        mass[:, 0] /= -np.expm1(-a * step)
        mass[:, -1] /= -np.expm1(-more * step)
        p = np.exp(u - stay)
        bought = -np.expm1(-power[:, None] * np.log1p(p * pace[:, None])) / p
        expected[at : at + 1024] = (mass * bought).sum(axis=1) / mass.sum(axis=1)
    return expected


class BGNBD(BetaGeometric):
    """BG/NBD; source: Fader, Hardie, Lee (2005), Marketing Science 24(2).

    >>> model = BGNBD(unit="weeks").with_params(r=.243, alpha=4.414, a=.793, b=2.426)
    >>> round(model.expected_purchases(39, 2, 30.43, 38.86), 3)
    1.226
    """

    name = "BG/NBD"
    shift = 0


class MBGNBD(BetaGeometric):
    """MBG/NBD; source: Batislam, Denizel, Filiztekin (2007), International Journal of Research in Marketing 24(3).

    >>> model = MBGNBD(unit="weeks").with_params(r=.525, alpha=6.183, a=.891, b=1.614)
    >>> model.probability_alive(0, 0, 38.86) < 1
    True
    """

    name = "MBG/NBD"
    shift = 1
