"""The OpenAPI document of this minute: ninja's operations spread over the declared types, with columns, custom fields and actions."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.kernel.actions import Action
from zhike.kernel.actor import Actor
from zhike.kernel.screens import Screen, screens
from zhike.records.api import offered, schemas
from zhike.records.columns import bound_columns
from zhike.records.queries import MOST_ROWS
from zhike.records.summary.asking import offered as summary_choices

Schema = dict[str, Any]
PROBLEM: Schema = {
    "type": "object",
    "required": ["code", "detail", "status"],
    "properties": {
        "type": {"type": "string"},
        "code": {"type": "string", "description": "stable; the sentence in `detail` is translated"},
        "detail": {"type": "string"},
        "status": {"type": "integer"},
        "field": {"type": ["string", "null"]},
        "request_id": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
        "differences": {
            "type": "array",
            "items": {"type": "object"},
            "description": "of a stale write: field, theirs, mine",
        },
    },
}
REPLY: Schema = {
    "type": "object",
    "properties": {"id": schemas.ID, "type": {"type": "string"}, "version": {"type": "integer"}},
}
CHANGED: Schema = {
    "type": "object",
    "properties": {
        "field": {"type": "string"},
        "old": {"type": "string"},
        "new": {"type": "string"},
    },
}
EVENT: Schema = {
    "type": "object",
    "required": ["id", "at", "type", "text"],
    "properties": {
        "id": schemas.ID,
        "at": {"type": "string", "format": "date-time"},
        "type": {"type": "string"},
        "by": {"type": ["object", "null"]},
        "text": {"type": "string"},
        "changes": {"type": "array", "items": CHANGED},
    },
}
FIGURE: Schema = {"type": ["object", "null"], "properties": {"count": {"type": "integer"}}}
SUMMARY: Schema = {
    "type": "object",
    "required": ["by", "of", "groups", "total"],
    "properties": {
        "by": {"type": "array", "items": {"type": "string"}},
        "of": {"type": "string"},
        "groups": {"type": "array", "items": {"type": "object", "required": ["values", "labels", "count", "filter"]}},
        "total": FIGURE,
        "rest": FIGURE,
    },
}
SIMILAR: Schema = {
    "type": "object",
    "required": ["similar", "elsewhere"],
    "properties": {
        "similar": {"type": "array", "items": {"type": "object", "required": ["id", "name", "probability", "reasons"]}},
        "elsewhere": {"type": "array", "items": {"type": "string"}},
    },
}
BULK_REPLY: Schema = {
    "type": "object",
    "required": ["batch_id", "done", "refused"],
    "properties": {
        "batch_id": schemas.ID,
        "done": {"type": "integer"},
        "refused": {"type": "array", "items": {"type": "object"}},
    },
}
VERSIONS = "the version read, by id; a record saved since is left as it is and told under `refused` with both sides"
SUMMARIES = {
    "me": gettext_lazy("Who am I, and what may I do"),
    "openapi": gettext_lazy("This document, as it is for the caller at this minute"),
    "list": gettext_lazy("A page of the list"),
    "create": gettext_lazy("Create a record"),
    "read": gettext_lazy("One whole record"),
    "update": gettext_lazy("Change fields of a record"),
    "archive": gettext_lazy("Put a record into the bin"),
    "rows": gettext_lazy("The rows within a record"),
    "history": gettext_lazy("The story of a record"),
    "summary": gettext_lazy("Figures by one or two fields"),
    "similar": gettext_lazy("Who may be there already, before one is created"),
}
STATUSES = {
    "400": "The question is wrong: an unknown parameter, filter, sort key or cursor, or no valid JSON",
    "401": "No token, or one that is unknown, ended or revoked",
    "403": "Seen, but not allowed",
    "404": "It does not exist, or lies outside your scope",
    "405": "This address does not take this method",
    "409": "Somebody was faster; a stale write shows both sides",
    "413": "More than 5 MB",
    "415": "Not JSON",
    "422": "A value cannot be taken; `errors` names each field",
    "429": "Too often; see Retry-After",
    "503": "The database is busy or away; see Retry-After",
}


def document(actor: Actor) -> Schema:
    """What this actor may call: types they may see, columns that are not hidden from them, actions whose right they hold."""
    found = copy.deepcopy(_template())
    schemas_: Schema = {"Problem": PROBLEM, "Reply": REPLY, "Event": EVENT, "BulkReply": BULK_REPLY}
    paths: Schema = {}
    for template, operations in found["paths"].items():
        path = template.removeprefix("/api")
        for address, method, operation in _spread(path, operations, actor, schemas_):
            paths.setdefault(f"/api{address}", {})[method] = operation | {
                "responses": operation["responses"] | _refusals()
            }
    found["paths"] = paths
    components = found["components"]
    components["schemas"] = schemas_
    components["responses"] = {status: _response(text, "Problem", problem=True) for status, text in STATUSES.items()}
    components["parameters"] = {"IdempotencyKey": _header("Idempotency-Key", 200), "IfMatch": _header("If-Match", 20)}
    return found


@cache
def _template() -> Schema:
    from zhike.records.api.endpoints import api

    return {**api.get_openapi_schema(path_prefix="/api/")}


def _spread(path: str, operations: Schema, actor: Actor, found: Schema) -> Iterator[tuple[str, str, Schema]]:
    """The operations that one of ninja's stands for: one a type, one an action."""
    if path == "/actions/{name}":
        for name, made in offered.other_actions("api").items():
            if actor.can(made.right):
                yield path.replace("{name}", name), "post", _acting(operations["post"], made, actor, found)
        return
    if "{slug}" not in path:
        yield from ((path, method, _plain(operation)) for method, operation in operations.items())
        return
    for screen in screens.values():
        if not actor.can(f"{screen.type}.view"):
            continue
        own = path.replace("{slug}", screen.slug)
        if "{verb}" not in path:
            yield from ((own, method, one) for method, one in _of_type(own, operations, screen, actor, found))
            continue
        many = "/bulk/" in path
        for verb, made in (offered.bulk_actions if many else offered.record_actions)(screen, "api").items():
            if actor.can(made.right):
                operation = _acting(operations["post"], made, actor, found, screen=screen, many=many)
                yield own.replace("{verb}", verb), "post", operation


