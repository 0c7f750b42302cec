"""QQ is a column of the customer as WeChat is: written, shown, filtered, masked, found among the ways to reach."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from zhike.customers import actions
from zhike.customers.models import Party
from zhike.customers.terms import PointKind
from zhike.identity.testing import World
from zhike.kernel.actions import run
from zhike.kernel.testing import SYSTEM
from zhike.records.exporting.ordering import ordered, rows_of

HE, QQ = "何永强", "12345678"


def customer(world: World, name: str, **values: object) -> Party:
    made: Party = run("create_party", by=world.actor(HE), data={"name": name, **values}).value
    return made


@pytest.mark.django_db
def test_a_number_written_in_the_form_is_the_customers_contact_point(world: World) -> None:
    party, browser = customer(world, "金鼎家电"), world.client(HE)
    assert browser.post(f"/customers/{party.pk}/edit/?only=qq", {"qq": QQ, "_version": "1"}).status_code == 302
    party.refresh_from_db()
    assert party.qq == QQ
    assert [(point.kind, point.value, point.column) for point in party.points.all()] == [("qq", QQ, "qq")]
    run("update_party", by=world.actor(HE), subject_id=party.pk, data={"qq": ""})
    party.refresh_from_db()
    assert (party.qq, party.points.count()) == ("", 0)


@pytest.mark.django_db
def test_a_first_number_fills_the_column_and_a_second_is_a_further_one(world: World) -> None:
    party = customer(world, "金鼎家电")
    for number in (QQ, "87654321"):
        actions.add_contact_point(party, kind=PointKind.QQ, value=number, by=SYSTEM)
    assert party.qq == QQ


@pytest.mark.django_db
def test_it_is_filtered_by_and_exported(world: World) -> None:
    customer(world, "金鼎家电", qq=QQ)
    customer(world, "绿野酒店", qq="87654321")
    narrowed = json.dumps({"all": [{"field": "qq", "op": "is", "value": QQ}]})
    by = world.actor("沈嘉禾")
    order = ordered("party", by, {"filter": narrowed}, ["name", "qq"], "csv", "utf-8")
    rows = [dict(row) for row in rows_of(order, by)]
    assert [(row["name"], row["qq"]) for row in rows] == [("金鼎家电", QQ)]


@pytest.mark.django_db
def test_lists_mask_it_for_those_without_the_right_to_see_it(world: World) -> None:
    customer(world, "金鼎家电", qq=QQ)
    seller, manager = (world.client(who).get("/customers/?columns=name,qq").content.decode() for who in (HE, "沈嘉禾"))
    assert QQ not in seller
    assert QQ in manager


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_numbers_that_were_there_before_the_column_stand_in_it_after_the_upgrade(world: World) -> None:
    party = customer(world, "金鼎家电")
    for number in (QQ, "87654321"):
        actions.add_contact_point(party, kind=PointKind.QQ, value=number, by=SYSTEM)
    MigrationExecutor(connection).migrate([("customers", "0002_touch_order")])
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("customers"))
    party.refresh_from_db()
    assert party.qq == QQ
    assert [point.column for point in party.points.order_by("pk")] == ["qq", ""]
