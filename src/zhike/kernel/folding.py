"""The form in which texts are compared, indexed and searched."""

import re
import sys
import unicodedata
from functools import cache
from itertools import chain, takewhile
from typing import Any, Final

# Unicode's stream-safe limit. Longer runs of combining marks make normalisation quadratic: 40 kB would take a second.
_MOST_MARKS: Final = 30
_SHORT_ENOUGH_FOR_ANY_MARKS: Final = 1000
HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\u3007\uf900-\ufaff\U00020000-\U0003ffff"  # for use inside a character class
_MEMORY: Final = 200_000


@cache
def mark_run() -> re.Pattern[str]:
    """Too many combining marks in a row."""
    marks = [chr(n) for n in range(0x300, sys.maxunicode + 1) if unicodedata.combining(chr(n))]
    return re.compile(f"[{''.join(marks)}]{{{_MOST_MARKS + 1},}}")


def has_mark_run(text: str) -> bool:
    """Whether normalising this text could take quadratic time. A run that is too long covers one place in so many."""
    if len(text) <= _SHORT_ENOUGH_FOR_ANY_MARKS or text.isascii():
        return False
    places = range(_MOST_MARKS, len(text), _MOST_MARKS + 1)
    return any(unicodedata.combining(text[place]) and _marks_around(text, place) > _MOST_MARKS for place in places)


def _marks_around(text: str, place: int) -> int:
    """How many combining marks stand in a row around one, as far as it matters."""
    before = takewhile(unicodedata.combining, reversed(text[max(place - _MOST_MARKS, 0) : place]))
    after = takewhile(unicodedata.combining, text[place : place + _MOST_MARKS + 1])
    return sum(1 for _mark in chain(before, after))


def is_han(character: str) -> bool:
    """Whether it is a Chinese character, of any plane."""
    code = ord(character)
    if code < 0x20000:
        return 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0xF900 <= code <= 0xFAFF or code == 0x3007
    return code <= 0x3FFFF


@cache
def _simplifier() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


class _Simplified(dict[int, str]):
    """Traditional → simplified, and nothing for invisible characters; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        folded = character = chr(code)
        if unicodedata.category(character) == "Cf":
            folded = ""
        elif is_han(character):
            folded = _simplifier().convert(character)
        if len(self) < _MEMORY:
            self[code] = folded
        return folded


_SIMPLIFIED: Final = _Simplified()


def fold(text: str) -> str:
    """NFKC, casefolded, without invisible characters, simplified. `fold(fold(x)) == fold(x)`.

    Characters are simplified one by one, so the fold of a part is a part of the fold and any piece of a name finds it.
    """
    if text.isascii():
        return text.lower()
    if has_mark_run(text):
        text = mark_run().sub("", text)
    text = unicodedata.normalize("NFKC", text).translate(_SIMPLIFIED)
    while True:  # casefolding may leave what composes again, and the other way round: twice at most in practice
        folded = unicodedata.normalize("NFKC", text.casefold())
        if folded == text:
            return text
        text = folded
