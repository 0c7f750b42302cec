"""What a board asks: by which field, which lanes it has, and the cards of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.kernel.actor import Actor
from zhike.kernel.errors import BadRequest, NotFound
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import Kind, Screen
from zhike.records.columns import Bound, bound_columns, choices_of
from zhike.records.filters import operators_for
from zhike.records.queries import ListQuery, Page, in_order, page, sortable

CARDS = 20  # of a lane at a time; the next ones come when somebody scrolls to them
AT_ONCE = 140  # in the first paint; many lanes begin with fewer each
FACTS = 4  # shown on a card below its title
MOST = 2_000  # records that are laid out, the first ones in the list's order


@dataclass(frozen=True, slots=True)
class Lane:
    """One choice of the board's field; the code is empty for records that have none yet."""

    code: str
    label: str


def by_choices(screen: Screen, actor: Actor) -> dict[str, Bound]:
    """The fields a type can be laid out by: choices that are seen in full. The declared one, else a simple one, is first."""
    declared = screen.board.column if screen.board else ""
    found = [b for b in bound_columns(screen, actor).values() if b.column.kind is Kind.CHOICE and b.writable]
    known = [b for b in found if not b.masked and operators_for(b)]
    known.sort(key=lambda b: (b.name != declared, not (b.column.inline or b.column.custom)))
    return {b.name: b for b in known}


def read_by(screen: Screen, actor: Actor, params: Mapping[str, str]) -> Bound:
    """The field in `by`, or the type's own; 404 for a type without stages, 400 for a field that gives none."""
    offered, name = by_choices(screen, actor), params.get("by", "")
    if not offered:
        raise NotFound("board")
    if name and name not in offered:
        raise BadRequest("bad_board", _("There is no board by “%(name)s”.") % {"name": shorten(name)}, "by")
    return offered[name] if name else next(iter(offered.values()))


def lanes_of(by: Bound) -> list[Lane]:
    """A lane for each choice in its order; one for records without a choice where that may be."""
    lanes = [Lane(code, str(label)) for code, label in choices_of(by.column).items() if code]
    return lanes if by.column.required else [*lanes, Lane("", str(_("Not set")))]


def first_cards(by: Bound) -> int:
    """How many cards each lane begins with."""
    return max(2, min(CARDS, AT_ONCE // len(lanes_of(by))))


def lane_at(by: Bound, code: str) -> Lane:
    """One of them."""
    for lane in lanes_of(by):
        if lane.code == code:
            return lane
    raise BadRequest("bad_lane", _("The board has no column “%(name)s”.") % {"name": shorten(code)}, "lane")


def facts_of(screen: Screen, actor: Actor, query: ListQuery, by: Bound) -> tuple[str, ...]:
    """The columns of a card, title first: those the list shows, without what the lane says already."""
    bound = bound_columns(screen, actor)
    listed = query.columns or [b.name for b in bound.values() if b.column.listed]
    return (screen.title, *[name for name in listed if name not in (screen.title, by.name)][:FACTS])


@dataclass(frozen=True, slots=True)
class Laid:
    """The records of a board by lane, in the list's order; `more` where there are too many to lay out all of them."""

    ids: Mapping[str, Sequence[UUID]]
    sums: Mapping[str, Sequence[Decimal]]
    added: Sequence[Bound]
    more: bool

    def figures(self, lane: Lane) -> tuple[str, list[tuple[Any, Decimal]]]:
        """How many a lane holds, and (column, sum) of what the board adds up."""
        number = f"{len(self.ids.get(lane.code, ())):,}" + ("+" if self.more else "")
        sums = self.sums.get(lane.code, [Decimal(0)] * len(self.added))
        return number, [(b.column, total) for b, total in zip(self.added, sums, strict=True)] if not self.more else []


def laid(screen: Screen, actor: Actor, query: ListQuery, by: Bound) -> Laid:
    """All records of the question in their lanes, asked once: a lane that few stand in costs no walk through a million."""
    bound = bound_columns(screen, actor)
    added = [bound[n] for n in (screen.board.sums if screen.board else ()) if n in bound and not bound[n].masked]
    wanted = replace(query, archived=False, after="", size=MOST)
    first = sortable(bound, (query.sort or screen.order).lstrip("-"))
    rows = in_order(screen, actor, wanted, first, ["pk", by.column.orm, *(b.column.orm for b in added)])
    ids: dict[str, list[UUID]] = {}
    sums: dict[str, list[Decimal]] = {}
    for _value, pk, code, *numbers in rows[:MOST]:
        ids.setdefault(code or "", []).append(pk)
        if added:
            before = sums.get(code or "", [Decimal(0)] * len(added))
            sums[code or ""] = [a + (b or 0) for a, b in zip(before, numbers, strict=True)]
    return Laid(ids, sums, added, len(rows) > MOST)


def cards(screen: Screen, actor: Actor, query: ListQuery, by: Bound, ids: Sequence[UUID]) -> Page:
    """The rows of cards, in the list's order."""
    only = ListQuery(
        sort=query.sort, columns=facts_of(screen, actor, query, by), size=len(ids) + 1, extra=Q(pk__in=ids)
    )
    return page(screen, actor, only)
