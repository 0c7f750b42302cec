"""How long customers stay when some are still here: Kaplan-Meier curves, the log-rank test, and Cox's regression.

Every case has a duration (time as a customer so far, any one unit) and whether its end was seen (1) or not yet (0).

- Kaplan, Meier (1958): S(t) = Π_{tᵢ≤t} (1 - dᵢ/nᵢ), intervals by Greenwood's variance on the log(-log) scale.
- Cox (1972): hazard h₀(t)·exp(xβ); ties as Efron (1977) wrote, baseline as Breslow did.
- Concordance (Harrell): of all pairs whose order is known, the share in which the higher risk left first; ties count half.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhike.methods.result import MethodError, Note, Result

Floats = NDArray[np.float64]
EVENTS_PER_COLUMN = 10
"""Below so many seen ends per column a regression is shown with a warning (Peduzzi 1995)."""


@dataclass(frozen=True, kw_only=True)
class SurvivalCurve(Result):
    """Share still there after each time at which somebody left or was last seen, with its interval."""

    times: Floats
    at_risk: Floats
    left: Floats
    survival: Floats
    low: Floats
    high: Floats

    def at(self, t: Any) -> Floats | float:
        """S(t), a step function that starts at 1; nan after the last case seen unless everybody had left by then."""
        asked = np.atleast_1d(np.asarray(t, dtype=float))
        place = np.searchsorted(self.times, asked, side="right")
        share = np.concatenate(([1.0], self.survival))[place]
        share = np.where((asked > self.times[-1]) & (share > 0), np.nan, share)
        return float(share[0]) if np.ndim(t) == 0 else share

    @property
    def median(self) -> float:
        """The first time by which half have left; infinite when fewer have."""
        below = np.flatnonzero(self.survival <= 0.5 + 1e-12)  # a product of shares misses an exact half by its rounding
        return float(self.times[below[0]]) if len(below) else float("inf")

    def findings(self) -> Iterable[Note]:
        """How many left, when half have left, and what is left at the end."""
        half_zh = f"到 {self.median:g} 时已有一半流失" if np.isfinite(self.median) else "至今流失不到一半"
        half_en = (
            f"half had left by {self.median:g}" if np.isfinite(self.median) else "fewer than half have left so far"
        )
        yield Note(
            "survival",
            f"{self.cases:,} 位客户中 {int(self.left.sum()):,} 位已流失；{half_zh}，"
            f"到 {self.times[-1]:g} 仍留存 {self.survival[-1]:.1%}（{self.low[-1]:.1%}–{self.high[-1]:.1%}）。",
            f"Of {self.cases:,} customers {int(self.left.sum()):,} have left; {half_en}; after {self.times[-1]:g} "
            f"{self.survival[-1]:.1%} are still there ({self.low[-1]:.1%} to {self.high[-1]:.1%}).",
        )


def kaplan_meier(duration: Any, left: Any, *, level: float = 0.95) -> SurvivalCurve:
    """The share still there over time.

    >>> curve = kaplan_meier([2, 3, 3, 5, 8], [1, 1, 0, 1, 0])
    >>> curve.at([1, 2, 3, 5]).round(3).tolist()
    [1.0, 0.8, 0.6, 0.3]
    """
    from scipy.special import ndtri

    if not 0 < level < 1:
        raise MethodError("bad_level", "置信水平须在 0 与 1 之间。", "The level of an interval lies between 0 and 1.")
    span, ended = _cases(duration, left)
    times, place = np.unique(span, return_inverse=True)
    deaths, gone = np.bincount(place, ended).astype(float), np.bincount(place).astype(float)
    at_risk = len(span) - np.concatenate(([0.0], np.cumsum(gone)[:-1]))
    survival = np.cumprod(1 - deaths / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        log = np.log(survival)
        spread = float(ndtri((1 + level) / 2)) * np.sqrt(variance) / np.abs(log)
        low, high = np.exp(log * np.exp(spread)), np.exp(log * np.exp(-spread))
    known = (survival < 1) & (survival > 0)
    return SurvivalCurve(
        cases=len(span),
        parameters={"level": level},
        warnings=tuple(_few(int(ended.sum()))),
        times=times,
        at_risk=at_risk,
        left=deaths,
        survival=survival,
        low=np.where(known, low, survival),
        high=np.where(known, high, survival),
    )


@dataclass(frozen=True, kw_only=True)
class GroupTest(Result):
    """Whether groups leave at different speed: statistic, its degrees of freedom, and the chance of it by luck alone."""

    statistic: float
    freedom: int
    p_value: float

    def findings(self) -> Iterable[Note]:
        """The verdict at 5 %."""
        differ = self.p_value < 0.05
        yield Note(
            "log_rank",
            f"各组流失速度{'有' if differ else '没有'}显著差异（log-rank {self.statistic:.2f}，p={self.p_value:.3f}）。",
            f"Groups {'differ' if differ else 'do not differ'} in how fast they leave "
            f"(log-rank {self.statistic:.2f}, p={self.p_value:.3f}).",
        )


def logrank(duration: Any, left: Any, group: Any) -> GroupTest:
    """Mantel's log-rank test of two or more groups.

    χ² = gᵀV⁻¹g, g the ends of each group beyond those expected, over groups − 1 degrees of freedom. All (n,). Raises MethodError for
    fewer than two groups. Source: Mantel 1966.

    >>> test = logrank([1, 2, 3, 4], [1, 1, 1, 1], ["a", "a", "b", "b"])
    >>> round(test.statistic, 3), test.freedom, round(test.p_value, 3)
    (2.882, 1, 0.09)
    """
    from scipy.special import gammaincc

    span, ended = _cases(duration, left)
    names, member = np.unique(np.asarray(group), return_inverse=True)
    if len(member) != len(span) or len(names) < 2:
        raise MethodError(
            "need_two_groups", "至少需要两组，且与时长等长。", "Two groups are needed, one label per case."
        )
    times, place = np.unique(span, return_inverse=True)
    many = len(names)
    of_group = np.zeros((len(times), many))
    deaths = np.zeros((len(times), many))
    np.add.at(of_group, (place, member), 1.0)
    np.add.at(deaths, (place, member), ended)
    risk = of_group[::-1].cumsum(axis=0)[::-1]
    n, d = risk.sum(axis=1), deaths.sum(axis=1)
    share = risk / n[:, None]
    gap = (deaths - share * d[:, None]).sum(axis=0)[:-1]
    spread = np.where(n > 1, d * (n - d) / np.maximum(n - 1, 1), 0.0)
    variance = np.diag((spread[:, None] * share).sum(axis=0)) - (share * spread[:, None]).T @ share
    statistic = float(gap @ np.linalg.pinv(variance[:-1, :-1]) @ gap)
    freedom = many - 1
    return GroupTest(
        cases=len(span),
        parameters={"groups": [str(name) for name in names]},
        warnings=tuple(_few(int(ended.sum()))),
        statistic=statistic,
        freedom=freedom,
        p_value=float(gammaincc(freedom / 2, statistic / 2)),
    )


@dataclass(frozen=True, kw_only=True)
class CoxModel(Result):
    """What moves the risk of leaving: coefficients, standard errors, concordance, and the baseline for forecasts."""

    names: tuple[str, ...]
    coefficients: Floats
    standard_errors: Floats
    p_values: Floats
    log_likelihood: float
    log_likelihood_null: float
    concordance: float
    centre: Floats
    times: Floats
    baseline: Floats
    """Cumulative hazard of a case at the centre, after each of `times`."""

    @property
    def hazard_ratios(self) -> Floats:
        """exp(β): the risk of one unit more."""
        return np.asarray(np.exp(self.coefficients))

    def interval(self, level: float = 0.95) -> Floats:
        """Hazard ratios' interval, shape (2, columns)."""
        from scipy.special import ndtri

        reach = float(ndtri((1 + level) / 2)) * self.standard_errors
        return np.exp(np.stack((self.coefficients - reach, self.coefficients + reach)))

    def risk(self, table: Any) -> Floats:
        """exp((x - centre)·β) per row: risk relative to an average case."""
        rows = np.atleast_2d(np.asarray(table, dtype=float))
        return np.asarray(np.exp((rows - self.centre) @ self.coefficients))

    def survival(self, table: Any, t: Any) -> Floats:
        """P(still there after t) per row (rows × times)."""
        place = np.searchsorted(self.times, np.atleast_1d(np.asarray(t, dtype=float)), side="right")
        hazard = np.concatenate(([0.0], self.baseline))[place]
        return np.asarray(np.exp(-self.risk(table)[:, None] * hazard[None, :]))

    def findings(self) -> Iterable[Note]:
        """What matters, most surely first."""
        for i in np.argsort(self.p_values):
            if self.p_values[i] >= 0.05:
                break
            name, ratio, p = self.names[i], self.hazard_ratios[i], self.p_values[i]
            yield Note(
                "risk",
                f"“{name}”每增加 1，流失风险变为 {ratio:.2f} 倍（p={p:.3f}）。",
                f'One more of "{name}" multiplies the risk of leaving by {ratio:.2f} (p={p:.3f}).',
            )
        yield Note(
            "concordance",
            f"依据 {self.cases:,} 个案例；把先走的人排在前面的比例为 {self.concordance:.3f}（0.5 等于乱猜）。",
            f"From {self.cases:,} cases; who leaves first is told in {self.concordance:.3f} of pairs (.5 is guessing).",
        )


