"""The cast of the tests: a small appliance maker with people who own, lead, look after and audit. Built by real actions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from zhike.kernel.testing import Kept

if TYPE_CHECKING:
    from django.test import Client

    from zhike.identity.models import Role, Team, User
    from zhike.kernel.actor import Actor

PASSWORD = "正确的马电池订书钉"  # noqa: S105 everybody's in tests
TEAMS = (
    ("华澜电器", ""),
    ("华东大区", "华澜电器"),
    ("杭州组", "华东大区"),
    ("宁波组", "华东大区"),
    ("华北大区", "华澜电器"),
    ("北京组", "华北大区"),
    ("客服部", "华澜电器"),
)
# name, sign-in name, team, manager, role
PEOPLE = (
    ("沈嘉禾", "shenjiahe", "华澜电器", "", "administrator"),
    ("周晓岚", "zhouxiaolan", "华东大区", "沈嘉禾", "manager"),
    ("何永强", "heyongqiang", "杭州组", "周晓岚", "salesperson"),
    ("吴敏", "wumin", "宁波组", "周晓岚", "salesperson"),
    ("陈立群", "chenliqun", "华北大区", "沈嘉禾", "manager"),
    ("孙雨桐", "sunyutong", "北京组", "陈立群", "salesperson"),
    ("郑凯", "zhengkai", "客服部", "沈嘉禾", "service"),
    ("梁思琪", "liangsiqi", "华澜电器", "沈嘉禾", "marketer"),
    ("白露", "bailu", "华澜电器", "沈嘉禾", "auditor"),
)


@dataclass(frozen=True, slots=True)
class World:
    """Everybody and everything by name."""

    people: dict[str, User]
    teams: dict[str, Team]
    roles: dict[str, Role]

    def actor(self, name: str) -> Actor:
        """Somebody with the rights of this moment."""
        from zhike.identity.access import actor_of

        return actor_of(self.people[name].pk)

    def client(self, name: str, **options: Any) -> Client:
        """Somebody's browser, signed in."""
        from django.test import Client

        client = Client(**options)
        client.force_login(self.people[name])
        return client

    def token(self, name: str, **limits: Any) -> str:
        """A fresh key of somebody."""
        from zhike.identity.actions import create_token

        return str(create_token(name="test", **{"read_only": False, **limits}, by=self.actor(name))["key"])


def build() -> World:
    """The company, in the open transaction."""
    from django.contrib.auth.hashers import make_password

    from zhike.identity import access, standard_roles
    from zhike.identity.actions import (
        PersonDraft,
        change_organisation,
        create_person,
        create_team,
        place_person,
        set_roles_of_person,
    )
    from zhike.kernel.testing import SYSTEM

    change_organisation(name="华澜电器", zone="Asia/Shanghai", by=SYSTEM)
    roles = standard_roles.ensure()
    teams: dict[str, Team] = {}
    for name, parent in TEAMS:
        teams[name] = create_team(name=name, parent=teams.get(parent), by=SYSTEM)
    people: dict[str, User] = {}
    hashed = make_password(PASSWORD)
    for name, username, team, manager, role in PEOPLE:
        draft = PersonDraft(name=name, username=username, email=f"{username}@hualan.example")
        person = people[name] = create_person(draft, by=SYSTEM)
        place_person(person, team=teams[team], manager=people.get(manager), by=SYSTEM)
        set_roles_of_person(person, roles=[roles[role].pk], by=SYSTEM)
        person.password = hashed
        person.save(update_fields=["password"])
        person.refresh_from_db()
    access.rights_changed()
    return World(people, teams, roles)


def found() -> World:
    """The company that stands in the tables."""
    from zhike.identity.models import Role, Team, User

    people = {person.name: person for person in User.objects.filter(username__in=[one[1] for one in PEOPLE])}
    teams = {team.name: team for team in Team.objects.filter(name__in=[one[0] for one in TEAMS])}
    return World(people, teams, {role.code: role for role in Role.objects.all()})


_epochs = count(
    1_000_000, 1_000
)  # each test's own: what a process keeps by the epoch of rights never meets another test


def _stand(kept: Kept, build: Callable[[], object]) -> None:
    """What was built once, in this test's tables."""
    from django.db import connection

    from zhike.identity.models import Organisation

    if not connection.in_atomic_block:  # a test that really commits: what follows a commit belongs to it
        build()
        return
    kept.put_back()
    Organisation.objects.update(rights_epoch=next(_epochs))


@pytest.fixture(scope="session")
def kept_world(django_db_setup: None, django_db_blocker: Any) -> Kept:
    """The cast, built once for the run by real actions."""
    with django_db_blocker.unblock():
        return Kept(build)


@pytest.fixture
def world(kept_world: Kept, db: None) -> World:
    """The cast, as if it had been built for this test alone."""
    _stand(kept_world, build)
    return found()


def _english_roles() -> object:
    from zhike.identity.standard_roles import ensure

    return ensure("en")


@pytest.fixture(scope="session")
def kept_roles(django_db_setup: None, django_db_blocker: Any) -> Kept:
    """The standard roles by their English names, made once for the run."""
    with django_db_blocker.unblock():
        return Kept(_english_roles)


@pytest.fixture
def roles(kept_roles: Kept, db: None) -> dict[str, Role]:
    """The standard roles, for a test that makes people of its own."""
    _stand(kept_roles, _english_roles)
    return found().roles
