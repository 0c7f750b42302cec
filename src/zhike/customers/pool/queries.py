"""What is asked of pools: who may claim where, what is left today, when a customer falls and why, who would fall."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from zhike.customers.models import ClaimTally, OwnerSpell, Party, Pool
from zhike.customers.pool.terms import LEVELS, Left, PoolState, Watch, falls_on
from zhike.customers.terms import Level
from zhike.customers.territories.queries import why_assigned
from zhike.identity.access import organisation
from zhike.kernel import clock
from zhike.kernel.actor import Actor
from zhike.kernel.text import fold
from zhike.records.queries import records_tagged, tags_of, tags_on

CHUNK = 500
MOST_FALLING = 50


@dataclass(frozen=True, slots=True)
class Taker:
    """A pool as the rules read it: `teams` are those it takes customers of, with all below; None = every team."""

    pool: Pool
    teams: frozenset[UUID] | None

    def takes(self, team_id: UUID | None) -> bool:
        """Whether customers of this team fall into the pool."""
        return self.teams is None or team_id in self.teams


def live_pools() -> list[Pool]:
    """The pools in use, in the order in which they take customers."""
    return list(Pool.objects.filter(archived_at=None).order_by("place", "name", "id"))


def pools_of(actor: Actor) -> list[Pool]:
    """The pools somebody may claim from."""
    reach = actor.reach("party.claim")
    return [pool for pool in live_pools() if reach.everything or pool.pk in reach.circles]


def takers(pools: Sequence[Pool] | None = None) -> list[Taker]:
    """Every pool with the teams it takes from."""
    found = list(pools if pools is not None else live_pools())
    through: Any = Pool.teams.through
    pairs = list(through.objects.filter(pool__in=found).values_list("pool_id", "team__path"))
    teams: Any = Pool.teams.field.related_model
    made = []
    for pool in found:
        paths = [path for pk, path in pairs if pk == pool.pk]
        below = Q()
        for path in paths:
            below |= Q(path__startswith=path)
        ids = frozenset(teams.objects.filter(below).values_list("pk", flat=True)) if paths else None
        made.append(Taker(pool, ids))
    return made


def pool_for(party: Party, known: Sequence[Taker] | None = None) -> Pool | None:
    """Where a customer goes when nobody says: the pool it was claimed from, else the first that takes its team."""
    known = takers() if known is None else known
    if party.from_pool_id is not None:
        for taker in known:
            if taker.pool.pk == party.from_pool_id:
                return taker.pool
    return next((taker.pool for taker in known if taker.takes(party.team_id)), None)


def owned_by(person_id: UUID) -> int:
    """How many customers in use somebody owns."""
    return Party.objects.live().filter(owner_id=person_id).count()


def left_today(actor: Actor, now: datetime, pools: Sequence[Pool] | None = None) -> list[Left]:
    """What somebody may still take from each of their pools today."""
    if actor.user_id is None:
        return []
    pools = pools_of(actor) if pools is None else pools
    day = clock.business_day(now, organisation().zone)
    rows = ClaimTally.objects.filter(person_id=actor.user_id, day=day, pool__in=pools).values_list("pool_id", "count")
    taken, owned = dict(rows), owned_by(actor.user_id)
    return [
        Left(
            pool.pk, pool.name,
            None if pool.daily_limit is None else max(0, pool.daily_limit - taken.get(pool.pk, 0)),
            None if pool.capacity is None else max(0, pool.capacity - owned),
            owned, pool.daily_limit, pool.capacity,
        )
        for pool in pools
    ]  # fmt: skip


def free_again_on(party: Party, pool: Pool, person_id: UUID, zone: str) -> date | None:
    """From which day the last owner may claim the customer again; None for everybody else, or without a cool-down."""
    if not pool.cooldown_days:
        return None
    last = OwnerSpell.objects.filter(party=party).order_by("-ended_at", "-id").first()
    if last is None or last.owner_id != person_id:
        return None
    return clock.business_day(last.ended_at, zone) + timedelta(days=pool.cooldown_days)


def deals_known() -> bool:
    """Whether anybody tells us of deals: a rule about them is not offered before."""
    return Party.objects.filter(last_deal_at__isnull=False).exists()


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What every decision about falling needs, read once."""

    now: datetime
    zone: str
    takers: tuple[Taker, ...]
    deals: bool
    pretend: bool = False  # as if recycling had been switched on long ago

    @property
    def today(self) -> date:
        """The organisation's day."""
        return clock.business_day(self.now, self.zone)

    def taker(self, party: Party) -> Taker | None:
        """The pool whose rules count for a customer."""
        for taker in self.takers:
            on = self.pretend or taker.pool.recycling_from is not None
            if on and taker.takes(party.team_id):
                return taker
        return None


