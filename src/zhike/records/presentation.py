"""What templates of lists need, as plain data: rows, tabs, filter chips, the editor's fields, the columns menu."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from zhike.kernel.actions import registry
from zhike.kernel.actor import Actor
from zhike.kernel.doors import ActorRequest
from zhike.kernel.screens import REFERENCES, Kind, Screen, screens
from zhike.kernel.text import enumerated
from zhike.records.board.lanes import by_choices
from zhike.records.columns import Bound, bound_columns, choices_of, refers_to
from zhike.records.filters import WORDS, Condition, Group, operators_for
from zhike.records.models import SavedView
from zhike.records.picking import picked
from zhike.records.queries import ListQuery

INPUTS = {
    "empty": "none", "filled": "none", "between": "range", "last_days": "number", "older_days": "number", "next_days": "number",
}  # fmt: skip
#: css class and pixels of a column by what it holds, where its declaration names no width
WIDTHS: Mapping[Kind, tuple[str, int]] = {
    Kind.DATE: ("w4", 80), Kind.DATETIME: ("w5", 120), Kind.NUMBER: ("w4", 80), Kind.MONEY: ("w5", 120),
    Kind.FORMULA: ("w5", 120), Kind.CHOICE: ("w4", 80), Kind.PERSON: ("w4", 80), Kind.TEAM: ("w5", 120),
    Kind.BOOL: ("w2", 64), Kind.TAGS: ("w7", 176), Kind.RECORD: ("w7", 176), Kind.EMAIL: ("w7", 176),
    Kind.URL: ("w7", 176), Kind.LONG_TEXT: ("w9", 300),
}  # fmt: skip
PIXELS = {"w0": 44, "w1": 56, "w2": 64, "w3": 72, "w4": 80, "w5": 120, "w6": 136, "w7": 176, "w8": 232, "w9": 300}
ROOM = 900  # what the columns beside the first may take before the first one needs a width of its own
PARTS_OF_A_VIEW = ("filter", "sort", "columns")
UNITS = ("day", "week", "month", "quarter", "year")


def widths(columns: Sequence[Bound]) -> list[str]:
    """A css class for each column; the first takes what is left, or a width of its own where many stand beside it."""
    chosen = [item.column.width or WIDTHS.get(item.column.kind, ("w6", 136))[0] for item in columns[1:]]
    wide = sum(PIXELS.get(name, 136) for name in chosen) > ROOM
    return ["w9" if wide else "", *chosen]


def list_frame(
    screen: Screen, actor: Actor, request: ActorRequest, query: ListQuery, views: Sequence[SavedView], board: str = ""
) -> dict[str, Any]:
    """Everything around the rows, or around the lanes of a `board` by a field."""
    view = request.GET.get("view", "")
    keep = {k: v for k, v in request.GET.items() if k in ("sort", "columns", "view", "bin")}
    return {
        "tabs": tabs(screen, views, mine(screen, actor), view, query, board),
        "forms": forms_of(screen, actor, request, board),
        "chips": chips(query.filter, actor),
        "filter_json": filter_text(query.filter),
        "fields_url": f"/{screen.slug}/fields/",
        "keep": keep,
        "save_url": f"/{screen.slug}/views/new/",
        "savable": bool(query.filter) or any(request.GET.get(part) for part in PARTS_OF_A_VIEW),
        "keep_url": _keep_url(screen, actor, request, views),
        "dropped": query.dropped,
        "columns_url": f"/{screen.slug}/columns/?{request.GET.urlencode()}",
        "bulk": bulk(screen, actor, archived=query.archived),
        "count_url": f"/{screen.slug}/count/?{request.GET.urlencode()}",
        "can_create": screen.creatable and actor.can(f"{screen.type}.create"),
        "can_import": screen.importable and actor.can(f"{screen.type}.import"),
        "can_export": screen.exportable and actor.can(f"{screen.type}.export"),
    }


def _keep_url(screen: Screen, actor: Actor, request: ActorRequest, views: Sequence[SavedView]) -> str:
    """Where one's own open view takes over the list as it stands now; empty while nothing differs."""
    if not any(part in request.GET for part in PARTS_OF_A_VIEW):
        return ""
    own = (view for view in views if view.owner_id == actor.user_id and str(view.pk) == request.GET.get("view"))
    return next((f"/{screen.slug}/views/{view.pk}/keep/" for view in own), "")


