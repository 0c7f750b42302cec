"""The page of notices."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from zhike.kernel.actions import run
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.ids import parse_id
from zhike.records.notices import queries


@signed_in
@require_GET
def notices(request: ActorRequest) -> HttpResponse:
    """What the reader was told, the latest first."""
    before = parse_id(request.GET.get("before", ""))
    found = queries.notices_of(request.actor, str(before) if before else "")
    more = f"?before={found[-1].id}" if len(found) == queries.PAGE else ""
    context = {"notices": found, "more": more, "waiting": any(one.unread for one in found), "title": _("Notices")}
    return render(request, "records/notices/list.html", context)


@signed_in
@require_POST
def read(request: ActorRequest) -> HttpResponse:
    """Mark those sent (or all) as read, and go where the notice leads."""
    ids = request.POST.getlist("ids")
    run("read_notices", by=request.actor, data={"ids": ids} if ids else {})
    go = request.POST.get("go", "")
    return HttpResponseRedirect(go if go.startswith("/") and not go.startswith(("//", "/\\")) else "/notices/")


@signed_in
@require_GET
def unread(request: ActorRequest) -> HttpResponse:
    """The number on the bell."""
    number = queries.unread(request.actor)
    return HttpResponse(str(number) if number else "", content_type="text/plain; charset=utf-8")
