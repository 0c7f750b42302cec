"""JSON Schemas of what goes in and out, made from declarations: columns (custom ones too) and the signatures of actions."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from zhike.kernel.actions import Action
from zhike.kernel.actor import Actor
from zhike.kernel.screens import REFERENCES, Column, Kind, Screen
from zhike.records.actions import StandardAction
from zhike.records.columns import Bound, bound_columns, choices_of

Schema = dict[str, Any]
ID: Schema = {"type": "string", "format": "uuid"}

# A masked value is text whatever its kind, and anything may be empty.
READ: dict[Kind, list[str]] = {
    Kind.NUMBER: ["number", "string", "null"],
    Kind.MONEY: ["number", "string", "null"],
    Kind.FORMULA: ["number", "string", "boolean", "null"],
    Kind.MULTI: ["array", "string", "null"],
    Kind.TAGS: ["array", "string", "null"],
    Kind.BOOL: ["boolean", "string", "null"],
    Kind.PERSON: ["object", "string", "null"],
    Kind.TEAM: ["object", "string", "null"],
    Kind.RECORD: ["object", "string", "null"],
}
WRITE: dict[Kind, list[str]] = {
    Kind.NUMBER: ["number", "string", "null"],
    Kind.MONEY: ["number", "string", "null"],
    Kind.MULTI: ["array", "string", "null"],
    Kind.TAGS: ["array", "string", "null"],
    Kind.BOOL: ["boolean", "string", "null"],
}
FORMATS = {Kind.DATE: "date", Kind.DATETIME: "date-time", Kind.EMAIL: "email", Kind.URL: "uri"}


def read_schema(screen: Screen, actor: Actor) -> Schema:
    """A record as it is answered: columns hidden from the actor are not even named."""
    properties: Schema = {"id": ID, "type": {"type": "string"}, "version": {"type": "integer", "minimum": 1}}
    properties |= {item.name: _read(item.column) for item in bound_columns(screen, actor).values()}
    moment = {"type": ["string", "null"], "format": "date-time"}
    properties = {"updated_at": moment, "archived_at": moment} | properties
    return {"type": "object", "properties": properties, "required": ["id", "version"], "additionalProperties": False}


def _read(column: Column) -> Schema:
    found: Schema = {"title": str(column.label), "type": READ.get(column.kind, ["string", "null"])}
    if column.kind in REFERENCES:
        found["properties"] = {"id": {"type": "string"}, "name": {"type": ["string", "null"]}}
    if "array" in found["type"]:
        found["items"] = {"type": "string"}
    return found


def rows_schema(screen: Screen, definitions: Schema) -> Schema:
    """The rows within a record as they are answered; what several kinds of rows share is put among `definitions`."""
    properties: Schema = {"type": {"type": "string"}, "id": ID, "version": {"type": "integer", "minimum": 1}}
    for inner in screen.inner:
        row = TypeAdapter(inner.row).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
        definitions |= row.pop("$defs", {})
        properties[inner.name] = {"type": "array", "items": row}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def write_schema(screen: Screen, actor: Actor, *, creating: bool) -> Schema:
    """What the actor may send to create or change a record; PATCH also carries the version that was read."""
    writable = [item for item in bound_columns(screen, actor).values() if item.writable]
    properties = {item.name: _write(item.column) for item in writable}
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if creating:
        found["required"] = [item.name for item in writable if item.column.required]
    elif "version" not in properties:
        properties["version"] = {
            "type": "integer",
            "minimum": 1,
            "description": "the version you read (or send If-Match)",
        }
    return found


def _write(column: Column) -> Schema:
    found: Schema = {"title": str(column.label), "type": WRITE.get(column.kind, ["string", "null"])}
    if column.kind in REFERENCES:
        found |= {"description": f"id of a {column.to or column.kind}", "format": "uuid"}
    elif column.kind is Kind.CHOICE:
        found["enum"] = list(dict.fromkeys([*choices_of(column), "", None]))
    elif column.kind in FORMATS:
        found["format"] = FORMATS[column.kind]
    if column.max_length and column.kind is Kind.TEXT:
        found["maxLength"] = column.max_length
    if "array" in found["type"]:
        among = list(choices_of(column)) if column.kind is Kind.MULTI else []
        found["items"] = {"type": "string"} | ({"enum": among} if among else {})
    if column.help:
        found["description"] = str(column.help)
    return found


def action_schema(made: Action[..., Any], actor: Actor, definitions: Schema) -> Schema:
    """What an action takes; nested models are put among `definitions`."""
    if isinstance(made, StandardAction) and made.screen is not None and made.name.startswith(("create_", "update_")):
        return write_schema(made.screen, actor, creating=made.creating)
    found = made.fields.model_json_schema(ref_template="#/components/schemas/{model}")
    definitions |= found.pop("$defs", {})
    found.pop("title", None)
    return found


def inline(schema: Schema, definitions: Schema) -> Schema:
    """A schema that stands alone, for agents: nested models as its own $defs."""
    if not definitions:
        return schema
    found: Schema = _repointed({**schema, "$defs": definitions})
    return found


def _repointed(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: value.replace("#/components/schemas/", "#/$defs/")
            if key == "$ref" and isinstance(value, str)
            else _repointed(value)
            for key, value in node.items()
        }
    return [_repointed(item) for item in node] if isinstance(node, list) else node


def sort_keys(bound: dict[str, Bound]) -> list[str]:
    """What a list may be sorted by."""
    return [key for b in bound.values() if b.sortable for key in (b.name, f"-{b.name}")]
