"""Which encoding a file's bytes are in: guessed from the bytes, with a confidence and the runners-up."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from zhike.records.importing.frequent import SIMPLIFIED, TRADITIONAL

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030", "big5", "cp1252", "latin-1")

# Python's "big5" lacks the Windows additions, and cp950 lacks the Hong Kong ones: tried in this order.
CODECS = {"big5": ("cp950", "big5hkscs")}

SAMPLE_BYTES = 256 * 1024
SCAN_BYTES = 64 * 1024 * 1024
CERTAIN = 0.9


@dataclass(frozen=True)
class EncodingGuess:
    """An encoding from `ENCODINGS`, the Python codec that reads it, and how sure we are (0 to 1)."""

    name: str
    codec: str
    confidence: float
    mark: int = 0
    candidates: tuple[tuple[str, float], ...] = ()

    @property
    def certain(self) -> bool:
        return self.confidence >= CERTAIN


def guess_encoding(path: Path) -> EncodingGuess:
    """Guess the encoding of a text file from its telling lines, wherever in the file they are."""
    with path.open("rb") as source:
        head = source.read(SAMPLE_BYTES)
        whole = len(head) < SAMPLE_BYTES
        marked = _by_mark(head) or _by_zeros(head)
        if marked:
            return marked
        telling = _telling_lines(_blocks(head, source))
    if not telling:
        return EncodingGuess("utf-8", "utf-8", 1.0)
    return guess_encoding_of(telling, whole=whole)


def guess_encoding_of(data: bytes, *, whole: bool = True) -> EncodingGuess:
    """Guess the encoding of these bytes; `whole` is false when they may end within a character."""
    marked = _by_mark(data) or _by_zeros(data)
    if marked:
        return marked
    if data.isascii():
        return EncodingGuess("utf-8", "utf-8", 1.0)
    good, bad = utf8_evidence(data, whole=whole)
    if good and not bad and good <= 8 and (doubtful := _chinese_after_all(data, whole=whole)):
        return doubtful
    if good and not bad:
        return EncodingGuess("utf-8", "utf-8", 0.99 if good > 1 else 0.9)
    if good > 3 * bad:
        return EncodingGuess("utf-8", "utf-8", round(good / (good + 2 * bad), 2))
    return _by_score(data, whole=whole)


def named_encoding(name: str, data: bytes = b"") -> EncodingGuess:
    """The encoding a person has chosen; raises `LookupError` for one we do not read."""
    plain = name.strip().lower().replace("_", "-")
    plain = {"gbk": "gb18030", "gb2312": "gb18030", "utf8": "utf-8", "utf-8-sig": "utf-8", "cp950": "big5"}.get(
        plain, plain
    )
    if plain not in ENCODINGS:
        raise LookupError(name)
    marked = _by_mark(data)
    mark = marked.mark if marked and marked.name == plain else 0
    codec = _working_codec(plain, data, whole=False) or CODECS.get(plain, (plain,))[0]
    return EncodingGuess(plain, codec, 1.0, mark)


def _by_mark(data: bytes) -> EncodingGuess | None:
    for name, mark in (
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ):
        if data.startswith(mark):
            return EncodingGuess(name, name, 1.0, len(mark))
    return None


def _by_zeros(data: bytes) -> EncodingGuess | None:
    """UTF-16 without a mark: its ASCII characters leave zeros on one side, every second byte."""
    if len(data) < 4 or b"\0" not in data:
        return None
    even, odd = data[0::2].count(0), data[1::2].count(0)
    if max(even, odd) < 4 * min(even, odd) + 2:
        return None
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = data[: len(data) & ~1].decode(name, "replace")
    strange = sum(1 for char in text if char == "\ufffd" or char == "\0" or "\ue000" <= char <= "\uf8ff")
    if strange * 20 > len(text):
        return None
    return EncodingGuess(name, name, 0.95)


def _blocks(head: bytes, source: Iterable[bytes]) -> Iterator[bytes]:
    yield head
    read = getattr(source, "read", None)
    seen = len(head)
    while read is not None and seen < SCAN_BYTES:
        block: bytes = read(1 << 20)
        if not block:
            return
        seen += len(block)
        yield block


def _telling_lines(blocks: Iterable[bytes]) -> bytes:
    """The lines that hold more than ASCII, up to a sample's worth: an ASCII beginning says nothing."""
    kept: list[bytes] = []
    size = 0
    for block in blocks:
        if block.isascii():
            continue
        for line in block.splitlines(keepends=True):
            if not line.isascii():
                kept.append(line[:8192])
                size += len(kept[-1])
        if size >= SAMPLE_BYTES // 2:
            break
    return b"".join(kept)


_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


def utf8_evidence(data: bytes, *, whole: bool = True) -> tuple[int, int]:
    """How many well-formed multi-byte sequences there are, and how many stray high bytes."""
    if not whole:
        data = data[: max(data.rfind(b"\n"), len(data) - 4)]
    good = len(_MULTIBYTE.findall(data))
    rest = _MULTIBYTE.sub(b"", data)
    return good, len(rest) - len(rest.translate(None, bytes(range(128, 256))))


