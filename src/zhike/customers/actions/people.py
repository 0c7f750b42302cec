"""People in organisations, relations between parties, further names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.customers.actions.fields import (
    Day,
    FromOutside,
    InDepartment,
    KindOfName,
    KindOfRelation,
    MainContact,
    Name,
    NewDepartment,
    NewMainContact,
    NewNote,
    NewPart,
    NewPerson,
    NewPosition,
    NewStance,
    NewStart,
    NewSuperior,
    Note,
    Other,
    Part,
    Position,
    SomebodyHere,
    Stance,
    Superior,
    TheirMobile,
)
from zhike.customers.actions.former import differing, put_back, state, told_by, turned
from zhike.customers.actions.keeping import keep_keys
from zhike.customers.events import (
    AliasAdded,
    AliasRemoved,
    MemberAdded,
    MemberChanged,
    MemberLeft,
    MemberRemoved,
    MemberReturned,
    PartiesRelated,
    PartiesUnrelated,
)
from zhike.customers.models import Membership, Party, PartyName, Relation
from zhike.customers.queries import related
from zhike.customers.terms import NAME_COLUMNS, Form, NameOf
from zhike.kernel.actions import About, action, emit, registry
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, DomainError, Invalid, NotFound
from zhike.kernel.models import Event
from zhike.kernel.text import clean
from zhike.records import search
from zhike.records.undoing import changed_since

MAIN = ("contact_name", "contact_title")  # the main contact, as the organisation's columns show them
TEXTS = {"role": 80, "department": 80, "note": 400}


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberDraft:
    """Somebody in an organisation: a person who is here, or the name of somebody new."""

    person: SomebodyHere = None
    name: NewPerson = ""
    mobile: TheirMobile = ""
    role: Position = ""
    department: InDepartment = ""
    decision: Part = None
    attitude: Stance = None
    primary: MainContact = False
    reports_to: Superior = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChange:
    """What becomes different about somebody in an organisation: None stays as it is, "" is emptied."""

    membership_id: UUID
    role: NewPosition = None
    department: NewDepartment = None
    decision: NewPart = None
    attitude: NewStance = None
    primary: NewMainContact = None
    outside: FromOutside = None
    reports_to: NewSuperior = None
    started_on: NewStart = None
    note: NewNote = None


def _is_organisation(party: Party, by: Actor) -> bool:
    return not party.is_person


def people_now(party: Party, _id: UUID, by: Actor) -> About:
    """What the form of somebody who joins starts from: everybody there may be their superior."""
    return About(name=party.name, choices={"reports_to": _those_here(party)})


@action(
    right="party.edit", title=_("Add a person"), icon="user-plus", hints="/customers/similar/", shown=_is_organisation,
    about=people_now, undo="put_back_member",
)  # fmt: skip
def add_member(party: Party, draft: MemberDraft, *, by: Actor) -> Party:
    """Put a person into this organisation, one who is here or somebody new by name; `change_member` says more."""
    if party.is_person:
        message = _("“%(name)s” is a person. Add people to organisations.") % {"name": party.name}
        raise Invalid("member.organisation", message)
    person = draft.person or _somebody_new(draft.name, draft.mobile, by)
    if person.form != Form.PERSON:
        message = _("“%(name)s” is an organisation. Choose a person.") % {"name": person.name}
        raise Invalid("member.form", message, "person")
    if party.people.filter(person=person, ended_on=None).exists():
        message = _("“%(name)s” belongs here already.") % {"name": person.name}
        raise Conflict("member.known", message, "person")
    row = Membership(
        organisation=party,
        person=person,
        role=clean(draft.role, 80),
        department=clean(draft.department, 80),
        decision=str(draft.decision or ""),
        attitude=str(draft.attitude or ""),
        primary=draft.primary,
    )
    row.reports_to_id = _superior(party, row, draft.reports_to) if draft.reports_to else None
    moved = _moved(
        party, row, Q(primary=True) if row.primary else Q()
    )  # not all: a thousand may join one after the other
    was = state(party, moved, MAIN)
    row.save(force_insert=True)
    _keep_primary(party, row)
    former = differing(was, state(party, moved, MAIN))
    told = MemberAdded(person=person.name, membership=str(row.pk), former=former)
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


def _moved(party: Party, row: Membership, others: Q) -> QuerySet[Membership]:
    """The rows that change when this one comes or goes: itself and, as they are now, those others."""
    pks = list(party.people.filter(others).values_list("pk", flat=True)) if others else []
    return party.people.filter(pk__in=[row.pk, *pks])


def _somebody_new(name: str, mobile: str, by: Actor) -> Party:
    """A person of that name, made by the standard action: its right, its checks, its event."""
    if not name.strip():
        raise Invalid("missing", _("Choose a person, or give the name of somebody new."), "person")
    values: dict[str, Any] = {"name": name, "form": Form.PERSON, "mobile": mobile}
    made = registry["create_party"](values=values | ({"owner": by.user_id} if by.user_id else {}), by=by)
    return Party.objects.get(pk=made.pk)


def own_membership(party: Party, membership_id: UUID) -> Membership:
    """The membership of that id in this organisation."""
    found = Membership.objects.filter(organisation=party, pk=membership_id).select_related("person").first()
    if found is None:
        raise NotFound("membership")
    return found


def member_now(party: Party, membership_id: UUID, by: Actor) -> About:
    """What a form about somebody in this organisation starts from: everybody else there may be their superior."""
    row = own_membership(party, membership_id)
    names = [field.name for field in fields(MemberChange) if field.name != "reports_to"]
    values = {name: getattr(row, name) for name in names if name != "membership_id"} | {"reports_to": row.reports_to_id}
    return About(name=row.person.name, values=values, choices={"reports_to": _those_here(party, row.pk)})


def _those_here(party: Party, but: UUID | None = None) -> list[tuple[str, str]]:
    here = party.people.filter(ended_on=None).order_by("person__sort_key").values_list("pk", "person__name")
    return [(str(pk), name) for pk, name in here if pk != but]


@action(
    right="party.edit", title=_("Change a person's part"), icon="user-edit", about=member_now, undo="put_back_member"
)
def change_member(party: Party, draft: MemberChange, *, by: Actor) -> Party:
    """Change what somebody is in this organisation: position, department, part in decisions, attitude, superior and more."""
    row, was = own_membership(party, draft.membership_id), state(party, party.people.all(), MAIN)
    was_primary = row.primary
    before: dict[str, list[Any]] = {}
    for attribute, new in _changes(party, row, draft).items():
        old = getattr(row, attribute)
        if old != new:
            name = attribute.removesuffix("_id")
            before[name] = (
                [_superiors_name(old), _superiors_name(new)] if name == "reports_to" else [_plain(old), _plain(new)]
            )
            setattr(row, attribute, new)
    row.save()
    _keep_primary(party, row, was_primary=was_primary)
    former = differing(was, state(party, party.people.all(), MAIN))
    told = MemberChanged(person=row.person.name, membership=str(row.pk), former=former)
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes=before)
    return party


TAKEN_BACK_AS: dict[str, type[MemberAdded | MemberChanged | MemberRemoved]] = {
    "party.member_added": MemberRemoved,
    "party.member_changed": MemberChanged,
    "party.member_removed": MemberAdded,
}


@action(right="party.edit", title=_("Take back"), icon="arrow-back-up", doors="web api", undo="put_back_member")
def put_back_member(party: Party, *, event_id: UUID, by: Actor) -> Party:
    """Take back one's own change of who, and what, is in this organisation, unless something there was changed since."""
    was = told_by(event_id, list(TAKEN_BACK_AS), party, by)
    membership = was.event.payload["membership"]
    _check_free(party, *was.former.get(membership, ({}, {})), by=by)
    party.change(**put_back(party, party.people.all(), MAIN, was.former))
    _check_structure(party, party.people.filter(pk__in=was.former))
    _take_along(was.event, by)
    told = TAKEN_BACK_AS[was.event.type](person=was.person, membership=membership, former=turned(was.former))
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes=turned(was.changes))
    return party


