"""What every method gives back: values that know their cases, period, parameters, doubts, and how to say it in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

Number = TypeVar("Number", float, Decimal)


class MethodError(ValueError):
    """Input that a method refuses: `code` for programs, one sentence per language for people."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.zh, self.en = code, zh, en

    def say(self, lang: str = "zh") -> str:
        """The refusal in words."""
        return self.zh if is_chinese(lang) else self.en


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence that belongs to a result, such as a warning; `code` is stable."""

    code: str
    zh: str
    en: str

    def say(self, lang: str = "zh") -> str:
        """The sentence in the reader's language."""
        return self.zh if is_chinese(lang) else self.en


@dataclass(frozen=True, kw_only=True)
class Result:
    """The base of all results: how many cases of which period, by which parameters, and how far to trust it."""

    cases: int
    period: tuple[date, date] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Note, ...] = ()
    error: Mapping[str, float] = field(default_factory=dict)
    """Error on later data by measure, such as {"mae": .79, "naive_mae": 1.02}; empty where nothing was held out."""

    def findings(self) -> Iterable[Note]:
        """What it says, most important first; each method writes its own."""
        return ()

    def explain(self, lang: str = "zh") -> list[str]:
        """Findings, then doubts, as sentences: `zh…` is simplified Chinese, anything else English."""
        return [note.say(lang) for note in (*self.findings(), *self.warnings)]


@dataclass(frozen=True, kw_only=True)
class Figure(Result, Generic[Number]):
    """A result that is one number, with the sentence that says which."""

    value: Number
    said: Note

    def __float__(self) -> float:
        """The number alone, for arithmetic."""
        return float(self.value)

    def findings(self) -> Iterable[Note]:
        """The sentence."""
        yield self.said


def is_chinese(lang: str) -> bool:
    """Whether a language code asks for Chinese."""
    return lang.lower().startswith("zh")
