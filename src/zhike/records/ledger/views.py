"""The page of the ledger under Settings."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhike.identity.settings_pages import pages_for
from zhike.kernel.actions import emit
from zhike.kernel.doors import ActorRequest, needs
from zhike.records.ledger import queries
from zhike.records.ledger.events import LedgerLooked


@needs("ledger.read")
@require_GET
def ledger(request: ActorRequest) -> HttpResponse:
    """What happened, newest first; that somebody looked is written down before it is shown."""
    asked = queries.read_asked(request.GET)
    emit(LedgerLooked(asked=asked.as_json()), by=request.actor)
    context = {
        "page": queries.page(asked, request.actor),
        "asked": asked,
        "chain": queries.chain(),
        "types": queries.types(),
        "people": queries.people(asked.who),
        "doors": queries.DOORS.items(),
        "title": _("Ledger"),
        "here": "/settings/ledger/",
        "settings_pages": pages_for(request.actor),
    }
    return render(request, "records/ledger/page.html", context)
