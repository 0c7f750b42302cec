"""Text as people write it: cleaned at the door, masked, shortened. Folding and pinyin are offered from here too.

*Stored* text is NFC, trimmed, free of control characters and lone surrogates, no longer than its field.
*Compared* text is `fold`ed. *Sorted* text has a stored `sort_key`.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import Invalid
from zhike.kernel.folding import fold, has_mark_run, is_han
from zhike.kernel.pinyin import initials, pinyin, sort_key

__all__ = [
    "BadText", "clean", "enumerated", "fold", "initials", "is_han", "mask_email", "mask_id", "mask_phone", "pinyin", "sentences",
    "shorten", "sort_key",
]  # fmt: skip

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_DIGIT: Final = re.compile("[0-9]")


class BadText(Invalid):
    """Text that no field accepts."""


def clean(text: str, max_length: int | None = None) -> str:
    """`text` as it is stored: trimmed and in NFC. Refuses what a database or a spreadsheet could not give back."""
    if max_length is not None and len(text) > 4 * max_length + 100:
        raise _too_long(text, max_length)
    if not (printable := text.isprintable()) and (found := _CONTROL.search(text)):
        message = _("The text contains the invisible control character %(character)s. Remove it.")
        character = f"U+{ord(found[0]):04X}"
        raise BadText("text.control", message % {"character": character}, character=character)
    if not text.isascii():
        if not printable and _SURROGATE.search(text):
            raise BadText("text.surrogate", _("The text contains half a character. Copy it again from its source."))
        if has_mark_run(text):
            raise BadText("text.marks", _("The text stacks too many accents on one character. Remove some of them."))
        text = unicodedata.normalize("NFC", text)
    text = text.strip()
    if max_length is not None and len(text) > max_length:
        raise _too_long(text, max_length)
    return text


def _too_long(text: str, max_length: int) -> BadText:
    message = _("The text has %(length)s characters; %(limit)s are allowed. Shorten it.")
    length = len(text)
    return BadText("text.long", message % {"length": length, "limit": max_length}, length=length, limit=max_length)


def shorten(value: object, limit: int = 60) -> str:
    """A value for use inside a message: one line, printable, at most `limit` characters."""
    text = str(value)[: limit * 4]
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def mask_phone(phone: str) -> str:
    """13812345678 → 138****5678; a short number keeps its last two digits only."""
    places = [match.start() for match in _DIGIT.finditer(phone)]
    hidden = set(places[-8:-4] if len(places) >= 9 else places[:-2])
    return "".join("*" if index in hidden else character for index, character in enumerate(phone))


def mask_email(email: str) -> str:
    """zhang.wei@example.com → z***@example.com: how long the name is stays hidden too."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}***{at}{domain}" if at else "***"


def mask_id(number: str) -> str:
    """Of an identity document the first three and the last four characters stay; of a short one nothing does."""
    if len(number) < 12:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def enumerated(values: Iterable[object]) -> str:
    """Several things in one line, with the mark this language sets between them."""
    return ("、" if _in_chinese() else ", ").join(map(str, values))


def sentences(values: Iterable[object]) -> str:
    """Several sentences in one, with the space that this language sets between them, if any."""
    return ("" if _in_chinese() else " ").join(map(str, values))


def _in_chinese() -> bool:
    return (get_language() or "").startswith("zh")
