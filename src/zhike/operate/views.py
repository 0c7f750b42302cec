"""The health page for people, the metrics for machines."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare

from zhike.identity.settings_pages import pages_for
from zhike.kernel.doors import ActorRequest, needs, public
from zhike.kernel.errors import Forbidden
from zhike.operate import health, metrics

TOKEN_FILE = "metrics-token"  # noqa: S105 - a file's name


@needs("operate.metrics")
def health_page(request: ActorRequest) -> HttpResponse:
    """How the installation is doing."""
    data = {"health": health.page(), "settings_pages": pages_for(request.actor), "here": request.path}
    return render(request, "operate/health.html", data)


@public("a monitoring system asks with the token of the data folder; people need a right")
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus text."""
    actor = getattr(request, "actor", None)
    if not has_token(request) and not (actor and actor.can("operate.metrics")):
        raise Forbidden("operate.metrics")
    text = "\n".join(metrics.lines()) + "\n"
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def has_token(request: HttpRequest) -> bool:
    """Whether the request carries the token of the data folder."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(given) and constant_time_compare(given, token())


def token() -> str:
    """The token, made once, readable by the server's owner alone."""
    path = Path(settings.HOME) / TOKEN_FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text().strip()
