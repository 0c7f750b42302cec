"""What the pages of an import draw, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.kernel.actor import Actor
from zhike.kernel.screens import Screen, screens
from zhike.kernel.text import enumerated, sentences
from zhike.records.importing import queries
from zhike.records.importing.people import MOST_ADDED
from zhike.records.importing.planning import OWNERS, POLICIES, OwnerRule, Plan, read_hints
from zhike.records.importing.queries import Preview
from zhike.records.importing.running import labels
from zhike.records.importing.strangers import KEPT, REMOVED
from zhike.records.importing.targets import fields_of
from zhike.records.models import Import, ImportState

DELIMITERS: dict[str, str] = {",": ",", ";": ";", "tab": "Tab", "|": "|"}
MOST_COLUMNS_SHOWN = 40
TONES = {
    ImportState.DONE: "grn",
    ImportState.STOPPED: "amb",
    ImportState.RUNNING: "acc",
    ImportState.UNDOING: "acc",
    ImportState.UNDONE: "line",
    ImportState.DRAFT: "line",
}


def posted_plan(sent: Any) -> Plan:
    """The plan in a sent form. An assignment made for another reading of the file is dropped: it is guessed anew."""
    hints = {name: sent.get(name, "") for name in ("encoding", "delimiter", "header_row", "sheet")}
    plan = Plan.of({"hints": hints, "policy": sent.get("policy"), "owner": sent.get("owner"), "days": sent.get("days")})
    width = sent.get("width", "0")
    if sent.get("seen") != mark(plan.hints) or not (width.isascii() and width.isdigit() and len(width) < 5):
        return plan
    targets = [sent.get(f"c{place}", "") for place in range(int(width))]
    return Plan.of({**plan.stored(), "targets": targets})


def mark(hints: Mapping[str, Any]) -> str:
    """How the file was read when the form was drawn."""
    return orjson.dumps(hints, option=orjson.OPT_SORT_KEYS).decode()


def as_sent(reading: Mapping[str, Any]) -> str:
    """The mark of the form that is drawn from these facts: what it sends back untouched must match it."""
    chosen = {
        name: next((code for code, _label, on in reading[plural] if on), "")
        for name, plural in (("encoding", "encodings"), ("delimiter", "delimiters"), ("sheet", "sheets"))
    }
    header_row = "" if reading["format"] == "vcard" else reading["header_row"]
    return mark(read_hints({**chosen, "header_row": header_row}))


def preview_context(row: Import, actor: Actor, plan: Plan) -> dict[str, Any]:
    """The page of a file that is being looked at."""
    screen, found = screens[row.on], queries.preview(row, actor, plan)
    table, reading = found.table, facts(found)
    fates = labels() | {"": ""}
    return {
        "row": row,
        "screen": screen,
        "title": row.name,
        "seen": as_sent(reading),
        "width": len(table.headers),
        "facts": reading,
        "ask": table.doubtful,
        "notes": [note.message for note in table.notes[:3]],
        "refusals": [str(error.message) for error in found.refusals],
        "columns": columns(screen, actor, found),
        "policies": [
            {"code": str(code), "label": words[0], "hint": words[1], "on": code == found.plan.policy}
            for code, words in POLICIES.items()
        ]
        if screen.duplicates
        else [],
        "owners": owners(screen, actor, found.plan),
        "days": days(found.plan),
        "heads": table.headers[:MOST_COLUMNS_SHOWN],
        "rows": [sample_row(one, fate, fates) for one, fate in zip(found.rows, found.fates, strict=True)],
        "counts": [(fates[name], number, name) for name, number in found.counts.most_common() if number and name],
        "judged": sum(found.counts.values()),
        "total": table.estimated_rows,
        "can_add_fields": screen.custom_fields and actor.can("records.fields"),
    }


def facts(found: Preview) -> dict[str, Any]:
    """How the file was read: what was guessed, and what else it may be."""
    table, hints = found.table, found.plan.hints
    codes = [name for name, _sure in table.encoding_candidates]
    names = ["utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be", "latin-1"]
    encodings = list(dict.fromkeys([table.encoding, *codes, *names])) if table.encoding else []
    delimiter = "tab" if table.delimiter == "\t" else table.delimiter
    return {
        "format": table.format,
        "encodings": [(name, name.upper(), name == table.encoding) for name in encodings],
        "sure": round(table.encoding_confidence * 100),
        "delimiters": [
            (code, label, code == delimiter) for code, label in (DELIMITERS | {delimiter: delimiter}).items()
        ]
        if delimiter
        else [],
        "header_row": hints.get("header_row", table.header_row),
        "sheets": [(name, name, name == table.sheet) for name in table.sheets] if len(table.sheets) > 1 else [],
    }


def columns(screen: Screen, actor: Actor, found: Preview) -> list[dict[str, Any]]:
    """The assignment, column by column."""
    fields = fields_of(screen, actor)
    shown = []
    for place, (match, target) in enumerate(zip(found.matches, found.plan.targets, strict=True)):
        values = [one.row.cells[place] for one in found.rows if place < len(one.row.cells)]
        same = match.target == target
        shown.append(
            {
                "place": place,
                "heading": match.heading,
                "samples": enumerated([value[:30] for value in dict.fromkeys(values) if value.strip()][:3]),
                "options": [(name, field.label, name == target) for name, field in fields.items()],
                "why": match.why if same else _("Chosen by you."),
                "sure": round(match.confidence * 100) if same and target else None,
                "none": not target,
            }
        )
    return shown


def owners(screen: Screen, actor: Actor, plan: Plan) -> list[tuple[str, Any, bool]]:
    """Who owns new records; nobody only for those who may give records away."""
    if screen.column(screen.owner) is None:
        return []
    rules = [rule for rule in OWNERS if rule is OwnerRule.ME or actor.can(f"{screen.type}.transfer")]
    return [(str(rule), OWNERS[rule], rule == plan.owner) for rule in rules]


def days(plan: Plan) -> list[tuple[str, Any, bool]]:
    """How days are written."""
    words = {"": _("Recognise"), "ymd": "2026-01-31", "dmy": "31/01/2026", "mdy": "01/31/2026"}
    return [(code, label, code == plan.days) for code, label in words.items()]


def sample_row(one: Any, fate: str, fates: Mapping[str, str]) -> dict[str, Any]:
    """A row of the preview, each cell with what is wrong with it; `why` is what no cell of it shows."""
    wrong: dict[int, Any] = {}
    for problem in one.problems:
        wrong.setdefault(problem.column, problem)
    cells = []
    for place, text in enumerate(one.row.cells[:MOST_COLUMNS_SHOWN]):
        problem = wrong.get(place)
        tone = "" if problem is None else "red" if problem.fatal else "amb"
        cells.append({"text": text[:80], "tone": tone, "why": problem.message if problem else ""})
    shown = {cell["why"] for cell in cells}
    return {
        "line": one.row.line,
        "cells": cells,
        "fate": fates.get(fate, ""),
        "tone": {"refused": "red", "skipped": "line", "asked": "amb", "updated": "acc"}.get(fate, "grn"),
        "why": sentences([problem.message for problem in one.problems if problem.message not in shown]),
    }


def result_context(row: Import, actor: Actor) -> dict[str, Any]:
    """The page of an import that was started."""
    screen = screens[row.on]
    names = labels()
    figures = [(names[name], row.counts.get(name, 0), name) for name in names if row.counts.get(name)]
    if screen.beside is not None and (made := row.counts.get("beside")):
        figures.append((str(screen.beside.made), made, "beside"))
    return {
        "row": row,
        "screen": screen,
        "title": row.name,
        "state": ImportState(row.state).label,
        "tone": TONES[ImportState(row.state)],
        "running": row.state in (ImportState.RUNNING, ImportState.UNDOING),
        "stopped": row.state == ImportState.STOPPED,
        "undoable": row.state in (ImportState.DONE, ImportState.STOPPED),
        "undone": row.state == ImportState.UNDONE,
        "figures": figures,
        "list_url": f"/{screen.slug}/?batch={row.batch_id}",
        "refused": queries.lines(row, "refused", 20) + queries.lines(row, "left_out", 20),
        "left": queries.lines(row, "left", 100),
        "people_gone": queries.lines(row, REMOVED, MOST_ADDED),
        "people_kept": queries.lines(row, KEPT, MOST_ADDED),
        "errors": bool(row.counts.get("refused")),
        "when": timezone.localtime(row.created_at, ZoneInfo(actor.zone)),
    }


def upload_context(screen: Screen, actor: Actor) -> dict[str, Any]:
    """The page where a file is dropped, with the imports before."""
    before = [
        {"row": one, "state": ImportState(one.state).label, "tone": TONES[ImportState(one.state)]}
        for one in queries.mine(actor, screen.type)
    ]
    fields: Sequence[str] = [field.label for field in fields_of(screen, actor).values()]
    title = _("Import: %(type)s") % {"type": screen.label_plural}
    return {"screen": screen, "title": title, "before": before, "fields": fields}