def forms_of(screen: Screen, actor: Actor, request: ActorRequest, board: str) -> list[dict[str, Any]]:
    """The same records as list or as board, where the type has choices to lay them out by."""
    if not by_choices(screen, actor):
        return []
    asked = urlencode({k: v for k, v in request.GET.items() if k in ("filter", "view", "q", "sort", "columns") and v})
    end = f"?{asked}" if asked else ""
    return [
        {"label": _("List"), "icon": "table", "url": f"/{screen.slug}/{end}", "on": not board},
        {"label": _("Board"), "icon": "layout-kanban", "url": f"/{screen.slug}/board/{end}", "on": bool(board)},
    ]


def tabs(
    screen: Screen, views: Sequence[SavedView], own: str, current: str, query: ListQuery, board: str = ""
) -> list[dict[str, Any]]:
    """All records, one's own where people own them, then the saved views."""
    base, archived = f"/{screen.slug}/board/" if board else f"/{screen.slug}/", query.archived
    at_mine = bool(own) and current == "" and not archived and filter_text(query.filter) == own

    def at(**asked: str) -> str:
        params = asked | ({"by": board} if board else {})
        return f"{base}?{urlencode(params)}" if params else base

    everything = at(view="all") if any(view.default for view in views) else at()
    at_all = current in ("", "all") and not archived and not at_mine
    items = [{"label": _("All"), "url": everything, "active": at_all, "icon": ""}]
    if own:
        items.append({"label": _("Mine"), "url": at(filter=own), "active": at_mine, "icon": ""})
    for view in views:
        active = str(view.pk) == current
        icon = "pin" if view.pinned else "share" if view.shared else ""
        items.append({"label": view.name, "url": at(view=str(view.pk)), "active": active, "icon": icon})
    if archived:
        items.append({"label": _("Bin"), "url": f"{base}?bin=1", "active": True, "icon": "trash"})
    return items


def mine(screen: Screen, actor: Actor) -> str:
    """The filter of one's own records; empty where nobody owns them."""
    bound = bound_columns(screen, actor).get(screen.owner)
    if bound is None or bound.column.kind is not Kind.PERSON:
        return ""
    return orjson.dumps({"all": [{"field": screen.owner, "op": "in", "value": ["me"]}]}).decode()


def chips(group: Group, actor: Actor) -> list[dict[str, Any]]:
    """The filter as people read it: conditions joined by and, alternatives in brackets that are seen."""
    nodes = group.nodes if group.join == "all" else (group,)
    found = []
    for place, node in enumerate(nodes):
        if isinstance(node, Group) and node.join == "any":
            inner = [chip(n, f"{place}.{i}", actor) for i, n in enumerate(node.nodes)]
            found.append({"any": inner, "path": str(place)})
        else:
            found.append(chip(node, str(place), actor))
    return found


def chip(node: Group | Condition, path: str, actor: Actor) -> dict[str, Any]:
    """One condition in words; a group that lies deeper than the editor goes is read whole, and taken out whole."""
    if isinstance(node, Group):
        return {"path": path, "field": in_words(node, actor), "operator": "", "value": "", "whole": True}
    word, gap, unit = str(WORDS[node.op]).partition("…")  # "in the last … days" has its number in the middle
    value = spoken(node, actor) + (unit if gap else "")
    return {"path": path, "field": node.bound.column.label, "operator": word.strip(), "value": value}


def in_words(node: Group | Condition, actor: Actor) -> str:
    """A condition or group as a sentence part, with brackets around groups."""
    if isinstance(node, Condition):
        told = chip(node, "", actor)
        return f"{told['field']} {told['operator']} {told['value']}".strip()
    glue = pgettext("filter", "and") if node.join == "all" else pgettext("filter", "or")
    return f"({f' {glue} '.join(in_words(child, actor) for child in node.nodes)})"


def spoken(node: Condition, actor: Actor) -> str:
    """The value of a condition in words."""
    column, value = node.bound.column, node.value
    if value is None:
        return ""
    if node.op == "this":
        return str(unit_words()[value])
    if column.kind in (Kind.CHOICE, Kind.MULTI):
        known = choices_of(column)
        return enumerated(known.get(v, v) for v in value)
    if column.kind in REFERENCES:
        return enumerated(names_of(column, value, actor))
    if column.compared_as is Kind.BOOL:
        return _("Yes") if value else _("No")
    return (
        " – ".join(str(v) for v in value)
        if node.op == "between"
        else enumerated(value)
        if isinstance(value, list)
        else str(value)
    )