def _check_free(party: Party, before: dict[str, Any] | None, after: dict[str, Any] | None, *, by: Actor) -> None:
    """Nobody reports to who is about to go; who is about to come back can be seen, and is not here by another row."""
    if before is None and after is not None and party.people.filter(reports_to=after["id"]).exists():
        raise changed_since()
    if after is None and before is not None:
        person = Party.objects.visible_to(by).filter(pk=before["person_id"])
        if not person.exists() or party.people.filter(person=before["person_id"], ended_on=None).exists():
            raise changed_since()


def _check_structure(party: Party, rows: Iterable[Membership]) -> None:
    """What was put back agrees with what others did beside it since: one main contact, nobody above themselves."""
    if party.people.filter(primary=True).count() > 1:
        raise changed_since()
    for row in rows:
        try:
            if row.reports_to_id is not None:
                _superior(party, row, row.reports_to_id)
        except DomainError as error:
            raise changed_since() from error


def _take_along(event: Event, by: Actor) -> None:
    """Whom the event itself made goes into the bin with it, unless something happened to them since, and comes back with it."""
    for verb, right in (("created", "archive"), ("archived", "restore")):
        caused = Event.objects.filter(caused_by=event.pk, type=f"party.{verb}").values_list("subject_id", flat=True)
        for person in Party.objects.filter(pk__in=list(caused)):
            since = Event.objects.filter(Q(subject_id=person.pk) | Q(customer_id=person.pk)).exclude(caused_by=event.pk)
            if person.within(by, f"party.{right}") and (verb == "archived" or not since.exists()):
                registry[f"{right}_party"](person, by=by)


