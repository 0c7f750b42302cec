"""Doors through which people change records: new, edit, one cell, any action, bulk, undo. All of them end in `run`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhike.kernel.actions import Action, Outcome, registry, run
from zhike.kernel.doors import ActorRequest, signed_in, toast
from zhike.kernel.errors import BadRequest, DomainError, NotFound, Stale
from zhike.kernel.ids import new_id
from zhike.kernel.models import Event
from zhike.kernel.screens import Screen
from zhike.records import actions, forms
from zhike.records.access import record_at, screen_at, title_of
from zhike.records.cards import door_of, row_of
from zhike.records.cells import Cells
from zhike.records.columns import bound_columns

MOST_IN_BULK = 500


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: ActorRequest, slug: str) -> HttpResponse:
    """The form of a new record, and its creation."""
    screen, actor = screen_at(slug), request.actor
    actor.require(f"{screen.type}.create")
    sent = request.POST if request.method == "POST" else None
    form = forms.record_form(screen, actor, data=sent, initial=request.GET.dict())
    if sent is not None:
        data = {k: v for k, v in forms.submitted(form.fields, sent, forms.many_of(form)).items() if v not in ("", [])}
        try:
            outcome = run(f"create_{screen.type}", by=actor, data=data, idempotency_key=sent.get("_key", ""))
        except DomainError as error:
            return form_again(request, form, error, title=_("New"), action=request.path)
        return done(request, f"/{screen.slug}/{outcome.reply['id']}/", _("Created"), go=True)
    context = {
        "form": form,
        "title": _("New: %(type)s") % {"type": screen.label},
        "action": request.path,
        "key": new_id().hex,
    }
    return dialog(request, context)


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """The form of a record; a stale one shows both sides."""
    screen, actor = screen_at(slug), request.actor
    record = record_at(screen, actor, pk, f"{screen.type}.edit")
    names = [n for n in request.GET.get("only", "").split(",") if n]
    sent = request.POST if request.method == "POST" else None
    form = forms.record_form(screen, actor, record=record, data=sent, names=names)
    if sent is None:
        context = {
            "form": form,
            "title": title_of(record),
            "action": request.get_full_path(),
            "version": record.version,
        }
        return dialog(request, context)
    data = forms.submitted(form.fields, sent, forms.many_of(form))
    try:
        run(f"update_{screen.type}", by=actor, subject_id=pk, data=data, version=read_version(sent))
    except DomainError as error:
        return form_again(request, form, error, title=title_of(record), action=request.get_full_path())
    return done(request, f"/{screen.slug}/{pk}/", _("Saved"), undo=last_event(pk, actor.user_id))


def read_version(sent: Any) -> int | None:
    """The version the form was drawn with."""
    text = sent.get("_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@signed_in
@require_http_methods(["GET", "POST"])
def cell(request: ActorRequest, slug: str, pk: UUID, column: str) -> HttpResponse:
    """One field edited in the list itself."""
    screen, actor = screen_at(slug), request.actor
    record = record_at(screen, actor, pk, f"{screen.type}.edit")
    item = bound_columns(screen, actor).get(column)
    if item is None or not item.column.inline or not item.writable:
        raise NotFound("field")
    form = forms.record_form(screen, actor, record=record, data=request.POST or None, names=[column])
    if request.method == "GET":
        return render(
            request, "records/cell_form.html", {"form": form, "action": request.path, "version": record.version}
        )
    data = forms.submitted(form.fields, request.POST, forms.many_of(form))
    run(f"update_{screen.type}", by=actor, subject_id=pk, data=data, version=read_version(request.POST))
    fresh = record_at(screen, actor, pk)
    shown = Cells((item,), actor, timezone.now()).cell(item, row_of(fresh, [item]))
    response = HttpResponse(shown)
    response["HX-Trigger"] = toast(_("Saved"), undo=undo_url(last_event(pk, actor.user_id)))
    return response


@signed_in
@require_http_methods(["GET", "POST"])
def act(request: ActorRequest, slug: str, pk: UUID, verb: str) -> HttpResponse:
    """Any action on a record: its form, and its run."""
    screen, actor = screen_at(slug), request.actor
    made = action_at(screen, verb)
    record = record_at(screen, actor, pk, made.right)
    sent = request.POST if request.method == "POST" else None
    form = forms.action_form(made, actor, sent, request.GET.dict() if sent is None else None)
    if sent is None:
        context = {
            "form": form,
            "title": made.title,
            "subtitle": title_of(record),
            "action": request.path,
            "made": made,
        }
        return dialog(request, context | {"version": record.version, "key": new_id().hex})
    data = forms.without_blanks(made, forms.submitted(form.fields, sent, forms.many_of(form)))
    try:
        outcome = run(
            made.name,
            by=actor,
            subject_id=pk,
            data=data,
            version=read_version(sent),
            idempotency_key=sent.get("_key", ""),
        )
    except DomainError as error:
        return form_again(request, form, error, title=str(made.title), action=request.path)
    return done(
        request, after(screen, pk, outcome), str(made.title), undo=last_event(pk, actor.user_id) if made.undo else ""
    )


def after(screen: Screen, pk: UUID, outcome: Outcome) -> str:
    """Where an action leads: to the record, or to the list when it is gone."""
    gone = (outcome.value is None and not outcome.replayed) or not outcome.reply
    return f"/{screen.slug}/" if gone else f"/{screen.slug}/{pk}/"


def action_at(screen: Screen, verb: str) -> Action[..., Any]:
    """The action of a type behind the last part of an address."""
    for made in registry.values():
        if made.subject is screen.model_class and door_of(made) == verb and "web" in made.doors:
            return made
    raise NotFound("action")


@signed_in
@require_http_methods(["GET", "POST"])
def bulk(request: ActorRequest, slug: str, name: str) -> HttpResponse:
    """An action on a selection: its form, then one run a record."""
    screen, actor = screen_at(slug), request.actor
    made = registry.get(name)
    if made is None or made.subject is not screen.model_class:
        raise NotFound("action")
    actor.require(made.right)
    params = request.POST if request.method == "POST" else request.GET
    ids = params.getlist("ids")[: MOST_IN_BULK + 1]
    if not ids or len(ids) > MOST_IN_BULK:
        raise BadRequest("bad_selection", _("Choose 1 to %(most)s records.") % {"most": MOST_IN_BULK})
    editing = name == f"update_{screen.type}"
    form = (
        forms.record_form(screen, actor, data=request.POST or None)
        if editing
        else forms.action_form(made, actor, request.POST or None)
    )
    if request.method == "GET":
        title = _("%(action)s: %(n)s records") % {"action": made.title, "n": len(ids)}
        return dialog(request, {"form": form, "title": title, "action": request.path, "ids": ids, "made": made})
    data = forms.submitted(form.fields, request.POST, forms.many_of(form))
    data = {k: v for k, v in data.items() if v not in ("", [])} if editing else forms.without_blanks(made, data)
    result = actions.run_bulk(name, ids, data, actor)
    if result.refused:
        return dialog(request, {"title": made.title, "result": result}, "records/bulk_result.html")
    return done(request, f"/{screen.slug}/", _("%(n)s records done") % {"n": result.done}, go=not request.htmx)


@signed_in
@require_POST
def undo(request: ActorRequest, event_id: UUID) -> HttpResponse:
    """Take back an ordinary edit."""
    record = actions.undo(event_id, request.actor)
    return done(
        request,
        request.headers.get("HX-Current-URL", "") or "/",
        _("Taken back: %(name)s") % {"name": title_of(record)},
    )


def last_event(pk: UUID, user_id: Any) -> str:
    """The event this person just left on a record, to offer its undo."""
    found = Event.objects.filter(subject_id=pk, actor_id=user_id).order_by("-id").values_list("pk", flat=True).first()
    return str(found or "")


def undo_url(event_id: str) -> str:
    """Where undo is asked for."""
    return f"/undo/{event_id}/" if event_id else ""


def dialog(request: ActorRequest, context: dict[str, Any], template: str = "records/form_dialog.html") -> HttpResponse:
    """A form as a dialog fragment for HTMX, as a page of its own otherwise."""
    partial = bool(request.htmx)
    return render(request, template if partial else "records/form_page.html", context | {"fragment": template})


def form_again(request: ActorRequest, form: forms.Carrying, error: DomainError, **context: Any) -> HttpResponse:
    """The form with what was refused, nothing lost."""
    form.refuse(error)
    sides = error.data.get("differences") if isinstance(error, Stale) else None
    version = error.data.get("version") if isinstance(error, Stale) else request.POST.get("_version", "")
    shared = {"form": form, "sides": labelled(form, sides), "version": version, "key": request.POST.get("_key", "")}
    response = dialog(request, context | shared)
    response.status_code = error.status
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
    return response


def labelled(form: forms.Carrying, sides: Any) -> list[dict[str, Any]]:
    """Both sides of a stale write with the labels of their fields; only those that differ and may be seen in full."""
    shown = {name for name, field in form.fields.items() if not getattr(field, "veiled", False)}
    return [s | {"label": form.fields[s["field"]].label} for s in sides or [] if s["field"] in shown]


def done(request: ActorRequest, url: str, text: str, *, undo: str = "", go: bool = False) -> HttpResponse:
    """After success: no dialog, a toast with undo, fresh lists; without JavaScript a redirect."""
    if not request.htmx:
        return HttpResponseRedirect(url)
    response = HttpResponse(status=204)
    response["HX-Trigger"] = toast(text, undo=undo_url(undo), close=None, changed=None)
    if go:
        response["HX-Redirect"] = url
    return response
