"""A score that was received is a column of the customers' list, of its JSON and of an export; lists go by it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.customers import actions
from zhike.customers.models import Party
from zhike.identity.access import rights_changed
from zhike.identity.models import FieldGrant
from zhike.identity.testing import World
from zhike.kernel.actions import run
from zhike.kernel.screens import screens
from zhike.kernel.testing import SYSTEM
from zhike.records.exporting.ordering import ordered, rows_of
from zhike.records.filters import parse_filter
from zhike.records.models import SavedView
from zhike.records.queries import ListQuery, page

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


def names(world: World, who: str = HE, **asked: Any) -> list[str]:
    """The names of a list in JSON, through all its pages."""
    browser, found, after = world.client(who), [], ""
    conditions = asked.pop("filter", None)
    given: dict[str, Any] = {"columns": "name", **asked} | ({"filter": json.dumps(conditions)} if conditions else {})
    while True:
        answer = browser.get("/api/customers", {**given, "after": after})
        assert answer.status_code == 200, answer.content
        found += [item["name"] for item in answer.json()["items"]]
        after = answer.json()["next"] or ""
        if not after:
            return found


def asked(op: str, value: object = None, field: str = "score_流失") -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


@pytest.fixture
def scored(world: World) -> World:
    """Five customers, two of them without the score, two with the same; one has another score, which counts nowhere here."""
    for name, value in {"甲": 0.2, "乙": 0.9, "丙": 0.9, "丁": 0.5}.items():
        customer(world, name, 流失=value)
    customer(world, "戊", 价值=99)
    customer(world, "己")
    return world


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_a_list_is_sorted_by_a_score_through_all_pages_and_whoever_has_none_comes_last(
    scored: World, size: int
) -> None:
    assert names(scored, sort="-score_流失", size=size) == ["丙", "乙", "丁", "甲", "己", "戊"]
    assert names(scored, sort="score_流失", size=size) == ["甲", "丁", "乙", "丙", "戊", "己"]


@pytest.mark.parametrize(
    ("op", "value", "found"),
    [
        ("gte", 0.5, "乙丙丁"), ("lte", 0.5, "甲丁"), ("gt", 0.5, "乙丙"), ("lt", 0.5, "甲"), ("between", [0.3, 0.9], "乙丙丁"),
        ("eq", 0.9, "乙丙"), ("ne", 0.9, "甲丁戊己"), ("empty", None, "戊己"), ("filled", None, "甲乙丙丁"),
    ],
)  # fmt: skip
def test_a_list_is_filtered_by_a_score(scored: World, op: str, value: object, found: str) -> None:
    assert set(names(scored, filter=asked(op, value))) == set(found)
    assert set(names(scored, filter=asked(op, value), sort="-score_流失", size=2)) == set(found)


def test_scores_stand_in_groups_beside_other_conditions(scored: World) -> None:
    either = {"any": [asked("gte", 0.9), {"field": "name", "op": "is", "value": "己"}, asked("gte", 90, "score_价值")]}
    assert set(names(scored, filter=either)) == set("乙丙戊己")
    assert names(scored, filter=either, sort="-score_流失", size=1) == ["丙", "乙", "己", "戊"]
    both = {"all": [asked("lte", 0.9), {"any": [asked("lt", 0.3), {"field": "name", "op": "is", "value": "乙"}]}]}
    assert names(scored, filter=both, sort="score_流失") == ["甲", "乙"]


def test_only_the_latest_score_counts(scored: World) -> None:
    later = actions.ScoreRow(party_id=Party.objects.get(name="乙").pk, kind="流失", value=0.1)
    actions.record_scores(run="later", as_of=NOON, rows=[later], by=SYSTEM)
    assert names(scored, sort="score_流失")[:2] == ["乙", "甲"]
    assert set(names(scored, filter=asked("gte", 0.9))) == {"丙"}


def test_a_page_and_a_saved_view_are_sorted_and_filtered_by_a_score_within_ones_reach(scored: World) -> None:
    browser, given = scored.client(HE), json.dumps({"all": [asked("gte", 0.5)]})
    listed = {"filter": given, "sort": "-score_流失", "columns": "name,score_流失"}
    page = browser.get("/customers/", listed).content.decode()
    assert page.index(">丙<") < page.index(">乙<") < page.index(">丁<")
    assert ">甲<" not in page
    assert " 3 " in browser.get("/customers/count/", {"filter": given}).content.decode()
    assert browser.post("/customers/views/new/", {"name": "快要流失", **listed}).status_code in (200, 204, 302)
    view = SavedView.objects.get(name="快要流失")
    assert names(scored, view=str(view.pk)) == ["丙", "乙", "丁"]
    assert names(scored, "孙雨桐", sort="-score_流失", size=1) == [], "another team sees none of them"


def test_whoever_may_not_see_a_score_in_full_neither_sorts_nor_filters_by_it(scored: World) -> None:
    grant = FieldGrant.objects.create(role=scored.roles["salesperson"], column="party.score_流失", rule="hidden")
    for rule, status in (("hidden", 400), ("masked", 400)):
        FieldGrant.objects.filter(pk=grant.pk).update(rule=rule)
        rights_changed()
        browser = scored.client(HE)
        assert browser.get("/api/customers", {"sort": "score_流失"}).status_code == status
        assert browser.get("/api/customers", {"filter": json.dumps(asked("gt", 0.1))}).status_code == status


def test_a_mark_of_one_score_is_refused_for_another_and_a_score_is_not_written(scored: World) -> None:
    browser, party = scored.client(HE), Party.objects.get(name="甲")
    after: str = browser.get("/api/customers", {"sort": "score_流失", "size": "1"}).json()["next"]
    assert browser.get("/api/customers", {"sort": "score_价值", "size": "1", "after": after}).status_code == 400
    sent = {"score_流失": 1, "version": party.version}
    assert browser.patch(f"/api/customers/{party.pk}", sent, "application/json").status_code in (400, 422)
    assert "流失" not in browser.get("/customers/new/").content.decode()


def test_a_page_by_a_score_is_read_from_its_index(scored: World) -> None:
    """Asked of the database itself; with six customers PostgreSQL would rather read them all, and may not here."""
    screen, by = screens["party"], scored.actor("沈嘉禾")
    query = ListQuery(sort="-score_流失", filter=parse_filter(screen, by, asked("gte", 0.1)))
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as captured:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        page(screen, by, query)
        asked_for = next(q["sql"] for q in captured if "ORDER BY" in q["sql"] and "customers_score" in q["sql"])
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{asked_for}")
        plan = str(cursor.fetchall())
    assert "score_order" in plan
    assert "TEMP B-TREE" not in plan
