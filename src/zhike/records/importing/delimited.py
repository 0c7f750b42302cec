"""Rows of a delimited text file, streamed: decoded block by block, every bad line told by its number."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from zhike.records.importing.encodings import EncodingGuess, chinese_score, strange_characters, utf8_evidence
from zhike.records.importing.problems import RowProblem

DELIMITERS = (",", "\t", ";", "|")
MOST_CELL = 131_072
MOST_LINE = 4 * 1024 * 1024
_BLOCK = 256 * 1024
_LEGACY = {"gb18030": "big5", "big5": "gb18030", "cp1252": "gb18030", "latin-1": "gb18030"}


class Row(NamedTuple):
    """One row: the line it starts in, its cells, and what is wrong with it."""

    line: int
    cells: list[str]
    problems: tuple[RowProblem, ...] = ()

    @property
    def fatal(self) -> bool:
        """Whether the row cannot be used."""
        return any(problem.fatal for problem in self.problems)


@dataclass(frozen=True)
class Dialect:
    """How cells are set apart; `quote` is empty when quotes mean nothing."""

    delimiter: str = ","
    quote: str = '"'
    skip_lines: int = 0


class Lines:
    """Decoded lines with their numbers; `marks` tells what was wrong with a line, `bytes_read` how far we are."""

    def __init__(self, path: Path, encoding: EncodingGuess) -> None:
        self.path, self.encoding = path, encoding
        self.bytes_read = 0
        self.number = 0
        self.marks: dict[int, RowProblem] = {}
        self.since: list[str] = []
        self._decoded = 0
        self._again: deque[str] = deque()
        self._fresh = self._read()

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._fresh)
        self.number += 1
        self.since.append(line)
        return line

    def take_back(self, lines: list[str]) -> None:
        """Have these lines, the last ones handed out, handed out once more."""
        self._again.extendleft(reversed(lines))
        self.number -= len(lines)

    def _read(self) -> Iterator[str]:
        with self.path.open("rb") as source:
            source.seek(self.encoding.mark)
            self.bytes_read = self.encoding.mark
            blocks = self._wide_blocks(source) if self.encoding.name.startswith("utf-16") else self._blocks(source)
            for text in blocks:
                if "\0" in text:
                    yield from self._without_nul(text)
                else:
                    for line in io.StringIO(text, newline=""):
                        self._decoded += 1
                        yield line

    def _without_nul(self, text: str) -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            self._decoded += 1
            if "\0" in line:
                self._mark("nul_character")
            yield line.replace("\0", "")

    def _mark(self, code: str, line: int | None = None, **data: object) -> None:
        number = line or self._decoded
        self.marks.setdefault(number, RowProblem(number, "", code, data=data))

    def _blocks(self, source: BinaryIO) -> Iterator[str]:
        rest = b""
        skipping = False
        while block := source.read(_BLOCK):
            self.bytes_read += len(block)
            data = rest + block if rest else block
            cut = data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, len(data) - 1) + 1
            if not cut:
                skipping = skipping or len(data) > MOST_LINE
                rest = b"" if skipping else data
                continue
            rest, data = data[cut:], data[:cut]
            if skipping:
                skipping = False
                yield self._too_long()
                data = data[data.find(b"\n") + 1 :] if b"\n" in data else b""
            yield from self._decode(data)
        if skipping:
            yield self._too_long()
        elif rest:
            yield from self._decode(rest)

    def _too_long(self) -> str:
        self._mark("long_line", self._decoded + 1, limit=MOST_LINE)
        return "\n"

    def _decode(self, data: bytes) -> Iterator[str]:
        try:
            text = data.decode(self.encoding.codec)
        except UnicodeDecodeError:
            lines = data.splitlines(keepends=True)
            text = "".join([self._decode_line(line, place) for place, line in enumerate(lines, self._decoded + 1)])
        if self.encoding.name in _LEGACY and not data.isascii() and strange_characters(self.encoding.name).search(text):
            self._doubt(text)
        yield text

    def _decode_line(self, line: bytes, number: int) -> str:
        try:
            return line.decode(self.encoding.codec)
        except UnicodeDecodeError:
            self._mark("bad_bytes", number, encoding=self.encoding.name.upper())
            return line.decode(self.encoding.codec, "replace")

    def _doubt(self, text: str) -> None:
        """Mark the lines that decode, but into nonsense that makes sense in another encoding."""
        name, strange = self.encoding.name, strange_characters(self.encoding.name)
        for number, line in enumerate(io.StringIO(text, newline=""), self._decoded + 1):
            if strange.search(line) and (other := other_encoding(line, self.encoding)):
                self._mark("other_encoding", number, encoding=name.upper(), other=other.upper())

    def _wide_blocks(self, source: BinaryIO) -> Iterator[str]:
        """UTF-16: newlines can only be found once decoded."""
        decoder = codecs.getincrementaldecoder(self.encoding.codec)(errors="replace")
        rest = ""
        skipping = False
        while True:
            block = source.read(_BLOCK)
            self.bytes_read += len(block)
            text = rest + decoder.decode(block, final=not block)
            cut = len(text) if not block else text.rfind("\n") + 1
            rest, text = text[cut:], text[:cut]
            if not text:
                if not block:
                    break
                skipping = skipping or len(rest) > MOST_LINE
                rest = "" if skipping else rest
                continue
            if skipping:
                skipping = False
                yield self._too_long()
                text = text[text.find("\n") + 1 :]
            if "\ufffd" in text:
                for place, line in enumerate(io.StringIO(text, newline=""), self._decoded + 1):
                    if "\ufffd" in line:
                        self._mark("bad_bytes", place, encoding=self.encoding.name.upper())
            yield text
            if not block:
                break
        if skipping:
            yield self._too_long()


def other_encoding(text: str, encoding: EncodingGuess) -> str | None:
    """The encoding a single line rather seems to be in, when it is surely not the file's."""
    name = encoding.name
    try:
        line = text.encode(encoding.codec)
    except UnicodeEncodeError:
        return None
    good, bad = utf8_evidence(line)
    if good >= 2 and not bad:
        other = line.decode("utf-8", "replace")
        if chinese_score(other) >= 0.5 > chinese_score(text) or (name in ("cp1252", "latin-1") and good >= 2):
            return "utf-8"
    if name not in ("gb18030", "big5"):
        return None
    score = chinese_score(text)
    if score >= 0.1:
        return None
    rival = _LEGACY[name]
    try:
        other = line.decode(rival)
    except UnicodeDecodeError:
        return None
    return rival if len(other) >= 3 and chinese_score(other) > 0.6 else None


