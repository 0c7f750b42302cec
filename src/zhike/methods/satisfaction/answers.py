"""Answers on a scale: felt over expected, satisfied share, recommendation score, index, the seven-step scale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhike.methods.intervals import wilson
from zhike.methods.result import Figure, MethodError, Note, Result

Floats = NDArray[np.float64]
FEW_ANSWERS = 30
NAMES_ZH = {"CSAT": "满意率", "NPS": "净推荐值"}
SEVEN_STEPS = (-60, -40, -20, 0, 20, 40, 60)


def answered(values: Any, name: str, scale: tuple[float, float]) -> tuple[Floats, int]:
    """Answers within the scale, and how many were left blank (nan); anything outside is refused."""
    try:
        array = np.asarray(values, dtype=float).ravel()
    except (TypeError, ValueError):
        raise MethodError(
            "not_numbers", f"“{name}”里有不是数字的回答。", f'"{name}" holds answers that are no numbers.'
        ) from None
    given = array[~np.isnan(array)]
    if len(given) == 0:
        raise MethodError("no_answers", f"“{name}”没有任何回答。", f'Nobody answered "{name}".')
    low, high = scale
    if given.min() < low or given.max() > high:
        raise MethodError(
            "outside_scale",
            f"“{name}”里有超出 {low:g}–{high:g} 的回答。",
            f'"{name}" holds answers outside {low:g} to {high:g}.',
        )
    return given, len(array) - len(given)


def column_of(table: Mapping[str, Any], item: str, name: str) -> Any:
    """The answers to an item; refused where the table lacks it, with the items that it has."""
    if item in table:
        return table[item]
    there = ", ".join(map(str, list(table)[:10]))
    raise MethodError(
        "item_missing",
        f"{name} 里没有题目“{item}”（有：{there}）：请补上这一列，或不要列入它。",
        f'{name} has no item "{item}" (it has: {there}): add its column, or leave the item out.',
    )


def normal_reach(level: float) -> float:
    """How many standard errors an interval of this level reaches to either side."""
    from scipy.special import ndtri

    if not 0 < level < 1:
        raise MethodError("bad_level", "置信水平须在 0 与 1 之间。", "The level of an interval lies between 0 and 1.")
    return float(ndtri((1 + level) / 2))


def few_answers(count: int, blank: int) -> Iterable[Note]:
    """Doubts about the number of answers."""
    if count < FEW_ANSWERS:
        yield Note("few_answers", f"只有 {count} 份回答，波动很大。", f"Only {count} answers: expect wide swings.")
    if blank:
        yield Note("blank_answers", f"{blank} 份未作答，未计入。", f"{blank} blank answers are left out.")


@dataclass(frozen=True, kw_only=True)
class Share(Result):
    """A share or balance of answers (fractions of 1), with its interval."""

    name: str
    value: float
    low: float
    high: float

    def findings(self) -> Iterable[Note]:
        """The figure, its interval and its number of answers."""
        span = f"{self.low:.1%}–{self.high:.1%}"
        yield Note(
            "share",
            f"{NAMES_ZH[self.name]} {self.name}：{self.value:.1%}（{span}，n={self.cases:,}）。",
            f"{self.name}: {self.value:.1%} ({span}, n={self.cases:,}).",
        )


def csat(answers: Any, *, scale: tuple[int, int] = (1, 5), satisfied_from: float = 4, level: float = 0.95) -> Share:
    """(4s + 5s)/n, with Wilson's interval.

    >>> round(csat([5, 4, 4, 3, 1]).value, 2)
    0.6
    """
    given, blank = answered(answers, "CSAT", scale)
    n, satisfied = len(given), int((given >= satisfied_from).sum())
    low, high = wilson(satisfied, n, level)
    return Share(
        cases=n,
        parameters={"scale": scale, "satisfied_from": satisfied_from, "level": level},
        warnings=tuple(few_answers(n, blank)),
        name="CSAT",
        value=satisfied / n,
        low=low,
        high=high,
    )


def nps(answers: Any, *, level: float = 0.95) -> Share:
    """Share of 9–10 minus share of 0–6 on 0–10, as a fraction of 1 (-1 to 1).

    Interval: p ± z·√((p₊ + p₋ - p²)/n) after adding z²/4 answers to either end.

    >>> nps([10, 9, 8, 6, 10]).value
    0.4
    """
    given, blank = answered(answers, "NPS", (0, 10))
    n, z = len(given), normal_reach(level)
    for_us, against = float((given >= 9).sum()), float((given <= 6).sum())
    value = (for_us - against) / n
    # Adding z²/4 to both ends (Agresti) keeps the interval honest when everybody says the same.
    wide = n + z * z / 2
    up, down = (for_us + z * z / 4) / wide, (against + z * z / 4) / wide
    reach = z * sqrt(max(up + down - (up - down) ** 2, 0.0) / wide)
    return Share(
        cases=n,
        parameters={"level": level},
        warnings=tuple(few_answers(n, blank)),
        name="NPS",
        value=value,
        low=max(up - down - reach, -1.0),
        high=min(up - down + reach, 1.0),
    )


@dataclass(frozen=True, kw_only=True)
class FeltOverExpected(Result):
    """C = b/a per case (nan where nothing was expected), its mean, and how many fell short, met, exceeded."""

    values: Floats
    mean: float
    short: int
    met: int
    exceeded: int

    def findings(self) -> Iterable[Note]:
        """Mean and the three groups."""
        yield Note(
            "felt_over_expected",
            f"C = 感受/期望 平均 {self.mean:.2f}：不满意 {self.short:,}，满意 {self.met:,}，惊喜 {self.exceeded:,}。",
            f"Felt over expected is {self.mean:.2f} on average: {self.short:,} fell short, {self.met:,} were met, "
            f"{self.exceeded:,} delighted.",
        )


def felt_over_expected(felt: Any, expected: Any) -> FeltOverExpected:
    """C = b/a: below 1 dissatisfied, 1 satisfied, above 1 delighted; cases with a = 0 or a blank have no C and join no mean.

    >>> felt_over_expected([8, 5, 9], [8, 10, 0]).mean
    0.75
    """
    b, a = np.asarray(felt, dtype=float).ravel(), np.asarray(expected, dtype=float).ravel()
    if len(a) != len(b) or np.any(a < 0) or np.any(b < 0):
        raise MethodError(
            "bad_answers", "期望与感受须等长且非负。", "Expected and felt must be of one length and not negative."
        )
    known = (a > 0) & np.isfinite(a + b)
    if not known.any():
        raise MethodError(
            "no_answers",
            "没有可计算的回答（期望为 0 或未作答）。",
            "Nothing can be computed: every expectation is 0 or blank.",
        )
    values = np.full(len(a), np.nan)
    values[known] = b[known] / a[known]
    near = np.isclose(values, 1.0)
    out, blank = int((a == 0).sum()), int((~np.isfinite(a + b) & (a != 0)).sum())
    left = Note("nothing_expected", f"{out} 例期望为 0，未计入。", f"{out} cases expected nothing and are left out.")
    return FeltOverExpected(
        cases=int(known.sum()),
        warnings=(*((left,) if out else ()), *few_answers(int(known.sum()), blank)),
        values=values,
        mean=float(np.nanmean(values)),
        short=int(((values < 1) & ~near).sum()),
        met=int(near.sum()),
        exceeded=int(((values > 1) & ~near).sum()),
    )


def index_score(means: Sequence[float], weights: Sequence[float], scale: tuple[float, float]) -> Figure[float]:
    """0–100: Σ w(x̄ - min)/(Σ w (max - min))·100.

    >>> round(index_score([8, 7, 7], [.3885, .3190, .2925], (1, 10)).value, 3)
    70.983
    """
    x, w = np.asarray(means, dtype=float), np.asarray(weights, dtype=float)
    low, high = scale
    if len(x) != len(w) or len(x) == 0 or not np.all(np.isfinite(x + w)) or w.sum() <= 0 or high <= low:
        raise MethodError(
            "bad_weights", "均值与权重须一一对应，权重之和须为正。", "Each mean needs a weight; weights sum to above 0."
        )
    score = float((w * (x - low)).sum() / (w.sum() * (high - low)) * 100)
    return _index(score, len(x), {"weights": w.tolist(), "scale": scale})


def weighted_index(table: Mapping[str, Any], weights: Mapping[str, float], scale: tuple[float, float]) -> Figure[float]:
    """Σ w·mean/max·100: the plain satisfaction index, weights summing to whatever they sum to."""
    parts = [
        (answered(column_of(table, item, "table"), item, scale)[0].mean(), weight) for item, weight in weights.items()
    ]
    whole = sum(weight for _, weight in parts)
    if whole <= 0 or any(weight < 0 for _, weight in parts):
        raise MethodError("bad_weights", "权重不能为负，且至少一个为正。", "Weights are not negative and not all zero.")
    score = float(sum(mean * weight for mean, weight in parts) / whole / scale[1] * 100)
    return _index(score, len(parts), {"weights": dict(weights), "scale": scale})


def _index(score: float, items: int, parameters: dict[str, Any]) -> Figure[float]:
    """`cases` are the items that went in."""
    said = Note("index", f"满意度指数 {score:.1f}（满分 100）。", f"The satisfaction index is {score:.1f} of 100.")
    return Figure(cases=items, parameters=parameters, value=score, said=said)


def seven_step(answers: Any) -> Figure[float]:
    """Mean of answers 1–7 (very dissatisfied … very satisfied) on -60 … 60 in steps of 20.

    >>> seven_step([7, 4, 5]).value
    26.666666666666668
    """
    given, blank = answered(answers, "seven-step", (1, 7))
    if np.any(given != np.floor(given)):
        raise MethodError("not_a_step", "七级量表只能取 1–7 的整数。", "The seven-step scale has whole steps 1 to 7.")
    mean = float(np.asarray(SEVEN_STEPS)[given.astype(int) - 1].mean())
    said = Note("seven_step", f"七级量表均值 {mean:+.1f}（−60 至 60）。", f"The mean is {mean:+.1f} on -60 to 60.")
    warnings = tuple(few_answers(len(given), blank))
    return Figure(cases=len(given), parameters={"scale": (1, 7)}, warnings=warnings, value=mean, said=said)
