"""What is done with assignment rules: giving a customer out by them; the rules themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.customers.actions.writing import new_owner, ownership
from zhike.customers.models import AssignmentRule, Party, Pool
from zhike.customers.terms import Kind, Level
from zhike.customers.territories import events, queries
from zhike.customers.territories.terms import Choice, Where
from zhike.customers.values.divisions import table
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, Invalid
from zhike.kernel.text import clean, sentences
from zhike.records import work
from zhike.records.actions import OWNERSHIP

MANAGE = "pool.manage"
Words = Annotated[list[str] | None, Field(max_length=200)]


@action(
    right="party.transfer", title=_("Assign by rule"), icon="route", bulk=True, undo="undo",
    shown=lambda party, _by: party.archived_at is None,
)  # fmt: skip
def assign_party(party: Party, *, by: Actor) -> Party:
    """Give a customer to whom the rules name, with the reasons; the present owner keeps it when it is their turn."""
    return _give(party, queries.rulebook(taking=True).choose(queries.facts_of(party)), by)


@action(right="party.transfer", title=_("Assign by rule"), icon="route", doors="job")
def give_by_rule(party: Party, choice: Choice, *, by: Actor) -> Party:
    """Carry out a choice that was made for a customer: a handover leaves the leaver out of the search."""
    return _give(party, choice, by)


def _give(party: Party, choice: Choice, by: Actor) -> Party:
    """Carry out a choice; its search stands on the event."""
    if not choice:
        raise Conflict("no_rule", sentences([_("No rule fits this customer."), *choice.sentences()[1:]]))
    before, now = ownership(party), timezone.now()
    if choice.owner_id is not None and choice.owner_id == party.owner_id:
        raise Conflict("same_owner", _("“%(name)s” owns this customer already.") % {"name": choice.owner})
    fields = new_owner(party, choice.owner_id, now, choice.rule)
    if choice.pool_id is not None:
        fields |= {"team_id": None, "pool_id": choice.pool_id, "pooled_at": now, "pool_reason": choice.rule[:200]}
    party.change(**fields)
    told = events.PartyAssigned(
        rule=choice.rule, to=choice.owner or choice.pool, to_id=str(choice.owner_id or choice.pool_id),
        from_id=str(before["owner_id"] or ""), assigned=choice.payload(), version=party.version,
    )  # fmt: skip
    changes = {OWNERSHIP: [before, ownership(party)]}
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes=changes)
    return party


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """A rule as people set it up; None leaves a value as it is, an empty list fits everything."""

    name: Annotated[str | None, Field(max_length=80)] = None
    place: Annotated[int | None, Field(ge=0, le=9999)] = None
    active: bool | None = None
    divisions: Words = None
    industries: Words = None
    sources: Words = None
    kinds: Words = None
    levels: Words = None
    doors: Words = None
    people: list[UUID] | None = None
    team: str | None = None
    pool: str | None = None
    capacity: Annotated[int | None, Field(ge=0, le=1_000_000)] = None


@action(right=MANAGE, title=_("New rule"), icon="plus", tone="primary", doors="web api cli job")
def create_assignment(draft: RuleDraft, *, by: Actor) -> AssignmentRule:
    """Make an assignment rule; it counts at once."""
    values = _values(draft)
    if not values.get("name"):
        raise Invalid("required", _("Give the rule a name."), "name")
    rule = AssignmentRule(**values)
    rule.save(force_insert=True)
    _set_people(rule, draft)
    emit(events.RuleMade(), subject=rule, by=by, label=rule.name)
    return rule


@action(right=MANAGE, title=_("Change"), icon="pencil", doors="web api cli job")
def update_assignment(rule: AssignmentRule, draft: RuleDraft, *, by: Actor) -> AssignmentRule:
    """Change a rule; what it decided before stays."""
    values = _values(draft)
    if values.get("name") == "":
        raise Invalid("required", _("Give the rule a name."), "name")
    changes = rule.change(**values) | _set_people(rule, draft)
    emit(events.RuleChanged(fields=sorted(changes)), subject=rule, by=by, label=rule.name)
    return rule


@action(right=MANAGE, title=_("Remove"), icon="trash", tone="danger", doors="web api cli job")
def remove_assignment(rule: AssignmentRule, *, by: Actor) -> dict[str, Any]:
    """Remove a rule; the owners it named keep their customers."""
    emit(events.RuleRemoved(), subject=rule, by=by, label=rule.name)
    rule.delete()
    return {}


def _values(draft: RuleDraft) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if draft.name is not None:
        values["name"] = clean(draft.name, 80)
    for column in ("place", "active"):
        if getattr(draft, column) is not None:
            values[column] = getattr(draft, column)
    if draft.capacity is not None:
        values["capacity"] = draft.capacity or None
    for column in ("industries", "sources"):
        if (given := getattr(draft, column)) is not None:
            values[column] = list(dict.fromkeys(text for one in given if (text := clean(one, 80))))
    known = {"kinds": Kind.values, "levels": [*Level.values, ""], "doors": Where.values}
    for column, allowed in known.items():
        if (given := getattr(draft, column)) is not None:
            values[column] = [one for one in given if _known(one, allowed, column)]
    if draft.divisions is not None:
        values["divisions"] = [one for one in draft.divisions if _known(one, table().by_code, "divisions")]
    return values | _targets(draft)


def _known(value: str, allowed: Any, column: str) -> bool:
    if value not in allowed:
        raise Invalid(
            "unknown", _("“%(value)s” is unknown here. Choose from the list.") % {"value": value[:40]}, column
        )
    return True


def _targets(draft: RuleDraft) -> dict[str, Any]:
    """Team and pool by id; an empty text takes them away."""
    values: dict[str, Any] = {}
    models: dict[str, Any] = {"team": AssignmentRule._meta.get_field("team").related_model, "pool": Pool}
    for column, model in models.items():
        given = getattr(draft, column)
        if given is None:
            continue
        found = model.objects.filter(pk=given, archived_at=None).first() if given else None
        if given and found is None:
            raise Invalid("unknown_reference", _("This does not exist any more. Choose another."), column)
        values[f"{column}_id"] = found.pk if found else None
    return values


def _set_people(rule: AssignmentRule, draft: RuleDraft) -> dict[str, Any]:
    if draft.people is None:
        return {}
    before = sorted(rule.people.values_list("name", flat=True))
    rule.people.set(rule.people.model.objects.filter(pk__in=draft.people, archived_at=None))
    after = sorted(rule.people.values_list("name", flat=True))
    return {"people": [before, after]} if before != after else {}


@action(right="party.transfer", title=_("Assign anew by the rules"), icon="route", doors="web api cli")
def reassign_customers(*, owner: UUID | None = None, by: Actor) -> dict[str, Any]:
    """Give all customers of somebody (or of nobody) to whom the rules name, in the background."""
    total = queries.owned_rows(by, owner).count()
    title = _("Assign %(n)s customers by the rules") % {"n": total}
    row = work.start("reassign", str(title), by, "customers.reassign", {"owner": str(owner or "")}, total)
    emit(events.ReassignmentStarted(count=total), by=by)
    return {"work": str(row.pk)}
