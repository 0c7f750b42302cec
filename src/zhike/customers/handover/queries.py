"""What is asked before a handover: all that somebody owns, type by type, and where it would go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from zhike.customers.handover.terms import Holding
from zhike.customers.models import Party
from zhike.customers.territories import queries as territories
from zhike.kernel.actor import Actor
from zhike.kernel.screens import Screen, screens

if TYPE_CHECKING:
    from zhike.identity.models import User

NAMED = 5
MOST_SIMULATED = 2000


def responsibilities() -> list[Screen]:
    """The record types somebody can be in charge of: their owner can be changed. Who once did something stays who did it."""
    found = []
    for screen in screens.values():
        column = screen.column(screen.owner) if screen.owner else None
        if column is not None and column.editable:
            found.append(screen)
    return sorted(found, key=lambda s: (s.type != "party", s.rail, s.type))


def owner_path(screen: Screen) -> str:
    """The ORM name of the column of who is in charge."""
    column = screen.column(screen.owner)
    return column.orm if column is not None else screen.owner


def held(screen: Screen, person_id: UUID) -> Any:
    """What somebody is in charge of now: in use, and still open where the type knows the difference."""
    model = screen.model_class
    rows = model.objects.open() if hasattr(model.objects, "open") else model.objects.all()
    return rows.filter(**{f"{owner_path(screen)}_id": person_id}, archived_at=None)


def holdings(person: User) -> list[Holding]:
    """Everything, type by type; empty types too, so that it is seen that they were thought of."""
    found = []
    for screen in responsibilities():
        rows = held(screen, person.pk)
        names = tuple(str(name) for name in rows.order_by("pk").values_list(screen.title, flat=True)[:NAMED])
        found.append(Holding(screen.type, screen.label_plural, screen.icon, rows.count(), names))
    return found


def by_rule(person: User) -> tuple[list[tuple[str, int]], int]:
    """Where the rules would send the customers, and how many no rule fits; nothing is written."""
    book = territories.rulebook(without=person.pk)
    rows = Party.objects.live().filter(owner_id=person.pk).select_related("owner").order_by("pk")
    moves = [territories.Move(party, book.choose(territories.facts_of(party))) for party in rows[:MOST_SIMULATED]]
    return territories.by_target(moves), sum(not move.choice for move in moves)


def heirs(person: User) -> list[User]:
    """Who may take over: everybody who works here but the leaver; their manager and team first."""
    people: Any = type(person)
    rows = people.objects.filter(is_active=True, archived_at=None).exclude(pk=person.pk).order_by("sort_key")[:500]
    return sorted(rows, key=lambda p: (p.pk != person.manager_id, p.team_id != person.team_id or p.team_id is None))


def may_deactivate(person: User, actor: Actor) -> bool:
    """Whether the actor may also close the account."""
    return person.is_active and person.pk != actor.user_id and person.within(actor, "person.deactivate")
