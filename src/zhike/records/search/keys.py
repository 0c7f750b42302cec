"""How tokens stand in the search table: each begins with its record type, so that types never meet in an index.

* open tokens: type, token. What everybody who sees the record may find it by.
* closed tokens: type, "_", class, token. Telephones (p), e-mail (e) and identity numbers (i) are apart, so that a person
  for whom they are masked or hidden never reaches them by accident.
* names: type, "_n", the first one to four characters; type, "_w", the whole without spaces: names that are or begin as
  somebody types come first; type, "_h", its first one to three syllables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from zlib import crc32

from zhike.kernel.screens import Column, Kind, Screen, Sensitive
from zhike.records.search.tokens import LONGEST_FIELD, document_tokens, name_beginning, plain

KINDS = frozenset({"name", "text", "phone", "email", "number"})
PHONE, EMAIL, IDENTITY, BEGINNING, WHOLE = "p", "e", "i", "n", "w"
BEGINNINGS = 4  # characters of a name kept as tokens of their own, so that frequent beginnings are one posting list
_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"
MOST_TEXT = 8000
_SPACES = re.compile("[\\s\x1c-\x1f]+")

Fields = Mapping[str, Sequence[str]]


@cache
def code_of(record_type: str) -> str:
    """Two characters for a type. Types that share them cost a little time, nothing else: rows know their type."""
    first, second = divmod(crc32(record_type.encode()) % len(_SIGNS) ** 2, len(_SIGNS))
    return _SIGNS[first] + _SIGNS[second]


def closed(code: str, letter: str, token: str) -> str:
    """A token of a class of its own."""
    return f"{code}_{letter}{token}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where texts of one key go: the column they belong to, the way tokens are made of them, their class."""

    column: str
    kind: str
    letter: str = ""


def place_of(screen: Screen, key: str) -> Place:
    """The place of a key of `Screen.search`: a column's name, `column:kind`, or a bare kind (`name` is the title's)."""
    name, _colon, kind = key.partition(":")
    column = screen.column(name)
    if column is None and name in KINDS:
        return Place(screen.title if name == "name" else "", name, {"phone": PHONE, "email": EMAIL}.get(name, ""))
    if column is None:
        return Place(name, kind if kind in KINDS else "text")
    return Place(name, kind if kind in KINDS else _kind_of(screen, column), letter_of(column))


def _kind_of(screen: Screen, column: Column) -> str:
    if column.kind is Kind.PHONE or column.sensitive is Sensitive.PHONE:
        return "phone"
    if column.kind is Kind.EMAIL or column.sensitive is Sensitive.EMAIL:
        return "email"
    if column.sensitive is Sensitive.ID:
        return "number"
    return "name" if column.name == screen.title else "text"


def letter_of(column: Column) -> str:
    """The class of a declared column; the company's own fields are open, or hidden by a role."""
    if column.custom:
        return ""
    if column.kind is Kind.PHONE or column.sensitive is Sensitive.PHONE:
        return PHONE
    if column.kind is Kind.EMAIL or column.sensitive is Sensitive.EMAIL:
        return EMAIL
    return IDENTITY if column.sensitive is Sensitive.ID else ""


class Keys:
    """Makes the stored tokens and text of one type's records; made once for many records."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.code = code_of(screen.type)
        self._places: dict[str, Place] = {}

    def row(self, fields: Fields) -> tuple[list[str], str]:
        """Tokens, and the folded text by column in which long queries and hidden columns are rechecked."""
        code = self.code
        tokens: list[str] = []
        shown: dict[str, list[str]] = {}
        lines: list[str] = []
        for key, values in fields.items():
            place = self._places.get(key) or self._places.setdefault(key, place_of(self.screen, key))
            if place.letter:
                lead = f"{code}_{place.letter}"
                tokens += [lead + token for token in document_tokens({place.kind: values})]
                continue
            shown.setdefault(place.kind, []).extend(values)
            lines += [
                f"{place.column}:{place.kind}\t{' '.join(plain(value[:LONGEST_FIELD]).split())}"
                for value in values
                if value
            ]
        tokens += [code + token for token in document_tokens(shown)]
        for name in shown.get("name", ()):
            tokens += self._beginnings(name)
        return tokens, "\n".join(lines)[:MOST_TEXT]

    def _beginnings(self, name: str) -> Iterable[str]:
        whole = name_beginning(name)
        if not whole:
            return ()
        first = [closed(self.code, BEGINNING, whole[:size]) for size in range(1, min(len(whole), BEGINNINGS) + 1)]
        return [*first, closed(self.code, WHOLE, whole)]


def visible_fields(text: str, hidden: frozenset[str]) -> dict[str, list[str]]:
    """The stored text as fields again, without hidden columns; texts of no column are dropped as soon as one is hidden."""
    fields: dict[str, list[str]] = {}
    for line in text.split("\n"):
        key, tab, value = line.partition("\t")
        column, _colon, kind = key.partition(":")
        if tab and column and column not in hidden:
            fields.setdefault(kind, []).append(value)
    return fields
