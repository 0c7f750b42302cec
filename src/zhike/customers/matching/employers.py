"""Where the people of a file work: its companies found by their names or made, and the people put into them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.customers.actions.people import MemberDraft, add_member, remove_member
from zhike.customers.actions.preparing import DEPARTMENT, EMPLOYER
from zhike.customers.actions.ready import Ready, read_many
from zhike.customers.matching import incoming
from zhike.customers.models import Membership, Party, PartyName
from zhike.customers.terms import Form
from zhike.kernel.actions import registry
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, DomainError, Forbidden
from zhike.kernel.models import Event
from zhike.kernel.screens import Column, Kept
from zhike.kernel.text import clean, shorten, sort_key
from zhike.methods.duplicates.names import opencc_simplifier, squash, text

COLUMNS = (
    Column(
        name=EMPLOYER, label=_("Works at"), section="personal", max_length=200,
        aliases=("公司", "单位", "所在公司", "工作单位", "就职公司", "任职单位", "公司名称", "单位名称", "company", "company name",
                 "employer", "organization", "organisation", "organization name", "account name"),
    ),
    Column(
        name=DEPARTMENT, label=_("Department"), section="personal", max_length=80,
        aliases=("部门", "所在部门", "科室", "department", "organization department"),
    ),
)  # fmt: skip
FOUNDED_WITH = ("created_at", "created_by")  # what a company made for somebody shares with them where the file says it


def keep(rows: Sequence[tuple[UUID, Mapping[str, Any]]], *, by: Actor, batch_id: UUID, asking: bool = False) -> Kept:
    """Put people (id, values) where their values say that they work; for each the reason why that was not possible, or "".

    A company is found by any of its names, written like it but for marks, width and the older characters; one that is not
    there is made, with the owner of the first person who works there, who becomes its primary contact.
    """
    people = Party.objects.in_bulk([pk for pk, _values in rows])
    named = [str(values.get(EMPLOYER) or "") for _pk, values in rows]
    employers = _Employers(filter(None, named), by, asking)
    reasons = []
    for (pk, values), name in zip(rows, named, strict=True):
        try:
            if name:
                _place(people[pk], name, values, employers, by)
            reasons.append("")
        except DomainError as error:
            reasons.append(str(error.message))
    employers.note(batch_id)
    return Kept(reasons, len(employers.made))


def _place(person: Party, name: str, values: Mapping[str, Any], employers: _Employers, by: Actor) -> None:
    if not person.is_person:
        if alike(name) == alike(person.name):  # the card of a company itself
            return
        message = _("“%(name)s” is an organisation; “%(value)s” as the place where it works was left out.")
        raise Conflict("member.form", message % {"name": person.name, "value": shorten(name)})
    organisation, made = employers.of(name, person, values)
    role, department = (clean(str(values.get(column) or ""), 80) for column in ("title", DEPARTMENT))
    part = MemberDraft(person=person, role=role, department=department, primary=made)
    try:
        add_member(organisation, part, by=by)
    except Forbidden as refused:
        message = _("“%(name)s” belongs to colleagues; your role does not let you put people there.")
        raise Forbidden(refused.data["right"], message % {"name": organisation.name}) from refused
    except Conflict as known:
        if known.code != "member.known":
            raise


class _Employers:
    """The companies of these names: those that are there, and those made on the way."""

    def __init__(self, names: Iterable[str], by: Actor, asking: bool) -> None:
        self.by, self.asking = by, asking
        written = {alike(name): name for name in names}
        read = read_many([{"name": name, "form": Form.ORGANISATION} for name in written.values()], by=by)
        self.read: dict[str, Ready | DomainError] = dict(zip(written, read, strict=True))
        self.there = _named(written, read)
        self.seen = Party.objects.visible_to(by).in_bulk({pk for found in self.there.values() for pk in found})
        self.made: dict[str, Party] = {}

    def of(self, name: str, person: Party, values: Mapping[str, Any]) -> tuple[Party, bool]:
        """The one company of this name, and whether it was made just now."""
        key = alike(name)
        if key in self.made:
            return self.made[key], False
        there = self.there.get(key, [])
        seen = [self.seen[pk] for pk in there if pk in self.seen]
        if len(seen) > 1:
            message = _("%(count)s customers are called “%(value)s”; at which of them the person works was left open.")
            raise Conflict("employer.several", message % {"count": len(seen), "value": shorten(name)})
        if seen:
            return seen[0], False
        if there and not self.asking:
            message = _("“%(value)s” exists already and belongs to colleagues whose customers you do not see.")
            raise Conflict("employer.unseen", message % {"value": shorten(name)})
        return self._make(key, name, person, values), True

    def _make(self, key: str, name: str, person: Party, values: Mapping[str, Any]) -> Party:
        ready = self.read[key]
        if isinstance(ready, DomainError):
            raise ready
        told: dict[str, Any] = {"name": name, "form": Form.ORGANISATION, "source": person.source}
        told |= {"owner": person.owner_id, "team": person.team_id}
        if person.pool_id is not None:
            told |= {"pool": person.pool_id, "pooled_at": person.pooled_at, "pool_reason": person.pool_reason}
        told |= {column: values[column] for column in FOUNDED_WITH if values.get(column)}
        made: Party = registry["create_party"](values=told, by=self.by)
        self.made[key] = made
        return made

    def note(self, batch_id: UUID) -> None:
        """Put before people which of the new companies may be others; called when all are made."""
        mine = list(self.made.items())
        likely = incoming.find([self.read[key] for key, _party in mine], {}) if mine else []  # type: ignore[misc]
        incoming.note(
            [
                (party.pk, offer.record_id, offer.probability, offer.reasons)
                for (_key, party), offers in zip(mine, likely, strict=True)
                for offer in offers
                if offer.record_id not in (None, party.pk)
            ],
            batch_id,
        )


def alike(name: str) -> str:
    """What a company's name is compared by: simplified letters and characters, without marks, spaces, width and case."""
    return squash(text(name, opencc_simplifier()))