def _changes(party: Party, row: Membership, draft: MemberChange) -> dict[str, Any]:
    """The attributes given, as the row keeps them."""
    given = {field.name: getattr(draft, field.name) for field in fields(draft) if field.name != "membership_id"}
    given = {name: value for name, value in given.items() if value is not None}
    for name in given.keys() & TEXTS.keys():
        given[name] = clean(given[name], TEXTS[name])
    if "reports_to" in given:
        superior = given.pop("reports_to")
        given["reports_to_id"] = _superior(party, row, superior) if superior else None
    if "started_on" in given:
        given["started_on"] = given["started_on"] or None
        if given["started_on"] and row.ended_on and given["started_on"] > row.ended_on:
            raise Invalid("member.dates", _("Nobody leaves before they come. Check the dates."), "started_on")
    return given | {name: str(given[name]) for name in given.keys() & {"decision", "attitude"}}


def _superior(party: Party, row: Membership, superior_id: UUID) -> UUID:
    """Nobody reports, over however many, to themselves."""
    tops = dict(party.people.values_list("pk", "reports_to_id"))
    if superior_id not in tops:
        raise NotFound("membership")
    step: UUID | None = superior_id
    seen = set()
    while step is not None and step not in seen:
        if step == row.pk:
            message = _("Somebody cannot report to a person who reports to them. Choose another superior.")
            raise Invalid("member.loop", message, "reports_to")
        seen.add(step)
        step = tops.get(step)
    return superior_id


def _superiors_name(membership_id: UUID | None) -> dict[str, str] | None:
    if membership_id is None:
        return None
    name = Membership.objects.filter(pk=membership_id).values_list("person__name", flat=True).first()
    return {"id": str(membership_id), "name": name or ""}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | str) else str(value)


def _keep_primary(party: Party, row: Membership, *, was_primary: bool = False) -> None:
    """One primary contact; the organisation's columns show them."""
    if not row.primary:
        if was_primary:
            party.change(contact_name="", contact_title="")
        return
    party.people.filter(primary=True).exclude(pk=row.pk).update(primary=False)
    party.change(contact_name=row.person.name[:80], contact_title=row.role)


