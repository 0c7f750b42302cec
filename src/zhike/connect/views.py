"""The agents' address, and the page that shows the API."""

from __future__ import annotations

import orjson
from django.conf import settings
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from zhike.connect.queries import operations_by_group
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.errors import DomainError
from zhike.records.api import bodies


@csrf_exempt  # the identity middleware has checked calls that come with a session
@signed_in
def agents(request: ActorRequest) -> HttpResponse:
    """One JSON-RPC message, answered at once: no session, no stream."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    from zhike.connect.mcp import protocol

    if request.content_type != "application/json":
        bodies.read_body(request)  # refuses it as the API does
    raw = bodies.raw_body(request)
    try:
        message = bodies.parse(raw)
    except DomainError as error:
        return _json(protocol.failure(None, -32700, str(error.message)), 400)
    found = protocol.answer(message, request.actor)
    return HttpResponse(status=202) if found is None else _json(found)


def _json(body: object, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), content_type="application/json", status=status)


@signed_in
def api_page(request: ActorRequest) -> HttpResponse:
    """Every operation that the reader may call, from the same document that machines read."""
    base = settings.BASE_URL or request.build_absolute_uri("/").rstrip("/")
    context = {"title": _("API"), "base": base, "groups": operations_by_group(request.actor)}
    return render(request, "connect/api.html", context)
