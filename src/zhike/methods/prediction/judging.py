"""How good probabilities are: ranking, calibration, lift, each with what chance alone would do."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zhike.methods.intervals import normal_quantile, wilson
from zhike.methods.result import MethodError, Note, Result

Floats = NDArray[np.float64]


class Bin(NamedTuple):
    """One row of a calibration table: cases of like probability, what was promised and what came."""

    cases: int
    promised: float
    happened: float
    interval: tuple[float, float]


class Decile(NamedTuple):
    """A tenth of the cases, the likeliest first; lift = rate / overall rate, captured = share of all hits so far."""

    cases: int
    hits: int
    rate: float
    lift: float
    captured: float


@dataclass(frozen=True, kw_only=True)
class Judgement(Result):
    """Probabilities against what happened."""

    hits: int
    auc: float
    auc_interval: tuple[float, float]
    brier: float
    brier_constant: float
    """Brier score of always saying the base rate of these cases."""
    promised: float
    """Mean probability; far from the base rate = the level is wrong, whatever the ranking."""
    calibration: tuple[Bin, ...]
    deciles: tuple[Decile, ...]

    @property
    def base_rate(self) -> float:
        return self.hits / self.cases

    def findings(self) -> Iterable[Note]:
        """How it ranks, and whether its level is right."""
        low, high = self.auc_interval
        yield Note(
            "judged",
            f"{self.cases:,} 例：AUC {self.auc:.3f}（{low:.3f}–{high:.3f}）；预测平均 {self.promised:.1%}，实际 {self.base_rate:.1%}。",
            f"{self.cases:,} cases: AUC {self.auc:.3f} ({low:.3f}–{high:.3f}); {self.promised:.1%} promised on average, "
            f"{self.base_rate:.1%} happened.",
        )


def midranks(values: Any) -> Floats:
    """Ranks from 1, ties sharing their mean."""
    values = np.asarray(values, dtype=float)
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    first = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(values))
    ranks = np.empty(len(values))
    ranks[order] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return ranks


def auc(outcome: Any, score: Any) -> float:
    """P(a hit scores above a miss), ties half; Mann and Whitney.

    >>> auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    hit = np.asarray(outcome) > 0
    hits, misses = int(hit.sum()), int((~hit).sum())
    if not hits or not misses:
        raise MethodError("one_outcome", "只有一种结果，无法判断排序。", "Only one outcome occurs: nothing to rank.")
    return float((midranks(score)[hit].sum() - hits * (hits + 1) / 2) / (hits * misses))


def auc_interval(outcome: Any, score: Any, level: float = 0.95) -> tuple[float, float]:
    """Interval of the area by DeLong, DeLong, Clarke-Pearson 1988, on the logit scale."""
    hit = np.asarray(outcome) > 0
    score = np.asarray(score, dtype=float)
    area, ranks = auc(outcome, score), midranks(score)
    hits, misses = int(hit.sum()), int((~hit).sum())
    if min(hits, misses) < 2 or not 0 < area < 1:
        return 0.0, 1.0
    above = (ranks[hit] - midranks(score[hit])) / misses
    below = 1 - (ranks[~hit] - midranks(score[~hit])) / hits
    error = math.sqrt(above.var(ddof=1) / hits + below.var(ddof=1) / misses)
    middle, half = math.log(area / (1 - area)), normal_quantile(level) * error / (area * (1 - area))
    return _logistic(middle - half), _logistic(middle + half)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def judge(outcome: Any, probability: Any, *, level: float = 0.95, bins: int = 10) -> Judgement:
    """All measures at once. `outcome` 0/1 (n,), `probability` in [0, 1] (n,); MethodError where only one outcome is."""
    hit = np.asarray(outcome, dtype=float)
    sure = np.asarray(probability, dtype=float)
    if not np.isfinite(sure).all() or sure.min() < 0 or sure.max() > 1:
        raise MethodError("probability_range", "概率须在 0 与 1 之间。", "Probabilities must lie between 0 and 1.")
    rate, area, brier = float(hit.mean()), auc(hit, sure), float(((sure - hit) ** 2).mean())
    return Judgement(
        cases=len(hit),
        parameters={"level": level, "bins": bins},
        error={"auc": area, "brier": brier, "brier_constant": rate * (1 - rate)},
        hits=int(hit.sum()),
        auc=area,
        auc_interval=auc_interval(hit, sure, level),
        brier=brier,
        brier_constant=rate * (1 - rate),
        promised=float(sure.mean()),
        calibration=calibration(hit, sure, bins, level),
        deciles=lift(hit, sure),
    )


def calibration(hit: Floats, sure: Floats, bins: int = 10, level: float = 0.95) -> tuple[Bin, ...]:
    """Groups of equal size by rising probability; equal probabilities stay together."""
    order = np.argsort(sure, kind="stable")
    edges = np.unique(np.searchsorted(sure[order], sure[order][[len(sure) * i // bins for i in range(bins)]]))
    found = []
    for part in np.split(order, edges[1:]):
        hits = int(hit[part].sum())
        found.append(Bin(len(part), float(sure[part].mean()), hits / len(part), wilson(hits, len(part), level)))
    return tuple(found)


def lift(hit: Floats, score: Floats, parts: int = 10) -> tuple[Decile, ...]:
    """Deciles by falling score; cases that tie are counted as if spread evenly, so that order never decides."""
    if not hit.sum():
        raise MethodError("one_outcome", "没有一例发生，无法计算提升度。", "No case happened: there is no lift.")
    order = np.argsort(-score, kind="stable")
    ordered, ranks = hit[order], score[order]
    starts = np.flatnonzero(np.concatenate(([True], ranks[1:] != ranks[:-1])))
    sizes = np.diff(np.append(starts, len(hit)))
    even = np.repeat(np.add.reduceat(ordered, starts) / sizes, sizes)
    found, before, total = [], 0.0, float(hit.sum())
    for part in np.array_split(even, min(parts, len(hit))):
        hits = float(part.sum())
        before += hits
        rate = hits / len(part)
        found.append(Decile(len(part), round(hits), rate, rate * len(hit) / total, before / total))
    return tuple(found)
