"""People in organisations, relations between parties, further names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.customers.actions.fields import (
    Day,
    InDepartment,
    KindOfName,
    KindOfRelation,
    MainContact,
    Name,
    NewPerson,
    Note,
    Other,
    Part,
    Position,
    SomebodyHere,
    Stance,
    TheirMobile,
)
from zhike.customers.actions.keeping import keep_keys
from zhike.customers.events import (
    AliasAdded,
    MemberAdded,
    MemberChanged,
    MemberLeft,
    MemberRemoved,
    PartiesRelated,
    PartiesUnrelated,
)
from zhike.customers.models import Membership, Party, PartyName, Relation
from zhike.customers.terms import NAME_COLUMNS, Attitude, Decision, Form, NameOf
from zhike.kernel.actions import action, emit, registry
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, Invalid, NotFound
from zhike.kernel.text import clean
from zhike.records import search

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


@action(right="party.edit", title=_("Add a person"), icon="user-plus", hints="/customers/similar/")
def add_member(party: Party, draft: MemberDraft, *, by: Actor) -> Party:
    """Put a person into this organisation, one who is here or somebody new by name; `change_member` says more."""
    person = draft.person or _somebody_new(draft.name, draft.mobile, by)
    if person.form != Form.PERSON or person.pk == party.pk:
        message = _("“%(name)s” is an organisation. Choose a person.") % {"name": person.name}
        raise Invalid("member.form", message, "person")
    if party.people.filter(person=person, ended_on=None).exists():
        message = _("“%(name)s” belongs here already.") % {"name": person.name}
        raise Conflict("member.known", message, "person")
    row = Membership.objects.create(
        organisation=party,
        person=person,
        role=clean(draft.role, 80),
        department=clean(draft.department, 80),
        decision=str(draft.decision or ""),
        attitude=str(draft.attitude or ""),
        primary=draft.primary,
    )
    _keep_primary(party, row)
    told = MemberAdded(person=person.name, membership=str(row.pk))
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


def _somebody_new(name: str, mobile: str, by: Actor) -> Party:
    """A person of that name, made by the standard action: its right, its checks, its event."""
    if not name.strip():
        raise Invalid("missing", _("Choose a person, or give the name of somebody new."), "person")
    values: dict[str, Any] = {"name": name, "form": Form.PERSON, "mobile": mobile}
    made = registry["create_party"](values=values | ({"owner": by.user_id} if by.user_id else {}), by=by)
    return Party.objects.get(pk=made.pk)


@action(right="party.edit", title=_("Change a person's part"), icon="user-edit")
def change_member(party: Party, *, membership_id: UUID, changes: dict[str, Any], by: Actor) -> Party:
    """Change position, department, decision, attitude, outside, primary, reports_to, started_on or note of a member."""
    row = own_membership(party, membership_id)
    before: dict[str, list[Any]] = {}
    for name, value in changes.items():
        attribute, new = _member_value(party, row, name, value)
        old = getattr(row, attribute)
        if old != new:
            before[name] = [_plain(old), _plain(new)]
            setattr(row, attribute, new)
    row.save()
    _keep_primary(party, row)
    told = MemberChanged(person=row.person.name, membership=str(row.pk))
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes=before)
    return party


def own_membership(party: Party, membership_id: UUID) -> Membership:
    """The membership of that id in this organisation."""
    found = Membership.objects.filter(organisation=party, pk=membership_id).select_related("person").first()
    if found is None:
        raise NotFound("membership")
    return found


def _member_value(party: Party, row: Membership, name: str, value: Any) -> tuple[str, Any]:
    """Attribute and checked value of one change."""
    if name in TEXTS:
        return name, clean(str(value or ""), TEXTS[name])
    if name in ("primary", "outside"):
        return name, bool(value)
    if name == "started_on":
        return name, date.fromisoformat(str(value)) if value else None
    if name == "reports_to":
        return "reports_to_id", _superior(party, row, UUID(str(value))) if value else None
    choices = {"decision": Decision, "attitude": Attitude}.get(name)
    if choices is None or (value and value not in choices.values):
        raise Invalid("invalid", _("“%(value)s” cannot be used here. Check it.") % {"value": str(value)[:60]}, name)
    return name, str(value or "")


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


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | str) else str(value)


def _keep_primary(party: Party, row: Membership) -> None:
    """One primary contact; the organisation's columns show them."""
    if not row.primary:
        return
    party.people.filter(primary=True).exclude(pk=row.pk).update(primary=False)
    party.change(contact_name=row.person.name[:80], contact_title=row.role)


@action(right="party.edit", title=_("Note that somebody left"), icon="user-minus")
def end_membership(party: Party, *, membership_id: UUID, on: Day = None, by: Actor) -> Party:
    """A person no longer belongs to this organisation; the row stays as history."""
    row = own_membership(party, membership_id)
    if row.ended_on is not None:
        raise Conflict("member.left", _("This person has left already."))
    was_primary = row.primary
    row.ended_on, row.primary = on or timezone.localdate(), False
    row.save(update_fields=["ended_on", "primary"])
    row.reports.update(reports_to=row.reports_to_id)
    if was_primary:
        party.change(contact_name="", contact_title="")
    told = MemberLeft(person=row.person.name, membership=str(row.pk), on=row.ended_on.isoformat())
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(right="party.import", title=_("Take back"), icon="user-minus", doors="import")
def remove_member(party: Party, *, membership_id: UUID, by: Actor) -> Party:
    """Take back that somebody was put into this organisation, as if it had never been; who leaves has `end_membership`."""
    row = own_membership(party, membership_id)
    told = MemberRemoved(person=row.person.name, membership=str(row.pk))
    row.delete()
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(right="party.edit", title=_("Relate to another"), icon="link")
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
    made = Relation.objects.get_or_create(left=party, right=other, kind=str(kind), defaults={"note": clean(note, 200)})
    if not made[1]:
        raise Conflict("relation.known", _("This relation stands there already."), "other")
    told = PartiesRelated(other=other.name, other_id=str(other.pk), kind=str(kind))
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(right="party.edit", title=_("Remove a relation"), icon="unlink")
def unrelate_parties(party: Party, *, relation_id: UUID, by: Actor) -> Party:
    """Remove a relation, from whichever end it is seen."""
    row = Relation.objects.filter(pk=relation_id).select_related("left", "right").first()
    if row is None or party.pk not in (row.left_id, row.right_id):
        raise NotFound("relation")
    other = row.right if row.left_id == party.pk else row.left
    row.delete()
    told = PartiesUnrelated(other=other.name, other_id=str(other.pk), kind=row.kind)
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(right="party.edit", title=_("Add another name"), icon="tag")
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
    PartyName.objects.create(party=party, kind=str(kind), name=name)
    column = next((c for c, k in NAME_COLUMNS.items() if k == kind), "")
    if column and not getattr(party, column):
        party.change(**{column: name[:100]})
    keep_keys(party)
    search.index(party)
    emit(AliasAdded(name=name, kind=str(kind)), subject=party, by=by, customer_id=party.pk, label=party.name)
    return party
