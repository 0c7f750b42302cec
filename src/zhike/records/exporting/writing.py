"""Rows written as files, streamed, and safe to open: no cell of ours is ever run as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, BinaryIO, Final
from urllib.parse import quote

import orjson
from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import Invalid
from zhike.records.exporting.cards import write_card

FORMATS: Final = {
    "csv": ("text/csv", ".csv"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
    "jsonl": ("application/jsonl", ".jsonl"),
    "vcard": ("text/vcard", ".vcf"),
}
ENCODINGS: Final = ("utf-8-sig", "utf-8", "gb18030")
MOST_SHEET_ROWS: Final = 1_048_575
MOST_SHEET_CELL: Final = 32_767

# What a spreadsheet may run: also behind apostrophes, so that taking one away on import is always exact.
_DANGEROUS: Final = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_PLAIN_NUMBERS = (int, float, Decimal)


@dataclass(frozen=True)
class Column:
    """One column of a file: the key in each row, the heading, the width in a sheet."""

    key: str
    label: str
    width: int = 16


@dataclass
class Written:
    """What was written: rows, characters that had to be replaced, cells that were neutralised or cut short."""

    rows: int = 0
    replaced: int = 0
    neutralised: int = 0
    shortened: int = 0


def write_table(
    format: str,
    out: BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[Mapping[str, Any]],
    *,
    encoding: str = "utf-8-sig",
) -> Written:
    """Write rows (mappings by column key) to `out` as csv, xlsx, jsonl or vcard; values keep their type."""
    if format not in FORMATS:
        raise Invalid("export.format", _("Choose one of the formats csv, xlsx, jsonl and vcard."), "format")
    if encoding not in ENCODINGS:
        raise Invalid("export.encoding", _("Choose UTF-8 or GB18030 as the encoding."), "encoding")
    written = Written()
    if format == "csv":
        _write_csv(out, columns, rows, encoding, written)
    elif format == "xlsx":
        _write_xlsx(out, columns, rows, written)
    elif format == "jsonl":
        _write_jsonl(out, columns, rows, written)
    else:
        for row in rows:
            out.write(write_card(row).encode())
            written.rows += 1
    return written


def neutralise(text: str) -> str:
    """Put an apostrophe before text a spreadsheet could run; `reading.plain` takes exactly this one away."""
    return "'" + text if _DANGEROUS.match(text) else text


def _text(value: str, written: Written) -> str:
    if "\0" in value:
        written.replaced += value.count("\0")
        value = value.replace("\0", "")
    if not value.isascii():
        value, count = _SURROGATE.subn("\ufffd", value)
        written.replaced += count
    safe = neutralise(value)
    written.neutralised += safe is not value
    return safe


def _as_text(value: Any, written: Written) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _text(value, written)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else ""
    if isinstance(value, int | float):
        return repr(value) if value == value and abs(value) != float("inf") else ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return _text("、".join(str(each) for each in value), written)
    return _text(str(value), written)


class _Encoded(io.TextIOBase):
    """Just enough of a text file for the csv writer; buffers what it is given."""

    def __init__(self, out: BinaryIO, encoding: str) -> None:
        self.out, self.encoding_name = out, encoding
        self.pieces: list[str] = []

    def write(self, text: str) -> int:
        self.pieces.append(text)
        if len(self.pieces) >= 512:
            self.empty()
        return len(text)

    def empty(self) -> None:
        self.out.write("".join(self.pieces).encode(self.encoding_name))
        self.pieces.clear()


def _write_csv(
    out: BinaryIO, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], encoding: str, written: Written
) -> None:
    if encoding == "utf-8-sig":
        out.write(b"\xef\xbb\xbf")
        encoding = "utf-8"
    encoded = _Encoded(out, encoding)
    writer = csv.writer(encoded, lineterminator="\r\n")
    writer.writerow([_text(column.label, Written()) for column in columns])
    keys = [column.key for column in columns]
    for row in rows:
        writer.writerow([_as_text(row.get(key), written) for key in keys])
        written.rows += 1
    encoded.empty()


def _write_xlsx(out: BinaryIO, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], written: Written) -> None:
    from openpyxl import Workbook  # heavy: read when a workbook is really written
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(place)].width = column.width
    heads = []
    for column in columns:
        cell = WriteOnlyCell(sheet, value=_sheet_text(_text(column.label, Written()), written))
        cell.font = Font(bold=True)
        heads.append(cell)
    sheet.append(heads)
    keys = [column.key for column in columns]
    for row in rows:
        if written.rows >= MOST_SHEET_ROWS:
            message = _("A sheet holds %(limit)s rows at most. Narrow the list or export it as CSV.")
            raise Invalid("export.too_many_rows", message % {"limit": MOST_SHEET_ROWS}, "format")
        sheet.append([_sheet_value(row.get(key), written) for key in keys])
        written.rows += 1
    book.save(out)


def _sheet_value(value: Any, written: Written) -> Any:
    """Numbers and days stay typed; long numbers become text, since sheets keep fifteen digits only."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, _PLAIN_NUMBERS):
        text = _as_text(value, written)
        exact = len(text.lstrip("-").replace(".", "").lstrip("0")) <= 15 and "e" not in text
        return (value if exact else _sheet_text(neutralise(text), written)) if text else None
    if isinstance(value, datetime):
        # A sheet knows no zones: what is written is the clock time the caller has chosen.
        return value.replace(tzinfo=None) if value.year >= 1900 and not value.microsecond else value.isoformat(" ")
    if isinstance(value, date):
        return value if value.year >= 1900 and value >= date(1900, 3, 1) else value.isoformat()
    return _sheet_text(_as_text(value, written), written) or None


