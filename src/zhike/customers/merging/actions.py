"""Merging two customers, taking a merge back, and what else is decided about likely duplicates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.apps import apps
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.customers.actions.fields import Other
from zhike.customers.actions.keeping import columns_of, completeness_of, keep_keys, values_of
from zhike.customers.actions.writing import by_column
from zhike.customers.merging import events, queries, rows
from zhike.customers.merging.fields import LATEST, ancestors, chosen, taken_on
from zhike.customers.merging.moving import Moves, move_all, plain
from zhike.customers.merging.terms import LATER_DAYS
from zhike.customers.models import ContactPoint, DuplicatePair, MatchKey, Merge, PairState, Party
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, Invalid, NotFound, Stale
from zhike.kernel.models import Record
from zhike.kernel.screens import screens
from zhike.records import search, work
from zhike.records.actions import restore

Choices = Annotated[
    dict[str, str],
    Field(title=_("Sides taken"), description=_("Field by field “mine” or “theirs”; what is not named goes as usual.")),
]
OtherVersion = Annotated[int | None, Field(title=_("Version of the other customer"))]
Days = Annotated[int, Field(title=_("Days"), ge=1, le=365)]


def _can_merge(party: Any, actor: Actor) -> bool:
    return party.archived_at is None


@action(right="party.merge", title=_("Merge with another"), icon="arrow-merge", shown=_can_merge)
def merge_party(
    party: Party, *, other: Other, choices: Choices | None = None, other_version: OtherVersion = None, by: Actor
) -> Party:
    """Make one customer of two: this one stays, the other goes into it with everything that hangs on it."""
    by.require("party.merge", other)
    survivor, loser = _locked(party, other, other_version)
    _check(survivor, loser)
    theirs, now = chosen(survivor, loser, choices or {}, by), timezone.now()
    before = {"mine": plain(values_of(survivor)), "theirs": plain(values_of(loser))}
    if "parent" in theirs:
        _check_group(survivor, loser)
    fields = taken_on(survivor, loser, theirs)
    moves = _gather(survivor, loser, theirs, now)
    fields |= columns_of(ContactPoint.objects.filter(party=survivor))
    fields["completeness"] = completeness_of(survivor, fields)
    changes = _change(survivor, fields)
    _change(loser, {"archived_at": now, "merged_into_id": survivor.pk})
    _refresh(survivor, loser, moves)
    after = {name: plain(sides[1]) for name, sides in changes.items()}
    row = Merge.objects.create(
        survivor=survivor, loser=loser, by_id=by.user_id, at=now, before=before, after=after, moved=moves.moved,
        changed=moves.changed, created=moves.created,
    )  # fmt: skip
    told = events.PartyMerged(
        other=loser.name, other_id=str(loser.pk), merge_id=str(row.pk), moved=moves.counts(), snapshot=before
    )
    told_changes = {name: plain(sides) for name, sides in by_column(dict(changes)).items()}
    event_id = emit(told, subject=survivor, by=by, customer_id=survivor.pk, label=survivor.name, changes=told_changes)
    Merge.objects.filter(pk=row.pk).update(event_id=event_id)
    return _given_back(party, survivor)


def _locked(party: Party, other: Party, other_version: int | None) -> tuple[Party, Party]:
    """Both rows as they are now, locked in one order; whoever was faster makes this stale."""
    found = {
        row.pk: row for row in Party.objects.select_for_update().filter(pk__in=(party.pk, other.pk)).order_by("pk")
    }
    if party.pk == other.pk or len(found) != 2:
        raise Invalid("merge.itself", _("A customer cannot be merged with itself. Choose another one."), "other")
    survivor, loser = found[party.pk], found[other.pk]
    if survivor.version != party.version:
        raise Stale(survivor.version)
    if loser.version != (other.version if other_version is None else other_version):
        raise Stale(loser.version)
    return survivor, loser


def _check(survivor: Party, loser: Party) -> None:
    """Two in use, of one form."""
    for one in (survivor, loser):
        if one.merged_into_id is not None:
            message = _("“%(name)s” was merged into another customer already.") % {"name": one.name}
            raise Conflict("merge.merged", message)
        if one.archived_at is not None:
            message = _("“%(name)s” is in the bin. Restore it first.") % {"name": one.name}
            raise Conflict("merge.archived", message)
    if survivor.form != loser.form:
        person = survivor if survivor.is_person else loser
        refusal = _("“%(name)s” is a person, the other an organisation: they cannot be one.") % {"name": person.name}
        raise Invalid("merge.form", refusal, "other")


def _check_group(survivor: Party, loser: Party) -> None:
    """The loser's parent may not stand below the survivor."""
    if loser.parent_id == survivor.pk or survivor.pk in ancestors(loser):
        message = _("A company cannot stand above itself in its group. Keep the parent of this record.")
        raise Invalid("parent.loop", message, "choices")


