"""What the methods are measured by: work, ours, and the library of the trade where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Used(NamedTuple):
    """What work in a process of its own says of itself."""

    memory_mb: float


@dataclass(frozen=True, slots=True)
class Bench:
    """One line of the speed table; `oracle` is None where no library is compared; ModuleNotFoundError: not installed."""

    work: str
    ours: Callable[[], object]
    oracle: Callable[[], object] | None = None
    budget_s: float | None = None
    ratio: float | None = None
    """How many times faster than the oracle it must be (below 1: how much slower it may be)."""
    memory_mb: float | None = None
    """The most it may hold, for work that returns `Used`."""
