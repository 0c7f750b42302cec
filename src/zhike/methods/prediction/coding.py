"""A table of any columns as a matrix: numbers as they are, words as drop-first columns, gaps filled and said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhike.methods.result import MethodError, Note

Floats = NDArray[np.float64]
Table = Mapping[str, Any]
_BLANK = {"", "na", "n/a", "nan", "null", "none"}


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is written: a number as it is, words as one column of 0 and 1 per level but the first."""

    name: str
    levels: tuple[str, ...] = ()
    typical: float = 0.0
    """What stands for a missing number: the median."""

    @property
    def width(self) -> int:
        return len(self.levels) - 1 if self.levels else 1


@dataclass(frozen=True, slots=True)
class Coding:
    """Learned from the training cases only, so that nothing of the test gets in."""

    columns: tuple[Column, ...]
    notes: tuple[Note, ...] = ()

    def matrix(self, table: Table) -> Floats:
        """(n, width); a level that was not there in training is all zeros, like the first."""
        return np.column_stack([_coded(column, table[column.name]) for column in self.columns])

    def groups(self) -> list[slice]:
        """Where each original column stands in the matrix."""
        ends = np.cumsum([column.width for column in self.columns]).tolist()
        return [slice(end - column.width, end) for column, end in zip(self.columns, ends, strict=True)]

    def labels(self) -> list[str]:
        """One name per column of the matrix, such as `month=may`."""
        return [
            f"{column.name}={level}" if level else column.name
            for column in self.columns
            for level in (column.levels[1:] if column.levels else ("",))
        ]


def tidy(table: Any, leave_out: Sequence[str] = ()) -> dict[str, NDArray[Any]]:
    """Columns as arrays of numbers (NaN where missing) or of words; lists of rows (mappings) are accepted too."""
    if isinstance(table, Sequence) and table and isinstance(table[0], Mapping):
        table = {name: [row.get(name) for row in table] for name in table[0]}
    names = list(table.columns) if hasattr(table, "columns") and not isinstance(table, Mapping) else list(table)
    found = {str(name): _typed(table[name]) for name in names if str(name) not in leave_out}
    sizes = {name: len(values) for name, values in found.items()}
    if len(set(sizes.values())) > 1:
        raise MethodError("ragged", f"各列长度不同：{sizes}。", f"Columns differ in length: {sizes}.")
    if not found or not next(iter(sizes.values())):
        raise MethodError("no_cases", "没有任何数据。", "There are no cases.")
    return found


def _typed(values: Any) -> NDArray[Any]:
    array = np.asarray(np.ma.filled(values.astype(object), None) if np.ma.isMaskedArray(values) else values)
    if array.dtype.kind in "iuf":
        numbers = array.astype(float)
        return np.where(np.isfinite(numbers), numbers, np.nan)
    words = ["" if value is None or value != value else str(value).strip() for value in array.tolist()]
    if array.dtype.kind == "b":
        return np.asarray(words)
    blank = [word.lower() in _BLANK for word in words]
    numbers = np.full(len(words), np.nan)
    wrong = 0
    for place, (word, empty) in enumerate(zip(words, blank, strict=True)):
        if not empty:
            try:
                numbers[place] = float(word)
            except ValueError:
                wrong += 1
                if wrong > len(words) // 50:
                    return np.asarray(words)
    return np.asarray(words) if wrong or all(blank) else np.where(np.isfinite(numbers), numbers, np.nan)


def learn_coding(table: Mapping[str, NDArray[Any]], cases: NDArray[Any] | slice = slice(None)) -> Coding:
    """Levels, middles and spreads of these cases; columns that say nothing or name each case are left out and said."""
    columns: list[Column] = []
    notes: list[Note] = []
    for name, whole in table.items():
        values = whole[cases]
        if values.dtype.kind == "f":
            known = values[~np.isnan(values)]
            if len(known) and known.min() < known.max():
                columns.append(Column(name, typical=float(np.median(known))))
                if gaps := len(values) - len(known):
                    notes.append(_gaps(name, gaps))
                continue
        else:
            counts = Counter(values.tolist())
            levels = tuple(sorted(counts))
            if len(levels) > max(50, len(values) // 20) and max(counts.values()) < len(values) / 10:
                notes.append(_left_out(name, "几乎每行不同", "nearly every row has its own value"))
                continue
            if len(levels) > 1:
                columns.append(Column(name, levels))
                continue
        notes.append(_left_out(name, "只有一个值", "it has a single value"))
    if not columns:
        raise MethodError("no_columns", "没有可用的列。", "No column says anything.")
    return Coding(tuple(columns), tuple(notes))


def _coded(column: Column, values: NDArray[Any]) -> Floats:
    if not column.levels:
        numbers = np.asarray(values, dtype=float)
        filled: Floats = np.where(np.isnan(numbers), column.typical, numbers)
        return filled[:, None]
    place = {level: number for number, level in enumerate(column.levels)}
    codes = np.asarray([place.get(word, 0) for word in np.asarray(values).tolist()])
    dummies: Floats = (codes[:, None] == np.arange(1, len(column.levels))).astype(float)
    return dummies


def _gaps(name: str, count: int) -> Note:
    return Note(
        "gaps_filled", f"“{name}”有 {count} 个空值，以中位数代替。", f"{name}: {count} gaps were filled by the median."
    )


def _left_out(name: str, zh: str, en: str) -> Note:
    return Note("column_left_out", f"“{name}”未使用：{zh}。", f"{name} is not used: {en}.")
