"""A small company with keys: an administrator, two salespeople of two teams, a reader; and a caller that speaks JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from django.test import Client

from zhike.identity import tokens
from zhike.identity.models import Role, Team, Token, User
from zhike.kernel.actor import Actor


@dataclass
class Caller:
    """A program with somebody's key."""

    user: User
    key: str
    client: Client = field(default_factory=Client)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One call; a body is sent as JSON."""
        data = body if isinstance(body, bytes) else orjson.dumps(body) if body is not None else b""
        kind = headers.pop("content_type", "application/json" if data else "")
        sent = {"authorization": f"Bearer {self.key}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.client.generic(method, path, data, content_type=kind, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, **headers)

    def customer(self, **values: Any) -> dict[str, Any]:
        """A new customer of theirs, as the API answers it."""
        made = self.post("/api/customers", {"name": "华东电器有限公司"} | values)
        assert made.status_code == 201, made.content
        found: dict[str, Any] = self.get(made["Location"]).json()
        return found


def key_of(user: User, **options: Any) -> str:
    """A key for somebody; it may do all that they may."""
    key, digest = tokens.fresh()
    Token.objects.create(user=user, name="test", digest=digest, tail=key[-4:], **{"read_only": False, **options})
    return key


@pytest.fixture
def make_caller(roles: dict[str, Role]) -> Callable[..., Caller]:
    """`make_caller("zhang", "salesperson", team="North")`."""

    def make(username: str, role: str, *, team: str = "", **options: Any) -> Caller:
        place = None
        if team:
            place, made = Team.objects.get_or_create(name=team)
            if made:
                Team.objects.filter(pk=place.pk).update(path=f"/{place.pk}/")
        user = User.objects.create(username=username, name=username.title(), sort_key=username, team=place)
        user.roles.add(roles[role])
        return Caller(user, key_of(user, **options))

    return make


@pytest.fixture
def admin(make_caller: Callable[..., Caller]) -> Caller:
    return make_caller("admin", "administrator")


@pytest.fixture
def seller(make_caller: Callable[..., Caller]) -> Caller:
    return make_caller("li", "salesperson", team="North")


@pytest.fixture
def other_seller(make_caller: Callable[..., Caller]) -> Caller:
    return make_caller("wang", "salesperson", team="South")


def actor(caller: Caller) -> Actor:
    """The actor behind a caller."""
    found = tokens.actor_with(caller.key)
    assert found is not None
    return found
