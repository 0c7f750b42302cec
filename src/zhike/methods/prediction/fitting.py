"""The two kinds of model behind one face: log-odds, probabilities, effects of columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhike.methods.result import MethodError

Floats = NDArray[np.float64]
_ORDERS = 8


@dataclass(frozen=True)
class Fitted:
    """`usual` is the case that effects start from: the mean for the linear model, the median of each coded column for trees."""

    usual: Floats
    intercept: float = 0.0
    weights: Floats | None = None
    spread: Floats | None = None
    trees: Any = None

    def log_odds(self, matrix: Floats) -> Floats:
        if self.weights is not None and self.spread is not None:
            with _one_thread():
                linear: Floats = self.intercept + (matrix - self.usual) / self.spread @ self.weights
            return linear
        with _one_thread():
            raw: Floats = self.trees.decision_function(matrix)
        return raw

    def probability(self, matrix: Floats) -> Floats:
        from scipy.special import expit

        sure: Floats = expit(self.log_odds(matrix))
        return sure

    def effects(self, matrix: Floats, groups: list[slice]) -> Floats:
        """(n, columns): what each original column adds to the log-odds of the usual case; rows sum to the difference."""
        if self.weights is not None and self.spread is not None:
            parts = (matrix - self.usual) / self.spread * self.weights
            return np.column_stack([parts[:, group].sum(axis=1) for group in groups])
        rng = np.random.default_rng(0)
        forward = [rng.permutation(len(groups)) for _ in range(_ORDERS // 2)]
        found = np.zeros((len(matrix), len(groups)))
        for order in (*forward, *(order[::-1] for order in forward)):  # each order and its reverse: less noise
            case = np.tile(self.usual, (len(matrix), 1))
            before = self.log_odds(case)
            for column in order.tolist():
                case[:, groups[column]] = matrix[:, groups[column]]
                after = self.log_odds(case)
                found[:, column] += after - before
                before = after
        return found / _ORDERS


def fit(kind: str, matrix: Floats, hit: Floats, seed: int) -> Fitted:
    """Logistic regression (ridge, C = 1, standardised) or histogram boosting (one thread: two are slower here)."""
    if kind == "logistic":
        return _logistic(matrix, hit)
    if kind == "boosted":
        return _boosted(matrix, hit, seed)
    raise MethodError("kind_unknown", f"不认识的模型：{kind}。", f"Unknown kind of model: {kind}.")


def _logistic(matrix: Floats, hit: Floats) -> Fitted:
    from sklearn.linear_model import LogisticRegression

    middle, spread = matrix.mean(axis=0), matrix.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    with _one_thread():
        model = LogisticRegression(C=1.0, max_iter=2000).fit((matrix - middle) / spread, hit)
    return Fitted(middle, float(model.intercept_[0]), model.coef_[0], spread)


def _boosted(matrix: Floats, hit: Floats, seed: int) -> Fitted:
    from sklearn.ensemble import HistGradientBoostingClassifier

    with _one_thread():
        trees = HistGradientBoostingClassifier(random_state=seed).fit(matrix, hit)
    return Fitted(np.median(matrix, axis=0), trees=trees)


def _one_thread() -> Any:
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)
