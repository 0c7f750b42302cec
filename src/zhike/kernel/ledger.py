"""The append-only ledger: writing events, sealing them into positions and a chain, reading them, erasing personal detail, verifying."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.utils import timezone

from zhike.kernel import context
from zhike.kernel.events import Happened, split
from zhike.kernel.ids import new_id
from zhike.kernel.inserting import insert_models
from zhike.kernel.models import Bookmark, Erasure, Event, EventDetail, Seal, SealHead

if TYPE_CHECKING:
    from zhike.kernel.actor import Actor
    from zhike.kernel.models import Record

DIGESTED = [
    "id",
    "at",
    "type",
    "action",
    "door",
    "actor_id",
    "real_actor_id",
    "subject_type",
    "subject_id",
    "customer_id",
    "caused_by",
    "batch_id",
    "request_id",
    "address",
    "payload",
    "detail_digest",
]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an event comes from: the action being run, what caused it, the batch it belongs to, and when it was."""

    action: str = ""
    event_id: UUID | None = None
    caused_by: UUID | None = None
    batch_id: UUID | None = None
    at: datetime | None = None  # an import keeps the original time


def canonical(value: object) -> bytes:
    """One byte form of a value, the same on both databases: sorted keys, UTC times in ISO form."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)


def digest_of(event: Event) -> str:
    """The digest that stands in an event's row and enters the chain."""
    values = [getattr(event, name) for name in DIGESTED]
    values[1] = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(canonical(values)).hexdigest()


def detail_digest(salt: bytes, body: str) -> str:
    """The digest by which an event vouches for its detail without telling it."""
    return hashlib.sha256(salt + body.encode()).hexdigest()


def compose(
    occurrence: object,
    *,
    by: Actor,
    subject: Record | None = None,
    customer_id: UUID | None = None,
    label: str = "",
    changes: dict[str, Any] | None = None,
    origin: Origin | None = None,
) -> tuple[Event, EventDetail | None]:
    """The unsaved rows of one event. `label` (the subject's name) and `changes` are personal and go to the detail."""
    happened: Happened = split(occurrence)
    origin = origin or Origin()
    request = context.current.get()
    event = Event(
        id=origin.event_id or new_id(),
        at=origin.at or timezone.now(),
        type=happened.type,
        action=origin.action,
        door=by.door,
        actor_id=by.user_id,
        real_actor_id=by.real_user_id or by.user_id,
        subject_type=subject.record_type if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        customer_id=customer_id,
        caused_by=origin.caused_by,
        batch_id=origin.batch_id,
        request_id=request.request_id,
        address=request.address,
        payload=orjson.loads(canonical(happened.payload)),
    )
    personal: dict[str, Any] = dict(happened.personal)
    if label:
        personal["subject"] = label
    if changes:
        personal["changes"] = changes
    detail = None
    if personal:
        salt, body = os.urandom(16), canonical(personal).decode()
        event.detail_digest = detail_digest(salt, body)
        detail = EventDetail(event_id=event.id, salt=salt, body=body)
    event.digest = digest_of(event)
    return event, detail


def write(rows: Iterable[tuple[Event, EventDetail | None]]) -> None:
    """Append composed events in the running transaction, and wake the sealer after it."""
    events, details = [], []
    for event, detail in rows:
        events.append(event)
        if detail is not None:
            details.append(detail)
    insert_models(events)
    insert_models(details)


def seal(limit: int = 2000) -> int:
    """Give committed events without a position the next ones, in batches, and chain each batch; the answer is how many.

    Only committed rows are seen, and one sealer holds the head at a time: a transaction that commits late gets a late position,
    so that a reader who follows positions misses nothing, whatever order ids or times have.
    """
    with transaction.atomic():
        SealHead.objects.get_or_create(id=1)
        head = SealHead.objects.select_for_update().get(id=1)
        waiting = _unsealed(limit)
        if not waiting:
            return 0
        first = head.last + 1
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE kernel_event SET position = %s WHERE id = %s AND position IS NULL",
                [(first + i, pk) for i, (pk, _digest) in enumerate(waiting)],
            )
        digest = chained(head.digest, [d for _pk, d in waiting])
        Seal.objects.create(first=first, last=head.last + len(waiting), at=timezone.now(), digest=digest)
        head.last, head.digest = head.last + len(waiting), digest
        head.save()
    return len(waiting)


def _unsealed(limit: int) -> list[tuple[Any, str]]:
    """The next events without a position: ids as the database has them, and digests. SQLite is told which index: left to
    itself it reads and sorts everything that waits, for every batch anew."""
    told = " INDEXED BY event_unsealed" if connection.vendor == "sqlite" else ""
    statement = f"SELECT id, digest FROM kernel_event{told} WHERE position IS NULL ORDER BY id LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [limit])
        found: list[tuple[Any, str]] = cursor.fetchall()
    return found


def chained(before: str, digests: Iterable[str]) -> str:
    """The digest of one link: the link before, then every event's digest in order of position."""
    link = hashlib.sha256(before.encode())
    for digest in digests:
        link.update(digest.encode())
    return link.hexdigest()


def seal_all() -> int:
    """Seal until nothing waits."""
    total = 0
    while sealed := seal():
        total += sealed
    return total


STRETCH = 50_000  # positions passed over at once by a reader of some kinds: about 25 ms of the database's work


