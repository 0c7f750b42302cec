"""One way to read any table a person brings: CSV, TSV, spreadsheet or address cards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from zhike.records.importing.delimited import DelimitedSource, Dialect, Row, guess_dialect
from zhike.records.importing.encodings import EncodingGuess, guess_encoding, named_encoding
from zhike.records.importing.headers import find_header, name_columns
from zhike.records.importing.problems import FileRefused, RowProblem
from zhike.records.importing.sheets import Workbook, open_workbook
from zhike.records.importing.vcards import CARD_COLUMNS, CardSource

MOST_COLUMNS = 2_000
_HEAD = 256 * 1024
_LOOK_AT = 60
# What our own export puts before texts a spreadsheet would run as a formula: taken away again, once.
_NEUTRALISED = re.compile("'+[=+\\-@\t\r\n\0＝＋－＠]")
_FOREIGN = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"SQLite format",
    b"\x7fELF",
)


@dataclass(frozen=True)
class Hints:
    """What a person has decided in the preview; nothing means: guess. `header_row` 0: there is none."""

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    header_row: int | None = None
    sheet: str | None = None


class Source(Protocol):
    """Where rows come from."""

    @property
    def bytes_read(self) -> int: ...

    @property
    def bytes_total(self) -> int: ...

    def raw_rows(self) -> Iterator[Row]: ...


@dataclass
class Table:
    """An opened table: what was guessed about it, and its rows, streamed as often as asked for."""

    format: str
    source: Source
    headers: list[str]
    header_row: int
    header_confidence: float
    encoding: str = ""
    encoding_confidence: float = 1.0
    encoding_candidates: tuple[tuple[str, float], ...] = ()
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    estimated_rows: int = 0
    notes: list[RowProblem] = field(default_factory=list)

    @property
    def bytes_read(self) -> int:
        return self.source.bytes_read

    @property
    def bytes_total(self) -> int:
        return self.source.bytes_total

    @property
    def doubtful(self) -> bool:
        """Whether the preview should ask before anything is imported."""
        return self.encoding_confidence < 0.9 or self.header_confidence < 0.7

    def rows(self, start_after: int = 0) -> Iterator[Row]:
        """Rows beneath the header that start after line `start_after`; each as wide as the header."""
        width, after = len(self.headers), max(start_after, self.header_row)
        for row in self.source.raw_rows():
            line, cells, problems = row
            if line <= after:
                continue
            if len(cells) != width or problems:
                fitted = fit(row, width)
                if fitted is None:
                    continue
                row = fitted
                cells = row.cells
            elif not any(cells):
                continue
            if "'" in "".join(cells):
                row = Row(line, [plain(cell) for cell in cells], row.problems)
            yield row

    def sample(self, count: int = 50) -> list[Row]:
        """The first rows, for the preview."""
        found = []
        rows = self.rows()
        for row in rows:
            found.append(row)
            if len(found) >= count:
                break
        return found


def plain(cell: str) -> str:
    """The cell without the apostrophe our own export puts before `=`, `+`, `-`, `@` and their like."""
    return cell[1:] if cell[:1] == "'" and _NEUTRALISED.match(cell) else cell


def fit(row: Row, width: int) -> Row | None:
    """The row made as wide as the header, with a note; nothing for a row without any content."""
    line, cells, problems = row
    if not any(cells):
        return Row(line, [""] * width, problems) if problems else None
    count = len(cells)
    if count > width:
        if any(cells[width:]):
            problems = (*problems, RowProblem(line, "", "long_row", data={"count": count, "expected": width}))
        return Row(line, cells[:width], problems)
    if count < width:
        problems = (*problems, RowProblem(line, "", "short_row", data={"count": count, "expected": width}))
        return Row(line, cells + [""] * (width - count), problems)
    return row


def open_table(path: Path | str, *, hints: Hints | None = None) -> Table:
    """Open a table, guessing what `hints` does not say; raises `FileRefused` when it cannot or must not be read."""
    path, hints = Path(path), hints or Hints()
    with path.open("rb") as source:
        head = source.read(4096)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise FileRefused("empty", _("The file is empty. Choose a file that holds at least a header and one row."))
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        message = _("This is an old .xls file or one protected by a password. Save it as .xlsx without a password.")
        raise FileRefused("old_spreadsheet", message)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06") or hints.format == "xlsx":
        return _open_sheet(path, hints)
    _refuse_foreign(head)
    encoding = named_encoding(hints.encoding, head) if hints.encoding else guess_encoding(path)
    if hints.format == "vcard" or (hints.format is None and b"BEGIN:VCARD" in head.replace(b"\0", b"").upper()):
        return _open_cards(path, encoding)
    return _open_delimited(path, encoding, hints)


def _refuse_foreign(head: bytes) -> None:
    if head.startswith(_FOREIGN) or (len(head) > 200 and _control_share(head) > 0.1):
        message = _("This is not a table. Choose a CSV, TSV, Excel (.xlsx) or vCard file.")
        raise FileRefused("not_a_table", message)


def _control_share(head: bytes) -> float:
    controls = len(head) - len(
        head.translate(None, bytes(each for each in range(1, 32) if each not in (9, 10, 11, 13)))
    )
    return controls / len(head)


def _open_delimited(path: Path, encoding: EncodingGuess, hints: Hints) -> Table:
    with path.open("rb") as source:
        source.seek(encoding.mark)
        raw = source.read(_HEAD)
    text = raw.decode(encoding.codec, "replace")
    prefer = "\t" if hints.format == "tsv" or path.suffix.lower() in (".tsv", ".tab") else ""
    dialect = guess_dialect(text, prefer=prefer)
    if hints.delimiter or hints.quote is not None:
        quote = dialect.quote if hints.quote is None else hints.quote
        dialect = Dialect(hints.delimiter or dialect.delimiter, quote, dialect.skip_lines)
    rows = DelimitedSource(path, encoding, dialect)
    lines = text.count("\n") or text.count("\r")
    whole = len(raw) < _HEAD
    estimate = (
        lines + (not text.endswith(("\n", "\r"))) if whole else round(lines * rows.bytes_total / max(len(raw), 1))
    )
    table = _table("tsv" if dialect.delimiter == "\t" else "csv", rows, hints, estimate)
    table.delimiter = dialect.delimiter
    return _encoded(table, encoding)


def _encoded(table: Table, encoding: EncodingGuess) -> Table:
    table.encoding, table.encoding_confidence = encoding.name, encoding.confidence
    table.encoding_candidates = encoding.candidates
    return table


def _table(format_: str, source: Source, hints: Hints, estimate: int) -> Table:
    """Find the header among the first rows and count what stands below it."""
    first: list[Row] = []
    rows = source.raw_rows()
    for row in rows:
        if len(row.cells) > MOST_COLUMNS:
            message = _("Line %(line)s has %(count)s columns; %(limit)s are allowed. Was the right delimiter chosen?")
            raise FileRefused("too_many_columns", message, line=row.line, count=len(row.cells), limit=MOST_COLUMNS)
        first.append(row)
        if len(first) >= _LOOK_AT:
            break
    first = [row for row in first if any(cell.strip() for cell in row.cells)] or first
    if not first:
        raise FileRefused("empty", _("The file is empty. Choose a file that holds at least a header and one row."))
    if hints.header_row is None:
        place, sure = find_header(first)
    else:
        place = next((at for at, row in enumerate(first) if row.line == hints.header_row), -1)
        sure = 1.0
    if place >= 0:
        line = first[place].line
        cells = [plain(cell) for cell in first[place].cells]
    else:
        line = 0
        cells = [""] * max(len(row.cells) for row in first)
    headers, notes = name_columns(_without_empty_end(cells, first), line)
    return Table(format_, source, headers, line, sure, estimated_rows=max(estimate - line, 0), notes=notes)


def _without_empty_end(cells: list[str], rows: list[Row]) -> list[str]:
    width = len(cells)
    while width > 1 and not cells[width - 1].strip() and not any("".join(row.cells[width - 1 : width]) for row in rows):
        width -= 1
    return cells[:width]


def _open_cards(path: Path, encoding: EncodingGuess) -> Table:
    source = CardSource(path, encoding)
    table = Table("vcard", source, list(CARD_COLUMNS), 0, 1.0, estimated_rows=source.estimate())
    return _encoded(table, encoding)


def _open_sheet(path: Path, hints: Hints) -> Table:
    workbook = open_workbook(path)
    sheet = hints.sheet if hints.sheet in workbook.parts else _first_filled(workbook)
    source = SheetSource(workbook, sheet)
    table = _table("xlsx", source, hints, source.estimate())
    table.sheet, table.sheets = sheet, workbook.sheets
    return table


def _first_filled(workbook: Workbook) -> str:
    for sheet in workbook.sheets:
        if any(any(row.cells) for row, _place in zip(workbook.rows(sheet), range(50), strict=False)):
            return sheet
    return workbook.sheets[0]


class SheetSource:
    """A sheet as rows."""

    def __init__(self, workbook: Workbook, sheet: str) -> None:
        self.workbook, self.sheet = workbook, sheet
        self.bytes_total = workbook.size_of(sheet)
        self.bytes_read = 0

    def raw_rows(self) -> Iterator[Row]:
        reader = self.workbook.reader(self.sheet)
        for row in reader.rows():
            self.bytes_read = reader.done
            problems = [
                RowProblem(row.number, str(place + 1), "formula_error", row.cells[place]) for place in row.errors
            ]
            if row.too_long:
                problems.append(RowProblem(row.number, "", "long_cell", data={"limit": 131_072}))
            if row.too_wide:
                counts = {"count": f">{MOST_COLUMNS}", "expected": MOST_COLUMNS}
                problems.append(RowProblem(row.number, "", "long_row", data=counts))
            yield Row(row.number, row.cells, tuple(problems))

    def estimate(self) -> int:
        """Rows in the sheet, judged by how many its first part holds."""
        with self.workbook.archive.open(self.workbook.parts[self.sheet]) as source:
            head = source.read(_HEAD)
        count = head.count(b"<row ") + head.count(b"<row>") + head.count(b":row ")
        return count if len(head) < _HEAD else round(count * self.bytes_total / len(head))
