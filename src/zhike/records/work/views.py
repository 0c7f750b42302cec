"""Pages of long work: how far it is, and its cancelling."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.kernel.actions import find, run
from zhike.kernel.doors import ActorRequest, signed_in, toast
from zhike.records.models import Work
from zhike.records.work import queries

JUST_ENDED = timedelta(seconds=20)  # later the page that shows the work knows its end by itself


@signed_in
@require_GET
def works(request: ActorRequest) -> HttpResponse:
    """All long work of the reader."""
    found = [queries.shown(one) for one in queries.works_of(request.actor)]
    return render(request, "records/work/list.html", {"works": found, "title": _("Background work")})


@signed_in
@require_GET
def work(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One piece of work."""
    row = find(Work, pk, request.actor)
    return render(request, "records/work/page.html", queries.shown(row) | {"title": row.title})


@signed_in
@require_GET
def part(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Its progress alone, asked every second while it runs; a page that waited for the end is loaded anew."""
    row = find(Work, pk, request.actor)
    response = render(request, "records/work/part.html", queries.shown(row))
    elsewhere = "/work/" not in request.headers.get("HX-Current-URL", "/work/")
    if elsewhere and row.finished_at is not None and timezone.now() - row.finished_at < JUST_ENDED:
        response["HX-Refresh"] = "true"
    return response


@signed_in
@require_POST
def cancel(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Ask it to stop."""
    run("cancel_work", by=request.actor, subject_id=pk)
    if not request.htmx:
        return HttpResponseRedirect(f"/work/{pk}/")
    return HttpResponse(status=204, headers={"HX-Trigger": toast(_("It stops at its next step"))})
