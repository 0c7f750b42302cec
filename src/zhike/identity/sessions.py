"""Sessions: kept by digest, ended by idleness, by age, by the person or by an administrator. Django's session engine."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.db.models import QuerySet, Subquery
from django.utils import timezone

from zhike.identity.models import Organisation, Session
from zhike.kernel.composed import composed

IDLE = timedelta(minutes=60)
ABSOLUTE = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)
SINCE = "since"  # when the person signed in, in seconds; survives a change of key


def digest(key: str) -> str:
    """What stands in the database instead of a session's key."""
    return hashlib.sha256(key.encode()).hexdigest()


@composed
def _with_person(digest: str) -> QuerySet[Session]:
    """The session of a digest, its person and the epoch of rights."""
    epoch = Organisation.objects.filter(id=1).values("rights_epoch")[:1]
    return Session.objects.select_related("user").filter(digest=digest).annotate(epoch=Subquery(epoch))


class SessionStore(SessionBase):
    """One query loads a session with its person and the epoch of rights."""

    row: Session | None = None

    def load(self) -> dict[str, Any]:
        row = next(iter(_with_person(digest(self.session_key or ""))), None)
        now = timezone.now()
        data: dict[str, Any] = self.decode(row.data) if row else {}
        if row is None or ended(row, data, now):
            if row is not None:
                row.delete()
            self._session_key = None
            return {}
        if now - row.last_seen_at > NOTED_EVERY:
            Session.objects.filter(pk=row.pk).update(last_seen_at=now)
        self.row = row
        return data

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(digest=digest(session_key)).exists()

    def create(self) -> None:
        self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
        self.row = None
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        held: dict[str, Any] = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        user_id = held.get(SESSION_KEY)
        columns: dict[str, Any] = {
            "data": self.encode(held),
            "user_id": UUID(user_id) if user_id else None,
            "device": str(held.get("device", ""))[:200],
            "address": str(held.get("address", ""))[:45],
        }
        if must_create:
            self.row = Session.objects.create(digest=digest(self.session_key), last_seen_at=timezone.now(), **columns)
        elif not Session.objects.filter(digest=digest(self.session_key)).update(**columns):
            raise UpdateError  # ended meanwhile: it must not come back to life

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(digest=digest(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        sweep(timezone.now())


def ended(row: Session, data: dict[str, Any], now: datetime) -> bool:
    """Whether idleness or age has ended it."""
    since = datetime.fromtimestamp(data[SINCE], tz=now.tzinfo) if SINCE in data else row.created_at
    return now - row.last_seen_at > IDLE or now - since > ABSOLUTE


def sweep(now: datetime) -> int:
    """Delete what idleness has ended; run by the schedule."""
    return Session.objects.filter(last_seen_at__lt=now - IDLE).delete()[0]


def end_all_of(user_id: UUID, *, but: UUID | None = None) -> int:
    """End the sessions of a person, except one."""
    return Session.objects.filter(user_id=user_id).exclude(pk__in=[but] if but else []).delete()[0]
