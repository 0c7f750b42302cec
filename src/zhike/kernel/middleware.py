"""Request id, actor and headers for every request."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from zhike.kernel import context
from zhike.kernel.ids import new_id

GIVEN = re.compile(r"[A-Za-z0-9._-]{8,40}\Z")


def address_of(request: HttpRequest) -> str:
    """Where a request comes from. Behind a proxy it is the last entry of X-Forwarded-For, which that proxy wrote;
    whatever stands before it is the caller's own word, and without a proxy all of it is.
    """
    own: str = request.META.get("REMOTE_ADDR", "") or ""
    if not settings.BEHIND_PROXY:
        return own
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(told))
    except ValueError:
        return own


class RequestContextMiddleware:
    """Gives each request an id (a proxy's own is kept) and the caller's address, known to ledger, limits and logs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if GIVEN.match(given) else new_id().hex
        request.META["REMOTE_ADDR"] = address = address_of(request)
        token = context.current.set(context.RequestContext(request_id, address))
        try:
            response = self.get_response(request)
        finally:
            context.current.reset(token)
        response["X-Request-ID"] = request_id
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Cookie", "Authorization", "HX-Request"])
        return response
