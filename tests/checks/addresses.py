"""Every address that answers GET, filled with things that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.rights.test_route_inventory import FOREIGN, routes

PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
CHOICES: dict[str, tuple[str, ...]] = {
    "slug": ("customers", "tasks"),
    "type_": ("party",),
    "record_type": ("party",),
    "column": ("level", "mobile"),
    "verb": ("archive", "transfer", "merge"),
    "name": ("update_party",),
    "secret": ("nothing-of-the-kind",),
    "provider_id": ("company",),
}


def addresses(things: dict[str, list[Any]]) -> Iterator[str]:
    """Addresses with every filling: `things` gives the ids for a parameter's name."""
    seen = set()
    for path, route in routes():
        if route.callback.__module__.startswith(FOREIGN) or "(" in path:
            continue
        for address in _filled(path, things):
            if address not in seen:
                seen.add(address)
                yield address


def _filled(path: str, things: dict[str, list[Any]]) -> list[str]:
    found = PART.search(path)
    if not found:
        return [path]
    name = found["name"]
    values = things.get(name) or CHOICES.get(name) or ("01890000-0000-7000-8000-000000000000",)
    more = (path[: found.start()] + str(value) + path[found.end() :] for value in values)
    return [address for one in more for address in _filled(one, things)]
