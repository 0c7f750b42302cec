"""A credit scorecard learned from who paid: weight of evidence per bin, logistic regression, points.

WoE of a bin = ln(share of the goods in it / share of the bads in it), with half a case added to each, so an empty cell is no
infinity; information value IV = Σ (share goods - share bads)·WoE. Points = offset + factor·ln(odds of good), `double` points
double the odds, `base` points at odds `at_odds`. Source: Siddiqi 2006, Credit Risk Scorecards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhike.methods.result import MethodError, Note, Result

Floats = NDArray[np.float64]
BINS, FEW_BADS, KNOWS_TOO_MUCH = 5, 30, 3.0


@dataclass(frozen=True, slots=True)
class Points:
    """The scale: `base` points where the odds of good are `at_odds` to 1; `double` more points double them."""

    base: float = 600
    at_odds: float = 20
    double: float = 20


@dataclass(frozen=True)
class Bins:
    """A column cut into bins: numbers by edges (quintiles of what was seen), words by value; missing is a bin of its own."""

    edges: tuple[float, ...] | None
    values: tuple[str, ...]
    woe: Floats
    iv: float

    def place(self, column: Any) -> NDArray[np.intp]:
        """The bin of each case; words never seen before fall into the last bin, which weighs nothing (WoE 0)."""
        if self.edges is None:
            known = {value: i for i, value in enumerate(self.values)}
            return np.array([known.get(_word(value), len(self.values)) for value in column], dtype=np.intp)
        numbers = np.asarray(column, dtype=float)
        return np.where(np.isnan(numbers), len(self.edges) + 1, np.searchsorted(self.edges, numbers, side="right"))


@dataclass(frozen=True, kw_only=True)
class Scorecard(Result):
    """Bins, coefficients and points; `error` holds auc and ks on the held-out later cases."""

    bins: Mapping[str, Bins]
    coefficients: Mapping[str, float]
    intercept: float
    points: Points

    def probability_bad(self, table: Mapping[str, Any]) -> Floats:
        """P(does not pay) per row."""
        return np.asarray(1 / (1 + np.exp(self._log_odds(table))))

    def score(self, table: Mapping[str, Any]) -> Floats:
        """Points per row, higher is better."""
        factor = self.points.double / np.log(2)
        return np.asarray(self.points.base + factor * (self._log_odds(table) - np.log(self.points.at_odds)))

    def reasons(self, table: Mapping[str, Any], row: int, many: int = 3) -> list[tuple[str, float]]:
        """What cost this case most points against the best bin of each column."""
        factor = self.points.double / np.log(2)
        lost = []
        for name, bins in self.bins.items():
            weight, place = self.coefficients[name], bins.place(table[name])[row]
            lost.append((name, float(factor * (np.max(weight * bins.woe) - weight * bins.woe[place]))))
        return sorted(lost, key=lambda pair: -pair[1])[:many]

    def findings(self) -> Iterable[Note]:
        """How well it told later cases apart, and which columns say most."""
        best = sorted(self.bins, key=lambda name: -self.bins[name].iv)[:3]
        yield Note(
            "scorecard",
            f"在后期 {self.parameters['held_out']:,} 例上：AUC {self.error['auc']:.3f}，KS {self.error['ks']:.3f}；"
            f"信息量最大：{'、'.join(best)}。",
            f"On {self.parameters['held_out']:,} later cases: AUC {self.error['auc']:.3f}, KS {self.error['ks']:.3f}; "
            f"most is told by {', '.join(best)}.",
        )

    def _log_odds(self, table: Mapping[str, Any]) -> Floats:
        parts = [self.coefficients[name] * bins.woe[bins.place(table[name])] for name, bins in self.bins.items()]
        return np.asarray(self.intercept + np.sum(parts, axis=0))


def scorecard(
    table: Mapping[str, Any], bad: Any, *, when: Any, held_out: float = 0.2, points: Points | None = None
) -> Scorecard:
    """Learn from the earlier cases, judge by the later ones (`when` = dates or any order of time).

    `bad` = 1 did not pay, 0 paid. A column whose IV is beyond 3 probably knows the outcome and is refused.

    `table`: name → (n,) numbers or words, `when` (n,). Raises MethodError for outcomes that are not 0 or 1, a single outcome, a
    column that knows too much, and shares outside 5–50 % to hold out.

    >>> ten = [("yes", 1), ("yes", 1), ("yes", 0), ("no", 1)] + [("no", 0)] * 6
    >>> late, bad = zip(*ten * 50)
    >>> card = scorecard({"paid late before": late}, bad, when=range(500))
    >>> asked = {"paid late before": ["no", "yes"]}
    >>> card.probability_bad(asked).round(3).tolist(), card.score(asked).round().tolist()
    ([0.143, 0.667], [565.0, 494.0])
    """
    outcome, order = np.asarray(bad, dtype=float), np.argsort(np.asarray(when), kind="stable")
    if len(outcome) != len(order) or not np.all(np.isin(outcome, (0.0, 1.0))):
        raise MethodError("bad_cases", "结果须为 0 或 1，且与时间等长。", "Outcomes are 0 or 1, one per time.")
    if not 0.05 <= held_out <= 0.5:
        raise MethodError("bad_holdout", "留出比例须在 5% 与 50% 之间。", "Hold out between 5% and 50%.")
    cut = int(len(order) * (1 - held_out))
    early, late = order[:cut], order[cut:]
    for part in (early, late):
        if outcome[part].min(initial=1) == outcome[part].max(initial=0):
            raise MethodError(
                "one_outcome", "早期或后期样本只有一种结果。", "The earlier or the later cases have one outcome only."
            )
    columns = {name: _column(values, name, len(outcome)) for name, values in table.items()}
    bins = {name: _bins(values[early], outcome[early], name) for name, values in columns.items()}
    rows = np.column_stack([bins[name].woe[bins[name].place(columns[name][early])] for name in bins])
    weights = _logistic(rows, 1 - outcome[early])
    made = Scorecard(
        cases=len(outcome),
        parameters={
            "held_out": len(late),
            "bads": int(outcome[early].sum()),
            "base_rates": _rates(outcome, early, late),
        },
        warnings=tuple(_doubts(outcome[early], weights[1:], list(bins))),
        bins=bins,
        coefficients=dict(zip(bins, (float(w) for w in weights[1:]), strict=True)),
        intercept=float(weights[0]),
        points=points or Points(),
    )
    told = made.probability_bad({name: values[late] for name, values in columns.items()})
    auc, ks = ranked(told, outcome[late])
    return replace(made, error={"auc": auc, "ks": ks})


def ranked(risk: Floats, bad: Floats) -> tuple[float, float]:
    """AUC (ties half) and the Kolmogorov-Smirnov distance of bads and goods."""
    _, place = np.unique(risk, return_inverse=True)
    bads, goods = np.bincount(place, bad), np.bincount(place, 1 - bad)
    below = np.cumsum(goods) - goods
    auc = (bads * (below + goods / 2)).sum() / (bads.sum() * goods.sum())
    ks = np.abs(np.cumsum(bads) / bads.sum() - np.cumsum(goods) / goods.sum()).max()
    return float(auc), float(ks)


def _column(values: Any, name: str, cases: int) -> NDArray[Any]:
    array = np.asarray(values)
    if len(array) != cases:
        raise MethodError("lengths_differ", f"“{name}”的长度不一致。", f'"{name}" differs in length.')
    return array.astype(float) if array.dtype.kind in "ifub" else array.astype(object)


def _word(value: Any) -> str:
    return "" if value is None else str(value)


def _bins(column: NDArray[Any], bad: Floats, name: str) -> Bins:
    edges: tuple[float, ...] | None = None
    words: tuple[str, ...] = ()
    if column.dtype.kind == "f":
        seen = column[~np.isnan(column)]
        if len(seen) == 0:
            raise MethodError("empty_column", f"“{name}”是空的。", f'"{name}" is empty.')
        edges = tuple(float(v) for v in np.unique(np.quantile(seen, np.arange(1, BINS) / BINS)))
        many = len(edges) + 2
    else:
        words = tuple(sorted({_word(value) for value in column}))
        many = len(words) + 1
    empty = Bins(edges, words, np.zeros(many), 0.0)
    place = empty.place(column)
    bads, goods = np.bincount(place, bad, many), np.bincount(place, 1 - bad, many)
    share_good, share_bad = (goods + 0.5) / (goods.sum() + 0.5 * many), (bads + 0.5) / (bads.sum() + 0.5 * many)
    woe = np.where(bads + goods > 0, np.log(share_good / share_bad), 0.0)
    iv = float(((share_good - share_bad) * woe).sum())
    if iv > KNOWS_TOO_MUCH:
        raise MethodError(
            "leak",
            f"“{name}”几乎完全说明了结果（IV={iv:.1f}），多半是事后才知道的，请去掉。",
            f'"{name}" all but tells the outcome (IV={iv:.1f}); it was probably known only afterwards. Leave it out.',
        )
    return Bins(edges, words, woe, iv)


def _logistic(rows: Floats, good: Floats, ridge: float = 1e-3) -> Floats:
    """Newton's method with a breath of ridge, so that empty columns get a weight of 0."""
    table = np.column_stack((np.ones(len(rows)), rows))
    weights = np.zeros(table.shape[1])
    penalty = ridge * np.eye(table.shape[1])
    penalty[0, 0] = 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-(table @ weights)))
        slope = table.T @ (good - p) - penalty @ weights
        step = np.linalg.solve((table * (p * (1 - p))[:, None]).T @ table + penalty, slope)
        weights = weights + np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _rates(outcome: Floats, early: NDArray[np.intp], late: NDArray[np.intp]) -> tuple[float, float]:
    return float(outcome[early].mean()), float(outcome[late].mean())


def _doubts(bad: Floats, weights: Floats, names: list[str]) -> Iterable[Note]:
    if bad.sum() < FEW_BADS:
        yield Note(
            "few_bads", f"只有 {int(bad.sum())} 例违约，评分卡不稳。", f"Only {int(bad.sum())} bad cases: not firm."
        )
    turned = [name for name, weight in zip(names, weights, strict=True) if weight < -0.01]
    if turned:
        yield Note(
            "turned_weights",
            f"“{'、'.join(turned)}”与其他列重复，方向相反，建议去掉。",
            f"{', '.join(turned)} repeat other columns and point the wrong way; leave them out.",
        )
