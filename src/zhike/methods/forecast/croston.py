"""Demand that comes now and then: its size and its interval smoothed apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from zhike.methods.forecast.smoothing import Floats
from zhike.methods.result import MethodError, Note, Result


@dataclass(frozen=True, kw_only=True)
class Croston(Result):
    """The mean demand per step; `size` and `gap` are the smoothed size and interval of demands."""

    size: float
    gap: float
    factor: float
    history: Floats

    def findings(self) -> Iterable[Note]:
        """How much comes how often."""
        yield Note(
            "croston",
            f"平均每 {self.gap:.1f} 期有一次需求，每次约 {self.size:,.1f}；每期平均 {self.ahead(1)[0]:,.1f}。",
            f"A demand of about {self.size:,.1f} comes every {self.gap:.1f} steps: {self.ahead(1)[0]:,.1f} per step.",
        )

    def ahead(self, steps: int) -> Floats:
        """The same mean demand for each step, (steps,)."""
        return np.full(steps, self.factor * self.size / self.gap)

    def paths(self, steps: int, count: int, seed: int) -> Floats:
        """(steps, count): past steps drawn again, scaled to the forecast's mean."""
        drawn = np.random.default_rng(seed).choice(self.history, (steps, count))
        mean = float(self.history.mean())
        scaled: Floats = drawn * (self.ahead(1)[0] / mean)
        return scaled


def croston(series: Any, alpha: float = 0.1, *, corrected: bool = False) -> Croston:
    """Croston 1972: at each demand, size ← size + α(y − size), gap ← gap + α(q − gap), q steps since the last one.

    Forecast size/gap per step; `corrected` multiplies by 1 − α/2 (Syntetos and Boylan 2005: SBA), as the ratio is biased upwards.
    `series`: (n,) ≥ 0 with at least two demands. First size and gap are those of the first demand.

    >>> croston([0, 2, 0, 0, 4], alpha=0.5).ahead(1).round(4).tolist()
    [1.2]
    """
    values = np.asarray(series, dtype=float)
    places = np.flatnonzero(values)
    if not np.isfinite(values).all() or (values < 0).any() or len(places) < 2:
        raise MethodError("too_few_demands", "至少需要两次需求，且不得为负。", "Two demands are needed, none negative.")
    size, gap = float(values[places[0]]), float(places[0] + 1)
    for before, place in pairwise(places.tolist()):
        size += alpha * (float(values[place]) - size)
        gap += alpha * (float(place - before) - gap)
    return Croston(
        cases=len(values),
        parameters={"alpha": alpha, "corrected": corrected},
        size=size,
        gap=gap,
        factor=1 - alpha / 2 if corrected else 1.0,
        history=values,
    )
