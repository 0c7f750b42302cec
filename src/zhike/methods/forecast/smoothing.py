"""Exponential smoothing in its error form; many parameter sets run side by side, first states solved exactly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zhike.methods.result import MethodError, Note, Result

Floats = NDArray[np.float64]
_EDGE = 1e-3


class Shape(NamedTuple):
    """What a model has: a trend (damped or not), a season of `period` steps (added or multiplied)."""

    trend: bool = False
    damped: bool = False
    period: int = 0
    multiplied: bool = False


PLAIN = Shape()


@dataclass(frozen=True)
class States:
    """Level, trend and the last season, oldest first; arrays of any common shape (season: period × that shape)."""

    level: Floats
    trend: Floats
    season: Floats


@dataclass(frozen=True, kw_only=True)
class Smoothed(Result):
    """A fitted model. `alpha beta gamma phi` weigh errors; `errors` are one step ahead, (n,); `last` are its states."""

    shape: Shape
    alpha: float
    beta: float
    gamma: float
    phi: float
    first: States
    last: States
    errors: Floats
    fitted: Floats

    def findings(self) -> Iterable[Note]:
        """The next step, and how fast the past is forgotten."""
        yield Note(
            "smoothed",
            f"下一期 {self.ahead(1)[0]:,.1f}；最近一期的权重为 {self.alpha:.2f}。",
            f"The next step brings {self.ahead(1)[0]:,.1f}; the latest one weighs {self.alpha:.2f}.",
        )

    @property
    def sse(self) -> float:
        return float(self.errors @ self.errors)

    def ahead(self, steps: int) -> Floats:
        """Point forecasts of the next steps, (steps,)."""
        return self._walk(np.zeros((steps, 1)))[:, 0]

    def paths(self, steps: int, count: int, seed: int) -> Floats:
        """(steps, count) possible futures: past errors drawn again, scaled for the parameters that were fitted."""
        rng = np.random.default_rng(seed)
        past = self.errors / self.fitted if self.shape.multiplied else self.errors
        used = 1 + 2 * self.shape.trend + self.shape.period + (self.shape.period > 0)
        past = (past - past.mean()) * np.sqrt(len(past) / max(len(past) - used, len(past) / 4))
        return self._walk(rng.choice(past, (steps, count)))

    def _walk(self, shocks: Floats) -> Floats:
        width = shocks.shape[1]
        level, trend = np.full(width, self.last.level), np.full(width, self.last.trend)
        season = np.repeat(np.reshape(self.last.season, (-1, 1)), width, axis=1)
        out = np.empty_like(shocks)
        weights = (self.alpha, self.beta, self.gamma, self.phi)
        for step, shock in enumerate(shocks):
            usual = _usual(level, trend, season, step, (self.shape, self.phi))
            error = shock * usual if self.shape.multiplied else shock
            out[step] = usual + error
            level, trend = _advance(level, trend, season, step, error, (self.shape, *weights))
        return out


def smooth(series: Any, shape: Shape = PLAIN, *, alpha: float | None = None, beta: float | None = None,
           gamma: float | None = None, phi: float | None = None) -> Smoothed:  # fmt: skip
    """Fit by least squares of the one-step errors e; parameters that are given stay as they are.

    usual = (l + φb) [+ s | × s];  l ← l + φb + αe;  b ← φb + αβe;  s ← s + γe (multiplied: e/s in l and b, e/(l + φb) in s).
    Simple: no trend, no season; Holt: trend; Holt and Winters: trend and season (Hyndman et al. 2008). 0 < α < 1, 0 ≤ β ≤
    1, 0 ≤ γ ≤ 1 − α, .8 ≤ φ ≤ .995. First states of additive models are the exact least-squares ones for each parameter set; multiplied
    seasons start from the first two seasons' ratios. `series`: (n,) finite, n ≥ 2 seasons (4 without); positive where multiplied.

    >>> smooth([10, 12, 14, 16, 18, 20], Shape(trend=True)).ahead(2).round(2).tolist()
    [22.0, 24.0]
    """
    values = _checked(series, shape)
    fixed = {"alpha": alpha, "beta": beta, "gamma": gamma, "phi": phi}
    centre: dict[str, float] = {}
    best, ratio = None, None
    # Each round looks more closely around the best; a multiplied season first finds its first states.
    for width in (0.5, 0.5, 0.5, 0.15, 0.05, 0.015) if shape.multiplied else (0.5, 0.125, 0.03, 0.008, 0.002):
        grid = _grid(shape, fixed, centre, width)
        first = _first(values, shape, grid) if ratio is None else _repeated(ratio, grid.shape[1])
        errors, _ = run(values, shape, grid, first)
        sse = (errors**2).sum(axis=0)
        place = int(np.nanargmin(np.where(np.isfinite(sse), sse, np.inf)))
        if best is None or sse[place] < best[0]:
            best = (float(sse[place]), grid[:, place], _pick(first, place))
        centre = dict(zip(("alpha", "beta", "gamma", "phi"), best[1].tolist(), strict=True))
        ratio = _improved(values, shape, best[1], best[2]) if shape.multiplied else None
    assert best is not None  # noqa: S101 - five rounds ran
    return with_states(values, shape, best[1], best[2])


def with_states(values: Floats, shape: Shape, weights: Floats, first: States) -> Smoothed:
    """The model with everything known."""
    start = replace(
        first,
        season=np.reshape(first.season, (-1, 1)),
        level=np.atleast_1d(first.level),
        trend=np.atleast_1d(first.trend),
    )
    errors, last = run(values, shape, np.reshape(weights, (4, 1)), start)
    a, b, g, p = (float(weight) for weight in weights)
    return Smoothed(
        cases=len(values), parameters=shape._asdict(), shape=shape, alpha=a, beta=b, gamma=g, phi=p, first=first,
        last=_pick(last, 0), errors=errors[:, 0], fitted=values - errors[:, 0],
    )  # fmt: skip


def run(values: Floats, shape: Shape, weights: Floats, first: States) -> tuple[Floats, States]:
    """One-step errors (n, …) and last states; weights are (4, …) alpha, beta, gamma, phi."""
    level, trend, season = first.level.copy(), first.trend.copy(), first.season.copy()
    errors = np.empty((len(values), *level.shape))
    every = (shape, weights[0], weights[1], weights[2], weights[3])
    with np.errstate(all="ignore"):  # parameter sets that run away lose by their errors
        for step, value in enumerate(values):
            errors[step] = value - _usual(level, trend, season, step, (shape, weights[3]))
            level, trend = _advance(level, trend, season, step, errors[step], every)
    turn = len(values) % shape.period if shape.period else 0
    return errors, States(level, trend, np.roll(season, -turn, axis=0))


def _usual(level: Floats, trend: Floats, season: Floats, step: int, model: tuple[Shape, Any]) -> Floats:
    shape, phi = model
    base: Floats = level + phi * trend if shape.trend else level
    if not shape.period:
        return base
    now = season[step % shape.period]
    base = base * now if shape.multiplied else base + now
    return base


def _advance(
    level: Floats, trend: Floats, season: Floats, step: int, error: Floats, model: tuple[Shape, Any, Any, Any, Any]
) -> tuple[Floats, Floats]:
    """Level and trend after this error; the season is changed in place."""
    shape, alpha, beta, gamma, phi = model
    base = level + phi * trend if shape.trend else level
    part = error
    if shape.period:
        place = step % shape.period
        if shape.multiplied:
            part = error / season[place]
            season[place] = season[place] + gamma * error / base
        else:
            season[place] = season[place] + gamma * error
    return base + alpha * part, (phi * trend + alpha * beta * part if shape.trend else trend)


def _grid(shape: Shape, fixed: dict[str, float | None], centre: dict[str, float], width: float) -> Floats:
    limits = {
        "alpha": (_EDGE, 1 - _EDGE),
        "beta": (0.0, 1.0) if shape.trend else (0.0, 0.0),
        "gamma": (0.0, 1 - _EDGE) if shape.period else (0.0, 0.0),
        "phi": (0.8, 0.995) if shape.damped else (1.0, 1.0),
    }
    axes = []
    for name, (low, high) in limits.items():
        if (given := fixed[name]) is not None:
            axes.append(np.array([given]))
        elif low == high:
            axes.append(np.array([low]))
        else:
            middle, half = centre.get(name, (low + high) / 2), width * (high - low)
            count = 5 if name == "phi" else 9 if len(axes) < 1 or not shape.period else 7
            axes.append(np.unique(np.clip(np.linspace(middle - half, middle + half, count), low, high)))
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")])
    allowed = grid[2] <= 1 - grid[0] + 1e-9  # the season may not take what the level takes
    return grid[:, allowed] if allowed.any() and fixed["gamma"] is None else grid


def _first(values: Floats, shape: Shape, grid: Floats) -> States:
    if shape.multiplied:
        return _by_ratio(values, shape, grid.shape[1])
    kinds = 1 + shape.trend + max(shape.period - 1, 0)
    zero = States(*_unit(shape, kinds, grid.shape[1]))
    errors, _ = run(np.zeros(len(values)), shape, grid[:, :, None], zero)
    start = States(np.zeros(grid.shape[1]), np.zeros(grid.shape[1]), np.zeros((shape.period, grid.shape[1])))
    base, _ = run(values, shape, grid, start)
    slopes = np.moveaxis(errors, 0, 1)  # (sets, n, kinds): what each first state does to every error
    square = np.swapaxes(slopes, 1, 2) @ slopes + 1e-9 * np.eye(kinds)
    right = np.swapaxes(slopes, 1, 2) @ base.T[:, :, None]
    solved = -np.linalg.solve(square, right)[:, :, 0]
    zeros: Floats = np.zeros(grid.shape[1])
    level, trend = zeros + solved[:, 0], zeros + (solved[:, 1] if shape.trend else 0.0)
    season: Floats = np.zeros((shape.period, grid.shape[1]))
    if shape.period:
        season[:-1] = solved[:, 1 + shape.trend :].T
        level, season = level + season.mean(axis=0), season - season.mean(axis=0)
    return States(level, trend, season)


def _unit(shape: Shape, kinds: int, sets: int) -> tuple[Floats, Floats, Floats]:
    """A unit of each first state in turn; the last seasonal one is held at 0, else it could not be told from the level."""
    level, trend, season = np.zeros((sets, kinds)), np.zeros((sets, kinds)), np.zeros((shape.period, sets, kinds))
    level[:, 0] = 1
    if shape.trend:
        trend[:, 1] = 1
    for place in range(shape.period - 1):
        season[place, :, 1 + shape.trend + place] = 1
    return level, trend, season


def _by_ratio(values: Floats, shape: Shape, sets: int) -> States:
    period = shape.period
    one, two = float(values[:period].mean()), float(values[period : 2 * period].mean())
    slope = (two - one) / period if shape.trend else 0.0
    level = one - slope * (period + 1) / 2
    line = level + slope * np.arange(1, 2 * period + 1)
    line = np.where(line > 0, line, one)
    ratios = (values[: 2 * period] / line).reshape(2, period).mean(axis=0)
    season: Floats = ratios * period / ratios.sum()
    return _repeated(States(np.array(float(level)), np.array(float(slope)), season), sets)


def _repeated(states: States, sets: int) -> States:
    flat: Floats = np.ones(sets)
    season: Floats = np.reshape(states.season, (-1, 1)) * flat
    return States(states.level * flat, states.trend * flat, season)


def _improved(values: Floats, shape: Shape, weights: Floats, first: States) -> States:
    """First states of a multiplied season: Gauss and Newton, halving steps that do not help."""
    start = np.concatenate(([first.level, first.trend], first.season)).astype(float)
    free = np.flatnonzero([True, shape.trend] + [True] * shape.period)
    best, least = start, np.inf
    trial = start
    for _ in range(8):
        size = np.maximum(np.abs(trial), np.abs(trial).max() * 1e-3 if shape.trend else 0)
        size[2:] = 1.0
        steps = size * 1e-6
        tries = np.repeat(trial[:, None], len(free) + 1, axis=1)
        tries[free, np.arange(1, len(free) + 1)] += steps[free]
        errors, _ = run(values, shape, np.reshape(weights, (4, 1)), States(tries[0], tries[1], tries[2:]))
        sse = float(errors[:, 0] @ errors[:, 0])
        if not np.isfinite(errors).all() or sse >= least:
            trial = (trial + best) / 2
            continue
        best, least = trial, sse
        slopes = (errors[:, 1:] - errors[:, :1]) * 1e6  # per relative change: level and season could trade places
        trial = trial.copy()
        trial[free] -= size[free] * np.linalg.lstsq(slopes, errors[:, 0], rcond=1e-3)[0]
    scale = best[2:].mean()
    return States(np.asarray(best[0] * scale), np.asarray(best[1] * scale), best[2:] / scale)


def _pick(states: States, place: int) -> States:
    return States(states.level[place], states.trend[place], states.season[:, place])


def _checked(series: Any, shape: Shape) -> Floats:
    values = np.asarray(series, dtype=float)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise MethodError("not_finite", "序列含有空值或非数字。", "The series has gaps or values that are no numbers.")
    least = max(4, 2 * shape.period)
    if len(values) < least:
        raise MethodError(
            "too_short",
            f"序列只有 {len(values)} 期，至少需要 {least} 期。",
            f"The series has {len(values)} steps; {least} are needed.",
        )
    if shape.multiplied and values.min() <= 0:
        raise MethodError("not_positive", "乘法季节要求所有值为正。", "A multiplied season needs positive values.")
    return values
