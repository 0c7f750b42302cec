"""A small builder of HTML: everything that is not `Safe` is escaped, and nothing can run or reach out of the page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from string import Formatter

ATTRIBUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9:-]*")
EMPTY = {"meta", "br", "hr", "col", "rect", "line", "path", "circle", "polygon", "polyline", "stop"}
# What HTML forbids, and the marks that would turn the reading direction of the text around a name.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


class Safe(str):
    """Markup made here; every other text is escaped on its way in."""

    __slots__ = ()


def text(value: object) -> Safe:
    """A value as text that means nothing to a browser."""
    return value if isinstance(value, Safe) else Safe(escape(INVISIBLE.sub("", str(value))))


def join(children: Iterable[object]) -> Safe:
    """Children one after another; None is nothing, iterables are opened."""
    found = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, str) or not isinstance(child, Iterable):
            found.append(text(child))
        else:
            found.append(join(child))
    return Safe("".join(found))


def tag(element: str, *children: object, **attributes: object) -> Safe:
    """One element. `class_` is class, `_` in names is `-`; None and False leave an attribute out, True gives it bare.

    Refuses what could run or reach out: handlers, styles, script, and addresses that do not stay on the page.
    """
    if not ATTRIBUTE.fullmatch(element) or element.lower() in ("script", "iframe", "object", "embed", "link", "img"):
        raise ValueError(f"Not an element of a report: {element!r}")
    written = []
    for key, value in attributes.items():
        name = key.rstrip("_").replace("_", "-")
        if value is None or value is False:
            continue
        if not ATTRIBUTE.fullmatch(name) or name.lower().startswith("on") or name in ("style", "src", "srcset"):
            raise ValueError(f"Not an attribute of a report: {name!r}")
        if name.endswith("href") and not str(value).startswith("#"):
            raise ValueError("A report points at nothing but itself.")
        written.append(f" {name}" if value is True else f' {name}="{escape(INVISIBLE.sub("", plain(value)))}"')
    opened = f"<{element}{''.join(written)}>"
    return Safe(f"{opened[:-1]}/>") if element in EMPTY else Safe(f"{opened}{join(children)}</{element}>")


def plain(value: object) -> str:
    """Numbers of drawings with at most two places, anything else as it is."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def fill(sentence: str, /, **parts: object) -> Safe:
    """A sentence with {named} parts; both are escaped, except parts that are `Safe`."""
    found: list[object] = []
    for literal, name, _, _ in Formatter().parse(sentence):
        found.append(literal)
        if name is not None:
            found.append(parts[name])
    return join(found)


def strong(value: object, tone: str = "") -> Safe:
    """What carries a sentence: a figure stays on one line, a name (markup) may break."""
    return tag("b", value, class_=" ".join(filter(None, (tone, "" if isinstance(value, Safe) else "n"))) or None)


def name(called: str, longest: int = 60) -> Safe:
    """A name from the file: kept apart in direction, cut where nobody would read on."""
    clean = " ".join(INVISIBLE.sub("", called).split()) or "—"
    short = clean if len(clean) <= longest else f"{clean[: longest - 1]}…"
    return tag("bdi", short, title=clean[:300] if short != clean else None)
