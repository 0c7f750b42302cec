"""Puts person and actor on every request: from the session, or from a token on the machines' addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from zhike.identity import tokens
from zhike.identity.access import actor_of
from zhike.identity.models import User
from zhike.kernel import clock
from zhike.kernel.actor import Actor
from zhike.kernel.doors import answer, problem
from zhike.kernel.errors import Forbidden, NotFound, TooMany

ACTING_AS = "acting_as"
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}


def for_tokens(path: str) -> bool:
    """Whether a token is looked at under this address."""
    return path.startswith("/api/") or path == "/mcp" or path.startswith("/mcp/")


class ActorMiddleware:
    """`request.user` is who signed in, `request.actor` an Actor or None; language and zone follow the person.

    The two differ only while somebody acts as somebody else.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.csrf = CsrfViewMiddleware(get_response)

    def __call__(self, request: Any) -> HttpResponse:
        request.user, request.actor = AnonymousUser(), None
        if for_tokens(request.path_info) and "Authorization" in request.headers:
            refused = self.by_token(request)
        else:
            refused = self.by_session(request)
        if refused is not None:
            return refused
        actor = request.actor
        language = actor.language if actor else translation.get_language_from_request(request)
        with translation.override(language), timezone.override(clock.zone(actor.zone) if actor else None):
            return self.get_response(request)

    def by_token(self, request: Any) -> HttpResponse | None:
        """The actor of a bearer token; cookies are not looked at, so no foreign page can lend them."""
        request._dont_enforce_csrf_checks = True
        try:
            request.actor = tokens.of_request(request)
        except TooMany as error:
            return answer(request, error)
        if request.actor is not None:
            request.actor = request.actor.at("mcp" if request.path_info.startswith("/mcp") else "api")
            return None
        detail = _("This token is unknown, ended or revoked. Make a new one under “My tokens”.")
        response = problem({"code": "bad_token", "detail": detail, "status": 401}, 401)
        response["WWW-Authenticate"] = "Bearer"
        return response

    def by_session(self, request: Any) -> HttpResponse | None:
        """The actor of whoever is signed in; on the machines' addresses unsafe calls need the CSRF token too."""
        user = person_of(request)
        if user is None:
            return None
        request.user = user
        request.actor = acting(request, user)
        if for_tokens(request.path_info) and request.actor is not None:
            request.actor = request.actor.at("mcp" if request.path_info.startswith("/mcp") else "api")
            if request.method not in SAFE and self.csrf.process_view(request, _no_view, (), {}) is not None:
                return answer(
                    request,
                    Forbidden("csrf", _("The page was too old or the call came from elsewhere. Load the page again.")),
                )
        return None


def _no_view(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError  # only tells the CSRF check that nothing is exempt


def person_of(request: HttpRequest) -> User | None:
    """Who the session belongs to, if nothing about them changed that ends it."""
    session: Any = request.session
    if session.get(SESSION_KEY) is None or session.row is None:
        return None
    user: User | None = session.row.user
    held = session.get(HASH_SESSION_KEY, "")
    if user is None or not user.is_active or not constant_time_compare(held, user.get_session_auth_hash()):
        session.flush()
        return None
    return user


def acting(request: HttpRequest, user: User) -> Actor | None:
    """The actor of a signed-in person, or the one they act as."""
    session: Any = request.session
    epoch = getattr(session.row, "epoch", None) or 1
    try:
        own = actor_of(user.pk, epoch)
        if not (other := session.get(ACTING_AS)):
            return own
        if not own.can("identity.act_as"):
            del session[ACTING_AS]
            return own
        return replace(actor_of(UUID(other), epoch), real_user_id=user.pk)
    except NotFound:
        session.pop(ACTING_AS, None)
        return None
