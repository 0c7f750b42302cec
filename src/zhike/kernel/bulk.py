"""Many rows at once, past the models: executemany on SQLite, COPY on PostgreSQL. For imports and seeding only.

Whoever calls this keeps the rules that models and actions keep elsewhere: values are checked, the ledger is told.
"""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from zhike.kernel import context
from zhike.kernel.ids import new_keys
from zhike.kernel.inserting import as_json, insert, key, moment
from zhike.kernel.ledger import canonical, detail_digest
from zhike.kernel.models import Event, EventDetail

if TYPE_CHECKING:
    from zhike.kernel.actor import Actor

WHILE_HEAVY = {"wal_autocheckpoint": 16_000, "cache_size": -196_608}  # pages of the log: 64 MB; kilobytes


@contextmanager
def heavy() -> Iterator[None]:
    """While very many rows are written: what stands in memory is not looked through again and again; SQLite keeps the
    pages that a chunk touches in memory, and moves its log into the database less often. Every commit is as durable as
    ever; the file of the log grows meanwhile.
    """
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)
    before = [(name, _pragma(name, value)) for name, value in WHILE_HEAVY.items()]
    try:
        yield
    finally:
        for name, value in before:
            _pragma(name, value)
        gc.set_threshold(*thresholds)
        gc.unfreeze()


@contextmanager
def patience() -> Iterator[None]:
    """PostgreSQL may take longer within than a page may: for what looks at every row there is."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET statement_timeout")


def _pragma(name: str, value: int) -> int:
    """Set one of SQLite's numbers; the answer is what it was."""
    if connection.vendor != "sqlite":
        return value
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        before = int(cursor.fetchone()[0])
        cursor.execute(f"PRAGMA {name}={value:d}")
    return before


EVENT = [f.attname for f in Event._meta.concrete_fields if f.attname != "position"]
DETAIL = ["event_id", "salt", "body"]


class Teller:
    """Composes events of one kind, the same rows that `ledger.compose` makes; ids are the 32 digits of `new_keys`."""

    def __init__(
        self, type_: str, action: str, *, by: Actor, batch_id: UUID | None = None, now: datetime | None = None
    ) -> None:
        at = now or timezone.now()
        request = context.current.get()
        real = by.real_user_id or by.user_id
        self.type, self.action, self.door, self.subject_type = type_, action, by.door, type_.partition(".")[0]
        self.at, self.at_text = moment(at), at.astimezone(UTC).isoformat(timespec="microseconds")
        self.asked = (request.request_id, request.address)
        self.people, self.people_keys = (by.user_id, real), (key(by.user_id), key(real))
        self.batch_id, self.batch_key = batch_id, key(batch_id)

    def about(
        self, event: str, subject: str, payload: dict[str, Any], personal: dict[str, Any], customer: bool = True
    ) -> tuple[tuple[Any, ...], tuple[Any, ...] | None]:
        """The row of an event, and that of its detail where it tells something personal."""
        detail, digest = None, ""
        if personal:
            salt, body = os.urandom(16), canonical(personal).decode()
            digest = detail_digest(salt, body)
            detail = (event, salt, body)
        subject_id = dashed(subject)
        values = [
            dashed(event), self.at_text, self.type, self.action, self.door, *self.people, self.subject_type, subject_id,
            subject_id if customer else None, None, self.batch_id, *self.asked, payload, digest,
        ]  # fmt: skip
        row = (
            event, self.at, self.type, self.action, self.door, *self.people_keys, self.subject_type, subject,
            subject if customer else None, None, self.batch_key, *self.asked, as_json(payload), digest,
            hashlib.sha256(canonical(values)).hexdigest(),
        )  # fmt: skip
        return row, detail


def dashed(digits: str) -> str:
    """An id's 32 digits as UUIDs are written, and digested."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def insert_events(events: Sequence[tuple[Any, ...]], details: Sequence[tuple[Any, ...] | None]) -> None:
    """Append what `Teller` composed; a missing detail is passed over."""
    insert(Event, EVENT, events, ready=True)
    insert(EventDetail, DETAIL, [detail for detail in details if detail is not None], ready=True)


def append_events(
    type_: str,
    subjects: Iterable[tuple[UUID, dict[str, Any], dict[str, Any]]],
    *,
    by: Actor,
    action: str,
    about_customer: bool = False,
    batch_id: UUID | None = None,
    now: datetime | None = None,
) -> None:
    """One event of a kind for each (subject id, payload, personal part)."""
    teller = Teller(type_, action, by=by, batch_id=batch_id, now=now)
    subjects = list(subjects)
    made = [
        teller.about(event, subject_id.hex, payload, personal, about_customer)
        for event, (subject_id, payload, personal) in zip(new_keys(len(subjects)), subjects, strict=True)
    ]
    insert_events([event for event, _detail in made], [detail for _event, detail in made])
