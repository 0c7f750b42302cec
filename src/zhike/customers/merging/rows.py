"""Rows with rules of their own when two parties become one: contact points, names, members, scores, owners, pairs."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from zhike.customers.merging.moving import Moves, Pointer
from zhike.customers.models import ContactPoint, DuplicatePair, OwnerSpell, PairState, Party, PartyName, Score
from zhike.customers.terms import NAME_COLUMNS, NameOf

POINTS = Pointer(ContactPoint, "party_id", "party")
NAMES = Pointer(PartyName, "party_id", "party")


def move_points(moves: Moves, survivor: Party, loser: Party, theirs: Set[str]) -> None:
    """All contact points together, each once; the columns show the chosen ones. What must not be used stays barred."""
    mine = {(point.kind, point.value): point for point in survivor.points.order_by("pk")}
    holders = {point.column: point for point in mine.values() if point.column}
    moving = []
    for point in loser.points.order_by("pk"):
        same, column = mine.get((point.kind, point.value)), point.column
        kept = same or point
        if same is None:
            moving.append(point.pk)
            if column and (column in holders) and column not in theirs:
                moves.set(point, column="")
            elif column and column not in holders:
                holders[column] = point
        elif point.do_not_use and not same.do_not_use:
            moves.set(same, do_not_use=True, do_not_use_reason=point.do_not_use_reason)
        if column in theirs and holders.get(column) is not kept:
            if column in holders:
                moves.set(holders[column], column="")
            moves.set(kept, column=column)
            holders[column] = kept
    moves.move(POINTS, moving, survivor.pk)


def move_names(moves: Moves, survivor: Party, loser: Party, theirs: Set[str]) -> None:
    """Every name finds the survivor: those that no column shows become aliases."""
    column_of = {str(kind): column for column, kind in NAME_COLUMNS.items()}
    rows = list(survivor.names.order_by("pk"))
    final = loser.name if "name" in theirs else survivor.name
    known = {row.name for row in rows}
    moving = []
    for row in rows:
        column = column_of.get(row.kind)
        if column is not None and column in theirs and getattr(loser, column) != row.name:
            moves.set(row, kind=NameOf.ALIAS)
    for row in loser.names.order_by("pk"):
        column = column_of.get(row.kind)
        if row.name in known:
            same = next(one for one in rows if one.name == row.name)
            if column in theirs:
                moves.set(same, kind=row.kind)
            continue
        if column and column not in theirs:
            moves.set(row, kind=NameOf.ALIAS)
        if row.name != final:
            moving.append(row.pk)
            known.add(row.name)
    moves.move(NAMES, moving, survivor.pk)
    other = survivor.name if "name" in theirs else loser.name
    if other != final and other not in known:
        moves.create(PartyName(party=survivor, kind=NameOf.ALIAS, name=other))


def settle_members(moves: Moves, survivor: Party, loser: Party, theirs: Set[str]) -> None:
    """One main contact, nobody twice; whoever reported to a row that stays behind reports to its like."""
    mine, other = list(survivor.people.all()), list(loser.people.all())
    main = [row for row in mine if row.primary]
    gone = other if "contact_name" not in theirs else mine
    if main and any(row.primary for row in other):
        for row in gone:
            if row.primary:
                moves.set(row, primary=False)
    here = {row.person_id: row for row in mine if row.ended_on is None}
    like = {row.pk: here[row.person_id].pk for row in other if row.ended_on is None and row.person_id in here}
    for row in other:
        if row.pk not in like and row.reports_to_id in like:
            moves.set(row, reports_to_id=like[row.reports_to_id])


def settle_scores(moves: Moves, survivor: Party, loser: Party) -> None:
    """Of each kind the newer one is the latest."""
    mine = {row.kind: row for row in survivor.scores.filter(latest=True)}
    for row in loser.scores.filter(latest=True):
        same = mine.get(row.kind)
        if same is not None:
            moves.set(row if same.as_of >= row.as_of else same, latest=False)


def scores_complete(party: Party) -> None:
    """After a merge was taken back: a kind that lost its latest score to a later run has its newest one again."""
    shown = set(party.scores.filter(latest=True).values_list("kind", flat=True))
    for kind in set(party.scores.values_list("kind", flat=True)) - shown:
        newest = party.scores.filter(kind=kind).order_by("-as_of", "-pk")[:1]
        Score.objects.filter(pk__in=[row.pk for row in newest]).update(latest=True)


def note_owners(moves: Moves, survivor: Party, loser: Party, theirs: Set[str], now: datetime) -> None:
    """The owner who is not chosen stays in the history."""
    leaving = survivor if "owner" in theirs else loser
    if leaving.owner_id is None or survivor.owner_id == loser.owner_id:
        return
    since = leaving.owned_since or leaving.created_at
    moves.create(
        OwnerSpell(party=survivor, owner_id=leaving.owner_id, started_at=since, ended_at=now, reason=_("Merged"))
    )


def settle_pairs(moves: Moves, survivor: Party, loser: Party) -> None:
    """The pair of the two is closed; what was said of the loser and others is now said of the survivor."""
    rows = list(DuplicatePair.objects.filter(Q(left=loser) | Q(right=loser)))
    there = {_other(row, survivor): row for row in _pairs_of(survivor)}
    for row in rows:
        other = _other(row, loser)
        if other == survivor.pk:
            moves.set(row, state=PairState.MERGED)
        elif other not in there:
            left, right = sorted((survivor.pk, other))
            moves.set(row, left_id=left, right_id=right)
        elif row.state == PairState.DIFFERENT and there[other].state == PairState.OPEN:
            moves.set(there[other], state=PairState.DIFFERENT)


def _pairs_of(party: Party) -> Any:
    return DuplicatePair.objects.filter(Q(left=party) | Q(right=party))


def _other(row: DuplicatePair, party: Party) -> Any:
    return row.right_id if row.left_id == party.pk else row.left_id
