"""Which actions a door offers, and under which address: derived from the registry, never listed by hand."""

from __future__ import annotations

from typing import Any

from zhike.kernel.actions import Action, registry
from zhike.kernel.errors import NotFound
from zhike.kernel.screens import Screen, screens

OWN_ADDRESS = ("create", "update")  # these have methods of their own: POST on the list, PATCH on the record


def record_actions(screen: Screen, door: str) -> dict[str, Action[..., Any]]:
    """The actions on one record of a type, by the last part of their address."""
    model = screen.model_class
    own = {f"{verb}_{screen.type}" for verb in OWN_ADDRESS}
    return {
        made.verb: made
        for made in registry.values()
        if made.subject is model and door in made.doors and made.name not in own
    }


def record_action(screen: Screen, verb: str, door: str) -> Action[..., Any]:
    """The action behind an address."""
    found = record_actions(screen, door).get(verb)
    if found is None:
        raise NotFound("action")
    return found


def other_actions(door: str) -> dict[str, Action[..., Any]]:
    """Actions without a record, and those on rows that no screen declares (their id then comes in the body)."""
    declared = {screen.model_class for screen in screens.values()}
    standard = {f"create_{type_}" for type_ in screens}
    return {
        made.name: made
        for made in registry.values()
        if door in made.doors and made.subject not in declared and made.name not in standard
    }


def bulk_actions(screen: Screen, door: str) -> dict[str, Action[..., Any]]:
    """What can be done to many records at once; `archive`, `claim`, … and `update`."""
    found = {verb: made for verb, made in record_actions(screen, door).items() if made.bulk}
    update = registry.get(f"update_{screen.type}")
    return found | ({"update": update} if update is not None and door in update.doors else {})
