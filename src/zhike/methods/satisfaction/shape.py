"""A path model's specification, checked once and laid out as index tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from zhike.methods.result import MethodError
from zhike.methods.satisfaction.answers import Floats, answered


@dataclass(frozen=True)
class Shape:
    """Latents with their items, paths between latents, and the scale that all items share."""

    latents: dict[str, tuple[str, ...]]
    paths: tuple[tuple[str, str], ...]
    scale: tuple[float, float]

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> Self:
        """Checked: items, paths between known latents, nobody alone, no circle, a scale."""
        try:
            latents = {str(name): tuple(items) for name, items in spec["latents"].items()}
            paths = tuple((str(start), str(end)) for start, end in spec["paths"])
            low, high = (float(v) for v in spec["scale"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise MethodError(
                "bad_model",
                "模型须写成 {'latents': {名称: [题目]}, 'paths': [(起, 止)], 'scale': (最小, 最大)}。",
                "A model is {'latents': {name: [items]}, 'paths': [(from, to)], 'scale': (min, max)}.",
            ) from None
        linked = {end for path in paths for end in path}
        for name, items in latents.items():
            if not items or name not in linked:
                raise MethodError("idle_latent", f"“{name}”没有题目或没有路径。", f'"{name}" has no items or no path.')
        stray = sorted(linked - set(latents))
        if stray or any(a == b for a, b in paths) or len(set(paths)) < len(paths) or not high > low:
            what = stray[0] if stray else "scale/paths"
            raise MethodError("bad_model", f"模型有误：“{what}”。", f'The model is wrong at "{what}".')
        shape = cls(latents, paths, (low, high))
        shape._refuse_circles()
        return shape

    @cached_property
    def names(self) -> list[str]:
        """Latents in their order."""
        return list(self.latents)

    @cached_property
    def items(self) -> list[str]:
        """Distinct items in their order."""
        return list(dict.fromkeys(item for items in self.latents.values() for item in items))

    @cached_property
    def block(self) -> Floats:
        """Items × latents: 1 where the item measures the latent."""
        return np.array([[float(item in self.latents[name]) for name in self.names] for item in self.items])

    @cached_property
    def neighbours(self) -> Floats:
        """Latents × latents: 1 where a path joins them, either way."""
        joined = np.zeros((len(self.names), len(self.names)))
        for start, end in self.paths:
            i, j = self.names.index(start), self.names.index(end)
            joined[i, j] = joined[j, i] = 1.0
        return joined

    @cached_property
    def inner(self) -> list[int]:
        """Latents that a path leads to."""
        return [j for j, name in enumerate(self.names) if any(end == name for _, end in self.paths)]

    @cached_property
    def target(self) -> str:
        """The latent most paths lead to."""
        return max(self.names, key=lambda name: sum(end == name for _, end in self.paths))

    def before(self, end: int) -> list[int]:
        """Latents with a path to this one."""
        return [i for i, name in enumerate(self.names) if (name, self.names[end]) in self.paths]

    def read(self, table: Any) -> tuple[Floats, int]:
        """Respondents × items from columns by name or a list of mappings; blanks filled by the mean, and counted."""
        if isinstance(table, list | tuple):
            table = {item: [row.get(item) for row in table] for item in self.items}
        columns, blank = [], 0
        for item in self.items:
            try:
                values = np.asarray(table[item], dtype=float).ravel()
            except (KeyError, ValueError, TypeError, IndexError):
                raise MethodError(
                    "item_missing", f"表里没有题目“{item}”。", f'The table has no item "{item}".'
                ) from None
            given, empty = answered(values, item, self.scale)
            if np.ptp(given) == 0:
                raise MethodError(
                    "constant_column", f"“{item}”所有人打分相同。", f'Everybody gave the same answer to "{item}".'
                )
            columns.append(np.where(np.isnan(values), given.mean(), values))
            blank += empty
        if len({len(column) for column in columns}) > 1:
            raise MethodError("lengths_differ", "各题回答数不一致。", "Items differ in their number of rows.")
        rows = np.column_stack(columns)
        if len(rows) < 10:
            raise MethodError(
                "too_few_answers",
                f"只有 {len(rows)} 份回答，至少 10 份。",
                f"Only {len(rows)} answers; at least 10 are needed.",
            )
        return rows, blank

    def _refuse_circles(self) -> None:
        open_ = list(self.names)
        while open_:
            free = [name for name in open_ if not any(end == name and start in open_ for start, end in self.paths)]
            if not free:
                raise MethodError("circle", "路径不能成环。", "Paths must not run in a circle.")
            open_ = [name for name in open_ if name not in free]
