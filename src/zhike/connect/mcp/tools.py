"""Tools for agents, derived: a list, a card and its inner rows for every type one may see, a search, every action one may run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.translation import gettext as _

from zhike.kernel import limits
from zhike.kernel.actions import Action, registry, run
from zhike.kernel.actor import Actor
from zhike.kernel.doors import recorded
from zhike.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import Screen, screens
from zhike.records.access import screen_of
from zhike.records.api import bodies, reading, schemas
from zhike.records.columns import bound_columns
from zhike.records.requests import read_query
from zhike.records.search.queries import search

Arguments = dict[str, Any]
PAGE = 20


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool: what it is called, what it takes, and what it does."""

    name: str
    title: str
    description: str
    schema: Callable[[Actor], dict[str, Any]]
    call: Callable[[Actor, Arguments], Any]
    reads: bool = True
    destroys: bool = False


def tools_for(actor: Actor) -> dict[str, Tool]:
    """The tools whose right the actor holds, by name."""
    return {tool.name: tool for tool in _tools(actor)}


def _tools(actor: Actor) -> Iterator[Tool]:
    yield Tool(
        "search", _("Search"), _("Find records of any type by name, pinyin, phone tail or e-mail."), _asks, _search
    )
    for screen in screens.values():
        if actor.can(f"{screen.type}.view"):
            yield from (_list_tool(screen), _get_tool(screen))
            if screen.inner:
                yield _rows_tool(screen)
    for made in registry.values():
        if "mcp" in made.doors and actor.can(made.right):
            yield _action_tool(made)


def call(actor: Actor, name: str, arguments: Mapping[str, Any]) -> tuple[Any, bool]:
    """What a tool answers, as plain data; the second value says that it is a refusal (a problem, as the API gives it)."""
    tool = tools_for(actor).get(name)
    if tool is None:
        raise NotFound("tool")
    try:
        given = bodies.parse(_bytes(arguments))  # the same strictness as over REST
        answer = tool.call(actor, given)
        return orjson.loads(orjson.dumps(answer, default=str)), False
    except DomainError as error:
        if isinstance(error, Forbidden):
            recorded(error, actor)
        return orjson.loads(orjson.dumps(error.problem(), default=str)), True


