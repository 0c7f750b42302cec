"""Records to choose from: the choices of a picker, found as the search finds them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from zhike.kernel.actor import Actor
from zhike.kernel.screens import Screen
from zhike.records.queries import live
from zhike.records.search.queries import matching_ids

SHORTEST = 2  # characters from which the search knows better than a part of the name


def picked(
    screen: Screen, actor: Actor, text: str, most: int = 20, *, ids: Sequence[UUID] = ()
) -> list[tuple[UUID, str]]:
    """Records of a type by a few characters, pinyin or whatever else finds them; with `ids`, those that were chosen before."""
    found, text = live(screen, actor), text.strip()[:80]
    if ids:
        found = found.filter(pk__in=ids)
    elif len(text) >= SHORTEST and screen.search is not None:
        found = found.filter(matching_ids(actor, screen, text))
    elif text:
        found = found.filter(**{f"{screen.title}__icontains": text})
    return [(pk, str(name)) for pk, name in found.order_by(screen.title).values_list("pk", screen.title)[:most]]
