"""How often one person, token or network may do something costly: counted in one row, by one statement, across all processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.kernel.actor import Actor
from zhike.kernel.errors import TooMany
from zhike.kernel.ids import new_id
from zhike.kernel.models import Spent

# One statement on both databases: the row is made or counted up, and comes back only while the limit is not used up.
COUNT = """
{quickly} INSERT INTO kernel_spent (id, "key", "slot", "count") SELECT {id}, %s, %s, 1 {among}
ON CONFLICT ("key", "slot") DO UPDATE SET "count" = kernel_spent."count" + 1 WHERE kernel_spent."count" < %s
RETURNING "count"
"""
ON_SQLITE = COUNT.format(quickly="", id="%s", among="WHERE true")
WITHIN_POSTGRESQL = COUNT.format(quickly="", id="%s::uuid", among="WHERE true")
ON_POSTGRESQL = COUNT.format(
    quickly="WITH quickly AS (SELECT set_config('synchronous_commit', 'off', true))",
    id="%s::uuid",
    among="FROM quickly",
)
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` times of `what` in each window of `seconds`."""

    what: str
    most: int
    seconds: int = 60


SEARCH = Limit("search", 120)
BULK = Limit("bulk", 30)
EXPORT = Limit("export", 30, 3600)
REVEAL = Limit("reveal", 60, 3600)
REPORT = Limit("report", 60)
MAIL = Limit("mail", 60, 3600)


def count_up(key: str, slot: int, most: int) -> int | None:
    """The count of this key within this window, one more than before; None once it had reached `most`.

    Nobody loses anything if a power cut takes the last counts with it: outside a transaction no disk is waited for.
    """
    identifier = new_id()
    with connection.cursor() as cursor, _unhurried():
        if connection.vendor == "sqlite":
            cursor.execute(ON_SQLITE, [identifier.hex, key, slot, most])
        else:  # within a transaction the setting would hold for all of it, and what was confirmed could be lost
            statement = WITHIN_POSTGRESQL if connection.in_atomic_block else ON_POSTGRESQL
            cursor.execute(statement, [identifier, key, slot, most])
        row = cursor.fetchone()
    return row[0] if row else None


@contextmanager
def _unhurried() -> Iterator[None]:
    """On SQLite, outside a transaction, commits within do not wait for the disk; PostgreSQL is told in the statement."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    connection.connection.execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        connection.connection.execute("PRAGMA synchronous=FULL")


def spend(limit: Limit, by: Actor | str, now: datetime | None = None) -> None:
    """Count one use by a person or token (or, given as text, a network); raises TooMany once the limit is used up.

    Call it before the work and outside its transaction, so that a use counts even when the work is refused.
    """
    now = now or timezone.now()
    seconds = int(now.timestamp())
    slot = seconds // limit.seconds
    count = count_up(f"{limit.what} {_who(by)}"[:120], slot, limit.most)
    if count is None:
        wait = (slot + 1) * limit.seconds - seconds
        message = _("That was too often: at most %(most)s times in %(seconds)s seconds. Wait %(wait)s seconds.")
        raise TooMany(message % {"most": limit.most, "seconds": limit.seconds, "wait": wait}, wait)
    if count == 1:
        _sweep(limit, slot)


def _who(by: Actor | str) -> str:
    return by if isinstance(by, str) else str(by.token_id or by.user_id)


def _sweep(limit: Limit, slot: int) -> None:
    """Whoever opens a window takes away what is long over; windows of other lengths have other numbers, so by name."""
    oldest = slot - int(KEPT.total_seconds()) // limit.seconds - 1
    Spent.objects.filter(key__startswith=f"{limit.what} ", slot__lt=oldest).delete()
