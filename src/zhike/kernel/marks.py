"""The small drawn signs of the screens as ready HTML: level, stage, kind, avatar, icon, sparkline, meter.

Rows of a list carry five of them each, so they are made in Python and remembered instead of being templates.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from zhike.kernel import clock
from zhike.kernel.html import text

if TYPE_CHECKING:
    from zhike.kernel.screens import Reader

NOTHING: Final = SafeString('<span class="i4">—</span>')  # a value that is missing
LEVELS: Final = {
    "A": (1, pgettext_lazy("level", "Top")),
    "B": (2, pgettext_lazy("level", "High")),
    "C": (3, pgettext_lazy("level", "Middle")),
    "D": (4, pgettext_lazy("level", "Base")),
}
#: the life of a relationship; the dot moves along the curve
STAGES: Final = {
    1: pgettext_lazy("stage", "Exploring"),
    2: pgettext_lazy("stage", "Forming"),
    3: pgettext_lazy("stage", "Stable"),
    4: pgettext_lazy("stage", "Declining"),
    5: pgettext_lazy("stage", "Lost"),
}
#: kind → (the word it stands for, its context for the one-character mark)
KINDS: Final = {
    "organisation": pgettext_lazy("kind", "Organisation"),
    "person": pgettext_lazy("kind", "Person"),
    "dealer": pgettext_lazy("kind", "Dealer"),
    "government": pgettext_lazy("kind", "Public body"),
    "service": pgettext_lazy("kind", "Service partner"),
}
ATTITUDES: Final = {
    "for": ("+", pgettext_lazy("attitude", "For")),
    "neutral": ("=", pgettext_lazy("attitude", "Neutral")),
    "against": ("−", pgettext_lazy("attitude", "Against")),
    "": ("?", pgettext_lazy("attitude", "Unknown")),
}


@lru_cache(maxsize=1024)
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """A symbol of the icon sprite; decorative unless it has a label."""
    return format_html(
        '<svg class="ti{}" {}><use href="{}#{}"></use></svg>',
        f" {css}" if css else "",
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),
        static("vendor/icons.svg"),
        name,
    )


@lru_cache(maxsize=256)
def _level(code: str, word: bool, language: str | None) -> SafeString:
    number, name = LEVELS.get(code, (0, pgettext_lazy("level", "No level")))
    text = str(name)
    return format_html(
        '<span class="lv{}" title="{}"><svg aria-hidden="true"><use href="{}#level-{}"></use></svg>{}</span>',
        " top" if number == 1 else "",
        _("Level: %(level)s") % {"level": text},
        static("zhike/marks.svg"),
        number,
        text if word else format_html('<span class="sr">{}</span>', text),
    )


def level(code: str | None, word: bool = True) -> SafeString:
    """The four-bar pyramid of A, B, C or D, and its word (for screen readers only when `word` is off)."""
    return _level(str(code or ""), word, get_language())


@lru_cache(maxsize=256)
def _stage(number: int, label: str, language: str | None) -> SafeString:
    return format_html(
        '<span class="st s{}"><svg aria-hidden="true"><use href="{}#stage-{}"></use></svg>{}</span>',
        number,
        static("zhike/marks.svg"),
        number,
        label or str(STAGES[number]),
    )


def stage(number: int, label: str = "") -> SafeString:
    """The life curve with its dot at 1 exploring … 5 lost."""
    return _stage(int(number), str(label), get_language())


@lru_cache(maxsize=256)
def _kind(code: str, title: str, language: str | None) -> SafeString:
    word = title or str(KINDS.get(code, KINDS["organisation"]))
    marks = {
        "organisation": pgettext("one-character mark", "B"),
        "person": pgettext("one-character mark", "P"),
        "dealer": pgettext("one-character mark", "D"),
        "government": pgettext("one-character mark", "G"),
        "service": pgettext("one-character mark", "S"),
    }
    mark = marks.get(code, marks["organisation"])
    return format_html('<span class="kind" role="img" aria-label="{}" title="{}">{}</span>', word, word, mark)


def kind(code: str, title: str = "") -> SafeString:
    """One character in a grey square before a name: 企 个 商 政 服."""
    return _kind(str(code), str(title), get_language())


def when(value: date, reader: Reader, tone: str = "") -> SafeString:
    """A day or a moment, short, as the reader's clocks show it; the exact one on hover."""
    if not isinstance(value, datetime):
        shown, exact = clock.display_day(value, reader.today), value.isoformat()
    else:
        local = clock.local(value, reader.actor.zone)
        shown, exact = clock.display_day(local.date(), reader.today), f"{local.isoformat(' ', 'minutes')[:16]}"
    css = f' class="{tone}"' if tone else ""
    return SafeString(f'<time{css} datetime="{value.isoformat()}" title="{exact}">{text(shown)}</time>')


def initials(name: str) -> str:
    """What an avatar shows: the surname's character, or the initials of a Latin name."""
    words = name.split()
    if not words:
        return "?"
    if words[0][:1].isascii():
        return "".join(word[0] for word in words[:2]).upper()
    return name[0]


def avatar(name: str, css: str = "") -> SafeString:
    """A person's round mark; `css` takes `me` and `lg`."""
    name = str(name)
    return format_html('<span class="av {}" title="{}" aria-hidden="true">{}</span>', css, name, initials(name))


def attitude(code: str) -> SafeString:
    """Where a person stands towards us: + = − ?, shape as well as colour."""
    sign, word = ATTITUDES.get(code, ATTITUDES[""])
    return format_html('<span class="at {}" role="img" aria-label="{}" title="{}">{}</span>', code, word, word, sign)


def sparkline(
    values: Sequence[float], label: str, *, width: int = 56, height: int = 18, recent: int = 3, down: bool = False
) -> SafeString:
    """Bars of equal width, the last `recent` emphasised; stands beside its number, never instead of it."""
    top = max(values, default=0) or 1
    step = width / max(len(values), 1)
    bars = (
        (
            "e" if index >= len(values) - recent else "",
            f"{index * step:.1f}",
            f"{height - tall:.1f}",
            f"{step - max(step * 0.3, 1):.1f}" if step < 10 else f"{step - 2:.1f}",
            f"{tall:.1f}",
        )
        for index, tall in enumerate(max(1.0, (height - 1) * max(v, 0) / top) for v in values)
    )
    return format_html(
        '<svg class="spark{}" width="{}" height="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        " down" if down else "",
        width,
        height,
        width,
        height,
        label,
        format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx=".5"/>', bars),
    )


def meter(share: float, label: str, *, tick: float | None = None, tone: str = "") -> SafeString:
    """Fill = actual, tick = where it should be by today; both as shares of 1. `tone` is amb, red, grn or nothing."""
    fill = min(max(float(share), 0.0), 1.0) * 100
    mark = SafeString("")
    if tick is not None:
        mark = format_html(
            '<rect class="tick" x="{}%" width="2" height="12" rx="1"/>', f"{min(max(tick, 0), 1) * 100:.1f}"
        )
    return format_html(
        '<svg class="meter {}" role="img" aria-label="{}"><rect class="track" y="3" width="100%" height="6" rx="3"/>'
        '<rect class="fill" y="3" width="{}%" height="6" rx="3"/>{}</svg>',
        tone,
        label,
        f"{fill:.1f}",
        mark,
    )
