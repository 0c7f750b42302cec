"""What a board asks: by which field, which lanes it has, and the cards of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from zhike.kernel.actor import Actor
from zhike.kernel.errors import BadRequest, NotFound
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import Kind, Screen
from zhike.records.columns import Bound, bound_columns, choices_of
from zhike.records.filters import Condition, Group, operators_for
from zhike.records.queries import ListQuery, Page, counted, matching, page

CARDS = 20  # of a lane at a time; the next ones come when somebody scrolls to them
AT_ONCE = 6  # lanes with cards in the first paint; further ones ask for theirs when they are scrolled to
FACTS = 4  # shown on a card below its title
COUNTED = 1_000  # a lane says no more than “1,000+”


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


def lane_at(by: Bound, code: str) -> Lane:
    """One of them."""
    for lane in lanes_of(by):
        if lane.code == code:
            return lane
    raise BadRequest("bad_lane", _("The board has no column “%(name)s”.") % {"name": shorten(code)}, "lane")


def within(query: ListQuery, by: Bound, lane: Lane) -> ListQuery:
    """The same question, about one lane."""
    condition = Condition(by, "in", [lane.code]) if lane.code else Condition(by, "empty", None)
    narrowed = Group("all", (query.filter, condition)) if query.filter else Group("all", (condition,))
    return replace(query, filter=narrowed, archived=False)


def facts_of(screen: Screen, actor: Actor, query: ListQuery, by: Bound) -> tuple[str, ...]:
    """The columns of a card, title first: those the list shows, without what the lane says already."""
    bound = bound_columns(screen, actor)
    listed = query.columns or [b.name for b in bound.values() if b.column.listed]
    return (screen.title, *[name for name in listed if name not in (screen.title, by.name)][:FACTS])


def cards(screen: Screen, actor: Actor, query: ListQuery, by: Bound, lane: Lane) -> Page:
    """A page of a lane's cards."""
    columns = facts_of(screen, actor, query, by)
    return page(screen, actor, replace(within(query, by, lane), columns=columns, size=CARDS))


def totals(screen: Screen, actor: Actor, query: ListQuery, by: Bound, lane: Lane) -> tuple[str, Sequence[Any]]:
    """How many a lane holds, and (column, sum) of what the board adds up; no sums beyond what is counted."""
    found = matching(screen, actor, within(query, by, lane))
    number, more = counted(found, COUNTED)
    bound = bound_columns(screen, actor)
    added = [bound[n] for n in (screen.board.sums if screen.board else ()) if n in bound and not bound[n].masked]
    if more or not added:
        return f"{number:,}+" if more else f"{number:,}", ()
    sums = found.order_by().aggregate(**{b.name: Sum(b.column.orm) for b in added})
    return f"{number:,}", [(b.column, sums[b.name] or 0) for b in added]
