"""Rows of an .xlsx sheet, streamed: own expat reader, so that no row and no table of texts can fill the memory."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext_lazy as _

from zhike.records.importing.archives import MEGABYTE, damaged, open_archive
from zhike.records.importing.problems import FileRefused

MOST_PART = 8 * MEGABYTE
MOST_TEXTS = 64 * MEGABYTE
MOST_CELL = 131_072
MOST_COLUMNS = 2_000
MOST_ROWS = 1_048_576
_CHUNK = 64 * 1024

# In number formats: quoted text, escapes, colours and locales say nothing about dates.
_FORMAT_NOISE = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.', re.IGNORECASE)
_BUILTIN_DATES = {*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class SheetRow:
    """One row as stored: its number, its texts, and the places of formula errors."""

    number: int
    cells: list[str]
    errors: tuple[int, ...] = ()
    too_long: bool = False
    too_wide: bool = False


@dataclass
class Workbook:
    """An opened workbook: sheet names in order (visible ones first), texts and number formats."""

    archive: zipfile.ZipFile
    parts: dict[str, str]
    texts: list[str] = field(default_factory=list)
    date_styles: frozenset[int] = frozenset()
    starts_1904: bool = False

    @property
    def sheets(self) -> tuple[str, ...]:
        return tuple(self.parts)

    def size_of(self, sheet: str) -> int:
        return self.archive.getinfo(self.parts[sheet]).file_size

    def rows(self, sheet: str) -> Iterator[SheetRow]:
        return self.reader(sheet).rows()

    def reader(self, sheet: str) -> SheetReader:
        return SheetReader(self, self.parts[sheet])


def open_workbook(path: Path) -> Workbook:
    """Open an .xlsx after checking its container; raises `FileRefused` for anything suspicious or damaged."""
    archive = open_archive(path)
    try:
        return _open(archive)
    except FileRefused:
        archive.close()
        raise
    except (KeyError, ParseError, DefusedXmlException, zipfile.BadZipFile, ValueError, OSError) as error:
        archive.close()
        raise damaged() from error


def _open(archive: zipfile.ZipFile) -> Workbook:
    names = set(archive.namelist())
    if "[Content_Types].xml" not in names:
        raise damaged()
    book_path = _book_path(archive)
    book = _xml(archive, book_path)
    links = _links(archive, book_path)
    parts: dict[str, str] = {}
    hidden: dict[str, str] = {}
    for sheet in _each(book, "sheet"):
        target = next(
            (links[value] for key, value in sheet.attrib.items() if key.endswith("}id") and value in links), ""
        )
        if target in names and "worksheets/" in target:
            (parts if sheet.get("state", "visible") == "visible" else hidden)[sheet.get("name", target)] = target
    if not parts and not hidden:
        raise damaged()
    workbook = Workbook(archive, parts | hidden)
    properties = next(_each(book, "workbookPr"), None)
    workbook.starts_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    folder = str(PurePosixPath(book_path).parent)
    if (styles := f"{folder}/styles.xml") in names:
        workbook.date_styles = _date_styles(_xml(archive, styles))
    if (texts := f"{folder}/sharedStrings.xml") in names:
        workbook.texts = _TextsReader(archive, texts).read()
    return workbook


def _book_path(archive: zipfile.ZipFile) -> str:
    for link in _each(_xml(archive, "_rels/.rels"), "Relationship"):
        if link.get("Type", "").endswith("/officeDocument"):
            return link.get("Target", "").lstrip("/")
    raise damaged()


def _links(archive: zipfile.ZipFile, book_path: str) -> dict[str, str]:
    path = PurePosixPath(book_path)
    found = {}
    for link in _each(_xml(archive, f"{path.parent}/_rels/{path.name}.rels"), "Relationship"):
        target = link.get("Target", "")
        found[link.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"{path.parent}/{target}"
    return found


def _xml(archive: zipfile.ZipFile, name: str) -> Element:
    if archive.getinfo(name).file_size > MOST_PART:
        raise FileRefused("archive_part_size", _("The part “%(name)s” of the file is too large.") % {"name": name})
    root: Element = fromstring(archive.read(name), forbid_dtd=True)
    return root


def _each(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == name)


def _date_styles(styles: Element) -> frozenset[int]:
    codes = {int(each.get("numFmtId", "0")): each.get("formatCode", "") for each in _each(styles, "numFmt")}
    found = set()
    for block in _each(styles, "cellXfs"):
        for place, style in enumerate(list(block)):
            number = int(style.get("numFmtId", "0"))
            if is_date_format(codes[number]) if number in codes else number in _BUILTIN_DATES:
                found.add(place)
    return frozenset(found)


def is_date_format(code: str) -> bool:
    """Whether a spreadsheet number format shows a date or a time."""
    plain = _FORMAT_NOISE.sub("", code.split(";")[0]).lower()
    return "general" not in plain and any(letter in plain for letter in "ymdhs")


def unescape(text: str) -> str:
    """`_x000D_` and its like stand for characters XML cannot hold."""
    return _ESCAPED.sub(_unescape_one, text) if "_x" in text else text


def _unescape_one(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)


class _Parser:
    """A bounded expat parser over one part; any document type declaration is refused."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.archive, self.name = archive, name
        self.done = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.buffer_size = 16_384
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text

    def _refuse(self, *_ignored: object) -> None:
        raise FileRefused(
            "xml_entities", _("The file declares XML entities and is refused. Save it again as .xlsx or CSV.")
        )

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def text(self, text: str) -> None: ...

    def feed(self) -> Iterator[int]:
        """Parse chunk by chunk; `done` tells how many bytes were parsed so far."""
        try:
            with self.archive.open(self.name) as source:
                while chunk := source.read(_CHUNK):
                    self.parser.Parse(chunk, False)
                    self.done += len(chunk)
                    yield self.done
                self.parser.Parse(b"", True)
            yield self.done
        except (expat.ExpatError, zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
            raise damaged() from error


class _TextsReader(_Parser):
    """The table of shared texts; phonetic readings are left out."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        if archive.getinfo(name).file_size > MOST_TEXTS:
            raise FileRefused(
                "archive_texts", _("The spreadsheet holds too much text. Save it as CSV and import that.")
            )
        super().__init__(archive, name)
        self.texts: list[str] = []
        self.pieces: list[str] = []
        self.size = 0
        self.inside = self.phonetic = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "si":
            self.pieces, self.size = [], 0
        elif name == "t":
            self.inside = not self.phonetic
        elif name == "rPh":
            self.phonetic = True

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "si":
            self.texts.append(unescape("".join(self.pieces)))
        elif name == "t":
            self.inside = False
        elif name == "rPh":
            self.phonetic = False

    def text(self, text: str) -> None:
        if self.inside and self.size <= MOST_CELL:
            self.pieces.append(text)
            self.size += len(text)

    def read(self) -> list[str]:
        for _done in self.feed():
            pass
        return self.texts


class SheetReader(_Parser):
    """The cells of one sheet, row by row."""

    def __init__(self, workbook: Workbook, name: str) -> None:
        super().__init__(workbook.archive, name)
        self.book = workbook
        self.ready: list[SheetRow] = []
        self.row = 0
        self.column = -1
        self.cells: dict[int, str] = {}
        self.errors: list[int] = []
        self.pieces: list[str] = []
        self.size = 0
        self.kind = ""
        self.style = 0
        self.inside = self.phonetic = self.too_wide = self.too_long = False

    def rows(self) -> Iterator[SheetRow]:
        for _done in self.feed():
            yield from self.ready
            self.ready.clear()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("v", "t") or tag.endswith((":v", ":t")):
            self.inside = not self.phonetic
        elif tag == "c" or tag.endswith(":c"):
            self._start_cell(attributes)
        elif tag == "row" or tag.endswith(":row"):
            number = int(attributes.get("r") or self.row + 1)
            if not self.row < number <= MOST_ROWS:
                raise damaged()
            self.row, self.column = number, -1
            self.cells, self.errors = {}, []
            self.too_wide = self.too_long = False
        elif tag.rpartition(":")[2] == "rPh":
            self.phonetic = True

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        self.column = column_number(place) if place else self.column + 1
        self.kind = attributes.get("t", "n")
        self.style = int(attributes.get("s") or 0)
        self.pieces, self.size = [], 0

    def text(self, text: str) -> None:
        if self.inside:
            self.size += len(text)
            if self.size <= MOST_CELL:
                self.pieces.append(text)

    def end(self, tag: str) -> None:
        if tag in ("v", "t") or tag.endswith((":v", ":t")):
            self.inside = False
        elif tag == "c" or tag.endswith(":c"):
            self._end_cell()
        elif tag == "row" or tag.endswith(":row"):
            self._end_row()
        elif tag.rpartition(":")[2] == "rPh":
            self.phonetic = False

    def _end_cell(self) -> None:
        if not self.pieces:
            return
        if self.column >= MOST_COLUMNS:
            self.too_wide = True
            return
        raw = "".join(self.pieces)
        if self.size > MOST_CELL:
            self.too_long = True
        elif self.kind == "s":
            index = int(raw)
            if not 0 <= index < len(self.book.texts):
                raise damaged()
            raw = self.book.texts[index]
            self.too_long = self.too_long or len(raw) > MOST_CELL
        elif self.kind in ("inlineStr", "str"):
            raw = unescape(raw)
        elif self.kind == "b":
            raw = "TRUE" if raw.strip() in ("1", "true") else "FALSE"
        elif self.kind == "e":
            self.errors.append(self.column)
        elif self.kind == "n":
            raw = number_text(raw, self.style in self.book.date_styles, starts_1904=self.book.starts_1904)
        self.cells[self.column] = raw

    def _end_row(self) -> None:
        width = max(self.cells, default=-1) + 1
        cells = [""] * width
        for place, value in self.cells.items():
            cells[place] = value
        self.ready.append(SheetRow(self.row, cells, tuple(self.errors), self.too_long, self.too_wide))
        self.cells = {}


def column_number(place: str) -> int:
    """`A1` → 0, `AB7` → 27."""
    number = 0
    for char in place[:4]:
        if not "A" <= char <= "Z":
            break
        number = number * 26 + ord(char) - 64
    return number - 1


def number_text(raw: str, is_date: bool, *, starts_1904: bool = False) -> str:
    """A stored number as a person would write it: 13800138000, 0.1, 2026-03-01, 09:30."""
    raw = raw.strip()
    if is_date:
        try:
            return serial_text(float(raw), starts_1904=starts_1904)
        except (ValueError, OverflowError):
            return raw
    if "." not in raw and "E" not in raw and "e" not in raw:
        return raw
    try:
        value = float(raw)
    except ValueError:
        return raw
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    # Spreadsheets store 0.1 + 0.2 as 0.30000000000000004 but keep and show fifteen digits only.
    return f"{value:.15g}" if len(raw) > 16 else raw


def serial_text(serial: float, *, starts_1904: bool = False) -> str:
    """A spreadsheet's day number as ISO text; numbers below one are times of day."""
    if not 0 <= serial < 2_958_466:
        raise ValueError(serial)
    seconds = round(serial * 86_400)
    days, rest = divmod(seconds, 86_400)
    if days == 0 and not starts_1904:
        return (datetime(1900, 1, 1) + timedelta(seconds=rest)).time().isoformat("seconds" if rest % 60 else "minutes")
    # Day 60 is 29 February 1900, which never was: an old mistake every spreadsheet keeps.
    modern = datetime(1899, 12, 30) if days >= 60 else datetime(1899, 12, 31)
    moment = (datetime(1904, 1, 1) if starts_1904 else modern) + timedelta(seconds=seconds)
    if rest == 0:
        return moment.date().isoformat()
    return moment.isoformat(" ", "seconds" if rest % 60 else "minutes")
