"""Free-text Chinese addresses → codes of province, city and district, and the rest as street.

Names are matched from the left, the longest first, in full (杭州市) or as people say them (杭州). A level left out is
filled in from the one below; a short name is not taken for a place when it goes on as a street does (南京东路).
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from zhike.customers.values.divisions import Division, is_placeholder, table
from zhike.kernel.errors import Invalid
from zhike.kernel.folding import fold
from zhike.kernel.text import shorten

LONGEST: Final = 300


class Address(NamedTuple):
    """An address understood as far as it goes; `code` is the deepest division known, "" when none is."""

    code: str
    province: str
    city: str
    district: str
    street: str

    @property
    def complete(self) -> bool:
        """Whether the district is known, so that territories and distances can be had."""
        return len(self.code) == 6

    @property
    def full(self) -> str:
        """One line, with no level named twice."""
        parts = [self.province, self.city if self.city != self.province else "", self.district, self.street]
        return "".join(part for index, part in enumerate(parts) if part and part not in parts[:index])


_LEAD: Final = re.compile(r"^(?:(?:中国|中华人民共和国|地址[:：]?|[0-9]{6}(?=[^0-9号弄]))[\s,，]*)+")
_BETWEEN: Final = re.compile(r"[\s,，、/|·-]+")
_STREET_AHEAD: Final = re.compile(
    r"(?:[东西南北中一二三四五六七八九十0-9]{0,3}(?:路|街|道|大道|巷|弄|胡同|里弄|桥|村|镇|乡|社区)"
    r"|大厦|饭店|酒店|商城|广场)"
)
_MUNICIPALITIES: Final = frozenset({"11", "12", "31", "50"})
_LEVEL_WORD: Final = {2: "省市", 4: "市州盟", 6: "区县市旗"}


class _Names(NamedTuple):
    """Names of some divisions, for matching at the start of a text."""

    exact: dict[str, tuple[Division, ...]]
    short: dict[str, tuple[Division, ...]]
    lengths: dict[str, tuple[int, ...]]  # by the first two characters, the longest first


def _index(divisions: Iterable[Division]) -> _Names:
    exact: dict[str, list[Division]] = {}
    short: dict[str, list[Division]] = {}
    for division in divisions:
        if is_placeholder(division):
            continue
        exact.setdefault(division.name, []).append(division)
        if division.alias != division.name:
            short.setdefault(division.alias, []).append(division)
    lengths: dict[str, set[int]] = {}
    for name in (*exact, *short):
        lengths.setdefault(name[:2], set()).add(len(name))
    ordered = {lead: tuple(sorted(found, reverse=True)) for lead, found in lengths.items()}
    return _Names(_frozen(exact), _frozen(short), ordered)


def _frozen(names: dict[str, list[Division]]) -> dict[str, tuple[Division, ...]]:
    return {name: tuple(found) for name, found in names.items()}


@cache
def _names(level: int) -> _Names:
    return _index(table().level(level))


@lru_cache(maxsize=2000)
def _names_within(code: str, level: int) -> _Names:
    if len(code) == level - 2:
        return _index(table().within(code))
    return _index(division for division in table().level(level) if division.code.startswith(code))


class _Match(NamedTuple):
    found: tuple[Division, ...]
    length: int


def _match(names: _Names, text: str, level: int) -> _Match | None:
    for length in names.lengths.get(text[:2], ()):
        name = text[:length]
        if found := names.exact.get(name):
            return _Match(found, length)
        if (found := names.short.get(name)) and not _STREET_AHEAD.match(text, length):
            # 余杭市 has been 余杭区 for years and is still written so.
            consumed = length + (text[length : length + 1] in _LEVEL_WORD[level] and len(text) > length)
            return _Match(found, consumed)
    return None


def _rest(text: str, name: str, code: str) -> str:
    """What follows the name, without separators, fillers and a municipality's name written twice."""
    text = _without_separator(text[len(name) :])
    if len(code) == 2 and code in _MUNICIPALITIES and text.startswith(name) and name.endswith("市"):
        text = _without_separator(text[len(name) :])
    return _without_separator(text.removeprefix("市辖区"))


def _without_separator(text: str) -> str:
    found = _BETWEEN.match(text)
    return text[found.end() :] if found else text


def parse_address(text: str) -> Address:
    """The address somebody wrote. What names no known place comes back as street alone."""
    if len(text) > LONGEST:
        message = _("The address has %(length)s characters; %(limit)s are allowed. Shorten it.")
        raise Invalid("address.long", message % {"length": len(text), "limit": LONGEST})
    plain = unicodedata.normalize("NFKC", text).strip()
    if not _TRADITIONAL.isdisjoint(plain):
        plain = fold(plain)
    rest = _LEAD.sub("", plain)
    code = ""
    best = _best(rest, "")
    while best is not None:
        code, length = best
        rest = _rest(rest, rest[:length], code)
        best = _best(rest, code) if len(code) < 6 else None
    if len(code) == 4 and len(table().within(code)) == 1:  # 东莞 and 中山 have no districts
        code = table().within(code)[0].code
    province, city, district = table().path(code) if code else ("", "", "")
    return Address(code, province, city, district, rest)


_TRADITIONAL: Final = frozenset("灣東門廣慶區縣鄉鎮號樓線鐵寧蘇陝貴雲龍貢臺漢瀋無陽濟煙")


def _best(text: str, code: str) -> tuple[str, int] | None:
    """The division that the text starts with, inside the one known: the longest name wins, then the larger area."""
    best: _Match | None = None
    for level in range(len(code) + 2, 8, 2):
        match = _match(_names(level) if not code else _names_within(code, level), text, level)
        if match is not None and (best is None or match.length > best.length):
            best = match
    found = _only(best.found) if best else ""
    return (found, best.length) if best and found else None


def _only(found: tuple[Division, ...]) -> str:
    """The code of the one division meant; what they share when the name is borne by several."""
    if len(found) == 1:
        return found[0].code
    first = found[0].code
    return first[:4] if all(division.code[:4] == first[:4] for division in found) else ""


def address_of(code: str, street: str = "") -> Address:
    """An address from a chosen division. Refuses a code that is none."""
    if code not in table().by_code:
        message = _("There is no place with the code %(value)s. Choose one from the list.")
        raise Invalid("address.code", message % {"value": shorten(code)})
    return Address(code, *table().path(code), street)
