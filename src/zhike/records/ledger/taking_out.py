"""Entries of the ledger as rows of a file, as this reader may see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from zhike.kernel.actor import Actor
from zhike.kernel.errors import TooLarge
from zhike.records.exporting.writing import Column
from zhike.records.ledger.queries import Asked, Line, page

MOST = 20_000
PAGE = 500
HEADS: Mapping[str, Any] = {
    "position": _("Entry"), "at": _("When"), "who": _("Who did it"), "really": _("Really"), "text": _("What was done"),
    "changes": _("Changes"), "door": _("Through"), "address": _("IP address"), "request": _("Request"),
    "kind": _("Kind"), "record": _("Record"), "id": _("Id of the entry"),
}  # fmt: skip


def heads() -> list[Column]:
    """The columns of the file."""
    return [Column(name, str(label)) for name, label in HEADS.items()]


def rows(asked: Asked, actor: Actor) -> list[dict[str, Any]]:
    """Every entry that fits, newest first; more than a file is meant for are refused."""
    found = []
    for row in _rows(replace(asked, before=None), actor):
        found.append(row)
        if len(found) > MOST:
            message = _("More than %(most)s entries fit. Narrow them: choose days, a person or a kind.")
            raise TooLarge("ledger.too_many", message % {"most": f"{MOST:,}"}, "since")
    return found


def _rows(asked: Asked, actor: Actor) -> Iterator[dict[str, Any]]:
    while True:
        found = page(asked, actor, size=PAGE)
        yield from (_row(line, ZoneInfo(actor.zone)) for line in found.lines)
        if found.before is None:
            return
        asked = replace(asked, before=found.before)


def _row(line: Line, zone: ZoneInfo) -> dict[str, Any]:
    entry, event = line.entry, line.event
    return {
        "position": event.position,
        "at": entry.at.astimezone(zone).replace(tzinfo=None, microsecond=0),
        "who": entry.who,
        "really": line.really,
        "text": entry.text,
        "changes": "\n".join(f"{label}: {old} → {new}" for label, old, new in entry.changes),
        "door": line.door,
        "address": event.address,
        "request": event.request_id,
        "kind": event.type,
        "record": str(event.subject_id or ""),
        "id": str(event.pk),
    }
