"""The pyramid: four slabs of equal height, since their widths are symbols and their figures stand beside them."""

from __future__ import annotations

from zhike.value.page.markup import Safe, tag

from .drawing import Sheet, write

PLACES = ("top", "high", "middle", "base")


def pyramid(sheet: Sheet, names: dict[str, str]) -> Safe:
    """`names` {level: word}, drawn top down; slabs fill the height of the sheet."""
    gap, each = 3.0, sheet.height / 4
    middle = sheet.width / 2

    def half(depth: float) -> float:
        return sheet.width * (0.08 + 0.42 * depth / sheet.height)

    drawn: list[Safe] = []
    for place, level in enumerate(PLACES):
        upper, lower = place * each, (place + 1) * each - gap
        corners = ((middle - half(upper), upper), (middle + half(upper), upper), (middle + half(lower), lower))
        points = [*corners, (middle - half(lower), lower)]
        shape = tag("polygon", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points), class_=f"lv{place + 1}")
        word = write((middle, (upper + lower) / 2 + 4.5), names[level], f"on-lv{place + 1} slab", "middle")
        drawn += [shape, word]
    return sheet.svg(drawn)
