"""Delimited text: well-formed UTF-8 goes to DuckDB as it is, anything else line by line with every bad line told."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter, deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from zhike.value.reading.encodings import NAMES, guess
from zhike.value.reading.headers import header_row
from zhike.value.reading.source import Desk, Source, named, refuse

DELIMITERS = (",", "\t", ";", "|", "，")
SPACES = " "
SAMPLE = 256 * 1024
MOST_LINE = 4 << 20
MOST_CELL = 131_072
MOST_COLUMNS = 2_000
MOST_LINES_OF_A_ROW = 200


class Look(NamedTuple):
    """One pass over the bytes: is it plain UTF-8 with one row per line, and how many lines are there."""

    plain: bool
    lines: int


def read_text(path: Path, name: str, desk: Desk) -> Source:
    """A delimited file as a source."""
    with path.open("rb") as opened:
        sample = opened.read(SAMPLE)
    codec, certain = guess(telling(path, sample), whole=len(sample) < SAMPLE)
    text = sample.decode(codec, "replace").lstrip("\ufeff")
    rows, delimiter = split_sample(text, whole=len(sample) < SAMPLE)
    if not rows:
        raise refuse("file_empty", f"文件里没有任何行：{name}", f"{name} has no lines.")
    top, has_header = header_row(rows)
    width = max(len(rows[top]), Counter(len(row) for row in rows[top:]).most_common(1)[0][0])
    if width > MOST_COLUMNS:
        zh = f"{name} 有 {width} 列，超过 {MOST_COLUMNS} 列，无法作为订单读取。"
        raise refuse("too_many_columns", zh, f"{name} has {width} columns, more than {MOST_COLUMNS}: no order history.")
    headers = named([*(rows[top] if has_header else []), *[""] * width][:width])
    data = rows[top + has_header :]
    source = Source(name, "csv", headers, "", [row for row in data if len(row) == width][:2000])
    source.encoding, source.delimiter = NAMES[codec], delimiter
    say_guesses(source, certain, has_header)
    source.first_line = top + has_header + 1
    look = look_over(path) if codec in ("utf-8", "utf-8-sig") and delimiter not in (SPACES, "，") else Look(False, 0)
    if look.plain:
        source.lines = look.lines - top - has_header
        source.select = quick_select(path, source, desk, top + has_header)
        source.again = partial(slow, path, source, desk, codec)
    else:
        slow(path, source, desk, codec)
    return source


def telling(path: Path, sample: bytes) -> bytes:
    """The sample, or lines from further on where the sample is ASCII and so says nothing."""
    if not sample.isascii() or len(sample) < SAMPLE:
        return sample
    with path.open("rb") as opened:
        while block := opened.read(1 << 22):
            if not block.isascii():
                return b"\n".join([line for line in block.splitlines()[1:-1] if not line.isascii()][:2000]) or sample
    return sample


def say_guesses(source: Source, certain: bool, has_header: bool) -> None:
    """What was taken for granted about this file."""
    shown = {"\t": "Tab", SPACES: "空格 / spaces"}.get(source.delimiter, source.delimiter)
    doubt = ("", "") if certain else ("（不能确定，请核对中文和重音字母）", " (not certain: check names)")
    source.state(
        "encoding",
        f"编码 {source.encoding}{doubt[0]}，分隔符“{shown}”。",
        f"Encoding {source.encoding}{doubt[1]}, delimiter “{shown}”.",
    )
    if not has_header:
        source.state(
            "no_header",
            "没有标题行，各列按内容判断；请核对，或用 --customer 等指定。",
            "There is no header line; columns were told by content. Check them, or name them with --customer and others.",
        )


def split_sample(text: str, *, whole: bool) -> tuple[list[list[str]], str]:
    """The first rows, and the delimiter under which they are most even."""
    lines = text.splitlines()
    lines = lines if whole or len(lines) < 2 else lines[:-1]
    kept = [line for line in lines if line.strip()][:400]
    if not kept:
        return [], ","
    best: tuple[float, int, str] = (0.0, 1, ",")
    for delimiter in DELIMITERS:
        widths = [len(row) for row in parsed(kept, delimiter)]
        width, many = Counter(widths).most_common(1)[0]
        if width > 1 and (many / len(widths), width) > best[:2]:
            best = (many / len(widths), width, delimiter)
    spaced = Counter(len(line.split()) for line in kept).most_common(1)[0]
    if best[1] == 1 and spaced[0] > 2 and spaced[1] > 0.9 * len(kept):
        return [line.split() if line.strip() else [""] for line in lines][:2000], SPACES
    return parsed(lines, best[2])[:2000], best[2]


def parsed(lines: list[str], delimiter: str) -> list[list[str]]:
    """Rows of a sample; a cell beyond all bounds ends it."""
    try:
        return list(csv.reader([f"{line}\n" for line in lines], delimiter=delimiter))
    except csv.Error:
        return [line[:MOST_CELL].split(delimiter) for line in lines]


def look_over(path: Path) -> Look:
    """Whether DuckDB may read the file itself: valid UTF-8, no NUL, no empty line, no line out of proportion."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, last, run = 0, b"", 0
    try:
        with path.open("rb") as opened:
            while block := opened.read(1 << 20):
                decoder.decode(block)
                joined = last + block
                if (
                    b"\0" in block
                    or b"\n\n" in joined
                    or b"\n\r\n" in joined
                    or b"\r" in joined.replace(b"\r\n", b"")[:-1]
                ):
                    return Look(False, 0)
                found = block.count(b"\n")
                run = len(block) - block.rfind(b"\n") if found else run + len(block)
                if run > MOST_LINE:
                    return Look(False, 0)
                lines += found
                last = block[-2:]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return Look(False, 0)
    return Look(True, lines + (not last.endswith(b"\n")))


