"""From ids to parties within somebody's rights; and what pools open to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from zhike.customers.models import Party, Pool
from zhike.kernel.actions import find
from zhike.kernel.actor import Actor

if TYPE_CHECKING:
    from zhike.identity.models import User

CLOSE = ("owner", "team", "pool", "parent", "created_by")  # every page of a party shows them
BELOW = {"team_below", "all"}  # extents that look down the tree of teams


def party(pk: object, by: Actor, right: str = "party.view") -> Party:
    """The party behind an id; outside the actor's scope it does not exist (NotFound)."""
    found: Party = find(Party, pk, by, right=right, related=CLOSE)
    return found


def circles(user: User, team_ids: frozenset[UUID]) -> Mapping[str, Iterable[UUID]]:
    """The pools somebody may see and claim from, and whose customers they may give out.

    A member is whoever stands in one of a pool's teams or below it, or has one of its roles; a pool that names neither
    is open to all. Who leads from above is a member too, where their right looks down. Without the right to claim in a
    role nobody is one.
    """
    members = _members()
    if not members:
        return {}
    roles = user.roles.filter(archived_at=None)
    held = roles.filter(grants__effect="allow", grants__right__in=("party.claim", "party.transfer"))
    rights: dict[str, set[str]] = {}
    for right, extent in held.values_list("grants__right", "grants__extent"):
        rights.setdefault(right, set()).add(extent)
    if "party.claim" not in rights:
        return {}
    above = {UUID(part) for part in user.team.path.strip("/").split("/") if part} if user.team else set()
    own_roles = set(roles.values_list("pk", flat=True))

    def open_to(right: str) -> list[UUID]:
        teams = above | (set(team_ids) if rights.get(right, set()) & BELOW else set())
        return [pk for pk, (of, by) in members.items() if not (of or by) or of & teams or by & own_roles]

    claim = open_to("party.claim")
    given = open_to("party.transfer") if "party.transfer" in rights else []
    return {"party.view": claim, "party.claim": claim, "pool.view": claim, "party.transfer": given}


def _members() -> dict[UUID, tuple[set[UUID], set[UUID]]]:
    """The teams and roles of every pool in use."""
    found: dict[UUID, tuple[set[UUID], set[UUID]]] = {
        pk: (set(), set()) for pk in Pool.objects.filter(archived_at=None).values_list("pk", flat=True)
    }
    for place, relation in enumerate(("teams", "roles") if found else ()):
        rows = Pool.objects.filter(archived_at=None, **{f"{relation}__isnull": False})
        for pk, other in rows.values_list("pk", relation):
            found[pk][place].add(other)
    return found
