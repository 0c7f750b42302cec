"""Partial least squares path modelling (Wold 1982; Lohmöller 1989) with reflective items (mode A).

Latents are weighted sums of standardised items; weights and inner model settle by turns. Everything the algorithm needs is
the items' correlation matrix R, so one run costs a few products of small matrices, and all bootstrap draws run at once:

    C = WᵀRW (correlations of latents)      inner weights E(C)      W ← block(R·W·E), scaled to unit variance

Inner weights between neighbours: centroid sign(c), factorial c, path: regression coefficients of the latent on those
before it, correlations with those after it. Signs: a latent points where most of its items point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from zhike.methods.result import MethodError, Note, Result
from zhike.methods.satisfaction.answers import Floats
from zhike.methods.satisfaction.shape import Shape

Scheme = Literal["path", "centroid", "factorial"]
APPROXIMATE_BELOW = 100
"""With fewer answers weights are not estimated: equal ones, labelled so."""
ROUNDS, STILL = 300, 1e-12


@dataclass(frozen=True, kw_only=True)
class PathFit(Result):
    """What was learned, as a result that can explain itself."""

    paths: dict[tuple[str, str], float]
    r2: dict[str, float]
    scores: dict[str, float]
    target: str
    """The latent that most paths lead to: what the sentences speak of."""

    def findings(self) -> Iterable[Note]:
        """The indices, and what moves the target most."""
        level = "，".join(f"{name} {value:.1f}" for name, value in self.scores.items())
        yield Note("indices", f"指数（0–100）：{level}。", f"Indices (0–100): {level.replace('，', ', ')}.")
        moves = [(value, start) for (start, end), value in self.paths.items() if end == self.target]
        if moves:
            value, name = max(moves, key=lambda move: abs(move[0]))
            yield Note(
                "strongest_path",
                f"对“{self.target}”影响最大的是“{name}”（路径系数 {value:.2f}，R²={self.r2[self.target]:.2f}）。",
                f'"{self.target}" is moved most by "{name}" (path {value:.2f}, R²={self.r2[self.target]:.2f}).',
            )


@dataclass(frozen=True, kw_only=True)
class PathIntervals(Result):
    """Bootstrap: (estimate, standard error, low, high) per path, R², loading and score."""

    paths: dict[tuple[str, str], tuple[float, float, float, float]]
    r2: dict[str, tuple[float, float, float, float]]
    loadings: dict[tuple[str, str], tuple[float, float, float, float]]
    scores: dict[str, tuple[float, float, float, float]]

    def findings(self) -> Iterable[Note]:
        """Paths that could as well be nothing."""
        idle = [f"{a} → {b}" for (a, b), (_, _, low, high) in self.paths.items() if low <= 0 <= high]
        if idle:
            yield Note(
                "idle_paths",
                f"与 0 没有显著差别的路径：{'、'.join(idle)}。",
                f"Paths that do not differ from 0: {', '.join(idle)}.",
            )


class PLSPathModel:
    """A path model of latents, their items and the paths between them.

    `spec` = {'latents': {name: [items]}, 'paths': [(from, to)], 'scale': (min, max)}. After `.fit(table)` (columns by
    item): `paths_` {(from, to): β}, `r2_`, `weights_` and `loadings_` {latent: {item: value}}, `scores_` {latent: 0–100},
    `alpha_`, `rho_`, `ave_`, `total_effects_`, `case_scores_` (cases × latents, standardised), `approximate_`.

    >>> model = PLSPathModel({"latents": {"Quality": ["q"], "Loyalty": ["s"]}, "paths": [("Quality", "Loyalty")], "scale": (1, 5)})
    >>> fitted = model.fit({"q": [1, 2, 3, 4, 5] * 2, "s": [1, 3, 2, 5, 4] * 2})
    >>> round(fitted.paths_["Quality", "Loyalty"], 3), round(fitted.r2_["Loyalty"], 3), round(fitted.scores_["Quality"], 1)
    (0.8, 0.64, 50.0)
    """

    def __init__(self, spec: Mapping[str, Any], scheme: Scheme = "path") -> None:
        if scheme not in ("path", "centroid", "factorial"):
            raise MethodError("unknown_scheme", f"没有“{scheme}”方案。", f'There is no scheme "{scheme}".')
        self.shape, self.scheme = Shape.of(spec), scheme
        self.approximate_ = False
        self.result_: PathFit | None = None

    def fit(self, table: Any) -> Self:
        """Learn from one row per respondent; blanks take the item's mean, and are counted in the warnings."""
        rows, blank = self.shape.read(table)
        n = len(rows)
        self._rows = rows
        self.approximate_ = n < APPROXIMATE_BELOW
        means, spread, correlation = _moments(rows, np.ones((1, n)))
        weights, settled = self._weights(correlation, spread)
        found = self._estimates(means, spread, correlation, weights)
        shape = self.shape
        by_item = {latent: [shape.items.index(i) for i in items] for latent, items in shape.latents.items()}
        self.weights_ = {
            lat: {shape.items[i]: float(weights[0, i, k]) for i in at} for k, (lat, at) in enumerate(by_item.items())
        }
        self.loadings_ = {
            lat: {shape.items[i]: float(found.loadings[0, i, k]) for i in at}
            for k, (lat, at) in enumerate(by_item.items())
        }
        self.paths_ = {path: float(found.paths[0, i]) for i, path in enumerate(shape.paths)}
        self.r2_ = {shape.names[j]: float(found.r2[0, j]) for j in shape.inner}
        self.scores_ = {name: float(found.scores[0, k]) for k, name in enumerate(shape.names)}
        self.total_effects_ = _total_effects(shape, self.paths_)
        standardised = (rows - means[0]) / spread[0]
        self.case_scores_: Floats = standardised @ weights[0]
        self.alpha_, self.rho_, self.ave_ = {}, {}, {}
        for k, (latent, at) in enumerate(by_item.items()):
            self.alpha_[latent] = _alpha(correlation[0][np.ix_(at, at)])
            self.rho_[latent], self.ave_[latent] = _rho_ave(found.loadings[0, at, k])
        self.result_ = PathFit(
            cases=n,
            parameters={
                "scheme": self.scheme,
                "scale": shape.scale,
                "weights": "equal" if self.approximate_ else "pls",
            },
            warnings=tuple(self._doubts(blank, n, bool(settled[0]))),
            paths=self.paths_,
            r2=self.r2_,
            scores=self.scores_,
            target=shape.target,
        )
        return self

    def bootstrap(self, *, seed: int, draws: int = 500, level: float = 0.95) -> PathIntervals:
        """Refit on respondents drawn with replacement, all draws at once; latents keep the signs of the fit."""
        if self.result_ is None:
            raise MethodError("not_fitted", "模型还没有拟合。", "The model has not been fitted yet.")
        n, shape = len(self._rows), self.shape
        random = np.random.default_rng(seed)
        many = random.multinomial(n, np.full(n, 1 / n), size=draws).astype(float)
        means, spread, correlation = _moments(self._rows, many)
        whole = (spread > 0).all(axis=1)
        means, spread, correlation = means[whole], spread[whole], correlation[whole]
        weights, settled = self._weights(correlation, spread)
        own = np.array([[self.weights_[lat].get(item, 0.0) for lat in shape.names] for item in shape.items])
        weights = weights * np.where((weights * own).sum(axis=1) < 0, -1.0, 1.0)[:, None, :]
        found = self._estimates(means, spread, correlation, weights)
        edges = [(1 - level) / 2, (1 + level) / 2]

        def told(values: Floats, estimate: float) -> tuple[float, float, float, float]:
            low, high = np.quantile(values, edges)
            return estimate, float(values.std(ddof=1)), float(low), float(high)

        left_out = draws - int(settled.sum())
        return PathIntervals(
            cases=n,
            parameters={"draws": draws, "level": level, "seed": seed, "scheme": self.scheme},
            warnings=(_unsettled(left_out),) if left_out else (),
            paths={path: told(found.paths[:, i], self.paths_[path]) for i, path in enumerate(shape.paths)},
            r2={shape.names[j]: told(found.r2[:, j], self.r2_[shape.names[j]]) for j in shape.inner},
            loadings={
                (lat, item): told(found.loadings[:, shape.items.index(item), k], self.loadings_[lat][item])
                for k, lat in enumerate(shape.names)
                for item in shape.latents[lat]
            },
            scores={name: told(found.scores[:, k], self.scores_[name]) for k, name in enumerate(shape.names)},
        )

    # --- the algorithm, on stacks of correlation matrices --------------------------------------------------------------
    def _weights(self, correlation: Floats, spread: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Outer weights (draws × items × latents), and which draws settled."""
        block = self.shape.block
        if self.approximate_:  # equal weights of the raw answers
            return _unit(spread[:, :, None] * block, correlation), np.ones(len(spread), dtype=bool)
        weights = _unit(np.broadcast_to(block, (len(correlation), *block.shape)), correlation)
        moved = np.full(len(weights), np.inf)
        for _ in range(ROUNDS):
            pulled = correlation @ weights
            inner = self._inner(np.swapaxes(weights, 1, 2) @ pulled)
            ahead = _unit((pulled @ inner) * block, correlation)
            moved = np.abs(ahead - weights).max(axis=(1, 2))
            weights = ahead
            if moved.max() < STILL:
                break
        points = np.sign((correlation @ weights) * block).sum(axis=1)
        return weights * np.where(points < 0, -1.0, 1.0)[:, None, :], moved < 1e-7

    def _inner(self, latents: Floats) -> Floats:
        shape = self.shape
        if self.scheme == "centroid":
            return np.asarray(np.sign(latents) * shape.neighbours)
        inner = latents * shape.neighbours
        if self.scheme == "path":
            for end in shape.inner:
                before = shape.before(end)
                inner[:, before, end] = _regress(latents, before, end)
        return np.asarray(inner)

    def _estimates(self, means: Floats, spread: Floats, correlation: Floats, weights: Floats) -> _Estimates:
        shape = self.shape
        pulled = correlation @ weights
        latents = np.swapaxes(weights, 1, 2) @ pulled
        paths, r2 = np.zeros((len(weights), len(shape.paths))), np.zeros((len(weights), len(shape.names)))
        for end in shape.inner:
            before = shape.before(end)
            slopes = _regress(latents, before, end)
            r2[:, end] = (slopes * latents[:, before, end]).sum(axis=1)
            for i, start in enumerate(before):
                paths[:, shape.paths.index((shape.names[start], shape.names[end]))] = slopes[:, i]
        raw = weights / spread[:, :, None]
        low, high = shape.scale
        scores = (raw * (means[:, :, None] - low)).sum(axis=1) / (raw.sum(axis=1) * (high - low)) * 100
        return _Estimates(paths, r2, pulled * shape.block, scores)

    def _doubts(self, blank: int, n: int, settled: bool) -> Iterable[Note]:
        if self.approximate_:
            yield Note(
                "approximate",
                f"只有 {n} 份回答（少于 {APPROXIMATE_BELOW}）：采用等权，结果为近似值。",
                f"Only {n} answers (fewer than {APPROXIMATE_BELOW}): equal weights, the result is approximate.",
            )
        if not settled:
            yield _unsettled(1)
        if blank:
            yield Note("blanks_filled", f"{blank} 个空缺以该题均值代替。", f"{blank} blanks take their item's mean.")
        weak = [name for name, value in self.ave_.items() if value < 0.5]
        if weak:
            yield Note(
                "weak_latents",
                f"题目对“{'、'.join(weak)}”的解释不足一半（AVE < 0.5）。",
                f"Items explain less than half of {', '.join(weak)} (AVE < .5).",
            )
        negative = [lat for lat, items in self.weights_.items() if min(items.values()) < 0]
        if negative:
            yield Note(
                "negative_weights",
                f"“{'、'.join(negative)}”有负权重：请检查题目方向。",
                f"{', '.join(negative)}: some weights are negative; check the direction of items.",
            )


@dataclass(frozen=True, slots=True)
class _Estimates:
    paths: Floats
    r2: Floats
    loadings: Floats
    scores: Floats


def _moments(rows: Floats, many: Floats) -> tuple[Floats, Floats, Floats]:
    """Means, standard deviations (n - 1) and correlations of the rows counted `many` times, one stack entry per draw."""
    n = len(rows)
    centred = rows - rows.mean(axis=0)
    shift = many @ centred / n
    cross = (
        np.stack([(centred * counts[:, None]).T @ centred for counts in many]) / n
        - shift[:, :, None] * shift[:, None, :]
    )
    variance = np.einsum("bii->bi", cross).copy()
    variance[variance < 1e-12] = 0.0
    spread = np.sqrt(variance)
    safe = np.where(spread > 0, spread, 1.0)
    return rows.mean(axis=0) + shift, spread * np.sqrt(n / (n - 1)), cross / (safe[:, :, None] * safe[:, None, :])


def _unit(weights: Floats, correlation: Floats) -> Floats:
    variance = ((correlation @ weights) * weights).sum(axis=1)
    return np.asarray(weights / np.sqrt(np.maximum(variance, 1e-300))[:, None, :])


def _regress(latents: Floats, before: Sequence[int], end: int) -> Floats:
    left = latents[:, before][:, :, before]
    return np.asarray(np.linalg.solve(left, latents[:, before, end][:, :, None])[:, :, 0])


def _alpha(correlation: Floats) -> float:
    """Cronbach's α of standardised items: k·r̄/(1 + (k-1)·r̄)."""
    k = len(correlation)
    if k == 1:
        return 1.0
    mean = (correlation.sum() - k) / (k * (k - 1))
    return float(k * mean / (1 + (k - 1) * mean))


def _rho_ave(loadings: Floats) -> tuple[float, float]:
    """Dillon-Goldstein's ρ = (Σλ)²/((Σλ)² + Σ(1-λ²)), and the average variance extracted, mean λ²."""
    whole = float(loadings.sum()) ** 2
    return whole / (whole + float((1 - loadings**2).sum())), float((loadings**2).mean())


def _total_effects(shape: Shape, paths: Mapping[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    size = len(shape.names)
    direct = np.zeros((size, size))
    for (start, end), value in paths.items():
        direct[shape.names.index(start), shape.names.index(end)] = value
    total = np.linalg.inv(np.eye(size) - direct) - np.eye(size)
    return {
        (one, two): float(total[i, j])
        for i, one in enumerate(shape.names)
        for j, two in enumerate(shape.names)
        if abs(total[i, j]) > 1e-15
    }


def _unsettled(count: int) -> Note:
    return Note(
        "not_settled",
        f"{count} 次计算没有收敛或无法计算。",
        f"{count} runs did not settle or could not be computed.",
    )
