"""Months as columns, and what is expected next as columns with their span."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from zhike.value.page.markup import Safe

from .drawing import Sheet, box, line, steps, write


class Bar(NamedTuple):
    """One month: its name, its value, and for a forecast where it may lie; `partial` months are not over."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    partial: bool = False


def months(sheet: Sheet, bars: Sequence[Bar], money: tuple[Callable[[float], str], Callable[[float], str]]) -> Safe:
    """Columns from zero; forecasts are lighter, with a line from low to high. `money`: words of the axis, of a column."""
    left, top, bottom = 64.0, 14.0, sheet.height - 28
    scale = steps(max(max(bar.value, bar.high or 0.0) for bar in bars), 4)
    lowest = min(0.0, *(bar.value for bar in bars), *(bar.low for bar in bars if bar.low is not None))
    reach = scale[-1] - lowest or 1.0

    def y(value: float) -> float:
        return bottom - (value - lowest) / reach * (bottom - top)

    drawn = []
    for tick in scale:
        drawn.append(line((left, y(tick)), (sheet.width, y(tick)), "grid"))
        drawn.append(write((left - 8, y(tick) + 4), money[0](tick), "small", "end"))
    each = (sheet.width - left) / len(bars)
    wide = min(each * 0.66, 44)
    every = max(1, round(58 / each + 0.49))
    for place, bar in enumerate(bars):
        x = left + place * each + each / 2
        expected = bar.low is not None
        tone = "ahead" if expected else "partial" if bar.partial else "lv2"
        height = abs(y(0) - y(bar.value))
        drawn.append(
            box((x - wide / 2, min(y(0), y(bar.value))), (wide, height), tone, f"{bar.label} {money[1](bar.value)}")
        )
        if bar.low is not None and bar.high is not None:
            drawn += [line((x, y(bar.low)), (x, y(bar.high)), "span")]
            drawn += [line((x - 5, y(end)), (x + 5, y(end)), "span") for end in (bar.low, bar.high)]
        if place % every == 0 and (place + every <= len(bars) or place == len(bars) - 1):
            drawn.append(write((x, sheet.height - 8), bar.label, "small", "middle"))
    return sheet.svg(drawn)
