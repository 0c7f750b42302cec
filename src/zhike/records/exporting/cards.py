"""One row as an address card (vCard 3.0, which every phone and mail program reads)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhike.records.importing.vcards import joined_name

# The row keys are the column names cards are imported under, so that a card survives the way out and back.
_SIMPLE = (
    ("Nickname", "NICKNAME"),
    ("Job title", "TITLE"),
    ("Mobile", "TEL;TYPE=CELL"),
    ("Mobile 2", "TEL;TYPE=CELL"),
    ("Phone", "TEL;TYPE=WORK,VOICE"),
    ("Phone 2", "TEL;TYPE=WORK,VOICE"),
    ("Fax", "TEL;TYPE=FAX"),
    ("Email", "EMAIL;TYPE=INTERNET"),
    ("Email 2", "EMAIL;TYPE=INTERNET"),
    ("Website", "URL"),
    ("Birthday", "BDAY"),
    ("Tags", "CATEGORIES"),
    ("Notes", "NOTE"),
    ("WeChat", "X-WECHAT"),
    ("UID", "UID"),
)


def write_card(row: Mapping[str, Any]) -> str:
    """The card of a row keyed by `vcards.CARD_COLUMNS`, folded at 75 bytes, ending in CRLF."""
    family, given = _of(row, "Family name"), _of(row, "Given name")
    full = _of(row, "Full name") or _escape(
        joined_name(str(row.get("Family name") or ""), str(row.get("Given name") or ""))
    )
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{family or (full if not given else '')};{given};;;", f"FN:{full}"]
    if _of(row, "Company") or _of(row, "Department"):
        lines.append(f"ORG:{_of(row, 'Company')};{_of(row, 'Department')}")
    address = [_of(row, key) for key in ("Street", "City", "Province", "Postcode", "Country")]
    if any(address):
        lines.append("ADR;TYPE=WORK:;;" + ";".join(address))
    lines += [f"{name}:{value}" for key, name in _SIMPLE if (value := _of(row, key))]
    lines.append("END:VCARD")
    return "".join(_fold(line) for line in lines)


def _of(row: Mapping[str, Any], key: str) -> str:
    return _escape(str(row.get(key) or ""))


def _escape(text: str) -> str:
    """Escaped for a card; anything that could begin a line of its own is gone."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(char for char in text if char == "\n" or (char >= " " and not "\ud800" <= char <= "\udfff"))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _fold(line: str) -> str:
    pieces: list[str] = []
    size, piece = 0, ""
    for char in line:
        width = len(char.encode())
        if size + width > 74:
            pieces.append(piece)
            piece, size = " ", 1
        piece += char
        size += width
    return "\r\n".join([*pieces, piece]) + "\r\n"
