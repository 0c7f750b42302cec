"""Counts of requests, shared by all web processes in one piece of memory, and what the database knows; as Prometheus text."""

from __future__ import annotations

import mmap
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator
from struct import pack_into, unpack_from

KINDS = ("page", "api", "agent", "other")
CLASSES = ("2xx", "3xx", "4xx", "5xx")
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
CELLS = len(BUCKETS) + 2  # one a bucket, one for slower, one for the sum of microseconds
SLOT = len(KINDS) * len(CLASSES) * CELLS * 8
_lock = threading.Lock()


class Board:
    """The memory, and which part of it this process writes; every process reads all parts."""

    def __init__(self, slots: int = 1) -> None:
        self.slots, self.mine = slots, 0
        self.memory = mmap.mmap(-1, SLOT * slots)

    def add(self, kind: str, status: int, seconds: float) -> None:
        """Count one request."""
        kind_at = KINDS.index(kind) if kind in KINDS else len(KINDS) - 1
        class_at = min(max(status // 100 - 2, 0), 3)
        base = self.mine * SLOT + (kind_at * len(CLASSES) + class_at) * CELLS * 8
        with _lock:
            self._plus(base + bisect_left(BUCKETS, seconds) * 8, 1)
            self._plus(base + (CELLS - 1) * 8, int(seconds * 1_000_000))

    def _plus(self, at: int, amount: int) -> None:
        (value,) = unpack_from("<Q", self.memory, at)
        pack_into("<Q", self.memory, at, value + amount)

    def rows(self) -> Iterator[tuple[str, str, list[int], float]]:
        """(kind, class, count by bucket, seconds in all) over every process."""
        for kind_at, kind in enumerate(KINDS):
            for class_at, status in enumerate(CLASSES):
                counts = [0] * CELLS
                for slot in range(self.slots):
                    at = slot * SLOT + (kind_at * len(CLASSES) + class_at) * CELLS * 8
                    counts = [a + b for a, b in zip(counts, unpack_from(f"<{CELLS}Q", self.memory, at), strict=True)]
                if any(counts):
                    yield kind, status, counts[:-1], counts[-1] / 1_000_000


board = Board()


def share(slots: int) -> None:
    """Before forking: a part for each web process."""
    global board
    board = Board(max(1, slots))


def counted(index: int, work: Callable[[], int]) -> Callable[[], int]:
    """The work of a web process that counts into its own part; a restarted one goes on counting there."""

    def counting() -> int:
        board.mine = index
        return work()

    return counting


def kind_of(path: str) -> str:
    """What sort of request an address stands for."""
    if path.startswith("/api/"):
        return "api"
    if path.startswith("/mcp"):
        return "agent"
    return "other" if path.startswith(("/static/", "/healthz", "/metrics")) else "page"


def lines() -> Iterator[str]:
    """Prometheus text, format 0.0.4."""
    yield "# TYPE zhike_request_seconds histogram"
    for kind, status, counts, seconds in board.rows():
        labels, total = f'kind="{kind}",status="{status}"', 0
        for limit, count in zip((*BUCKETS, "+Inf"), counts, strict=True):
            total += count
            yield f'zhike_request_seconds_bucket{{{labels},le="{limit}"}} {total}'
        yield f"zhike_request_seconds_sum{{{labels}}} {seconds:.6f}"
        yield f"zhike_request_seconds_count{{{labels}}} {total}"
    yield from _gauges()


def _gauges() -> Iterator[str]:
    from zhike.operate import health

    state = health.figures()
    for name, value in state.numbers():
        yield f"# TYPE zhike_{name} gauge"
        yield f"zhike_{name} {value}"
