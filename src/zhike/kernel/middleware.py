"""Request id, actor and headers for every request."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from zhike.kernel import context
from zhike.kernel.ids import new_id

GIVEN = re.compile(r"[A-Za-z0-9._-]{8,40}\Z")


class RequestContextMiddleware:
    """Gives each request an id (a proxy's own is kept), known to ledger and logs, and answered as a header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if GIVEN.match(given) else new_id().hex
        token = context.current.set(context.RequestContext(request_id, request.META.get("REMOTE_ADDR", "") or ""))
        try:
            response = self.get_response(request)
        finally:
            context.current.reset(token)
        response["X-Request-ID"] = request_id
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Cookie", "Authorization", "HX-Request"])
        return response