def _chinese_after_all(data: bytes, *, whole: bool) -> EncodingGuess | None:
    """A few GBK characters can pass for UTF-8: 女 reads as Ů, 谢谢 as Cyrillic."""
    text = data.decode("utf-8", "ignore")
    if western_score(text) > 0.5 or chinese_score(text) > 0:
        return None
    guess = _by_score(data, whole=whole)
    return replace(guess, confidence=min(guess.confidence, 0.6)) if guess.candidates[0][1] >= 0.85 else None


def _by_score(data: bytes, *, whole: bool) -> EncodingGuess:
    scores: list[tuple[float, str, str]] = []
    for name in ("gb18030", "big5"):
        codec = _working_codec(name, data, whole=whole)
        if codec:
            text = data.decode(codec, "replace")
            scores.append((chinese_score(text) - 3 * text.count("\ufffd") / max(len(text), 1), name, codec))
    western = _western(data)
    scores.append((western_score(data.decode(western[1])), *western))
    scores.sort(key=lambda entry: -entry[0])
    best, name, codec = scores[0]
    second = scores[1][0] if len(scores) > 1 else -1.0
    telling = sum(1 for byte in data[:4096] if byte > 127)
    confidence = max(0.05, min(0.98, 0.5 + (best - second) * 0.6)) * (1 if telling >= 8 else 0.85)
    if best <= 0:
        confidence = min(confidence, 0.3)
    return EncodingGuess(
        name, codec, round(confidence, 2), 0, tuple((entry[1], round(entry[0], 2)) for entry in scores)
    )


def _working_codec(name: str, data: bytes, *, whole: bool) -> str | None:
    """The codec of a family that reads the most: all of it, or all but a few broken places."""
    best: tuple[int, str] | None = None
    for codec in CODECS.get(name, (name,)):
        bad = data.decode(codec, "replace").count("\ufffd")
        if bad <= (0 if whole else 1):
            return codec
        if best is None or bad < best[0]:
            best = (bad, codec)
    high = len(data) - len(data.translate(None, bytes(range(128, 256))))
    return best[1] if best and best[0] * 10 <= high else None


def _western(data: bytes) -> tuple[str, str]:
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1", "latin-1"
    return "cp1252", "cp1252"


@cache
def _weights() -> dict[str, float]:
    weights: dict[str, float] = {}
    for codec, leads in (("gb2312", range(0xB0, 0xD8)), ("big5", range(0xA4, 0xC7))):
        for lead in leads:
            for trail in range(0x40, 0xFF):
                try:
                    weights[bytes((lead, trail)).decode(codec)] = 0.15
                except UnicodeDecodeError:
                    continue
    for place, char in enumerate(SIMPLIFIED):
        weights[char] = 1.0 if place < 900 else 0.75
    weights.update(dict.fromkeys(TRADITIONAL, 0.85))
    weights.update(dict.fromkeys("，。、；：？！（）《》“”‘’【】—…·￥　○〇", 0.6))
    return weights


@cache
def strange_characters(name: str) -> re.Pattern[str]:
    """What text wrongly read as this encoding can hardly do without; a quick look before a line is judged."""
    if name in ("gb18030", "big5"):
        return re.compile("[^\\x00-\\x7f" + re.escape("".join(_weights())) + "]")
    return re.compile("[^\\x00-\\x7f]{2}")


def chinese_score(text: str) -> float:
    """How much the characters beyond ASCII look like everyday Chinese: 1 yes, 0 doubtful, below 0 no."""
    weights = _weights()
    total = count = 0.0
    for char in text:
        if char < "\x80":
            continue
        count += 1
        weight = weights.get(char)
        total += weight if weight is not None else _rare(char)
    return total / count if count else 0.0


def _rare(char: str) -> float:
    if "\u4e00" <= char <= "\u9fff":
        return -0.6
    if "\uff01" <= char <= "\uff5e":
        return 0.3
    if "\ue000" <= char <= "\uf8ff" or "\x80" <= char <= "\x9f":
        return -2.0
    return -0.8


_LETTERS = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœßÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒŠšŽž")
_MARKS = frozenset("€£©®°±²³µ·–—‘’“”…•«»¿¡§½¼¾\xa0ªº")


def western_score(text: str) -> float:
    """How much the characters beyond ASCII look like accents within Latin words."""
    total = count = 0.0
    before = " "
    run = 0
    for char in text:
        if char >= "\x80":
            count += 1
            run += 1
            good = (char in _LETTERS and (before.isascii() or char.islower())) or char in _MARKS
            # Chinese read as Latin-1 comes in long runs of accents, words do not.
            total += 0.75 if good and run <= 2 else -0.6
        else:
            run = 0
        before = char
    return total / count if count else 0.0
