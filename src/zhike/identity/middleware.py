"""Puts the actor on every request: from the session, or from a token on the machines' addresses."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from zhike.identity.access import actor_of
from zhike.kernel.actor import Actor
from zhike.kernel.errors import NotFound


class ActorMiddleware:
    """`request.actor` is an Actor or None; language follows the person, else the browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = self.actor(request)  # type: ignore[attr-defined]
        language = request.actor.language if request.actor else translation.get_language_from_request(request)  # type: ignore[attr-defined]
        with translation.override(language):
            return self.get_response(request)

    def actor(self, request: HttpRequest) -> Actor | None:
        """Who is signed in, with the rights of this moment."""
        if not request.user.is_authenticated:
            return None
        try:
            return actor_of(request.user.pk)
        except NotFound:
            return None
