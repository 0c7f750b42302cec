"""Log a touch with its next step; take it back with what it planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.apps import apps
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.activities.actions.tasks import archive_task, plan_next_step
from zhike.activities.events import TouchLogged
from zhike.activities.models import Task, Touch
from zhike.activities.terms import COUNTS, Direction, TouchKind
from zhike.customers.actions import note_contact, take_contact_back
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Invalid
from zhike.kernel.screens import screens
from zhike.kernel.text import clean
from zhike.records.actions import (
    archive,
    by_column,
    created,
    custom_change,
    model_values,
    restore,
    spread_custom,
    updated,
    write_custom,
)
from zhike.records.talk.actions import tell_named

if TYPE_CHECKING:
    from zhike.customers.models import Party
else:
    Party = apps.get_model("customers.Party")

MOST_WORDS = 20_000
SLACK = timedelta(hours=1)  # clocks of phones differ


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchDraft:
    """A touch as somebody writes it down, with what comes next."""

    text: Annotated[str, Field(title=_("What happened"), max_length=MOST_WORDS, json_schema_extra={"long": True})] = ""
    kind: Annotated[TouchKind, Field(title=_("Kind"))] = TouchKind.NOTE
    at: Annotated[datetime | None, Field(title=_("When"))] = None
    direction: Annotated[Direction, Field(title=_("Direction"))] = Direction.OUT
    minutes: Annotated[int | None, Field(title=_("Minutes"), ge=0, le=1440)] = None
    person: Annotated[
        UUID | None, Field(title=_("With whom"), description=_("One of the customer's people, by id."))
    ] = None
    next_step: Annotated[str, Field(title=_("Next step"), max_length=200)] = ""
    next_at: Annotated[datetime | None, Field(title=_("Next step on"))] = None
    next_all_day: Annotated[bool, Field(title=_("All day"))] = False


@action(right="touch.create", title=_("Log a touch"), icon="edit", undo="archive_touch")
def log_touch(party: Party, draft: TouchDraft, *, by: Actor) -> Touch:
    """Write down what happened with a customer, and what comes next; the next step becomes a task of the writer."""
    touch = _log({f.name: getattr(draft, f.name) for f in fields(draft)} | {"party": party}, by=by)
    tell_named(party, touch.text, by=by)
    told = TouchLogged(
        kind=touch.kind, text=touch.text, at=touch.at, person=touch.person.name if touch.person else "",
        person_id=str(touch.person_id or ""),
    )  # fmt: skip
    emit(told, subject=touch, by=by, customer_id=party.pk, label=party.name)
    name, due = clean(draft.next_step, 200), draft.next_at
    if name or due:
        reason = gettext("Named as the next step on %(day)s") % {"day": f"{touch.at:%Y-%m-%d}"}
        name = name or gettext("Follow up")
        plan_next_step(touch, name=name, due_at=due, all_day=draft.next_all_day, reason=reason, by=by)
    return touch


def _log(values: Mapping[str, Any], *, by: Actor) -> Touch:
    text, kind, now = clean(values.get("text") or "", MOST_WORDS), values.get("kind") or TouchKind.NOTE, timezone.now()
    if not text and kind not in COUNTS:
        raise Invalid("missing", _("Write at least a word about what happened."), "text")
    moment = values.get("at") or now
    if moment > now + SLACK:
        raise Invalid("future_touch", _("This lies in the future. Plan a task instead."), "at")
    owner = values.get("owner")
    touch = Touch(
        party=values["party"],
        person=_with_whom(values["party"], values.get("person")),
        kind=kind,
        text=text,
        at=moment,
        direction=values.get("direction") or Direction.OUT,
        minutes=values.get("minutes"),
        place=clean(values.get("place") or "", 200),
        owner_id=owner.pk if owner else by.user_id,
        team_id=owner.team_id if owner else by.team_id,
        created_by_id=by.user_id,
    )
    write_custom(screens["touch"], touch, dict(values))
    touch.save(force_insert=True)
    _note(touch, by)
    return touch


def _with_whom(party: Party, person: UUID | Party | None) -> Party | None:
    """The one of the customer's people whom a touch was with; also one who has left, for it may be of long ago."""
    if person is None:
        return None
    found: Party | None = Party.objects.filter(
        pk=getattr(person, "pk", person), memberships__organisation=party
    ).first()
    if found is None:
        raise Invalid("touch.person", _("Choose somebody who belongs to this customer."), "person")
    return found


def _note(touch: Touch, by: Actor) -> None:
    """Customer and person were in touch with us; of a person out of one's reach nothing is noted."""
    for party in (touch.party, touch.person) if touch.kind in COUNTS else ():
        if party is not None and party.within(by, "party.view"):
            note_contact(party, kind=str(touch.kind), at=touch.at, by=by)


def create_touch_row(values: Mapping[str, Any], *, by: Actor) -> Touch:
    """Writer of the standard action `create_touch`: what API and import end in."""
    touch = _log(values, by=by)
    created(touch, by=by)
    return touch


def update_touch_row(touch: Touch, values: Mapping[str, Any], *, by: Actor) -> Touch:
    """Writer of the standard action `update_touch`: whom it was with stays one of the customer's people."""
    screen, given = screens["touch"], dict(values)
    party = given.get("party") or touch.party
    if "person" in given:
        given["person"] = _with_whom(party, given["person"])
    elif party.pk != touch.party_id:
        given["person"] = None
    changes = touch.change(**model_values(screen, given), **custom_change(screen, touch, given))
    updated(touch, by_column(screen, spread_custom(changes)), by=by)
    return touch


def _in_use(touch: Any, actor: Actor) -> bool:
    return touch.archived_at is None


@action(right="touch.archive", title=_("Into the bin"), icon="trash", bulk=True, undo="restore_touch", shown=_in_use)
def archive_touch(touch: Touch, *, by: Actor) -> Touch:
    """Put a touch into the bin, together with the open tasks it planned; the customer's last touch is the one before."""
    archive(touch, by=by)
    _take_back(touch, by)
    for task in Task.objects.filter(touch=touch, done_at=None, archived_at=None):
        archive_task(task, by=by)
    return touch


def _take_back(touch: Touch, by: Actor) -> None:
    """The date of the last touch follows, of the customer and of the person, where this was it."""
    for party in (touch.party, touch.person) if touch.kind in COUNTS else ():
        if party is None or party.last_touch_at != touch.at or not party.within(by, "party.view"):
            continue
        others = Touch.objects.filter(Q(party=party) | Q(person=party), kind__in=COUNTS).exclude(pk=touch.pk)
        remaining = others.filter(archived_at=None).aggregate(at=Max("at"))["at"]
        gone = list(others.exclude(archived_at=None).values_list("at", flat=True))
        take_contact_back(party, at=touch.at, remaining=remaining, gone=gone, by=by)


def _in_bin(touch: Any, actor: Actor) -> bool:
    return touch.archived_at is not None


@action(right="touch.restore", title=_("Restore"), icon="arrow-back-up", bulk=True, shown=_in_bin)
def restore_touch(touch: Touch, *, by: Actor) -> Touch:
    """Take a touch back from the bin."""
    restore(touch, by=by)
    _note(touch, by)
    return touch
