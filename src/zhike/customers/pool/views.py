"""Pages of pools: what can be claimed, what is about to fall, and the settings with their dry run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.customers.models import Pool
from zhike.customers.pool import forms, listing, queries
from zhike.customers.pool.actions import MANAGE
from zhike.identity.settings_pages import pages_for
from zhike.kernel import clock
from zhike.kernel.actions import find, run
from zhike.kernel.doors import ActorRequest, needs
from zhike.kernel.errors import DomainError, NotFound
from zhike.kernel.ids import parse_id

HOME = "/settings/pools/"


def _one(request: ActorRequest, pools: list[Pool]) -> UUID | None:
    chosen = parse_id(request.GET["pool"]) if request.GET.get("pool") else None
    if chosen is not None and chosen not in {pool.pk for pool in pools}:
        raise NotFound("pool")
    return chosen


@needs("party.view")
@require_GET
def pool(request: ActorRequest) -> HttpResponse:
    """Customers that one may claim, with what is left of one's limits today."""
    pools = queries.pools_of(request.actor)
    one = _one(request, pools)
    context = listing.listing(request, pools, one)
    if request.htmx and request.htmx.target == "list":
        return render(request, "customers/pool/list.html", context)
    shown = [p for p in pools if one in (None, p.pk)]
    left = queries.left_today(request.actor, clock.now(), shown)
    falling = len(queries.about_to_fall(request.actor, clock.now()))
    around = {
        "left": left,
        "falling": falling,
        "pools": pools,
        "title": _("Public pool"),
        "keeps": request.actor.can(MANAGE),
    }
    return render(request, "customers/pool/page.html", context | around)


@needs("party.view")
@require_GET
def count(request: ActorRequest) -> HttpResponse:
    """How many lie in the pools; never counts past 10,000."""
    pools = queries.pools_of(request.actor)
    number, more = listing.count(request, pools, _one(request, pools))
    text = f"{number:,}+" if more else f"{number:,}"
    return HttpResponse(_("%(n)s records") % {"n": text}, content_type="text/plain; charset=utf-8")


@needs("party.view")
@require_GET
def falling(request: ActorRequest) -> HttpResponse:
    """One's own customers that fall into a pool soon, each with its reason."""
    rows = queries.about_to_fall(request.actor, clock.now())
    return render(request, "customers/pool/falling.html", {"rows": rows, "title": _("About to fall into the pool")})


def _page(request: ActorRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    around = {"settings_pages": pages_for(request.actor), "here": HOME, "title": _("Public pools")}
    return render(request, f"customers/pool/{template}.html", around | context, status=status)


@needs(MANAGE)
@require_GET
def pools(request: ActorRequest) -> HttpResponse:
    """Every pool with how many customers lie in it."""
    return _page(request, "settings", rows=[(p, queries.counts().get(p.pk, 0)) for p in queries.live_pools()])


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    """Make a pool."""
    return _edit(request, None)


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, pool_id: UUID) -> HttpResponse:
    """Change a pool."""
    return _edit(request, find(Pool, pool_id, request.actor))


def _edit(request: ActorRequest, held: Pool | None) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form, status, name = forms.PoolForm(held, sent), 200, "update_pool" if held else "create_pool"
    if sent is not None:
        try:
            made = run(name, by=request.actor, subject_id=held.pk if held else None, data=forms.read(sent)).value
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(f"{HOME}{made.pk}/")
        except DomainError as error:
            form.refuse(error)
            status = error.status
    deals = queries.deals_known()
    rules = forms.grid(held.rules if held else {}, deals, sent)
    return _page(request, "edit", status, form=form, held=held, rules=rules, deals=deals)


@needs(MANAGE)
@require_GET
def rehearsal(request: ActorRequest, pool_id: UUID) -> HttpResponse:
    """Who would fall if recycling were on: the dry run."""
    held = find(Pool, pool_id, request.actor)
    return _page(request, "rehearsal", held=held, seen=queries.rehearse(held, clock.now()))


@needs(MANAGE)
@require_POST
def switch(request: ActorRequest, pool_id: UUID) -> HttpResponse:
    """Recycling on or off; closing the pool."""
    if request.POST.get("close"):
        run("archive_pool", by=request.actor, subject_id=pool_id)
        return HttpResponseRedirect(HOME)
    run("set_recycling", by=request.actor, subject_id=pool_id, data={"on": request.POST.get("on") == "1"})
    messages.success(request, _("Saved."))
    return HttpResponseRedirect(f"{HOME}{pool_id}/")
