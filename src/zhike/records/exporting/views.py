"""The dialog of an export, and the file it gives."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from zhike.identity import signin
from zhike.kernel.actions import run
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.errors import DomainError, TooMany
from zhike.kernel.screens import Screen
from zhike.records.access import screen_at
from zhike.records.exporting import files, shown
from zhike.records.exporting.ordering import may_export, ordered, rows_of
from zhike.records.exporting.writing import FORMATS, content_disposition, write_table


@signed_in
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def export(request: ActorRequest, slug: str) -> HttpResponse:
    """What to take out, as what, and why; then the file, or the work that writes it."""
    screen = may_export(screen_at(slug).type, request.actor)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            return _given(request, screen)
        except TooMany:  # answered like everywhere, with the time to wait
            raise
        except DomainError as refused:
            error = refused
    context = shown.context(request, screen) | {"error": error}
    status = error.status if error else 200
    return render(request, "records/exporting/export.html", context, status=status)


def _given(request: ActorRequest, screen: Screen) -> HttpResponse:
    """The answer to a sent dialog: first the password, then the act, then the file."""
    if not signin.confirmed(request):
        signin.confirm(request, request.user, request.POST.get("password", ""))  # type: ignore[arg-type]
    actor, data = request.actor, shown.sent(request, screen)
    outcome = run("export_records", by=actor, data=data)
    if outcome.reply["work"]:
        return HttpResponseRedirect(f"/work/{outcome.reply['work']}/")
    order = ordered(screen.type, actor, data["params"], data["columns"], data["format"], data["encoding"])
    out = io.BytesIO()
    write_table(order.format, out, order.heads, rows_of(order, actor), encoding=order.encoding)
    return as_file(io.BytesIO(out.getvalue()), files.file_name(order), FORMATS[order.format][0])


def as_file(out: Any, name: str, media_type: str) -> HttpResponse:
    """Something to keep, which no cache does."""
    response: Any = FileResponse(out, content_type=media_type)
    response["Content-Disposition"] = content_disposition(name)
    response["Cache-Control"] = "no-store"
    answer: HttpResponse = response
    return answer


@signed_in
@require_GET
def download(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A file written in the background: for its requester, within a day."""
    path, name, media_type = files.finished(request.actor, pk)
    return as_file(path.open("rb"), name, media_type)
