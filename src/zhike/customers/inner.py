"""The rows within a customer as programs and agents read them: by these ids they are changed, ended and removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from django.db.models import Q
from pydantic import Field

from zhike.customers.models import Membership, Party
from zhike.customers.queries import every_point_of, related
from zhike.customers.terms import NAME_COLUMNS, NameOf
from zhike.kernel.actor import Actor
from zhike.kernel.screens import Inner, screens
from zhike.records.columns import bound_columns
from zhike.records.values import masked


@dataclass(frozen=True, slots=True)
class NamedParty:
    """A customer, by id alone where it lies outside the reader's scope."""

    id: UUID
    name: str | None


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person in an organisation, read from either of the two."""

    id: UUID
    organisation: NamedParty
    person: NamedParty
    role: str
    department: str
    decision: str
    attitude: str
    outside: bool
    primary: bool
    reports_to: Annotated[UUID | None, Field(description="id of another membership of the organisation")]
    started_on: date | None
    ended_on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class PointRow:
    """A contact point; a masked value is shown in part, as on the card."""

    id: UUID
    kind: str
    value: str
    masked: bool
    label: str
    main: bool
    verified: bool
    do_not_use: bool
    do_not_use_reason: str
    source: str


@dataclass(frozen=True, slots=True)
class NameRow:
    """A further name."""

    id: UUID
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class RelationRow:
    """Another customer that is this one's `kind`."""

    id: UUID
    party: NamedParty
    kind: str
    note: str


def memberships(party: Party, actor: Actor) -> list[MemberRow]:
    """The people of an organisation, or the organisations of a person; those who left come last."""
    rows = list(
        Membership.objects.filter(Q(organisation=party) | Q(person=party)).order_by("ended_on", "-primary", "id")
    )
    names = _names({pk for row in rows for pk in (row.organisation_id, row.person_id)}, actor)
    rows.sort(key=lambda row: row.ended_on is not None)  # where no date stands, the two databases sort differently
    return [
        MemberRow(
            row.pk, _named(row.organisation_id, names), _named(row.person_id, names), row.role, row.department, row.decision,
            row.attitude, row.outside, row.primary, row.reports_to_id, row.started_on, row.ended_on, row.note,
        )
        for row in rows
    ]  # fmt: skip


def contact_points(party: Party, actor: Actor) -> list[PointRow]:
    """Every way to reach a customer that the reader may know of, the main ones first."""
    return [
        PointRow(
            point.id, point.kind, point.text, point.masked, point.label, point.main, point.verified, point.do_not_use,
            point.reason, point.source,
        )
        for point in every_point_of(party, actor)
    ]  # fmt: skip


def names(party: Party, actor: Actor) -> list[NameRow]:
    """Further names, also those that stand in a column, under the rule of that column."""
    bound = bound_columns(screens["party"], actor)
    found = []
    for row in party.names.order_by("kind", "id"):
        column = next((name for name, kind in NAME_COLUMNS.items() if kind == row.kind), "")
        if row.kind == NameOf.ALIAS:
            found.append(NameRow(row.pk, row.kind, row.name))
        elif column in bound:
            item = bound[column]
            found.append(NameRow(row.pk, row.kind, masked(item.column, row.name) if item.masked else row.name))
    return found


def relations(party: Party, actor: Actor) -> list[RelationRow]:
    """Relations to customers the reader may see, read from this end; the group follows from the field `parent`."""
    return [
        RelationRow(one.id, NamedParty(one.party_id, one.name), one.kind, one.note)
        for one in related(party, actor)
        if one.id is not None
    ]


def _names(ids: Iterable[UUID], actor: Actor) -> dict[UUID, str]:
    return dict(Party.objects.visible_to(actor).filter(pk__in=ids).values_list("pk", "name"))


def _named(pk: UUID, names: Mapping[UUID, str]) -> NamedParty:
    return NamedParty(pk, names.get(pk))


ROWS = (
    Inner(name="memberships", row=MemberRow, read=memberships),
    Inner(name="contact_points", row=PointRow, read=contact_points),
    Inner(name="names", row=NameRow, read=names),
    Inner(name="relations", row=RelationRow, read=relations),
)
