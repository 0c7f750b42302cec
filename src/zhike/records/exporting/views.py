"""The dialog of an export, and the file it gives."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from zhike.identity import signin
from zhike.kernel.actions import run
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.errors import DomainError
from zhike.kernel.screens import Screen
from zhike.records.access import screen_at
from zhike.records.columns import bound_columns
from zhike.records.exporting import files
from zhike.records.exporting.ordering import ASKED, AT_ONCE, MOST, formats_of, may_export, ordered, rows_of
from zhike.records.exporting.writing import FORMATS, content_disposition, write_table
from zhike.records.queries import counted, matching
from zhike.records.requests import read_query


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
        except DomainError as refused:
            error = refused
    context = _context(request, screen) | {"error": error}
    status = error.status if error else 200
    return render(request, "records/exporting/export.html", context, status=status)


def _given(request: ActorRequest, screen: Screen) -> HttpResponse:
    """The answer to a sent dialog: first the password, then the act, then the file."""
    if not signin.confirmed(request):
        signin.confirm(request, request.user, request.POST.get("password", ""))  # type: ignore[arg-type]
    sent, actor = request.POST, request.actor
    format, _colon, encoding = sent.get("format", "").partition(":")
    data: dict[str, Any] = {
        "on": screen.type,
        "params": {name: request.GET[name] for name in ASKED if request.GET.get(name)},
        "columns": sent.getlist("columns"),
        "format": format,
        "encoding": encoding or "utf-8-sig",
        "reason": sent.get("reason", "").strip(),
    }
    outcome = run("export_records", by=actor, data=data)
    if outcome.reply["work"]:
        return HttpResponseRedirect(f"/work/{outcome.reply['work']}/")
    order = ordered(screen.type, actor, data["params"], data["columns"], format, data["encoding"])
    out = io.BytesIO()
    write_table(format, out, order.heads, rows_of(order, actor), encoding=order.encoding)
    out.seek(0)
    return _file(out, files.file_name(order), FORMATS[format][0])


def _file(out: Any, name: str, media_type: str) -> HttpResponse:
    response: Any = FileResponse(out, content_type=media_type)
    response["Content-Disposition"] = content_disposition(name)
    response["Cache-Control"] = "no-store"
    answer: HttpResponse = response
    return answer


def _context(request: ActorRequest, screen: Screen) -> dict[str, Any]:
    actor = request.actor
    query = read_query(screen, actor, {name: request.GET[name] for name in ASKED if request.GET.get(name)})
    number, more = counted(matching(screen, actor, query), MOST)
    chosen = request.POST.getlist("columns") or list(query.columns) or None
    bound = bound_columns(screen, actor)
    labels = {"xlsx": "Excel (.xlsx)", "jsonl": "JSON lines", "vcard": "vCard (.vcf)"}
    formats = [("csv:utf-8-sig", "CSV (UTF-8)"), ("csv:gb18030", "CSV (GB18030)")]
    formats += [(name, labels[name]) for name in formats_of(screen) if name != "csv"]
    return {
        "screen": screen,
        "title": _("Export: %(type)s") % {"type": screen.label_plural},
        "number": f"{number:,}+" if more else f"{number:,}",
        "background": number > AT_ONCE,
        "formats": [(code, label, code == request.POST.get("format", "csv:utf-8-sig")) for code, label in formats],
        "columns": [
            {"name": name, "label": item.column.label, "on": chosen is None or name in chosen, "masked": item.masked}
            for name, item in bound.items()
        ],
        "reason": request.POST.get("reason", ""),
        "ask_password": not signin.confirmed(request),
    }


@signed_in
@require_GET
def download(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A file written in the background: for its requester, within a day."""
    path, name, media_type = files.finished(request.actor, pk)
    return _file(path.open("rb"), name, media_type)
