"""The relation's course: five stages on the curve along which custom grows, holds and falls."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from zhike.value.page.markup import Safe, tag

from .drawing import Sheet, line, write

PLACES = ((0.09, 0.80), (0.29, 0.46), (0.51, 0.22), (0.73, 0.46), (0.92, 0.80))


class Stop(NamedTuple):
    """One stage: its code (colour), its name, and the figures under it."""

    code: str
    name: str
    people: str
    share: str
    money: str


def course(sheet: Sheet, stops: Sequence[Stop], size: Sequence[float]) -> Safe:
    """Five stops; the disc of each grows with its share of the customers (`size`, 0 to 1)."""
    w, floor = sheet.width, sheet.height - 64
    at = [(x * w, 10 + y * (floor - 26)) for x, y in PLACES]
    path = f"M {at[0][0]:.1f} {at[0][1]:.1f} " + " ".join(
        f"C {(a[0] + b[0]) / 2:.1f} {a[1]:.1f} {(a[0] + b[0]) / 2:.1f} {b[1]:.1f} {b[0]:.1f} {b[1]:.1f}"
        for a, b in pairwise(at)
    )
    drawn = [line((0, floor), (w, floor)), tag("path", d=path, class_="course")]
    for stop, (x, y), part in zip(stops, at, size, strict=True):
        radius = max(5.0, min(36.0, 36 * part**0.5))
        drawn.append(line((x, y), (x, floor), "thread"))
        drawn.append(tag("circle", cx=x, cy=y, r=radius, class_=f"stage-{stop.code}"))
        drawn.append(write((x, floor + 20), stop.name, "label strong", "middle"))
        drawn.append(
            write((x, floor + 38), f"{stop.people} · {stop.share}" if w > 500 else stop.people, "figure", "middle")
        )
        drawn.append(write((x, floor + 55), stop.money, "small", "middle"))
    return sheet.svg(drawn)
