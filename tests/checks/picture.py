"""A picture of everything that is stored: tables by their rows, and files, so that two moments can be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection

from zhike.kernel.ledger import canonical

# What reading and being refused may touch: the ledger, sessions, counters of limits, keys of calls, and the sealer's own.
PASSING = {
    "kernel_event", "kernel_eventdetail", "kernel_seal", "kernel_sealhead", "kernel_spent", "kernel_idempotencykey",
    "identity_session", "django_session", "kernel_bookmark",
}  # fmt: skip


def tables(leave_out: Iterable[str] = PASSING) -> dict[str, str]:
    """Every table of ours and its digest, whatever the order of its rows."""
    skipped = set(leave_out)
    found = {}
    for model in apps.get_models(include_auto_created=True):
        name = model._meta.db_table
        if name not in skipped:
            rows = sorted(canonical([str(value) for value in row]) for row in rows_of(name))
            found[name] = hashlib.sha256(b"\n".join(rows)).hexdigest()
    return found


def rows_of(table: str) -> list[tuple[Any, ...]]:
    """The rows of a table as the database gives them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def files(root: Path) -> dict[str, str]:
    """Every file below a folder and its digest."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def places_of(word: str) -> list[str]:
    """Where a word stands in any table: whole database, columns as text; bytes are searched as they are."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        for row in rows_of(model._meta.db_table):
            for value in row:
                raw = bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode(errors="replace")
                if word.encode() in raw or word.encode("unicode_escape") in raw:
                    found.add(model._meta.db_table)
    return sorted(found)
