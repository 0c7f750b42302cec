"""Doors through which people write records: new, edit, one cell. All of them end in `run`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhike.kernel.actions import Outcome, registry, run
from zhike.kernel.doors import ActorRequest, signed_in, toast
from zhike.kernel.errors import NotFound
from zhike.kernel.ids import new_id
from zhike.records import forms
from zhike.records.access import record_at, screen_at, title_of
from zhike.records.answers import dialog, done, read_key, read_version, submit, undo_url
from zhike.records.cards import row_of
from zhike.records.cells import Cells
from zhike.records.columns import bound_columns


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest, slug: str) -> HttpResponse:
    """The form of a new record, and its creation."""
    screen, actor = screen_at(slug), request.actor
    actor.require(f"{screen.type}.create")
    title = _("New: %(type)s") % {"type": screen.label}
    form = forms.record_form(screen, actor, data=forms.sent(request), initial=request.GET.dict(), fold=True)
    if request.method == "GET":
        context = {"form": form, "title": title, "action": request.path, "key": new_id().hex, "hints": screen.hints}
        return dialog(request, context)

    def create(data: dict[str, Any]) -> Outcome:
        return run(f"create_{screen.type}", by=actor, data=forms.filled(data), idempotency_key=read_key(request))

    made = submit(request, form, create, title=title, hints=screen.hints)
    if isinstance(made, HttpResponse):
        return made
    undo = undo_url(made.event_id if registry[f"create_{screen.type}"].undo else None)
    return done(request, f"/{screen.slug}/{made.reply['id']}/", _("Added"), undo=undo, go=True)


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """The form of a record; a stale one shows both sides."""
    screen, actor = screen_at(slug), request.actor
    record = record_at(screen, actor, pk, f"{screen.type}.edit")
    names = [n for n in request.GET.get("only", "").split(",") if n]
    title = _("Edit: %(name)s") % {"name": title_of(record)}
    form = forms.record_form(screen, actor, record=record, data=forms.sent(request), names=names)
    if request.method == "GET":
        address = request.get_full_path()
        return dialog(request, {"form": form, "title": title, "action": address, "version": record.version})

    def update(data: dict[str, Any]) -> Outcome:
        version = read_version(request.POST)
        return run(f"update_{screen.type}", by=actor, subject_id=pk, data=data, version=version)

    saved = submit(request, form, update, title=title)
    return saved if isinstance(saved, HttpResponse) else done(request, "../", _("Saved"), undo=undo_url(saved.event_id))


@signed_in
@require_http_methods(["GET", "POST"])
def cell(request: ActorRequest, slug: str, pk: UUID, column: str) -> HttpResponse:
    """One field edited in the list itself."""
    screen, actor = screen_at(slug), request.actor
    record = record_at(screen, actor, pk, f"{screen.type}.edit")
    item = bound_columns(screen, actor).get(column)
    if item is None or not item.column.inline or not item.writable:
        raise NotFound("field")
    form = forms.record_form(screen, actor, record=record, data=forms.sent(request), names=[column])
    if request.method == "GET":
        context = {"form": form, "action": request.path, "version": record.version}
        return render(request, "records/cell_form.html", context)
    data = forms.submitted(form.fields, request.POST, forms.many_of(form))
    saved = run(f"update_{screen.type}", by=actor, subject_id=pk, data=data, version=read_version(request.POST))
    shown = Cells((item,), actor, timezone.now()).cell(item, row_of(record_at(screen, actor, pk), [item]))
    return HttpResponse(shown, headers={"HX-Trigger": toast(_("Saved"), undo=undo_url(saved.event_id))})
