"""The Lorenz curve: customers from the smallest to the largest, and the money they bring together."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.value.page.markup import Safe, tag

from .drawing import Sheet, line, write


def lorenz(
    sheet: Sheet, points: Sequence[tuple[float, float]], axes: tuple[str, str], marks: Sequence[tuple[float, str]]
) -> Safe:
    """`points` from (0, 0) to (1, 1); `axes` horizontal and vertical; `marks` (share of customers, words) are pointed out."""
    left, top, right, bottom = 44.0, 14.0, sheet.width - 12, sheet.height - 40

    def at(p: float, share: float) -> tuple[float, float]:
        return left + p * (right - left), bottom - share * (bottom - top)

    curve = " ".join("{:.1f},{:.1f}".format(*at(p, share)) for p, share in points)
    corners = " ".join("{:.1f},{:.1f}".format(*at(*corner)) for corner in ((1, 1), (1, 0)))
    drawn = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        drawn.append(line(at(0, tick), at(1, tick), "grid"))
        drawn.append(write((left - 6, at(0, tick)[1] + 4), f"{tick:.0%}", "small", "end"))
        drawn.append(write((at(tick, 0)[0], bottom + 16), f"{tick:.0%}", "small", "middle"))
    drawn.append(tag("polygon", points=f"{left:.1f},{bottom:.1f} {curve} {corners.split()[1]}", class_="under"))
    drawn.append(line(at(0, 0), at(1, 1), "even"))
    drawn.append(tag("polyline", points=curve, class_="curve"))
    for p, words in marks:
        x, y = at(p, shared_at(points, p))
        drawn.append(line((x, y), (x, bottom), "thread"))
        drawn.append(tag("circle", cx=x, cy=y, r=4.0, class_="dot"))
        drawn.append(write((x - 8, y - 8), words, "figure", "end"))
    drawn.append(write(((left + right) / 2, sheet.height - 6), axes[0], "small", "middle"))
    drawn.append(write((left + 6, top + 12), axes[1], "small"))
    return sheet.svg(drawn)


def shared_at(points: Sequence[tuple[float, float]], p: float) -> float:
    """The share of money at a share of customers, by the nearest point."""
    return min(points, key=lambda point: abs(point[0] - p))[1]
