"""What the record API refuses: slipped-in fields, foreign lookups, narrow keys, impossible values, too much at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from zhike.identity.models import FieldGrant, Grant
from zhike.kernel import limits
from zhike.kernel.models import Event
from zhike.records.api import bodies
from zhike.records.api.tests.conftest import Caller

pytestmark = pytest.mark.django_db

NOT_MINE = {
    "id": "01920000-0000-7000-8000-000000000001", "created_by": None, "created_at": "2001-01-01T00:00:00Z", "team": None,
    "is_staff": True, "is_superuser": True, "roles": ["administrator"], "account_id": 1, "completeness": 100, "score": 99,
    "sort_key": "aaa", "archived_at": None, "merged_into": None, "custom": {"x": 1}, "updated_at": None, "owner_id": 1,
    "pool": None, "__class__": "x", "c_unknown": 1,
}  # fmt: skip


def row(pk: str) -> dict[str, Any]:
    from django.apps import apps

    return dict(apps.get_model("customers.Party").objects.filter(pk=pk).values().get())


@pytest.mark.parametrize("name", sorted(NOT_MINE))
def test_T19_a_column_that_is_not_theirs_to_set_is_refused(seller: Caller, name: str) -> None:
    made = seller.customer()
    before = row(made["id"])
    refused = seller.patch(f"/api/customers/{made['id']}", {name: NOT_MINE[name], "version": made["version"]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == name
    assert row(made["id"]) == before
    assert seller.post("/api/customers", {"name": "x", name: NOT_MINE[name]}).status_code == 422


BAD_LOOKUPS = [
    "sort=owner__password", "sort=-owner__password__startswith", "sort=custom", "sort=id;drop", "sort=?", "sort=name,level",
    "columns=owner__password", "columns=password", "owner__password__startswith=pbkdf2", "name__regex=.*",
    "_connector=OR", "page=2", "offset=5", "limit=5", "size=201", "size=0", "size=-1", "size=1e3", "size=٣", "after=AAAA",
    "after=%00", "filter=%5B%5D", "filter=nonsense", "bin=1&x=1",
]  # fmt: skip
BAD_FILTERS: list[Any] = [
    {"field": "owner__password", "op": "is", "value": "x"}, {"field": "name", "op": "regex", "value": ".*"},
    {"field": "name", "op": "contains__x", "value": "y"}, {"field": "_connector", "op": "is", "value": "OR"},
    {"field": "password", "op": "is", "value": "x"}, {"field": "id", "op": "in", "value": ["x"]},
    {"any": [{"field": "pk", "op": "eq", "value": 1}]}, {"all": [{"all": [{"all": [{"all": [{"all": []}]}]}]}]},
    {"all": [], "any": []}, {"field": "name", "op": "is", "value": "a\x00b"},
    {"field": "completeness", "op": "gt", "value": "NaN"}, {"field": "name", "op": "is", "value": {"$ne": 1}},
    {"field": "created_at", "op": "on", "value": "0001-01-01"}, {"field": "owner", "op": "in", "value": ["2^70"]},
]  # fmt: skip


@pytest.mark.parametrize("asked", BAD_LOOKUPS)
def test_T20_what_no_declaration_offers_is_400_and_reads_nothing(seller: Caller, asked: str) -> None:
    seller.get("/api/customers")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        refused = seller.get(f"/api/customers?{asked}")
    assert refused.status_code == 400, refused.content
    assert not [q["sql"] for q in seen.captured_queries if "customers_party" in q["sql"] and "SELECT" in q["sql"]]


@pytest.mark.parametrize("asked", BAD_FILTERS)
def test_T20_a_filter_outside_the_allow_list_is_400(seller: Caller, asked: Any) -> None:
    refused = seller.get(f"/api/customers?filter={quote(orjson.dumps(asked).decode())}")
    assert refused.status_code == 400, refused.content


def test_T18_a_hidden_field_is_nowhere_and_no_oracle(seller: Caller) -> None:
    role = seller.user.roles.get()
    made = seller.customer(name="甲厂", industry="家电制造")
    FieldGrant.objects.create(role=role, column="party.industry", rule="hidden")
    from zhike.identity.access import rights_changed

    rights_changed()
    read = seller.get(f"/api/customers/{made['id']}")
    story = seller.get(f"/api/customers/{made['id']}/history")
    document = seller.get("/api/openapi.json")
    assert "industry" not in read.json()
    assert "家电制造" not in read.content.decode() + story.content.decode()
    assert "industry" not in document.json()["components"]["schemas"]["Party"]["properties"]
    asked = quote('{"field": "industry", "op": "is", "value": "家电制造"}')
    for question in (f"filter={asked}", "sort=industry", "columns=industry"):
        assert seller.get(f"/api/customers?{question}").status_code == 400
    change = {"industry": "x", "version": made["version"]}
    assert seller.patch(f"/api/customers/{made['id']}", change).status_code == 422


def test_T21_a_reading_key_changes_nothing(make_caller: Callable[..., Caller], seller: Caller) -> None:
    from zhike.records.api.tests.conftest import key_of

    made = seller.customer()
    reader = Caller(seller.user, key_of(seller.user, read_only=True))
    address = f"/api/customers/{made['id']}"
    before = Event.objects.exclude(type="access.refused").count()
    assert reader.get(address).status_code == 200
    assert reader.patch(address, {"level": "A", "version": 1}).status_code == 403
    assert reader.delete(address).status_code == 403
    assert reader.post("/api/customers", {"name": "x"}).status_code == 403
    assert reader.post("/api/customers/bulk/archive", {"ids": [made["id"]]}).status_code == 403
    assert reader.post(f"{address}/archive").status_code == 403
    assert Event.objects.exclude(type="access.refused").count() == before
    assert Event.objects.filter(type="access.refused").count() == 5


def test_T21_a_key_for_one_type_opens_no_other(seller: Caller) -> None:
    from zhike.records.api.tests.conftest import key_of

    narrow = Caller(seller.user, key_of(seller.user, types=["task"]))
    refused = narrow.get("/api/customers")
    assert refused.status_code == 403
    assert "令牌" in refused.json()["detail"] and "管理员" not in refused.json()["detail"]
    assert narrow.get("/api/tasks").status_code == 200
    assert narrow.post("/api/customers", {"name": "x"}).status_code == 403


def test_T21_a_key_for_one_type_learns_no_name_of_another(seller: Caller) -> None:
    from zhike.records.api.tests.conftest import key_of

    made = seller.customer(name="西湖电器")
    task = seller.post("/api/tasks", {"name": "打电话", "party": made["id"], "due_at": "2026-01-01T09:00:00Z"})
    assert task.status_code == 201, task.content
    seller.post("/api/touches", {"text": "谈了价格", "party": made["id"], "kind": "call"})
    narrow = Caller(seller.user, key_of(seller.user, types=["task", "touch"]))
    assert seller.get("/api/tasks").json()["items"][0]["party"] == {"id": made["id"], "name": "西湖电器"}
    addresses = [
        "/api/tasks",
        "/api/touches",
        "/api/tasks/summary?by=party",
        task["Location"],
        f"{task['Location']}/history",
    ]
    for address in addresses:
        answer = narrow.get(address)
        assert answer.status_code == 200, (address, answer.content)
        assert "西湖电器" not in answer.content.decode(), address
    assert narrow.get("/api/tasks").json()["items"][0]["party"] == {"id": made["id"], "name": None}


def test_T21_a_cut_role_acts_on_the_next_call(seller: Caller) -> None:
    from zhike.identity.access import rights_changed

    assert seller.post("/api/customers", {"name": "甲"}).status_code == 201
    Grant.objects.filter(role=seller.user.roles.get(), right="party.create").delete()
    rights_changed()
    assert seller.post("/api/customers", {"name": "乙"}).status_code == 403


IMPOSSIBLE: list[bytes] = [
    b'{"name": "a\\u0000b"}', b'{"name": "\\ud800"}', b'{"name": "\xed\xa0\x80"}', b'{"name": "\xff\xfe"}',
    b'{"name": 1180591620717411303424}', b'{"completeness": 1180591620717411303424}', b'{"name": "x", "name": "y"}',
    b'{"name": NaN}', b'{"name": Infinity}', b'{"name": 1e400}', b"[" * 100_000, b'{"name": ' + b"[" * 100_000, b"[]", b"null",
    b'"text"', b"{", b"\x00", b'{"name": {"a": 1}}', b'{"name": ["x"]}', b'{"name": true}', b'{"name": "' + b"x" * 5000 + b'"}',
    b'{"birthday": "0001-01-01"}', b'{"name": ""}', b"{}", b'{"name": "x", "level": "Z"}',
    b'{"name": "x", "owner": 1180591620717411303424}',
    b'{"name": "x", "owner": "01920000-0000-7000-8000-000000000000"}', b'{"name": "x", "parent": "zzz"}',
    b'{"name": "x", "website": "javascript:alert(1)"}', b'{"name": "x", "email": "not an address"}',
    b'{"name": "x", "na\\u0000me": "y"}', "{\"name\": \"x\"}".encode("utf-16"),
]  # fmt: skip


@pytest.mark.parametrize("body", IMPOSSIBLE, ids=lambda b: b[:40].decode("latin-1"))
def test_T55_an_impossible_body_is_refused_and_leaves_nothing(seller: Caller, body: bytes) -> None:
    before = Event.objects.count()
    refused = seller.call("POST", "/api/customers", body)
    assert refused.status_code in (400, 422), refused.content
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["detail"]
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    "pk", ["1180591620717411303424", "0", "-1", "%00", "..", "' OR 1=1", "a" * 5000, "𠀀", "01920000"]
)
def test_T55_an_impossible_id_is_404(seller: Caller, pk: str) -> None:
    assert seller.get(f"/api/customers/{quote(pk, safe='%')}").status_code == 404
    assert seller.post(f"/api/customers/{quote(pk, safe='%')}/archive").status_code == 404


def test_T55_numbers_of_custom_fields_keep_their_bounds(admin: Caller) -> None:
    from zhike.records.models import CustomField

    CustomField.objects.create(on="party", key="c_n", label="数", kind="number")
    CustomField.objects.create(on="party", key="c_d", label="日", kind="date")
    for value in (
        b"1e300",
        b'"NaN"',
        b'"Infinity"',
        b'"1e400"',
        b"9223372036854775807",
        b'"-Infinity"',
        b"[1]",
        b"true",
    ):
        refused = admin.call("POST", "/api/customers", b'{"name": "x", "c_n": ' + value + b"}")
        assert refused.status_code == 422, (value, refused.content)
    for day in ("0001-01-01", "9999-12-31", "2026-02-30", "yesterday"):
        assert admin.post("/api/customers", {"name": "x", "c_d": day}).status_code == 422


def test_T56_a_body_beyond_five_megabytes_is_413(seller: Caller) -> None:
    refused = seller.call("POST", "/api/customers", b'{"name": "' + b"x" * 10_000_000 + b'"}')
    assert refused.status_code == 413
    assert refused.json()["code"] == "too_large"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"]
)
def test_T56_only_json_is_taken(seller: Caller, kind: str) -> None:
    assert seller.call("POST", "/api/customers", b'{"name": "x"}', content_type=kind).status_code == 415


def test_T56_the_number_of_queries_does_not_follow_the_number_of_rows(seller: Caller) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            found = seller.get("/api/customers?columns=name,level,owner,team,tags,parent,created_at")
        assert found.status_code == 200
        return len(seen)

    seller.customer(name="甲", tags=["a", "b"])
    seller.get("/api/customers")
    few = queries()
    for number in range(12):
        seller.customer(name=f"乙{number}", tags=["a", "c"])
    assert queries() == few


@override_settings(DEBUG=False)
def test_T56_a_failure_tells_the_request_id_and_nothing_else(seller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    from zhike.records.api import reading

    def broken(*_args: object, **_options: object) -> None:
        raise RuntimeError("SELECT secret FROM /home/somebody")

    monkeypatch.setattr(reading, "list_payload", broken)
    seller.client.raise_request_exception = False
    failed = seller.get("/api/customers")
    assert failed.status_code == 500
    assert failed.json()["request_id"] == failed["X-Request-ID"]
    assert "secret" not in failed.content.decode()


def test_T58_one_search_too_many_is_429_and_says_when(seller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BULK", limits.Limit("bulk", 3, 3600))
    ask = {"ids": ["01920000-0000-7000-8000-000000000000"]}
    assert [seller.post("/api/customers/bulk/archive", ask).status_code for _ in range(3)] == [200] * 3
    refused = seller.post("/api/customers/bulk/archive", ask)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3600


def test_T72_the_second_of_two_editors_sees_both_sides(seller: Caller) -> None:
    made = seller.customer(level="A")
    address = f"/api/customers/{made['id']}"
    assert seller.patch(address, {"level": "B", "version": made["version"]}).status_code == 200
    for late in (
        seller.patch(address, {"level": "C", "version": made["version"]}),
        seller.patch(address, {"level": "C"}, If_Match=f'"{made["version"]}"'),
        seller.call("DELETE", address, If_Match=f'"{made["version"]}"'),
    ):
        assert late.status_code == 409
        assert late.json()["code"] == "stale"
        assert late.json()["version"] == made["version"] + 1
    sides = seller.patch(address, {"level": "C", "version": made["version"]}).json()["differences"]
    assert sides == [{"field": "level", "theirs": "B", "mine": "C"}]
    assert seller.patch(address, {"level": "C"}).status_code == 422
    assert seller.patch(address, {"level": "C", "version": True}).status_code == 422
    assert seller.patch(address, {"level": "C"}, If_Match="yesterday").status_code == 400


def test_T73_a_key_gives_one_effect_and_the_same_reply(seller: Caller, other_seller: Caller) -> None:
    first = seller.post("/api/customers", {"name": "甲厂"}, Idempotency_Key="k-1")
    again = [seller.post("/api/customers", {"name": "甲厂"}, Idempotency_Key="k-1") for _ in range(20)]
    assert {r.content for r in again} == {first.content}
    assert {r.status_code for r in again} == {201}
    assert again[0]["Idempotent-Replayed"] == "true"
    assert len(seller.get("/api/customers").json()["items"]) == 1
    assert seller.post("/api/customers", {"name": "乙厂"}, Idempotency_Key="k-1").status_code == 422
    theirs = other_seller.post("/api/customers", {"name": "甲厂"}, Idempotency_Key="k-1")
    assert theirs.status_code == 201
    assert theirs.content != first.content


def test_T73_a_refused_call_leaves_its_key_free(seller: Caller) -> None:
    assert seller.post("/api/customers", {"name": ""}, Idempotency_Key="k-2").status_code == 422
    assert seller.post("/api/customers", {"name": "甲"}, Idempotency_Key="k-2").status_code == 201
    assert seller.post("/api/customers", {"name": "甲"}, Idempotency_Key="x" * 201).status_code == 400


def test_T73_a_bulk_call_is_done_once(seller: Caller) -> None:
    made = seller.customer()
    ask = {"ids": [made["id"]]}
    replies = [seller.post("/api/customers/bulk/archive", ask, Idempotency_Key="b-1") for _ in range(3)]
    assert len({r.content for r in replies}) == 1
    assert replies[0].json()["done"] == 1
    assert Event.objects.filter(type="batch.run").count() == 1


def test_a_key_that_stands_twice_among_many_is_found(seller: Caller) -> None:
    names = [f"k{n}" for n in range(bodies.MOST_FIELDS - 1)]
    body = "{" + ",".join(f'"{name}":0' for name in [*names, names[-1]]) + "}"
    refused = seller.post("/api/customers", body.encode()).json()
    assert (refused["code"], refused["field"]) == ("key_twice", names[-1])


@pytest.mark.parametrize(
    "body", [{f"k{n}": 0 for n in range(200_000)}, {"tags": [0] * 1_000_000}], ids=["keys", "list"]
)
def test_too_many_values_are_refused_before_each_is_looked_at(seller: Caller, body: dict[str, Any]) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "ping", "params": body}
    began = time.thread_time()
    for refused in (seller.post("/api/customers", body), seller.post("/mcp", message)):
        assert refused.status_code in (400, 413) and len(refused.content) < 1000
    assert time.thread_time() - began < 5


def test_of_many_wrong_values_a_hundred_are_named(seller: Caller) -> None:
    made = seller.customer()
    refused = seller.post(f"/api/customers/{made['id']}/comment", {f"k{n}": 0 for n in range(1500)})
    assert refused.status_code == 422 and len(refused.json()["errors"]) == 100