def cox(table: Any, duration: Any, left: Any, names: Sequence[str] | None = None) -> CoxModel:
    """Cox regression with Efron's ties by Newton's method on standardised columns.

    `table` is cases × columns of numbers. Refused: constant or dependent columns, a column that tells the end perfectly.

    Hazard of a case at t: h₀(t)·exp(xβ); `duration` and `left` (1 the end was seen, 0 still here) are (n,). Source: Cox 1972; Efron
    1977 for ties.

    >>> model = cox([[1], [0], [1], [0]], [1, 2, 3, 4], [1, 1, 1, 1], ["mark"])
    >>> model.hazard_ratios.round(4).tolist(), round(model.concordance, 4)
    ([2.5616], 0.6667)
    """
    from scipy.special import ndtr

    span, ended = _cases(duration, left)
    raw = np.asarray(table, dtype=float)
    raw = raw[:, None] if raw.ndim == 1 else raw
    named = tuple(names) if names is not None else tuple(f"x{i + 1}" for i in range(raw.shape[1]))
    _check_columns(raw, span, named)
    centre, scale = raw.mean(axis=0), raw.std(axis=0)
    order = np.lexsort((-ended, span))
    problem = _Partial((raw[order] - centre) / scale, span[order], ended[order])
    beta, height, information = _newton(problem)
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    coefficients, errors = beta / scale, errors / scale
    p_values = 2 * ndtr(-np.abs(coefficients / errors))
    times, baseline = problem.baseline(beta)
    seen = int(ended.sum())
    return CoxModel(
        cases=len(span),
        parameters={"ties": "efron", "events": seen},
        warnings=(*_few(seen), *_crowded(seen, len(named))),
        names=named,
        coefficients=coefficients,
        standard_errors=errors,
        p_values=np.asarray(p_values),
        log_likelihood=height,
        log_likelihood_null=problem.at(np.zeros(len(beta)))[0],
        concordance=concordance(span, ended, raw @ coefficients),
        centre=centre,
        times=times,
        baseline=baseline,
    )


