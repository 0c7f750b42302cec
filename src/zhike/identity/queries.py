"""What is asked of identity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.identity import access
from zhike.identity.models import FieldGrant, Grant, Invitation, Role, Session, Share, Team, Token, User
from zhike.identity.sessions import IDLE
from zhike.identity.signin import folded
from zhike.identity.terms import HOLIDAYS, Effect, Extent
from zhike.kernel.actor import STRICTNESS, Actor, FieldRule, Reach
from zhike.kernel.composed import composed
from zhike.kernel.errors import NotFound
from zhike.kernel.models import Record, with_names
from zhike.kernel.screens import Screen, other_rights, screens


def anybody() -> bool:
    """Whether there is anybody who could sign in."""
    return User.objects.filter(is_active=True).exists()


def active_people() -> QuerySet[User]:
    """Whoever may enter, by name."""
    return User.objects.filter(is_active=True, archived_at=None).order_by("sort_key")


def rulers() -> QuerySet[User]:
    """Whoever may give rights, by name."""
    given = Q(roles__archived_at=None, roles__grants__right="identity.roles", roles__grants__effect=Effect.ALLOW)
    return active_people().filter(given | Q(is_superuser=True)).distinct()


@composed
def right_givers() -> QuerySet[User, str]:
    """Names of people who may give rights: whom somebody asks who was refused."""
    return rulers().values_list("name", flat=True)[:3]


def myself(actor: Actor) -> User:
    """The row of whoever asks (of the one acted as, while somebody acts as somebody else)."""
    person = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    if person is None:
        raise NotFound("person")
    return person


def person_by_proved_email(email: str) -> User | None:
    """The active person who has proved that this address is theirs."""
    known = User.objects.filter(email=folded(email), is_active=True, archived_at=None)
    return known.exclude(email="").exclude(email_verified_at=None).first()


def sessions_of(user_id: UUID | None, now: datetime) -> list[Session]:
    """Open sessions of a person, the latest first; what they are shown by is no key."""
    return list(Session.objects.filter(user__in=[user_id], last_seen_at__gt=now - IDLE).order_by("-last_seen_at"))


def tokens_of(user_id: UUID | None) -> list[Token]:
    """Keys of a person, the newest first."""
    return list(Token.objects.filter(user__in=[user_id]).order_by("-created_at"))


def open_invitations(actor: Actor) -> list[Invitation]:
    """Links that may still be used, of people this actor may see."""
    people = User.objects.visible_to(actor, "person.invite")
    waiting = Invitation.objects.filter(used_at=None, expires_at__gt=timezone.now(), user__in=people)
    return list(waiting.select_related("user").order_by("-created_at"))


def roles() -> list[Role]:
    """Roles in use, with how many people have each."""
    held = Count("people", filter=Q(people__is_active=True))
    return list(Role.objects.filter(archived_at=None).annotate(held=held).order_by("name"))


def roles_of(person: User) -> list[Role]:
    """A person's roles."""
    return list(person.roles.filter(archived_at=None).order_by("name"))