def quick_select(path: Path, source: Source, desk: Desk, skip: int) -> str:
    """DuckDB's own reader on the file as it is, all text."""
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(source.headers)))
    return (
        f"SELECT * FROM read_csv({desk.text(path)}, auto_detect = false, header = false, skip = {skip}, "
        f"delim = {desk.text(source.delimiter)}, quote = '\"', escape = '\"', columns = {{{columns}}}, "
        f"max_line_size = {MOST_LINE * 2}, strict_mode = true)"
    )


def slow(path: Path, source: Source, desk: Desk, codec: str) -> None:
    """Row by row through Python into a well-formed copy, each row with its line number."""
    target = desk.folder / f"{len(list(desk.folder.iterdir()))}.csv"
    width = len(source.headers)
    short = first_short = 0
    with target.open("w", encoding="utf-8", newline="") as made:
        writer = csv.writer(made, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
        for line, row in rows_of(path, codec, source):
            if line < source.first_line:
                continue
            if len(row) > width and any(cell.strip() for cell in row[width:]):
                source.lose(line, "too_many_cells", source.delimiter.join(row))
                continue
            if len(row) < width:
                short, first_short = short + 1, first_short or line
            writer.writerow([line, *row[:width], *[""] * (width - len(row))])
    if short:
        source.state(
            "short_rows",
            f"{short:,} 行的列数不足（从第 {first_short:,} 行起），空缺按空值。",
            f"Rows with too few cells: {short:,} (from line {first_short:,}); the rest is empty.",
        )
    source.numbered, source.lines = True, None
    source.select = copy_select(target, width, desk)


def copy_select(target: Path, width: int, desk: Desk) -> str:
    """A well-formed copy with the line number in front."""
    columns = ", ".join(["'line': 'BIGINT'", *(f"'c{place}': 'VARCHAR'" for place in range(width))])
    return (
        f"SELECT * FROM read_csv({desk.text(target)}, auto_detect = false, header = false, delim = ',', "
        f"quote = '\"', escape = '\"', columns = {{{columns}}}, max_line_size = {MOST_LINE * 8})"
    )


def rows_of(path: Path, codec: str, source: Source) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every row; rows that cannot be read go to `source.lose`."""
    lines = decoded(path, codec, source)
    again: deque[tuple[int, str]] = deque()  # handed back by a quote that is never closed

    def following() -> tuple[int, str] | None:
        return again.popleft() if again else next(lines, None)

    while one := following():
        number, line = one
        if source.delimiter == SPACES:
            row = line.split()
        elif '"' not in line:
            row = line.rstrip("\r\n").split(source.delimiter)
        else:
            taken = [(number, line)]
            while sum(part.count('"') for _, part in taken) % 2:
                another = following()
                if another is None or len(taken) >= MOST_LINES_OF_A_ROW:
                    again.extendleft(reversed(taken[1:] + ([another] if another else [])))
                    source.lose(number, "unclosed_quote", line)
                    taken = []
                    break
                taken.append(another)
            if not taken:
                continue
            row = next(csv.reader([" ".join(part.rstrip("\r\n") for _, part in taken)], delimiter=source.delimiter), [])
        if any(len(cell) > MOST_CELL for cell in row):
            source.lose(number, "cell_too_long", line)
        elif any(cell.strip() for cell in row):
            yield number, row


def decoded(path: Path, codec: str, source: Source) -> Iterator[tuple[int, str]]:
    """Every line with its number; lines with broken bytes or beyond all bounds are lost, NULs are taken out."""
    csv.field_size_limit(MOST_LINE * 2)
    errors = "replace" if codec.startswith("utf-16") else "surrogateescape"
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding=codec, errors=errors) as opened:
        number = 0
        while line := opened.readline(MOST_LINE):
            number += 1
            if not line.endswith("\n") and len(line) >= MOST_LINE:
                while (more := opened.readline(MOST_LINE)) and not more.endswith("\n"):
                    pass
                source.lose(number, "cell_too_long", line[:200])
                continue
            if not line.isascii() and (any("\udc80" <= char <= "\udcff" for char in line) or "\ufffd" in line):
                source.lose(number, "bad_bytes", line.encode("utf-8", "replace").decode())
                continue
            yield number, line.replace("\0", "") if "\0" in line else line
