"""Collaborators: one person let in on one record, until a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.identity import access, events
from zhike.identity.models import Share, User
from zhike.identity.terms import ShareLevel
from zhike.kernel import clock
from zhike.kernel.actions import action, emit, find
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Forbidden, Invalid, NotFound
from zhike.kernel.models import OwnedRecord, Record
from zhike.kernel.screens import screens

SHARE = "record.share"


def _shared(record_type: str, record_id: UUID, by: Actor) -> Record:
    """The record, if it may be shared by whoever asks: they must be allowed to edit it."""
    screen = screens.get(record_type)
    if screen is None or not issubclass(screen.model_class, OwnedRecord):
        raise NotFound("record")
    record: Record = find(screen.model_class, record_id, by)
    by.require(f"{record_type}.edit", record)
    if not may_share(record, by):
        raise Forbidden(SHARE, _("You were let in yourself. Ask whoever looks after this record to let somebody in."))
    return record


def may_share(record: Record, by: Actor) -> bool:
    """Whether somebody may let others in: by an edit right of their own. A share lends no share, nor more time to itself."""
    right = f"{record.record_type}.edit"
    own = replace(by.reach(right), records=frozenset())
    return by.can(SHARE) and record.within(replace(by, grants={right: own}), right)


def _customer_of(record: Record) -> UUID | None:
    return record.pk if record.record_type == "party" else getattr(record, "party_id", None)


@action(right=SHARE, title=_("Let somebody in"), icon="share")
def share_record(
    *,
    record_type: str,
    record_id: UUID,
    person: User,
    level: ShareLevel = ShareLevel.VIEW,
    expires_at: datetime | None = None,
    by: Actor,
) -> dict[str, str]:
    """Let one person see a record, or work on it, until a time (or until it is ended)."""
    record = _shared(record_type, record_id, by)
    now = timezone.now()
    if expires_at is not None and expires_at.tzinfo is None:  # a bare time means the clocks of whoever typed it
        expires_at = clock.moment(expires_at.date(), expires_at.time(), by.zone)
    if expires_at is not None and expires_at <= now:
        raise Invalid("past", _("This time has passed. Choose a later one."), "expires_at")
    if not person.is_active:
        raise Invalid("inactive", _("%(name)s is deactivated.") % {"name": person.name}, "person")
    values = {"level": level, "expires_at": expires_at, "given_by_id": by.user_id}
    share, _made = Share.objects.update_or_create(
        user=person, record_type=record_type, record_id=record_id, defaults=values
    )
    access.rights_changed()
    until = expires_at.isoformat(timespec="minutes") if expires_at else "—"
    shared = events.RecordShared(person=person.name, person_id=str(person.pk), level=level, until=until)
    emit(shared, subject=record, by=by, customer_id=_customer_of(record), label=str(record))
    return {"id": str(share.pk)}


@action(right=SHARE, title=_("End the sharing"), icon="lock")
def unshare_record(*, record_type: str, record_id: UUID, person: User, by: Actor) -> dict[str, str]:
    """Let a collaborator out again."""
    record = _shared(record_type, record_id, by)
    gone, _rows = Share.objects.filter(user=person, record_type=record_type, record_id=record_id).delete()
    if not gone:
        raise NotFound("share")
    access.rights_changed()
    ended = events.RecordUnshared(person=person.name, person_id=str(person.pk))
    emit(ended, subject=record, by=by, customer_id=_customer_of(record), label=str(record))
    return {}
