"""Groups of customers who buy alike: how many, how firmly they hold, and what each is like in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zhike.methods.intervals import normal_quantile
from zhike.methods.result import MethodError, Note, Result

Floats = NDArray[np.float64]
Kind = Literal["kmeans", "mixture"]
_JUDGED = 3000
"""Silhouettes compare every pair: they are taken on this many cases at most."""
_STABLE = 0.75


_UNSTABLE = Note(
    "unstable",
    "没有稳定的分组：换一批客户，分组就会不同，请勿当作客户的特征。",
    "No grouping is stable: another sample would group differently. Do not treat groups as facts.",
)


class Trait(NamedTuple):
    """A measure in which a group differs: its median, that of all, and the difference in standard deviations."""

    measure: str
    median: float
    overall: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Group:
    """One group, largest first; `stability` is the mean Jaccard overlap with its counterpart in resampled fits."""

    number: int
    cases: int
    share: float
    stability: float
    traits: tuple[Trait, ...]

    def words(self, names: Mapping[str, tuple[str, str]] | None = None) -> Note:
        """The group in a sentence; `names` gives each measure its Chinese and English name."""
        said = [_said(trait, names or {}) for trait in self.traits]
        zh = "，".join(zh for zh, _ in said) or "各项接近平均"
        en = ", ".join(en for _, en in said) or "close to the usual in everything"
        return Note(
            "group",
            f"第 {self.number + 1} 组 {self.cases:,} 位（{self.share:.0%}）：{zh}。",
            f"Group {self.number + 1}, {self.cases:,} ({self.share:.0%}): {en}.",
        )


def _said(trait: Trait, names: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    zh, en = names.get(trait.measure, (trait.measure, trait.measure))
    far = abs(trait.deviation) >= 1.0
    up = trait.deviation > 0
    word_zh = ("远高于" if far else "高于") if up else ("远低于" if far else "低于")
    word_en = ("far above" if far else "above") if up else ("far below" if far else "below")
    values = f"{trait.median:,.4g}", f"{trait.overall:,.4g}"
    return (
        f"{zh}{word_zh}一般（{values[0]}，一般 {values[1]}）",
        f"{en} {word_en} the usual ({values[0]} against {values[1]})",
    )


class Trial(NamedTuple):
    """A number of groups that was tried."""

    groups: int
    silhouette: float
    stability: float
    """Mean adjusted Rand index between the fit and fits of resampled cases: 1 same groups, 0 chance."""
    bic: float
    """Of the mixture; NaN for k-means."""


@dataclass(frozen=True, kw_only=True)
class LaterTrial(Result):
    """What the groups of before say of a later period, beside other classes of before such as RFM levels."""

    explained: float
    """Share of the variance of what came later that the groups foretell; 0 or below: nothing."""
    explained_by_levels: float
    interval: tuple[float, float]
    """Of the difference of the two shares."""
    usable: bool
    """Whether the whole interval lies above zero; else the levels, which need no clustering, say as much."""

    def findings(self) -> Iterable[Note]:
        """Both shares, and which of the two to go by."""
        low, high = (end * 100 for end in self.interval)
        zh, en = (
            ("分组确实更能说明后来的购买。", "The groups tell more.")
            if self.usable
            else (
                "看不出分组比原有等级更能说明后来的购买，用原有等级即可。",
                "Nothing shows that the groups tell more: go by the levels.",
            )
        )
        yield Note(
            "groups_later",
            f"后来的购买：分组能说明 {self.explained:.1%} 的差异，原有等级 {self.explained_by_levels:.1%}（相差 {low:+.1f} 至 "
            f"{high:+.1f} 个百分点）。{zh}",
            f"Of what came later the groups foretell {self.explained:.1%} of the variance, the levels "
            f"{self.explained_by_levels:.1%} (difference {low:+.1f} to {high:+.1f} points). {en}",
        )


@dataclass(frozen=True, kw_only=True)
class Groups(Result):
    """`labels` (n,) number the groups from 0, the largest; `stability` is the adjusted Rand index under resampling."""

    kind: Kind
    labels: NDArray[np.int64]
    groups: tuple[Group, ...]
    trials: tuple[Trial, ...]
    stability: float
    interval: tuple[float, float]
    """Range of that index over the resamples (5 % to 95 %)."""
    scale: Scale = field(repr=False)
    model: Any = field(repr=False)
    order: NDArray[np.int64] = field(repr=False)
    later: LaterTrial | None = None
    """How they did on a later period, once `tried_on` it."""

    def tried_on(self, later: Any, levels: Any, *, level: float = 0.95) -> Groups:
        """The same groups, tried on what came later: each case is foretold by the mean of the others of its group.

        later: (n,) purchases or money of the time after the measures were taken. levels: (n,) the classes that the groups have
        to beat, taken at the same time (such as RFM levels). explained = 1 − Σ(y − mean of the others)²/Σ(y − mean of all
        others)²; interval: normal, of the difference paired by case. MethodError: lengths_differ, no_differences.
        """
        trial = _on_later_period(self.labels, levels, _number("later", later), level)
        both = {"explained": trial.explained, "explained_by_levels": trial.explained_by_levels}
        return replace(self, later=trial, error={**self.error, **both})

    def assign(self, measures: Mapping[str, Any]) -> NDArray[np.int64]:
        """The group of new cases."""
        matrix = np.column_stack([_number(name, measures[name]) for name in self.scale.names])
        found: NDArray[np.int64] = self.order[_one_thread(self.model.predict, self.scale.apply(matrix))]
        return found

    def findings(self) -> Iterable[Note]:
        low, high = self.interval
        yield Note(
            "groups",
            f"{self.cases:,} 位客户分为 {len(self.groups)} 组；"
            f"重抽样后分组一致度 {self.stability:.2f}（{low:.2f}–{high:.2f}，1 为完全一致）。",
            f"{self.cases:,} customers fall into {len(self.groups)} groups; agreement under resampling {self.stability:.2f} "
            f"({low:.2f}–{high:.2f}; 1 is the same).",
        )
        for group in self.groups:
            yield group.words(self.parameters.get("names"))
        if self.later:
            yield from self.later.findings()


@dataclass(frozen=True)
class Scale:
    """How measures are made comparable: logarithm where they are long-tailed, then mean 0 and deviation 1."""

    names: tuple[str, ...]
    logged: NDArray[np.bool_]
    middle: Floats
    spread: Floats

    def bend(self, matrix: Floats) -> Floats:
        """Logarithms taken."""
        bent: Floats = np.where(self.logged, np.sign(matrix) * np.log1p(np.abs(matrix)), matrix)
        return bent

    def apply(self, matrix: Floats) -> Floats:
        """What the clustering sees; more than four deviations away count as four."""
        found: Floats = np.clip((self.bend(matrix) - self.middle) / self.spread, -4, 4)
        return found


def find_groups(
    measures: Mapping[str, Any],
    *,
    kind: Kind = "kmeans",
    numbers: Sequence[int] = (2, 3, 4, 5, 6, 7, 8),
    resamples: int = 20,
    names: Mapping[str, tuple[str, str]] | None = None,
    seed: int = 0,
) -> Groups:
    """Cluster cases by their measures and say how firmly the groups hold.

    `measures`: name → (n,) finite numbers (such as recency, orders, amount). A measure with skewness above 1 is logged,
    sign(x)·ln(1 + |x|). `kind`: k-means (Lloyd, five starts) or a Gaussian mixture (full covariance). The number is
    chosen among those whose adjusted Rand index under resampling (bootstrap refits, judged on all cases) is at least .75, by silhouette
    (k-means) or BIC (mixture); if none is that stable, the most stable one, with a warning. Raises MethodError for fewer than 10
    cases per group. Sources: Hubert and Arabie 1985; Rousseeuw 1987; Hennig 2007 (stability by bootstrap).

    >>> days = [10, 12, 14, 16, 18] * 6 + [90, 95, 100, 105, 110] * 4
    >>> found = find_groups({"days": days, "orders": [20, 22, 24] * 10 + [2, 3] * 10}, numbers=(2, 3), resamples=3)
    >>> [group.cases for group in found.groups], found.stability
    ([30, 20], 1.0)
    """
    raw = (
        np.column_stack([_number(name, values) for name, values in measures.items()]) if measures else np.zeros((0, 0))
    )
    numbers = [k for k in sorted(set(numbers)) if 2 <= k <= len(raw) // 10]
    if not numbers:
        raise MethodError(
            "too_few_cases",
            f"只有 {len(raw)} 位客户，分组至少需要 20 位。",
            f"{len(raw)} cases are too few to group; 20 are needed.",
        )
    scale, notes = _scale(tuple(measures), raw)
    points = scale.apply(raw[:, [list(measures).index(name) for name in scale.names]])
    found = [_tried(kind, points, k, resamples, seed) for k in numbers]
    firm = [one for one in found if one[0].stability >= _STABLE]
    best = max(firm, key=_merit(kind)) if firm else max(found, key=lambda one: one[0].stability)
    if not firm:
        notes.append(_UNSTABLE)
    trial, model, agreement, overlap = best
    labels, order = _by_size(_one_thread(model.predict, points), trial.groups)
    kept = raw[:, [list(measures).index(name) for name in scale.names]]
    low, high = (float(bound) for bound in np.quantile(agreement, [0.05, 0.95]))
    return Groups(
        cases=len(raw), parameters={"kind": kind, "resamples": resamples, "seed": seed, "names": names}, warnings=tuple(notes),
        error={"stability": trial.stability, "silhouette": trial.silhouette}, kind=kind, labels=labels,
        groups=_profiles(labels, kept, scale, overlap[np.argsort(order)]), trials=tuple(one[0] for one in found), stability=trial.stability,
        interval=(low, high), scale=scale, model=model, order=order,
    )  # fmt: skip


def _number(name: str, values: Any) -> Floats:
    found = np.asarray(values, dtype=float)
    if found.ndim != 1 or not np.isfinite(found).all():
        raise MethodError(
            "not_finite", f"“{name}”含有空值或非数字。", f"{name} has gaps or values that are no numbers."
        )
    return found


def _scale(names: tuple[str, ...], raw: Floats) -> tuple[Scale, list[Note]]:
    from scipy.stats import skew

    vary = raw.max(axis=0) > raw.min(axis=0)
    notes = [
        Note("constant_left_out", f"“{name}”人人相同，未使用。", f"{name} is the same for all and is not used.")
        for name, varies in zip(names, vary, strict=True)
        if not varies
    ]
    if not vary.any():
        raise MethodError(
            "no_differences", "所有客户各项相同，无法分组。", "All cases are the same: nothing to group by."
        )
    used = raw[:, vary]
    logged = np.abs(skew(used, axis=0)) > 1
    kept = tuple(name for name, varies in zip(names, vary, strict=True) if varies)
    empty = Scale(kept, logged, np.zeros(len(kept)), np.ones(len(kept)))
    bent = empty.bend(used)
    return Scale(kept, logged, bent.mean(axis=0), bent.std(axis=0)), notes


def _fit(kind: Kind, points: Floats, number: int, seed: int) -> Any:
    from sklearn.cluster import KMeans
    from sklearn.mixture import GaussianMixture

    if kind == "kmeans":
        return _one_thread(KMeans(number, n_init=5, random_state=seed).fit, points)
    if kind == "mixture":
        return _one_thread(GaussianMixture(number, n_init=2, reg_covar=1e-4, random_state=seed).fit, points)
    raise MethodError("kind_unknown", f"不认识的分组方法：{kind}。", f"Unknown kind of groups: {kind}.")


def _tried(kind: Kind, points: Floats, number: int, resamples: int, seed: int) -> tuple[Trial, Any, Floats, Floats]:
    """The trial, its model, the Rand index of each resample, and each group's mean overlap."""
    from sklearn.metrics import adjusted_rand_score, silhouette_score

    rng = np.random.default_rng(seed)
    model = _fit(kind, points, number, seed)
    labels = _one_thread(model.predict, points)
    agreement, overlap = [], np.zeros(number)
    for turn in range(resamples):
        drawn = points[rng.integers(0, len(points), min(len(points), 10_000))]
        again = _one_thread(_fit(kind, drawn, number, seed + turn + 1).predict, points)
        agreement.append(adjusted_rand_score(labels, again))
        overlap += jaccard(labels, again, number) / resamples
    part = rng.permutation(len(points))[:_JUDGED]
    several = 1 < len(np.unique(labels[part])) < len(part)
    shape = float(_one_thread(silhouette_score, points[part], labels[part])) if several else -1.0
    bic = float(model.bic(points)) if kind == "mixture" else float("nan")
    return Trial(number, shape, float(np.mean(agreement)), bic), model, np.asarray(agreement), overlap


