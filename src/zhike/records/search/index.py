"""Keeping the search table in step with the records."""

from __future__ import annotations

from collections.abc import Iterable

from zhike.kernel.models import Record


def index(record: Record) -> None:
    """Make a record findable as it now is."""


def index_many(records: Iterable[Record]) -> None:
    """Make many records findable at once."""


def forget(record: Record) -> None:
    """Make a record unfindable."""