def _sheet_text(text: str, written: Written) -> str:
    if len(text) > MOST_SHEET_CELL:
        written.shortened += 1
        text = text[: MOST_SHEET_CELL - 1] + "…"
    if "_x" in text or not text.isprintable():
        text = _NO_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text


def _write_jsonl(out: BinaryIO, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], written: Written) -> None:
    keys = [column.key for column in columns]
    for row in rows:
        kept = {key: _json_value(row.get(key), written) for key in keys}
        out.write(orjson.dumps(kept, default=_json_default, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS))
        written.rows += 1


def _json_value(value: Any, written: Written) -> Any:
    if isinstance(value, str) and not value.isascii():
        value, count = _SURROGATE.subn("\ufffd", value)
        written.replaced += count
    elif isinstance(value, int) and abs(value) > 2**63 - 1:
        return str(value)
    elif isinstance(value, list | tuple):
        return [_json_value(each, written) for each in value]
    elif isinstance(value, dict):
        return {str(key): _json_value(each, written) for key, each in value.items()}
    return value


def _json_default(value: Any) -> Any:
    """Amounts travel as texts: a reader's floating point must not change them."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return str(value)


_UNSAFE_NAME: Final = re.compile('[\\x00-\\x1f\\x7f-\\x9f/\\\\:*?"<>|\u200b-\u200f\u2028-\u202f\u2066-\u2069\ufeff]+')
_RESERVED: Final = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def safe_file_name(name: str, fallback: str = "file") -> str:
    """A name every file system takes: one part, no control or direction characters, not too long."""
    name = _SURROGATE.sub("", _UNSAFE_NAME.sub("_", name)).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        stem, ending = name, ""
    stem = stem.strip(" .")
    while len(stem.encode()) > 180:
        stem = stem[:-1]
    if not stem.strip("_ ") or stem.split(".")[0].lower() in _RESERVED:
        stem = f"{fallback}_{stem}".strip("_ ")
    return f"{stem}.{ending}" if ending else stem


def content_disposition(name: str, *, inline: bool = False) -> str:
    """The header value for a download (RFC 6266): an ASCII name for old clients, the real one beside it."""
    name = safe_file_name(name)
    kind = "inline" if inline else "attachment"
    if name.isascii():
        return f'{kind}; filename="{name}"'
    stem, dot, ending = name.rpartition(".")
    plain = "".join(char if char.isascii() and (char.isalnum() or char in " ._-") else "_" for char in (stem or name))
    plain = re.sub("_+", "_", plain).strip("_ ") or "download"
    tail = f".{ending}" if dot and ending.isascii() else ""
    return f"{kind}; filename=\"{plain}{tail}\"; filename*=UTF-8''{quote(name, safe='')}"