class _Partial:
    """The partial likelihood of cases sorted by time, ends before censorings of the same time."""

    def __init__(self, rows: Floats, span: Floats, ended: Floats) -> None:
        self.rows, self.ended = rows, ended
        self.times, self.first, self.place = np.unique(span, return_index=True, return_inverse=True)
        self.deaths = np.bincount(self.place, ended).astype(int)
        self.tied = np.repeat(np.arange(len(self.times)), self.deaths)
        starts = np.cumsum(self.deaths) - self.deaths
        self.part = (np.arange(len(self.tied)) - starts[self.tied]) / np.maximum(self.deaths[self.tied], 1)
        self.total = rows[ended > 0].sum(axis=0)

    def at(self, beta: Floats) -> tuple[float, Floats, Floats]:
        """ln L, its gradient, and the information matrix."""
        pull = self.rows @ beta
        top = float(pull.max())
        weight = np.exp(pull - top)
        moved = weight[:, None] * self.rows
        dying = self.ended > 0
        risk, risk_x = _behind(weight, self.first), _behind(moved, self.first)
        dead, dead_x = np.zeros(len(self.times)), np.zeros((len(self.times), len(beta)))
        np.add.at(dead, self.place[dying], weight[dying])
        np.add.at(dead_x, self.place[dying], moved[dying])
        left = risk[self.tied] - self.part * dead[self.tied]
        mean = (risk_x[self.tied] - self.part[:, None] * dead_x[self.tied]) / left[:, None]
        height = float(pull[dying].sum() - np.log(left).sum() - top * len(left))
        whole = np.bincount(self.tied, 1 / left, len(self.times))
        own = np.bincount(self.tied, self.part / left, len(self.times))
        share = weight * (np.cumsum(whole)[self.place] - np.where(dying, own[self.place], 0.0))
        information = self.rows.T @ (share[:, None] * self.rows) - mean.T @ mean
        return height, self.total - mean.sum(axis=0), information

    def baseline(self, beta: Floats) -> tuple[Floats, Floats]:
        """Breslow's cumulative hazard after each time."""
        risk = _behind(np.exp(self.rows @ beta), self.first)
        return self.times, np.cumsum(self.deaths / risk)


def _behind(values: Floats, first: NDArray[np.intp]) -> Floats:
    """Sums over everybody still at risk at each distinct time."""
    return np.asarray(np.cumsum(values[::-1], axis=0)[::-1][first])


