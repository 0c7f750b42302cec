"""What is done with pools: claiming, giving back, giving out, locking, protecting; a rule putting a customer in; the pools themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.customers.actions.fields import NewOwner, Reason
from zhike.customers.actions.writing import new_owner, ownership
from zhike.customers.models import ClaimTally, Party, Pool
from zhike.customers.pool import events, queries
from zhike.customers.pool.room import check_room, turn_of
from zhike.customers.pool.terms import PoolState, read_rules
from zhike.customers.queries import team_of
from zhike.identity.access import organisation, rights_changed
from zhike.kernel import clock
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, Invalid
from zhike.kernel.ids import parse_id
from zhike.kernel.text import clean
from zhike.records.actions import OWNERSHIP, created, leave, updated

if TYPE_CHECKING:
    from zhike.identity.models import User
else:
    User = get_user_model()

Until = Annotated[datetime | None, Field(title=_("Until"), description=_("Empty ends the protection."))]
IntoPool = Annotated[Pool | None, Field(title=_("Pool"), description=_("Empty: where it came from."))]
Why = Annotated[str, Field(title=_("Reason"), max_length=200)]


def _taken() -> Conflict:
    return Conflict("taken", _("Somebody else was faster: this customer is no longer in the pool. Choose another."))


def _just_left(pk: object, by: Actor) -> None:
    """A customer of one of my pools that somebody took a moment ago is a conflict, not an unknown address."""
    found = parse_id(pk)
    open_to_me = [pool.pk for pool in queries.pools_of(by)]
    if found and Party.objects.filter(pk=found, owner__isnull=False, from_pool__in=open_to_me).exists():
        raise _taken()


@action(
    right="party.claim", title=_("Claim"), icon="hand-grab", tone="primary", bulk=True, gone=_just_left, undo="undo",
    shown=lambda party, _by: bool(party.pool_id) and party.owner_id is None and not party.locked,
)  # fmt: skip
def claim_party(party: Party, *, by: Actor) -> Party:
    """Take a customer out of a pool and own it: one conditional UPDATE decides between those who want it.

    Taken back, it lies in the pool as before, and still counts as one of the claims of the day.
    """
    if by.user_id is None:
        raise Invalid("claim.nobody", _("Only a person can claim a customer."))
    pool = party.pool
    if pool is None or party.owner_id is not None:
        raise _taken()
    now, zone = timezone.now(), organisation().zone
    person = turn_of(by.user_id)
    _check_cooldown(party, pool, person, clock.business_day(now, zone), zone)
    check_room(pool, person)
    _count_claim(pool, person, clock.business_day(now, zone))
    before = ownership(party)
    _take(party, pool, person, now)
    told = events.PartyClaimed(pool=pool.name, pool_id=str(pool.pk), version=party.version)
    changes = {OWNERSHIP: [before, ownership(party)]}
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes=changes)
    return party


def _check_cooldown(party: Party, pool: Pool, person: User, today: date, zone: str) -> None:
    free_on = queries.free_again_on(party, pool, person.pk, zone)
    if free_on is not None and today < free_on:
        message = _(
            "You owned this customer last. You may claim it again from %(day)s on; until then it is for others."
        )
        raise Conflict("cooldown", message % {"day": free_on.isoformat()}, until=free_on.isoformat())


def _count_claim(pool: Pool, person: User, day: date) -> None:
    """Count one claim of today by a conditional UPDATE; it stands only if the whole claim does."""
    ClaimTally.objects.get_or_create(person=person, pool=pool, day=day)
    row = ClaimTally.objects.filter(person=person, pool=pool, day=day)
    if pool.daily_limit is not None:
        row = row.filter(count__lt=pool.daily_limit)
    if not row.update(count=F("count") + 1):
        message = _("“%(pool)s” allows %(limit)s claims a day, and you have made them. Go on tomorrow.")
        raise Conflict("daily_limit", message % {"pool": pool.name, "limit": pool.daily_limit}, limit=pool.daily_limit)


def _take(party: Party, pool: Pool, person: User, now: datetime) -> None:
    """The one UPDATE: whoever comes second changes no row."""
    free = Party.objects.filter(pk=party.pk, owner=None, pool_id=pool.pk, locked=False, archived_at=None)
    won = free.update(
        owner_id=person.pk, owned_since=now, team_id=team_of(person.pk), pool=None, pooled_at=None, pool_reason="",
        from_pool_id=pool.pk, version=F("version") + 1, updated_at=now,
    )  # fmt: skip
    if not won:
        if Party.objects.filter(pk=party.pk, owner=None, locked=True).exists():
            raise Conflict("locked", _("This customer is locked. Ask whoever leads the pool."))
        raise _taken()
    party.refresh_from_db()


@action(
    right="party.transfer", title=_("Give out"), icon="user-share", bulk=True, undo="undo",
    shown=lambda party, _by: bool(party.pool_id) and party.owner_id is None,
)  # fmt: skip
def assign_from_pool(party: Party, *, to: NewOwner, by: Actor) -> Party:
    """Give a customer of a pool to somebody; the pool's capacity counts, its limit a day does not."""
    pool = party.pool
    if pool is None or party.owner_id is not None:
        raise _taken()
    person = turn_of(to.pk)
    if not person.is_active:
        message = _("“%(name)s” no longer works here. Choose somebody else.") % {"name": person.name}
        raise Invalid("owner.inactive", message, "to")
    check_room(pool, person)
    before = ownership(party)
    _take(party, pool, person, timezone.now())
    told = events.PartyGivenFromPool(
        pool=pool.name, pool_id=str(pool.pk), to=person.name, to_id=str(person.pk), version=party.version
    )
    changes = {OWNERSHIP: [before, ownership(party)]}
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes=changes)
    return party


