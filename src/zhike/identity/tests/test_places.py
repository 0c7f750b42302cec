"""Who may put whom where: a place decides what somebody sees, so nobody widens their own reach by one."""

from __future__ import annotations

import pytest

from zhike.identity.access import rights_changed
from zhike.identity.actions import PersonChange, PersonDraft, create_person, move_team, place_person, update_person
from zhike.identity.models import Grant, Role, Team, User
from zhike.identity.terms import Extent
from zhike.identity.testing import World
from zhike.kernel.actions import run
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Forbidden

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(world: World) -> Actor:
    """A manager of a region who also keeps its people, and no more."""
    role = Role.objects.create(name="区域人事", code="keeper")
    rights = ("person.edit", "person.create", "team.edit")
    Grant.objects.bulk_create([Grant(role=role, right=right, extent=Extent.TEAM_BELOW) for right in rights])
    world.people["周晓岚"].roles.add(role)
    rights_changed()
    return world.actor("周晓岚")


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def test_people_are_placed_within_the_teams_the_right_reaches(world: World, keeper: Actor) -> None:
    person = world.people["何永强"]
    place_person(person, team=world.teams["宁波组"], manager=person.manager, by=keeper)
    assert fresh(person).team == world.teams["宁波组"]
    for name in ("北京组", "华澜电器"):
        with pytest.raises(Forbidden, match=name):
            place_person(fresh(person), team=world.teams[name], by=keeper)
        with pytest.raises(Forbidden, match=name):
            update_person(fresh(person), PersonChange(team=world.teams[name]), by=keeper)
        with pytest.raises(Forbidden, match=name):
            create_person(PersonDraft(name="新人", username="xinren", team=world.teams[name]), by=keeper)
    with pytest.raises(Forbidden, match="陈立群"):
        place_person(fresh(person), team=world.teams["宁波组"], manager=world.people["陈立群"], by=keeper)
    assert fresh(person).team == world.teams["宁波组"]


def test_nobody_moves_themselves_or_puts_people_under_themselves(world: World, keeper: Actor) -> None:
    me, other = world.people["周晓岚"], world.people["吴敏"]
    with pytest.raises(Forbidden):
        place_person(me, team=world.teams["杭州组"], manager=me.manager, by=keeper)
    place_person(fresh(me), team=me.team, manager=me.manager, by=keeper)  # the same place is no move
    place_person(other, team=other.team, manager=None, by=keeper)
    with pytest.raises(Forbidden):
        place_person(fresh(other), team=other.team, manager=me, by=keeper)


def test_a_right_everywhere_is_no_way_to_a_wider_reach_of_ones_own(world: World) -> None:
    role = Role.objects.create(name="人事", code="hr")
    Grant.objects.create(role=role, right="person.edit", extent=Extent.ALL)
    world.people["何永强"].roles.add(role)
    rights_changed()
    by = world.actor("何永强")
    place_person(world.people["吴敏"], team=world.teams["北京组"], by=by)
    with pytest.raises(Forbidden):
        place_person(world.people["何永强"], team=world.teams["华澜电器"], by=by)


def test_teams_are_not_hung_below_ones_own_from_outside(world: World, keeper: Actor) -> None:
    move_team(world.teams["杭州组"], parent=world.teams["宁波组"], by=keeper)
    for team, parent in (("北京组", "华东大区"), ("宁波组", "华北大区"), ("宁波组", None)):
        with pytest.raises(Forbidden):
            move_team(Team.objects.get(name=team), parent=world.teams[parent] if parent else None, by=keeper)


def test_administrators_place_whom_they_want_and_a_refusal_stands_in_the_answer(world: World, keeper: Actor) -> None:
    place_person(world.people["何永强"], team=world.teams["北京组"], by=world.actor("沈嘉禾"))
    with pytest.raises(Forbidden, match="北京组"):
        run("place_person", by=keeper, subject_id=world.people["吴敏"].pk, data={"team": str(world.teams["北京组"].pk)})
