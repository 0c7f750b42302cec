"""From a user to an actor: roles, teams, shares and circles resolved into grants, anew whenever anybody's rights change."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from threading import Lock
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string

from zhike.identity.models import FieldGrant, Grant, Organisation, Share, Team, Token, User
from zhike.identity.terms import WEEKDAYS, Effect, Extent, ShareLevel
from zhike.kernel import clock
from zhike.kernel.actor import EVERYWHERE, STRICTNESS, Actor, FieldRule, Reach
from zhike.kernel.errors import NotFound
from zhike.kernel.screens import other_rights, screens

ACCOUNT = "me.account"  # the right everybody has over their own account; no role gives it and no token carries it
# verbs a collaborator has by the level of the share
SHARED_VERBS = {
    ShareLevel.VIEW: ("view", "comment"),
    ShareLevel.EDIT: ("view", "comment", "edit", "create", "print"),
}
READING = ("view", "export", "unmask")
KEPT = 512

CircleProvider = Callable[[User, frozenset[UUID]], Mapping[str, Iterable[UUID]]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands: their team, the teams below, the people below."""

    user_id: UUID
    team: frozenset[UUID]
    teams_below: frozenset[UUID]
    people_below: frozenset[UUID]

    def reach(self, extent: str) -> Reach:
        """What an extent means from here."""
        mine = frozenset({self.user_id})
        if extent == Extent.ALL:
            return Reach(everything=True)
        if extent == Extent.TEAM_BELOW:
            return Reach(owners=mine, teams=self.teams_below)
        if extent == Extent.TEAM:
            return Reach(owners=mine, teams=self.team)
        if extent == Extent.OWN_BELOW:
            return Reach(owners=self.people_below)
        return Reach(owners=mine)


_cache: OrderedDict[tuple[UUID, int], tuple[datetime | None, Actor]] = OrderedDict()
_lock = Lock()


def rights_changed() -> None:
    """Call in the transaction of whatever changes rights: every process resolves anew on its next request."""
    if not Organisation.objects.filter(id=1).update(rights_epoch=F("rights_epoch") + 1):
        Organisation.objects.create(id=1, name="", rights_epoch=2)


def actor_of(user_id: UUID, epoch: int | None = None) -> Actor:
    """The actor for a person, with the rights of this moment; raises NotFound for somebody unknown or deactivated.

    `epoch` is the organisation's, where the caller has just read it together with something else.
    """
    if epoch is None:
        epoch = Organisation.objects.filter(id=1).values_list("rights_epoch", flat=True).first() or 1
    key, now = (user_id, epoch), timezone.now()
    with _lock:
        kept = _cache.get(key)
        if kept and (kept[0] is None or kept[0] > now):
            _cache.move_to_end(key)
            return kept[1]
    user = User.objects.select_related("team").filter(pk=user_id, is_active=True, archived_at=None).first()
    if user is None:
        raise NotFound("person")
    until, actor = resolve(user, now)
    actor = replace(actor, epoch=epoch)
    with _lock:
        _cache[key] = (until, actor)
        while len(_cache) > KEPT:
            _cache.popitem(last=False)
    return actor


def resolve(user: User, now: datetime) -> tuple[datetime | None, Actor]:
    """The actor of `user`, and until when it may be kept (the next share that ends)."""
    place = place_of(user)
    grants: dict[str, Reach] = {ACCOUNT: Reach(everything=True)}
    denied: dict[str, Reach] = {}
    roles = list(user.roles.filter(archived_at=None).values_list("pk", flat=True))
    for right, extent, effect in Grant.objects.filter(role__in=roles).values_list("right", "extent", "effect"):
        side = denied if effect == Effect.DENY else grants
        side[right] = side.get(right, Reach()).join(place.reach(extent))
    shares = list(user.shares.filter(record_type__in=screens).exclude(expires_at__lte=now))
    _add_shares(grants, shares)
    for provider in settings.CIRCLES:
        for right, ids in import_string(provider)(user, place.team | place.teams_below | _above(user)).items():
            for opened in _with_customer(right):
                grants[opened] = grants.get(opened, Reach()).join(Reach(circles=frozenset(ids)))
    for right, reach in denied.items():
        if right in grants:
            grants[right] = replace(grants[right], denied=reach)
    actor = Actor(
        user_id=user.pk,
        name=user.name,
        team_id=user.team_id,
        grants=grants,
        fields=_field_rules(roles),
        language=user.language,
        zone=user.zone or organisation().zone,
        superuser=user.is_superuser,
    )
    return min((s.expires_at for s in shares if s.expires_at), default=None), actor