def clockwork(now: datetime, *, only: Pool | None = None) -> Clockwork:
    """As things stand; with `only`, as if recycling into that pool alone were on."""
    found = takers([only] if only is not None else None)
    return Clockwork(now, organisation().zone, tuple(found), deals_known(), only is not None)


def pool_state(
    party: Party, now: datetime, works: Clockwork | None = None, tags: Sequence[str] | None = None
) -> PoolState:
    """When and why an owned customer falls into a pool, or why it does not."""
    works = works or clockwork(now)
    taker = works.taker(party)
    if taker is None or party.owner_id is None or party.archived_at is not None:
        return PoolState()
    pool = taker.pool
    because = _exempt(party, pool, works, tags)
    if because:
        return PoolState(exempt_because=because, pool_id=pool.pk, pool=pool.name)
    due = min(_clocks(party, pool, works), key=lambda item: item[0], default=None)
    if due is None:
        return PoolState()
    day, watch, days, since = due
    if pool.recycling_from is not None and not works.pretend:
        day = max(day, pool.recycling_from)
    left = (day - works.today).days
    passed = (works.today - since).days
    return PoolState(
        left, day, watch, days, passed, _reasons(party, pool, watch, days, since, passed), "", pool.pk, pool.name,
        left <= pool.warn_days,
    )  # fmt: skip


def _exempt(party: Party, pool: Pool, works: Clockwork, tags: Sequence[str] | None) -> str:
    if party.locked:
        return _("It is locked.")
    if party.protected_until is not None and party.protected_until > works.now:
        day = clock.business_day(party.protected_until, works.zone).isoformat()
        return _("It is protected until %(day)s.") % {"day": day}
    if party.level not in pool.rules:
        return _("“%(pool)s” has no rule for this level.") % {"pool": pool.name}
    if pool.exempt_tags:
        held = tags if tags is not None else tags_of([party.pk]).get(party.pk, [])
        keeping = {fold(tag) for tag in pool.exempt_tags}
        if common := [tag for tag in held if fold(tag) in keeping]:
            return _("The tag “%(tag)s” keeps it out of the pool.") % {"tag": common[0]}
    return ""


def _clocks(party: Party, pool: Pool, works: Clockwork) -> Iterable[tuple[date, str, int, date]]:
    """Each rule that runs for a customer: the day it falls, what is watched, the days allowed, since when."""
    begun = party.owned_since or party.created_at
    happened = {Watch.TOUCH: party.last_touch_at, Watch.DEAL: party.last_deal_at}
    for name, days in pool.rules.get(party.level, {}).items():
        watch = Watch(name)
        if watch is Watch.DEAL and not works.deals:
            continue
        since = clock.business_day(max(begun, happened[watch] or begun), works.zone)
        yield falls_on(since, days), name, days, since


def _reasons(party: Party, pool: Pool, watch: str, days: int, since: date, passed: int) -> tuple[str, ...]:
    words = {
        Watch.TOUCH: _("No touch for %(passed)s days, since %(since)s."),
        Watch.DEAL: _("No deal for %(passed)s days, since %(since)s."),
    }
    rules = {
        Watch.TOUCH: _("“%(pool)s” takes level %(level)s after %(days)s days without a touch."),
        Watch.DEAL: _("“%(pool)s” takes level %(level)s after %(days)s days without a deal."),
    }
    said = {"pool": pool.name, "level": Level(party.level).label if party.level else _("none set"), "days": days}
    fact = words[Watch(watch)] % {"passed": passed, "since": since.isoformat()}
    return fact, rules[Watch(watch)] % said


def candidates(works: Clockwork, ahead: int = 0) -> Iterable[tuple[Party, PoolState]]:
    """Owned customers that fall within `ahead` days (0: today), in small steps; the state has the last word."""
    for taker in works.takers:
        if not taker.pool.rules or not (works.pretend or taker.pool.recycling_from):
            continue
        rows = Party.objects.live().filter(_overdue(taker, works, ahead), merged_into=None).order_by("pk")
        last: UUID | None = None
        while chunk := list((rows.filter(pk__gt=last) if last else rows)[:CHUNK]):
            last = chunk[-1].pk
            tags = tags_of([p.pk for p in chunk]) if taker.pool.exempt_tags else {}
            for party in chunk:
                state = pool_state(party, works.now, works, tags.get(party.pk, []))
                if state.pool_id == taker.pool.pk and state.days_left is not None and state.days_left <= ahead:
                    yield party, state


