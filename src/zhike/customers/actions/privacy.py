"""What the law gives a person: all that is kept about them, and its erasure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from zhike.customers.actions.fields import WhyErase, WhyHandOut
from zhike.customers.events import DataHandedOut, PartyErased
from zhike.customers.models import DuplicatePair, MatchKey, Membership, Merge, Party, Relation
from zhike.customers.queries import everything_about
from zhike.customers.terms import POINT_COLUMNS
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict
from zhike.kernel.ledger import erase_details
from zhike.kernel.models import Event, EventDetail
from zhike.kernel.text import clean
from zhike.records import personal, search

PERSONAL = (
    *POINT_COLUMNS, "short_name", "english_name", "former_name", "credit_code", "note", "source", "district", "birthday_text",
    "gender", "title", "contact_name", "contact_title", "next_step", "external_id", "pool_reason",
)  # fmt: skip


@action(right="party.export", title=_("Hand out all data"), icon="download", doors="web api cli", file="customer.json")
def export_person(party: Party, *, reason: WhyHandOut = "", by: Actor) -> dict[str, Any]:
    """Everything kept about one party, machine-readable; that it was handed out stands in the ledger."""
    data = everything_about(party) | personal.hanging_on(party)
    told = DataHandedOut(reason=clean(reason, 200))
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return data


@action(right="party.erase", title=_("Erase personal data"), icon="eraser", tone="danger", doors="web api cli")
def erase_party(party: Party, *, reason: WhyErase = "", by: Actor) -> Party:
    """Erase a party's personal data for good: the row stays under a pseudonym, the ledger's chain stays whole.

    Gone: names, contact points, birthday, notes, custom values, tags, comments, files, the words of touches and tasks,
    memberships as a person, relations, keys of likeness,
    search, what merges remember, and the personal detail of every event about the party. Records that were merged into it
    are the same customer and go with it. It cannot be undone.
    """
    if party.erased_at is not None:
        raise Conflict("already_erased", _("The personal data of this customer were erased already."))
    if party.merged_into_id is not None and party.merged_into is not None and party.merged_into.erased_at is None:
        message = _("This record was merged into “%(name)s”. Erase that one: this one goes with it.")
        raise Conflict("merge.merged", message % {"name": party.merged_into.name})
    now = timezone.now()
    organisations = list(Party.objects.filter(people__person=party).distinct())
    ids = [*_told_of(party), *_told_elsewhere(party), *_told_by_merges(party)]
    for rows in (party.points, party.names, party.memberships, party.relations, party.relations_from, party.scores):
        rows.all().delete()
    MatchKey.objects.filter(party=party).delete()
    DuplicatePair.objects.filter(Q(left=party) | Q(right=party)).delete()
    _merges_of(party).update(before={}, after={}, moved=[], changed=[], created=[], erased=True)
    for organisation in organisations:
        if organisation.contact_name == party.name:
            organisation.change(contact_name="", contact_title="")
            search.index(organisation)
    Membership.objects.filter(organisation=party).update(note="")
    personal.forget(party)
    blank: dict[str, Any] = dict.fromkeys(PERSONAL, "")
    blank |= {"born_on": None, "birthday_month": None, "birthday_day": None, "next_step_at": None, "custom": {}}
    pseudonym = _now("Erased %(tail)s") % {"tail": party.pk.hex[-8:]}
    party.change(
        name=pseudonym, sort_key="~" + party.pk.hex[-8:], erased_at=now, archived_at=party.archived_at or now,
        do_not_contact=True, completeness=0, **blank,
    )  # fmt: skip
    search.forget(party)
    event_id = emit(
        PartyErased(reason=clean(reason, 200), details=len(ids)), subject=party, by=by, customer_id=party.pk
    )
    erase_details(ids, erased_by=event_id)
    for merged in Party.objects.filter(merged_into=party, erased_at=None):
        erase_party(merged, reason=reason, by=by)
    return party


def _merges_of(party: Party) -> Any:
    return Merge.objects.filter(Q(survivor=party) | Q(loser=party))


def _told_by_merges(party: Party) -> Iterable[UUID]:
    """Events of merges: they hold both records as they were, whichever of the two they are about."""
    for pair in _merges_of(party).values_list("event_id", "undone_event_id"):
        yield from (event_id for event_id in pair if event_id)


def _told_of(party: Party) -> Iterable[UUID]:
    """Events about the party that hold personal detail."""
    about = Event.objects.filter(Q(customer_id=party.pk) | Q(subject_id=party.pk)).exclude(detail_digest="")
    return about.values_list("pk", flat=True)


def _told_elsewhere(party: Party) -> Iterable[UUID]:
    """Events of organisations, subsidiaries, related parties and those it was merged with, that name this one or a membership.

    They name it by a name it has, or by an id: one it had before stands beside that.
    """
    near = set(party.memberships.values_list("organisation_id", flat=True))
    near |= {pk for pair in _merges_of(party).values_list("survivor_id", "loser_id") for pk in pair}
    for left, right in Relation.objects.filter(Q(left=party) | Q(right=party)).values_list("left_id", "right_id"):
        near |= {left, right}
    near |= set(Party.objects.filter(parent=party).values_list("pk", flat=True))
    near.discard(party.pk)
    ids = {str(pk) for pk in (party.pk, *party.memberships.values_list("pk", flat=True))}
    words = {party.name, *party.names.values_list("name", flat=True)} | ids
    details = EventDetail.objects.filter(event__customer_id__in=near).values_list("event_id", "body", "event__payload")
    return [pk for pk, body, payload in details.iterator() if any(word in f"{body}{payload}" for word in words)]