def _on_later_period(labels: NDArray[np.int64], levels: Any, later: Floats, confidence: float) -> LaterTrial:
    classes = np.unique(np.asarray(levels), return_inverse=True)[1]
    if not len(labels) == len(classes) == len(later):
        raise MethodError(
            "lengths_differ",
            "后期数据、等级与分组须逐一对应。",
            "Give one later value and one level for each case that was grouped.",
        )
    plain = _missed(np.zeros(len(later), dtype=np.int64), later)
    if not plain.sum():
        raise MethodError(
            "no_differences", "后期人人相同，无从检验。", "Everybody did the same later: nothing can be tried on it."
        )
    by_group, by_level = _missed(labels, later), _missed(classes, later)
    gain = (by_level - by_group) / plain.mean()
    half = normal_quantile(confidence) * float(gain.std(ddof=1)) / np.sqrt(len(gain))
    low, high = float(gain.mean()) - half, float(gain.mean()) + half
    shares = [1 - float(missed.sum() / plain.sum()) for missed in (by_group, by_level)]
    return LaterTrial(
        cases=len(later),
        parameters={"level": confidence, "levels": len(np.unique(classes))},
        error={"explained": shares[0], "explained_by_levels": shares[1]},
        explained=shares[0],
        explained_by_levels=shares[1],
        interval=(low, high),
        usable=bool(low > 0),
    )


