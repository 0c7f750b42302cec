"""Which encoding bytes are in: by mark, by zeros, by being valid, and among Chinese ones by how common the characters are."""

from __future__ import annotations

import codecs
import re

MARKS = (("utf-8-sig", codecs.BOM_UTF8), ("utf-16", codecs.BOM_UTF16_LE), ("utf-16", codecs.BOM_UTF16_BE))
NAMES = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8 BOM", "utf-16": "UTF-16", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE",
    "gb18030": "GB18030", "cp950": "Big5", "cp1252": "Windows-1252", "latin-1": "Latin-1",
}  # fmt: skip


def guess(sample: bytes, *, whole: bool = True) -> tuple[str, bool]:
    """The Python codec of a sample, and whether that is certain; `whole` is false if it may end within a character."""
    for codec, mark in MARKS:
        if sample.startswith(mark):
            return codec, True
    if b"\0" in sample[:4096] and (wide := by_zeros(sample)):
        return wide, True
    if not whole:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    if sample.isascii():
        return "utf-8", True
    good, bad = evidence(sample)
    doubtful = bad > 0 or good <= 8  # by chance, GBK is valid UTF-8 for a few characters, not for more
    if good > 3 * bad and not (doubtful and chinese_after_all(sample)):
        return "utf-8", bad == 0
    scores = sorted(((common(sample, codec), codec) for codec in ("cp950", "gb18030")), reverse=True)
    if scores[0][0] >= 0.4:
        return scores[0][1], scores[0][0] - scores[1][0] > 0.2
    return ("latin-1" if any(byte in sample for byte in b"\x81\x8d\x8f\x90\x9d") else "cp1252"), False


def by_zeros(sample: bytes) -> str | None:
    """UTF-16 without a mark: ASCII leaves zeros on one side."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 4 < len(sample) // 2 or min(even, odd) * 4 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def evidence(sample: bytes) -> tuple[int, int]:
    """Characters beyond ASCII that are well-formed UTF-8, and bytes that are not."""
    text = sample.decode("utf-8", "surrogateescape")
    bad = sum(1 for char in text if "\udc80" <= char <= "\udcff")
    return sum(1 for char in text if char > "\x7f") - bad, bad


def chinese_after_all(sample: bytes) -> bool:
    """A run of GBK can pass for two-byte UTF-8: 的的 holds a Cyrillic letter. Accents and £ stand alone, Chinese in words."""
    text = sample.decode("utf-8", "ignore")
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", sample)]
    if sum(runs) < 4 * len(runs):
        return False
    return not any(char >= "\u0800" for char in text) and common(sample, "gb18030") > 0.9


def common(sample: bytes, codec: str) -> float:
    """Share of the characters beyond ASCII that are everyday ones: the first level of GB 2312 or of Big5."""
    text = sample.decode(codec, "replace")
    beyond = [char for char in text if char > "\x7f"]
    if not beyond:
        return 0.0
    first, last, family = (0xB0, 0xD7, "gb2312") if codec == "gb18030" else (0xA4, 0xC6, "big5")
    count = 0
    for char in beyond:
        if char == "\ufffd":
            count -= 2
            continue
        spelt = char.encode(family, "ignore")
        count += len(spelt) == 2 and (first <= spelt[0] <= last or spelt[0] in (0xA1, 0xA3))
    return count / len(beyond)