def _gather(survivor: Party, loser: Party, theirs: set[str], now: datetime) -> Moves:
    """Move every row, those with rules of their own first."""
    moves = Moves()
    rows.move_points(moves, survivor, loser, theirs)
    rows.move_names(moves, survivor, loser, theirs)
    rows.settle_members(moves, survivor, loser, theirs)
    rows.settle_scores(moves, survivor, loser)
    rows.settle_pairs(moves, survivor, loser)
    rows.note_owners(moves, survivor, loser, theirs, now)
    move_all(moves, survivor, loser)
    return moves


def _change(party: Party, fields: dict[str, Any]) -> dict[str, list[Any]]:
    """Change, guarded; the version moves on even when only rows around the party did."""
    changes = party.change(**fields)
    if not changes:
        now = timezone.now()
        guarded = Party.objects.filter(pk=party.pk, version=party.version)
        if not guarded.update(version=F("version") + 1, updated_at=now):
            raise Stale(party.version)
        party.version, party.updated_at = party.version + 1, now
    return changes


def _refresh(survivor: Party, loser: Party, moves: Moves) -> None:
    """Keys and search follow: of both, and of records that name them."""
    for party in (survivor, loser):
        party._prefetched_objects_cache = {}  # type: ignore[attr-defined]
        if party.archived_at is None:
            keep_keys(party)
        else:
            MatchKey.objects.filter(party=party).delete()
        search.index(party)
    for one in moves.moved:
        model: Any = apps.get_model(one["model"])
        screen = screens.get(getattr(model, "record_type", ""))
        if issubclass(model, Record) and screen is not None and screen.search is not None:
            live = model._base_manager.filter(pk__in=one["ids"])
            search.index_many(row for row in live if getattr(row, "archived_at", None) is None)


def _given_back(asked: Party, now: Party) -> Party:
    """The caller's own object, up to date."""
    for name, value in values_of(now).items():
        setattr(asked, name, value)
    return asked


def _was_merged(party: Any, actor: Actor) -> bool:
    return party.merged_into_id is not None


@action(right="party.merge", title=_("Take out of the merge"), icon="arrows-split-2", shown=_was_merged)
def unmerge_party(party: Party, *, by: Actor) -> dict[str, Any]:
    """Take a merge back: fields and rows as they were; what came after it stays with the survivor, and is listed."""
    merge = queries.merge_of(party)
    if merge is None or party.merged_into_id is None:
        raise Conflict("not_merged", _("“%(name)s” is not part of a merge.") % {"name": party.name})
    by.require("party.merge", merge.survivor)
    survivor, loser = _locked(merge.survivor, party, None)
    _check_survivor(survivor, merge)
    later = queries.later_than(merge)
    moves = Moves(merge.moved, merge.changed, merge.created)
    moves.undo(survivor.pk, loser.pk)
    kept = give_up_merged(survivor, other=loser, merge_id=merge.pk, by=by)
    _change(loser, {"archived_at": None, "merged_into_id": None})
    for one in (survivor, loser):
        rows.scores_complete(one)
    _refresh(survivor, loser, moves)
    told = events.PartyUnmerged(
        other=survivor.name, other_id=str(survivor.pk), merge_id=str(merge.pk), later=len(later), kept=kept
    )
    event_id = emit(told, subject=loser, by=by, customer_id=loser.pk, label=loser.name)
    Merge.objects.filter(pk=merge.pk).update(undone_at=timezone.now(), undone_event_id=event_id)
    _given_back(party, loser)
    reply = {"id": str(loser.pk), "type": "party", "version": loser.version, "survivor_id": str(survivor.pk)}
    return reply | {"kept": kept, "later": [row.as_json() for row in later]}


