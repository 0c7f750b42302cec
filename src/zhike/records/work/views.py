"""Pages of long work: how far it is, and its cancelling."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.kernel.actions import find, run
from zhike.kernel.doors import ActorRequest, signed_in, toast
from zhike.records.models import Work
from zhike.records.work import queries


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
    """Its progress alone, asked every second while it runs."""
    return render(request, "records/work/part.html", queries.shown(find(Work, pk, request.actor)))


@signed_in
@require_POST
def cancel(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Ask it to stop."""
    run("cancel_work", by=request.actor, subject_id=pk)
    if not request.htmx:
        return HttpResponseRedirect(f"/work/{pk}/")
    return HttpResponse(status=204, headers={"HX-Trigger": toast(_("It stops at its next step"))})
