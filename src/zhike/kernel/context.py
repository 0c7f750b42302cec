"""What is known about the request being served, for the ledger and the logs, without passing it through every call."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Request id and network address; empty outside a request."""

    request_id: str = ""
    address: str = ""


current: ContextVar[RequestContext] = ContextVar("zhike_request", default=RequestContext())
