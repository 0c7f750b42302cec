"""One agent on standard input and output. The official server speaks the protocol; rights are asked anew at every call."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import close_old_connections
from django.utils import translation
from django.utils.translation import gettext as _

from zhike.identity.tokens import actor_with
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError

T = TypeVar("T")


def caller() -> Actor | None:
    """Whose key ZHIKE_TOKEN is, with the rights of this moment."""
    found = actor_with(os.environ.get("ZHIKE_TOKEN", "").strip())
    return found.at("mcp") if found else None


def serve(arguments: list[str]) -> int:
    """Serve until the agent hangs up; 2 when there is no usable key."""
    if arguments:
        print(_("zhike mcp takes no arguments; set ZHIKE_TOKEN."), file=sys.stderr)
        return 2
    if caller() is None:
        print(
            _("Set ZHIKE_TOKEN to a token made under “My tokens”; this one is missing, ended or revoked."),
            file=sys.stderr,
        )
        return 2
    import anyio

    anyio.run(_serve)
    return 0


async def _serve() -> None:
    import mcp_types as types
    from anyio import to_thread
    from mcp.server.lowlevel import Server
    from mcp.server.stdio import stdio_server

    from zhike import __version__
    from zhike.connect.mcp import protocol

    async def list_tools(_context: Any, _params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return await to_thread.run_sync(_as_caller, protocol.list_tools)

    async def call_tool(_context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        return await to_thread.run_sync(_as_caller, lambda actor: protocol.call_tool(actor, params))

    server: Server[Any] = Server(
        "zhike", version=__version__, instructions=protocol.guide(), on_list_tools=list_tools, on_call_tool=call_tool
    )
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def _as_caller(work: Callable[[Actor], T]) -> T:
    """Run in a worker thread, where the database may be used, with the rights and language of the key's owner."""
    close_old_connections()
    try:
        actor = caller()
        if actor is None:
            raise DomainError("bad_token", _("This token is unknown, ended or revoked."), status=401)
        with translation.override(actor.language):
            return work(actor)
    finally:
        close_old_connections()
