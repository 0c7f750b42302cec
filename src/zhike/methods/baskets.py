"""Baskets as sorted integers: whatever shape they come in, read once, counted, stated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhike.methods.result import MethodError, Note

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Baskets:
    """Basket b holds `items[starts[b]:starts[b + 1]]`, ascending and without repeats; `names[i]` is item i."""

    starts: Ints
    items: Ints
    names: Sequence[Hashable]
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        return len(self.starts) - 1

    def counts(self) -> Ints:
        """In how many baskets each item lies."""
        return np.bincount(self.items, minlength=len(self.names)).astype(np.int64)

    def rows(self) -> Ints:
        """The basket of each entry of `items`."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def renumbered(self, order: Ints) -> Baskets:
        """Only the items in `order`, item `order[i]` becoming i; emptied baskets stay, so that shares keep their base."""
        place = np.full(len(self.names), -1, dtype=np.int64)
        place[order] = np.arange(len(order))
        items = place[self.items]
        kept = items >= 0
        return _packed(self.rows()[kept], items[kept], len(self), [self.names[i] for i in order], self.notes)


def read_baskets(source: Any, form: str = "auto") -> Baskets:
    """Baskets from one of four shapes.

    `form`: "baskets" (a list of lists or sets of items), "pairs" (rows of (basket, item), or an (n, 2) array),
    "onehot" (a boolean table, one column per item), "auto" tells by the shape and says so where it had to guess: rows
    that are all *tuples* of two are pairs. An item counts once per basket; None and NaN are dropped and counted.
    """
    if isinstance(source, Baskets):
        return source
    if form not in {"auto", "baskets", "pairs", "onehot"}:
        raise MethodError("form_unknown", f"不认识的购物篮格式：{form}。", f"Unknown form of baskets: {form}.")
    names = [str(name) for name in getattr(source, "columns", ())]
    table = source.to_numpy() if hasattr(source, "to_numpy") else source
    if not isinstance(table, np.ndarray):
        table = table if isinstance(table, list | tuple) else list(table)
    notes: list[Note] = []
    if form == "auto":
        form = _form_of(table, notes)
    if form == "onehot":
        return _from_onehot(np.asarray(table, dtype=bool), names)
    if form == "pairs":
        return _from_pairs(table, notes)
    return _from_lists(table, notes)


def _form_of(table: Any, notes: list[Note]) -> str:
    if isinstance(table, np.ndarray) and table.ndim == 2:
        return "onehot" if table.dtype == bool else "pairs"
    if len(table) and all(isinstance(row, tuple) and len(row) == 2 for row in table):
        notes.append(
            Note("read_as_pairs", "每行两个值，按（单号，商品）读取。", "Rows of two were read as (basket, item).")
        )
        return "pairs"
    return "baskets"


def _from_onehot(table: NDArray[np.bool_], names: list[str]) -> Baskets:
    rows, items = np.nonzero(table)
    known: list[Hashable] = list(names) if names else list(range(table.shape[1]))
    return _packed(rows.astype(np.int64), items.astype(np.int64), len(table), known)


def _from_pairs(table: Any, notes: list[Note]) -> Baskets:
    left, right = (table[:, 0], table[:, 1]) if isinstance(table, np.ndarray) else _unzipped(table)
    baskets, ids = _numbered(left)
    items, names = _numbered(right)
    lost = (items < 0) | (baskets < 0)
    if lost.any():
        notes.append(_dropped(int(lost.sum())))
        kept = np.unique(baskets[~lost])
        baskets, items = np.searchsorted(kept, baskets[~lost]), items[~lost]
        return _packed(baskets, items, len(kept), names, tuple(notes))
    return _packed(baskets, items, len(ids), names, tuple(notes))


