"""统一社会信用代码: the eighteen characters that identify an organisation in China (GB 32100-2015)."""

import re
import unicodedata
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from zhike.customers.values.names import NameKind
from zhike.kernel.errors import Invalid
from zhike.kernel.text import shorten

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE: Final = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_SHAPE: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_SPACE: Final = re.compile(r"[\s-]+")
_KINDS: Final = {
    "11": NameKind.GOVERNMENT,
    "12": NameKind.GOVERNMENT,
    "13": NameKind.GOVERNMENT,
    "91": NameKind.COMPANY,
    "92": NameKind.SOLE_TRADER,
    "93": NameKind.COMPANY,
}


class BadCreditCode(Invalid):
    """Not a credit code; the code says why."""


class CreditCode(NamedTuple):
    """A valid code."""

    code: str

    @property
    def division(self) -> str:
        """The six-digit code of where it was registered."""
        return self.code[2:8]

    @property
    def kind(self) -> NameKind | None:
        """What sort of organisation it was given to, as far as the code says."""
        return _KINDS.get(self.code[:2])


def parse_credit_code(text: str) -> CreditCode:
    """The code somebody wrote; small letters, spaces and full-width forms are understood."""
    code = _SPACE.sub("", unicodedata.normalize("NFKC", text[:60])).upper()
    if len(code) != 18 or len(text) > 60:
        message = _("“%(value)s” has %(count)s characters; a credit code has 18.")
        raise BadCreditCode("credit_code.length", message % {"value": shorten(text), "count": len(code)})
    if not _SHAPE.fullmatch(code):
        message = _("“%(value)s” is no credit code: letters I, O, S, V and Z do not occur in it.")
        raise BadCreditCode("credit_code.shape", message % {"value": shorten(text)})
    if check_character(code) != code[-1]:
        message = _("The credit code “%(value)s” has a typing error: its last character does not fit the others.")
        raise BadCreditCode("credit_code.check", message % {"value": shorten(text)})
    return CreditCode(code)


def check_character(code: str) -> str:
    """The eighteenth character that belongs to the first seventeen."""
    total = sum(_VALUE[character] * weight for character, weight in zip(code, _WEIGHTS, strict=False))
    return _ALPHABET[-total % 31]
