"""Records as machines read them: a page of a list, one whole record, its story. The API and the agents' door share it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from zhike.kernel import clock
from zhike.kernel.actor import Actor
from zhike.kernel.errors import NotFound
from zhike.kernel.ids import parse_id
from zhike.kernel.screens import Kind, Screen
from zhike.records import watching
from zhike.records.access import record_at
from zhike.records.columns import Bound, bound_columns
from zhike.records.derived import add_filled, add_formulas, add_names
from zhike.records.history import story
from zhike.records.merged import go_on, told_by
from zhike.records.queries import ListQuery, add_tags, has_field, page, value_paths
from zhike.records.values import JsonReader, json_reader

STORY = 50
AS_STORED = {
    Kind.TEXT, Kind.LONG_TEXT, Kind.CHOICE, Kind.DATE, Kind.DATETIME, Kind.BOOL, Kind.PHONE, Kind.EMAIL, Kind.URL, Kind.TAGS,
}  # fmt: skip
Plan = list[tuple[str, JsonReader | None]]


def list_payload(screen: Screen, actor: Actor, query: ListQuery) -> dict[str, Any]:
    """A page of a list: `items` and the cursor of the page after (empty at the end)."""
    found = page(screen, actor, query)
    plan = _plan(found.columns)
    return {"items": [_item(plan, row) for row in found.rows], "next": found.next or None}


def record_payload(screen: Screen, actor: Actor, pk: object) -> dict[str, Any]:
    """All of one record that this actor may know, in three queries whatever its size."""
    record = record_at(screen, actor, pk, f"{screen.type}.view")
    go_on(screen, actor, record)
    if screen.party == "pk":
        watching.seen(watching.CARDS, actor)
    columns = bound_columns(screen, actor)
    bound = list(columns.values())
    paths = value_paths(screen, bound)
    values = screen.model_class.objects.filter(pk=record.pk).values_list(*paths.values())
    rows = [dict(zip(paths, row, strict=True)) for row in values]
    add_tags(rows, bound)
    add_filled(rows, bound)
    add_names(rows, bound, actor)
    add_formulas(rows, bound, columns, clock.today(actor.zone))
    found = {"type": screen.type, **_item(_plan(bound), rows[0])}
    found["updated_at"] = record.updated_at
    if has_field(screen.model_class, "archived_at"):
        found["archived_at"] = record.archived_at
    return found


def rows_payload(screen: Screen, actor: Actor, pk: object) -> dict[str, Any]:
    """The rows within one record, by the names of the declaration: people, contact points and the like of a customer."""
    if not screen.inner:
        raise NotFound("page")
    record = record_at(screen, actor, pk, f"{screen.type}.view")
    go_on(screen, actor, record)
    if screen.party == "pk":
        watching.seen(watching.CARDS, actor)
    found = {"type": screen.type, "id": record.pk, "version": record.version}
    return found | {inner.name: list(inner.read(record, actor)) for inner in screen.inner}


def _plan(bound: Iterable[Bound]) -> Plan:
    """Column names in order, each with what reads it; None where the stored value is the answer (most are: a list is fast by it)."""
    return [
        (
            item.name,
            None if item.column.kind in AS_STORED and not item.masked and not item.column.custom else json_reader(item),
        )
        for item in bound
    ]


def _item(plan: Plan, row: Mapping[str, Any]) -> dict[str, Any]:
    found = {"id": row["id"], "version": row["version"]}
    for name, read in plan:
        found[name] = row.get(name) if read is None else read(row)
    return found


def history_payload(screen: Screen, actor: Actor, pk: object, before: str = "") -> dict[str, Any]:
    """The latest events of a record, newest first; `next` continues with older ones."""
    record = record_at(screen, actor, pk, f"{screen.type}.view")
    mark = str(parse_id(before) or "") if before else ""
    entries = story(actor, told_by(record), before=mark, size=STORY)
    items = [
        {
            "id": entry.id,
            "at": entry.at,
            "type": entry.event.type,
            "by": {"id": entry.event.actor_id, "name": entry.who} if entry.event.actor_id else None,
            "text": entry.text,
            "changes": [{"field": label, "old": old, "new": new} for label, old, new in entry.changes],
        }
        for entry in entries
    ]
    return {"items": items, "next": str(entries[-1].id) if len(entries) == STORY else None}
