"""The API document as a person reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from zhike.kernel.actor import Actor
from zhike.records.api.document import document

TONES = {"get": "", "post": "grn", "patch": "amb", "delete": "red"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: where, what, and with which parameters and body."""

    id: str
    method: str
    path: str
    tone: str
    summary: str
    description: str
    parameters: list[dict[str, Any]]
    body: str


def operations_by_group(actor: Actor) -> list[tuple[str, list[Operation]]]:
    """Operations of the actor's document by their group, in its order."""
    found = orjson.loads(orjson.dumps(document(actor), default=str, option=orjson.OPT_NON_STR_KEYS))
    groups: dict[str, list[Operation]] = {}
    for path, operations in found["paths"].items():
        for method, told in operations.items():
            group = (told.get("tags") or ["API"])[0]
            groups.setdefault(group, []).append(_operation(path, method, told, found["components"]))
    return list(groups.items())


def _operation(path: str, method: str, told: dict[str, Any], components: dict[str, Any]) -> Operation:
    parameters = [_resolved(p, components) for p in told.get("parameters", [])]
    media = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = orjson.dumps(_resolved(media["schema"], components), option=orjson.OPT_INDENT_2).decode() if media else ""
    tone = TONES.get(method, "")
    summary, description = told.get("summary", ""), told.get("description", "")
    return Operation(told["operationId"], method.upper(), path, tone, summary, description, parameters, body)


def _resolved(node: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """What a reference of the document's own stands for."""
    if "$ref" not in node:
        return node
    _hash, _components, group, name = node["$ref"].split("/")
    found: dict[str, Any] = components[group][name]
    return found
