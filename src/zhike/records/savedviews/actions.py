"""What people do with saved views. Everybody has their own; sharing is a right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import orjson
from django.utils.translation import gettext_lazy as _

from zhike.identity.access import ACCOUNT
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.kernel.events import Happened, define
from zhike.kernel.screens import Screen, screens
from zhike.kernel.text import clean
from zhike.records.columns import bound_columns
from zhike.records.filters import parse_filter
from zhike.records.models import SavedView
from zhike.records.presentation import filter_text
from zhike.records.queries import sortable

SHARE = "records.share_views"
MOST_VIEWS = 60
With = Literal["me", "team", "below", "all"]

for name, sentence in {
    "view.created": _("%(who)s saved the view %(subject)s"),
    "view.changed": _("%(who)s changed the view %(subject)s"),
    "view.deleted": _("%(who)s deleted the view %(subject)s"),
    "view.reordered": _("%(who)s changed the order of views"),
}.items():
    define(name, sentence=sentence, icon="layout-list", shown=False)


@dataclass(frozen=True)
class ViewDraft:
    """A view about to be saved; the filter as its JSON text."""

    on: str
    name: str
    filter: str = ""
    columns: str = ""
    sort: str = ""
    share: With = "me"
    pinned: bool = False
    default: bool = False


@action(right=ACCOUNT, title=_("Save as view"), icon="layout-list", doors="web")
def create_view(draft: ViewDraft, *, by: Actor) -> SavedView:
    """Keep the filter, columns and order of a list under a name."""
    screen = _screen(draft.on, by)
    if SavedView.objects.visible_to(by).filter(on=screen.type).count() >= MOST_VIEWS:
        raise Conflict("too_many_views", _("You have %(n)s views here. Delete some first.") % {"n": MOST_VIEWS})
    view = SavedView(
        on=screen.type, name=_name(draft.name), owner_id=_somebody(by), filter=_filter(screen, draft.filter, by),
        columns=_columns(screen, draft.columns, by), sort=_sort(screen, draft.sort, by), pinned=draft.pinned,
        place=SavedView.objects.filter(on=screen.type).count(), default=draft.default, **_shared(draft.share, by),
    )  # fmt: skip
    if draft.default:
        _only_default(view, by)
    view.save(force_insert=True)
    emit(Happened("view.created", {"on": view.on, "share": draft.share}, {}), subject=view, by=by, label=view.name)
    return view


@action(right=ACCOUNT, title=_("Change the view"), icon="pencil", doors="web")
def change_view(
    view: SavedView, *, name: str | None = None, share: With | None = None, pinned: bool | None = None,
    default: bool | None = None, by: Actor,
) -> SavedView:  # fmt: skip
    """Rename one's view, share it, pin it, or make it the one that opens."""
    values: dict[str, Any] = {"name": _name(name)} if name is not None else {}
    if share is not None and share != shared_with(view):
        values |= _shared(share, by)
    if pinned is not None:
        values["pinned"] = pinned
    if default is not None:
        values["default"] = default
        if default:
            _only_default(view, by)
    return _changed(view, values, by)


@action(right=ACCOUNT, title=_("Save into this view"), icon="layout-list", doors="web")
def keep_view(
    view: SavedView, *, filter: str | None = None, columns: str | None = None, sort: str | None = None, by: Actor
) -> SavedView:
    """One's view takes over another filter, other columns, another order; what is not named stays."""
    screen = _screen(view.on, by)
    values: dict[str, Any] = {"filter": _filter(screen, filter, by)} if filter is not None else {}
    if columns is not None:
        values["columns"] = _columns(screen, columns, by)
    if sort is not None:
        values["sort"] = _sort(screen, sort, by)
    return _changed(view, values, by)


def _changed(view: SavedView, values: dict[str, Any], by: Actor) -> SavedView:
    _screen(view.on, by)
    view.change(**values)
    emit(Happened("view.changed", {"on": view.on, "fields": sorted(values)}, {}), subject=view, by=by, label=view.name)
    return view


@action(right=ACCOUNT, title=_("Delete the view"), icon="trash", tone="danger", doors="web")
def delete_view(view: SavedView, *, by: Actor) -> dict[str, Any]:
    """Delete one's own view; the records are not touched."""
    emit(Happened("view.deleted", {"on": view.on}, {}), subject=view, by=by, label=view.name)
    view.delete()
    return {}


@action(right=ACCOUNT, title=_("Order the views"), icon="arrows-sort", doors="web")
def reorder_views(*, on: str, ids: list[UUID], by: Actor) -> dict[str, Any]:
    """Put one's own views into this order."""
    own = {view.pk: view for view in SavedView.objects.visible_to(by).filter(on=on)}
    if set(ids) - set(own):
        raise NotFound("view")
    for place, pk in enumerate(dict.fromkeys(ids)):
        own[pk].change(place=place)
    emit(Happened("view.reordered", {"on": on}, {}), by=by)
    return {"count": len(ids)}


def shared_with(view: SavedView) -> With:
    """Whom a view is shared with."""
    if not view.shared or view.team_id is None:
        return "all" if view.shared else "me"
    return "below" if view.below else "team"


def _somebody(by: Actor) -> UUID:
    if by.user_id is None:
        raise Forbidden(ACCOUNT)
    return by.user_id


def _screen(on: str, by: Actor) -> Screen:
    if on not in screens:
        raise NotFound("page")
    by.require(f"{on}.view")
    return screens[on]


def _name(name: str) -> str:
    text = " ".join(clean(name, 60).split())
    if not text:
        raise Invalid("missing", _("Give the view a name."), "name")
    return text


def _filter(screen: Screen, text: str, by: Actor) -> dict[str, Any]:
    return orjson.loads(filter_text(parse_filter(screen, by, text)) or b"{}")  # type: ignore[no-any-return]


def _columns(screen: Screen, text: str, by: Actor) -> list[str]:
    bound = bound_columns(screen, by)
    return [name for name in text.split(",") if name in bound][:100]


def _sort(screen: Screen, sort: str, by: Actor) -> str:
    if sort:
        sortable(bound_columns(screen, by), sort.lstrip("-"))
    return sort


def _shared(share: With, by: Actor) -> dict[str, Any]:
    if share == "me":
        return {"shared": False, "team_id": None, "below": False}
    if not by.can(SHARE):
        raise Forbidden(SHARE)
    if share != "all" and by.team_id is None:
        raise Invalid(
            "share", _("You belong to no team. Share the view with everybody, or keep it to yourself."), "share"
        )
    return {"shared": True, "team_id": None if share == "all" else by.team_id, "below": share == "below"}


def _only_default(view: SavedView, by: Actor) -> None:
    """One view of a person opens by itself."""
    for other in SavedView.objects.visible_to(by).filter(on=view.on, default=True).exclude(pk=view.pk):
        other.change(default=False)