class DelimitedSource:
    """A delimited file as rows; each call of `raw_rows` starts from the beginning."""

    def __init__(self, path: Path, encoding: EncodingGuess, dialect: Dialect) -> None:
        self.path, self.encoding, self.dialect = path, encoding, dialect
        self.bytes_total = path.stat().st_size
        self._lines: Lines | None = None

    @property
    def bytes_read(self) -> int:
        return self._lines.bytes_read if self._lines else 0

    def raw_rows(self) -> Iterator[Row]:
        lines = self._lines = Lines(self.path, self.encoding)
        for _skipped in range(self.dialect.skip_lines):
            next(lines, None)
        marks = lines.marks
        while True:
            lines.since.clear()
            start = lines.number + 1
            try:
                for cells in self._reader(lines):
                    if marks:
                        yield Row(start, cells, _taken(lines, start))
                    elif cells:
                        yield Row(start, cells)
                    lines.since.clear()
                    start = lines.number + 1
                return
            except csv.Error as error:
                if not lines.since:
                    return
                yield self._mended(lines, start, error)

    def _reader(self, lines: Iterator[str], *, strict: bool = True) -> Iterator[list[str]]:
        delimiter, quote = self.dialect.delimiter, self.dialect.quote
        if not quote:
            return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, quotechar=None)
        return csv.reader(lines, delimiter=delimiter, quotechar=quote, strict=strict)

    def _mended(self, lines: Lines, start: int, error: csv.Error) -> Row:
        """What to make of a row the strict reader refused; afterwards reading goes on in the line after it."""
        taken = list(lines.since)
        if "field larger" in str(error):
            if len(taken) == 1 or self._skip_long_cell(lines):
                return Row(start, [], (*_taken(lines, start), _problem(start, "long_cell", limit=MOST_CELL)))
            taken = list(lines.since)
        elif len(taken) == 1 and (cells := self._loose(taken[0])) is not None:
            return Row(start, cells, (*_taken(lines, start), _problem(start, "loose_quote")))
        lines.take_back(taken[1:])
        return Row(start, [], (*_taken(lines, start), _problem(start, "unclosed_quote")))

    def _loose(self, line: str) -> list[str] | None:
        """The line read with quotes taken as they come; nothing when one stays open."""
        try:
            rows = list(self._reader(iter([line, "-\n"]), strict=False))
        except csv.Error:
            return None
        return rows[0] if len(rows) == 2 else None

    def _skip_long_cell(self, lines: Lines) -> bool:
        """Skip to the end of an overlong quoted cell; false when its quote was rather forgotten than far away."""
        quote, size = self.dialect.quote, 0
        for line in lines:
            plain = line.replace(quote * 2, "")
            place = plain.find(quote)
            if place >= 0:
                after = plain[place + 1 : place + 2]
                if not after or after in (self.dialect.delimiter, "\r", "\n"):
                    return True
                return size > MOST_LINE
            size += len(line)
            if size > MOST_LINE:
                lines.since.clear()
        return size > MOST_LINE


def _problem(line: int, code: str, **data: object) -> RowProblem:
    return RowProblem(line, "", code, data=data)


def _taken(lines: Lines, start: int) -> tuple[RowProblem, ...]:
    if not lines.marks:
        return ()
    found = [number for number in lines.marks if start <= number <= lines.number]
    return tuple(lines.marks.pop(number) for number in sorted(found)) if len(found) < 100 else _all_taken(lines, found)


def _all_taken(lines: Lines, found: list[int]) -> tuple[RowProblem, ...]:
    problems = [lines.marks.pop(number) for number in sorted(found)]
    return tuple(problems[:20])


def guess_dialect(head: str, *, prefer: str = "") -> Dialect:
    """The delimiter under which the first rows fall into the same number of cells."""
    first = head.split("\n", 1)[0].strip("\r\ufeff")
    if len(first) == 5 and first.lower().startswith("sep="):
        return Dialect(first[4], skip_lines=1)
    order = ([prefer] if prefer else []) + [each for each in DELIMITERS if each != prefer]
    scored = [(_regularity(head, delimiter), -place, delimiter) for place, delimiter in enumerate(order)]
    best, _place, delimiter = max(scored)
    return Dialect(delimiter if best > 0 else (prefer or ","))


def _regularity(head: str, delimiter: str) -> float:
    widths = []
    try:
        for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            if row:
                widths.append(len(row))
            if len(widths) >= 60:
                break
    except csv.Error:
        pass
    counted = Counter(width for width in widths if width > 1)
    if not counted:
        return 0.0
    width, times = counted.most_common(1)[0]
    return times / len(widths) + min(width, 20) / 200
