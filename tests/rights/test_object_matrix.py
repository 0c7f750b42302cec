"""Who may do what to whose customer: every door of the declared types, held against a policy written by hand.

Rows are generated from the declarations (`party`, `touch`, `task` and a company's own type), columns are the doors below.
The policy says, for each role and each relation of the record to the person, what is seen and what is changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from tests.rights.doors import BACK, BIN, DOORS, HAND, JOIN, PRINT, SEE, TAKE, TALK, WORK
from zhike.customers.models import Party, Pool
from zhike.identity.access import rights_changed
from zhike.identity.testing import World
from zhike.kernel.actions import registry, run
from zhike.kernel.models import Event, Record
from zhike.kernel.screens import screens
from zhike.kernel.testing import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    """Files of a test lie in a folder of its own."""
    store: dict[str, Any] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path},
    }
    settings.STORAGES = settings.STORAGES | {"default": store}


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
# join = merges it with another; print = opens the page to print; talk = comments; take = has it in the file of an export.
# "-" is 404 or not there, "." is 403, "+" is done.
POLICY = {
    #                 own          team         other        pool          (see work bin back hand join print talk take)
    "administrator": ("+++++++++", "+++++++++", "+++++++++", "+++++++++"),
    "manager": ("+++++++++", "+++++++++", "---------", "+...+...-"),  # gives out what lies in a pool of theirs
    "salesperson": ("++++.+++.", "--------.", "--------.", "+........"),  # whoever takes nothing out is told so at once
    "service": ("+.....++.", "+.....++.", "+.....++.", "+.....++."),
    "marketer": ("+.....++.", "+.....++.", "+.....++.", "+.....++."),
    "auditor": ("+........", "+........", "+........", "+........"),
}
PASSES = (200, 201, 204, 302)


TYPES = ("party", "touch", "task", "showroom")
AT_ONCE = (("salesperson", "party"), ("salesperson", "showroom"))  # the others with the whole suite
EACH = pytest.mark.parametrize(
    ("role", "type_"),
    [
        pytest.param(role, type_, marks=() if (role, type_) in AT_ONCE else pytest.mark.slow)
        for role in ROLES
        for type_ in TYPES
    ],
)


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
        return "." if (role, needs) == ("salesperson", TAKE) else "-"
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


@EACH
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
    "view": SEE, "edit": WORK, "archive": BIN, "restore": BACK, "transfer": HAND, "merge": JOIN, "print": PRINT, "comment": TALK,
}  # fmt: skip
RULERS_ONLY = {"purge", "erase"}
ELSEWHERE = {
    "claim",
    "reveal",
    "share",
    "create",
    "export",
}  # the pool's races, T67, T22 and each type's tests say who may


@EACH
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