@action(
    right="party.edit", title=_("Note that somebody left"), icon="user-minus", about=member_now, undo="return_member"
)
def end_membership(party: Party, *, membership_id: UUID, on: Day = None, by: Actor) -> Party:
    """A person no longer belongs to this organisation; the row stays as history."""
    row = own_membership(party, membership_id)
    if row.ended_on is not None:
        raise Conflict("member.left", _("This person has left already."))
    was_primary, reports = row.primary, [str(pk) for pk in row.reports.values_list("pk", flat=True)]
    row.ended_on, row.primary = on or timezone.localdate(), False
    row.save(update_fields=["ended_on", "primary"])
    row.reports.update(reports_to=row.reports_to_id)
    if was_primary:
        party.change(contact_name="", contact_title="")
    told = MemberLeft(
        person=row.person.name, membership=str(row.pk), on=row.ended_on.isoformat(), primary=was_primary, reports=reports,
        undo={"membership_id": str(row.pk)},
    )  # fmt: skip
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(right="party.edit", title=_("They did not leave"), icon="user-check", about=member_now, undo="end_membership")
def return_member(party: Party, *, membership_id: UUID, by: Actor) -> Party:
    """Take back that somebody left; they are the main contact and whose superior they were, unless others are by now."""
    row = own_membership(party, membership_id)
    if row.ended_on is None:
        raise Conflict("member.here", _("“%(name)s” has not left.") % {"name": row.person.name})
    if party.people.filter(person=row.person_id, ended_on=None).exists():
        raise Conflict("member.known", _("“%(name)s” belongs here already.") % {"name": row.person.name})
    left = Event.objects.filter(subject_id=party.pk, type="party.member_left", payload__membership=str(row.pk))
    was = left.order_by("-id").values_list("payload", flat=True).first() or {}
    undo = {"membership_id": str(row.pk), "on": row.ended_on.isoformat()}
    row.ended_on = None
    row.primary = was.get("primary", False) and not party.people.filter(primary=True).exists()
    row.save(update_fields=["ended_on", "primary"])
    below = party.people.filter(pk__in=was.get("reports", ()), ended_on=None, reports_to=row.reports_to_id)
    below.update(reports_to=row)
    _keep_primary(party, row)
    told = MemberReturned(person=row.person.name, membership=str(row.pk), undo=undo)
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(right="party.import", title=_("Take back"), icon="user-minus", doors="import")
def remove_member(party: Party, *, membership_id: UUID, by: Actor) -> Party:
    """Take back that somebody was put into this organisation, as if it had never been; who leaves has `end_membership`."""
    row = own_membership(party, membership_id)
    person, moved = row.person.name, _moved(party, row, Q(reports_to=row))
    was = state(party, moved, MAIN)
    row.delete()
    former = differing(was, state(party, moved, MAIN))
    told = MemberRemoved(person=person, membership=str(membership_id), former=former)
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(right="party.edit", title=_("Relate to another"), icon="link", undo="unrelate_parties")
def relate_parties(
    party: Party,
    *,
    other: Other,
    kind: KindOfRelation,
    note: Note = "",
    by: Actor,
) -> Party:
    """Say what another party is to this one."""
    if other.pk == party.pk:
        raise Invalid("relation.self", _("A customer cannot be related to itself. Choose another."), "other")
    note = clean(note, 200)
    row, new = Relation.objects.get_or_create(left=party, right=other, kind=str(kind), defaults={"note": note})
    if not new:
        raise Conflict("relation.known", _("This relation stands there already."), "other")
    undo = {"relation_id": str(row.pk)}
    told = PartiesRelated(other=other.name, other_id=str(other.pk), kind=str(kind), undo=undo)
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


def relations_of(party: Party) -> QuerySet[Relation]:
    """The relations of a party from both ends."""
    return Relation.objects.filter(Q(left=party) | Q(right=party))


