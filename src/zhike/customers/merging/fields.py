"""Two parties field by field: where they differ, which side is taken, and what the one that stays then says."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime
from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Party
from zhike.customers.terms import POINT_COLUMNS
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Invalid
from zhike.kernel.screens import Kind, screens
from zhike.kernel.text import shorten
from zhike.records.columns import Bound, bound_columns, custom_columns

Side = Literal["mine", "theirs"]

ADDRESS: Final = ("address", "division", "province", "city", "district")
#: columns that stand for several attributes, which go together
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("name", "sort_key"),
    "birthday": ("birthday_text", "born_on", "birthday_lunar", "birthday_month", "birthday_day"),
    "address": ADDRESS,
    "owner": (
        "owner_id", "team_id", "owned_since", "pool_id", "pooled_at", "pool_reason", "from_pool_id", "locked",
        "protected_until",
    ),
    "parent": ("parent_id",),
    "next_step": ("next_step", "next_step_at"),
}  # fmt: skip
WITH_OTHERS: Final = frozenset({"form", "province", "city", "district", "tags", "do_not_contact", "next_step_at"})
LATEST: Final = ("last_touch_at", "last_deal_at")


def attributes_of(name: str, column: Any) -> tuple[str, ...]:
    """The attributes of a party that a column stands for."""
    return GROUPS.get(name, () if column.custom else (column.orm,))


def columns() -> dict[str, Any]:
    """The columns somebody chooses a side of, by name: those that people write, and the next step."""
    screen = screens["party"]
    own = [*screen.columns, *custom_columns(screen)]
    return {
        c.name: c
        for c in own
        if (c.editable or c.name in GROUPS) and c.name not in WITH_OTHERS and c.kind not in (Kind.TAGS, Kind.FORMULA)
    }


def value_of(party: Party, column: Any) -> Any:
    """What a party says in a column."""
    if column.custom:
        return party.custom.get(column.name)
    return getattr(party, attributes_of(column.name, column)[0])


def differ(survivor: Party, loser: Party, column: Any) -> bool:
    """Whether the two say different things, the loser anything at all."""
    if column.name == "address":
        return any(getattr(loser, name) and getattr(survivor, name) != getattr(loser, name) for name in ADDRESS)
    if column.name == "owner" and loser.pool_id and loser.pool_id != survivor.pool_id:
        return True
    theirs = value_of(loser, column)
    return theirs not in (None, "", [], False) and value_of(survivor, column) != theirs


def usual_side(survivor: Party, loser: Party, column: Any) -> Side:
    """The survivor's word, unless it has none."""
    if column.name == "address":
        empty = not survivor.address and bool(loser.address) and survivor.city in ("", loser.city)
        return "theirs" if empty or not any(getattr(survivor, name) for name in ADDRESS) else "mine"
    if column.name == "owner":
        return "theirs" if survivor.owner_id is None and loser.owner_id is not None else "mine"
    return "mine" if value_of(survivor, column) not in (None, "", [], False) else "theirs"


def chosen(survivor: Party, loser: Party, choices: Mapping[str, str], by: Actor) -> set[str]:
    """The columns in which the loser's word is taken. Only what one may write may be chosen; the rest goes as usual."""
    known = columns()
    allowed = {name for name, item in bound_columns(screens["party"], by).items() if _may_choose(item, by)}
    for name, side in choices.items():
        if name not in known or name not in allowed or side not in ("mine", "theirs"):
            message = _("“%(name)s” cannot be chosen here. Name a field you may write, with “mine” or “theirs”.")
            raise Invalid("merge.choice", message % {"name": shorten(name)}, "choices")
    found = set()
    for name, column in known.items():
        if differ(survivor, loser, column):
            side = choices.get(name) or usual_side(survivor, loser, column)
            if name == "owner" and side == "theirs" and name in choices:
                by.require("party.transfer", survivor)
            if side == "theirs":
                found.add(name)
    return found


def _may_choose(item: Bound, by: Actor) -> bool:
    return item.writable or item.name in GROUPS


def taken_on(survivor: Party, loser: Party, theirs: Set[str]) -> dict[str, Any]:
    """The attributes that change on the survivor; columns of contact points follow their rows instead."""
    known = columns()
    values: dict[str, Any] = {}
    custom = dict(survivor.custom)
    for name in theirs:
        if known[name].custom:
            custom[name] = loser.custom.get(name)
        elif name not in POINT_COLUMNS or name == "address":
            values |= {attribute: getattr(loser, attribute) for attribute in attributes_of(name, known[name])}
    if custom != survivor.custom:
        values["custom"] = custom
    for name in LATEST:
        values[name] = _later(getattr(survivor, name), getattr(loser, name))
    values["do_not_contact"] = survivor.do_not_contact or loser.do_not_contact
    if loser.pk in ancestors(survivor):  # the two ends of a group become one: it takes the upper place
        values["parent_id"] = loser.parent_id
    return values


def ancestors(party: Party) -> set[Any]:
    """The ids of those above a party in its group."""
    found: set[Any] = set()
    step = party.parent_id
    while step is not None and step not in found:
        found.add(step)
        step = Party.objects.filter(pk=step).values_list("parent_id", flat=True).first()
    return found


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other
