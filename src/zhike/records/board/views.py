"""Pages of a board: the whole, a lane, its figures, and the drop of a card."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.kernel.actions import run
from zhike.kernel.actor import Actor
from zhike.kernel.doors import ActorRequest, signed_in, toast
from zhike.kernel.marks import NOTHING
from zhike.kernel.screens import Screen
from zhike.records import presentation
from zhike.records.access import record_at, screen_at
from zhike.records.answers import read_version, undo_url
from zhike.records.board.lanes import AT_ONCE, Lane, by_choices, cards, facts_of, lane_at, lanes_of, read_by, totals
from zhike.records.cards import row_of
from zhike.records.cells import Cells
from zhike.records.columns import Bound, bound_columns
from zhike.records.queries import ListQuery, beyond_reach
from zhike.records.requests import read_query, views_of

KEPT = ("filter", "view", "q", "sort", "columns")  # of the question, in every address of the board


@signed_in
@require_GET
def board(request: ActorRequest, slug: str) -> HttpResponse:
    """The board over the current filter; HTMX gets it alone."""
    screen, actor, by, query = _question(request, slug)
    lanes = [
        _lane(screen, actor, query, by, lane) if place < AT_ONCE else {"lane": lane, "later": True}
        for place, lane in enumerate(lanes_of(by))
    ]
    choices = [(b.name, b.column.label) for b in by_choices(screen, actor).values()]
    chosen = render_to_string("records/board/by.html", {"choices": choices, "by": by.name})
    context = {
        "screen": screen, "title": screen.label_plural, "lanes": lanes, "chosen": chosen, "asked": _asked(request, by),
    }  # fmt: skip
    context |= presentation.list_frame(screen, actor, request, query, views_of(screen, actor), board=by.name)
    partial = bool(request.htmx) and request.htmx.target == "list"
    return render(request, "records/board/part.html" if partial else "records/board/page.html", context)


@signed_in
@require_GET
def lane(request: ActorRequest, slug: str) -> HttpResponse:
    """Cards of one lane: all that it shows first, or those after a mark."""
    screen, actor, by, query = _question(request, slug)
    found = _lane(screen, actor, query, by, lane_at(by, request.GET.get("lane", "")))
    return render(request, "records/board/cards.html", {"item": found, "asked": _asked(request, by)})


@signed_in
@require_GET
def figures(request: ActorRequest, slug: str) -> HttpResponse:
    """How many cards a lane has, and what they add up to."""
    screen, actor, by, query = _question(request, slug)
    number, sums = totals(screen, actor, query, by, lane_at(by, request.GET.get("lane", "")))
    return render(request, "records/board/figures.html", {"number": number, "sums": sums})


@signed_in
@require_POST
def move(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """A card was dropped on another lane: the ordinary change of one field, with its version, its rules and its undo."""
    screen, actor, by, query = _question(request, slug)
    record_at(screen, actor, pk, f"{screen.type}.edit")
    to = lane_at(by, request.POST.get("to", ""))
    change = {by.name: to.code}
    saved = run(f"update_{screen.type}", by=actor, subject_id=pk, data=change, version=read_version(request.GET))
    bound = bound_columns(screen, actor)
    row = row_of(record_at(screen, actor, pk), list(bound.values()))
    shown = [bound[name] for name in facts_of(screen, actor, query, by)]
    context = {"card": _drawn(screen, actor, shown, [row], ())[0], "asked": _asked(request, by)}
    said = toast(_("Moved to “%(lane)s”") % {"lane": to.label}, undo=undo_url(saved.event_id))
    answer = render(request, "records/board/card.html", context)
    answer["HX-Trigger"] = said
    return answer


def _question(request: ActorRequest, slug: str) -> tuple[Screen, Actor, Bound, ListQuery]:
    screen, actor = screen_at(slug), request.actor
    actor.require(f"{screen.type}.view")
    return screen, actor, read_by(screen, actor, request.GET), read_query(screen, actor, request.GET)


def _asked(request: ActorRequest, by: Bound) -> str:
    return urlencode({k: request.GET[k] for k in KEPT if request.GET.get(k)} | {"by": by.name})


def _lane(screen: Screen, actor: Actor, query: ListQuery, by: Bound, lane: Lane) -> dict[str, Any]:
    """A lane with its cards, as the template draws it."""
    found = cards(screen, actor, query, by, lane)
    ids = {row["id"] for row in found.rows}
    held = beyond_reach(screen, actor, found.rows) if actor.can(f"{screen.type}.edit") else ids
    return {"lane": lane, "cards": _drawn(screen, actor, found.columns, found.rows, held), "next": found.next}


def _drawn(
    screen: Screen, actor: Actor, columns: Sequence[Bound], rows: Sequence[Mapping[str, Any]], held: Container[UUID]
) -> list[dict[str, Any]]:
    """Records as cards: title, and the facts that each has; those of `held` stay where they are."""
    cells, drawn = Cells(tuple(columns), actor, timezone.now()), []
    for row in rows:
        title, *others = cells.row(row)
        facts = [(b.column.label, cell) for b, cell in zip(columns[1:], others, strict=True) if cell != NOTHING]
        drawn.append({"id": row["id"], "version": row["version"], "url": f"/{screen.slug}/{row['id']}/",
                      "title": title, "facts": facts, "movable": row["id"] not in held})  # fmt: skip
    return drawn
