"""What is asked of saved views."""

from __future__ import annotations

from typing import Any

from zhike.kernel.actor import Actor
from zhike.kernel.screens import Screen
from zhike.records.models import SavedView
from zhike.records.savedviews.actions import shared_with


def own_views(screen: Screen, actor: Actor) -> list[dict[str, Any]]:
    """Somebody's own views of a type, in their order."""
    found = SavedView.objects.visible_to(actor).filter(on=screen.type).order_by("place", "id")
    return [{"view": view, "share": shared_with(view), "url": f"/{screen.slug}/?view={view.pk}"} for view in found]


def view_that_opens(screen: Screen, actor: Actor, views: list[SavedView]) -> SavedView | None:
    """The view that opens by itself: one's own default, else a shared one; `views` are those the actor may use."""
    defaults = [view for view in views if view.default]
    own = [view for view in defaults if view.owner_id == actor.user_id]
    return next(iter(own or defaults), None)
