"""A formula's text as tokens; full-width signs count as their half-width ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from zhike.kernel.text import shorten
from zhike.records.formula.problems import FormulaProblem

LONGEST: Final = 2_000

# One character for one, so that positions stay right.
_HALF_WIDTH: Final = str.maketrans("（），＋－×÷＊／％＝＜＞！；“”‘’｛｝　", "(),+-*/*/%=<>!,\"\"''{} ")
_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<text>"[^"]*"|'[^']*')
    |(?P<field>\{[^{}]*\})
    |(?P<word>[^\W\d]\w*)
    |(?P<sign><=|>=|<>|!=|==|[-+*/%=<>(),])""",
    re.VERBOSE,
)


class Sort(StrEnum):
    """What a token is."""

    NUMBER = "number"
    TEXT = "text"
    FIELD = "field"
    WORD = "word"
    SIGN = "sign"
    END = "end"


class Token(NamedTuple):
    """A piece of the formula and where it starts."""

    sort: Sort
    text: str
    position: int


def tokens_of(source: str) -> Iterator[Token]:
    """The tokens of a formula, then one `END`."""
    if len(source) > LONGEST:
        message = _("The formula is longer than %(limit)s characters. Split it into several fields.")
        raise FormulaProblem("long", message, LONGEST, limit=LONGEST)
    plain = source.translate(_HALF_WIDTH)
    place = 0
    while place < len(plain):
        found = _TOKEN.match(plain, place)
        if found is None:
            raise _unreadable(source, place)
        sort = found.lastgroup or "space"
        if sort != "space":
            # Texts and names keep the characters that were written; only signs are made half-width.
            yield Token(Sort(sort), (plain if sort == "sign" else source)[place : found.end()], place)
        place = found.end()
    yield Token(Sort.END, "", len(source))


def _unreadable(source: str, place: int) -> FormulaProblem:
    char = source[place]
    if char in "\"'“”‘’":
        message = _("The text starting at character %(place)s is never closed. Close it with the same quote.")
        return FormulaProblem("open_text", message, place)
    if char in "{｛":
        message = _("The field name starting at character %(place)s is never closed. Close it with “}”.")
        return FormulaProblem("open_field", message, place)
    if char == ".":
        message = _("The dot at character %(place)s has no meaning here. Parts of a field cannot be reached.")
        return FormulaProblem("dot", message, place)
    message = _("“%(value)s” at character %(place)s has no meaning in a formula. Remove it.")
    return FormulaProblem("sign", message, place, value=shorten(char))
