"""Records over HTTP: what programs can do with a type that was only declared."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.test import Client

from zhike.kernel.actions import registry
from zhike.kernel.actor import Actor
from zhike.kernel.models import Event
from zhike.records.api.document import document
from zhike.records.api.tests.conftest import Caller

pytestmark = pytest.mark.django_db


def test_a_record_is_created_read_changed_and_binned(seller: Caller) -> None:
    made = seller.post("/api/customers", {"name": "宁波长江电器厂", "level": "A"})
    assert made.status_code == 201
    reply = made.json()
    assert reply["type"] == "party"
    address = made["Location"]

    read = seller.get(address)
    assert read.status_code == 200
    assert read["ETag"] == f'"{reply["version"]}"'
    assert read.json()["name"] == "宁波长江电器厂"
    assert read.json()["owner"]["name"] == "Li"

    changed = seller.patch(address, {"level": "B"}, If_Match=read["ETag"])
    assert changed.status_code == 200
    assert changed.json()["version"] == reply["version"] + 1
    assert seller.get(address).json()["level"] == "B"

    assert seller.delete(address).status_code == 200
    assert [r["id"] for r in seller.get("/api/customers?bin=1").json()["items"]] == [reply["id"]]
    assert seller.get("/api/customers").json()["items"] == []
    assert seller.post(f"{address}/restore").status_code == 200
    assert len(seller.get("/api/customers").json()["items"]) == 1


def test_a_list_is_walked_page_by_page(seller: Caller) -> None:
    names = [f"客户{i:02d}" for i in range(7)]
    for name in names:
        seller.customer(name=name)
    seen: list[str] = []
    after = ""
    while True:
        page = seller.get(f"/api/customers?size=3&sort=name&columns=name&after={after}").json()
        seen += [item["name"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == names


def test_a_filter_narrows_the_list(seller: Caller) -> None:
    seller.customer(name="甲厂", level="A")
    seller.customer(name="乙厂", level="B")
    asked = orjson.dumps({"all": [{"field": "level", "op": "in", "value": ["A"]}]}).decode()
    found = seller.get(f"/api/customers?filter={asked}").json()["items"]
    assert [item["name"] for item in found] == ["甲厂"]


def test_history_tells_who_did_what(seller: Caller) -> None:
    made = seller.customer()
    seller.patch(f"/api/customers/{made['id']}", {"level": "A", "version": made["version"]})
    story = seller.get(f"/api/customers/{made['id']}/history").json()
    assert [e["type"] for e in story["items"]] == ["party.updated", "party.created"]
    assert story["items"][0]["by"]["name"] == "Li"
    assert story["items"][0]["changes"]


def test_many_records_are_changed_at_once_and_the_refused_are_named(seller: Caller, other_seller: Caller) -> None:
    mine, foreign = seller.customer(), other_seller.customer()
    done = seller.post("/api/customers/bulk/archive", {"ids": [mine["id"], foreign["id"]]})
    assert done.status_code == 200
    body = done.json()
    assert body["done"] == 1
    assert [(r["id"], r["code"]) for r in body["refused"]] == [(foreign["id"], "not_found")]
    events = Event.objects.filter(batch_id=body["batch_id"]).values_list("type", flat=True)
    assert sorted(events) == ["batch.run", "party.archived"]


def test_what_lies_outside_the_scope_answers_as_if_it_did_not_exist(seller: Caller, other_seller: Caller) -> None:
    foreign = other_seller.customer()
    change = {"level": "A", "version": 1}
    calls = [
        ("GET", "", None),
        ("GET", "/history", None),
        ("PATCH", "", change),
        ("DELETE", "", None),
        ("POST", "/archive", None),
    ]
    for method, tail, body in calls:
        ids = (foreign["id"], "01920000-0000-7000-8000-000000000000")
        hidden, absent = (seller.call(method, f"/api/customers/{pk}{tail}", body) for pk in ids)
        assert hidden.status_code == absent.status_code == 404
        told = [{k: v for k, v in r.json().items() if k != "request_id"} for r in (hidden, absent)]
        assert told[0] == told[1]


def test_nobody_comes_in_without_a_key(db: None) -> None:
    for path in ("/api/me", "/api/customers", "/api/openapi.json", "/api/nothing/here/at/all", "/api/"):
        refused = Client().get(path)
        assert refused.status_code == 401, path
        assert refused["Content-Type"] == "application/problem+json"
        assert refused["WWW-Authenticate"] == "Bearer"
    assert Client().get("/api/me", headers={"authorization": "Bearer zk_wrong"}).status_code == 401


def test_a_session_needs_its_csrf_token(seller: Caller) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(seller.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get("/api/me").json()["name"] == "Li"
    refused = browser.post("/api/customers", {"name": "x"}, content_type="application/json")
    assert refused.status_code == 403


def test_me_names_the_rights(seller: Caller) -> None:
    found = seller.get("/api/me").json()
    assert "party.view" in found["rights"]
    assert "party.export" not in found["rights"]


def test_a_problem_names_the_request_and_no_secret(seller: Caller) -> None:
    refused = seller.get("/api/customers?sort=owner__password")
    body = refused.json()
    assert refused.status_code == 400
    assert body["request_id"] == refused["X-Request-ID"]
    for word in ("Traceback", "SELECT", "/src/", "zhike/", ".py"):
        assert word not in refused.content.decode()


@pytest.mark.parametrize(
    "path", ["/api/no-such-type", "/api/customers/not-an-id", "/api/customers/x/y/z/w", "/api//", "/api/customers/"]
)
def test_unknown_addresses_are_404_problems(seller: Caller, path: str) -> None:
    refused = seller.get(path)
    assert refused.status_code == 404
    assert refused["Content-Type"] == "application/problem+json"


def test_a_wrong_method_names_the_right_ones(seller: Caller) -> None:
    refused = seller.call("PUT", "/api/customers", {})
    assert refused.status_code == 405
    assert {m.strip() for m in refused["Allow"].split(",")} == {"GET", "POST"}
    assert refused.json()["code"] == "method_not_allowed"


def test_the_document_follows_declarations_and_custom_fields(admin: Caller) -> None:
    from zhike.records.models import CustomField

    CustomField.objects.create(on="party", key="c_fleet", label="车队规模", kind="number")
    found: dict[str, Any] = admin.get("/api/openapi.json").json()
    party = found["components"]["schemas"]["Party"]["properties"]
    assert party["c_fleet"]["title"] == "车队规模"
    assert "c_fleet" in found["components"]["schemas"]["PartyUpdate"]["properties"]
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            assert {"401", "403", "404", "409", "413", "415", "422", "429"} <= set(operation["responses"]), (
                path,
                method,
            )
    ids = [o["operationId"] for operations in found["paths"].values() for o in operations.values()]
    assert len(ids) == len(set(ids))


def test_a_custom_field_can_be_written_and_read_at_once(admin: Caller) -> None:
    from zhike.records.models import CustomField

    CustomField.objects.create(on="party", key="c_fleet", label="车队规模", kind="number")
    made = admin.customer(c_fleet=12)
    assert made["c_fleet"] == 12


def test_each_action_of_the_registry_has_its_address(db: None) -> None:
    found = document(Actor.system("test", door="api"))
    ids = {operation["operationId"] for operations in found["paths"].values() for operation in operations.values()}
    offered = {name for name, made in registry.items() if "api" in made.doors}
    assert {name for name in offered if not name.startswith(("create_", "update_"))} <= ids


def test_the_document_names_the_questions_beside_the_list_and_they_answer(admin: Caller) -> None:
    one = admin.customer(name="华东电器有限公司", mobile="13861234567", level="A")
    paths = admin.get("/api/openapi.json").json()["paths"]
    asked = {p["name"]: p["schema"] for p in paths["/api/customers/summary"]["get"]["parameters"]}
    assert {"by", "and", "of", "filter"} <= set(asked) and "level" in asked["by"]["enum"]
    assert "/api/people/similar" not in paths
    found = admin.get("/api/customers/summary?by=level").json()
    assert [(group["values"], group["count"]) for group in found["groups"]] == [(["A"], 1)]
    assert admin.get("/api/customers/summary?by=level&size=3").status_code == 400
    assert "mobile" in {p["name"] for p in paths["/api/customers/similar"]["get"]["parameters"]}
    likely = admin.get("/api/customers/similar?mobile=13861234567&name=华东电器").json()["similar"]
    assert [hit["id"] for hit in likely] == [one["id"]]
    assert admin.get("/api/people/similar?name=x").status_code == 404
