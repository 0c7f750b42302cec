"""Identifiers: UUID version 7 (RFC 9562), sortable by time, made anywhere without a sequence."""

import os
import threading
import time
from datetime import datetime
from uuid import UUID

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id() -> UUID:
    """A fresh UUIDv7; ids of one process are strictly increasing, also within a millisecond."""
    global _last_ms, _counter
    with _lock:
        now = time.time_ns() // 1_000_000
        if now > _last_ms:
            _last_ms, _counter = now, int.from_bytes(os.urandom(2), "big") & 0x7FF
        else:
            _counter += 1
            if _counter > 0xFFF:
                _last_ms, _counter = _last_ms + 1, 0
        stamp, count = _last_ms, _counter
    tail = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=stamp << 80 | 0x7 << 76 | count << 64 | 0x2 << 62 | tail)


def first_id(at: datetime) -> UUID:
    """The lowest id of a moment: what was made before it lies below, what was made from then on does not."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def id_at(at: datetime) -> UUID:
    """A fresh UUIDv7 of a moment that has passed, for what is told afterwards and belongs in its place."""
    noise = int.from_bytes(os.urandom(10), "big")
    version = 0x7 << 76 | 0x2 << 62
    return UUID(int=first_id(at).int | version | noise & ~(0xF << 76 | 0x3 << 62))


def new_keys(count: int) -> list[str]:
    """Many fresh UUIDv7 at once, in order, as the 32 hexadecimal digits that both databases take for an id."""
    global _last_ms, _counter
    with _lock:
        now = max(time.time_ns() // 1_000_000, _last_ms + 1)
        _last_ms, _counter = now + (count >> 12), 0xFFF
    noise = os.urandom(8 * count).hex()
    found = []
    for index in range(count):
        start = 16 * index
        high = 0x8000 | int(noise[start : start + 4], 16) & 0x3FFF
        found.append(f"{now + (index >> 12):012x}7{index & 0xFFF:03x}{high:04x}{noise[start + 4 : start + 16]}")
    return found


def parse_id(text: object) -> UUID | None:
    """The UUID written in `text`, or None: an id from outside is never trusted to be one."""
    if isinstance(text, UUID):
        return text
    if not isinstance(text, str) or len(text) not in (32, 36):
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