def _named(written: Mapping[str, str], read: Sequence[Ready | DomainError]) -> dict[str, list[UUID]]:
    """Live organisations by comparable name: those called so, and where there is none those also known so."""
    keys = {key for one in read if isinstance(one, Ready) for key in one.named}
    ids = {pk for holders in incoming.holders(keys, set(), incoming.CROWDED).values() for pk in holders}
    sorts = {sort_key(name, False) for name in written.values()}
    live = Party.objects.live().filter(Q(pk__in=ids) | Q(sort_key__in=sorts), form=Form.ORGANISATION)
    own = dict(live.order_by("pk").values_list("pk", "name"))
    called: dict[str, list[UUID]] = defaultdict(list)
    for pk, name in own.items():
        called[alike(name)].append(pk)
    known: dict[str, set[UUID]] = defaultdict(set)
    for pk, name in PartyName.objects.filter(party_id__in=own).values_list("party_id", "name"):
        known[alike(name)].add(pk)
    return {key: called.get(key) or sorted(known.get(key, ())) for key in written}


def take_back(batch_id: UUID, *, by: Actor) -> None:
    """Take the people an import put into companies that were there before out of them again.

    Whoever is in a company it made goes or stays with that company. A part that was changed since stays as it is, and so
    does one of a person it brought to whom something happened since.
    """
    mine = Event.objects.filter(batch_id=batch_id)
    made = set(mine.filter(type="party.created").values_list("subject_id", flat=True))
    for event in mine.filter(type="party.member_added").order_by("-id").iterator(chunk_size=500):
        row = Membership.objects.filter(pk=event.payload["membership"]).select_related("organisation").first()
        if row is None or row.organisation_id in made or _moved_on(row, batch_id, row.person_id in made):
            continue
        try:
            remove_member(row.organisation, membership_id=row.pk, by=by)
        except Forbidden:
            continue  # no longer the importer's to decide


def _moved_on(row: Membership, batch_id: UUID, brought: bool) -> bool:
    """Whether something happened since: to the membership, or to the person the import brought."""
    others = Event.objects.exclude(batch_id=batch_id)
    if brought and others.filter(Q(subject_id=row.person_id) | Q(customer_id=row.person_id)).exists():
        return True
    kinds = ("party.member_changed", "party.member_left", "party.member_returned")
    told = others.filter(subject_id=row.organisation_id, type__in=kinds).values_list("payload", flat=True)
    return any(payload.get("membership") == str(row.pk) for payload in told.iterator())
