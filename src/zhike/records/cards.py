"""What cards and drawers show of a record, as plain data: facts by section, actions, panels."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from zhike.kernel import clock
from zhike.kernel.actions import Action, registry
from zhike.kernel.actor import Actor
from zhike.kernel.models import Record
from zhike.kernel.screens import REFERENCES, Kind, Panel, Screen, Section
from zhike.records import watching
from zhike.records.access import title_of
from zhike.records.cells import Cells
from zhike.records.columns import Bound, bound_columns
from zhike.records.derived import add_formulas, add_names
from zhike.records.history import story
from zhike.records.merged import told_by
from zhike.records.panels import with_standard
from zhike.records.queries import tags_on


def card_context(screen: Screen, record: Record, actor: Actor) -> dict[str, Any]:
    """Facts by section, actions, panels and the latest history of one record."""
    return basics(screen, record, actor) | {
        "title": title_of(record),
        "panels": panels_of(screen, record, actor),
        "entries": story(actor, told_by(record), size=20),
    }


def panels_of(
    screen: Screen, record: Record, actor: Actor, places: tuple[str, ...] = (), keys: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """The panels that this person may see, with what their templates need; those for later come without.

    `places` leaves out what every card has, `keys` names the panels wanted, now. A panel with nothing to say stays away.
    """
    wanted = [
        panel
        for panel in (screen.panels if places else with_standard(screen))
        if (not panel.right or actor.can(panel.right))
        and (not places or panel.place in places)
        and (keys is None or panel.key in keys)
    ]
    items = [panel_item(panel, record, actor, later=panel.later and keys is None) for panel in wanted]
    return [item for item in items if item["later"] or item["context"]]


def panel_item(panel: Panel, record: Record, actor: Actor, *, later: bool = False) -> dict[str, Any]:
    """One panel for the template."""
    context = {} if later else panel.context(record, actor)
    return {"panel": panel, "place": panel.place, "context": context, "later": later}


def drawer_context(screen: Screen, record: Record, actor: Actor) -> dict[str, Any]:
    """The short form beside a list: facts, the panels of the right side, the latest changes."""
    return basics(screen, record, actor) | {
        "panels": panels_of(screen, record, actor, ("right",)),
        "entries": story(actor, told_by(record), size=4),
        "can_log": screen.type == "party" and actor.can("touch.create"),
    }


def basics(screen: Screen, record: Record, actor: Actor) -> dict[str, Any]:
    """What drawer and card share; whoever opens customer after customer is seen."""
    if screen.party == "pk":
        watching.seen(watching.CARDS, actor)
    return {
        "screen": screen,
        "record": record,
        "record_title": title_of(record),
        "facts": facts(screen, record, actor),
        "actions": actions_on(screen, record, actor),
        "base": f"/{screen.slug}/{record.pk}/",
        "can_edit": record.within(actor, f"{screen.type}.edit"),
        "may_reveal": record.within(actor, f"{screen.type}.reveal"),
    }


def facts(screen: Screen, record: Record, actor: Actor) -> list[dict[str, Any]]:
    """The filled fields of a record by section, as cells; empty sections fall away."""
    bound = bound_columns(screen, actor)
    row = row_of(record, list(bound.values()))
    add_names([row], bound.values(), actor)
    add_formulas([row], bound.values(), bound, clock.today(actor.zone))
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
                "long": b.column.kind is Kind.LONG_TEXT or (b.column.max_length or 0) >= 300,
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
            row[column.name] = tags_on(record)
        elif column.kind in REFERENCES:
            other = follow(record, column.orm)
            row[column.name] = other.pk if other is not None else None
            row[f"{column.name}__label"] = title_of(other) if other is not None and item.named else ""
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
    own = [a for a in registry.values() if a.subject is screen.model_class and not a.inner]
    offered = [made for made in own if fits(made, record, actor)]
    held = {right: record.within(actor, right) for right in {made.right for made in offered}}
    offered = [made for made in offered if held[made.right]]
    offered.sort(key=lambda a: (a.name != f"update_{screen.type}", a.tone != "primary", a.tone == "danger"))
    return [
        {
            "name": a.name,
            "label": a.title,
            "icon": a.icon,
            "tone": a.tone,
            "edits": a.name == f"update_{screen.type}",
            "url": f"/{screen.slug}/{record.pk}/{door_of(a)}/",
        }
        for a in offered
    ]


def fits(made: Action[..., Any], record: Record, actor: Actor) -> bool:
    """Whether an action makes sense on this record now."""
    return "web" in made.doors and (made.shown is None or made.shown(record, actor))


def door_of(made: Action[..., Any]) -> str:
    """The action's part of the address."""
    return "edit" if made.name == f"update_{made.subject.record_type if made.subject else ''}" else made.verb
