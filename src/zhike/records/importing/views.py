"""Pages of imports: the upload, the preview with its decisions, progress and result."""

from __future__ import annotations

import io
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.kernel.actions import find, run
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.errors import BadRequest, DomainError
from zhike.kernel.screens import screens
from zhike.records.access import screen_at
from zhike.records.exporting.writing import Column, content_disposition, write_table
from zhike.records.importing import queries, shown
from zhike.records.importing.actions import may_import
from zhike.records.importing.planning import Plan
from zhike.records.importing.storing import keep, remove, too_large
from zhike.records.models import Import, ImportState


@signed_in
@require_http_methods(["GET", "POST"])
def upload(request: ActorRequest, slug: str) -> HttpResponse:
    """Drop a file; what it holds is shown before anything is imported."""
    screen, actor = screen_at(slug), request.actor
    may_import(screen.type, actor)
    error = ""
    if request.method == "POST":
        try:
            return _go(request, f"/imports/{_received(request, screen.type)}/")
        except DomainError as refused:
            error = str(refused.message)
    context = shown.upload_context(screen, actor) | {"error": error}
    return render(request, "records/importing/upload.html", context, status=422 if error else 200)


def _received(request: ActorRequest, on: str) -> UUID:
    """The stored and noted upload; a file that cannot be read leaves nothing behind."""
    if int(request.headers.get("Content-Length") or 0) > settings.UPLOAD_MOST_BYTES + 100_000:
        raise too_large()
    file = request.FILES.get("file")
    if file is None:
        raise BadRequest("import.no_file", _("Choose a file first."), "file")
    name = str(file.name or "file")
    key, size = keep(file.chunks(), name)
    try:
        data = {"on": on, "key": key, "name": name, "size": size}
        return UUID(str(run("receive_import", by=request.actor, data=data).reply["id"]))
    except BaseException:
        remove(key)
        raise


def _go(request: ActorRequest, url: str) -> HttpResponse:
    return HttpResponse(headers={"HX-Redirect": url}) if request.htmx else HttpResponseRedirect(url)


@signed_in
@require_http_methods(["GET", "POST"])
def page(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One import: while it is a draft its preview, later how far it is and what came of it."""
    actor = request.actor
    row: Import = find(Import, pk, actor)
    if row.state != ImportState.DRAFT:
        return render(request, "records/importing/result.html", shown.result_context(row, actor))
    may_import(row.on, actor)
    plan, refused = shown.posted_plan(request.POST) if request.method == "POST" else Plan(), ""
    if "go" in request.POST:
        try:
            run("start_import", by=actor, subject_id=pk, data={"plan": plan.stored()})
            return _go(request, f"/imports/{pk}/")
        except DomainError as error:
            changed = _("The file is read in another way now. Check the columns, then import.")
            refused = str(error.message) if plan.targets else changed
    context = shown.preview_context(row, actor, plan) | {"refused": refused}
    name = "records/importing/preview_form.html" if request.htmx else "records/importing/preview.html"
    return render(request, name, context)


@signed_in
@require_POST
def act(request: ActorRequest, pk: UUID, verb: str) -> HttpResponse:
    """Continue, discard or take back."""
    row: Import = find(Import, pk, request.actor)
    screen = screens[row.on]
    run(f"{verb}_import", by=request.actor, subject_id=pk)
    return _go(request, f"/{screen.slug}/import/" if verb == "discard" else f"/imports/{pk}/")


@signed_in
@require_GET
def errors(request: ActorRequest, pk: UUID) -> HttpResponse:
    """The refused lines in the file's own columns, with the reason: to be mended and imported again."""
    row: Import = find(Import, pk, request.actor)
    columns = [Column(str(place), heading) for place, heading in enumerate(row.headers)]
    columns += [Column("line", _("Line")), Column("reason", _("Reason"))]
    out = io.BytesIO()
    write_table("csv", out, columns, queries.refused_rows(row))
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    stem = row.name.rpartition(".")[0] or row.name
    response["Content-Disposition"] = content_disposition(f"{stem} - {_('refused')}.csv")
    return response
