"""The records somebody opened last: their browser keeps the addresses, and here they get names as far as they may be seen."""

from __future__ import annotations

from typing import Any

from zhike.kernel.actor import Actor
from zhike.kernel.ids import parse_id
from zhike.kernel.screens import by_slug
from zhike.records.search.offers import Offer

MOST = 8


def recents(addresses: str, actor: Actor) -> list[Offer]:
    """Offers for the cards at these addresses, in their order; one query a type."""
    held = []
    for address in addresses[:1000].split()[:MOST]:
        slug, _slash, pk = address.strip("/").partition("/")
        if (screen := by_slug(slug)) is not None and (parsed := parse_id(pk)) is not None:
            held.append((screen, parsed))
    titles: dict[Any, str] = {}
    for screen in {screen.type: screen for screen, _pk in held}.values():
        seen = screen.model_class.objects.visible_to(actor).filter(pk__in=[pk for on, pk in held if on is screen])
        titles |= {(screen.type, pk): str(title) for pk, title in seen.values_list("pk", screen.title)}
    return [
        Offer(titles[screen.type, pk], f"/{screen.slug}/{pk}/", screen.icon)
        for screen, pk in held
        if (screen.type, pk) in titles
    ]
