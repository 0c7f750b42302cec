"""Who may do what to whose customer: every door of the declared types, held against a policy written by hand.

Rows are generated from the declarations (`party`, `touch`, `task` and a company's own type), columns are the doors below.
The policy says, for each role and each relation of the record to the person, what is seen and what is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from zhike.customers.models import Party, Pool
from zhike.identity.access import rights_changed
from zhike.identity.models import User
from zhike.identity.testing import World
from zhike.kernel.actions import registry, run
from zhike.kernel.models import Event, Record
from zhike.kernel.screens import Kind, Screen, screens
from zhike.kernel.testing import SYSTEM
from zhike.records.columns import choices_of
from zhike.records.search.index import index

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

# The policy. see = looks at it; work = changes it; bin = archives it; back = restores it; hand = gives it to somebody else;
# join = merges it with another; print = opens the page to print. "-" is 404, "." is 403, "+" is done.
POLICY = {
    #                 own        team       other      pool          (see work bin back hand join print)
    "administrator": ("+++++++", "+++++++", "+++++++", "+++++++"),
    "manager": ("+++++++", "+++++++", "-------", "+...+.."),  # gives out what lies in a pool of theirs
    "salesperson": ("++++.++", "-------", "-------", "+......"),
    "service": ("+.....+", "+.....+", "+.....+", "+.....+"),
    "marketer": ("+.....+", "+.....+", "+.....+", "+.....+"),
    "auditor": ("+......", "+......", "+......", "+......"),
}
SEE, WORK, BIN, BACK, HAND, JOIN, PRINT = range(7)
PASSES = (200, 201, 204, 302)


@dataclass(frozen=True, slots=True)
class Door:
    """One way to a record: what it needs (index into the policy's letters) and the request."""

    name: str
    needs: int
    knock: Callable[[Client, Screen, Record], Any]
    action: str = ""  # only types with this action have the door
    types: tuple[str, ...] = ()  # only these have it; () all
    staged: Callable[[World, Record], None] | None = None  # what must be so before somebody knocks

    def of(self, type_: str) -> bool:
        """Whether the type has it."""
        offered = not self.action or f"{self.action}_{type_}" in registry
        return offered and (not self.types or type_ in self.types)


def _get(tail: str) -> Callable[[Client, Screen, Record], Any]:
    return lambda client, screen, record: client.get(f"/{screen.slug}/{record.pk}/{tail}")


def _edit(client: Client, screen: Screen, record: Record) -> Any:
    column = _first_text(screen)
    return client.post(f"/{screen.slug}/{record.pk}/edit/", {column: "改过的名字", "_version": str(record.version)})


def _patch(client: Client, screen: Screen, record: Record) -> Any:
    change = {_first_text(screen): "改过的名字"}
    return client.patch(f"/api/{screen.slug}/{record.pk}", change, "application/json", headers={"If-Match": "*"})


def _drop(client: Client, screen: Screen, record: Record) -> Any:
    column = next(column for column in screen.columns if column.kind is Kind.CHOICE and column.editable)
    to = list(choices_of(column))[-1]
    return client.post(f"/{screen.slug}/{record.pk}/lane/?by={column.name}&_version={record.version}", {"to": to})


def _first_text(screen: Screen) -> str:
    return screen.title


def _in_the_bin(_world: World, record: Record) -> None:
    model: Any = type(record)
    model.objects.filter(pk=record.pk).update(archived_at=timezone.now())


def _post(tail: str, **sent: str) -> Callable[[Client, Screen, Record], Any]:
    return lambda client, screen, record: client.post(f"/{screen.slug}/{record.pk}/{tail}", sent)


def _call(verb: str) -> Callable[[Client, Screen, Record], Any]:
    return lambda client, screen, record: client.post(f"/api/{screen.slug}/{record.pk}/{verb}", {}, "application/json")


def _hand_over(client: Client, screen: Screen, record: Record) -> Any:
    return client.post(f"/{screen.slug}/{record.pk}/transfer/", {"to": str(_successor()), "reason": "换区"})


def _api_hand_over(client: Client, screen: Screen, record: Record) -> Any:
    sent = {"to": str(_successor()), "reason": "换区"}
    return client.post(f"/api/{screen.slug}/{record.pk}/transfer", sent, "application/json")


def _successor() -> Any:
    return User.objects.get(username="zhengkai").pk


def _with_a_twin(_world: World, record: Record) -> None:
    """A second one that stands to the person just as the first does."""
    twin = run("create_party", by=SYSTEM, data={"name": "另一条"}).value
    alike = {name: getattr(record, name) for name in ("owner_id", "team_id", "pool_id")}
    Party.objects.filter(pk=twin.pk).update(**alike)
    record.twin = str(twin.pk)  # type: ignore[attr-defined]


def _join(client: Client, screen: Screen, record: Record) -> Any:
    other = {"other": record.twin}  # type: ignore[attr-defined]
    return client.post(f"/api/{screen.slug}/{record.pk}/merge", other, "application/json")


def _api_bulk(verb: str, **data: str) -> Callable[[Client, Screen, Record], Any]:
    def knock(client: Client, screen: Screen, record: Record) -> Any:
        pk = str(record.pk)
        values = {_first_text(screen) if name == "title" else name: value for name, value in data.items()}
        sent = {"ids": [pk], "data": values, "versions": {pk: record.version}}
        answer = client.post(f"/api/{screen.slug}/bulk/{verb}", sent, "application/json")
        return _of_one(answer, answer.json().get("refused", [])) if answer.status_code == 200 else answer

    return knock


def _bulk(verb: str) -> Callable[[Client, Screen, Record], Any]:
    def knock(client: Client, screen: Screen, record: Record) -> Any:
        answer = client.post(f"/{screen.slug}/bulk/{verb}_{screen.type}/", {"ids": [f"{record.pk}:{record.version}"]})
        return _of_one(answer, answer.context["result"].refused) if answer.status_code == 200 else answer

    return knock


def _of_one(answer: Any, refused: Any) -> Any:
    """What a bulk call said of its one record, as a status."""
    codes = {"not_found": 404, "forbidden": 403}
    return SimpleNamespace(status_code=codes.get(refused[0]["code"], 409) if refused else 200)


def _pick(client: Client, screen: Screen, record: Record) -> Any:
    """Offered while typing, or not at all."""
    items = client.get(f"/{screen.slug}/pick/", {"q": str(getattr(record, _first_text(screen)))}).json()["items"]
    return SimpleNamespace(status_code=200 if str(record.pk) in {item["value"] for item in items} else 404)


def _alone(_world: World, record: Record) -> None:
    """A name that no other record has, so that the picker has room for it."""
    title, name = screens[record.record_type].title, f"唯一{record.pk.hex[-12:]}"
    model: Any = type(record)
    model.objects.filter(pk=record.pk).update(**{title: name})
    setattr(record, title, name)
    if screens[record.record_type].search:
        index(record)


DOORS = (
    Door("card", SEE, _get("")),
    Door("drawer", SEE, _get("drawer/")),
    Door("history", SEE, _get("history/")),
    Door("api get", SEE, lambda c, s, r: c.get(f"/api/{s.slug}/{r.pk}")),
    Door("api history", SEE, lambda c, s, r: c.get(f"/api/{s.slug}/{r.pk}/history")),
    Door("autocomplete", SEE, _pick, staged=_alone),
    Door("edit form", WORK, _get("edit/")),
    Door("edit", WORK, _edit),
    Door("drop on a lane", WORK, _drop, types=("party", "touch", "showroom")),
    Door("api patch", WORK, _patch),
    Door("api bulk edit", WORK, _api_bulk("update", title="改过的名字")),
    Door("archive", BIN, lambda c, s, r: c.post(f"/{s.slug}/{r.pk}/archive/", {"_version": str(r.version)})),
    Door("api delete", BIN, lambda c, s, r: c.delete(f"/api/{s.slug}/{r.pk}")),
    Door("bulk archive", BIN, _bulk("archive"), "archive"),
    Door("api bulk archive", BIN, _api_bulk("archive"), "archive"),
    Door("restore", BACK, _post("restore/"), "restore", staged=_in_the_bin),
    Door("api restore", BACK, _call("restore"), "restore", staged=_in_the_bin),
    Door("bulk restore", BACK, _bulk("restore"), "restore", staged=_in_the_bin),
    Door("transfer", HAND, _hand_over, "transfer"),
    Door("api transfer", HAND, _api_hand_over, "transfer"),
    Door("api merge", JOIN, _join, "merge", staged=_with_a_twin),
    Door("print", PRINT, _get("brief/"), types=("party",)),
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
    """Every stored value of a record, as it stands in its table."""
    meta: Any = record._meta
    name, key = connection.ops.quote_name, meta.pk
    with connection.cursor() as cursor:
        wanted = [key.get_db_prep_value(record.pk, connection)]
        cursor.execute(f"SELECT * FROM {name(meta.db_table)} WHERE {name(key.column)} = %s", wanted)
        (row,) = cursor.fetchall()
        return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}


def told() -> int:
    """How many events there are; that a call on many ran at all is one of its own."""
    found: int = Event.objects.exclude(type="batch.run").count()
    return found


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("role", list(ROLES))
def test_T15_matrix(world: World, type_: str, role: str) -> None:
    client, wrong = world.client(ROLES[role]), []
    for relation in RELATIONS:
        record = record_of(world, type_, relation)
        start = image(record)
        for door in DOORS:
            if not door.of(type_):
                continue
            with transaction.atomic():  # every door is knocked at as if it were the first
                if door.staged:
                    door.staged(world, record)
                before, events = image(record), told()
                answer = door.knock(client, screens[type_], record)
                wanted = expected(type_, role, relation, door.needs)
                if outcome(answer) != wanted:
                    wrong.append(f"{relation}, {door.name}: wanted {wanted}, got {outcome(answer)}")
                elif wanted != "+":
                    assert image(record) == before, f"T16: {door.name} changed something although it was refused"
                    assert told() - events <= 1, f"T16: {door.name} left more than the one refusal"
                transaction.set_rollback(True)
            assert image(record) == start
    assert not wrong, "; ".join(wrong)


# Which letter of the policy a declared action's right stands for; rights that only the administrator holds come after.
LETTERS = {
    "view": SEE, "edit": WORK, "archive": BIN, "restore": BACK, "transfer": HAND, "merge": JOIN, "print": PRINT, "comment": PRINT,
}  # fmt: skip
RULERS_ONLY = {"purge", "erase"}
ELSEWHERE = {
    "claim",
    "reveal",
    "share",
    "create",
    "export",
}  # the pool's races, T67, T22 and each type's tests say who may


@pytest.mark.parametrize("type_", TYPES)
@pytest.mark.parametrize("role", list(ROLES))
def test_T15_every_declared_action_asks_its_right(world: World, type_: str, role: str) -> None:
    """Called without values: unseen, not allowed, or past the right; also those that a later capability will declare."""
    client, screen, wrong = world.client(ROLES[role]), screens[type_], []
    offered = [made for made in registry.values() if made.subject is screen.model_class and "api" in made.doors]
    for relation in RELATIONS:
        record = record_of(world, type_, relation)
        for made in offered:
            verb = made.right.split(".")[1]
            if verb in ELSEWHERE or made.name == f"update_{type_}":
                continue
            seen = expected(type_, role, relation, SEE)
            allowed = "+" if role == "administrator" else min(".", seen, key="-.+".index)
            wanted = allowed if verb in RULERS_ONLY else expected(type_, role, relation, LETTERS[verb])
            with transaction.atomic():
                answer = client.post(f"/api/{screen.slug}/{record.pk}/{made.verb}", {}, "application/json")
                transaction.set_rollback(True)
            got = outcome(answer)
            if (got if got in ".-" else "+") != wanted:
                wrong.append(f"{relation}, {made.name} ({made.right}): wanted {wanted}, got {got}")
    assert not wrong, "; ".join(wrong)


def test_T15_nothing_is_merged_with_what_one_does_not_see(world: World) -> None:
    mine, hidden = record_of(world, "party", "own"), record_of(world, "party", "other")
    client, nobody = world.client("何永强"), "01890000-0000-7000-8000-000000000000"
    replies = [
        client.post(f"/api/customers/{mine.pk}/merge", {"other": str(other)}, "application/json")
        for other in (hidden.pk, nobody)
    ]
    assert replies[0].status_code == replies[1].status_code and replies[0].status_code in (404, 422)
    assert {key: value for key, value in replies[0].json().items() if key != "request_id"} == {
        key: value for key, value in replies[1].json().items() if key != "request_id"
    }
    assert image(mine)["version"] == mine.version and Party.objects.get(pk=hidden.pk).merged_into_id is None


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
    from zhike.kernel import composed
    from zhike.kernel.models import RecordQuerySet

    record = record_of(world, "party", "other")
    assert world.client("何永强").get(f"/customers/{record.pk}/").status_code == 404
    with monkeypatch.context() as broken:
        broken.setattr(RecordQuerySet, "in_sight", lambda self, sight: self)
        composed.forget()  # what was asked before was composed with the predicate
        assert world.client("何永强").get(f"/customers/{record.pk}/").status_code == 200
    composed.forget()
    assert world.client("何永强").get(f"/customers/{record.pk}/").status_code == 404


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
