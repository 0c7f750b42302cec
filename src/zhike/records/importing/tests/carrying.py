"""A file through the whole import, as tests do it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zhike.kernel.actor import Actor
from zhike.kernel.screens import screens
from zhike.records.importing import actions, running
from zhike.records.importing.planning import Plan
from zhike.records.importing.queries import proposed
from zhike.records.importing.storing import keep
from zhike.records.models import Import


def received(path: Path, by: Actor, on: str = "party") -> Import:
    """A file uploaded."""
    key, size = keep([path.read_bytes()], path.name)
    return actions.receive_import(on=on, key=key, name=path.name, size=size, by=by)


def imported(
    path: Path, by: Actor, *, on: str = "party", chosen: Mapping[str, str] | None = None, **decided: Any
) -> Import:
    """A file uploaded and carried out; `chosen` maps headings to fields where the guess is not wanted."""
    row = received(path, by, on)
    plan = planned(row, by, chosen, **decided)
    actions.begin_import(row, plan=plan, by=by)
    assert running.carry_out(row, by)
    return row


def planned(row: Import, by: Actor, chosen: Mapping[str, str] | None = None, **decided: Any) -> dict[str, Any]:
    """What would be carried out without further choices."""
    plan, table = proposed(row, by, Plan.of({"hints": decided.pop("hints", {})}))
    targets = [(chosen or {}).get(head, target) for head, target in zip(table.headers, plan.targets, strict=True)]
    assert screens[row.on]
    return {**plan.stored(), "targets": targets, **decided}
