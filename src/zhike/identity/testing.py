"""The cast of the tests: a small appliance maker with people who own, lead, look after and audit. Built by real actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

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


@pytest.fixture
def world(db: None) -> World:
    """The cast, built anew for a test."""
    return build()