def _bytes(arguments: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(arguments)
    except TypeError:
        raise Invalid("unstorable", _("An argument cannot be read: too large a number, or broken text.")) from None


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _asks(_actor: Actor) -> dict[str, Any]:
    return _object({"text": {"type": "string", "minLength": 1, "maxLength": 200}}, "text")


def _search(actor: Actor, given: Arguments) -> Any:
    text = given.pop("text", None)
    _nothing_else(given)
    if not isinstance(text, str) or not text.strip():
        raise Invalid("missing", _("This field is needed. Fill it in."), "text")
    limits.spend(limits.SEARCH, actor)
    hits = [
        {"type": found.screen.type, "id": hit.id, "name": hit.title}
        for found in search(actor, text)
        for hit in found.hits
    ]
    return {"items": hits}


def _list_tool(screen: Screen) -> Tool:
    def schema(actor: Actor) -> dict[str, Any]:
        bound = bound_columns(screen, actor)
        return _object(
            {
                "q": {"type": "string", "description": "words to search for"},
                "filter": {
                    "type": "object",
                    "description": '{"all": [{"field", "op", "value"}]} or {"any": […]}; a wrong operator is told the right ones',
                },
                "sort": {"type": "string", "enum": schemas.sort_keys(bound)},
                "columns": {"type": "array", "items": {"type": "string", "enum": list(bound)}},
                "size": {"type": "integer", "minimum": 1, "maximum": 200, "default": PAGE},
                "after": {"type": "string", "description": "`next` of the page before"},
                "bin": {"type": "boolean"},
            }
        )

    def ask(actor: Actor, given: Arguments) -> Any:
        params = {name: _as_text(name, value) for name, value in given.items() if value is not None}
        if params.get("q"):
            limits.spend(limits.SEARCH, actor)
        return reading.list_payload(screen, actor, read_query(screen, actor, params, size=PAGE, strict=True))

    title = _("List: %(type)s") % {"type": screen.label_plural}
    name = f"list_{screen.slug.replace('-', '_')}"
    return Tool(name, title, _("A page of the records you may see, filtered and sorted."), schema, ask)


def _as_text(name: str, value: Any) -> str:
    """A list's parameters are text, as in an address; the filter may come as the object it is."""
    if name == "columns" and isinstance(value, list):
        return ",".join(str(item) for item in value)
    if isinstance(value, bool):
        return "1" if value else "0"
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else str(value)


def _get_tool(screen: Screen) -> Tool:
    title, told = _("Read: %(type)s"), _("One whole record, with the version to change it by.")
    return _reading_tool(f"get_{screen.type}", title, told, screen, reading.record_payload)


def _rows_tool(screen: Screen) -> Tool:
    title = _("Read the rows within: %(type)s")
    told = _("Rows within one record (%(kinds)s), with the ids by which they are changed.") % {
        "kinds": ", ".join(inner.name for inner in screen.inner)
    }
    return _reading_tool(f"get_{screen.type}_rows", title, told, screen, reading.rows_payload)


def _reading_tool(
    name: str, title: str, told: str, screen: Screen, payload: Callable[[Screen, Actor, object], Any]
) -> Tool:
    """A tool that answers about the record of an id."""

    def read(actor: Actor, given: Arguments) -> Any:
        pk = given.pop("id", None)
        _nothing_else(given)
        return payload(screen, actor, pk)

    schema = _object({"id": schemas.ID}, "id")
    return Tool(name, title % {"type": screen.label}, told, lambda _actor: schema, read)


def _action_tool(made: Action[..., Any]) -> Tool:
    def schema(actor: Actor) -> dict[str, Any]:
        definitions: dict[str, Any] = {}
        own = dict(schemas.action_schema(made, actor, definitions))
        extra: dict[str, Any] = {"idempotency_key": {"type": "string", "description": "the same key never acts twice"}}
        if made.subject is not None:
            extra |= {"id": schemas.ID, "version": {"type": "integer", "description": "the version you read"}}
        own["properties"] = {**extra, **own.get("properties", {})}
        own["required"] = [*(["id"] if made.subject is not None else []), *own.get("required", [])]
        found: dict[str, Any] = orjson.loads(orjson.dumps(schemas.inline(own, definitions), default=str))
        return found

    def act(actor: Actor, given: Arguments) -> Any:
        subject = given.pop("id", None) if made.subject is not None else None
        version = given.pop("version", None) if made.subject is not None else None
        if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
            raise Invalid(
                "bad_version", _("“%(value)s” is not a version. Send the one you read.") % {"value": shorten(version)}
            )
        if version is None and made.name.startswith("update_"):
            raise Invalid("version_needed", _("Send the version you read, so that nobody's change is lost."), "version")
        key = given.pop("idempotency_key", "")
        if not isinstance(key, str) or len(key) > bodies.MOST_KEY:
            raise Invalid("bad_key", _("An idempotency key has up to 200 characters."), "idempotency_key")
        return run(made.name, by=actor, subject_id=subject, data=given, version=version, idempotency_key=key).reply

    return Tool(made.name, _title(made), made.description, schema, act, reads=False, destroys=made.tone == "danger")


def _title(made: Action[..., Any]) -> str:
    declared = made.subject is not None and made.subject.record_type in screens
    return f"{made.title} ({screen_of(made.subject).label})" if declared and made.subject else str(made.title)


def _nothing_else(given: Arguments) -> None:
    for name in given:
        raise Invalid("unknown_field", _("There is no field “%(name)s” here.") % {"name": shorten(name)}, shorten(name))
