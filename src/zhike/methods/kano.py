"""Kano's classes: what customers take for granted, what pays by the inch, what delights, what leaves them cold.

Each feature is asked about twice: if it is there (functional) and if it is not (dysfunctional); the pair of answers gives
a letter (Kano 1984; evaluation table of Berger et al. 1993):

    M must-be · O one-dimensional · A attractive · I indifferent · R reverse · Q questionable

Better = (A+O)/(A+O+M+I), Worse = -(O+M)/(A+O+M+I). When the first two letters are nearer than 6 % of the answers the
earlier of M > O > A > I is taken: what is missed most is mended first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from zhike.methods.result import MethodError, Note, Result

LETTERS = "MOAIRQ"
ANSWERS = ("like", "must-be", "neutral", "live-with", "dislike")
TABLE = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")
"""Rows: answer if the feature is there; columns: answer if it is not; both in the order of ANSWERS."""
NAMES = {
    "M": ("基本型", "must-be"),
    "O": ("期望型", "one-dimensional"),
    "A": ("魅力型", "attractive"),
    "I": ("无差异", "indifferent"),
    "R": ("反向", "reverse"),
    "Q": ("可疑", "questionable"),
}


@dataclass(frozen=True, kw_only=True)
class KanoClass(Result):
    """A feature's class with its two coefficients; `near_tie` tells that the rule of order decided."""

    category: str
    better: float
    worse: float
    counts: dict[str, int]
    near_tie: bool
    feature: str = ""

    def findings(self) -> Iterable[Note]:
        """Class and coefficients."""
        zh, en = NAMES[self.category]
        named = f"“{self.feature}”" if self.feature else "该功能"
        yield Note(
            "kano",
            f"{named}属于{zh}（{self.category}）：有则满意 {self.better:.3f}，无则不满 {self.worse:.3f}（n={self.cases}）。",
            f"{self.feature or 'The feature'} is {en} ({self.category}): better {self.better:.3f}, "
            f"worse {self.worse:.3f} (n={self.cases}).",
        )


def letter(functional: int | str, dysfunctional: int | str) -> str:
    """The letter of one pair of answers, each 1–5 (like … dislike) or by name.

    >>> letter("like", "dislike"), letter(1, 3), letter(3, 5)
    ('O', 'A', 'M')
    """
    return TABLE[_step(functional)][_step(dysfunctional)]


def classify(answers: Any, *, near: float = 0.06, feature: str = "") -> KanoClass:
    """A feature's class from counts per letter, from letters, or from (functional, dysfunctional) pairs.

    >>> classify({"M": 15, "O": 24, "A": 121, "I": 124, "R": 6, "Q": 6}).category
    'A'
    """
    counts = _counts(answers)
    total = sum(counts.values())
    judged = counts["M"] + counts["O"] + counts["A"] + counts["I"]
    if judged == 0:
        raise MethodError("no_answers", "没有可判定的回答。", "No answer tells anything about the feature.")
    if not 0 <= near < 1:
        raise MethodError(
            "bad_threshold", "接近阈值须在 0 与 1 之间。", "The threshold of a near tie lies between 0 and 1."
        )
    first, second = sorted(LETTERS, key=lambda one: (-counts[one], LETTERS.index(one)))[:2]
    tie = counts[first] - counts[second] < near * total and first in "MOAI" and second in "MOAI"
    category = min(first, second, key=LETTERS.index) if tie else first
    return KanoClass(
        cases=total,
        parameters={"near": near},
        warnings=tuple(_doubts(counts, total, tie, (first, second))),
        category=category,
        better=(counts["A"] + counts["O"]) / judged,
        worse=-(counts["O"] + counts["M"]) / judged,
        counts=counts,
        near_tie=tie,
        feature=feature,
    )


def _step(answer: int | str) -> int:
    place = ANSWERS.index(answer) if answer in ANSWERS else int(answer) - 1 if str(answer).isdigit() else -1
    if not 0 <= place < len(ANSWERS):
        known = ", ".join(ANSWERS)
        raise MethodError("unknown_answer", f"不认识的回答“{answer}”。", f'"{answer}" is not one of 1–5 or {known}.')
    return place


def _counts(answers: Any) -> dict[str, int]:
    if isinstance(answers, Mapping):
        found = {str(key).upper(): value for key, value in answers.items()}
    else:
        rows = list(answers)
        found = dict(Counter(row.upper() if isinstance(row, str) else letter(*row) for row in rows))
    stray = sorted(set(found) - set(LETTERS))
    if stray:
        raise MethodError(
            "unknown_letter", f"不认识的类别“{stray[0]}”。", f'"{stray[0]}" is none of {", ".join(LETTERS)}.'
        )
    if any(value < 0 or value != int(value) for value in found.values()):
        raise MethodError("bad_counts", "计数须为非负整数。", "Counts are whole numbers from 0.")
    return {one: int(found.get(one, 0)) for one in LETTERS}


def _doubts(counts: dict[str, int], total: int, tie: bool, first_two: tuple[str, str]) -> Iterable[Note]:
    if tie:
        one, two = first_two
        yield Note(
            "near_tie",
            f"前两类（{one}、{two}）相差不足，按 M>O>A>I 取前者。",
            f"{one} and {two} are too near; the earlier of M > O > A > I is taken.",
        )
    if counts["Q"] > 0.1 * total:
        yield Note(
            "bad_wording",
            f"可疑回答占 {counts['Q'] / total:.0%}，超过 10%：题目措辞有问题。",
            f"{counts['Q'] / total:.0%} of the answers contradict themselves, beyond 10%: the wording is bad.",
        )
    share = max(counts.values()) / total
    if total < 30 or 1.64 * sqrt(share * (1 - share) / total) > 0.1:
        yield Note("few_answers", f"只有 {total} 份回答。", f"Only {total} answers.")
