"""Every address says who may enter; an undeclared new one fails here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from zhike.identity.testing import World

# addresses open to everybody, each for its reason; nothing gets in here by accident
PUBLIC = {
    "healthz": "load balancers ask whether the product is up",
    "signin": "signing in",
    "signin_code": "second factor",
    "signin_passkey": "second factor",
    "metrics": "monitoring, from this machine or with a token of its own",
    "signout": "signing out, also when the session is already gone",
    "forgotten": "asking for a new password",
    "join": "a one-time invitation link",
    "language": "choosing a language before signing in",
    "setup": "the first run, by a one-time link",
}
# views of a library, guarded by it
FOREIGN = ("allauth.",)


def routes() -> Iterator[tuple[str, URLPattern]]:
    def walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for item in patterns:
            path = prefix + str(item.pattern)
            if isinstance(item, URLResolver):
                yield from walk(item.url_patterns, path)
            else:
                yield path, item

    yield from walk(get_resolver().url_patterns, "/")


def test_T14_every_route_declares_its_entrance() -> None:
    undeclared, opened = [], []
    for path, route in routes():
        view = route.callback
        if view.__module__.startswith(FOREIGN) or path.startswith("/api/"):
            continue
        entrance = getattr(view, "entrance", None)
        if entrance is None:
            undeclared.append(path)
        elif entrance[0] == "public" and route.name not in PUBLIC:
            opened.append(path)
    assert not undeclared, f"no @public, @signed_in or @needs on: {undeclared}"
    assert not opened, f"open to everybody but not on the reviewed list: {opened}"


FILLINGS = {
    "<records:slug>": "customers",
    "<uuid:": "01890000-0000-7000-8000-000000000000",
    "<slug:": "edit",
    "<str:": "party",
    "<int:": "1",
}


def filled(path: str) -> str:
    out = []
    for part in path.split("/"):
        found = next((v for k, v in FILLINGS.items() if part.startswith(k)), None)
        out.append(found if found and part.startswith("<") else part)
    return "/".join(out)


@pytest.mark.django_db
def test_T14_nobody_gets_in_without_signing_in(world: World) -> None:
    client = Client()
    leaks: list[tuple[str, object]] = []
    for path, route in routes():
        if route.name in PUBLIC or route.callback.__module__.startswith(FOREIGN) or "(" in path:
            continue
        answer = client.get(filled(path))
        if answer.status_code not in (301, 302, 401, 403, 404, 405):
            leaks.append((path, answer.status_code))
        elif answer.status_code in (301, 302) and "/signin/" not in answer["Location"]:
            leaks.append((path, answer["Location"]))
    assert not leaks
