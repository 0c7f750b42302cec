"""The only road from an address to a record type and a record."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.kernel.actions import find
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Invalid, NotFound
from zhike.kernel.models import Record
from zhike.kernel.screens import Screen, by_slug, screens
from zhike.kernel.text import clean


def screen_at(slug: str) -> Screen:
    """The record type at an address."""
    found = by_slug(slug)
    if found is None:
        raise NotFound("page")
    return found


def screen_of(record: Record | type[Record]) -> Screen:
    """The declaration of a record's type."""
    return screens[record.record_type]


def record_at(screen: Screen, actor: Actor, pk: object, right: str | None = None) -> Any:
    """The record behind an id: outside the scope it does not exist; seen but not allowed is Forbidden."""
    record = find(screen.model_class, pk, actor)
    if right is not None:
        actor.require(right, record)
    return record


def reason_given(text: str) -> str:
    """Why somebody wants to see a masked value; without a reason nothing is shown."""
    reason = clean(text, 200).strip()
    if not any(letter.isalnum() for letter in reason):
        raise Invalid("reason_missing", _("Say why you need to see it. The reason is recorded."), "reason")
    return reason


def customer_of(record: Record) -> Any:
    """The id of the customer that a record is about, or None."""
    screen = screens.get(record.record_type)
    if screen is None or not screen.party:
        return None
    return record.pk if screen.party == "pk" else getattr(record, f"{screen.party}_id")


def title_of(record: Record) -> str:
    """What a record is called."""
    screen = screens.get(record.record_type)
    return str(getattr(record, screen.title, record)) if screen else str(record)
