"""Pages of duplicates: warned while typing, the work queue, field by field before a merge, the way back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhike.customers.merging import queries
from zhike.customers.merging.similar import similar as similar_to
from zhike.kernel import limits
from zhike.kernel.actions import run
from zhike.kernel.doors import ActorRequest, for_machines, needs, signed_in
from zhike.kernel.errors import DomainError
from zhike.kernel.screens import screens
from zhike.records.access import record_at
from zhike.records.answers import done, read_version

TYPING = limits.Limit("similar", 120)


@needs("party.create")
@require_http_methods(["GET", "POST"])
def similar(request: ActorRequest) -> HttpResponse:
    """Likely duplicates of a customer that somebody is typing in: a fragment for the form, JSON for machines."""
    limits.spend(TYPING, request.actor)
    values = request.POST if request.method == "POST" else request.GET
    found = similar_to(values.dict(), request.actor)
    if for_machines(request):
        return JsonResponse(found.as_json())
    return render(request, "customers/merging/similar.html", {"found": found})


@needs("party.merge")
def duplicates(request: ActorRequest) -> HttpResponse:
    """The work queue of likely duplicates."""
    show, form = request.GET.get("show", ""), request.GET.get("form", "")
    least = 0.9 if request.GET.get("sure") else 0.5
    after = request.GET.get("after", "")
    now = timezone.now()
    found = queries.queue(request.actor, state=show, form=form, least=least, after=after, now=now)
    context = {
        "title": _("Duplicates"), "queue": found, "show": show, "form": form, "sure": least > 0.5,
        "counts": queries.counts(request.actor, now), "running": queries.running_search(), "last": queries.last_search(),
        "can_find": request.actor.can("party.import"),
    }  # fmt: skip
    return render(request, "customers/merging/queue.html", context)


@signed_in
@require_POST
def find(request: ActorRequest) -> HttpResponse:
    """Start a search through all customers."""
    run("find_duplicates", by=request.actor)
    return HttpResponseRedirect("/customers/duplicates/")


@signed_in
@require_POST
def different(request: ActorRequest) -> HttpResponse:
    """Two are not the same; or, taken back, they may be."""
    data = {"other": request.POST.get("other", ""), "different": request.POST.get("again") != "1"}
    run("tell_apart_party", by=request.actor, subject_id=request.POST.get("party"), data=data)
    return done(request, "/customers/duplicates/", _("Noted; this pair will not be shown again"), go=True)


@signed_in
@require_POST
def later(request: ActorRequest) -> HttpResponse:
    """Decide about a pair some days later."""
    data = {"other": request.POST.get("other", "")}
    run("decide_later_party", by=request.actor, subject_id=request.POST.get("party"), data=data)
    return done(request, "/customers/duplicates/", _("It will be shown again in a week"), go=True)


def _mergeable(pk: object, request: ActorRequest) -> Any:
    """A customer that this person may merge: outside the scope it does not exist, seen but not allowed is refused."""
    return record_at(screens["party"], request.actor, pk, "party.merge")


@signed_in
def choose(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Whom to merge a customer with: likely ones first, then any by name."""
    party = _mergeable(pk, request)
    if other := request.GET.get("other", ""):
        found = _mergeable(other, request)
        return HttpResponseRedirect(f"/customers/{party.pk}/merge/{found.pk}/")
    context = {"party": party, "likely": queries.likely_of(party, request.actor), "title": _("Merge with another")}
    context["options"] = queries.options_for(party, request.actor)
    template = "customers/merging/choose.html" if request.htmx else "customers/merging/choose_page.html"
    return render(request, template, context)


@signed_in
@require_http_methods(["GET", "POST"])
def merge(request: ActorRequest, pk: UUID, other: UUID) -> HttpResponse:
    """Two records beside each other: what differs is chosen field by field, everything else comes along."""
    actor = request.actor
    survivor, loser = _mergeable(pk, request), _mergeable(other, request)
    if request.method == "POST":
        choices = {name[2:]: side for name, side in request.POST.items() if name.startswith("c-")}
        data = {"other": str(loser.pk), "choices": choices, "other_version": request.POST.get("other_version") or None}
        try:
            run("merge_party", by=actor, subject_id=pk, data=data, version=read_version(request.POST))
            return HttpResponseRedirect(f"/customers/{survivor.pk}/")
        except DomainError as error:
            return _compare(request, survivor, loser, error)
    return _compare(request, survivor, loser)


def _compare(request: ActorRequest, survivor: Any, loser: Any, error: DomainError | None = None) -> HttpResponse:
    context = queries.beside(survivor, loser, request.actor) | {"error": error, "title": _("Merge")}
    return render(request, "customers/merging/merge.html", context, status=error.status if error else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def undo(request: ActorRequest, pk: UUID) -> HttpResponse:
    """What taking a merge back does; and doing it."""
    merge = queries.merge_at(pk, request.actor)
    if request.method == "POST":
        run("unmerge_party", by=request.actor, subject_id=merge.loser_id)
        return done(request, f"/customers/{merge.loser_id}/", _("Taken apart again"), go=True)
    context = queries.preview_of_undo(merge) | {"title": _("Take out of the merge")}
    template = "customers/merging/undo.html" if request.htmx else "customers/merging/undo_page.html"
    return render(request, template, context)
