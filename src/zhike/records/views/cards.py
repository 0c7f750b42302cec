"""The card of a record, its drawer, its history, and the values that are shown on demand."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from zhike.kernel.doors import ActorRequest, signed_in
from zhike.records import watching
from zhike.records.access import record_at, screen_at
from zhike.records.cards import card_context, drawer_context
from zhike.records.history import story
from zhike.records.revealing import revealed


@signed_in
def card(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """The full page of a record."""
    screen = screen_at(slug)
    record = record_at(screen, request.actor, pk)
    if screen.party == "pk":  # customers: whoever walks through all of them is seen
        watching.seen(watching.CARDS, request.actor)
    context = card_context(screen, record, request.actor)
    return render(request, screen.card or "records/card.html", context)


@signed_in
def drawer(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """The short form of the card, beside the list."""
    screen = screen_at(slug)
    record = record_at(screen, request.actor, pk)
    return render(request, "records/drawer.html", drawer_context(screen, record, request.actor))


@signed_in
def record_history(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """What happened to a record, page by page."""
    screen = screen_at(slug)
    record = record_at(screen, request.actor, pk)
    entries = story(request.actor, subject_id=record.pk, before=str(request.GET.get("before") or ""))
    return render(request, "records/history.html", {"entries": entries, "record": record, "screen": screen})


@signed_in
@require_POST
def reveal(request: ActorRequest, slug: str, pk: UUID, column: str) -> HttpResponse:
    """A masked value in full, for those who may; each look stands in the ledger."""
    screen = screen_at(slug)
    record = record_at(screen, request.actor, pk)
    return render(
        request,
        "records/revealed.html",
        {"value": revealed(screen, record, column, request.actor, request.POST.get("reason", ""))},
    )
