"""Columns that know the answer: they make a model look good on paper and are not there when it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zhike.methods.prediction.judging import auc
from zhike.methods.result import MethodError

LIMIT = 0.80
"""No single honest column of the reference data ranks better than .76; the length of the call alone reaches .82."""


class Leak(NamedTuple):
    """A suspect column: how well it alone ranks the outcome, or that it is known to come after it (alone is NaN)."""

    column: str
    alone: float
    zh: str
    en: str


def find_leaks(
    table: Mapping[str, NDArray[Any]], outcome: NDArray[np.float64], *, after: Iterable[str] = (), limit: float = LIMIT
) -> list[Leak]:
    """Columns named in `after` (known only once the outcome is) and those that alone rank it with AUC ≥ `limit`.

    Numbers rank as they are, in either direction; words by the share of hits of their level among the *other* half
    of the cases, so that a column of many rare words is not taken for a leak. A gap counts as a value of its own.
    """
    later = set(after)
    found = []
    for name, values in table.items():
        if name in later:
            found.append(Leak(name, float("nan"), "结果发生之后才知道", "it is known only after the outcome"))
            continue
        alone = alone_ranks(values, outcome)
        if alone >= limit:
            found.append(
                Leak(
                    name,
                    alone,
                    f"单独一列的 AUC 就有 {alone:.2f}，像是已知道结果",
                    f"alone it ranks the outcome with AUC {alone:.2f}, as if it knew it",
                )
            )
    return sorted(found, key=lambda leak: -np.nan_to_num(leak.alone, nan=2.0))


def alone_ranks(values: NDArray[Any], outcome: NDArray[np.float64]) -> float:
    """AUC of one column, turned so that it is at least one half."""
    if values.dtype.kind == "f":
        gap = np.isnan(values)
        area = auc(outcome, np.where(gap, np.nanmedian(values) if not gap.all() else 0, values))
        blank = auc(outcome, gap.astype(float))
        return max(area, 1 - area, blank, 1 - blank)
    _, codes = np.unique(values, return_inverse=True)
    size, odd = codes.max() + 1, np.arange(len(codes)) % 2
    score = np.empty(len(codes))
    for half in (0, 1):
        other = odd != half
        hits = np.bincount(codes[other], outcome[other], size)
        score[~other] = ((hits + outcome.mean()) / (np.bincount(codes[other], minlength=size) + 1))[codes[~other]]
    return auc(outcome, score)


def refuse_leaks(leaks: list[Leak], allowed: Iterable[str] = ()) -> None:
    """Raise over every leak that the caller did not allow by name."""
    left = [leak for leak in leaks if leak.column not in set(allowed)]
    if left:
        raise MethodError(
            "leak",
            "以下列不能用来预测："
            + "；".join(f"“{leak.column}”{leak.zh}" for leak in left)
            + "。请去掉（drop），或确认预测时确实已知后列入 allow。",
            "These columns must not predict: "
            + "; ".join(f"{leak.column}: {leak.en}" for leak in left)
            + ". Drop them, or name them in `allow` if they are truly known beforehand.",
        )
