"""Records to choose from: the choices of a picker, found as the search finds them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from zhike.kernel.actor import Actor
from zhike.kernel.screens import Screen
from zhike.records.queries import live
from zhike.records.search.queries import search


def picked(
    screen: Screen, actor: Actor, text: str, most: int = 20, *, ids: Sequence[UUID] = ()
) -> list[tuple[UUID, str]]:
    """Records of a type by a few characters, pinyin or whatever else finds them; with `ids`, those that were chosen before."""
    text = text.strip()[:80]
    if text and not ids and screen.search is not None:
        return [(hit.id, hit.title) for group in search(actor, text, (screen.type,), most) for hit in group.hits]
    found = live(screen, actor)
    if ids:
        found = found.filter(pk__in=ids)
    elif text:
        found = found.filter(**{f"{screen.title}__icontains": text})
    column = screen.column(screen.title)
    order = (column.sort if column else "") or screen.title  # a stored sort key has the index
    return [(pk, str(name)) for pk, name in found.order_by(order).values_list("pk", screen.title)[:most]]
