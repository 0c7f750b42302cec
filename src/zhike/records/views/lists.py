"""The list of a record type: a page of rows, tabs of saved views, filter chips; and its small fragments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.kernel.actor import Actor
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.ids import parse_id
from zhike.kernel.screens import Screen
from zhike.records import presentation
from zhike.records.access import record_at, screen_at
from zhike.records.cells import Cells, is_numeric
from zhike.records.columns import Bound, bound_columns
from zhike.records.models import SavedView
from zhike.records.picking import picked
from zhike.records.queries import MOST_ROWS, counted, fixed, matching, page
from zhike.records.requests import read_query, views_of
from zhike.records.rows import table_body
from zhike.records.savedviews.queries import view_that_opens


@signed_in
def record_list(request: ActorRequest, slug: str) -> HttpResponse:
    """A page of the list; HTMX gets the list alone."""
    screen, actor = screen_at(slug), request.actor
    actor.require(f"{screen.type}.view")
    views = views_of(screen, actor)
    if not request.GET and (opening := view_that_opens(screen, actor, views)):
        request.GET = QueryDict(f"view={opening.pk}")
    context = list_context(screen, actor, request, views)
    if request.GET.get("drawer") and not request.htmx:
        shown = record_at(screen, actor, request.GET["drawer"])
        context["drawer_url"] = f"/{screen.slug}/{shown.pk}/drawer/"
    partial = bool(request.htmx) and request.htmx.target == "list"
    return render(request, "records/list_part.html" if partial else "records/list.html", context)


def list_context(screen: Screen, actor: Actor, request: ActorRequest, views: Sequence[SavedView]) -> dict[str, Any]:
    """A page of rows and everything around it."""
    query = read_query(screen, actor, request.GET)
    found = page(screen, actor, query)
    cells = Cells(found.columns, actor, timezone.now())
    widths = presentation.widths(found.columns)
    return {
        "screen": screen,
        "title": screen.label_plural,
        "rows": found.rows,
        "body": table_body(screen, found.rows, found.columns, cells, fixed(screen, actor, found.rows, found.columns)),
        "heads": [_head(request, b, found.sort, w) for b, w in zip(found.columns, widths, strict=True)],
        "next": _address(request, after=found.next) if found.next else "",
        "first": _address(request, after="") if query.after else "",
        "chosen": [b.name for b in found.columns],
    } | presentation.list_frame(screen, actor, request, query, views)


def _address(request: ActorRequest, **changes: str) -> str:
    params = {k: v for k, v in request.GET.items() if k not in ("drawer",)} | changes
    kept = {k: v for k, v in params.items() if v or (k == "filter" and params.get("view"))}  # a view without its filter
    return f"?{urlencode(kept)}"


def _head(request: ActorRequest, item: Bound, sort: str, width: str) -> dict[str, Any]:
    column = item.column
    name, descending = sort.lstrip("-"), sort.startswith("-")
    now = name == column.name
    direction = ("down" if descending else "up") if now else ""
    target = column.name if now and descending else f"-{column.name}" if now else column.name
    address = _address(request, sort=target, after="") if item.sortable else ""
    css = "num" if is_numeric(column) else ""
    return {"label": column.label, "sort": address, "direction": direction, "css": css, "width": width}


@signed_in
def fields(request: ActorRequest, slug: str) -> HttpResponse:
    """What the list can be filtered by, for the condition editor."""
    screen, actor = screen_at(slug), request.actor
    actor.require(f"{screen.type}.view")
    return JsonResponse({"fields": presentation.editor_fields(screen, actor)})


@signed_in
def columns(request: ActorRequest, slug: str) -> HttpResponse:
    """The choice of columns, as a form for the menu."""
    screen, actor = screen_at(slug), request.actor
    actor.require(f"{screen.type}.view")
    query = read_query(screen, actor, request.GET)
    keep = {k: v for k, v in request.GET.items() if k in ("filter", "sort", "view", "bin", "q")}
    menu = presentation.columns_menu(bound_columns(screen, actor), query)
    context = {"columns": menu, "action": f"/{screen.slug}/", "keep": keep}
    return render(request, "zhike/parts/columns_form.html", context)


@signed_in
def count(request: ActorRequest, slug: str) -> HttpResponse:
    """How many records match; never counts past 10,000."""
    screen, actor = screen_at(slug), request.actor
    actor.require(f"{screen.type}.view")
    number, more = counted(matching(screen, actor, read_query(screen, actor, request.GET)))
    text = f"{number:,}+" if more else f"{number:,}"
    return HttpResponse(_("%(n)s records") % {"n": text}, content_type="text/plain; charset=utf-8")


@signed_in
def pick(request: ActorRequest, slug: str) -> HttpResponse:
    """Records to choose from in a picker."""
    screen, actor = screen_at(slug), request.actor
    actor.require(f"{screen.type}.view")
    ids = [pk for text in request.GET.get("ids", "").split(",")[:MOST_ROWS] if text and (pk := parse_id(text))]
    found = picked(screen, actor, request.GET.get("q", ""), ids=ids)
    return JsonResponse({"items": [{"value": str(pk), "text": name} for pk, name in found]})