def _with_customer(right: str) -> list[str]:
    """A right on customers, and the same on whatever is about a customer: a touch is seen with its party."""
    type_, _dot, verb = right.rpartition(".")
    about = [s.type for s in screens.values() if s.party and s.type != "party"] if type_ == "party" else []
    return [right, *[f"{other}.{verb}" for other in about]]


def _add_shares(grants: dict[str, Reach], shares: list[Share]) -> None:
    by_right: defaultdict[str, set[UUID]] = defaultdict(set)
    for share in shares:
        for verb in SHARED_VERBS[ShareLevel(share.level)]:
            if verb != "create":  # what hangs on the record may be added, no second record of its kind
                by_right[f"{share.record_type}.{verb}"].add(share.record_id)
            for screen in screens.values():
                if screen.party and share.record_type == "party":
                    by_right[f"{screen.type}.{verb}"].add(share.record_id)
    for right, ids in by_right.items():
        grants[right] = grants.get(right, Reach()).join(Reach(records=frozenset(ids)))


def _field_rules(roles: list[UUID]) -> dict[str, FieldRule]:
    rules: dict[str, FieldRule] = {}
    for column, text in FieldGrant.objects.filter(role__in=roles).values_list("column", "rule"):
        rule = FieldRule(text)
        rules[column] = max(rules.get(column, FieldRule.OPEN), rule, key=STRICTNESS.index)
    return rules


def place_of(user: User) -> Place:
    """Teams and people around somebody; the people tree is walked level by level and ends at a loop."""
    below, frontier = {user.pk}, {user.pk}
    while frontier:
        frontier = set(User.objects.filter(manager__in=frontier).values_list("pk", flat=True)) - below
        below |= frontier
    team = user.team
    if team is None:
        return Place(user.pk, frozenset(), frozenset(), frozenset(below))
    teams = frozenset(Team.objects.filter(path__startswith=team.path).values_list("pk", flat=True))
    return Place(user.pk, frozenset({team.pk}), teams, frozenset(below))


def _above(user: User) -> frozenset[UUID]:
    if user.team is None:
        return frozenset()
    return frozenset(UUID(part) for part in user.team.path.strip("/").split("/") if part)


def narrowed(actor: Actor, token: Token) -> Actor:
    """The actor as a token lets it act: never more than its owner may do now."""
    held = dict(actor.grants)
    if actor.superuser:
        known = [right for screen in screens.values() for right in screen.rights] + list(other_rights)
        held = dict.fromkeys(known, EVERYWHERE)
    grants = {right: reach for right, reach in held.items() if right != ACCOUNT}
    if token.types:
        grants = {right: reach for right, reach in grants.items() if right.split(".")[0] in token.types}
    if token.read_only:
        grants = {right: reach for right, reach in grants.items() if right.split(".")[-1] in READING}
    withheld = frozenset(held) - frozenset(grants)
    return replace(actor, grants=grants, superuser=False, token_id=token.pk, withheld=withheld, door="api")


def working_calendar() -> clock.WorkingCalendar:
    """When the organisation works, as its settings say."""
    return calendar_of(organisation())


def calendar_of(row: Organisation) -> clock.WorkingCalendar:
    """The working calendar as the organisation's row keeps it; a day worked beyond the week has the hours of its first day."""
    kept = row.calendar
    weekly = {
        int(day): tuple((time.fromisoformat(start), time.fromisoformat(end)) for start, end in hours)
        for day, hours in kept.get("hours", {}).items()
    }
    usual = {"hours": weekly[min(weekly)]} if weekly else {}
    days = {date.fromisoformat(day): worked for day, (worked, _reason) in kept.get("days", {}).items()}
    return clock.WorkingCalendar(
        zone=row.zone, weekend=frozenset(kept.get("weekend", (5, 6))), holidays=kept.get("country", "CN"), weekly=weekly,
        exceptions=days, **usual,
    )  # fmt: skip


def week_of(calendar: clock.WorkingCalendar) -> dict[str, str]:
    """The hours of each weekday in writing, "" for a day off."""
    hours = {place: calendar.weekly.get(place, calendar.hours) for place in range(len(WEEKDAYS))}
    return {
        name: "" if place in calendar.weekend else " ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in hours[place])
        for place, name in enumerate(WEEKDAYS)
    }


def organisation() -> Organisation:
    """The organisation's row, made with defaults where there is none yet."""
    found, _made = Organisation.objects.get_or_create(id=1, defaults={"name": ""})
    return found


def locked_organisation() -> Organisation:
    """The same, for whoever changes a part of what it keeps."""
    organisation()
    return Organisation.objects.select_for_update().get(id=1)
