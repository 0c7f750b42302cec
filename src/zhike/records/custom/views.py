"""The pages under Settings where a company adds fields to its record types."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.identity.settings_pages import pages_for
from zhike.kernel.actions import run
from zhike.kernel.doors import ActorRequest, needs
from zhike.kernel.errors import DomainError, NotFound
from zhike.records.answers import dialog, done, form_again
from zhike.records.custom import forms, queries
from zhike.records.custom.actions import RIGHT

ONE = {"hide": "archive_custom_field", "show": "restore_custom_field"}


@needs(RIGHT)
@require_GET
def home(request: ActorRequest) -> HttpResponse:
    """The first type's fields."""
    found = queries.types()
    if not found:
        raise NotFound("page")
    return HttpResponseRedirect(f"/settings/fields/{found[0].type}/")


@needs(RIGHT)
@require_GET
def fields(request: ActorRequest, type_: str) -> HttpResponse:
    """The fields of a type."""
    screen = queries.type_at(type_)
    tabs = [
        {"label": s.label_plural, "url": f"/settings/fields/{s.type}/", "active": s is screen} for s in queries.types()
    ]
    context = {
        "screen": screen, "rows": queries.fields_of(screen), "tabs": tabs, "title": _("Fields"),
        "here": "/settings/fields/", "settings_pages": pages_for(request.actor),
    }  # fmt: skip
    return render(request, "records/custom/list.html", context)


@needs(RIGHT)
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest, type_: str) -> HttpResponse:
    """Add a field."""
    screen, sent = queries.type_at(type_), request.POST if request.method == "POST" else None
    form, title = forms.NewField(sent), _("New field: %(type)s") % {"type": screen.label}
    if sent is None:
        return dialog(request, {"form": form, "title": title, "action": request.path})
    try:
        run("create_custom_field", by=request.actor, data=forms.read_new(sent, screen.type))
    except DomainError as error:
        return form_again(request, form, error, title=title, action=request.path)
    return done(request, f"/settings/fields/{type_}/", _("Added"), go=True)


@needs(RIGHT)
@require_http_methods(["GET", "POST"])
def change(request: ActorRequest, type_: str, pk: UUID) -> HttpResponse:
    """Change a field."""
    screen = queries.type_at(type_)
    field = queries.field_at(screen, pk)
    sent = request.POST if request.method == "POST" else None
    form = forms.ChangedField(screen, field, sent)
    if sent is None:
        return dialog(request, {"form": form, "title": field.label, "action": request.path, "version": field.version})
    try:
        run("change_custom_field", by=request.actor, subject_id=pk, data=forms.read_changed(sent, field))
    except DomainError as error:
        return form_again(request, form, error, title=field.label, action=request.path)
    return done(request, f"/settings/fields/{type_}/", _("Saved"), go=True)


@needs(RIGHT)
@require_POST
def turn(request: ActorRequest, type_: str, pk: UUID, verb: str) -> HttpResponse:
    """Hide a field, or bring it back."""
    screen = queries.type_at(type_)
    if verb not in ONE:
        raise NotFound("action")
    run(ONE[verb], by=request.actor, subject_id=queries.field_at(screen, pk).pk)
    return HttpResponseRedirect(f"/settings/fields/{type_}/")


@needs(RIGHT)
@require_POST
def order(request: ActorRequest, type_: str) -> HttpResponse:
    """Another order."""
    screen = queries.type_at(type_)
    run("reorder_custom_fields", by=request.actor, data={"on": screen.type, "ids": request.POST.getlist("ids")})
    return HttpResponseRedirect(f"/settings/fields/{type_}/")