def _check_survivor(survivor: Party, merge: Merge) -> None:
    if merge.erased:
        message = _("The personal data of this customer were erased; the merge cannot be taken back.")
        raise Conflict("merge.erased", message)
    if survivor.merged_into_id is not None:
        merged = _("“%(name)s” was merged itself since. Take that merge back first.") % {"name": survivor.name}
        raise Conflict("merge.merged", merged)


@action(right="party.merge", title=_("Take out of the merge"), icon="arrows-split-2", doors="job")
def give_up_merged(party: Party, *, other: Party, merge_id: UUID, by: Actor) -> list[str]:
    """What the survivor had taken on goes, unless somebody changed it since; those are named."""
    kept = _restore_fields(party, Merge.objects.get(pk=merge_id))
    told = events.MergeGivenUp(other=other.name, other_id=str(other.pk), merge_id=str(merge_id))
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return kept


def _restore_fields(survivor: Party, merge: Merge) -> list[str]:
    back: dict[str, Any] = {}
    kept = []
    own = {column.attname: column for column in Party._meta.concrete_fields}
    for name, value in merge.after.items():
        if plain(getattr(survivor, name)) == value:
            back[name] = own[name].to_python(merge.before["mine"][name])
        else:
            kept.append(name)
    back |= columns_of(ContactPoint.objects.filter(party=survivor))
    back["completeness"] = completeness_of(survivor, back)
    _change(survivor, back)
    return sorted(set(kept) - {"completeness", *LATEST, *columns_of([])})


@action(right="party.restore", title=_("Restore"), icon="arrow-back-up", bulk=True, shown=queries.in_the_bin)
def restore_party(party: Party, *, by: Actor) -> Party:
    """Take a customer back from the bin; one that was merged is taken out of the merge instead."""
    if party.merged_into_id is not None:
        message = _("“%(name)s” was merged into another customer. Take that merge back instead.")
        raise Conflict("merge.merged", message % {"name": party.name})
    restore(party, by=by)
    return party


def _pair(party: Party, other: Party) -> DuplicatePair | None:
    left, right = sorted((party.pk, other.pk))
    return DuplicatePair.objects.filter(left_id=left, right_id=right).first()


@action(right="party.merge", title=_("Not the same"), icon="circle-x", shown=lambda party, actor: False)
def tell_apart_party(party: Party, *, other: Other, different: bool = True, by: Actor) -> Party:
    """Note that two likely duplicates are different customers, so that nobody is asked again; or take that back."""
    by.require("party.merge", other)
    left, right = sorted((party.pk, other.pk))
    if left == right:
        raise Invalid("merge.itself", _("A customer cannot be merged with itself. Choose another one."), "other")
    state = PairState.DIFFERENT if different else PairState.OPEN
    pair, made = DuplicatePair.objects.get_or_create(
        left_id=left, right_id=right, defaults={"probability": 0, "state": state}
    )
    if pair.state == PairState.MERGED:
        raise Conflict("merge.merged", _("“%(name)s” was merged into another customer already.") % {"name": other.name})
    if not made:
        DuplicatePair.objects.filter(pk=pair.pk).update(state=state, later_until=None)
    told = events.PartiesToldApart(other=other.name, other_id=str(other.pk), different=different)
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(right="party.merge", title=_("Decide later"), icon="clock", shown=lambda party, actor: False)
def decide_later_party(party: Party, *, other: Other, days: Days = LATER_DAYS, by: Actor) -> Party:
    """Ask again after some days whether two customers are one."""
    by.require("party.merge", other)
    pair = _pair(party, other)
    if pair is None or pair.state != PairState.OPEN:
        raise NotFound("pair")
    until = timezone.now() + timedelta(days=days)
    DuplicatePair.objects.filter(pk=pair.pk).update(later_until=until)
    told = events.PairPostponed(other=other.name, other_id=str(other.pk), until=until.isoformat())
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(right="party.import", title=_("Look for duplicates"), icon="search", doors="web api cli job")
def find_duplicates(*, by: Actor) -> dict[str, Any]:
    """Look through all customers for likely duplicates, in the background; they come into the work queue."""
    if queries.running_search() is not None:
        raise Conflict("search_runs", _("A search for duplicates is running already. Wait until it has ended."))
    title = str(_("Search for duplicates"))
    row = work.start(queries.WORK, title, by, "customers.find_duplicates", {}, total=Party.objects.live().count())
    emit(events.DuplicatesSought(work_id=str(row.pk)), by=by)
    return {"work_id": str(row.pk)}