@dataclass(frozen=True, slots=True)
class Cell:
    """What a role says about one right: "", "allow:own", "deny:all" …"""

    right: str
    verb: str
    choice: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a role says about one record type (or about the rights that belong to none)."""

    key: str
    label: str
    cells: list[Cell]
    fields: list[tuple[str, str, str]]  # column, label, rule


def sheets(role: Role) -> list[Sheet]:
    """The matrix of a role: every right there is, by record type."""
    said = {g.right: f"{g.effect}:{g.extent}" for g in Grant.objects.filter(role=role).order_by("effect")}
    rules = dict(FieldGrant.objects.filter(role=role).values_list("column", "rule"))
    made = []
    for screen in screens.values():
        cells = [Cell(right, right.split(".")[1], said.get(right, "")) for right in screen.rights]
        fields = [
            (f"{screen.type}.{c.name}", str(c.label), rules.get(f"{screen.type}.{c.name}", FieldRule.OPEN))
            for c in screen.columns
        ]
        made.append(Sheet(screen.type, str(screen.label_plural), cells, fields))
    rest = [Cell(right.code, str(right.label), said.get(right.code, "")) for right in other_rights.values()]
    return [*made, Sheet("other", _("The product itself"), rest, [])]


@dataclass(slots=True)
class Branch:
    """A team in the tree, with who belongs to it."""

    team: Team
    people: list[User]
    below: list[Branch] = field(default_factory=list)


def tree(actor: Actor) -> list[Branch]:
    """The team tree as far as the actor sees it; two queries."""
    teams = list(Team.objects.visible_to(actor).filter(archived_at=None).order_by("path", "name"))
    people: dict[UUID | None, list[User]] = {}
    for person in User.objects.visible_to(actor).filter(is_active=True).order_by("sort_key"):
        people.setdefault(person.team_id, []).append(person)
    branches = {team.pk: Branch(team, people.get(team.pk, [])) for team in teams}
    tops: list[Branch] = []
    for branch in branches.values():
        above = branches.get(branch.team.parent_id) if branch.team.parent_id else None
        (above.below if above else tops).append(branch)
    return tops


def teams_flat() -> list[tuple[UUID, str]]:
    """Every team with its way from the root, for pickers."""
    names = {team.pk: team for team in Team.objects.filter(archived_at=None)}
    ways = [
        (t.pk, " / ".join(names[UUID(p)].name for p in t.path.strip("/").split("/") if UUID(p) in names))
        for t in names.values()
    ]
    return sorted(ways, key=lambda way: way[1])


def teams_over(team: UUID | None) -> QuerySet[Team]:
    """A team and every team above it, as a part of other questions."""
    if team is None:
        return Team.objects.none()
    return Team.objects.filter(Exists(Team.objects.filter(pk=team, path__startswith=OuterRef("path"))))


def shares_of(record: Record) -> list[Share]:
    """Collaborators of a record, ended ones left out."""
    return _let_in(record.pk, timezone.now(), on=record.record_type)


@composed
def _let_in(record: UUID, now: datetime, *, on: str) -> QuerySet[Share]:
    held = Share.objects.filter(record_type=on, record_id=record).exclude(expires_at__lte=now)
    return with_names(held, "user").order_by("user__sort_key")


@dataclass(frozen=True, slots=True)
class Why:
    """One person and a record: whether they see it, may change it, and every reason for or against."""

    person: User
    sees: bool
    edits: bool
    reasons: tuple[str, ...]
    rules: tuple[str, ...]


def record_behind(record_type: str, record_id: UUID, actor: Actor) -> tuple[Screen, Record]:
    """The record of a "who can see this" page, within the asker's own rights."""
    screen = screens.get(record_type)
    if screen is None:
        raise NotFound("record")
    record = screen.model_class.objects.visible_to(actor).filter(pk=record_id).first()
    if record is None:
        raise NotFound(record_type)
    return screen, record


def why(screen: Screen, record: Record) -> list[Why]:
    """Everybody who sees the record, with the reasons, and those whom a denial alone keeps out."""
    found = []
    for person in active_people().select_related("team"):
        actor = access.actor_of(person.pk)
        sees, edits = record.within(actor, f"{screen.type}.view"), record.within(actor, f"{screen.type}.edit")
        reasons = tuple(_reasons(screen, record, person, actor))
        denials = tuple(_denials(screen, person))
        if sees or (reasons and denials):
            found.append(Why(person, sees, edits, reasons + (() if sees else denials), tuple(_hidden(screen, actor))))
    return found


