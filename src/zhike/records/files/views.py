"""Sending and fetching files. A download asks for the right on the record at that moment, and never opens in the page."""

from __future__ import annotations

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zhike.kernel.actions import run
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.errors import Invalid, NotFound
from zhike.records.access import record_at, screen_at
from zhike.records.exporting.writing import content_disposition
from zhike.records.files import store
from zhike.records.files.queries import file_at, panel_of_files


@signed_in
@require_http_methods(["GET", "POST"])
def files(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """The panel of a record's files; a POST adds those sent."""
    screen, actor = screen_at(slug), request.actor
    record = record_at(screen, actor, pk)
    if request.method == "POST":
        actor.require(f"{screen.type}.edit", record)
        sent = request.FILES.getlist("file")
        if not sent:
            raise Invalid("missing", _("Choose a file first."), "file")
        for upload in sent[:20]:
            data = {"upload": store.take(upload, upload.name or "", actor), "name": upload.name or ""}
            run(f"attach_file_{screen.type}", by=actor, subject_id=pk, data=data)
        if not request.htmx:
            return HttpResponseRedirect(f"/{slug}/{pk}/")
    return render(request, "records/files/panel.html", {"panel": panel_of_files(record, actor)})


@signed_in
@require_GET
def download(request: ActorRequest, slug: str, pk: UUID, file: UUID) -> HttpResponse:
    """The bytes, as an attachment whatever they are."""
    record = record_at(screen_at(slug), request.actor, pk)
    row = file_at(record, file)
    if not default_storage.exists(row.blob.key):
        raise NotFound("file")
    response = FileResponse(default_storage.open(row.blob.key, "rb"), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition(row.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response  # type: ignore[return-value]  # Django's streaming answers are no HttpResponse to the stubs


@signed_in
@require_POST
def remove(request: ActorRequest, slug: str, pk: UUID, file: UUID) -> HttpResponse:
    """Take a file off the record."""
    screen = screen_at(slug)
    run(f"remove_file_{screen.type}", by=request.actor, subject_id=pk, data={"file": str(file)})
    if not request.htmx:
        return HttpResponseRedirect(f"/{slug}/{pk}/")
    record = record_at(screen, request.actor, pk)
    return render(request, "records/files/panel.html", {"panel": panel_of_files(record, request.actor)})
