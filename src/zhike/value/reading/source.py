"""What every reader hands over: a table of text columns in DuckDB, its headers, and all that was noticed on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zhike.methods.result import MethodError, Note

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHOWN = 200


class Problem(NamedTuple):
    """A line that could not be read at all, told by its number."""

    line: int
    reason: str
    content: str


@dataclass
class Source:
    """One table as text.

    `select` is a query for columns c0…cn and, where `numbered`, a column `line`; otherwise the line of a row is its
    place plus `first_line`.
    """

    name: str
    format: str
    headers: list[str]
    select: str
    sample: list[list[str]]
    encoding: str = ""
    delimiter: str = ""
    numbered: bool = False
    first_line: int = 2
    lines: int | None = None
    """How many rows to expect, where that is known without reading them."""
    problems: list[Problem] = field(default_factory=list)
    lost: dict[str, int] = field(default_factory=dict)
    """Problems by reason; `problems` itself is bounded."""
    statements: list[Note] = field(default_factory=list)
    again: Callable[[], None] | None = None
    """Reads the file another way, where the quick way turns out to lose rows."""

    def state(self, code: str, zh: str, en: str) -> None:
        """Say what was assumed."""
        self.statements.append(Note(code, zh, en))

    def lose(self, line: int, reason: str, content: str, most: int = 100_000) -> None:
        """Note a line that cannot be used."""
        self.lost[reason] = self.lost.get(reason, 0) + 1
        if len(self.problems) < most:
            self.problems.append(Problem(line, reason, content[:SHOWN]))


class Desk(NamedTuple):
    """Where reading happens: the connection, a folder for copies, and what the caller asked for."""

    connection: DuckDBPyConnection
    folder: Path
    table: str | None = None

    def text(self, value: str | Path) -> str:
        """A literal of SQL."""
        return "'" + str(value).replace("'", "''") + "'"


def refuse(code: str, zh: str, en: str) -> MethodError:
    """A refusal in the words of this floor."""
    return MethodError(code, zh, en)


def texts(rows: Iterable[Sequence[object]]) -> list[list[str]]:
    """Rows of anything as rows of text, nothing as an empty text."""
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def named(headers: Sequence[str]) -> list[str]:
    """Headers trimmed of blanks and of what cannot be printed; an empty one is called by its place, a repeated one numbered."""
    found: list[str] = []
    for place, header in enumerate(headers, 1):
        shown = "".join(sign if sign.isprintable() else " " for sign in header.replace("\ufeff", ""))
        name = " ".join(shown.split())[:100] or f"column {place}"
        again = sum(1 for other in found if other == name or other.startswith(f"{name} ("))
        found.append(f"{name} ({again + 1})" if again else name)
    return found
