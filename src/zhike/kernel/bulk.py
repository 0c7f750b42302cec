"""Many rows at once, past the models: executemany on SQLite, COPY on PostgreSQL. For imports and seeding only.

Whoever calls this keeps the rules that models and actions keep elsewhere: values are checked, the ledger is told.
"""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.db import connection, models
from django.utils import timezone

from zhike.kernel import context
from zhike.kernel.ids import new_keys
from zhike.kernel.ledger import canonical, detail_digest
from zhike.kernel.models import Event, EventDetail

if TYPE_CHECKING:
    from zhike.kernel.actor import Actor

Adapter = Callable[[Any], Any]
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


def _pragma(name: str, value: int) -> int:
    """Set one of SQLite's numbers; the answer is what it was."""
    if connection.vendor != "sqlite":
        return value
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        before = int(cursor.fetchone()[0])
        cursor.execute(f"PRAGMA {name}={value:d}")
    return before


def key(value: UUID | None) -> Any:
    """An id as the database takes it."""
    return value.hex if value is not None and connection.vendor == "sqlite" else value


def moment(value: datetime | None) -> Any:
    """A time as the database takes it."""
    return _moment(value) if value is not None and connection.vendor == "sqlite" else value


def insert(
    model: type[models.Model], attributes: Sequence[str], rows: Sequence[Sequence[Any]], *, ready: bool = False
) -> None:
    """Insert rows given as tuples in the order of `attributes` (attnames); defaults and `save` are not asked.

    `ready` says that ids and times went through `key` and `moment` already, which saves half of the time.
    """
    by_attribute = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_attribute[name] for name in attributes]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    table = quote(model._meta.db_table)
    if not rows:
        return
    if connection.vendor == "postgresql":
        kinds = [] if ready else [f.get_internal_type() for f in fields]
        _copy(f"COPY {table} ({columns}) FROM STDIN", kinds, rows)
        return
    places = ", ".join(["%s"] * len(fields))
    adapters = [(i, a) for i, f in enumerate(fields) if (a := SQLITE.get(f.get_internal_type())) is not None]
    with connection.cursor() as cursor:
        ready = ready or not adapters
        statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - names of our own models
        cursor.executemany(statement, rows if ready else _adapted(rows, adapters))


def _adapted(rows: Iterable[Sequence[Any]], adapters: Sequence[tuple[int, Adapter]]) -> list[list[Any]]:
    made = []
    for row in rows:
        values = list(row)
        for place, adapt in adapters:
            if values[place] is not None:
                values[place] = adapt(values[place])
        made.append(values)
    return made


def _copy(statement: str, kinds: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    json_places = [i for i, kind in enumerate(kinds) if kind == "JSONField"]
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            if json_places:
                values = list(row)
                for place in json_places:
                    if not isinstance(values[place], str):
                        values[place] = _json(values[place])
                copy.write_row(values)
            else:
                copy.write_row(row)


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _uuid(value: UUID) -> str:
    return value.hex


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _day(value: date) -> str:
    return value.isoformat()


SQLITE: dict[str, Adapter] = {
    "UUIDField": _uuid,
    "ForeignKey": lambda value: value.hex if isinstance(value, UUID) else value,
    "OneToOneField": lambda value: value.hex if isinstance(value, UUID) else value,
    "DateTimeField": _moment,
    "DateField": _day,
    "JSONField": _json,
}


def adapter(field: models.Field[Any, Any]) -> Adapter | None:
    """How a value of this field becomes what `insert` takes with `ready`."""
    kind = field.get_internal_type()
    if connection.vendor == "sqlite":
        return SQLITE.get(kind)
    return _json if kind == "JSONField" else None


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
            subject if customer else None, None, self.batch_key, *self.asked, _json(payload), digest,
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
