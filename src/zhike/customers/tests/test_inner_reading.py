"""What hangs on a customer is read by programs and agents, so that it can be changed by its ids."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from zhike.connect.mcp import tools
from zhike.customers import actions
from zhike.customers.models import Party
from zhike.customers.terms import NameOf, PointKind, RelationKind
from zhike.identity.actions import set_field_rule_of_role
from zhike.identity.testing import World
from zhike.kernel.actions import registry, run
from zhike.kernel.actor import Actor, FieldRule
from zhike.kernel.testing import SYSTEM
from zhike.records.api.document import document
from zhike.records.api.tests.conftest import key_of

pytestmark = pytest.mark.django_db
HE, WU = "何永强", "吴敏"


@pytest.fixture
def he(world: World) -> Actor:
    return world.actor(HE)


def customer(by: Actor, name: str = "杭州绿野酒店管理有限公司", **values: Any) -> Party:
    made: Party = registry["create_party"](values={"name": name, **values}, by=by)
    return made


def program(world: World, name: str = HE) -> Client:
    return Client(headers={"authorization": f"Bearer {key_of(world.people[name])}"})


def rows(client: Client, party: Party) -> dict[str, Any]:
    answer = client.get(f"/api/customers/{party.pk}/rows")
    assert answer.status_code == 200, answer.content.decode()
    found: dict[str, Any] = answer.json()
    return found


def test_a_program_learns_the_id_of_a_member_and_changes_them_by_it(world: World, he: Actor) -> None:
    party, client = customer(he), program(world)
    actions.add_member(party, actions.MemberDraft(name="沈嘉禾", role="总经理"), by=he)
    actions.add_member(party, actions.MemberDraft(name="陆文斌", department="工程部", primary=True), by=he)
    first, second = rows(client, party)["memberships"]
    assert (first["person"]["name"], first["department"], first["primary"]) == ("陆文斌", "工程部", True)
    assert second["organisation"] == {"id": str(party.pk), "name": party.name}
    sent = {"membership_id": first["id"], "reports_to": second["id"], "decision": "buyer"}
    assert client.post(f"/api/customers/{party.pk}/change_member", sent, "application/json").status_code == 200
    again = {row["id"]: row for row in rows(client, party)["memberships"]}
    assert (again[first["id"]]["decision"], again[first["id"]]["reports_to"]) == ("buyer", second["id"])
    person = Party.objects.get(pk=first["person"]["id"])
    assert [row["id"] for row in rows(client, person)["memberships"]] == [first["id"]], "the person tells it as well"


def test_who_left_stands_last_with_the_day(world: World, he: Actor) -> None:
    party = customer(he)
    for name in ("沈嘉禾", "陆文斌"):
        actions.add_member(party, actions.MemberDraft(name=name), by=he)
    gone = party.people.get(person__name="沈嘉禾")
    run("end_membership", by=he, subject_id=party.pk, data={"membership_id": str(gone.pk), "on": "2026-10-31"})
    found = rows(program(world), party)["memberships"]
    assert [(row["person"]["name"], row["ended_on"]) for row in found] == [("陆文斌", None), ("沈嘉禾", "2026-10-31")]


def test_names_relations_and_every_way_to_reach_are_told(world: World, he: Actor) -> None:
    party = customer(he, short_name="绿野", mobile="13812345678", address="浙江省杭州市西湖区文三路1号")
    other = customer(he, "宁波海曙鸿运家电经营部")
    actions.add_contact_point(party, kind=PointKind.MOBILE, value="13912345678", label="前台", by=he)
    actions.mark_do_not_use(party, point_id=party.points.get(label="前台").pk, reason="空号", by=he)
    actions.add_alias(party, name="老绿野宾馆", by=he)
    actions.relate_parties(party, other=other, kind=RelationKind.SUPPLIER, note="供厨电", by=he)
    found = rows(program(world), party)
    points = {row["kind"] + row["label"]: row for row in found["contact_points"]}
    assert set(points) == {"mobile", "mobile前台", "address"}, "the main address too, which the card shows elsewhere"
    assert (points["mobile前台"]["do_not_use"], points["mobile前台"]["do_not_use_reason"]) == (True, "空号")
    assert {(row["kind"], row["name"]) for row in found["names"]} == {("alias", "老绿野宾馆"), ("short", "绿野")}
    seen = rows(program(world), other)["relations"]
    assert [(row["party"]["name"], row["kind"], row["note"]) for row in seen] == [(party.name, "customer", "供厨电")]
    assert seen[0]["id"] == found["relations"][0]["id"]


def test_what_is_hidden_or_masked_from_a_role_is_so_here(world: World, he: Actor) -> None:
    party = customer(he, short_name="绿野", mobile="13812345678", wechat="lvye2026")
    set_field_rule_of_role(world.roles["salesperson"], column="party.mobile", rule=FieldRule.MASKED, by=SYSTEM)
    set_field_rule_of_role(world.roles["salesperson"], column="party.wechat", rule=FieldRule.HIDDEN, by=SYSTEM)
    set_field_rule_of_role(world.roles["salesperson"], column="party.short_name", rule=FieldRule.MASKED, by=SYSTEM)
    answer = program(world).get(f"/api/customers/{party.pk}/rows")
    text = answer.content.decode()
    assert "13812345678" not in text and "lvye2026" not in text and '绿野"' not in text
    assert [(row["value"], row["masked"]) for row in answer.json()["contact_points"]] == [("138****5678", True)]
    assert [(row["kind"], row["name"]) for row in answer.json()["names"]] == [(NameOf.SHORT, "****")]


def test_somebody_outside_the_readers_scope_is_told_by_id_alone(world: World, he: Actor) -> None:
    party = customer(he)
    theirs = customer(SYSTEM, "陆文斌", form="person", owner=world.people[WU].pk)
    foreign = customer(SYSTEM, "宁波海曙鸿运家电经营部", owner=world.people[WU].pk)
    actions.add_member(party, actions.MemberDraft(person=theirs), by=SYSTEM)
    actions.relate_parties(party, other=foreign, kind=RelationKind.SUPPLIER, by=SYSTEM)
    found = rows(program(world), party)
    assert found["memberships"][0]["person"] == {"id": str(theirs.pk), "name": None}
    assert found["relations"] == []
    assert program(world).get(f"/api/customers/{foreign.pk}/rows").status_code == 404


def test_a_type_without_inner_rows_has_no_such_address(world: World, he: Actor) -> None:
    task = run("create_task", by=he, data={"name": "送样品"}).value
    assert program(world).get(f"/api/tasks/{task.pk}/rows").status_code == 404
    assert {name for name in tools.tools_for(he) if name.endswith("_rows")} == {"get_party_rows"}


def test_an_agent_reads_the_same_as_a_program(world: World, he: Actor) -> None:
    party = customer(he, mobile="13812345678")
    actions.add_member(party, actions.MemberDraft(name="陆文斌"), by=he)
    answer, refused = tools.call(he.at("mcp"), "get_party_rows", {"id": str(party.pk)})
    assert not refused
    assert answer == rows(program(world), party)
    assert tools.call(world.actor(WU).at("mcp"), "get_party_rows", {"id": str(party.pk)})[1]


def test_the_document_describes_every_row(he: Actor) -> None:
    told = document(he)["paths"]["/api/customers/{id}/rows"]["get"]
    schema = told["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(schema["required"]) == {"type", "id", "version", "memberships", "contact_points", "names", "relations"}
    member = schema["properties"]["memberships"]["items"]["properties"]
    assert member["person"] == {"$ref": "#/components/schemas/NamedParty"}
    assert "NamedParty" in document(he)["components"]["schemas"]
    assert "/api/tasks/{id}/rows" not in document(he)["paths"]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [("address", "浙江省杭州市西湖区文三路100号", "文三路"), ("website", "https://canary.example", "canary.example")],
)
def test_an_address_that_a_rule_masks_is_masked_among_the_rows_and_on_the_card(
    world: World, he: Actor, column: str, value: str, words: str
) -> None:
    party = customer(he, **{column: value})
    actions.add_contact_point(party, kind=PointKind(column), value=f"{value}2", by=he)
    assert [words in point["value"] for point in rows(program(world), party)["contact_points"]] == [True, True]
    set_field_rule_of_role(world.roles["salesperson"], column=f"party.{column}", rule=FieldRule.MASKED, by=SYSTEM)
    assert {(row["value"], row["masked"]) for row in rows(program(world), party)["contact_points"]} == {("****", True)}
    assert words not in world.client(HE).get(f"/customers/{party.pk}/").content.decode()
