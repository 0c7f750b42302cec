"""Address cards (vCard 2.1, 3.0, 4.0) as rows: one card a row, well-known properties as columns."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from zhike.records.importing.delimited import Lines, Row
from zhike.records.importing.encodings import EncodingGuess, chinese_score, guess_encoding_of
from zhike.records.importing.problems import RowProblem

CARD_COLUMNS = (
    "Full name", "Family name", "Given name", "Nickname", "Company", "Department", "Job title", "Mobile", "Mobile 2",
    "Phone", "Phone 2", "Fax", "Email", "Email 2", "Street", "City", "Province", "Postcode", "Country", "Website",
    "Birthday", "Tags", "Notes", "WeChat", "UID",
)  # fmt: skip

MOST_CARD = 1_000_000
_SIMPLE = {
    "FN": "Full name", "NICKNAME": "Nickname", "TITLE": "Job title", "URL": "Website", "BDAY": "Birthday",
    "CATEGORIES": "Tags", "NOTE": "Notes", "UID": "UID", "X-WECHAT": "WeChat",
    "ROLE": "Role",
}  # fmt: skip
_STRUCTURED = {
    "N": ("Family name", "Given name"),
    "ORG": ("Company", "Department"),
    "ADR": ("", "", "Street", "City", "Province", "Postcode", "Country"),
}
_BREAKS = re.compile(r"\\([nN,;:\\])")
_PARTS = re.compile(r'(?:[^;"]|"[^"]*")+')


@dataclass(frozen=True)
class Property:
    """One content line: `item1.TEL;TYPE=CELL:+86…`."""

    name: str
    kinds: frozenset[str]
    value: str


class CardSource:
    """A file of cards as rows."""

    def __init__(self, path: Path, encoding: EncodingGuess) -> None:
        self.path, self.encoding = path, encoding
        self.bytes_total = path.stat().st_size
        self._lines: Lines | None = None

    @property
    def bytes_read(self) -> int:
        return self._lines.bytes_read if self._lines else 0

    def estimate(self) -> int:
        with self.path.open("rb") as source:
            head = source.read(256 * 1024)
        count = head.replace(b"\0", b"").upper().count(b"BEGIN:VCARD")
        return max(1, round(count * self.bytes_total / len(head)))

    def raw_rows(self) -> Iterator[Row]:
        lines = self._lines = Lines(self.path, self.encoding)
        card: list[str] = []
        start = size = 0
        for line in lines:
            lines.since.clear()
            text = line.rstrip("\r\n")
            mark = text.strip().upper()
            if mark == "BEGIN:VCARD":
                if start:
                    yield self._damaged(lines, start, "END:VCARD")
                card, start, size = [], lines.number, 0
            elif mark == "END:VCARD" and start:
                yield self._row(lines, card, start)
                start = 0
            elif start and (size := size + len(text)) <= MOST_CARD:
                card.append(text)
        if start:
            yield self._damaged(lines, start, "END:VCARD")

    def _damaged(self, lines: Lines, start: int, why: str) -> Row:
        return Row(start, [], (*_marks(lines, start), RowProblem(start, "", "damaged_card", why)))

    def _row(self, lines: Lines, card: list[str], start: int) -> Row:
        found: dict[str, str] = {}
        left_out: list[str] = []
        problems = _marks(lines, start)
        for line in unfold(card):
            try:
                entry = read_property(line)
            except (ValueError, LookupError):
                problems = (*problems, RowProblem(start, "", "damaged_card", line))
                continue
            if entry:
                left_out += place_property(found, entry)
        found.setdefault("Job title", found.pop("Role", ""))  # what somebody does, where the card gives no title
        if "Full name" not in found:  # the card of a company may give nothing but the company
            name = joined_name(found.get("Family name", ""), found.get("Given name", ""))
            found["Full name"] = name or found.get("Company", "")
        problems += tuple(RowProblem(start, "", "value_left_out", value) for value in left_out[:20])
        return Row(start, [found.get(column, "") for column in CARD_COLUMNS], problems)


def _marks(lines: Lines, start: int) -> tuple[RowProblem, ...]:
    marks = [number for number in lines.marks if number <= lines.number]
    return tuple(lines.marks.pop(number) for number in sorted(marks)[:20] if number >= start)


def joined_name(family: str, given: str) -> str:
    """张 + 伟 → 张伟, Smith + Anna → Anna Smith."""
    if not any("\u2e80" <= char <= "\ud7ff" for char in family + given):
        return f"{given} {family}".strip()
    return family + given


def unfold(lines: list[str]) -> Iterator[str]:
    """Join folded lines: those that start with a space, and quoted-printable ones that end in `=`."""
    whole: list[str] = []
    soft = False
    for line in lines:
        if soft:
            whole.append(line)
        elif line[:1] in (" ", "\t"):
            whole.append(line[1:])
        else:
            if whole:
                yield "".join(whole)
            whole = [line]
        soft = bool(whole) and line.endswith("=") and "QUOTED-PRINTABLE" in whole[0].split(":", 1)[0].upper()
        if soft:
            whole[-1] = whole[-1][:-1]
    if whole:
        yield "".join(whole)


def read_property(line: str) -> Property | None:
    """Read one unfolded line; raises `ValueError` when it has no colon or cannot be decoded."""
    if not line.strip():
        return None
    place = _colon(line)
    parts = _PARTS.findall(line[:place])
    name = parts[0].rpartition(".")[2].strip().upper()
    if name in ("PHOTO", "LOGO", "SOUND", "KEY", "VERSION", "PRODID", "REV"):
        return None
    kinds: set[str] = set()
    charset = encoding = ""
    for part in parts[1:]:
        key, equals, value = part.partition("=")
        value = value.strip('"')
        if not equals:
            kinds.add(key.upper())
        elif key.upper() == "CHARSET":
            charset = value
        elif key.upper() == "ENCODING":
            encoding = value.upper()
        elif key.upper() == "TYPE":
            kinds.update(each.strip().upper() for each in value.split(","))
    if "QUOTED-PRINTABLE" in kinds:
        encoding = "QUOTED-PRINTABLE"
    return Property(name, frozenset(kinds), _decoded(line[place + 1 :], encoding, charset))


def _colon(line: str) -> int:
    quoted = False
    for place, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            return place
    raise ValueError(line[:60])


def _decoded(value: str, encoding: str, charset: str) -> str:
    if encoding == "QUOTED-PRINTABLE":
        return _from_bytes(quopri.decodestring(value.encode("utf-8", "replace")), charset)
    if encoding in ("B", "BASE64"):
        try:
            return _from_bytes(binascii.a2b_base64(value), charset)
        except binascii.Error as error:
            raise ValueError(value[:60]) from error
    return value


def _from_bytes(data: bytes, charset: str) -> str:
    """Phones often name a character set they do not use, so what it claims is tried first, then judged."""
    guess = guess_encoding_of(data)
    if charset:
        claimed = {"GB2312": "gb18030", "GBK": "gb18030"}.get(charset.upper(), charset)
        try:
            text = data.decode(claimed)
        except (UnicodeDecodeError, LookupError):
            return data.decode(guess.codec)
        if chinese_score(text) >= 0 or not guess.certain:
            return text
    return data.decode(guess.codec)


def place_property(found: dict[str, str], entry: Property) -> list[str]:
    """Put a property's value into its column; returns values for which no column is free."""
    if entry.name in _STRUCTURED:
        columns = _STRUCTURED[entry.name]
        if any(column in found for column in columns):
            return [_plain(entry.value)]
        for column, part in zip(columns, _split(entry.value), strict=False):
            if column and part:
                found[column] = part
        return []
    value = _plain(entry.value)
    if not value:
        return []
    for column in _columns_of(entry):
        if column not in found:
            found[column] = value
            return []
    return [value] if _columns_of(entry) else []


def _columns_of(entry: Property) -> tuple[str, ...]:
    if entry.name == "TEL":
        if "FAX" in entry.kinds:
            return ("Fax",)
        if entry.kinds & {"CELL", "MOBILE", "IPHONE"}:
            return ("Mobile", "Mobile 2")
        return ("Phone", "Phone 2")
    if entry.name == "EMAIL":
        return ("Email", "Email 2")
    column = _SIMPLE.get(entry.name)
    return (column,) if column else ()


def _plain(value: str) -> str:
    if value.lower().startswith(("tel:", "mailto:")):
        value = value.partition(":")[2]
    return _BREAKS.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()


def _split(value: str) -> list[str]:
    """Split at semicolons that are not escaped."""
    parts: list[str] = []
    piece: list[str] = []
    escaped = False
    for char in value:
        if char == ";" and not escaped:
            parts.append(_plain("".join(piece)))
            piece = []
        else:
            piece.append(char)
        escaped = char == "\\" and not escaped
    parts.append(_plain("".join(piece)))
    return parts