def _of_type(
    path: str, operations: Schema, screen: Screen, actor: Actor, found: Schema
) -> Iterator[tuple[str, Schema]]:
    """List, create, read, inner rows, change, bin and story of one type."""
    name = _class_name(screen)
    found.setdefault(name, schemas.read_schema(screen, actor))
    for method, template in operations.items():
        operation = _named(template, screen.slug, _("%(action)s: %(type)s"), screen)
        if method == "get" and path.endswith(("/summary", "/similar")):
            if not _asked(operation, path, screen, actor):
                continue
        elif method == "get" and path.endswith("/history"):
            operation["parameters"].append(_query("before", {"type": "string"}, "the `next` of the page before"))
            operation["responses"] = {"200": _response("the story", _page(_ref("Event")))}
        elif method == "get" and path.endswith("/rows"):
            if not screen.inner:
                continue
            operation["responses"] = {"200": _response("the rows, by kind", schemas.rows_schema(screen, found))}
        elif method == "get" and "{id}" in path:
            operation["responses"] = {"200": _response("the record", name)}
        elif method == "get":
            operation["parameters"] += _list_parameters(screen, actor)
            operation["responses"] = {"200": _response("a page", _page(_ref(name)))}
        else:
            made = {"post": "create", "patch": "update", "delete": "archive"}[method]
            if not actor.can(f"{screen.type}.{'edit' if made == 'update' else made}") or not _offers(screen, made):
                continue
            if made != "archive":
                body = schemas.write_schema(screen, actor, creating=made == "create")
                found[f"{name}{made.title()}"] = body
                operation["requestBody"] = _body(_ref(f"{name}{made.title()}"))
            operation["parameters"] += _unsafe(record=made != "create")
            operation["responses"] = {"201" if made == "create" else "200": _response("done", "Reply")}
        yield method, operation


def _asked(operation: Schema, path: str, screen: Screen, actor: Actor) -> bool:
    """Questions beside the list: figures, and who may be there already. Says whether there is anything to ask."""
    if path.endswith("/similar"):
        if screen.similar is None or not actor.can(f"{screen.type}.create"):
            return False
        operation["parameters"] += [
            _query(name, {"type": "string"}, "as typed so far") for name in screen.similar.columns
        ]
        operation["responses"] = {"200": _response("likely ones, and who looks after those you cannot see", SIMILAR)}
        return True
    by, measures = (sorted(key for key, _label in offered_) for offered_ in summary_choices(screen, actor))
    shared = [one for one in _list_parameters(screen, actor) if one["name"] in ("filter", "view", "bin", "q")]
    operation["parameters"] += [
        _query("by", {"type": "string", "enum": by}, "what to group by"),
        _query("and", {"type": "string", "enum": by}, "and by"),
        _query("of", {"type": "string", "enum": measures}, "what to count or add up"),
        *shared,
    ]
    operation["responses"] = {
        "200": _response("the groups, their total, and the rest beyond the largest ones", SUMMARY)
    }
    return bool(by)


