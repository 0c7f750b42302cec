"""The page of the ledger under Settings, and the file it gives."""

from __future__ import annotations

import io
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from zhike.identity import signin
from zhike.identity.settings_pages import pages_for
from zhike.kernel import clock, limits
from zhike.kernel.actions import emit, run
from zhike.kernel.doors import ActorRequest, needs
from zhike.kernel.errors import DomainError, TooMany
from zhike.records.exporting.views import as_file
from zhike.records.exporting.writing import FORMATS, write_table
from zhike.records.ledger import queries, taking_out
from zhike.records.ledger.events import LedgerLooked


@needs("ledger.read")
@require_GET
def ledger(request: ActorRequest) -> HttpResponse:
    """What happened, newest first; that somebody looked is written down before it is shown."""
    asked = queries.read_asked(request.GET)
    emit(LedgerLooked(asked=asked.as_json()), by=request.actor)
    return _shown(request, asked)


def _shown(request: ActorRequest, asked: queries.Asked, error: DomainError | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "page": queries.page(asked, request.actor),
        "asked": asked,
        "chain": queries.chain(),
        "types": queries.types(),
        "people": queries.people(asked.who),
        "doors": queries.DOORS.items(),
        "may_export": request.actor.can("ledger.export"),
        "ask_password": not signin.confirmed(request),
        "error": error,
        "reason": request.POST.get("reason", ""),
        "title": _("Ledger"),
        "here": "/settings/ledger/",
        "settings_pages": pages_for(request.actor),
    }
    return render(request, "records/ledger/page.html", context, status=error.status if error else 200)


@needs("ledger.export")
@sensitive_post_parameters("password")
@require_POST
def export(request: ActorRequest) -> HttpResponse:
    """The entries that the page was narrowed to as a file; the ledger says so first, with the reason."""
    request.actor.require("ledger.read")
    asked = queries.read_asked(request.GET)
    try:
        if not signin.confirmed(request):
            signin.confirm(request, request.user, request.POST.get("password", ""))  # type: ignore[arg-type]
        limits.spend(limits.EXPORT, request.actor)
        rows = taking_out.rows(asked, request.actor)
        data = {"asked": asked.as_json(), "count": len(rows), "reason": request.POST.get("reason", "").strip()}
        run("export_ledger", by=request.actor, data=data)
    except TooMany:  # answered like everywhere, with the time to wait
        raise
    except DomainError as refused:
        return _shown(request, asked, refused)
    media_type, ending = FORMATS["csv"]
    out = io.BytesIO()
    write_table("csv", out, taking_out.heads(), rows)
    name = f"{_('Ledger')} {clock.today(request.actor.zone).isoformat()}{ending}"
    return as_file(io.BytesIO(out.getvalue()), name, media_type)