@action(
    right="party.claim", title=_("Into the pool"), icon="pool", bulk=True, undo="undo",
    shown=lambda party, _by: party.owner_id is not None and party.archived_at is None,
)  # fmt: skip
def release_party(party: Party, *, reason: Why, pool: IntoPool = None, by: Actor) -> Party:
    """Give a customer back to a pool: nobody owns it any more, its members may claim it."""
    if party.owner_id is None:
        raise Conflict("not_owned", _("Nobody owns this customer; it cannot be given back."))
    if not (reason := clean(reason, 200)):
        raise Invalid("required", _("Say why, so that the next one knows."), "reason")
    target = pool or queries.pool_for(party)
    if target is None:
        raise Invalid("no_pool", _("No pool takes this customer. Choose one."), "pool")
    if target.archived_at is not None:
        raise Invalid("no_pool", _("The pool “%(name)s” is closed. Choose another.") % {"name": target.name}, "pool")
    before = ownership(party)
    party.change(**_into(party, target, timezone.now(), reason))
    told = events.PartyReleased(
        pool=target.name, pool_id=str(target.pk), from_id=str(before["owner_id"]), reason=reason, version=party.version
    )
    changes = {OWNERSHIP: [before, ownership(party)]}
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name, changes=changes)
    return party


def _into(party: Party, pool: Pool, now: datetime, reason: str) -> dict[str, Any]:
    """What changes when a customer goes into a pool; the owner's time is written down."""
    fields = new_owner(party, None, now, reason)
    return fields | {"team_id": None, "pool_id": pool.pk, "pooled_at": now, "pool_reason": reason[:200]}


