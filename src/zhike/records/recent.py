"""The records somebody opened last, kept with their session: ids only, and shown as far as they may still see them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from zhike.kernel.actor import Actor
from zhike.kernel.ids import parse_id
from zhike.kernel.screens import screens
from zhike.records.search.offers import Offer

KEY, MOST = "recent", 8


def opened(request: Any, type_: str, pk: UUID) -> None:
    """Remember a record that was opened; the same one again changes nothing."""
    session = getattr(request, "session", None)
    if session is None:
        return
    held, this = list(session.get(KEY, [])), [type_, str(pk)]
    if held[:1] != [this]:
        session[KEY] = [this, *[one for one in held if one != this]][:MOST]


def recents(request: Any, actor: Actor) -> list[Offer]:
    """Those records, the latest first; one query a type."""
    held = [(type_, parse_id(pk)) for type_, pk in request.session.get(KEY, []) if type_ in screens]
    titles: dict[Any, str] = {}
    for type_ in {type_ for type_, _pk in held}:
        screen = screens[type_]
        seen = screen.model_class.objects.visible_to(actor).filter(pk__in=[pk for on, pk in held if on == type_])
        titles |= {(type_, pk): str(title) for pk, title in seen.values_list("pk", screen.title)}
    return [
        Offer(titles[one], f"/{screens[one[0]].slug}/{one[1]}/", screens[one[0]].icon) for one in held if one in titles
    ]
