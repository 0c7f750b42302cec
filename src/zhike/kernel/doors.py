"""How a view says who may enter, and how every refusal is answered: page, HTMX fragment or problem+json, in one place.

A view without a declaration fails the route inventory: `@public` for the few open to all, `@signed_in` where the code behind
asks for the right itself, `@needs(right)` where the whole view hangs on one right.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import quote

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from zhike.kernel import context
from zhike.kernel.actions import refused_event
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError, Forbidden, Moved, TooMany
from zhike.kernel.text import enumerated, sentences

FAILED = _("This did not work")
TITLES = {403: _("Not allowed"), 404: _("Nothing here")}
View = TypeVar("View", bound=Callable[..., HttpResponse])


class ActorRequest(HttpRequest):
    """A request of somebody signed in (the decorators see to it)."""

    actor: Actor
    htmx: Any


def public(why: str) -> Callable[[View], View]:
    """Open to everybody, for a reason that the route inventory prints."""

    def mark(view: View) -> View:
        view.entrance = ("public", why)  # type: ignore[attr-defined]
        return view

    return mark


def signed_in(view: View) -> View:
    """For whoever is signed in; what they may do is asked further in (visible_to, require, run)."""

    @wraps(view)
    def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs) if getattr(request, "actor", None) else sign_in_first(request)

    guarded.entrance = ("signed in", "")  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def needs(right: str) -> Callable[[View], View]:
    """For whoever holds `right` anywhere; Forbidden otherwise."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not getattr(request, "actor", None):
                return sign_in_first(request)
            request.actor.require(right)
            return view(request, *args, **kwargs)

        guarded.entrance = ("needs", right)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark


def for_machines(request: HttpRequest) -> bool:
    """Whether the asker wants JSON: the machines' addresses, or an Accept header that says so."""
    return request.path.startswith(("/api/", "/mcp")) or request.headers.get("Accept", "").startswith(
        "application/json"
    )


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """401 for machines, a redirect that HTMX follows too for people."""
    if for_machines(request):
        detail = str(_("Sign in, or send a token."))
        response = problem({"code": "unauthenticated", "detail": detail, "status": 401}, 401)
        response["WWW-Authenticate"] = "Bearer"
        return response
    address = f"{settings.LOGIN_URL}?next={quote(request.get_full_path())}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def problem(body: dict[str, Any], status: int) -> HttpResponse:
    """An RFC 9457 reply; it names the request, so that whoever asks for help can be helped."""
    body = {**body, "request_id": context.current.get().request_id}
    return HttpResponse(orjson.dumps(body, default=str), content_type="application/problem+json", status=status)


def answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The one rendering of a refusal; one for lack of a right stands in the ledger, whatever view it came from."""
    actor = getattr(request, "actor", None)
    if isinstance(error, Forbidden) and actor is not None:
        recorded(error, actor)
        name_givers(error)
    if for_machines(request) or request.headers.get("HX-Request"):
        response = problem(error.problem(), error.status)
        if error.status in (409, 422, 429):  # statuses whose fragments are swapped in; this one is a sentence
            response["HX-Reswap"], response["HX-Trigger"] = "none", toast(str(error.message), kind="error")
    else:
        shown = {"error": error, "problem": error.problem(), "title": TITLES.get(error.status, FAILED)}
        response = render(request, "zhike/refusal.html", shown, status=error.status)
    if isinstance(error, Moved):
        response["Location"] = error.data["url"]
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.data["retry_after"])
    return response


def name_givers(error: Forbidden) -> None:
    """Add to a refusal the people who could give the right."""
    if error.can_be_given and (names := import_string(settings.RIGHT_GIVERS)()):
        told = _("%(names)s can give it.") % {"names": enumerated(names)}
        error.message, error.can_be_given = sentences([error.message, told]), False


def recorded(error: Forbidden, actor: Actor) -> None:
    """Tell the ledger of a refusal, unless it has been told."""
    if not error.recorded:
        refused_event(actor, error.data["right"])
        error.recorded = True


def toast(text: str, *, undo: str = "", kind: str = "", **events: Any) -> str:
    """The HX-Trigger header that shows a sentence, with undo where there is one; `events` are further triggers."""
    shown = {"text": text, "undo": undo, "kind": kind}
    return json.dumps({"zhike:toast": shown, **{f"zhike:{name}": value for name, value in events.items()}})


class RefusalMiddleware:
    """Turns a DomainError from any view into its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Anything but a DomainError goes on to Django's own handling."""
        return answer(request, error) if isinstance(error, DomainError) else None