def relation_now(party: Party, relation_id: UUID, by: Actor) -> About:
    """Which relation a form is about, by the name of the other end."""
    other = next((one for one in related(party, by) if one.id == relation_id), None)
    if other is None:
        raise NotFound("relation")
    return About(name=other.name)


@action(
    right="party.edit", title=_("Remove a relation"), icon="unlink", tone="danger", about=relation_now,
    undo="put_back_relation",
)  # fmt: skip
def unrelate_parties(party: Party, *, relation_id: UUID, by: Actor) -> Party:
    """Remove a relation, from whichever end it is seen."""
    row = Relation.objects.filter(pk=relation_id).select_related("left", "right").first()
    if row is None or party.pk not in (row.left_id, row.right_id):
        raise NotFound("relation")
    other, was = row.right if row.left_id == party.pk else row.left, state(party, relations_of(party), ())
    row.delete()
    former = differing(was, state(party, relations_of(party), ()))
    told = PartiesUnrelated(other=other.name, other_id=str(other.pk), kind=row.kind, former=former)
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(right="party.edit", title=_("Take back"), icon="arrow-back-up", doors="web api", undo="unrelate_parties")
def put_back_relation(party: Party, *, event_id: UUID, by: Actor) -> Party:
    """Take back one's own removal of a relation, unless it stands there again or the other end is out of reach."""
    was = told_by(event_id, ["party.unrelated"], party, by)
    [(pk, (row, _none))] = was.former.items()
    ends = {"left_id": row["left_id"], "right_id": row["right_id"]}
    other = Party.objects.visible_to(by).live().filter(pk=was.event.payload["other_id"]).first()
    if other is None or Relation.objects.filter(**ends, kind=row["kind"]).exists():
        raise changed_since()
    put_back(party, relations_of(party), (), was.former)
    told = PartiesRelated(other=other.name, other_id=str(other.pk), kind=row["kind"], undo={"relation_id": pk})
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(right="party.edit", title=_("Add another name"), icon="tag", undo="remove_alias")
def add_alias(
    party: Party,
    *,
    name: Name,
    kind: KindOfName = NameOf.ALIAS,
    by: Actor,
) -> Party:
    """Note another name by which the party is known, and found."""
    name = clean(name, 200)
    if not name:
        raise Invalid("missing", _("This field is needed. Fill it in."), "name")
    if name == party.name or party.names.filter(name=name).exists():
        raise Conflict("name.known", _("“%(name)s” stands there already.") % {"name": name}, "name")
    row = PartyName.objects.create(party=party, kind=str(kind), name=name)
    column = next((c for c, k in NAME_COLUMNS.items() if k == kind), "")
    if column and not getattr(party, column):
        party.change(**{column: name[:100]})
    keep_keys(party)
    search.index(party)
    told = AliasAdded(name=name, kind=str(kind), undo={"name_id": str(row.pk)})
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


def name_now(party: Party, name_id: UUID, by: Actor) -> About:
    """Which name a form is about."""
    return About(name=own_name(party, name_id).name)


def own_name(party: Party, name_id: UUID) -> PartyName:
    """The party's further name of that id."""
    found = party.names.filter(pk=name_id).first()
    if found is None:
        raise NotFound("name")
    return found


@action(right="party.edit", title=_("Remove a name"), icon="tag", tone="danger", about=name_now, undo="add_alias")
def remove_alias(party: Party, *, name_id: UUID, by: Actor) -> Party:
    """Forget another name of the party: it is no longer found by it."""
    row = own_name(party, name_id)
    row.delete()
    column = next((c for c, kind in NAME_COLUMNS.items() if kind == row.kind and getattr(party, c) == row.name), "")
    if column:
        party.change(**{column: ""})
    keep_keys(party)
    search.index(party)
    told = AliasRemoved(name=row.name, kind=row.kind, undo={"name": row.name, "kind": row.kind})
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party
