"""Many rows at once, past the models: executemany on SQLite, COPY on PostgreSQL. For imports and seeding only.

Whoever calls this keeps the rules that models and actions keep elsewhere: values are checked, the ledger is told.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.db import connection, models
from django.utils import timezone

from zhike.kernel import context
from zhike.kernel.ids import new_ids
from zhike.kernel.ledger import canonical, detail_digest
from zhike.kernel.models import Event, EventDetail

if TYPE_CHECKING:
    from zhike.kernel.actor import Actor

Adapter = Callable[[Any], Any]


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
    if connection.vendor == "postgresql":
        _copy(f"COPY {table} ({columns}) FROM STDIN", [f.get_internal_type() for f in fields], rows)
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

EVENT = [f.attname for f in Event._meta.concrete_fields if f.attname != "position"]
DETAIL = ["event_id", "salt", "body"]


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
    """One event of a kind for each (subject id, payload, personal part), the same rows that `ledger.compose` makes."""
    at, subject_type = now or timezone.now(), type_.partition(".")[0]
    at_text = at.astimezone(UTC).isoformat(timespec="microseconds")
    request = context.current.get()
    real = by.real_user_id or by.user_id
    subjects = list(subjects)
    batch_key, user_key, real_key, at_key = key(batch_id), key(by.user_id), key(real), moment(at)
    events, details = [], []
    for event_id, (subject_id, payload, personal) in zip(new_ids(len(subjects)), subjects, strict=True):
        customer_id = subject_id if about_customer else None
        digest = ""
        event_key, subject_key = key(event_id), key(subject_id)
        if personal:
            salt, body = os.urandom(16), canonical(personal).decode()
            digest = detail_digest(salt, body)
            details.append((event_key, salt, body))
        values = [
            event_id, at_text, type_, action, by.door, by.user_id, real, subject_type, subject_id, customer_id, None,
            batch_id, request.request_id, request.address, payload, digest,
        ]  # fmt: skip
        sealed = hashlib.sha256(canonical(values)).hexdigest()
        events.append(
            (
                event_key, at_key, type_, action, by.door, user_key, real_key, subject_type, subject_key,
                subject_key if about_customer else None, None, batch_key, request.request_id, request.address,
                _json(payload), digest, sealed,
            )
        )  # fmt: skip
    insert(Event, EVENT, events, ready=True)
    insert(EventDetail, DETAIL, details, ready=True)
