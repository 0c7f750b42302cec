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
from zhike.records.board.lanes import (
    CARDS,
    MOST,
    Laid,
    Lane,
    by_choices,
    cards,
    facts_of,
    first_cards,
    laid,
    lane_at,
    lanes_of,
    read_by,
)
from zhike.records.cards import row_of
from zhike.records.cells import Cells
from zhike.records.columns import Bound, bound_columns
from zhike.records.queries import ListQuery, beyond_reach
from zhike.records.requests import read_query, read_size, views_of

KEPT = ("filter", "view", "q", "sort", "columns")  # of the question, in every address of the board


@signed_in
@require_GET
def board(request: ActorRequest, slug: str) -> HttpResponse:
    """The board over the current filter; HTMX gets it alone."""
    screen, actor, by, query = _question(request, slug)
    found = laid(screen, actor, query, by)
    choices = [(b.name, b.column.label) for b in by_choices(screen, actor).values()]
    chosen = render_to_string("records/board/by.html", {"choices": choices, "by": by.name})
    context = {
        "screen": screen, "title": screen.label_plural, "lanes": _lanes(screen, actor, query, by, found),
        "chosen": chosen, "asked": _asked(request, by), "more": found.more, "most": MOST,
    }  # fmt: skip
    context |= presentation.list_frame(screen, actor, request, query, views_of(screen, actor), board=by.name)
    partial = bool(request.htmx) and request.htmx.target == "list"
    return render(request, "records/board/part.html" if partial else "records/board/page.html", context)


@signed_in
@require_GET
def lane(request: ActorRequest, slug: str) -> HttpResponse:
    """The next cards of a lane, after so many."""
    screen, actor, by, query = _question(request, slug)
    wanted, start = lane_at(by, request.GET.get("lane", "")), read_size(request.GET.get("from"), 0, most=MOST)
    item = _item(screen, actor, query, by, wanted, laid(screen, actor, query, by), start)
    return render(request, "records/board/cards.html", {"item": item, "screen": screen, "asked": _asked(request, by)})


@signed_in
@require_GET
def figures(request: ActorRequest, slug: str) -> HttpResponse:
    """How many cards each lane has now, and what they add up to: fragments that find their own places."""
    screen, actor, by, query = _question(request, slug)
    found = laid(screen, actor, query, by)
    lanes = [{"lane": one, "figures": found.figures(one)} for one in lanes_of(by)]
    return render(request, "records/board/figures.html", {"lanes": lanes})


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


def _lanes(screen: Screen, actor: Actor, query: ListQuery, by: Bound, found: Laid) -> list[dict[str, Any]]:
    """All lanes with their first cards: one question for the rows of all of them."""
    many = first_cards(by)
    first = {one.code: found.ids.get(one.code, ())[:many] for one in lanes_of(by)}
    rows = _rows(screen, actor, query, by, [pk for ids in first.values() for pk in ids])
    return [
        {"lane": one, "figures": found.figures(one), "cards": [rows[pk] for pk in first[one.code] if pk in rows],
         "next": many if len(found.ids.get(one.code, ())) > many else 0}
        for one in lanes_of(by)
    ]  # fmt: skip


def _item(
    screen: Screen, actor: Actor, query: ListQuery, by: Bound, wanted: Lane, found: Laid, start: int
) -> dict[str, Any]:
    """A further part of one lane."""
    ids = found.ids.get(wanted.code, ())
    shown = ids[start : start + CARDS]
    rows = _rows(screen, actor, query, by, shown)
    return {"lane": wanted, "cards": [rows[pk] for pk in shown if pk in rows],
            "next": start + CARDS if len(ids) > start + CARDS else 0}  # fmt: skip


def _rows(screen: Screen, actor: Actor, query: ListQuery, by: Bound, ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Cards by id."""
    found = cards(screen, actor, query, by, ids)
    held = beyond_reach(screen, actor, found.rows) if actor.can(f"{screen.type}.edit") else set(ids)
    return {card["id"]: card for card in _drawn(screen, actor, found.columns, found.rows, held)}


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