def _newton(problem: _Partial) -> tuple[Floats, float, Floats]:
    beta = np.zeros(problem.rows.shape[1])
    height, slope, information = problem.at(beta)
    for _ in range(50):
        try:
            step = np.linalg.solve(information, slope)
        except np.linalg.LinAlgError:
            raise _dependent() from None
        for _ in range(30):
            reached = problem.at(beta + step)
            if np.isfinite(reached[0]) and reached[0] >= height - 1e-12:
                break
            step = step / 2
        beta, gain = beta + step, reached[0] - height
        height, slope, information = reached
        if np.max(np.abs(beta)) > 20:
            raise MethodError(
                "separated",
                "某一列完全决定了谁会离开（可能泄露了结果），请去掉这一列。",
                "One column tells perfectly who leaves (it may know the outcome); leave it out.",
            )
        if abs(gain) < 1e-11 and np.max(np.abs(step)) < 1e-8:
            break
    if np.linalg.cond(information) > 1e12:
        raise _dependent()
    return beta, height, information


def concordance(duration: Any, left: Any, risk: Any) -> float:
    """Harrell's C: the share of comparable pairs in which the higher `risk` left first; nan without such pairs."""
    span, ended = _cases(duration, left)
    scores = np.unique(np.asarray(risk, dtype=float), return_inverse=True)[1]
    order = np.lexsort((-scores, -ended, span))  # same-time ends: higher risk first, so that they can be subtracted
    span, seen, scores = span[order], ended[order] > 0, scores[order]
    lower, equal = _later_pairs(scores, seen)
    later = np.arange(len(span) - 1, -1, -1)[seen].sum()
    pairs = span[seen]
    _, sizes = np.unique(pairs, return_counts=True)
    _, twins = np.unique(np.stack((pairs, scores[seen])), axis=1, return_counts=True)
    same_time, same_both = (float((n.astype(float) * (n - 1) / 2).sum()) for n in (sizes, twins))
    comparable = float(later) - same_time
    if comparable <= 0:
        return float("nan")
    return float((lower - (same_time - same_both) + 0.5 * (equal - same_both)) / comparable)


def _later_pairs(scores: NDArray[np.intp], counted: NDArray[np.bool_]) -> tuple[float, float]:
    """Pairs i < j with i counted and scores[j] below, and equal: by merging, all blocks of a level at once."""
    size = 1 << max(len(scores) - 1, 1).bit_length()
    span = int(scores.max()) + 2
    at = np.arange(len(scores))
    lower = equal = 0
    width = 1
    while width < size:
        pair = at // (2 * width)
        right = at // width % 2 == 1
        key = pair * span + scores
        pool = np.sort(key[right])
        asked = key[~right & counted]
        base = np.searchsorted(pool, pair[~right & counted] * span)
        under, upto = np.searchsorted(pool, asked), np.searchsorted(pool, asked, side="right")
        lower, equal = lower + int((under - base).sum()), equal + int((upto - under).sum())
        width *= 2
    return float(lower), float(equal)


def _cases(duration: Any, left: Any) -> tuple[Floats, Floats]:
    span, ended = np.asarray(duration, dtype=float).ravel(), np.asarray(left, dtype=float).ravel()
    if len(span) == 0 or len(span) != len(ended):
        raise MethodError(
            "lengths_differ", "时长与结局须等长且非空。", "Durations and ends must be of one length, and some."
        )
    if not np.all(np.isfinite(span)) or np.any(span < 0) or not np.all(np.isin(ended, (0.0, 1.0))):
        raise MethodError(
            "bad_cases",
            "时长须为非负数，结局须为 0 或 1。",
            "Durations must be numbers from 0; ends must be 0 (not seen) or 1 (seen).",
        )
    return span, ended


def _check_columns(raw: Floats, span: Floats, names: tuple[str, ...]) -> None:
    if raw.shape != (len(span), len(names)):
        raise MethodError("lengths_differ", "表格与时长、列名不对应。", "The table does not match durations and names.")
    if not np.all(np.isfinite(raw)):
        raise MethodError("not_finite", "表格里有空值。", "The table holds missing values.")
    flat = [name for name, spread in zip(names, raw.std(axis=0), strict=True) if spread < 1e-12]
    if flat:
        raise MethodError("constant_column", f"“{flat[0]}”没有变化。", f'"{flat[0]}" never changes.')


def _dependent() -> MethodError:
    return MethodError("dependent_columns", "有的列可由其他列推出。", "Some columns follow from the others.")


def _few(seen: int) -> Iterable[Note]:
    if seen < 30:
        yield Note("few_ends", f"只看到 {seen} 次流失，结论很不稳。", f"Only {seen} ends were seen; this is not firm.")


def _crowded(seen: int, columns: int) -> Iterable[Note]:
    if seen < EVENTS_PER_COLUMN * columns:
        yield Note(
            "too_many_columns",
            f"{seen} 次流失支撑不了 {columns} 列（每列至少 {EVENTS_PER_COLUMN} 次）。",
            f"{seen} ends do not carry {columns} columns (at least {EVENTS_PER_COLUMN} each).",
        )