@action(right="party.transfer", title=_("Recycle"), icon="recycle", doors="job")
def recycle_party(party: Party, state: PoolState, *, by: Actor) -> Party:
    """A rule puts a customer into its pool, unless a touch, deal, claim or edit has come in between."""
    now, before = timezone.now(), party.owner_id
    fields = _into(party, Pool.objects.get(pk=str(state.pool_id)), now, state.reason)
    unchanged = Party.objects.filter(
        pk=party.pk, version=party.version, owner_id=before, archived_at=None, locked=False,
        last_touch_at=party.last_touch_at, last_deal_at=party.last_deal_at, protected_until=party.protected_until,
    )  # fmt: skip
    if not unchanged.update(**fields, version=F("version") + 1, updated_at=now):
        raise Conflict("changed_since", _("The customer changed while the rules were at work."))
    party.refresh_from_db()
    told = events.PartyRecycled(
        pool=state.pool, pool_id=str(state.pool_id), from_id=str(before), rule=state.rule, days=state.passed
    )
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(
    right="party.transfer", title=_("Lock"), icon="lock", bulk=True, undo="unlock_party",
    shown=lambda party, _by: not party.locked,
)  # fmt: skip
def lock_party(party: Party, *, reason: Reason = "", by: Actor) -> Party:
    """Keep a customer where it is: no rule recycles it, and in a pool nobody claims it."""
    if party.locked:
        raise Conflict("locked_already", _("The customer is locked already."))
    party.change(locked=True)
    emit(events.PartyLocked(reason=clean(reason, 400)), subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(
    right="party.transfer", title=_("Unlock"), icon="lock-open", bulk=True, undo="lock_party",
    shown=lambda party, _by: bool(party.locked),
)  # fmt: skip
def unlock_party(party: Party, *, by: Actor) -> Party:
    """Let the rules count again."""
    if not party.locked:
        raise Conflict("not_locked", _("The customer is not locked."))
    party.change(locked=False)
    emit(events.PartyUnlocked(), subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


@action(
    right="party.transfer", title=_("Protect from the pool"), icon="shield-check", bulk=True,
    shown=lambda party, _by: party.owner_id is not None,
)  # fmt: skip
def protect_party(party: Party, *, until: Until = None, reason: Reason = "", by: Actor) -> Party:
    """No rule recycles the customer before that time; an empty one ends the protection."""
    if until is not None and until <= timezone.now():
        raise Invalid("past", _("This time is over. Choose a later one."), "until")
    party.change(protected_until=until)
    day = clock.business_day(until, organisation().zone).isoformat() if until else "—"
    told = events.PartyProtected(until=day, reason=clean(reason, 400))
    emit(told, subject=party, by=by, customer_id=party.pk, label=party.name)
    return party


def first_day(pool: Pool, now: datetime) -> date:
    """When recycling that is switched on now may first take a customer: every owner is warned before."""
    return clock.business_day(now, organisation().zone) + timedelta(days=max(pool.warn_days, 1))


MANAGE = "pool.manage"
Number = Annotated[int | None, Field(ge=0, le=1_000_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolDraft:
    """A pool as people set it up; None leaves a value as it is, 0 means without limit."""

    name: Annotated[str | None, Field(title=_("Name"), max_length=80)] = None
    description: Annotated[str | None, Field(title=_("Description"), max_length=400)] = None
    place: Annotated[int | None, Field(ge=0, le=9999)] = None
    teams: list[UUID] | None = None
    roles: list[UUID] | None = None
    daily_limit: Number = None
    capacity: Number = None
    cooldown_days: Annotated[int | None, Field(ge=0, le=3650)] = None
    rules: dict[str, dict[str, int | None]] | None = None
    exempt_tags: list[str] | None = None
    warn_days: Annotated[int | None, Field(ge=0, le=90)] = None


@action(right=MANAGE, title=_("New pool"), icon="plus", tone="primary", doors="web api cli job")
def create_pool(draft: PoolDraft, *, by: Actor) -> Pool:
    """Make a pool; nothing falls into it by itself until recycling is switched on."""
    pool = Pool(**_pool_values(draft, None))
    if not pool.name:
        raise Invalid("required", _("Give the pool a name."), "name")
    pool.save(force_insert=True)
    _set_members(pool, draft)
    rights_changed()
    created(pool, by=by)
    return pool


@action(right=MANAGE, title=_("Change"), icon="pencil", doors="web api cli job")
def update_pool(pool: Pool, draft: PoolDraft, *, by: Actor) -> Pool:
    """Change a pool's members, limits and rules. New rules count from the next run; whoever they hit is warned first."""
    values = _pool_values(draft, pool)
    if values.get("name") == "":
        raise Invalid("required", _("Give the pool a name."), "name")
    if pool.recycling_from and values.get("rules", pool.rules) != pool.rules:
        pool.warn_days = values.get("warn_days", pool.warn_days)
        values["recycling_from"] = first_day(pool, timezone.now())
        pool.refresh_from_db(fields=["warn_days"])
    changes = pool.change(**values) | _set_members(pool, draft)
    rights_changed()
    updated(pool, {k: [str(a), str(b)] for k, (a, b) in changes.items()}, by=by)
    return pool


def _pool_values(draft: PoolDraft, pool: Pool | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if draft.name is not None:
        values["name"] = clean(draft.name, 80)
        others = Pool.objects.filter(name=values["name"], archived_at=None)
        if (others.exclude(pk=pool.pk) if pool else others).exists():
            raise Invalid("name_taken", _("There is a pool “%(name)s” already.") % {"name": values["name"]}, "name")
    if draft.description is not None:
        values["description"] = clean(draft.description, 400)
    for column in ("place", "cooldown_days", "warn_days"):
        if (number := getattr(draft, column)) is not None:
            values[column] = number
    for column in ("daily_limit", "capacity"):
        if (number := getattr(draft, column)) is not None:
            values[column] = number or None
    if draft.rules is not None:
        values["rules"] = read_rules(draft.rules)
    if draft.exempt_tags is not None:
        values["exempt_tags"] = [name for tag in draft.exempt_tags[:50] if (name := clean(tag, 60))]
    return values


def _set_members(pool: Pool, draft: PoolDraft) -> dict[str, list[Any]]:
    """Set teams and roles where they are given; the answer is what changed."""
    changed = {}
    for column in ("teams", "roles"):
        wanted = getattr(draft, column)
        if wanted is None:
            continue
        relation = getattr(pool, column)
        before = sorted(relation.values_list("name", flat=True))
        relation.set(relation.model.objects.filter(pk__in=wanted, archived_at=None))
        after = sorted(relation.values_list("name", flat=True))
        if before != after:
            changed[column] = [before, after]
    return changed


@action(right=MANAGE, title=_("Recycling"), icon="recycle", doors="web api cli job")
def set_recycling(pool: Pool, *, on: bool, by: Actor) -> Pool:
    """Switch recycling of a pool on (nothing falls before its owner was warned) or off."""
    if on and not pool.rules:
        raise Invalid("no_rules", _("Give the pool a rule first: after how many days without a touch?"), "rules")
    day = first_day(pool, timezone.now()) if on else None
    if on is (pool.recycling_from is not None):
        raise Conflict("same", _("Recycling is set so already."))
    pool.change(recycling_from=day)
    told = events.RecyclingSet(state="on" if on else "off", first_day=day.isoformat() if day else "")
    emit(told, subject=pool, by=by, label=pool.name)
    return pool


@action(right=MANAGE, title=_("Close the pool"), icon="archive", tone="danger", doors="web api cli job")
def archive_pool(pool: Pool, *, by: Actor) -> Pool:
    """Close an empty pool; one that holds customers must be emptied first."""
    if Party.objects.live().filter(pool=pool).exists():
        raise Conflict("pool_in_use", _("Customers lie in this pool. Give them out or move them first."))
    pool.change(archived_at=timezone.now(), recycling_from=None)
    rights_changed()
    leave("archived", pool, by=by)
    return pool
