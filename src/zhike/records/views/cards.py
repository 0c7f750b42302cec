"""The card of a record, its drawer, and its history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from zhike.kernel.actions import Action, registry
from zhike.kernel.actor import Actor
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.models import Record
from zhike.kernel.screens import Kind, Screen, Section
from zhike.records.access import record_at, screen_at, title_of
from zhike.records.cells import Cells
from zhike.records.columns import Bound, bound_columns
from zhike.records.history import story
from zhike.records.queries import REFERENCES, tags_of


@signed_in
def card(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """The full page of a record."""
    screen = screen_at(slug)
    record = record_at(screen, request.actor, pk)
    context = card_context(screen, record, request.actor)
    return render(request, screen.card or "records/card.html", context)


@signed_in
def drawer(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """The short form of the card, beside the list."""
    screen = screen_at(slug)
    record = record_at(screen, request.actor, pk)
    return render(request, "records/drawer.html", drawer_context(screen, record, request.actor))


@signed_in
def record_history(request: ActorRequest, slug: str, pk: UUID) -> HttpResponse:
    """What happened to a record, page by page."""
    screen = screen_at(slug)
    record = record_at(screen, request.actor, pk)
    entries = story(request.actor, subject_id=record.pk, before=str(request.GET.get("before") or ""))
    return render(request, "records/history.html", {"entries": entries, "record": record, "screen": screen})


def card_context(screen: Screen, record: Record, actor: Actor) -> dict[str, Any]:
    """Facts by section, actions, panels and the latest history of one record."""
    panels = [
        {"panel": panel, "place": panel.place, "context": panel.context(record, actor)}
        for panel in screen.panels
        if not panel.right or actor.can(panel.right)
    ]
    return drawer_context(screen, record, actor) | {
        "title": title_of(record),
        "panels": panels,
        "entries": story(actor, subject_id=record.pk, size=20),
    }


def drawer_context(screen: Screen, record: Record, actor: Actor) -> dict[str, Any]:
    """What drawer and card share."""
    return {
        "screen": screen,
        "record": record,
        "record_title": title_of(record),
        "subtitle": screen.subtitle(record) if screen.subtitle else "",
        "facts": facts(screen, record, actor),
        "actions": actions_on(screen, record, actor),
        "base": f"/{screen.slug}/{record.pk}/",
        "can_edit": record.within(actor, f"{screen.type}.edit"),
    }


def facts(screen: Screen, record: Record, actor: Actor) -> list[dict[str, Any]]:
    """The filled fields of a record by section, as cells; empty sections fall away."""
    bound = bound_columns(screen, actor)
    row = row_of(record, list(bound.values()))
    cells = Cells(tuple(bound.values()), actor, timezone.now())
    sections = screen.sections or (Section(key="main", label=""),)
    known = {s.key for s in sections}
    found = []
    for section in [*sections, Section(key="custom", label="")]:
        inside = [
            b
            for b in bound.values()
            if b.column.section == section.key
            or (section is sections[0] and b.column.section not in known | {"custom"})
        ]
        items = [
            {
                "name": b.name,
                "label": b.column.label,
                "cell": cells.cell(b, row),
                "masked": b.masked and bool(row.get(b.name)),
            }
            for b in inside
            if b.name != screen.title and row_value(b, row) not in (None, "", [])
        ]
        if items:
            found.append({"key": section.key, "label": section.label, "fields": items})
    return found


def row_value(item: Bound, row: dict[str, Any]) -> Any:
    """The stored value of a column."""
    return (row.get("_custom") or {}).get(item.name) if item.column.custom else row.get(item.name)


def row_of(record: Record, columns: list[Bound]) -> dict[str, Any]:
    """A record as a row of a page, so that cards and lists draw the same cells."""
    row: dict[str, Any] = {"id": record.pk, "version": record.version, "_custom": getattr(record, "custom", {})}
    for item in columns:
        column = item.column
        if column.custom:
            continue
        if column.kind is Kind.TAGS:
            row[column.name] = tags_of([record.pk]).get(record.pk, [])
        elif column.kind in REFERENCES:
            other = follow(record, column.orm)
            row[column.name] = other.pk if other is not None else None
            row[f"{column.name}__label"] = title_of(other) if other is not None else ""
        else:
            row[column.name] = follow(record, column.orm)
    return row


def follow(record: Any, path: str) -> Any:
    """The value at the end of an ORM path."""
    for part in path.split("__"):
        record = getattr(record, part, None)
        if record is None:
            return None
    return record


def actions_on(screen: Screen, record: Record, actor: Actor) -> list[dict[str, Any]]:
    """The actions this person may run on this record now, edit first."""
    offered = [a for a in registry.values() if a.subject is screen.model_class and offers(a, record, actor)]
    offered.sort(key=lambda a: (a.name != f"update_{screen.type}", a.tone != "primary", a.tone == "danger"))
    return [
        {
            "name": a.name,
            "label": a.title,
            "icon": a.icon,
            "tone": a.tone,
            "url": f"/{screen.slug}/{record.pk}/{door_of(a)}/",
        }
        for a in offered
    ]


def offers(made: Action[..., Any], record: Record, actor: Actor) -> bool:
    """Whether an action's button stands on this record."""
    if "web" not in made.doors or (made.shown is not None and not made.shown(record, actor)):
        return False
    return record.within(actor, made.right)


def door_of(made: Action[..., Any]) -> str:
    """The action's part of the address."""
    return "edit" if made.name == f"update_{made.subject.record_type if made.subject else ''}" else made.verb
