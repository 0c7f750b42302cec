"""Addresses of the record API; each says who may enter, for the route inventory."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext_lazy as _

from zhike.kernel.doors import problem
from zhike.records.api.endpoints import api, nothing_here

ENTRANCE = ("signed in", "")


def declared(view: Callable[..., Any]) -> Callable[..., Any]:
    """The view with its entrance declared; a wrong method is answered as a problem too."""

    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        detail = str(_("This address does not take %(method)s.") % {"method": request.method})
        refused = problem({"code": "method_not_allowed", "detail": detail, "status": 405}, 405)
        refused["Allow"] = response["Allow"]
        return refused

    entered.entrance = ENTRANCE  # type: ignore[attr-defined]
    entered.csrf_exempt = True  # type: ignore[attr-defined]  # the identity middleware has checked sessions' calls
    return entered


def patterns() -> list[URLPattern]:
    """The operations, then a 404 for whatever is left."""
    operations, _app, _namespace = api.urls
    found = [
        path(str(one.pattern), declared(one.callback), name=one.name)
        for one in operations
        if isinstance(one, URLPattern) and one.callback is not None and one.name != "api-root"
    ]
    return [*found, re_path(r"", declared(nothing_here), name="nothing")]


urlpatterns = patterns()
