"""Agents: the same lists, records and actions as everybody's, under the rights of whose key it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.test import Client

from zhike.kernel.models import Event
from zhike.records.api.tests.conftest import Caller, key_of
from zhike.records.api.tests.processes import database_url

pytestmark = pytest.mark.django_db


def ask(caller: Caller, method: str, **params: Any) -> dict[str, Any]:
    """One request to the agents' door."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    found: dict[str, Any] = caller.post("/mcp", message).json()
    return found


def use(caller: Caller, tool: str, **arguments: Any) -> tuple[Any, bool]:
    """One tool's answer, and whether it is a refusal."""
    result = ask(caller, "tools/call", name=tool, arguments=arguments)["result"]
    assert orjson.loads(result["content"][0]["text"]) == result["structuredContent"]
    return result["structuredContent"], result["isError"]


def test_an_agent_is_greeted_in_the_version_it_speaks(seller: Caller) -> None:
    found = ask(
        seller, "initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "x", "version": "1"}
    )
    assert found["result"]["protocolVersion"] == "2025-06-18"
    assert found["result"]["serverInfo"]["name"] == "zhike"
    assert "tools" in found["result"]["capabilities"]
    assert ask(seller, "ping")["result"] is not None


def test_tools_follow_rights_and_declarations(seller: Caller, admin: Caller) -> None:
    mine = {t["name"]: t for t in ask(seller, "tools/list")["result"]["tools"]}
    theirs = {t["name"]: t for t in ask(admin, "tools/list")["result"]["tools"]}
    assert {"search", "list_customers", "get_party", "create_party", "update_party", "archive_party"} <= set(mine)
    assert "purge_party" not in mine
    assert "purge_party" in theirs
    assert mine["list_customers"]["annotations"]["readOnlyHint"] is True
    assert "name" in mine["create_party"]["inputSchema"]["properties"]
    assert all(tool["inputSchema"]["type"] == "object" for tool in theirs.values())


def test_an_agent_creates_reads_changes_and_lists(seller: Caller) -> None:
    made, refused = use(seller, "create_party", name="苏州明远电器有限公司")
    assert not refused
    read, refused = use(seller, "get_party", id=made["id"])
    assert read["name"] == "苏州明远电器有限公司"
    changed, refused = use(seller, "update_party", id=made["id"], version=read["version"], level="A")
    assert not refused
    assert changed["version"] == read["version"] + 1
    condition = {"all": [{"field": "level", "op": "in", "value": ["A"]}]}
    listed, refused = use(seller, "list_customers", filter=condition, columns=["name", "level"], size=5)
    assert [item["id"] for item in listed["items"]] == [made["id"]]
    assert set(Event.objects.filter(subject_id=made["id"]).values_list("door", flat=True)) == {"mcp"}


def test_a_refusal_is_a_problem_the_agent_can_read(seller: Caller, other_seller: Caller) -> None:
    foreign = other_seller.customer()
    for tool, arguments, code in (
        ("get_party", {"id": foreign["id"]}, "not_found"),
        ("update_party", {"id": foreign["id"], "version": 1, "level": "A"}, "not_found"),
        ("create_party", {"name": ""}, "invalid"),
        ("create_party", {"name": "x", "is_staff": True}, "invalid"),
        ("list_customers", {"sort": "owner__password"}, "bad_sort"),
        ("list_customers", {"filter": {"field": "password", "op": "is", "value": "x"}}, "bad_filter"),
        ("get_party", {"id": foreign["id"], "expand": "all"}, "unknown_field"),
    ):
        problem, refused = use(seller, tool, **arguments)
        assert refused, tool
        assert problem["code"] == code, problem
        assert problem["detail"]


def test_T21_a_reading_key_has_no_acting_tools(seller: Caller) -> None:
    reader = Caller(seller.user, key_of(seller.user, read_only=True))
    names = {t["name"] for t in ask(reader, "tools/list")["result"]["tools"]}
    assert "list_customers" in names
    assert "create_party" not in names
    assert ask(reader, "tools/call", name="create_party", arguments={"name": "x"})["error"]["code"] == -32602


