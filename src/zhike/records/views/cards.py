"""The card of a record, its drawer, its history, and the values that are shown on demand."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.errors import NotFound
from zhike.records.access import record_at, screen_at, title_of
from zhike.records.answers import in_full
from zhike.records.cards import card_context, drawer_context, panels_of
from zhike.records.history import kinds_of, people_in, read_asked, story
from zhike.records.merged import told_by
from zhike.records.panels import with_standard
from zhike.records.revealing import revealed

HISTORY = 40


@signed_in
def card(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """The full page of a record."""
    screen = screen_at(slug)
    record = record_at(screen, request.actor, pk)
    context = card_context(screen, record, request.actor)
    return render(request, screen.card or "records/card.html", context)


@signed_in
def drawer(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """The short form of the card, beside the list."""
    screen = screen_at(slug)
    record = record_at(screen, request.actor, pk)
    return render(request, "records/drawer.html", drawer_context(screen, record, request.actor))


@signed_in
def panel(request: ActorRequest, slug: str, pk: UUID, key: str) -> HttpResponse:
    """One panel of a card: the part that was left for later, or a page of its own without scripts."""
    screen = screen_at(slug)
    record = record_at(screen, request.actor, pk)
    found = panels_of(screen, record, request.actor, keys={key})
    if not found:
        if any(panel.key == key for panel in with_standard(screen)):
            return HttpResponse()  # it has nothing to say, and goes
        raise NotFound("panel")
    context = {
        "item": found[0],
        "can_edit": record.within(request.actor, f"{screen.type}.edit"),
        "base": f"/{slug}/{pk}/",
        "record_title": title_of(record),
        "record": record,
        "screen": screen,
    }
    return render(request, "records/panel.html" if request.htmx else "records/panel_page.html", context)


@signed_in
def record_history(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """What happened to a record, page by page."""
    screen = screen_at(slug)
    record = record_at(screen, request.actor, pk)
    asked = read_asked(screen, request.GET)
    subjects = told_by(record)
    entries = story(request.actor, subjects, before=asked.before, types=asked.types, who=asked.who, size=HISTORY)
    context = {"entries": entries, "record": record, "screen": screen, "title": title_of(record)}
    if request.htmx:
        return render(request, "records/history.html", context)
    more = entries[-1].id if len(entries) == HISTORY else ""
    context |= {"kinds": kinds_of(screen, asked), "people": people_in(subjects, asked), "more": more}
    context |= {"may_ask_why": request.actor.can("identity.why"), "chosen": asked}
    return render(request, "records/history/page.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def reveal(request: ActorRequest, slug: str, pk: UUID, column: str) -> HttpResponse:
    """A masked value in full, for those who may and say why; each look stands in the ledger."""
    screen, actor = screen_at(slug), request.actor
    record = record_at(screen, actor, pk, f"{screen.type}.reveal")
    return in_full(request, title_of(record), lambda reason: revealed(screen, record, column, actor, reason))
