"""E-mail addresses: accepted as people write them, compared without regard to case."""

import re
import unicodedata
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import Invalid
from zhike.kernel.text import shorten

LONGEST: Final = 254

_LOCAL: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_LABEL: Final = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_WRAPPED: Final = re.compile(r"(?:mailto:)?(?:[^<>]*<)?([^<>\s]+@[^<>\s]+)>?", re.IGNORECASE)


class BadEmail(Invalid):
    """Not an e-mail address."""


class Email(NamedTuple):
    """An address understood. `key` identifies it: two addresses that differ only in case are one."""

    local: str
    domain: str

    @property
    def address(self) -> str:
        """As it is shown and written to."""
        return f"{self.local}@{self.domain}"

    @property
    def key(self) -> str:
        """As it is compared."""
        return f"{self.local.casefold()}@{self.domain}"


def parse_email(text: str) -> Email:
    """The address somebody wrote: "Li Hua <li.hua@example.com>", full-width ＠ and mailto: are understood."""
    if len(text) > LONGEST + 100:
        raise _bad(text)
    plain = (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip().rstrip(".,;，；。")
    found = _WRAPPED.fullmatch(plain)
    local, _at, domain = (found[1] if found else "").rpartition("@")
    domain = domain.casefold().rstrip(".")
    labels = domain.split(".")
    good = len(local) <= 64 and len(local) + len(domain) < LONGEST and len(labels) > 1 and not labels[-1].isdigit()
    if not (good and _LOCAL.fullmatch(local) and all(_LABEL.fullmatch(label) for label in labels)):
        raise _bad(text)
    return Email(local, domain)


def email_or_none(text: str) -> Email | None:
    """The address, or nothing when it is none."""
    try:
        return parse_email(text)
    except BadEmail:
        return None


def _bad(text: str) -> BadEmail:
    message = _("“%(value)s” is no e-mail address. Write it as name@example.com.")
    return BadEmail("email.unknown", message % {"value": shorten(text)})
