"""How many queries a route takes stands in `tests/query_counts.json`. A change shows in the diff; this test never writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.architecture import source
from zhike.identity.models import User
from zhike.identity.standard_roles import ensure
from zhike.identity.tokens import actor_with
from zhike.kernel.actions import run
from zhike.records.api.tests.conftest import key_of

pytestmark = pytest.mark.django_db
RECORDED = source.ROOT / "tests" / "query_counts.json"
ROWS = 12
SIGNED_IN = "allauth.account.auth_backends.AuthenticationBackend"


def recorded(path: Path = RECORDED) -> dict[str, Any]:
    """Route -> number of queries, or a number for each database where they differ. `{party}` stands for a customer's id."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


class World:
    """A salesperson with a dozen customers, by browser and by key."""

    def __init__(self) -> None:
        user = User.objects.create(username="li", name="Li", sort_key="li")
        user.roles.add(ensure("en")["salesperson"])
        key = key_of(user)
        self.browser, self.program = Client(), Client(headers={"authorization": f"Bearer {key}"})
        self.browser.force_login(user, backend=SIGNED_IN)
        actor = actor_with(key)
        assert actor is not None
        made = [self._customer(number, actor) for number in range(ROWS)]
        self.ids = {"party": made[0]}

    def _customer(self, number: int, actor: Any) -> str:
        data = {
            "name": f"第{number}电器厂",
            "level": "A",
            "tags": ["重点", f"批次{number}"],
            "mobile": f"1380013800{number % 10}",
        }
        return str(run("create_party", by=actor, data=data).reply["id"])

    def queries(self, route: str) -> list[str]:
        """The queries of a route that has been asked before: what a process keeps is kept by then."""
        path = route.format(**self.ids)
        client = self.program if path.startswith("/api/") else self.browser
        assert client.get(path).status_code == 200, path
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        return [query["sql"] for query in seen.captured_queries]


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.mark.parametrize("route", sorted(recorded()))
def test_a_route_takes_the_recorded_number_of_queries(world: World, route: str) -> None:
    expected = recorded()[route]
    most = expected[connection.vendor] if isinstance(expected, dict) else expected
    queries = world.queries(route)
    told = "\n".join(sql[:200] for sql in queries)
    assert len(queries) == most, f"{route} takes {len(queries)} queries, recorded are {most} ({RECORDED.name}):\n{told}"


def test_the_record_holds_routes_and_numbers() -> None:
    for route, expected in recorded().items():
        numbers = expected.values() if isinstance(expected, dict) else [expected]
        assert route.startswith("/")
        assert all(isinstance(number, int) and 0 < number < 40 for number in numbers), route
