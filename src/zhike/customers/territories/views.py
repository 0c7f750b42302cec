"""Pages of assignment rules: their list with a test box, one rule, and assigning many customers anew with a preview."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.customers.models import AssignmentRule
from zhike.customers.territories import forms, queries
from zhike.customers.territories.actions import MANAGE
from zhike.identity.queries import active_people
from zhike.identity.settings_pages import pages_for
from zhike.kernel.actions import find, run
from zhike.kernel.doors import ActorRequest, needs
from zhike.kernel.errors import DomainError

HOME = "/settings/territories/"


def _page(request: ActorRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    around = {"settings_pages": pages_for(request.actor), "here": HOME, "title": _("Assignment rules")}
    return render(request, f"customers/territories/{template}.html", around | context, status=status)


@needs(MANAGE)
@require_GET
def rules(request: ActorRequest) -> HttpResponse:
    """Every rule in order, and a box that tells where a customer would go."""
    tried = None
    if "kind" in request.GET:
        tried = queries.rulebook().choose(forms.trial(request.GET))
    form = forms.TrialForm(request.GET or None)
    shown = [(rule, queries.described(rule)) for rule in queries.rules()]
    return _page(request, "list", rows=shown, form=form, tried=tried, places=forms.places())


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest) -> HttpResponse:
    """Make a rule."""
    return _edit(request, None)


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, rule_id: UUID) -> HttpResponse:
    """Change a rule."""
    return _edit(request, find(AssignmentRule, rule_id, request.actor))


def _edit(request: ActorRequest, held: AssignmentRule | None) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form, status, name = forms.RuleForm(held, sent), 200, "update_assignment" if held else "create_assignment"
    if sent is not None:
        try:
            run(name, by=request.actor, subject_id=held.pk if held else None, data=forms.read(sent))
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(HOME)
        except DomainError as error:
            form.refuse(error)
            status = error.status
    return _page(request, "edit", status, form=form, held=held, places=forms.places())


@needs(MANAGE)
@require_POST
def turn(request: ActorRequest, rule_id: UUID, verb: str) -> HttpResponse:
    """On, off, or away."""
    if verb == "remove":
        run("remove_assignment", by=request.actor, subject_id=rule_id)
    else:
        run("update_assignment", by=request.actor, subject_id=rule_id, data={"active": verb == "on"})
    return HttpResponseRedirect(HOME)


@needs("party.transfer")
@require_http_methods(["GET", "POST"])
def anew(request: ActorRequest) -> HttpResponse:
    """Somebody's customers (or nobody's) by the rules: first what would happen, then the doing, in the background."""
    asked = request.POST if request.method == "POST" else request.GET
    owner = forms.person_id(asked)
    if request.method == "POST":
        work = run("reassign_customers", by=request.actor, data={"owner": str(owner) if owner else None}).reply
        return HttpResponseRedirect(f"/work/{work['work']}/")
    moves = queries.preview(request.actor, owner) if "owner" in asked else None
    people = active_people().order_by("sort_key")[:500]
    context: dict[str, Any] = {
        "people": people,
        "owner": owner,
        "moves": moves,
        "targets": queries.by_target(moves or ()),
    }
    return _page(request, "anew", **context)
