"""What can be wrong with a file or one of its rows, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import DomainError
from zhike.kernel.text import shorten

# code → (message, whether the row can still be used)
ROW_PROBLEMS: Final[dict[str, tuple[Any, bool]]] = {
    "bad_bytes": (
        _("Line %(line)s holds bytes that are not %(encoding)s. Choose another encoding or correct the line."),
        False,
    ),
    "other_encoding": (
        _("Line %(line)s seems to be in %(other)s, the file in %(encoding)s. Use one encoding for the whole file."),
        False,
    ),
    "short_row": (
        _("Line %(line)s has %(count)s cells, %(expected)s were expected; the rest is taken as empty."),
        True,
    ),
    "long_row": (
        _("Line %(line)s has %(count)s cells instead of %(expected)s. Put cells with the delimiter in quotes."),
        False,
    ),
    "unclosed_quote": (_("The quote opened in line %(line)s is never closed. Close it or double it."), False),
    "loose_quote": (_("Line %(line)s has a quote within a cell; it was taken as written."), True),
    "nul_character": (_("Line %(line)s held NUL characters; they were left out."), True),
    "long_cell": (_("Line %(line)s has a cell of more than %(limit)s characters. Shorten it."), False),
    "long_line": (_("Line %(line)s is longer than %(limit)s characters. Shorten it."), False),
    "formula_error": (_("The cell in line %(line)s, column %(column)s holds the error %(value)s. Correct it."), False),
    "damaged_card": (_("The card starting in line %(line)s could not be read: %(value)s."), False),
    "value_left_out": (
        _("The card starting in line %(line)s has more values than columns; “%(value)s” was left out."),
        True,
    ),
    "duplicate_header": (
        _("The column name “%(value)s” occurs more than once; the later one is called “%(name)s”."),
        True,
    ),
}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Something wrong with one row: where, what, and whether the row is usable all the same (`fatal` is false)."""

    line: int
    column: str
    code: str
    value: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def fatal(self) -> bool:
        return not ROW_PROBLEMS[self.code][1]

    @property
    def message(self) -> str:
        """The sentence, in the language active now."""
        values = {"line": self.line, "column": self.column, "value": shorten(self.value), **self.data}
        return str(ROW_PROBLEMS[self.code][0]) % values


class FileRefused(DomainError):
    """The file as a whole cannot be read; the code starts with `import.`."""

    def __init__(self, code: str, message: object, **data: Any) -> None:
        super().__init__(f"import.{code}", str(message) % data if data else message, "file", **data)
