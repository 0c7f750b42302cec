"""From a request's parameters to a checked question: filter, sort, page, columns, saved view."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from zhike.identity.queries import teams_over
from zhike.kernel.actor import Actor
from zhike.kernel.composed import composed
from zhike.kernel.errors import BadRequest, NotFound
from zhike.kernel.ids import parse_id
from zhike.kernel.models import Event
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import Screen
from zhike.records.filters import parse_filter
from zhike.records.models import SavedView
from zhike.records.queries import MOST_ROWS, ListQuery
from zhike.records.savedviews.applying import applied
from zhike.records.search.queries import matching_ids

ALL = "all"  # instead of a view's id: every record, whatever view opens by itself
KNOWN = {"filter", "sort", "after", "size", "columns", "view", "bin", "drawer", "q", "page", "batch"}


def read_query(screen: Screen, actor: Actor, params: Any, *, size: int = 50, strict: bool = False) -> ListQuery:
    """The question in the parameters; with `strict` (machines), unknown parameters are 400 too."""
    if strict and (unknown := set(params) - KNOWN):
        name = sorted(unknown)[0]
        raise BadRequest(
            "bad_parameter", _("There is no parameter “%(name)s”.") % {"name": shorten(name)}, shorten(name)
        )
    view = (
        applied(screen, actor, view_at(screen, actor, params["view"]))
        if params.get("view") not in (None, "", ALL)
        else None
    )
    kept = view.filter if view and "filter" not in params else parse_filter(screen, actor, params.get("filter"))
    return ListQuery(
        filter=kept,
        sort=params.get("sort") or (view.sort if view else ""),
        size=read_size(params.get("size"), size),
        after=params.get("after", ""),
        columns=tuple(c for c in params.get("columns", "").split(",") if c) or (view.columns if view else ()),
        archived=params.get("bin") == "1",
        extra=further(screen, actor, params),
        dropped=view is not None and view.dropped,
    )


def further(screen: Screen, actor: Actor, params: Any) -> Q | None:
    """Conditions beside the filter: a text to be found, and what one import or bulk command touched."""
    found = matching_ids(actor, screen, params["q"]) if params.get("q") else None
    if params.get("batch"):
        touched = Event.objects.filter(batch_id=parse_id(params["batch"]), subject_type=screen.type)
        within = Q(pk__in=touched.values("subject_id"))
        found = within if found is None else found & within
    return found


def read_size(text: str | None, default: int, most: int = MOST_ROWS) -> int:
    """Rows a page, or some other small number."""
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= most:
        raise BadRequest(
            "bad_size",
            _("A page has 1 to %(most)s rows, not “%(value)s”.") % {"most": most, "value": shorten(text)},
            "size",
        )
    return int(text)


def views_of(screen: Screen, actor: Actor) -> list[SavedView]:
    """The saved views a person may use: their own and the shared ones, pinned first."""
    return _views(actor.user_id, actor.team_id, on=screen.type)


@composed
def _views(person: UUID | None, team: UUID | None, *, on: str) -> QuerySet[SavedView]:
    shared = Q(shared=True) & (Q(team=None) | Q(team=team) | Q(below=True, team__in=teams_over(team)))
    return SavedView.objects.filter(Q(owner=person) | shared, on=on).order_by("-pinned", "place", "id")[:40]


def view_at(screen: Screen, actor: Actor, pk: str) -> SavedView:
    """One of them."""
    found = parse_id(pk)
    for view in views_of(screen, actor):
        if view.pk == found:
            return view
    raise NotFound("view")
