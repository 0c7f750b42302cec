"""What may be asked of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from zhike.methods.result import MethodError

if TYPE_CHECKING:
    from zhike.methods.engine import SparkEngine

ROLES = ("customer", "date", "amount", "order", "product", "quantity", "price", "currency", "status", "due", "paid")
ENGINES = ("duckdb", "spark")


def silent(_zh: str, _en: str) -> None:
    """Nobody watches."""


YEARS = (1900, 2199)


@dataclass(frozen=True, kw_only=True)
class Options:
    """Columns by role, and how to look at them; nothing needs to be said."""

    columns: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None
    period: str | None = None
    lang: str = "zh"
    title: str | None = None
    table: str | None = None
    keep_currency: str | None = None
    drop_duplicates: bool = False
    tables: Path | None = None
    """A folder that tables may be written to: the engine is shut off from all others."""
    memory: str = "1200MB"
    engine: str | SparkEngine = "duckdb"
    """Where to compute once the lines are judged: a name, or a Spark that is running."""
    today: date = field(default_factory=date.today)
    """Days after it are pointed out."""
    tick: Callable[[str, str], None] = silent
    """Called at the start of each step with its name in Chinese and English."""

    @classmethod
    def of(cls, **given: object) -> Options:
        """From keywords as in `report(files, customer="ID", as_of=…)`. MethodError: option_unknown."""
        columns = {role: str(given.pop(role)) for role in ROLES if given.get(role)}
        known = {name: value for name, value in given.items() if value is not None and name not in ROLES}
        if unknown := sorted(set(known) - set(cls.__dataclass_fields__)):
            raise MethodError("option_unknown", f"未知的选项：{unknown[0]}", f"Unknown option: {unknown[0]}.")
        if isinstance(known.get("as_of"), str):
            known["as_of"] = day(str(known["as_of"]))
        if isinstance(when := known.get("as_of"), date) and not possible(when):
            raise as_of(str(when))
        return cls(columns=columns, **known)  # type: ignore[arg-type]


def day(text: str) -> date:
    """A day by ISO. MethodError: as_of."""
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise as_of(text) from wrong


def as_of(text: str) -> MethodError:
    """A day that is none, or lies in no year of business."""
    zh = f"日期须写作 2024-12-31，年份在 {YEARS[0]} 到 {YEARS[1]} 之间：{text[:40]}"
    return MethodError("as_of", zh, f"Write days as 2024-12-31, from {YEARS[0]} to {YEARS[1]}, not {text[:40]}.")


def possible(day: date) -> bool:
    """Whether counting from and to this day makes sense."""
    return YEARS[0] <= day.year <= YEARS[1]