def _unzipped(table: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    bad = next((number for number, row in enumerate(table, 1) if isinstance(row, str) or len(row) != 2), None)
    if bad is not None:
        raise MethodError(
            "pair_expected", f"第 {bad} 行不是（单号，商品）。", f"Row {bad} is not a pair of basket and item."
        )
    return [row[0] for row in table], [row[1] for row in table]


def _from_lists(table: Sequence[Any], notes: list[Note]) -> Baskets:
    kinds = set(map(type, table))
    wrong = {kind for kind in kinds if issubclass(kind, str | bytes) or not hasattr(kind, "__iter__")}
    if wrong:
        number = next(number for number, basket in enumerate(table, 1) if type(basket) in wrong)
        raise MethodError(
            "basket_expected",
            f"第 {number} 个购物篮应是商品的列表，而不是一个值。",
            f"Basket {number} must be a list of items, not a single value.",
        )
    if not all(hasattr(kind, "__len__") for kind in kinds):
        table = [list(basket) for basket in table]
    lengths = np.fromiter(map(len, table), dtype=np.int64, count=len(table))
    codes: defaultdict[Hashable, int] = defaultdict(count().__next__)
    items = np.fromiter(map(codes.__getitem__, chain.from_iterable(table)), dtype=np.int64, count=int(lengths.sum()))
    rows, names = np.repeat(np.arange(len(lengths)), lengths), list(codes)
    missing = [code for item, code in codes.items() if _is_missing(item)]
    if missing:
        lost = np.isin(items, missing)
        notes.append(_dropped(int(lost.sum())))
        rows, items = rows[~lost], items[~lost]
    if empty := int(np.count_nonzero(np.bincount(rows, minlength=len(lengths)) == 0)):
        notes.append(
            Note(
                "empty_baskets",
                f"{empty} 个空购物篮计入总数。",
                f"{empty} empty baskets count in the total.",
            )
        )
    return _packed(rows, items, len(lengths), names, tuple(notes))


def _numbered(values: Any) -> tuple[Ints, list[Hashable]]:
    """Codes from 0 and the value of each; missing values are −1."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        return _renumbered_integers(values)
    numbers: defaultdict[Hashable, int] = defaultdict(count().__next__)
    raw = values.tolist() if isinstance(values, np.ndarray) else values
    found = np.fromiter(map(numbers.__getitem__, raw), dtype=np.int64, count=len(raw))
    for value, code in numbers.items():
        if _is_missing(value):
            found[found == code] = -1
    return found, list(numbers)


def _renumbered_integers(values: NDArray[Any]) -> tuple[Ints, list[Hashable]]:
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    if high - low > 4 * len(values) + 1000:
        known, codes = np.unique(values, return_inverse=True)
        return codes.astype(np.int64), known.tolist()
    present = np.zeros(high - low + 1, dtype=bool)  # a table of the range is faster than sorting
    present[values - low] = True
    place = np.cumsum(present) - 1
    names: list[Hashable] = list((np.flatnonzero(present) + low).tolist())
    return place[values - low].astype(np.int64), names


def _is_missing(value: Any) -> bool:
    return value is None or value != value or value == ""


def _dropped(lost: int) -> Note:
    return Note(
        "missing_dropped", f"{lost} 行缺少单号或商品，未计入。", f"{lost} rows without basket or item were left out."
    )


def _packed(rows: Ints, items: Ints, size: int, names: Sequence[Hashable], notes: tuple[Note, ...] = ()) -> Baskets:
    width = max(len(names), 1)
    entries = rows * width + items
    entries.sort()  # np.unique hashes, which takes several times as long
    if len(entries):
        entries = entries[np.concatenate(([True], entries[1:] != entries[:-1]))]
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(entries // width, minlength=size), out=starts[1:])
    return Baskets(starts, entries % width, names, notes)


def bits_of(rows: Ints, items: Ints, shape: tuple[int, int]) -> Words:
    """A row of bits per item, `shape` = (items, baskets): bit j of item i is set where basket j holds it."""
    height, size = shape
    words = -(-size // 64)
    packed = np.zeros((height, words * 8), dtype=np.uint8)
    step = max((1 << 25) // max(height, 1) // 64, 1) * 64  # at most 32 MB unpacked at a time
    order = np.argsort(rows, kind="stable") if size > step else slice(None)
    rows, items = rows[order], items[order]
    for first in range(0, size, step):
        low, high = np.searchsorted(rows, [first, first + step]) if size > step else (0, len(rows))
        block = np.zeros((height, min(step, size - first)), dtype=bool)
        block[items[low:high], rows[low:high] - first] = True
        bits = np.packbits(block, axis=1)
        packed[:, first // 8 : first // 8 + bits.shape[1]] = bits
    return packed.view(np.uint64)
