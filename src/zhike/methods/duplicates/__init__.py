"""Duplicate customers: which records are one person or one company, how surely, and why."""

from typing import TYPE_CHECKING, Any

from .blocking import keys
from .compare import compare
from .match import match
from .normalise import normalise
from .records import Kind, MatchResult, Normal, Pair, Reason, Record
from .weights import DEFAULT, Model, Settings

if TYPE_CHECKING:
    from .table import TableMatch, match_table

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
    "TableMatch",
    "compare",
    "keys",
    "match",
    "match_table",
    "normalise",
]


def __getattr__(name: str) -> Any:
    """What works on long tables reads numpy, which people who look for one customer need not wait for."""
    if name in ("TableMatch", "match_table"):
        from . import table

        return getattr(table, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
