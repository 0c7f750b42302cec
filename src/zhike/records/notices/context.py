"""The number on the bell, for the frame around every page: one query, and only where the frame is drawn."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from zhike.kernel.actor import Actor
from zhike.records.notices.queries import unread


def bell(request: HttpRequest) -> dict[str, Any]:
    """How many notices wait for the reader."""
    actor: Actor | None = getattr(request, "actor", None)
    return {"unread_notices": SimpleLazyObject(lambda: unread(actor))} if actor else {}
