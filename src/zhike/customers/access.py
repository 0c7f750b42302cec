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


def party(pk: object, by: Actor, right: str = "party.view") -> Party:
    """The party behind an id; outside the actor's scope it does not exist (NotFound)."""
    found: Party = find(Party, pk, by, right=right)
    return found


def circles(user: User, team_ids: frozenset[UUID]) -> Mapping[str, Iterable[UUID]]:
    """The pools whose customers somebody may see and claim."""
    pools = list(Pool.objects.filter(archived_at=None).values_list("pk", flat=True))
    return {"party.view": pools, "party.claim": pools}