def test_a_key_acts_once_for_agents_too(seller: Caller) -> None:
    first, _ = use(seller, "create_party", name="甲厂", idempotency_key="a-1")
    again, _ = use(seller, "create_party", name="甲厂", idempotency_key="a-1")
    assert again == first


def test_what_is_no_request_is_told_so(seller: Caller) -> None:
    assert seller.post("/mcp", {"jsonrpc": "2.0", "method": "notifications/initialized"}).status_code == 202
    for broken in (b"{", b'{"a": "\\u0000"}', b'{"id": 1, "id": 2}', b"[" * 100_000, b'{"id": 1e400}'):
        refused = seller.call("POST", "/mcp", broken)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, -32700)
    assert seller.post("/mcp", []).json()["error"]["code"] == -32600
    assert seller.post("/mcp", {"id": 1}).json()["error"]["code"] == -32600
    assert ask(seller, "resources/list")["error"]["code"] == -32601
    assert ask(seller, "tools/call", name="no_such_tool")["error"]["code"] == -32602
    assert seller.call("POST", "/mcp", b"{}", content_type="text/plain").status_code == 415
    assert seller.call("POST", "/mcp", b'"' + b"x" * 6_000_000 + b'"').status_code == 413
    assert seller.get("/mcp").status_code == 405
    assert Client().post("/mcp", {}, content_type="application/json").status_code == 401


def test_the_page_of_the_api_names_every_operation(seller: Caller) -> None:
    browser = Client()
    browser.force_login(seller.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = browser.get("/api/docs")
    assert page.status_code == 200
    text = page.content.decode()
    assert "/api/customers/{id}" in text
    assert "<script>" not in text
    assert "style=" not in text


@pytest.mark.process
def test_the_door_for_a_local_agent_asks_for_a_key(tmp_path: Path) -> None:
    surroundings = {**os.environ, "ZHIKE_TOKEN": "", "ZHIKE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "zhike", "mcp", "x"], env=surroundings, capture_output=True, timeout=300
    )
    assert done.returncode == 2
    assert done.stdout == b""


@pytest.mark.process
@pytest.mark.django_db(transaction=True)
def test_a_local_agent_works_over_standard_input(seller: Caller, tmp_path: Path) -> None:
    surroundings = {
        **os.environ, "ZHIKE_TOKEN": seller.key, "ZHIKE_HOME": str(tmp_path), "ZHIKE_TESTING": "1",
        "DATABASE_URL": database_url(tmp_path),
    }  # fmt: skip
    about = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    running = subprocess.Popen(
        [sys.executable, "-m", "zhike", "mcp"], env=surroundings, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    to, back = running.stdin, running.stdout
    assert to is not None
    assert back is not None

    def say(message: dict[str, Any]) -> None:
        to.write(orjson.dumps({"jsonrpc": "2.0", **message}) + b"\n")
        to.flush()

    def hear(identifier: int) -> dict[str, Any]:
        while True:
            found: dict[str, Any] = orjson.loads(back.readline())
            if found.get("id") == identifier:
                return found

    try:
        say({"id": 1, "method": "initialize", "params": about})
        assert hear(1)["result"]["serverInfo"]["name"] == "zhike"
        say({"method": "notifications/initialized"})
        say({"id": 2, "method": "tools/list"})
        assert "create_party" in {tool["name"] for tool in hear(2)["result"]["tools"]}
        say({"id": 3, "method": "tools/call", "params": {"name": "create_party", "arguments": {"name": "本地智能体"}}})
        made = hear(3)["result"]
        assert made["structuredContent"]["type"] == "party", made
        say({"id": 4, "method": "tools/call", "params": {"name": "get_party", "arguments": {"id": "x"}}})
        assert hear(4)["result"]["isError"] is True
    finally:
        to.close()
        running.wait(120)
        back.close()
