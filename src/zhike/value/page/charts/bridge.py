"""The money bridge: from one period's money to the next, each cause a step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from zhike.value.page.markup import Safe

from .drawing import Sheet, box, line, write


class Step(NamedTuple):
    """One column: a level to stand on (`whole`) or a change; words as they are written."""

    label: str
    value: float
    money: str
    people: str
    whole: bool = False


def bridge(sheet: Sheet, steps: Sequence[Step]) -> Safe:
    """Columns side by side; where there is no room for that (a narrow sheet), rows below each other."""
    spans = spans_of(steps)
    low = min(0.0, *(span[0] for span in spans))
    high = max(*(span[1] for span in spans), low + 1e-9)
    draw = columns if sheet.width > 500 else rows
    return sheet.svg(draw(sheet, steps, spans, (low, high)))


def spans_of(steps: Sequence[Step]) -> list[tuple[float, float]]:
    """From where to where each step goes."""
    spans, at = [], 0.0
    for step in steps:
        start, at = (0.0, step.value) if step.whole else (at, at + step.value)
        spans.append((min(start, at), max(start, at)))
    return spans


def tone(step: Step) -> str:
    """Green brings, red takes, teal stands."""
    return "lv2" if step.whole else "up" if step.value >= 0 else "down"


def columns(
    sheet: Sheet, steps: Sequence[Step], spans: list[tuple[float, float]], reach: tuple[float, float]
) -> list[Safe]:
    """Upright, for wide sheets."""
    top, bottom = 26.0, sheet.height - 42
    each = sheet.width / len(steps)
    wide = min(each * 0.62, 92)

    def y(value: float) -> float:
        return bottom - (value - reach[0]) / (reach[1] - reach[0]) * (bottom - top)

    drawn = [line((0, y(0)), (sheet.width, y(0)))]
    at = 0.0
    for place, (step, (low, high)) in enumerate(zip(steps, spans, strict=True)):
        left, middle = place * each + (each - wide) / 2, place * each + each / 2
        drawn.append(box((left, y(high)), (wide, max(y(low) - y(high), 1.5)), tone(step), f"{step.label} {step.money}"))
        at = step.value if step.whole else at + step.value
        if place < len(steps) - 1:
            drawn.append(line((left + wide, y(at)), (left + each, y(at)), "thread"))
        figure = "figure" if step.whole else f"figure {'grn' if step.value >= 0 else 'red'}"
        drawn.append(write((middle, y(high) - 8), step.money, figure, "middle"))
        drawn.append(write((middle, sheet.height - 22), step.label, "label", "middle"))
        drawn.append(write((middle, sheet.height - 6), step.people, "small", "middle"))
    return drawn


def rows(
    sheet: Sheet, steps: Sequence[Step], spans: list[tuple[float, float]], reach: tuple[float, float]
) -> list[Safe]:
    """Lying, for narrow sheets: label and figure above, bar below."""
    each = sheet.height / len(steps)
    drawn: list[Safe] = []

    def x(value: float) -> float:
        return (value - reach[0]) / (reach[1] - reach[0]) * sheet.width

    for place, (step, (low, high)) in enumerate(zip(steps, spans, strict=True)):
        above = place * each
        figure = "figure" if step.whole else f"figure {'grn' if step.value >= 0 else 'red'}"
        drawn.append(write((0, above + 16), step.label, "label"))
        drawn.append(write((sheet.width * 0.62, above + 16), step.people, "small", "end"))
        drawn.append(write((sheet.width, above + 16), step.money, figure, "end"))
        drawn.append(box((0, above + 24), (sheet.width, 10), "track"))
        drawn.append(box((x(low), above + 24), (max(x(high) - x(low), 1.5), 10), tone(step)))
    return drawn
