"""Logging a touch: the composer of the customer page, the sheet of the phone, the guess while typing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from zhike.activities.guessing import guess_next
from zhike.activities.terms import ICONS, TouchKind
from zhike.customers.access import party as party_at
from zhike.customers.queries import people_of
from zhike.desk.queries.customer import guess_reply
from zhike.desk.queries.today import lately
from zhike.desk.views.today import answered
from zhike.identity.access import working_calendar
from zhike.kernel.actions import run
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.errors import Invalid
from zhike.kernel.ids import parse_id
from zhike.kernel.screens import screens
from zhike.records.picking import picked

TASK = "task"
WRITTEN = (TouchKind.NOTE, TouchKind.CALL, TouchKind.VISIT, TouchKind.MESSAGE)


def KINDS() -> list[dict[str, str]]:
    """What the composer can write."""
    kinds = [{"name": str(kind), "label": str(kind.label), "icon": ICONS[kind]} for kind in WRITTEN]
    return [*kinds, {"name": TASK, "label": pgettext("composer", "Task"), "icon": "checkbox"}]


@signed_in
@require_http_methods(["GET", "POST"])
def guess(request: ActorRequest) -> HttpResponse:
    """The next step read from what is being typed. A step somebody has corrected is left alone."""
    given = request.POST if request.method == "POST" else request.GET
    if given.get("next_step", "") != given.get("guessed", ""):
        return HttpResponse(status=204)
    now = timezone.now()
    step = guess_next(given.get("text", ""), now, request.actor.zone, working_calendar())
    context = {"step": guess_reply(step, now, request.actor.zone) if step else None}
    return render(request, "desk/guess.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def entry(request: ActorRequest, pk: UUID) -> HttpResponse:
    """What the composer of a customer page sends."""
    return save(request, pk) if request.method == "POST" else shown(request, pk)


@signed_in
@require_http_methods(["GET", "POST"])
def sheet(request: ActorRequest) -> HttpResponse:
    """The sheet to log a touch in ten seconds, for a customer that is chosen in it."""
    if request.method == "GET":
        return shown(request, parse_id(request.GET.get("customer", "")))
    if (pk := parse_id(request.POST.get("customer", ""))) is None:
        raise Invalid("missing", _("Choose the customer this is about."), "customer")
    return save(request, pk)


def shown(request: ActorRequest, pk: UUID | None) -> HttpResponse:
    """The sheet itself."""
    party = party_at(pk, request.actor) if pk else None
    context = {
        "title": _("Log a touch"),
        "party": party,
        "people": people_of(party) if party else [],
        "recent": [] if party else lately(request.actor, 6),
        "kinds": KINDS(),
        "kind": request.GET.get("kind", "note"),
        "task": parse_id(request.GET.get("task", "")),
    }
    return render(request, "desk/log.html" if request.htmx else "desk/log_page.html", context)


@signed_in
def customers(request: ActorRequest) -> HttpResponse:
    """Customers to choose from in the sheet."""
    request.actor.require("party.view")
    found = picked(screens["party"], request.actor, request.GET.get("q", "")[:80], 8)
    return render(request, "desk/log_customers.html", {"found": found, "asked": request.GET.get("q", "")})


@signed_in
def people(request: ActorRequest) -> HttpResponse:
    """The people of the customer that was chosen in the sheet."""
    pk = parse_id(request.GET.get("customer", ""))
    found = people_of(party_at(pk, request.actor)) if pk else []
    return render(request, "desk/with_whom.html", {"people": found})


def save(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A touch with its next step, or a task; the same key twice is one entry."""
    post, actor = request.POST, request.actor
    key = request.headers.get("Idempotency-Key", "") or post.get("_key", "")
    name, data = (planned if post.get("kind") == TASK else logged)(post)
    outcome = run(name, by=actor, subject_id=pk, data=data, idempotency_key=key)
    if (done := parse_id(post.get("task", ""))) is not None and not outcome.replayed:
        run("finish_task", by=actor, subject_id=done)
    slug = "tasks" if name == "plan_task" else "touches"
    text = (
        _("Planned")
        if name == "plan_task"
        else _("Written down with its next step")
        if data.get("next_step")
        else _("Written down")
    )
    return answered(request, text, f"/{slug}/{outcome.reply['id']}/archive/", f"/customers/{pk}/")


def logged(post: Any) -> tuple[str, dict[str, Any]]:
    """The action and its data for a touch."""
    data = {name: post[name] for name in ("text", "kind", "at", "minutes", "direction", "person") if post.get(name)}
    return "log_touch", data | step_of(post)


def step_of(post: Any) -> dict[str, Any]:
    """The next step, where its tick stands."""
    if not post.get("next"):
        return {}
    found = {name: post[name] for name in ("next_step", "next_at") if post.get(name)}
    return found | ({"next_all_day": True} if post.get("next_all_day") else {})


def planned(post: Any) -> tuple[str, dict[str, Any]]:
    """The action and its data for a task: the first line is what to do, the time is the one guessed or given."""
    text = post.get("text", "").strip()
    first, _newline, rest = text.partition("\n")
    data = {"name": first[:200], "reason": (first[200:] + rest)[:400]}
    step = step_of(post)
    if step.get("next_at"):
        data |= {"due_at": step["next_at"], "all_day": step.get("next_all_day", False)}
    return "plan_task", data
