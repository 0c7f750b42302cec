"""Duplicate customers: which records are one person or one company, how surely, and why."""

from .blocking import keys
from .compare import compare
from .match import match
from .normalise import normalise
from .records import Kind, MatchResult, Normal, Pair, Reason, Record
from .weights import DEFAULT, Model, Settings

__all__ = [
    "DEFAULT",
    "Kind",
    "MatchResult",
    "Model",
    "Normal",
    "Pair",
    "Reason",
    "Record",
    "Settings",
    "compare",
    "keys",
    "match",
    "normalise",
]