def unit_words() -> dict[str, str]:
    """Calendar units."""
    return {"day": _("day"), "week": _("week"), "month": _("month"), "quarter": _("quarter"), "year": _("year")}


def names_of(column: Any, ids: Sequence[Any], actor: Actor) -> list[str]:
    """Names behind ids, within the actor's rights."""
    own = {"me": _("me"), "my_team": _("my team")}
    screen = screens[refers_to(column)]
    wanted = [i for i in ids if i not in own]
    model = screen.model_class
    found = (
        dict(model.objects.visible_to(actor).filter(pk__in=wanted).values_list("pk", screen.title)) if wanted else {}
    )
    return [own.get(i) or str(found.get(i, "?")) for i in ids]


def filter_text(group: Group) -> str:
    """The checked filter as JSON text with a group of all at the root; empty for no filter."""
    if not group:
        return ""
    rooted = group if group.join == "all" else Group("all", (group,))
    return orjson.dumps(group_json(rooted), default=str).decode()


def group_json(node: Group | Condition) -> Any:
    """A checked node as it was written."""
    if isinstance(node, Condition):
        return {"field": node.bound.name, "op": node.op, "value": node.value}
    return {node.join: [group_json(n) for n in node.nodes]}


def editor_field(bound: Bound, actor: Actor) -> dict[str, Any]:
    """A column as the condition editor offers it."""
    column = bound.column
    operators: list[dict[str, Any]] = [
        {
            "name": op,
            "label": str(WORDS[op]),
            "input": INPUTS.get(op, "bool" if column.compared_as is Kind.BOOL else ""),
        }
        for op in operators_for(bound)
    ]
    choices = editor_choices(bound, actor)
    return {
        "name": bound.name,
        "label": str(column.label),
        "kind": column.compared_as.value,
        "operators": operators,
        "choices": choices,
        "pick": f"/{screens[column.to].slug}/pick/" if column.kind is Kind.RECORD and bound.named else "",
    }


def editor_choices(bound: Bound, actor: Actor) -> list[dict[str, str]] | None:
    """What can be ticked, where a column has choices."""
    column = bound.column
    if column.kind in (Kind.CHOICE, Kind.MULTI):
        return [{"value": code, "label": str(label)} for code, label in choices_of(column).items() if code]
    if column.kind in (Kind.PERSON, Kind.TEAM):
        own = (
            [{"value": "me", "label": _("me")}]
            if column.kind is Kind.PERSON
            else [{"value": "my_team", "label": _("my team")}]
        )
        screen = screens.get(column.kind.value)
        return own + [
            {"value": str(pk), "label": name} for pk, name in (picked(screen, actor, "", 200) if screen else [])
        ]
    return None


def editor_fields(screen: Screen, actor: Actor) -> list[dict[str, Any]]:
    """Everything this person can filter a type by."""
    return [editor_field(b, actor) for b in bound_columns(screen, actor).values() if operators_for(b)]


def columns_menu(bound: Mapping[str, Bound], query: ListQuery) -> list[dict[str, Any]]:
    """Every column with whether it is shown, the shown ones first in their order."""
    shown = list(query.columns) or [b.name for b in bound.values() if b.column.listed]
    ordered = [*[bound[n] for n in shown if n in bound], *[b for b in bound.values() if b.name not in shown]]
    return [{"name": b.name, "label": b.column.label, "shown": b.name in shown, "fixed": False} for b in ordered]


def bulk(screen: Screen, actor: Actor, *, archived: bool = False) -> list[dict[str, Any]]:
    """The commands a selection offers; the bin's own only in the bin, where nothing else makes sense."""
    own = [a for a in registry.values() if a.subject is screen.model_class and a.bulk and actor.can(a.right)]
    binned = {f"restore_{screen.type}", f"purge_{screen.type}"}
    own = [a for a in own if (a.name in binned) is archived]
    items = [
        {"label": a.title, "icon": a.icon, "danger": a.tone == "danger", "url": f"/{screen.slug}/bulk/{a.name}/"}
        for a in own
    ]
    if actor.can(f"{screen.type}.edit") and not archived:
        items.insert(0, {"label": _("Edit"), "icon": "pencil", "url": f"/{screen.slug}/bulk/update_{screen.type}/"})
    return items
