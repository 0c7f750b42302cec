"""What drawings share: the sheet with its title and description, texts, lines, scales, small marks."""

from __future__ import annotations

import math
from dataclasses import dataclass

from zhike.value.page.markup import Safe, tag


@dataclass(frozen=True, slots=True)
class Sheet:
    """One drawing: `key` makes its ids unique, title and description are for those who do not see it."""

    key: str
    width: float
    height: float
    title: str
    description: str

    def svg(self, *children: object) -> Safe:
        """The drawing; it scales with its place and keeps its proportions."""
        return tag(
            "svg",
            tag("title", self.title, id=f"{self.key}-t"),
            tag("desc", self.description, id=f"{self.key}-d"),
            children,
            class_="chart",
            viewBox=f"0 0 {self.width:g} {self.height:g}",
            width=self.width,
            height=self.height,
            role="img",
            aria_labelledby=f"{self.key}-t",
            aria_describedby=f"{self.key}-d",
        )


def write(at: tuple[float, float], words: object, class_: str = "", anchor: str = "start") -> Safe:
    """A text, by its baseline; anchor start, middle or end."""
    return tag("text", words, x=at[0], y=at[1], class_=class_ or None, text_anchor=anchor)


def line(start: tuple[float, float], end: tuple[float, float], class_: str = "rule") -> Safe:
    """A straight line."""
    return tag("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], class_=class_)


def box(at: tuple[float, float], size: tuple[float, float], class_: str, label: str | None = None) -> Safe:
    """A rectangle; never of negative size."""
    edges = {"x": at[0], "y": at[1], "width": max(size[0], 0.0), "height": max(size[1], 0.0)}
    if label is None:
        return tag("rect", **edges, class_=class_)
    return tag("g", tag("title", label), tag("rect", **edges, class_=class_))


def steps(highest: float, most: int = 5) -> list[float]:
    """Round values from zero to at least the highest."""
    if not highest > 0 or not math.isfinite(highest):
        return [0.0, 1.0]
    rough = highest / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * part for part in (1, 2, 2.5, 5, 10) if power * part >= rough * 0.999999)
    return [step * place for place in range(math.ceil(highest / step - 1e-9) + 1)]


def meter(share: float, *, guide: float | None = None, full: float = 1.0, tone: str = "lv2", label: str = "") -> Safe:
    """A bar in a table cell, with a mark where the guide stands; the figure itself stands beside it in words."""
    part = min(max(share / full if full else 0.0, 0.0), 1.0) * 100
    mark = None if guide is None else box((min(guide / full, 1.0) * 100 - 0.6, 0), (1.2, 16), "guide")
    return tag(
        "svg",
        box((0, 4), (100, 8), "track"),
        box((0, 4), (part, 8), tone),
        mark,
        class_="meter",
        viewBox="0 0 100 16",
        preserveAspectRatio="none",
        aria_hidden="true" if not label else None,
        role="img" if label else None,
        aria_label=label or None,
    )


def rungs(level: str) -> Safe | None:
    """The little pyramid with one rung filled; nothing is filled for those outside."""
    places = ("top", "high", "middle", "base")
    widths = (4, 8, 12, 16)
    rows = [
        box((8 - width / 2, place * 3.6), (width, 2.6), "on" if name == level else "off")
        for place, (name, width) in enumerate(zip(places, widths, strict=True))
    ]
    return tag("svg", rows, class_="rungs", viewBox="0 0 16 14", width=16, height=14, aria_hidden="true")
