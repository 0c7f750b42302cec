"""A saved view as somebody else than its author opens it: what is not for them falls away, and tells nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhike.kernel.actor import Actor
from zhike.kernel.errors import BadRequest
from zhike.kernel.screens import Screen
from zhike.records.columns import Bound, bound_columns
from zhike.records.filters import NOTHING, Group, parse_filter
from zhike.records.models import SavedView


@dataclass(frozen=True, slots=True)
class Applied:
    """The part of a view that this person may use; `dropped` says that there is more to it."""

    filter: Group
    columns: tuple[str, ...]
    sort: str
    dropped: bool


def applied(screen: Screen, actor: Actor, view: SavedView) -> Applied:
    """The view without fields that are hidden from the actor, operators a mask forbids, and values that are gone."""
    bound = bound_columns(screen, actor)
    kept = _kept(view.filter, screen, actor) if view.filter else None
    columns = tuple(name for name in view.columns if name in bound)
    sort = view.sort if _sorts(view.sort, bound) else ""
    dropped = kept != (view.filter or None) or len(columns) != len(view.columns) or sort != view.sort
    return Applied(parse_filter(screen, actor, kept) if kept else NOTHING, columns, sort, dropped)


def _kept(node: Any, screen: Screen, actor: Actor) -> dict[str, Any] | None:
    """The usable part of a filter's node, or None; a group without members goes too."""
    if not isinstance(node, Mapping):
        return None
    if "field" in node:
        try:
            parse_filter(screen, actor, {"all": [dict(node)]})
        except BadRequest:
            return None
        return dict(node)
    join = next((word for word in ("all", "any") if word in node), "")
    inner = [found for child in node.get(join) or [] if (found := _kept(child, screen, actor)) is not None]
    return {join: inner} if inner else None


def _sorts(sort: str, bound: Mapping[str, Bound]) -> bool:
    item = bound.get(sort.lstrip("-"))
    return not sort or (item is not None and item.sortable)
