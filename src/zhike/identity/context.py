"""What the frame around every page needs of its reader."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhike.identity.settings_pages import pages_for
from zhike.kernel.actor import Actor
from zhike.kernel.screens import screens


def frame(request: HttpRequest) -> dict[str, Any]:
    """The actor, the person as the frame shows them, appearance, and the rail. No query.

    `frame_key` names all that the kept parts of the frame read.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"actor": None, "language_url": "/language/"}
    user = request.user
    look = (getattr(user, "theme", "auto"), getattr(user, "density", "compact"), getattr(user, "title", ""))
    section = request.path.split("/", 2)[1]
    return {
        "frame_key": (actor.epoch, actor.user_id, actor.name, *look, section) if actor.epoch else None,
        "actor": actor,
        "person": {"id": actor.user_id, "name": actor.name, "subtitle": getattr(user, "title", "")},
        "acting_for": getattr(user, "name", "") if actor.real_user_id else "",
        "theme": getattr(user, "theme", "auto"),
        "density": getattr(user, "density", "compact"),
        "rail": SimpleLazyObject(lambda: rail(request.path, actor)),
        "new_items": SimpleLazyObject(lambda: new_items(actor)),
        "profile_url": "/me/",
        "preferences_url": "/me/preferences/",
        "signout_url": "/signout/",
        "language_url": "/language/",
    }


def rail(path: str, actor: Actor) -> list[dict[str, Any]]:
    """The places of the left rail that this actor may enter."""
    items = [
        {"name": "today", "label": pgettext("page", "Today"), "icon": "checkbox", "url": "/", "active": path == "/"}
    ]
    for screen in sorted((s for s in screens.values() if s.rail), key=lambda s: s.rail):
        if actor.can(f"{screen.type}.view"):
            url = f"/{screen.slug}/"
            label = str(screen.label_plural)
            items.append(
                {"name": screen.slug, "label": label, "icon": screen.icon, "url": url, "active": path.startswith(url)}
            )
    if pages := pages_for(actor):
        inside = ("/settings/", "/me/", *(page.url for page in pages))
        here = path.startswith(inside) and not any(item["active"] for item in items)
        items.append(
            {"name": "settings", "label": _("Settings"), "icon": "settings", "url": "/settings/", "active": here}
        )
    return items


def new_items(actor: Actor) -> list[dict[str, Any]]:
    """What the “New” menu offers this actor: a touch first, then records of every other type in the rail."""
    items: list[dict[str, Any]] = []
    if actor.can("touch.create"):
        items.append({"label": _("Log a touch"), "icon": "edit", "url": "/log/", "dialog": True, "key": "L"})
    for screen in sorted(
        (s for s in screens.values() if s.rail and s.creatable and s.type != "touch"), key=lambda s: s.rail
    ):
        if actor.can(f"{screen.type}.create"):
            items.append(
                {"label": str(screen.label), "icon": screen.icon, "url": f"/{screen.slug}/new/", "dialog": True}
            )
    return items
