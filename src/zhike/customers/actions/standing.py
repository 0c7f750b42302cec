"""Where a party stands with us: its level, who owns it, when we were last in touch, what comes next, its scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from zhike.customers.actions.fields import Moment, NewLevel, NewOwner, NextStep, Reason
from zhike.customers.actions.keeping import completeness_of
from zhike.customers.actions.writing import new_owner, ownership
from zhike.customers.events import (
    ContactNoted,
    ContactTakenBack,
    LevelSet,
    NextStepSet,
    PartyTransferred,
    ScoresRecorded,
)
from zhike.customers.models import Party, Score
from zhike.customers.queries import score_kinds
from zhike.customers.terms import ContactKind
from zhike.identity.access import rights_changed
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, Invalid
from zhike.kernel.models import Event
from zhike.kernel.text import clean
from zhike.records.actions import OWNERSHIP

CHUNK = 500


@action(right="party.edit", title=_("Set level"), icon="pyramid", bulk=True, undo="undo")
def set_level(
    party: Party,
    *,
    level: NewLevel = None,
    reason: Reason = "",
    by: Actor,
) -> Party:
    """Put a customer on a level of the pyramid, or on none."""
    before, after = party.level, str(level or "")
    if before == after:
        raise Conflict("same_level", _("The customer is on this level already."))
    party.change(level=after, completeness=completeness_of(party, {"level": after}))
    told = LevelSet(level=after, before=before, reason=clean(reason, 400), version=party.version)
    changes = {"level": [before, after]}
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes=changes)
    return party


@action(right="party.transfer", title=_("Transfer"), icon="arrows-exchange", bulk=True, undo="undo")
def transfer_party(
    party: Party,
    *,
    to: NewOwner,
    reason: Reason = "",
    by: Actor,
) -> Party:
    """Give a customer to another owner; its team follows, custom values stay."""
    if not to.is_active:
        message = _("“%(name)s” no longer works here. Choose somebody else.") % {"name": to.name}
        raise Invalid("owner.inactive", message, "to")
    if party.owner_id == to.pk:
        raise Conflict("same_owner", _("“%(name)s” owns this customer already.") % {"name": to.name})
    before = ownership(party)
    fields = new_owner(party, to.pk, timezone.now(), reason)
    fields["completeness"] = completeness_of(party, fields)
    party.change(**fields)
    told = PartyTransferred(
        to=to.name,
        to_id=str(to.pk),
        from_id=str(before["owner_id"] or ""),
        reason=clean(reason, 400),
        version=party.version,
    )
    changes = {OWNERSHIP: [before, ownership(party)]}
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes=changes)
    return party


@action(right="party.view", title=_("Note a contact"), icon="message-circle", doors="job import")
def note_contact(party: Party, *, kind: str, at: datetime, by: Actor) -> Party:
    """A touch or a deal happened: moves the dates that lists and recycling read, never backwards.

    Whoever may log a touch about a party they see may move its dates; the caller above has checked that. `kind` is the
    caller's word (call, visit …); "deal" moves the date of the last deal too. It is one guarded UPDATE without the
    version, so that logging a touch never collides with somebody editing the record.
    """
    was = party.last_touch_at.isoformat() if party.last_touch_at else ""
    columns = ["last_touch_at"] + (["last_deal_at"] if kind == ContactKind.DEAL else [])
    for column in columns:
        older = Q(**{f"{column}__lt": at}) | Q(**{f"{column}__isnull": True})
        if Party.objects.filter(older, pk=party.pk).update(**{column: at}):
            setattr(party, column, at)
    told = ContactNoted(kind=str(kind), at=at.isoformat(), was=was)
    emit(told, subject=party, by=by, customer_id=party.pk)
    return party


@action(right="party.view", title=_("Take a contact back"), icon="arrow-back-up", doors="job import")
def take_contact_back(
    party: Party, *, at: datetime, remaining: datetime | None = None, gone: Sequence[datetime] = (), by: Actor
) -> Party:
    """The touch of the moment `at` does not count any more: the last touch is the latest `remaining` one, or the date that
    stood there before (an imported one, say), unless that belongs to a touch which is `gone` too."""
    noted = Event.objects.filter(customer_id=party.pk, type="party.contacted", payload__at=at.isoformat())
    was = (noted.order_by("-id").values_list("payload__was", flat=True).first()) or ""
    before = datetime.fromisoformat(was) if was else None
    last = max((one for one in (remaining, before) if one is not None and one not in gone), default=None)
    if Party.objects.filter(pk=party.pk, last_touch_at=at).update(last_touch_at=last):
        party.last_touch_at = last
    told = ContactTakenBack(at=at.isoformat(), now=last.isoformat() if last else "")
    emit(told, subject=party, by=by, customer_id=party.pk)
    return party


@action(right="party.edit", title=_("Set the next step"), icon="calendar-plus", doors="web api mcp job")
def set_next_step(
    party: Party,
    *,
    text: NextStep = "",
    at: Moment = None,
    by: Actor,
) -> Party:
    """What lists show as the next step; an empty text clears it. Without the version, like `note_contact`."""
    text = clean(text, 200)
    Party.objects.filter(pk=party.pk).update(next_step=text, next_step_at=at)
    before, party.next_step, party.next_step_at = party.next_step, text, at
    told = NextStepSet(at=at.isoformat() if at else "")
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes={"next_step": [before, text]})
    return party


class ScoreRow(BaseModel):
    """One score of one party; `reasons` are {"text": …, "effect": …}, the strongest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    party_id: UUID
    kind: str
    value: float
    reasons: list[dict[str, Any]] = []


@action(right="party.score", title=_("Record scores"), icon="chart-dots", doors="job cli")
def record_scores(*, run: str, as_of: datetime, rows: list[ScoreRow], by: Actor) -> dict[str, Any]:
    """Take over what a run of a method found; earlier scores stay as history. One event tells of the whole run."""
    run, kinds, known = clean(run, 80), sorted({row.kind for row in rows}), score_kinds()
    for kind in kinds:
        ids = [row.party_id for row in rows if row.kind == kind]
        for start in range(0, len(ids), CHUNK):
            Score.objects.filter(party__in=ids[start : start + CHUNK], kind=kind, latest=True).update(latest=False)
    Score.objects.bulk_create(_scores(run, as_of, rows), batch_size=CHUNK)
    if score_kinds() != known:
        rights_changed()  # lists have a column more from now on
    emit(ScoresRecorded(run=run, kinds=", ".join(kinds), count=len(rows)), by=by)
    return {"count": len(rows)}


def _scores(run: str, as_of: datetime, rows: Sequence[ScoreRow]) -> list[Score]:
    return [
        Score(party_id=r.party_id, kind=r.kind[:40], value=r.value, as_of=as_of, run=run, reasons=r.reasons)
        for r in rows
    ]
