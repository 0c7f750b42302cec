"""The protocol's messages, without any connection: one JSON-RPC request in, one answer out. Types are the official package's."""

from __future__ import annotations

from typing import Any

import mcp_types as types
import orjson
from django.utils.translation import gettext as _
from pydantic import BaseModel, ValidationError

from zhike import __version__
from zhike.connect.mcp import tools
from zhike.kernel.actor import Actor
from zhike.kernel.errors import NotFound

INVALID_REQUEST, NO_METHOD, BAD_PARAMS = -32600, -32601, -32602


def answer(message: Any, actor: Actor) -> dict[str, Any] | None:
    """The reply to one message; None for a notification, which gets none."""
    try:
        request = types.JSONRPCRequest.model_validate(message)
    except ValidationError:
        if isinstance(message, dict) and "id" not in message and isinstance(message.get("method"), str):
            return None
        identifier = message.get("id") if isinstance(message, dict) else None
        return failure(identifier, INVALID_REQUEST, _("Send one JSON-RPC 2.0 request."))
    try:
        result = _result(request, actor)
    except NotFound:
        return failure(request.id, BAD_PARAMS, _("There is no such tool for you. Ask tools/list."))
    except ValidationError:
        return failure(request.id, BAD_PARAMS, _("The parameters do not fit this method."))
    if result is None:
        return failure(request.id, NO_METHOD, _("This server offers tools only."))
    return {"jsonrpc": "2.0", "id": request.id, "result": plain(result)}


def _result(request: types.JSONRPCRequest, actor: Actor) -> BaseModel | None:
    if request.method == "initialize":
        return greeting(request.params or {})
    if request.method == "server/discover":
        return types.DiscoverResult(
            supported_versions=list(types.version.SUPPORTED_PROTOCOL_VERSIONS),
            capabilities=capabilities(),
            instructions=guide(),
        )
    if request.method == "ping":
        return types.EmptyResult()
    if request.method == "tools/list":
        return list_tools(actor)
    if request.method == "tools/call":
        return call_tool(actor, types.CallToolRequestParams.model_validate(request.params or {}))
    return None


def greeting(params: dict[str, Any]) -> types.InitializeResult:
    """What we are; the version the agent asked for where we speak it, our newest otherwise."""
    asked = params.get("protocolVersion")
    known = types.version.HANDSHAKE_PROTOCOL_VERSIONS
    return types.InitializeResult(
        protocol_version=asked if asked in known else known[-1],
        capabilities=capabilities(),
        server_info=types.Implementation(name="zhike", title="知客 Zhike", version=__version__),
        instructions=guide(),
    )


def capabilities() -> types.ServerCapabilities:
    """Tools, and nothing that needs a standing connection."""
    return types.ServerCapabilities(tools=types.ToolsCapability(list_changed=False))


def guide() -> str:
    """How to use the tools, for the agent's prompt."""
    return _(
        "Customers and the work on them. Find with search or list_…, read with get_…, then act. "
        "Changes need the version you read; a refusal says which value is wrong and what to do."
    )


def list_tools(actor: Actor) -> types.ListToolsResult:
    """Every tool this actor may use."""
    found = []
    for tool in tools.tools_for(actor).values():
        hints = types.ToolAnnotations(read_only_hint=tool.reads, destructive_hint=tool.destroys, open_world_hint=False)
        schema = tool.schema(actor)
        found.append(
            types.Tool(
                name=tool.name, title=tool.title, description=tool.description, input_schema=schema, annotations=hints
            )
        )
    return types.ListToolsResult(tools=found)


def call_tool(actor: Actor, params: types.CallToolRequestParams) -> types.CallToolResult:
    """One call; a refusal is a result the agent can read and mend."""
    data, refused = tools.call(actor, params.name, params.arguments or {})
    text = types.TextContent(type="text", text=orjson.dumps(data).decode())
    return types.CallToolResult(content=[text], structured_content=data, is_error=refused)


def plain(result: BaseModel) -> dict[str, Any]:
    """A result as it goes over the wire."""
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


def failure(identifier: Any, code: int, message: str) -> dict[str, Any]:
    """A protocol error."""
    known = identifier if isinstance(identifier, str | int) and not isinstance(identifier, bool) else None
    return {"jsonrpc": "2.0", "id": known, "error": {"code": code, "message": message}}
