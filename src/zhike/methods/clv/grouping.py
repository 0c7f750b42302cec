"""Purchase summaries (frequency, recency, T): checked, and equal ones counted once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhike.methods.clv.fitting import Floats
from zhike.methods.result import MethodError

SAMPLE_ROWS = 4_000
"""Rows of the sample on which the starts compete; only the best is climbed on everything."""
_MIX = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9))


@dataclass(frozen=True)
class Summaries:
    """Distinct (x, t_x, T) with the number of customers of each: a million customers are some hundred thousand rows."""

    x: Floats
    seen: Floats
    whole: Floats
    weight: Floats

    @cached_property
    def cases(self) -> float:
        """Customers."""
        return float(self.weight.sum())

    @cached_property
    def repeat_buyers(self) -> int:
        """Customers with at least one repeat purchase."""
        return int(self.weight[self.x > 0].sum())

    @cached_property
    def counts(self) -> tuple[Floats, Floats, NDArray[np.intp]]:
        """Distinct frequencies, customers of each, and the place of each row among them."""
        levels, place = np.unique(self.x, return_inverse=True)
        return levels, np.bincount(place, self.weight).astype(float), place

    def sample(self, rows: int) -> Summaries:
        """Every k-th row, enough to tell good starts from bad ones."""
        step = max(len(self.x) // rows, 1)
        return Summaries(self.x[::step], self.seen[::step], self.whole[::step], self.weight[::step])

    def weighted(self, weight: Floats) -> Summaries:
        """The same rows with other numbers of customers (a bootstrap draw)."""
        keep = weight > 0
        return Summaries(self.x[keep], self.seen[keep], self.whole[keep], weight[keep])


def as_floats(values: Any, name: str) -> Floats:
    """A one-dimensional array of finite numbers, or a refusal that names the column."""
    try:
        array = np.atleast_1d(np.asarray(values, dtype=float))
    except (TypeError, ValueError):
        raise MethodError(
            "not_numbers", f"“{name}”里有不是数字的值。", f'"{name}" holds values that are no numbers.'
        ) from None
    if array.ndim != 1:
        raise MethodError("not_a_column", f"“{name}”应当是一列数。", f'"{name}" should be one column of numbers.')
    if not np.all(np.isfinite(array)):
        raise MethodError("not_finite", f"“{name}”里有空值或无穷大。", f'"{name}" holds missing or infinite values.')
    return array


def checked(frequency: Any, recency: Any, whole: Any) -> tuple[Floats, Floats, Floats]:
    """The three columns, of one length and possible: 0 ≤ recency ≤ T, whole frequencies, recency 0 without repeats."""
    x, seen, span = as_floats(frequency, "frequency"), as_floats(recency, "recency"), as_floats(whole, "T")
    if len({len(column) for column in (x, seen, span)} - {1}) > 1:
        raise MethodError("lengths_differ", "各列的长度不一致。", "The columns differ in length.")
    x, seen, span = np.broadcast_arrays(x, seen, span)
    if np.any(x < 0) or np.any(x != np.floor(x)):
        raise MethodError(
            "frequency_not_a_count", "复购次数必须是非负整数。", "Frequencies must be whole numbers from 0."
        )
    if np.any(seen < 0) or np.any(seen > span):
        raise MethodError(
            "recency_beyond_T",
            "最近一次购买必须落在观察期内（0 ≤ recency ≤ T）。",
            "The last purchase must lie within the observed time (0 ≤ recency ≤ T).",
        )
    if np.any(seen[x == 0] != 0):
        raise MethodError(
            "recency_without_repeats",
            "没有复购的客户，recency 必须为 0。",
            "Customers without a repeat purchase must have recency 0.",
        )
    return x, seen, span


def grouped(frequency: Any, recency: Any, whole: Any) -> Summaries:
    """Checked columns with equal rows counted once."""
    return distinct(*checked(frequency, recency, whole))[0]


def distinct(x: Floats, seen: Floats, whole: Floats) -> tuple[Summaries, NDArray[np.intp]]:
    """The distinct rows of checked columns with their counts, and which of them each customer is.

    Sorting one hash is several times faster than sorting three columns.
    """
    if len(x) == 0:
        raise MethodError("no_cases", "没有客户可供计算。", "There are no customers to compute from.")
    key = np.zeros(len(x), dtype=np.uint64)
    for column, factor in zip((x, seen, whole), _MIX, strict=True):
        bits = np.ascontiguousarray(column + 0.0).view(np.uint64)  # + 0.0 makes -0 and 0 one value
        key = (key ^ (bits ^ (bits >> np.uint64(31)))) * factor
        key ^= key >> np.uint64(29)
    order = np.argsort(key)
    ordered = key[order]
    edge = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    many = np.diff(np.append(edge, len(x)))
    first = np.repeat(order[edge], many)
    if any(np.any(column[order] != column[first]) for column in (x, seen, whole)):  # two rows met under one hash
        order = np.lexsort((whole, seen, x))
        rows = np.stack((x, seen, whole))[:, order]
        edge = np.flatnonzero(np.append(True, np.any(np.diff(rows, axis=1) != 0, axis=0)))
        many = np.diff(np.append(edge, len(x)))
    place = np.empty(len(x), dtype=np.intp)
    place[order] = np.repeat(np.arange(len(edge)), many)
    pick = order[edge]
    return Summaries(x[pick], seen[pick], whole[pick], many.astype(float)), place