def _reasons(screen: Screen, record: Record, person: User, actor: Actor) -> Iterable[str]:
    if actor.superuser:
        yield _("superuser: sees everything")
        return
    placed = Placed.of(record)
    right = f"{screen.type}.view"
    given = Grant.objects.filter(role__people=person, role__archived_at=None, right=right, effect=Effect.ALLOW)
    for grant in given.select_related("role"):
        reach = access.place_of(person).reach(grant.extent)
        if reason := placed.reached_by(reach, person):
            yield _("%(reason)s, by the role %(role)s (%(extent)s)") % {
                "reason": reason, "role": grant.role.name, "extent": Extent(grant.extent).label,
            }  # fmt: skip
    yield from _shares(screen, record, person, placed)
    if placed.circle and placed.circle in actor.reach(right).circles:
        yield _("belongs to the pool it lies in")


def _shares(screen: Screen, record: Record, person: User, placed: Placed) -> Iterable[str]:
    live = Share.objects.filter(user=person).exclude(expires_at__lte=timezone.now())
    for share in live.filter(record_id__in={record.pk, placed.record}):
        until = (
            timezone.localtime(share.expires_at).strftime("%Y-%m-%d %H:%M") if share.expires_at else _("ended by hand")
        )
        yield _("collaborator until %(until)s") % {"until": until}


def _denials(screen: Screen, person: User) -> Iterable[str]:
    held = Grant.objects.filter(
        role__people=person, role__archived_at=None, right=f"{screen.type}.view", effect=Effect.DENY
    )
    for grant in held.select_related("role"):
        yield _("denied by the role %(role)s (%(extent)s)") % {
            "role": grant.role.name,
            "extent": Extent(grant.extent).label,
        }


def _hidden(screen: Screen, actor: Actor) -> Iterable[str]:
    words = {FieldRule.HIDDEN: _("hidden"), FieldRule.MASKED: _("masked"), FieldRule.READ_ONLY: _("read-only")}
    for column in screen.columns:
        rule = actor.rule(screen.type, column.name)
        if STRICTNESS.index(rule):
            yield f"{column.label}: {words[rule]}"


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a record stands: what the access predicate reads of it."""

    owner: UUID | None
    team: UUID | None
    circle: UUID | None
    record: UUID | None

    @classmethod
    def of(cls, record: Record) -> Placed:
        """Read through the paths of the record's scope."""
        scope = type(record).scope
        paths = (scope.owner, scope.team, scope.circle, scope.record)
        row = type(record)._base_manager.filter(pk=record.pk).values(*{p for p in paths if p}).first() or {}
        return cls(*(row.get(p) for p in paths))

    def reached_by(self, reach: Reach, person: User) -> str:
        """How a reach covers the record, in words; empty when it does not."""
        if reach.everything:
            return _("all records")
        if self.owner and self.owner == person.pk:
            return _("owner")
        if self.owner and self.owner in reach.owners:
            return _("stands above the owner")
        if self.team and self.team in reach.teams:
            return _("in the team or above it: %(team)s") % {"team": Team.objects.get(pk=self.team).name}
        return ""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of the working calendar as its page shows it."""

    day: date
    inside: bool  # of the month that is shown
    worked: bool
    holiday: str
    exception: bool
    reason: str

    @property
    def mark(self) -> str:
        """Off or worked against what the weekday says; empty for a day like any other."""
        unlike = self.exception or bool(self.holiday)
        return "" if not unlike else "worked" if self.worked else "off"


def month_of(first: date) -> list[list[CalendarDay]]:
    """The weeks, Monday to Sunday, of the month that begins with `first`."""
    row = access.organisation()
    calendar, reasons = access.calendar_of(row), row.calendar.get("days", {})
    monday = first - timedelta(days=first.weekday())
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    days = [monday + timedelta(days=n) for n in range((last - monday).days + 7 - last.weekday())]
    shown = [
        CalendarDay(
            day, day.month == first.month, calendar.is_working(day),
            str(HOLIDAYS.get(decree.holiday, decree.holiday)) if (decree := calendar.decree(day)) else "",
            day in calendar.exceptions, reasons.get(day.isoformat(), ("", ""))[1],
        )
        for day in days
    ]  # fmt: skip
    return [shown[start : start + 7] for start in range(0, len(shown), 7)]
