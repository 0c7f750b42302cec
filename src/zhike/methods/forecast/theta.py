"""The Theta method: simple smoothing plus half of the straight line's slope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from zhike.methods.forecast.smoothing import Floats, Smoothed, smooth
from zhike.methods.result import Note, Result


@dataclass(frozen=True, kw_only=True)
class Theta(Result):
    """`seasons` are ratios (1 without a season), the next step's first."""

    level: Smoothed
    slope: float
    seasons: Floats

    def findings(self) -> Iterable[Note]:
        """The next step, and half of the slope."""
        yield Note(
            "theta",
            f"下一期 {self.ahead(1)[0]:,.1f}，每期趋势 {self.slope / 2:+,.2f}。",
            f"The next step brings {self.ahead(1)[0]:,.1f}; the trend is {self.slope / 2:+,.2f} per step.",
        )

    def ahead(self, steps: int) -> Floats:
        """Point forecasts, (steps,)."""
        return (self.level.ahead(steps) + self._drift(steps)) * self._ratios(steps)

    def paths(self, steps: int, count: int, seed: int) -> Floats:
        """(steps, count) possible futures."""
        return (self.level.paths(steps, count, seed) + self._drift(steps)[:, None]) * self._ratios(steps)[:, None]

    def _drift(self, steps: int) -> Floats:
        alpha = self.level.alpha
        drift: Floats = 0.5 * self.slope * (np.arange(float(steps)) + (1 - (1 - alpha) ** self.cases) / alpha)
        return drift

    def _ratios(self, steps: int) -> Floats:
        return np.resize(self.seasons, steps)


def theta(series: Any, period: int = 0) -> Theta:
    """Assimakopoulos and Nikolopoulos 2000 with θ = 2, in the form of Hyndman and Billah 2003.

    forecast(h) = l + ½ b (h − 1 + 1/α − (1 − α)ⁿ/α), l and α by simple smoothing, b the slope of least squares; with `period` on the series
    divided by its seasonal ratios (classical, centred moving average), which must be positive.

    >>> found = theta(range(1, 21))
    >>> round(found.slope, 3), found.ahead(3).round(2).tolist()
    (1.0, [20.5, 21.0, 21.5])
    """
    values = np.asarray(series, dtype=float)
    ratios = _ratios(values, period) if period else np.ones(1)
    plain = values / np.resize(ratios, len(values))
    level = smooth(plain)
    time = np.arange(len(values)) - (len(values) - 1) / 2
    slope = float(time @ plain / (time @ time))
    return Theta(
        cases=len(values),
        parameters={"period": period, "alpha": level.alpha},
        level=level,
        slope=slope,
        seasons=np.roll(ratios, -(len(values) % len(ratios))),
    )


def _ratios(values: Floats, period: int) -> Floats:
    weights = np.ones(period) if period % 2 else np.concatenate(([0.5], np.ones(period - 1), [0.5]))
    middle = np.convolve(values, weights / period, mode="valid")
    offset = (len(values) - len(middle)) // 2
    share = values[offset : offset + len(middle)] / middle
    places = (np.arange(len(middle)) + offset) % period
    found = np.bincount(places, share, period) / np.bincount(places, minlength=period)
    ratios: Floats = found * period / found.sum()
    return ratios
