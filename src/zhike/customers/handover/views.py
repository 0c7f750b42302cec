"""The page of a handover: what the leaver holds, where it would go, and the one button."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.customers.handover import queries
from zhike.customers.handover.actions import RIGHT
from zhike.customers.handover.terms import Way
from zhike.customers.pool.queries import live_pools
from zhike.identity.settings_pages import pages_for
from zhike.kernel.actions import find, run
from zhike.kernel.doors import ActorRequest, needs
from zhike.kernel.errors import DomainError

FIELDS = ("way", "to", "pool", "rest")


@needs(RIGHT)
@require_http_methods(["GET", "POST"])
def handover(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """Preview, then the act."""
    person: Any = find(get_user_model(), person_id, request.actor, right=RIGHT)
    error = None
    if request.method == "POST":
        data: dict[str, Any] = {name: request.POST[name] for name in FIELDS if request.POST.get(name)}
        data["deactivate"] = request.POST.get("deactivate") == "1"
        try:
            reply = run("hand_over", by=request.actor, subject_id=person.pk, data=data).reply
            return HttpResponseRedirect(f"/work/{reply['work']}/")
        except DomainError as refused:
            error = refused
    context = shown(request, person) | {"error": error}
    return render(request, "customers/handover/page.html", context, status=error.status if error else 200)


def shown(request: ActorRequest, person: Any) -> dict[str, Any]:
    """What the page shows."""
    asked = request.POST if request.method == "POST" else request.GET
    way = asked.get("way") if asked.get("way") in Way.values else Way.PERSON
    holdings = queries.holdings(person)
    targets, unfit = queries.by_rule(person) if way == Way.RULE else ([], 0)
    return {
        "leaver": person, "holdings": holdings, "total": sum(one.total for one in holdings), "way": way,
        "ways": [{"label": w.label, "url": f"?way={w}", "active": w == way} for w in Way], "targets": targets,
        "unfit": unfit, "heirs": queries.heirs(person), "pools": live_pools(), "sent": asked,
        "may_deactivate": queries.may_deactivate(person, request.actor), "settings_pages": pages_for(request.actor),
        "here": "/people/", "title": _("Handover"),
    }  # fmt: skip
