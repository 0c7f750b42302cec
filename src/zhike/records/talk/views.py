"""Panels of tags and comments, and the page where the list of tags is kept."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.identity.settings_pages import pages_for
from zhike.kernel.actions import registry, run
from zhike.kernel.doors import ActorRequest, needs, signed_in, toast
from zhike.kernel.errors import DomainError, NotFound
from zhike.kernel.screens import Screen, screens
from zhike.records.access import record_at, screen_at
from zhike.records.answers import undo_url
from zhike.records.everywhere import has_everything
from zhike.records.talk import actions, mentions, queries
from zhike.records.views.commands import carried_out

VERBS = {"": "comment", "edit": "edit_comment", "remove": "remove_comment"}


@signed_in
@require_http_methods(["GET", "POST"])
def comments(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """The panel of comments; a POST says, changes or takes back one."""
    screen, actor = screen_at(slug), request.actor
    record = record_at(screen, actor, pk)
    problem: DomainError | None = None
    if request.method == "POST":
        problem = said(request, screen, pk)
        if not request.htmx:
            return HttpResponseRedirect(f"/{slug}/{pk}/#panel-comments")
    context = {
        "panel": queries.panel_of_comments(record, actor),
        "problem": problem,
        "text": request.POST.get("text", "") if problem else "",
    }
    return render(request, "records/talk/comments.html", context)


def said(request: ActorRequest, screen: Screen, pk: UUID) -> DomainError | None:
    """Say, change or take back; what can be mended in the panel itself comes back to be shown there."""
    verb = VERBS.get(request.POST.get("do", ""), "comment")
    data = {name: request.POST[name] for name in ("text", "comment", "share") if request.POST.get(name)}
    try:
        run(f"{verb}_{screen.type}", by=request.actor, subject_id=pk, data=data)
    except DomainError as error:
        if not request.htmx or error.status not in (409, 422):
            raise
        return error
    return None


@signed_in
@require_GET
def mentionable(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """Colleagues to offer after @."""
    record = record_at(screen_at(slug), request.actor, pk)
    found = mentions.nameable(record, request.GET.get("q", "")[:40], request.actor)
    return JsonResponse({"items": [{"value": str(person.pk), "text": person.name} for person in found]})


@signed_in
@require_http_methods(["GET", "POST"])
def tags(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """The panel of tags; a POST adds or takes off."""
    screen, actor = screen_at(slug), request.actor
    record, said = record_at(screen, actor, pk), ""
    if request.method == "POST":
        verb = "remove_tags" if request.POST.get("do") == "remove" else "add_tags"
        made = registry[f"{verb}_{screen.type}"]
        ran = run(made.name, by=actor, subject_id=pk, data={"tags": request.POST.get("tags", "")})
        if not request.htmx:
            return carried_out(request, made, f"/{slug}/{pk}/", ran)
        said = toast(_("Done: %(action)s") % {"action": made.title}, undo=undo_url(ran.event_id))
    context = {"panel": queries.panel_of_tags(record, actor)}
    response = render(request, "records/talk/tags.html", context)
    if said:
        response["HX-Trigger"] = said
    return response


@needs(actions.KEEP_TAGS)
@require_GET
def tag_list(request: ActorRequest, type_: str = "") -> HttpResponse:
    """The list of tags of a type."""
    offered = [screen for screen in screens.values() if has_everything(screen)]
    screen = next((s for s in offered if s.type == type_), offered[0] if offered and not type_ else None)
    if screen is None:
        raise NotFound("page")
    tabs = [{"label": s.label_plural, "url": f"/settings/tags/{s.type}/", "active": s is screen} for s in offered]
    context = {"tags": queries.tag_list(screen), "screen": screen, "tabs": tabs, "title": _("Tags")}
    context |= {"here": "/settings/tags/", "settings_pages": pages_for(request.actor)}
    return render(request, "records/talk/tag_list.html", context)


@needs(actions.KEEP_TAGS)
@require_POST
def tag_change(request: ActorRequest, type_: str, tag: UUID) -> HttpResponse:
    """Rename a tag, or merge it into another."""
    if request.POST.get("into"):
        run("merge_tags", by=request.actor, data={"tag": str(tag), "into": request.POST["into"]})
    else:
        run("rename_tag", by=request.actor, data={"tag": str(tag), "name": request.POST.get("name", "")})
    return HttpResponseRedirect(f"/settings/tags/{type_}/")
