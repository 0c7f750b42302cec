"""Doors through which people run actions: any action on a record, bulk on a selection, undo."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhike.kernel.actions import About, Action, Outcome, registry, run
from zhike.kernel.actor import Actor
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.errors import BadRequest, NotFound
from zhike.kernel.ids import new_id, parse_id
from zhike.kernel.screens import Screen, screens
from zhike.records import actions, forms, undoing
from zhike.records.access import record_at, screen_at, title_of
from zhike.records.answers import dialog, done, labelled, read_key, read_version, submit, undo_url
from zhike.records.cards import door_of

MOST_IN_BULK = 500


@signed_in
@require_http_methods(["GET", "POST"])
def act(request: ActorRequest, slug: str, pk: UUID, verb: str) -> HttpResponse:
    """Any action on a record: its form, and its run."""
    screen, actor = screen_at(slug), request.actor
    made = action_at(screen, verb)
    record = record_at(screen, actor, pk, made.right)
    about = about_row(made, record, request)
    form = forms.action_form(made, actor, forms.sent(request), request.GET.dict(), about)
    around = {"made": made, "subtitle": about.name if about else title_of(record), "hints": made.hints}
    if request.method == "GET":
        context = {"form": form, "title": made.title, "action": request.path, "version": record.version}
        return dialog(request, context | around | {"key": new_id().hex})

    def perform(data: dict[str, Any]) -> Outcome:
        given, version, key = forms.without_blanks(made, data), read_version(request.POST), read_key(request)
        return run(made.name, by=actor, subject_id=pk, data=given, version=version, idempotency_key=key)

    ran = submit(request, form, perform, title=str(made.title), **around)
    if isinstance(ran, HttpResponse):
        return ran
    return handed_out(made.file, ran.reply) if made.file else carried_out(request, made, after(screen, pk, ran), ran)


def carried_out(request: ActorRequest, made: Action[..., Any], url: str, ran: Outcome) -> HttpResponse:
    """That an action was carried out, with its undo."""
    said = _("Done: %(action)s") % {"action": made.title}
    return done(request, url, said, undo=undo_url(ran.event_id if made.undo else None))


def handed_out(name: str, content: Any) -> HttpResponse:
    """An action's answer as a file to keep, readable by people and machines."""
    packed = orjson.dumps(content, option=orjson.OPT_INDENT_2, default=str)
    kept = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(packed, content_type="application/json; charset=utf-8", headers=kept)


def about_row(made: Action[..., Any], record: Any, request: ActorRequest) -> About | None:
    """What the form of an action is told of the inner row it is on, or of the record where it is on none."""
    if made.about is None:
        return None
    pk = parse_id((request.POST or request.GET).get(made.inner)) if made.inner else record.pk
    if pk is None:
        raise NotFound(made.inner)
    return made.about(record, pk, request.actor)


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
    made = bulk_action(screen, name, actor)
    ids, versions = selection(request)
    form = bulk_form(screen, made, actor, forms.sent(request))
    if request.method == "GET":
        title = _("%(action)s: %(n)s records") % {"action": made.title, "n": len(ids)}
        note = _("What you leave empty stays as it is.") if is_edit(made) else ""
        context = {"form": form, "title": title, "subtitle": note, "action": request.path, "made": made}
        return dialog(request, context | {"ids": [f"{pk}:{versions[pk]}" if pk in versions else pk for pk in ids]})
    sent = forms.submitted(form.fields, request.POST, forms.many_of(form))
    data = forms.filled(sent) if is_edit(made) else forms.without_blanks(made, sent)
    result = actions.run_bulk(name, ids, data, actor, versions)
    refused = [{**one, "sides": labelled(form, one.get("differences"))} for one in result.refused]
    undo = f"/undo/batch/{result.batch_id}/" if made.undo and result.done else ""
    context = {"title": made.title, "result": result, "refused": refused, "undo": undo}
    return told(request, screen, _("%(n)s records done"), context)


def told(request: ActorRequest, screen: Screen, said: str, context: dict[str, Any]) -> HttpResponse:
    """What became of a selection: a toast with undo, or a dialog that names those that were refused."""
    if not context["refused"]:
        return done(request, f"/{screen.slug}/", said % {"n": context["result"].done}, undo=context["undo"])
    response = dialog(request, context | {"screen": screen}, "records/bulk_result.html")
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
    response["HX-Trigger"] = json.dumps({"zhike:changed": None})
    return response


def bulk_action(screen: Screen, name: str, actor: Actor) -> Action[..., Any]:
    """An action of the type that this person holds somewhere."""
    made = registry.get(name)
    if made is None or made.subject is not screen.model_class:
        raise NotFound("action")
    actor.require(made.right)
    return made


def selection(request: ActorRequest) -> tuple[list[str], dict[str, int]]:
    """The ids of the selected records, and the versions at which they were chosen ("id:version", as a list has them)."""
    params = request.POST if request.method == "POST" else request.GET
    chosen = [one.partition(":") for one in params.getlist("ids")[: MOST_IN_BULK + 1]]
    if not chosen or len(chosen) > MOST_IN_BULK:
        raise BadRequest("bad_selection", _("Choose 1 to %(most)s records.") % {"most": MOST_IN_BULK})
    versions = {pk: version for pk, _colon, text in chosen if (version := read_version({"_version": text})) is not None}
    return [pk for pk, _colon, _text in chosen], versions


def is_edit(made: Action[..., Any]) -> bool:
    """Whether the action is the type's own update: its form is the record's, and blank fields stay as they are."""
    return made.subject is not None and made.name == f"update_{made.subject.record_type}"


def bulk_form(screen: Screen, made: Action[..., Any], actor: Actor, data: Any) -> forms.Carrying:
    """The form of a bulk command."""
    return forms.bulk_form(screen, actor, data=data) if is_edit(made) else forms.action_form(made, actor, data)


@signed_in
@require_POST
def undo(request: ActorRequest, event_id: UUID) -> HttpResponse:
    """Take back what was just done; whoever stands on the card of what is in the bin now, is led to its list."""
    record = undoing.undo(event_id, request.actor)
    slug = screens[record.record_type].slug
    card, gone = f"/{slug}/{record.pk}/", getattr(record, "archived_at", None) is not None
    there = (request.htmx.current_url_abs_path or "").startswith(card)
    said = _("Taken back: %(name)s") % {"name": title_of(record)}
    return done(request, f"/{slug}/" if gone else card, said, go=gone and there)


@signed_in
@require_POST
def undo_bulk(request: ActorRequest, batch_id: UUID) -> HttpResponse:
    """Take back what a bulk command just did; what was changed since is left alone, and named."""
    screen, result = undoing.undo_batch(batch_id, request.actor)
    context = {"title": _("Undo"), "result": result, "refused": result.refused, "undo": ""}
    return told(request, screen, _("Taken back: %(n)s records"), context)
