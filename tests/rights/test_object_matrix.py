"""Who may do what to whose customer: every door of the declared types, held against a policy written by hand.

Rows are generated from the declarations (`party`, `touch`, `task` and a company's own type), columns are the doors below.
The policy says, for each role and each relation of the record to the person, what is seen and what is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from zhike.customers.models import Party, Pool
from zhike.identity.access import rights_changed
from zhike.identity.testing import World
from zhike.kernel.actions import run
from zhike.kernel.models import Event, Record
from zhike.kernel.screens import Screen, screens
from zhike.kernel.testing import SYSTEM

pytestmark = pytest.mark.django_db

ROLES = {
    "administrator": "沈嘉禾",
    "manager": "周晓岚",
    "salesperson": "何永强",
    "service": "郑凯",
    "marketer": "梁思琪",
    "auditor": "白露",
}
# the record belongs to: the salesperson, a colleague of another team below the same manager, another region, nobody (a pool)
RELATIONS = {"own": "何永强", "team": "吴敏", "other": "孙雨桐", "pool": ""}

# The policy. see = looks at it; work = changes it; bin = archives it. "-" is 404, "." is 403, "+" is done.
POLICY = {
    #                 own     team    other   pool      (see work bin)
    "administrator": ("+++", "+++", "+++", "+++"),
    "manager": ("+++", "+++", "---", "+.."),
    "salesperson": ("+++", "---", "---", "+.."),
    "service": ("+..", "+..", "+..", "+.."),
    "marketer": ("+..", "+..", "+..", "+.."),
    "auditor": ("+..", "+..", "+..", "+.."),
}
PASSES = (200, 201, 204, 302)


@dataclass(frozen=True, slots=True)
class Door:
    """One way to a record: what it needs (index into the policy's letters) and the request."""

    name: str
    needs: int
    knock: Callable[[Client, Screen, Record], Any]


def _get(tail: str) -> Callable[[Client, Screen, Record], Any]:
    return lambda client, screen, record: client.get(f"/{screen.slug}/{record.pk}/{tail}")


def _edit(client: Client, screen: Screen, record: Record) -> Any:
    column = _first_text(screen)
    return client.post(f"/{screen.slug}/{record.pk}/edit/", {column: "改过的名字", "_version": str(record.version)})


def _patch(client: Client, screen: Screen, record: Record) -> Any:
    change = {_first_text(screen): "改过的名字"}
    return client.patch(f"/api/{screen.slug}/{record.pk}", change, "application/json", headers={"If-Match": "*"})


def _first_text(screen: Screen) -> str:
    return screen.title


DOORS = (
    Door("card", 0, _get("")),
    Door("drawer", 0, _get("drawer/")),
    Door("history", 0, _get("history/")),
    Door("api get", 0, lambda c, s, r: c.get(f"/api/{s.slug}/{r.pk}")),
    Door("api history", 0, lambda c, s, r: c.get(f"/api/{s.slug}/{r.pk}/history")),
    Door("edit form", 1, _get("edit/")),
    Door("edit", 1, _edit),
    Door("api patch", 1, _patch),
    Door("archive", 2, lambda c, s, r: c.post(f"/{s.slug}/{r.pk}/archive/", {"_version": str(r.version)})),
    Door("api delete", 2, lambda c, s, r: c.delete(f"/api/{s.slug}/{r.pk}")),
)
TYPES = ("party", "touch", "task", "showroom")


def record_of(world: World, type_: str, relation: str) -> Record:
    """A record of a type whose customer stands in the given relation to the salesperson."""
    owner = RELATIONS[relation]
    party = run("create_party", by=SYSTEM, data={"name": f"客户{relation}"}).value
    values: dict[str, Any] = {"owner": world.people[owner], "team": world.people[owner].team} if owner else {}
    if not owner:
        pool, _made = Pool.objects.get_or_create(name="华东公海")
        values = {"owner": None, "team": None, "pool": pool}
        rights_changed()
    Party.objects.filter(pk=party.pk).update(**values)
    if type_ == "party":
        return Party.objects.get(pk=party.pk)
    model: Any = apps.get_model(screens[type_].model)
    text = {screens[type_].title: f"记录{relation}", "party_id": party.pk}
    owned = {"owner": values["owner"], "team": values.get("team")}
    made: Record = model.objects.create(**text, **owned)
    return made


def expected(type_: str, role: str, relation: str, needs: int) -> str:
    """The policy; a company's own type without a pool is not seen by way of one."""
    if type_ == "showroom" and relation == "pool" and role in ("manager", "salesperson"):
        return "-"
    place = list(RELATIONS).index(relation)
    return POLICY[role][place][needs]


def outcome(answer: Any) -> str:
    if answer.status_code in PASSES:
        return "+"
    return {403: ".", 404: "-"}.get(answer.status_code, str(answer.status_code))


def image(record: Record) -> dict[str, Any]:
    """Every stored value of a record."""
    model: Any = type(record)
    found: dict[str, Any] = model.objects.filter(pk=record.pk).values().get()
    return found


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("role", list(ROLES))
def test_T15_matrix(world: World, type_: str, role: str) -> None:
    client, wrong = world.client(ROLES[role]), []
    for relation in RELATIONS:
        record = record_of(world, type_, relation)
        before, events = image(record), Event.objects.count()
        for door in DOORS:
            with transaction.atomic():  # every door is knocked at as if it were the first
                answer = door.knock(client, screens[type_], record)
                wanted = expected(type_, role, relation, door.needs)
                if outcome(answer) != wanted:
                    wrong.append(f"{relation}, {door.name}: wanted {wanted}, got {outcome(answer)}")
                elif wanted != "+":
                    assert image(record) == before, f"T16: {door.name} changed something although it was refused"
                    assert Event.objects.count() - events <= 1, f"T16: {door.name} left more than the one refusal"
                transaction.set_rollback(True)
            assert image(record) == before
    assert not wrong, "; ".join(wrong)


def test_T15_hidden_answers_exactly_like_never_existed(world: World) -> None:
    hidden = record_of(world, "party", "other")
    client, nobody = world.client("何永强"), "01890000-0000-7000-8000-000000000000"
    for path in ("/customers/{}/", "/customers/{}/drawer/", "/api/customers/{}"):
        one, two = client.get(path.format(hidden.pk)), client.get(path.format(nobody))
        assert one.status_code == two.status_code == 404
        assert len(one.content) == len(two.content)


def test_T15_lists_show_exactly_what_may_be_seen(world: World) -> None:
    made = {relation: record_of(world, "party", relation) for relation in RELATIONS}
    for role, name in ROLES.items():
        shown = {item["id"] for item in world.client(name).get("/api/customers").json()["items"]}
        for relation, record in made.items():
            assert (str(record.pk) in shown) is (expected("party", role, relation, 0) == "+"), (role, relation)


def test_T15_breaking_the_predicate_turns_the_matrix_red(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from zhike.kernel.models import RecordQuerySet

    record = record_of(world, "party", "other")
    assert world.client("何永强").get(f"/customers/{record.pk}/").status_code == 404
    monkeypatch.setattr(RecordQuerySet, "visible_to", lambda self, actor, right=None: self)
    assert world.client("何永强").get(f"/customers/{record.pk}/").status_code == 200


def test_T23_an_error_in_the_predicate_refuses(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from zhike.kernel.models import Scope

    record = record_of(world, "party", "own")
    client = world.client("何永强", raise_request_exception=False)

    def broken(*_args: object) -> bool:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(Scope, "holds", broken)
    monkeypatch.setattr(Scope, "condition", broken)
    assert client.get(f"/customers/{record.pk}/").status_code >= 400
    assert client.post(f"/customers/{record.pk}/archive/").status_code >= 400
    assert Party.objects.get(pk=record.pk).archived_at is None
