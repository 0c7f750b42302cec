"""What the dialog of an export draws, as plain data."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhike.identity import signin
from zhike.kernel.doors import ActorRequest
from zhike.kernel.screens import Screen
from zhike.records.columns import bound_columns
from zhike.records.exporting.ordering import ASKED, AT_ONCE, MOST, formats_of
from zhike.records.queries import counted, matching
from zhike.records.requests import read_query


def asked(request: ActorRequest) -> dict[str, str]:
    """The question of the list from which the dialog was opened."""
    return {name: request.GET[name] for name in ASKED if request.GET.get(name)}


def sent(request: ActorRequest, screen: Screen) -> dict[str, Any]:
    """What a sent dialog asks for."""
    format, _colon, encoding = request.POST.get("format", "").partition(":")
    return {
        "on": screen.type,
        "params": asked(request),
        "columns": request.POST.getlist("columns"),
        "format": format,
        "encoding": encoding or "utf-8-sig",
        "reason": request.POST.get("reason", "").strip(),
    }


def context(request: ActorRequest, screen: Screen) -> dict[str, Any]:
    """The dialog: how many records, which formats and columns, and whether the password is asked again."""
    actor = request.actor
    query = read_query(screen, actor, asked(request))
    number, more = counted(matching(screen, actor, query), MOST)
    chosen = request.POST.getlist("columns") or list(query.columns) or None
    bound = bound_columns(screen, actor)
    labels = {"xlsx": "Excel (.xlsx)", "jsonl": "JSONL (.jsonl)", "vcard": "vCard (.vcf)"}
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
