"""What is asked of assignment rules: who would get a customer and why, tried without writing or for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import AssignmentRule, Party
from zhike.customers.terms import Kind, Level
from zhike.customers.territories.terms import WAYS, Choice, Facts, Verdict, told
from zhike.customers.values.divisions import table
from zhike.kernel.actor import Actor
from zhike.kernel.composed import composed
from zhike.kernel.models import Event
from zhike.kernel.text import fold

TRIES = 25


def rules() -> list[AssignmentRule]:
    """Every rule in order."""
    return list(
        AssignmentRule.objects.select_related("team", "pool").prefetch_related("people").order_by("place", "id")
    )


def misfit(rule: AssignmentRule, facts: Facts) -> str:
    """The first condition that fails; empty when the rule fits."""
    if rule.divisions and not _lies_in(rule.divisions, facts):
        return "divisions"
    for column, value in (("industries", facts.industry), ("sources", facts.source)):
        wanted = getattr(rule, column)
        if wanted and fold(value) not in {fold(text) for text in wanted}:
            return column
    for column, value in (("kinds", facts.kind), ("levels", facts.level)):
        wanted = getattr(rule, column)
        if wanted and value not in wanted:
            return column
    return ""


def _lies_in(codes: Sequence[str], facts: Facts) -> bool:
    if facts.division:
        return any(facts.division.startswith(code) for code in codes)
    known = table().by_code
    names = {n for code in codes if (d := known.get(code)) is not None for n in (d.name, d.alias)}
    return bool(names & set(facts.names))


@dataclass
class Rulebook:
    """The active rules with their people, read once; `taking` moves whose turn it is for good, else only in here."""

    rules: list[AssignmentRule]
    people: dict[UUID, list[Any]]
    taking: bool = False
    owned: dict[UUID, int] = field(default_factory=dict)
    given: dict[UUID, int] = field(default_factory=dict)  # turns taken in here, by rule

    def choose(self, facts: Facts, way: str = "") -> Choice:
        """Who gets a customer with these facts; `way` limits to the rules that decide about new ones coming so."""
        verdicts: list[Verdict] = []
        for rule in self.rules:
            if way and way not in rule.doors:
                continue
            failed = misfit(rule, facts)
            person = None if failed else self._next(rule)
            if not failed and person is None and rule.pool_id is None:
                failed = "full" if self.people[rule.pk] else "nobody"
            verdicts.append(Verdict(rule.name, failed))
            if failed:
                continue
            if person is not None:
                return Choice(tuple(verdicts), rule.name, person.pk, person.name)
            return Choice(tuple(verdicts), rule.name, pool_id=rule.pool_id, pool=rule.pool.name if rule.pool else "")
        return Choice(tuple(verdicts))

    def _next(self, rule: AssignmentRule) -> Any:
        """Whose turn it is: counted up by a conditional UPDATE, so that two at once get two different people."""
        people = self.people[rule.pk]
        for _try in range(TRIES if people else 0):
            turn = AssignmentRule.objects.values_list("turn", flat=True).get(pk=rule.pk) if self.taking else rule.turn
            offset = next((n for n in range(len(people)) if self._room(rule, people[(turn + n) % len(people)])), None)
            if offset is None:
                return None
            person, after = people[(turn + offset) % len(people)], turn + offset + 1
            if self.taking and not AssignmentRule.objects.filter(pk=rule.pk, turn=turn).update(turn=after):
                continue  # somebody was given out in between: look again
            if self.taking and rule.capacity is not None:
                type(person).objects.select_for_update(no_key=True).get(pk=person.pk)
                self.owned.pop(person.pk, None)
                if not self._room(rule, person):
                    continue
            rule.turn = after
            self.given[rule.pk] = self.given.get(rule.pk, 0) + offset + 1
            self.owned[person.pk] = self._count(person.pk) + 1
            return person
        return None

    def keep_turns(self) -> None:
        """Make turns that were taken in memory (by an import's rows) count for those who come after."""
        for pk, count in self.given.items():
            AssignmentRule.objects.filter(pk=pk).update(turn=F("turn") + count)
        self.given.clear()

    def _room(self, rule: AssignmentRule, person: Any) -> bool:
        return rule.capacity is None or self._count(person.pk) < rule.capacity

    def _count(self, person_id: UUID) -> int:
        if person_id not in self.owned:
            self.owned[person_id] = Party.objects.live().filter(owner_id=person_id).count()
        return self.owned[person_id]


def rulebook(*, taking: bool = False, way: str = "", without: UUID | None = None) -> Rulebook:
    """The active rules; `without` leaves somebody out (a leaver)."""
    active = [rule for rule in rules() if rule.active and (not way or way in rule.doors)]
    return Rulebook(active, {rule.pk: people_of(rule, without) for rule in active}, taking)


def people_of(rule: AssignmentRule, without: UUID | None = None) -> list[Any]:
    """The people a rule gives customers to, those of its team included, always in the same order."""
    named = {p.pk: p for p in rule.people.all()}
    if rule.team is not None:
        named |= {p.pk: p for p in rule.team.people.all()}
    working = [p for p in named.values() if p.is_active and p.archived_at is None and p.pk != without]
    return sorted(working, key=lambda p: (p.sort_key, p.pk))


def for_new(fields: Mapping[str, Any], by: Actor) -> Choice:
    """Who gets a new customer of which nobody said whose it is; no choice where no rule decides about its way."""
    way = WAYS.get(by.door)
    if way is None or not _active_rule():
        return Choice(())
    return rulebook(taking=True, way=way).choose(Facts.of(fields))


@composed
def _active_rule() -> QuerySet[AssignmentRule, UUID]:
    """Whether there is any: a rule, or nothing."""
    return AssignmentRule.objects.filter(active=True).values_list("pk", flat=True)[:1]


def facts_of(party: Party) -> Facts:
    """What rules read of a stored customer."""
    columns = ("division", "province", "city", "district", "industry", "source", "kind", "level")
    return Facts.of({name: getattr(party, name) for name in columns})


def why_assigned(party: Party) -> list[str]:
    """How the present owner came by a rule, in words; empty when somebody gave it by hand since."""
    kinds = (
        "party.assigned",
        "party.created",
        "party.transferred",
        "party.claimed",
        "party.released",
        "party.recycled",
    )
    for payload in _latest_of(party.pk, kinds=kinds):
        return told(payload["assigned"]) if payload.get("assigned") else []
    return []


@composed
def _latest_of(party: UUID, *, kinds: tuple[str, ...]) -> QuerySet[Event, dict[str, Any]]:
    """What the last event of these kinds tells."""
    return Event.objects.filter(subject_id=party, type__in=kinds).order_by("-id").values_list("payload", flat=True)[:1]


@dataclass(frozen=True, slots=True)
class Move:
    """One customer of a preview: from whom to whom, and why."""

    party: Party
    choice: Choice

    @property
    def stays(self) -> bool:
        """Whether nothing would change."""
        return not self.choice or self.choice.owner_id == self.party.owner_id


def owned_rows(actor: Actor, owner_id: UUID | None) -> Any:
    """The customers of somebody (or of nobody) that the actor may transfer."""
    rows = Party.objects.visible_to(actor, "party.transfer").live().filter(owner_id=owner_id, merged_into=None)
    return (rows.filter(pool=None) if owner_id is None else rows).select_related("owner").order_by("pk")


def preview(actor: Actor, owner_id: UUID | None, most: int = 200) -> list[Move]:
    """Where the rules would send somebody's customers; nothing is written."""
    book = rulebook()
    return [Move(party, book.choose(facts_of(party))) for party in owned_rows(actor, owner_id)[:most]]


def by_target(moves: Iterable[Move]) -> list[tuple[str, int]]:
    """How many would go to whom, the most first."""
    found: dict[str, int] = {}
    for move in moves:
        if not move.stays:
            name = move.choice.owner or move.choice.pool
            found[name] = found.get(name, 0) + 1
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def described(rule: AssignmentRule) -> list[str]:
    """What a rule asks, in short."""
    known = table()
    words: list[str] = [known.name(code) or code for code in rule.divisions] + rule.industries + rule.sources
    words += [str(Kind(kind).label) for kind in rule.kinds if kind in Kind.values]
    return words + [str(Level(level).label) if level else str(_("No level")) for level in rule.levels]
