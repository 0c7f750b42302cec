"""The words of pools: what a rule watches, and where a customer stands with regard to falling into one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import Invalid
from zhike.kernel.text import sentences

LEVELS = ("A", "B", "C", "D", "")  # "" = no level
MOST_DAYS = 3650


class Watch(models.TextChoices):
    """What has not happened for so long that the customer falls into the pool."""

    TOUCH = "touch", _("no touch")
    DEAL = "deal", _("no deal")


Rules = Mapping[str, Mapping[str, int]]  # level -> what is watched -> days


def read_rules(raw: Any) -> dict[str, dict[str, int]]:
    """Checked rules: known levels, known watches, whole days; empty ones fall away."""
    rules: dict[str, dict[str, int]] = {}
    for level, watched in (raw or {}).items() if isinstance(raw, dict) else ():
        if level not in LEVELS or not isinstance(watched, dict):
            raise Invalid("pool.rules", _("“%(level)s” is no level.") % {"level": str(level)[:20]}, "rules")
        kept = {name: read_days(days) for name, days in watched.items() if name in Watch.values and days}
        if kept:
            rules[level] = kept
    return rules


def read_days(value: Any) -> int:
    """A whole number of days between 1 and ten years."""
    if (
        isinstance(value, bool)
        or not str(value).isascii()
        or not str(value).isdigit()
        or not 1 <= int(str(value)[:9]) <= MOST_DAYS
    ):
        message = _("“%(value)s” is no number of days. Give 1 to %(most)s, or nothing.")
        raise Invalid("pool.days", message % {"value": str(value)[:20], "most": MOST_DAYS}, "rules")
    return int(value)


def falls_on(since: date, days: int) -> date:
    """The first day after `days` whole days have passed without it: touched on the 1st, one day → falls on the 3rd."""
    return since + timedelta(days=days + 1)


@dataclass(frozen=True, slots=True)
class PoolState:
    """Where an owned customer stands: the days left until it falls into `pool`, by which rule and why, or why it never does."""

    days_left: int | None = None
    falls_on: date | None = None
    rule: str = ""
    rule_days: int = 0
    passed: int = 0
    reasons: tuple[str, ...] = ()
    exempt_because: str = ""
    pool_id: UUID | None = None
    pool: str = ""
    warned: bool = False  # near enough to be shown in amber

    @property
    def due(self) -> bool:
        """Whether it falls today."""
        return self.days_left is not None and self.days_left <= 0

    @property
    def reason(self) -> str:
        """The sentences in one."""
        return sentences(self.reasons)


@dataclass(frozen=True, slots=True)
class Left:
    """What one may still take from a pool today; None is without limit."""

    pool_id: UUID
    pool: str
    today: int | None
    room: int | None
    owned: int
    limit: int | None
    capacity: int | None

    @property
    def may(self) -> bool:
        """Whether one more is possible."""
        return (self.today is None or self.today > 0) and (self.room is None or self.room > 0)
