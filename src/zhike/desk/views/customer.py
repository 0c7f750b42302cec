"""The customer page, its timeline by pages, and the brief to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from zhike.customers.access import party as party_at
from zhike.customers.queries import survivor_of
from zhike.desk.actions import open_brief
from zhike.desk.queries import customer as asked
from zhike.desk.views.log import KINDS
from zhike.kernel.actions import run
from zhike.kernel.actor import Actor
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.ids import parse_id
from zhike.kernel.screens import screens
from zhike.records.answers import in_full
from zhike.records.cards import basics, panels_of

#: what the head, the ways to reach and the panels show already
ELSEWHERE = {
    "mobile", "phone", "email", "wechat", "qq", "website", "do_not_contact", "level", "owner", "kind", "last_touch_at",
    "next_step", "next_step_at", "completeness", "pool", "pooled_at", "pool_reason", "locked",
}  # fmt: skip

BESIDE = {"reveal_contact", "log_touch", "set_next_step"}  # actions with a place of their own on the page
PRINTED = frozenset({"people", "related", "scores", "points"})  # panels that make sense on paper
BESIDE_LIST = frozenset({"points", "pool", "people", "scores"})  # and in the drawer


@signed_in
def page(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Everything about one customer on one page."""
    actor, now = request.actor, timezone.now()
    party = party_at(pk, actor)
    if (survivor := survivor_of(party, actor)) is not None:
        return HttpResponseRedirect(f"/customers/{survivor.pk}/?merged={pk}")
    stands = shared(party, actor)
    context = (
        stands
        | first_lines(party, actor, stands["panels"])
        | {
            "warnings": told_on_arrival(request, party) + asked.warnings(party, actor, now),
            "collaborators": asked.collaborators(party),
            "can_log": actor.can("touch.create"),
            "may_print": party.within(actor, "party.print"),
            "tasks": asked.tasks(party.pk, actor, now),
        }
    )
    return render(request, "desk/customer.html", context)


@signed_in
def drawer(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The short form beside the list: what is next, how to reach them, what was said last."""
    actor, now = request.actor, timezone.now()
    party = party_at(pk, actor)
    if (survivor := survivor_of(party, actor)) is not None:
        return HttpResponseRedirect(f"/customers/{survivor.pk}/drawer/?merged={pk}")
    lines, _more = asked.timeline(party, actor, show=asked.TOUCHES, size=4)
    context = shared(party, actor, BESIDE_LIST) | {
        "warnings": told_on_arrival(request, party) + asked.warnings(party, actor, now),
        "lines": lines,
        "tasks": asked.tasks(party.pk, actor, now),
        "can_log": actor.can("touch.create"),
    }
    return render(request, "desk/drawer.html", context)


def first_lines(party: Any, actor: Actor, panels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The timeline as it opens, and what the composer above it needs: people it may have been with, whom a panel has read."""
    lines, more = asked.timeline(party, actor)
    base = f"/customers/{party.pk}/"
    addresses = {"mention_url": f"{base}mentionable/", "log_url": f"{base}log_touch/"}
    people: Any = next((item["context"].get("members", []) for item in panels if item["panel"].key == "people"), [])
    return {"lines": lines, "more": more, "show": asked.ALL, "kinds": KINDS(), "people": people, **addresses}


def told_on_arrival(request: ActorRequest, party: Any) -> list[asked.Warning]:
    """What is said to whoever was led here from a merged record."""
    return asked.arrived_from(party, parse_id(request.GET.get("merged", "")))


def shared(party: Any, actor: Actor, keys: frozenset[str] | None = None) -> dict[str, Any]:
    """What page and brief show alike: facts that stand nowhere else on the page; the panels, or those named."""
    screen = screens["party"]
    found = basics(screen, party, actor)
    for section in found["facts"]:
        section["fields"] = [item for item in section["fields"] if item["name"] not in ELSEWHERE]
    facts = [section for section in found["facts"] if section["fields"]]
    panels = panels_of(screen, party, actor, keys=keys)
    found["actions"] = [item for item in found["actions"] if item["name"] not in BESIDE]
    return found | {"facts": facts, "panels": panels, "title": party.name, "party": party}


@signed_in
@require_http_methods(["GET", "POST"])
def point(request: ActorRequest, pk: UUID, point: UUID) -> HttpResponse:
    """One number or address in full, for those who may and say why; each look stands in the ledger."""
    party = party_at(pk, request.actor)
    request.actor.require("party.reveal", party)

    def show(reason: str) -> str:
        data = {"column": "", "point_id": str(point), "reason": reason}
        return str(run("reveal_contact", by=request.actor, subject_id=pk, data=data).reply["value"])

    return in_full(request, party.name, show)


@signed_in
def timeline(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A page of the timeline: filtered, or what came before."""
    party = party_at(pk, request.actor)
    show = request.GET.get("show", asked.ALL)
    try:
        before = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        before = None
    lines, more = asked.timeline(party, request.actor, show=show, before=before)
    context = {"lines": lines, "more": more, "show": show, "base": f"/customers/{pk}/"}
    return render(request, "desk/timeline_page.html" if before else "desk/timeline.html", context)


@signed_in
def brief(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One page to read before a visit, or to print; that it was opened is in the audit."""
    actor, now = request.actor, timezone.now()
    party = open_brief(party_at(pk, actor), by=actor)
    lines, _more = asked.timeline(party, actor, show=asked.TOUCHES, size=8)
    context = shared(party, actor, PRINTED) | {
        "risks": asked.risks(party, actor, now),
        "collaborators": asked.collaborators(party),
        "lines": lines,
        "tasks": asked.tasks(party.pk, actor, now),
        "now": now,
    }
    return render(request, "desk/brief.html", context)
