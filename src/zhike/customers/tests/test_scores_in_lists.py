"""A score that was received is a column of the customers' list, of its JSON and of an export."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from zhike.customers import actions
from zhike.customers.models import Party
from zhike.identity.testing import World
from zhike.kernel.actions import run
from zhike.kernel.testing import SYSTEM
from zhike.records.exporting.ordering import ordered, rows_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 16, 4, tzinfo=UTC)
HE = "何永强"


def customer(world: World, name: str, **scores: float) -> Party:
    made: Party = run("create_party", by=world.actor(HE), data={"name": name}).value
    rows = [actions.ScoreRow(party_id=made.pk, kind=kind, value=value) for kind, value in scores.items()]
    actions.record_scores(run=f"of {name}", as_of=NOON, rows=rows, by=SYSTEM)
    return made


def test_a_score_becomes_a_column_as_soon_as_it_is_received(world: World) -> None:
    browser = world.client(HE)
    assert browser.get("/customers/", {"columns": "name,score_流失"}).status_code == 400
    customer(world, "金鼎家电", 流失=0.378)
    customer(world, "绿野酒店", 价值=88)
    page = browser.get("/customers/", {"columns": "name,score_流失"}).content.decode()
    assert '<span title="截至 2026-11-16 12:00">0.38</span>' in page
    assert "截至" not in browser.get("/customers/").content.decode(), "it is shown where it is asked for"


def test_a_newer_score_takes_the_place_of_the_one_before(world: World) -> None:
    party = customer(world, "金鼎家电", 流失=0.25)
    later = actions.ScoreRow(party_id=party.pk, kind="流失", value=0.5)
    actions.record_scores(run="later", as_of=NOON, rows=[later], by=SYSTEM)
    page = world.client(HE).get("/customers/", {"columns": "name,score_流失"}).content.decode()
    assert ">0.50</span>" in page
    assert "0.25" not in page


def test_the_json_of_a_list_and_of_a_record_carries_the_score_as_a_number(world: World) -> None:
    party, other = customer(world, "金鼎家电", 流失=0.378), customer(world, "绿野酒店")
    browser = world.client(HE)
    items = browser.get("/api/customers", {"columns": "name,score_流失"}).json()["items"]
    assert {item["id"]: item["score_流失"] for item in items} == {str(party.pk): 0.378, str(other.pk): None}
    assert browser.get(f"/api/customers/{party.pk}").json()["score_流失"] == 0.378


def test_an_export_carries_the_score_under_its_name(world: World) -> None:
    customer(world, "金鼎家电", 流失=0.378)
    by = world.actor("周晓岚")
    order = ordered("party", by, {}, ["name", "score_流失"], "csv", "utf-8")
    assert [column.label for column in order.heads][1:] == ["流失"]
    assert [row["score_流失"] for row in rows_of(order, by)] == [0.378]


def test_a_score_is_neither_sorted_nor_filtered_by_nor_written(world: World) -> None:
    party, browser = customer(world, "金鼎家电", 流失=0.378), world.client(HE)
    assert browser.get("/customers/", {"sort": "score_流失"}).status_code == 400
    asked = '{"all": [{"field": "score_流失", "op": "gt", "value": 0.1}]}'
    assert browser.get("/api/customers", {"filter": asked}).status_code == 400
    sent = {"score_流失": 1, "version": party.version}
    assert browser.patch(f"/api/customers/{party.pk}", sent, "application/json").status_code in (400, 422)
    assert "流失" not in browser.get("/customers/new/").content.decode()