def _offers(screen: Screen, verb: str) -> bool:
    return {"create": screen.creatable, "archive": screen.archivable}.get(verb, True)


def _acting(
    template: Schema,
    made: Action[..., Any],
    actor: Actor,
    found: Schema,
    *,
    screen: Screen | None = None,
    many: bool = False,
) -> Schema:
    """One action: its signature is its body."""
    operation = copy.deepcopy(template)
    operation["operationId"] = f"{'bulk_' if many else ''}{made.name}"
    operation["summary"] = str(made.title)
    operation["description"] = made.description
    operation["tags"] = [str(screen.label_plural) if screen else _("Actions")]
    parameters = [p for p in operation.get("parameters", []) if p["name"] not in ("slug", "verb", "name")]
    operation["parameters"] = parameters + _unsafe(record=screen is not None and not many)
    body = schemas.action_schema(made, actor, found)
    if many:
        body.pop("required", None)
        ids = {"type": "array", "items": schemas.ID, "minItems": 1, "maxItems": 500}
        versions = {"type": "object", "additionalProperties": {"type": "integer"}, "description": VERSIONS}
        needed = ["ids", "versions"] if made.name.startswith("update_") else ["ids"]
        body = {"type": "object", "required": needed, "properties": {"ids": ids, "data": body, "versions": versions}}
        body["additionalProperties"] = False
    elif screen is None and made.subject is not None:
        body = {**body, "properties": {"id": schemas.ID, **body.get("properties", {})}}
        body["required"] = ["id", *body.get("required", [])]
    operation["requestBody"] = _body(body, required=bool(body.get("required")))
    operation["responses"] = {"200": _response("done", "BulkReply" if many else "Reply")}
    return operation


def _plain(operation: Schema) -> Schema:
    summary = str(SUMMARIES[operation["operationId"]])
    return {**operation, "summary": summary, "responses": {"200": _response("the answer", {"type": "object"})}}


def _named(template: Schema, slug: str, summary: str, screen: Screen) -> Schema:
    operation = copy.deepcopy(template)
    operation["operationId"] = f"{template['operationId']}_{slug}".replace("-", "_")
    operation["summary"] = summary % {"action": SUMMARIES[template["operationId"]], "type": screen.label_plural}
    operation["tags"] = [str(screen.label_plural)]
    operation["parameters"] = [p for p in template.get("parameters", []) if p["name"] != "slug"]
    return operation


def _list_parameters(screen: Screen, actor: Actor) -> list[Schema]:
    bound = bound_columns(screen, actor)
    size = {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": 50}
    names = ", ".join(bound)
    return [
        _query("filter", {"type": "string"}, 'JSON: {"all": [{"field", "op", "value"}, …]} or {"any": […]}'),
        _query("sort", {"type": "string", "enum": schemas.sort_keys(bound)}, "a column; - before it descends"),
        _query("size", size, "rows a page"),
        _query("after", {"type": "string"}, "the `next` of the page before"),
        _query("columns", {"type": "string"}, f"names with commas between: {names}"),
        _query("bin", {"type": "string", "enum": ["0", "1"]}, "1: what lies in the bin"),
        _query("view", {"type": "string"}, "id of a saved view"),
        _query("q", {"type": "string"}, "words to search for"),
    ]


def _unsafe(*, record: bool) -> list[Schema]:
    found = [{"$ref": "#/components/parameters/IdempotencyKey"}]
    return [*found, {"$ref": "#/components/parameters/IfMatch"}] if record else found


def _query(name: str, schema: Schema, description: str) -> Schema:
    return {"in": "query", "name": name, "schema": schema, "description": description, "required": False}


def _header(name: str, longest: int) -> Schema:
    return {"in": "header", "name": name, "schema": {"type": "string", "maxLength": longest}, "required": False}


def _page(item: Schema) -> Schema:
    properties = {"items": {"type": "array", "items": item}, "next": {"type": ["string", "null"]}}
    return {"type": "object", "required": ["items", "next"], "properties": properties}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _body(schema: Schema, *, required: bool = True) -> Schema:
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def _response(text: str, schema: str | Schema, *, problem: bool = False) -> Schema:
    media = "application/problem+json" if problem else "application/json"
    content = {media: {"schema": _ref(schema) if isinstance(schema, str) else schema}}
    return {"description": text, "content": content}


def _refusals() -> Schema:
    return {status: {"$ref": f"#/components/responses/{status}"} for status in STATUSES}


def _class_name(screen: Screen) -> str:
    return "".join(part.title() for part in screen.type.split("_"))
