"""Which days count, and the two last periods of equal length that are compared."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from zhike.methods.engine.plain import months_before
from zhike.methods.result import MethodError, Note
from zhike.value.options import possible
from zhike.value.study import Period

MONTHS = {"year": 12, "half": 6, "quarter": 3, "month": 1, "年": 12, "半年": 6, "季": 3, "季度": 3, "月": 1}
ONE = timedelta(days=1)


class Periods(NamedTuple):
    """All days that count, the last period and the one before, and what is said about the choice."""

    whole: Period
    current: Period | None
    previous: Period | None
    note: Note


def periods(first: date, as_of: date, asked: str | None = None) -> Periods:
    """The longest of year, half, quarter and month that fits twice, or what is asked: a word, or FROM..TO.

    MethodError: period, for what cannot be understood.
    """
    if asked and (found := re.fullmatch(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)", asked)):
        try:
            start, end = date.fromisoformat(found[1]), date.fromisoformat(found[2])
        except ValueError:
            raise unknown(asked) from None
        if start > end or not (possible(start) and possible(end)):
            raise unknown(asked)
        before = (start - (end - start) - ONE, start - ONE)
        return said((start, end), (start, end), before if before[1] >= first else None)
    if asked and asked not in MONTHS:
        raise unknown(asked)
    for months in [MONTHS[asked]] if asked else (12, 6, 3, 1):
        middle, start = months_before(as_of, months), months_before(as_of, 2 * months)
        if asked or start + ONE >= first - timedelta(days=3):
            if first > middle:
                break
            return said((first, as_of), (middle + ONE, as_of), (start + ONE, middle))
    return said((first, as_of), None, None)


def said(whole: Period, current: Period | None, previous: Period | None) -> Periods:
    """The periods with a sentence."""
    if current is None or previous is None:
        zh, en = "历史太短，无法比较前后两期。", "History is too short to compare two periods."
        return Periods(whole, current, None, Note("one_period", zh, en))
    zh = f"比较 {current[0]}～{current[1]} 与 {previous[0]}～{previous[1]}；构成（ABC、金字塔、集中度）按 {whole[0]}～{whole[1]}。"
    en = (
        f"{current[0]} to {current[1]} is compared with {previous[0]} to {previous[1]}; composition (ABC, pyramid, "
        f"concentration) is of {whole[0]} to {whole[1]}."
    )
    return Periods(whole, current, previous, Note("periods", zh, en))


def unknown(asked: str) -> MethodError:
    """A period that is none."""
    zh = f"无法识别的期间“{asked[:40]}”：请写 year、half、quarter、month 或 2024-01-01..2024-12-31。"
    return MethodError(
        "period", zh, f"“{asked[:40]}” is no period: say year, half, quarter, month or 2024-01-01..2024-12-31."
    )