def _overdue(taker: Taker, works: Clockwork, ahead: int) -> Q:
    """What SQL can say beforehand: owner, team, level and times; a little too wide rather than too narrow."""
    pool = taker.pool
    late = Q(pk__in=[])
    for level in LEVELS:
        for name, days in pool.rules.get(level, {}).items():
            if name == Watch.DEAL and not works.deals:
                continue
            before = clock.day_bounds(works.today - timedelta(days=days - ahead), works.zone)[0]
            column = "last_touch_at" if name == Watch.TOUCH else "last_deal_at"
            quiet = Q(**{f"{column}__lt": before}) | Q(**{f"{column}__isnull": True})
            begun = Q(owned_since__lt=before) | Q(owned_since=None, created_at__lt=before)
            late |= Q(level=level) & quiet & begun
    free = Q(protected_until=None) | Q(protected_until__lte=works.now)
    owned = Q(owner__isnull=False, locked=False) & free & late
    if taker.teams is not None:
        owned &= Q(team_id__in=taker.teams)
    return owned & ~Q(pk__in=records_tagged(pool.exempt_tags)) if pool.exempt_tags else owned


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Who would fall if recycling were on: the first of them with reasons, and counts by owner and level."""

    total: int
    soon: int
    rows: tuple[tuple[Party, PoolState], ...]
    by_owner: tuple[tuple[str, int], ...]
    by_level: tuple[tuple[str, int], ...]


def rehearse(pool: Pool, now: datetime, shown: int = 100) -> Rehearsal:
    """The dry run of one pool's rules; nothing is written."""
    owners: dict[str, int] = {}
    levels: dict[str, int] = {}
    rows: list[tuple[Party, PoolState]] = []
    total = soon = 0
    for party, state in candidates(clockwork(now, only=pool), pool.warn_days):
        if not state.due:
            soon += 1
            continue
        total += 1
        name = party.owner.name if party.owner else ""
        owners[name] = owners.get(name, 0) + 1
        levels[party.level] = levels.get(party.level, 0) + 1
        if len(rows) < shown:
            rows.append((party, state))
    ranked = sorted(owners.items(), key=lambda item: (-item[1], item[0]))
    return Rehearsal(total, soon, tuple(rows), tuple(ranked), tuple(sorted(levels.items(), key=lambda i: i[0] or "~")))


def about_to_fall(actor: Actor, now: datetime) -> list[tuple[Party, PoolState]]:
    """One's own customers that fall into a pool within the days of its warning, the nearest first."""
    works = standing(actor, now)
    if actor.user_id is None or not any(taker.pool.recycling_from for taker in works.takers):
        return []
    rows = Party.objects.live().filter(owner_id=actor.user_id, merged_into=None)
    oldest = Coalesce(F("last_touch_at"), F("owned_since"), F("created_at"))
    found = []
    for taker in works.takers:
        late = rows.filter(_overdue(taker, works, taker.pool.warn_days)).order_by(oldest, "pk")[:MOST_FALLING]
        for party in late:
            state = pool_state(party, now, works)
            if state.pool_id == taker.pool.pk and state.days_left is not None and state.warned:
                found.append((party, state))
    return sorted(found, key=lambda item: (item[1].days_left or 0, item[0].sort_key))[:MOST_FALLING]


@lru_cache(maxsize=4)
def _kept(epoch: int, minute: int) -> Clockwork:
    return clockwork(clock.now())


def standing(actor: Actor, now: datetime) -> Clockwork:
    """The pools' rules for a card: kept a minute at most, and only until pools, teams or rights change (their epoch)."""
    if not actor.epoch:
        return clockwork(now)
    return replace(_kept(actor.epoch, int(now.timestamp()) // 60), now=now)


def pool_panel(party: Party, actor: Actor) -> Mapping[str, Any]:
    """The countdown and its reason on an owned customer; the pool and why on one that lies in it."""
    pool, now = party.pool if party.pool_id else None, clock.now()
    state = pool_state(party, now, standing(actor, now), tags_on(party))
    return {"state": state, "party": party, "pool": pool, "assigned": why_assigned(party)}


def counts() -> dict[UUID, int]:
    """How many customers lie in each pool."""
    found: dict[UUID, int] = {}
    for pool_id in Pool.objects.filter(archived_at=None).values_list("pk", flat=True):
        found[pool_id] = Party.objects.live().filter(pool_id=pool_id, owner=None).count()
    return found
