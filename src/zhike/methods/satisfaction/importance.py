"""What to improve first: importance × satisfaction, and SERVQUAL's gap between expected and perceived service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from zhike.methods.result import MethodError, Note, Result
from zhike.methods.satisfaction.answers import Floats, answered, column_of, few_answers, normal_reach

QUADRANTS = {
    "improve": ("马上改进", "improve now"),
    "advantage": ("优势保持", "advantage"),
    "later": ("次要改进", "later"),
    "enough": ("维持即可", "enough"),
}

SERVQUAL_ITEMS = {"tangibles": 4, "reliability": 5, "responsiveness": 4, "assurance": 4, "empathy": 5}
"""The 22 items in their published order (Parasuraman, Zeithaml, Berry 1988)."""


@dataclass(frozen=True, slots=True)
class Point:
    """One item on the chart; `sure` says that neither side of the crosshair lies inside the noise."""

    item: str
    importance: float
    satisfaction: float
    cases: int
    quadrant: str
    sure: bool


@dataclass(frozen=True, kw_only=True)
class Matrix(Result):
    """Items around a crosshair at the grand means of importance and satisfaction."""

    points: tuple[Point, ...]
    crosshair: tuple[float, float]
    derived: bool

    def findings(self) -> Iterable[Note]:
        """What to improve now, most important first."""
        now = sorted((p for p in self.points if p.quadrant == "improve"), key=lambda p: -p.importance)
        names = "、".join(p.item for p in now) or "无"
        unsure = sum(not p.sure for p in now)
        yield Note(
            "improve_now",
            f"马上改进：{names}" + (f"（其中 {unsure} 项的差异在误差之内）。" if unsure else "。"),
            f"Improve now: {', '.join(p.item for p in now) or 'nothing'}"
            + (f" ({unsure} of them differ by no more than noise)." if unsure else "."),
        )


def importance_satisfaction(
    table: Mapping[str, Any],
    *,
    overall: Any = None,
    importance: Mapping[str, Any] | None = None,
    scale: tuple[float, float] = (1, 10),
    level: float = 0.9,
) -> Matrix:
    """Each item's mean satisfaction against its importance: stated (`importance`: answers per item) or derived.

    Derived importance = partial correlation of the item with the `overall` score, all other items held still; rows with
    a blank are left out of it. `table`: item → (n,) answers on `scale`. The crosshair stands at the means of both.
    Source: Martilla and James 1977.

    >>> felt = {"price": [4, 5, 5, 6], "delivery": [4, 5, 4, 5], "staff": [8, 9, 9, 8], "shop": [9, 8, 8, 9]}
    >>> matters = {"price": [9, 9, 8, 9], "delivery": [3, 4, 3, 4], "staff": [9, 8, 9, 9], "shop": [4, 3, 4, 4]}
    >>> [point.quadrant for point in importance_satisfaction(felt, importance=matters).points]
    ['improve', 'later', 'advantage', 'enough']
    """
    if (overall is None) == (importance is None):
        raise MethodError(
            "one_importance", "请给出总体评分或各项重要性之一。", "Give either an overall score or stated importance."
        )
    items = list(table)
    means, spread, counts = _means(table, items, (scale, level))
    if importance is not None:
        weight, weight_spread, _ = _means(importance, items, (scale, level), "importance")
        rows = int(counts.min())
    else:
        weight, weight_spread, rows = _partial(table, items, overall, level)
    cross = (float(weight.mean()), float(means.mean()))
    points = tuple(
        Point(
            item=item,
            importance=float(weight[i]),
            satisfaction=float(means[i]),
            cases=int(counts[i]),
            quadrant=_quadrant(weight[i] >= cross[0], means[i] >= cross[1]),
            sure=bool(abs(weight[i] - cross[0]) > weight_spread[i] and abs(means[i] - cross[1]) > spread[i]),
        )
        for i, item in enumerate(items)
    )
    return Matrix(
        cases=rows,
        parameters={"scale": scale, "level": level, "importance": "stated" if importance is not None else "derived"},
        warnings=tuple(few_answers(rows, 0)),
        points=points,
        crosshair=cross,
        derived=importance is None,
    )


def _quadrant(important: bool, satisfied: bool) -> str:
    if important:
        return "advantage" if satisfied else "improve"
    return "enough" if satisfied else "later"


def _means(
    table: Mapping[str, Any], items: Sequence[str], how: tuple[tuple[float, float], float], name: str = "table"
) -> tuple[Floats, Floats, Floats]:
    """Mean, half-width of its interval, and number of answers per item; `how` is the scale and the level."""
    scale, level = how
    given = [answered(column_of(table, item, name), item, scale)[0] for item in items]
    spread = [normal_reach(level) * float(a.std(ddof=1)) / np.sqrt(len(a)) if len(a) > 1 else np.inf for a in given]
    return np.array([a.mean() for a in given]), np.array(spread), np.array([float(len(a)) for a in given])


def _partial(table: Mapping[str, Any], items: Sequence[str], overall: Any, level: float) -> tuple[Floats, Floats, int]:
    columns = np.column_stack(
        [np.asarray(table[item], dtype=float) for item in items] + [np.asarray(overall, dtype=float)]
    )
    columns = columns[~np.isnan(columns).any(axis=1)]
    n, k = len(columns), len(items)
    if n < k + 5:
        raise MethodError(
            "too_few_answers",
            f"完整回答只有 {n} 份，不足以从 {k} 项中推算重要性。",
            f"Only {n} complete answers: too few to derive the importance of {k} items.",
        )
    if np.any(columns.std(axis=0) == 0):
        raise MethodError("constant_column", "有的项目所有人打分相同。", "Everybody gave the same answer to some item.")
    correlation = np.corrcoef(columns, rowvar=False)
    if np.linalg.cond(correlation) > 1e10:
        raise MethodError("dependent_columns", "有的项目可由其他项目推出。", "Some items follow from the others.")
    inverse = np.linalg.inv(correlation)
    partial = -inverse[:-1, -1] / np.sqrt(np.diag(inverse)[:-1] * inverse[-1, -1])
    reach = normal_reach(level) / np.sqrt(max(n - (k - 1) - 3, 1))
    return partial, np.asarray((1 - partial**2) * reach), n


@dataclass(frozen=True, kw_only=True)
class Gaps(Result):
    """SERVQUAL: perceived minus expected, overall and per dimension (negative = falls short)."""

    score: float
    spread: float
    """Standard error of the score."""
    dimensions: dict[str, float]
    items: dict[str, float]

    def findings(self) -> Iterable[Note]:
        """The score and its weakest dimension."""
        worst = min(self.dimensions, key=lambda name: self.dimensions[name])
        yield Note(
            "servqual",
            f"SERVQUAL 总分 {self.score:+.2f}（±{1.96 * self.spread:.2f}，n={self.cases:,}），"
            f"最弱的是“{worst}”（{self.dimensions[worst]:+.2f}）。",
            f"SERVQUAL is {self.score:+.2f} (±{1.96 * self.spread:.2f}, n={self.cases:,}); "
            f'weakest is "{worst}" ({self.dimensions[worst]:+.2f}).',
        )


def servqual(
    expected: Mapping[str, Any],
    perceived: Mapping[str, Any],
    dimensions: Mapping[str, Sequence[str]],
    weights: Mapping[str, float] | None = None,
    scale: tuple[float, float] = (1, 7),
) -> Gaps:
    """Σ w·mean(P - E) per respondent, then the mean over respondents; equal weights unless given.

    Respondents with a blank in any item are left out and counted.

    `expected` and `perceived`: item → (n,) answers on `scale`; `dimensions`: name → its items. Raises MethodError for answers outside
    the scale, for an item or weight that is missing, and where nobody answered every item. Source: Parasuraman, Zeithaml, Berry 1988.

    >>> expected = {"premises": [6, 5], "on time": [7, 7], "as promised": [7, 6]}
    >>> perceived = {"premises": [6, 6], "on time": [5, 6], "as promised": [6, 6]}
    >>> found = servqual(expected, perceived, {"tangibles": ["premises"], "reliability": ["on time", "as promised"]})
    >>> found.dimensions, found.score
    ({'tangibles': 0.5, 'reliability': -1.0}, -0.25)
    """
    items = [item for names in dimensions.values() for item in names]
    gaps = _gaps({"perceived": perceived, "expected": expected}, items, scale)
    whole = ~np.isnan(gaps).any(axis=1)
    if not whole.any():
        raise MethodError("no_answers", "没有完整的回答。", "No respondent answered every item.")
    gaps, blank = gaps[whole], int((~whole).sum())
    weight = np.array(
        [1.0 if weights is None else column_of(weights, name, "weights") for name in dimensions], dtype=float
    )
    if np.any(weight < 0) or weight.sum() <= 0:
        raise MethodError("bad_weights", "权重不能为负，且至少一个为正。", "Weights are not negative and not all zero.")
    edges = np.cumsum([0, *(len(names) for names in dimensions.values())])
    per_dimension = np.column_stack([gaps[:, a:b].mean(axis=1) for a, b in pairwise(edges)])
    score = per_dimension @ (weight / weight.sum())
    n = len(score)
    return Gaps(
        cases=n,
        parameters={"weights": dict(zip(dimensions, weight / weight.sum(), strict=True)), "scale": scale},
        warnings=tuple(few_answers(n, blank)),
        score=float(score.mean()),
        spread=float(score.std(ddof=1) / np.sqrt(n)) if n > 1 else float("inf"),
        dimensions=dict(zip(dimensions, (float(v) for v in per_dimension.mean(axis=0)), strict=True)),
        items=dict(zip(items, (float(v) for v in gaps.mean(axis=0)), strict=True)),
    )


def _gaps(sides: Mapping[str, Mapping[str, Any]], items: Sequence[str], scale: tuple[float, float]) -> Floats:
    """Respondents × items, the first side minus the second; blanks stay nan."""
    columns = [
        np.asarray(column_of(table, item, name), dtype=float).ravel() for name, table in sides.items() for item in items
    ]
    for item, column in zip([*items, *items], columns, strict=True):
        answered(column, item, scale)
    if len({len(column) for column in columns}) > 1:
        raise MethodError(
            "lengths_differ",
            "各题的回答数不一致。",
            "Items differ in their number of answers; give one per respondent.",
        )
    return np.asarray(np.column_stack(columns[: len(items)]) - np.column_stack(columns[len(items) :]))
