"""Maximum likelihood in log-parameters: several starts, analytic gradients, a Newton polish, and how sure the answer is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]
"""Log-parameters in, (mean log-likelihood, its gradient) out."""

REACH = 14.0
"""Log-parameters are searched in ±REACH: e^14 is far beyond any rate or shape that data can tell apart."""


@dataclass(frozen=True, slots=True)
class Peak:
    """Where the climb ended: log-parameters, mean log-likelihood, curvature there, whether it is an inner maximum."""

    at: Floats
    height: float
    curvature: Floats
    settled: bool

    def errors(self, cases: float) -> Floats:
        """Standard errors of the log-parameters for so many cases; infinite where the top is flat."""
        try:
            variance = np.diag(np.linalg.inv(-self.curvature * cases))
        except np.linalg.LinAlgError:
            return np.full(len(self.at), np.inf)
        return np.where(variance > 0, np.sqrt(np.abs(variance)), np.inf)


def dot(left: Floats, right: Floats) -> float:
    """Σ left·right without waking the threads of the linear algebra, which wait for each other on a busy machine."""
    return float(np.einsum("i,i->", left, right))


def climb(objective: Objective, starts: Sequence[Sequence[float]], rough: Objective | None = None) -> Peak:
    """The highest point found from `starts` (natural units, positive); `rough` is a cheap likeness to choose a start by."""
    scout = rough or objective
    tops = [_ascend(scout, np.log(np.asarray(start, dtype=float))) for start in starts]
    best, _ = max(tops, key=lambda top: top[1])
    if rough is not None:
        best, _ = _ascend(objective, best, _inverse(_curvature(rough, best)))
    return _polish(objective, best)


def standing(objective: Objective, at: Floats) -> Peak:
    """Known log-parameters as a peak to start from: height and curvature there."""
    return Peak(at, objective(at)[0], _curvature(objective, at), True)


def again(objective: Objective, near: Peak) -> Floats:
    """Log-parameters at the top next to a known one, such as that of a bootstrap draw; its curvature paces the first steps."""
    return _ascend(objective, near.at, _inverse(near.curvature), slack=1e-6)[0]


def _inverse(curvature: Floats) -> Floats | None:
    """The step that a curvature asks for, where it is one of a hilltop."""
    if np.any(np.linalg.eigvalsh(curvature) >= -1e-8):
        return None
    return np.asarray(np.linalg.inv(-curvature))


def _ascend(
    objective: Objective, start: Floats, metric: Floats | None = None, slack: float = 1e-8
) -> tuple[Floats, float]:
    """Quasi-Newton ascent (BFGS) in a box, until it rises by no more than `slack` per unit of any log-parameter.

    For four parameters the whole inverse Hessian is its memory.
    """
    point = np.clip(start, -REACH, REACH)
    height, slope = objective(point)
    inverse = np.eye(len(point)) if metric is None else metric
    idle = 0
    for _ in range(300):
        free = (np.abs(point) < REACH) | (slope * point < 0)
        rise = np.where(free, slope, 0.0)
        if np.max(np.abs(rise)) < slack or idle == 3:
            break
        step = np.where(free, inverse @ rise, 0.0)
        if step @ rise <= 0:
            inverse, step = np.eye(len(point)), rise
        step *= min(1.0, 2.0 / np.max(np.abs(step)))
        found = _along(objective, point, height, step, float(step @ rise))
        if found is None:
            if metric is None and idle:
                break
            inverse, metric, idle = np.eye(len(point)), None, idle + 1
            continue
        ahead, gained, new_slope = found
        idle = idle + 1 if gained - height < 1e-14 * abs(height) else 0
        inverse = _updated(inverse, ahead - point, slope - new_slope)
        point, height, slope = ahead, gained, new_slope
    return point, height


def _along(
    objective: Objective, point: Floats, height: float, step: Floats, rise: float
) -> tuple[Floats, float, Floats] | None:
    """The first point on the way that is higher as promised; halving, or by the parabola through what was seen."""
    pace = 1.0
    for _ in range(40):
        ahead = np.clip(point + pace * step, -REACH, REACH)
        reached, slope = objective(ahead)
        if np.isfinite(reached) and reached >= height + 1e-4 * pace * rise:
            return ahead, reached, slope
        bend = height + pace * rise - reached
        pace *= float(np.clip(pace * rise / (2 * bend), 0.1, 0.5)) if np.isfinite(bend) and bend > 0 else 0.2
    return None


def _updated(inverse: Floats, moved: Floats, turned: Floats) -> Floats:
    along = float(moved @ turned)
    if along <= 1e-14:
        return inverse
    left = np.eye(len(moved)) - np.outer(moved, turned) / along
    return np.asarray(left @ inverse @ left.T + np.outer(moved, moved) / along)


def _polish(objective: Objective, point: Floats) -> Peak:
    """Newton steps from the gradient's differences: flat ridges end where they should, not where patience ended."""
    height, slope = objective(point)
    curvature = _curvature(objective, point)
    for _ in range(6):
        if np.max(np.abs(slope)) < 1e-10 or np.any(np.linalg.eigvalsh(curvature) >= -1e-12):
            break
        ahead = point - np.clip(np.linalg.solve(curvature, slope), -0.5, 0.5)
        new_height, new_slope = objective(ahead)
        if not np.isfinite(new_height) or new_height < height - 1e-13:
            break
        point, height, slope = ahead, new_height, new_slope
    inner = bool(np.all(np.abs(point) < REACH - 1e-6) and np.max(np.abs(slope)) < 1e-5)
    return Peak(point, height, curvature, inner and bool(np.all(np.linalg.eigvalsh(curvature) < -1e-9)))


def _curvature(objective: Objective, point: Floats, step: float = 1e-4) -> Floats:
    size = len(point)
    rows = np.empty((size, size))
    for i in range(size):
        shift = np.zeros(size)
        shift[i] = step
        rows[i] = (objective(point + shift)[1] - objective(point - shift)[1]) / (2 * step)
    return np.asarray((rows + rows.T) / 2)