def _missed(classes: NDArray[Any], later: Floats) -> Floats:
    """Squared misses of the mean of the others of a case's class; who is alone in it is foretold by the mean of all others."""
    many, sums = np.bincount(classes)[classes], np.bincount(classes, later)[classes]
    alone = many < 2
    others = np.where(alone, len(later) - 1, many - 1)
    found: Floats = (later - (np.where(alone, later.sum(), sums) - later) / np.maximum(others, 1)) ** 2
    return found


def jaccard(one: NDArray[np.int64], two: NDArray[np.int64], number: int) -> Floats:
    """For each group of `one`, shared / united cases with the group of `two` that fits it best (Hennig 2007)."""
    both = np.bincount(one * number + two, minlength=number * number).reshape(number, number).astype(float)
    united = both.sum(axis=1, keepdims=True) + both.sum(axis=0, keepdims=True) - both
    found: Floats = np.divide(both, united, out=np.zeros_like(both), where=united > 0).max(axis=1)
    return found


def _merit(kind: Kind) -> Any:
    return (lambda one: one[0].silhouette) if kind == "kmeans" else (lambda one: -one[0].bic)


def _by_size(labels: NDArray[np.int64], number: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Labels renumbered from the largest group, and old number → new number."""
    largest_first = np.argsort(-np.bincount(labels, minlength=number), kind="stable")
    order = np.empty(number, dtype=np.int64)
    order[largest_first] = np.arange(number)
    return order[labels], order


def _profiles(labels: NDArray[np.int64], raw: Floats, scale: Scale, overlap: Floats) -> tuple[Group, ...]:
    medians, scaled = np.median(raw, axis=0), scale.apply(raw)
    found = []
    for number in range(int(labels.max()) + 1):
        mine = labels == number
        away = np.median(scaled[mine], axis=0) - np.median(scaled, axis=0)
        traits = [
            Trait(scale.names[m], float(np.median(raw[mine, m])), float(medians[m]), float(away[m]))
            for m in np.argsort(-np.abs(away), kind="stable")[:4]
            if abs(away[m]) >= 0.4
        ]
        found.append(Group(number, int(mine.sum()), float(mine.mean()), float(overlap[number]), tuple(traits)))
    return tuple(found)


def _one_thread(work: Any, *given: Any) -> Any:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return work(*given)