def read_after(position: int, limit: int = 500) -> list[Event]:
    """Sealed events after `position`, in order."""
    return list(Event.objects.filter(position__gt=position).order_by("position")[:limit])


def follow(
    reader: str, handle: Callable[[Event], None], *, types: Sequence[str] = (), limit: int = 500, from_now: bool = False
) -> int:
    """Hand the next events to `handle`, at least once each, and move the reader's bookmark; the answer is how far.

    A new reader begins with the first event there is or, `from_now`, with the next one. A reader that names `types` gets
    those alone. Positions have no gaps, so its bookmark passes over a stretch of others at once, up to the last one that is
    sealed: what is sealed later comes later, and nothing in between can. The past is looked through in the database, by
    position, without an index for each kind; five million others take seconds.
    """
    with transaction.atomic():
        Bookmark.objects.get_or_create(reader=reader, defaults={"position": _last_sealed() if from_now else 0})
        mark = Bookmark.objects.select_for_update().get(reader=reader)
        sealed = _last_sealed()
        before, until = mark.position, min(sealed, mark.position + STRETCH)
        events = _of_types(before, until, types, limit) if types else read_after(before, limit)
        for event in events:
            handle(event)
        if not types or len(events) == limit:
            until = events[-1].position or before if events else before
        if until > before:
            mark.position, mark.at = until, timezone.now()
            mark.save()
    return until - before


def _last_sealed() -> int:
    return SealHead.objects.filter(id=1).values_list("last", flat=True).first() or 0


def _of_types(after: int, until: int, types: Sequence[str], limit: int) -> list[Event]:
    """Events of these kinds in a stretch. SQLite is told to go by position: by kind it would read all of them there ever
    were, for every stretch anew."""
    column = "+type" if connection.vendor == "sqlite" else "type"
    kinds = ", ".join(["%s"] * len(types))
    statement = (
        f"SELECT id FROM kernel_event WHERE position > %s AND position <= %s AND {column} IN ({kinds})"  # noqa: S608
        " ORDER BY position LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [after, until, *types, limit])
        ids = [row[0] for row in cursor.fetchall()]
    return list(Event.objects.filter(pk__in=ids).order_by("position")) if ids else []


def erase_details(event_ids: Iterable[UUID], *, erased_by: UUID) -> int:
    """Delete the personal detail of events; the rows, digests and chain stay and still verify."""
    ids = list(EventDetail.objects.filter(event_id__in=list(event_ids)).values_list("event_id", flat=True))
    with transaction.atomic():
        Erasure.objects.bulk_create([Erasure(event_id=pk, erased_by=erased_by) for pk in ids], ignore_conflicts=True)
        EventDetail.objects.filter(event_id__in=ids).delete()
    return len(ids)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying found: events read, details erased on purpose, and every fault by position."""

    events: int
    erased: int
    unsealed: int
    faults: tuple[str, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing was edited, removed or reordered."""
        return not self.faults


def verify(most_faults: int = 20) -> Verdict:
    """Recompute every digest and every link from the rows themselves."""
    faults: list[str] = []
    before, expected, count, erased = "", 1, 0, 0
    erasures = set(Erasure.objects.values_list("event_id", flat=True))
    for link in Seal.objects.order_by("first").iterator():
        if link.first != expected:
            faults.append(f"seal {link.first}: expected to start at {expected}")
        digests = []
        for event, found in _sealed(link.first, link.last):
            count += 1
            erased += event.detail_digest != "" and event.id in erasures
            faults += _faults_of(event, found, erasures)
            digests.append(event.digest)
        if len(digests) != link.last - link.first + 1:
            faults.append(
                f"seal {link.first}–{link.last}: {link.last - link.first + 1 - len(digests)} events are missing"
            )
        before = chained(before, digests)
        if before != link.digest:
            faults.append(f"seal {link.first}–{link.last}: the chain does not match")
            before = link.digest
        expected = link.last + 1
        if len(faults) >= most_faults:
            break
    head = SealHead.objects.filter(id=1).first()
    if head and not faults and (head.last != expected - 1 or head.digest != before):
        faults.append(f"the head says {head.last}, the last seal {expected - 1}")
    unsealed = Event.objects.filter(position__isnull=True).count()
    return Verdict(count, erased, unsealed, tuple(faults[:most_faults]))


def _sealed(first: int, last: int) -> Iterator[tuple[Event, EventDetail | None]]:
    rows = Event.objects.filter(position__gte=first, position__lte=last).order_by("position")
    for event in rows.select_related("detail").iterator(chunk_size=2000):
        yield event, getattr(event, "detail", None)


def _faults_of(event: Event, detail: EventDetail | None, erasures: set[UUID]) -> list[str]:
    faults = []
    if digest_of(event) != event.digest:
        faults.append(f"position {event.position}: the event was edited")
    if event.detail_digest and detail is None and event.id not in erasures:
        faults.append(f"position {event.position}: its detail is missing and was not erased on purpose")
    if detail is not None and detail_digest(bytes(detail.salt), detail.body) != event.detail_digest:
        faults.append(f"position {event.position}: its detail was edited")
    return faults


def read_detail(event: Event) -> dict[str, Any]:
    """The personal part of an event; empty when there is none or it was erased."""
    detail = getattr(event, "detail", None)
    found: dict[str, Any] = orjson.loads(detail.body) if detail else {}
    return found
