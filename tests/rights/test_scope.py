"""The access predicate in its two forms: what SQL lets through is what a record in hand answers."""

from __future__ import annotations

from itertools import combinations, product
from uuid import UUID

import pytest

from zhike.customers.models import Party, Pool
from zhike.identity.testing import World
from zhike.kernel.actions import run
from zhike.kernel.actor import Actor, Reach
from zhike.kernel.testing import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def parties(world: World) -> list[Party]:
    """One customer of each of three people, and one that lies in a pool without an owner."""
    made = [
        run("create_party", by=world.actor(name), data={"name": f"{name}的客户"})
        for name in ("何永强", "吴敏", "孙雨桐")
    ]
    pool = Pool.objects.create(name="试用公海")
    lost = run("create_party", by=SYSTEM, data={"name": "无主客户"})
    Party.objects.filter(pk=lost.reply["id"]).update(owner=None, team=None, pool=pool)
    return list(Party.objects.filter(pk__in=[one.reply["id"] for one in (*made, lost)]).order_by("pk"))


def reaches(parties: list[Party]) -> list[Reach]:
    """Nothing, everything, and each way of reaching one record or two, alone and joined."""

    def ids(column: str) -> list[frozenset[UUID]]:
        found = [value for party in parties if (value := getattr(party, column)) is not None]
        return [frozenset(), frozenset(found[:1]), frozenset(found[-1:])]

    single = [Reach(owners=found) for found in ids("owner_id")]
    single += [Reach(teams=found) for found in ids("team_id")]
    single += [Reach(circles=found) for found in ids("pool_id")]
    single += [Reach(records=found) for found in ids("pk")]
    joined = [one.join(other) for one, other in combinations(single, 2)]
    return [Reach(everything=True), *single, *joined]


@pytest.mark.slow
def test_both_forms_of_the_predicate_agree(world: World, parties: list[Party]) -> None:
    known = reaches(parties)
    someone = parties[0].owner_id
    seen: set[int] = set()
    for allowed, denied in product(known, [None, *known[:12]]):
        reach = Reach(
            allowed.everything, allowed.owners, allowed.teams, allowed.circles, allowed.records, denied=denied
        )
        actor = Actor(user_id=someone, name="某人", grants={"party.view": reach})
        in_sql = set(Party.objects.visible_to(actor).filter(pk__in=[party.pk for party in parties]))
        in_hand = {party for party in parties if party.within(actor, "party.view")}
        assert in_sql == in_hand, reach
        seen.add(len(in_sql))
    assert seen == {0, 1, 2, 3, 4}  # the combinations tell something
