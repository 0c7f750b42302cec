"""The dialog that saves a view, and the page where one keeps one's views."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.kernel.actions import run
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.errors import DomainError
from zhike.records.access import screen_at
from zhike.records.answers import dialog, form_again
from zhike.records.forms import Carrying
from zhike.records.presentation import PARTS_OF_A_VIEW
from zhike.records.savedviews import actions, queries

SHARES = (
    ("me", gettext_lazy("Only me")),
    ("team", gettext_lazy("My team")),
    ("below", gettext_lazy("My team and the teams below it")),
    ("all", gettext_lazy("Everybody")),
)


class ViewForm(Carrying):
    """What a view needs beyond the list it was made from."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, required=False, widget=forms.TextInput(attrs={"autofocus": ""})
    )
    share = forms.CharField(label=gettext_lazy("Who uses it"), required=False)
    pinned = forms.CharField(label=gettext_lazy("Pinned in front"), required=False)
    default = forms.CharField(label=gettext_lazy("Opens by itself"), required=False)

    def __init__(self, may_share: bool, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        yes_no = [("", _("No")), ("true", _("Yes"))]
        self.fields["share"].widget = forms.Select(choices=SHARES if may_share else SHARES[:1])
        self.fields["pinned"].widget = self.fields["default"].widget = forms.Select(choices=yes_no)


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest, slug: str) -> HttpResponse:
    """Save the list as it stands under a name."""
    screen, actor = screen_at(slug), request.actor
    given = request.POST if request.method == "POST" else request.GET
    form = ViewForm(actor.can(actions.SHARE), request.POST if request.method == "POST" else None)
    hidden = {name: given.get(name, "") for name in ("filter", "columns", "sort")}
    if request.method == "POST":
        chosen = {name: given[name] for name in ("name", "share", "pinned", "default") if given.get(name)}
        try:
            outcome = run("create_view", by=actor, data={"name": "", **chosen, **hidden, "on": screen.type})
        except DomainError as error:
            return form_again(request, form, error, title=_("Save as view"), action=request.path, hidden=hidden)
        return _go(request, f"/{slug}/?view={outcome.reply['id']}")
    return dialog(request, {"form": form, "title": _("Save as view"), "action": request.path, "hidden": hidden})


def _go(request: ActorRequest, url: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else HttpResponseRedirect(url)


@signed_in
@require_GET
def views(request: ActorRequest, slug: str) -> HttpResponse:
    """One's own views of a type."""
    screen, actor = screen_at(slug), request.actor
    actor.require(f"{screen.type}.view")
    shares = SHARES if actor.can(actions.SHARE) else SHARES[:1]
    context = {"screen": screen, "views": queries.own_views(screen, actor), "shares": shares, "title": _("Views")}
    return render(request, "records/savedviews/list.html", context)


@signed_in
@require_POST
def change(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """Rename, share, pin, open by itself."""
    sent = request.POST
    data = {name: sent[name] for name in ("name", "share") if sent.get(name)}
    data |= {name: str(name in sent).lower() for name in ("pinned", "default")}
    run("change_view", by=request.actor, subject_id=pk, data=data)
    return HttpResponseRedirect(f"/{slug}/views/")


@signed_in
@require_POST
def keep(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """One's own view takes over the filter, columns and order that the list has now; what is not named stays."""
    now = {name: request.POST[name] for name in PARTS_OF_A_VIEW if name in request.POST}
    run("keep_view", by=request.actor, subject_id=pk, data=now)
    return _go(request, f"/{slug}/?view={pk}")


@signed_in
@require_POST
def delete(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """Delete one's own view."""
    run("delete_view", by=request.actor, subject_id=pk)
    return HttpResponseRedirect(f"/{slug}/views/")


@signed_in
@require_POST
def reorder(request: ActorRequest, slug: str) -> HttpResponse:
    """Another order of the tabs."""
    run("reorder_views", by=request.actor, data={"on": screen_at(slug).type, "ids": request.POST.getlist("ids")})
    return HttpResponse(status=204) if request.htmx else HttpResponseRedirect(f"/{slug}/views/")
