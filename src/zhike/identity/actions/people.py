"""People: added, changed, placed, given roles, invited, let out and in again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.identity import access, events, links, sessions
from zhike.identity.models import Invitation, Role, Team, Token, User
from zhike.identity.signin import folded
from zhike.identity.terms import LinkPurpose
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, Forbidden, Invalid
from zhike.kernel.text import clean, shorten, sort_key

Short = Annotated[str, Field(max_length=80)]
Long = Annotated[str, Field(max_length=150)]
RULING = ("identity.roles", "identity.act_as", "identity.sessions", "identity.organisation")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDraft:
    """A person to be added."""

    name: Short
    username: Long
    email: Long = ""
    phone: Annotated[str, Field(max_length=32)] = ""
    title: Short = ""
    team: Team | None = None
    manager: User | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChange:
    """What to change about a person; None leaves a field as it is."""

    name: Short | None = None
    username: Long | None = None
    email: Long | None = None
    phone: Annotated[str, Field(max_length=32)] | None = None
    title: Short | None = None
    team: Team | None = None
    manager: User | None = None


def _name(text: str) -> str:
    if not (name := clean(text, 80)):
        raise Invalid("required", _("Give a name."), "name")
    return name


def _username(text: str, person: User | None = None) -> str:
    name = folded(clean(text, 150))
    if not name or "@" in name or any(c.isspace() for c in name):
        message = _(
            "“%(value)s” cannot be a sign-in name. Use letters, digits, dots or Chinese characters without @ or spaces."
        )
        raise Invalid("username", message % {"value": shorten(text)}, "username")
    if User.objects.filter(username=name).exclude(pk__in=[person.pk] if person else []).exists():
        message = _("The sign-in name “%(value)s” is taken. Choose another.")
        raise Invalid("username_taken", message % {"value": shorten(name)}, "username")
    return name


def _email(text: str, person: User | None = None) -> str:
    if not (email := folded(clean(text, 150))):
        return ""
    try:
        validate_email(email)
    except ValidationError as error:
        message = _("“%(value)s” is not an e-mail address.")
        raise Invalid("email", message % {"value": shorten(text)}, "email") from error
    if User.objects.filter(email=email).exclude(pk__in=[person.pk] if person else []).exists():
        message = _("Somebody already has the address “%(value)s”.")
        raise Invalid("email_taken", message % {"value": shorten(email)}, "email")
    return email


def _below(person: User, by: Actor) -> None:
    """Nobody manages somebody who may do more than they: a superuser, or a holder of ruling rights they lack."""
    if by.superuser or by.user_id == person.pk:
        return
    theirs = access.resolve(person, timezone.now())[1]
    if theirs.superuser or any(theirs.can(right) and not by.can(right) for right in RULING):
        raise Forbidden(
            "identity.roles", _("%(name)s may do more than you. Ask an administrator.") % {"name": person.name}
        )


def _keep_a_ruler(person: User) -> None:
    """Refuse to leave the organisation without anybody who may give rights."""
    others = User.objects.filter(is_active=True, archived_at=None).exclude(pk=person.pk)
    if others.filter(is_superuser=True).exists():
        return
    if others.filter(
        roles__archived_at=None, roles__grants__right="identity.roles", roles__grants__effect="allow"
    ).exists():
        return
    message = _("%(name)s is the last one who may give rights. Give somebody else the administrator's role first.")
    raise Conflict("last_administrator", message % {"name": person.name})


@action(right="person.create", title=_("Add a person"), icon="user-plus", tone="primary")
def create_person(draft: PersonDraft, *, by: Actor) -> User:
    """Add a person; they come in by an invitation, and may do what roles give them."""
    _may_place("person.create", team=draft.team, manager=draft.manager, by=by)
    name = _name(draft.name)
    person = User(
        name=name,
        username=_username(draft.username),
        sort_key=sort_key(name),
        email=_email(draft.email),
        phone=clean(draft.phone, 32),
        title=clean(draft.title, 80),
        team=draft.team,
        manager=draft.manager,
        language=access.organisation().language,
    )
    person.set_unusable_password()
    person.save(force_insert=True)
    access.rights_changed()
    emit(events.PersonCreated(), subject=person, by=by, label=name, changes={"username": [None, person.username]})
    return person


@action(right="person.edit", title=_("Change"), icon="pencil")
def update_person(person: User, draft: PersonChange, *, by: Actor) -> User:
    """Change details of a person. A new e-mail address is unproved until they use a link sent to it."""
    _below(person, by)
    values: dict[str, Any] = {}
    if draft.name is not None:
        values["name"] = _name(draft.name)
        values["sort_key"] = sort_key(values["name"])
    if draft.username is not None:
        values["username"] = _username(draft.username, person)
    if draft.email is not None and _email(draft.email, person) != person.email:
        values |= {"email": _email(draft.email, person), "email_verified_at": None}
    for column in ("phone", "title"):
        if (text := getattr(draft, column)) is not None:
            values[column] = clean(text)
    for column in ("team", "manager"):
        if (record := getattr(draft, column)) is not None:
            values[f"{column}_id"] = record.pk
    _may_place("person.edit", person=person, team=draft.team, manager=draft.manager, by=by)
    if draft.manager is not None:
        _no_loop(person, draft.manager)
    changed = person.change(**values)
    access.rights_changed()
    changed.pop("sort_key", None)
    emit(events.PersonUpdated(), subject=person, by=by, label=person.name, changes=changed)
    return person


def _may_place(right: str, *, person: User | None = None, team: Team | None, manager: User | None, by: Actor) -> None:
    """Where somebody stands decides what they and those above them see: whoever may not give rights places others alone,
    within the teams their right reaches, and nobody under themselves."""
    if by.superuser or by.can("identity.roles"):
        return
    moved = team is not None and (person is None or team.pk != person.team_id)
    led = manager is not None and (person is None or manager.pk != person.manager_id)
    if (moved or led) and person is not None and person.pk == by.user_id:
        raise Forbidden("identity.roles", _("You cannot give yourself another place. Ask an administrator."))
    if led and manager is not None and manager.pk == by.user_id:
        message = _("You cannot put people under yourself. Ask an administrator.")
        raise Forbidden("identity.roles", message)
    for place, changed in ((team, moved), (manager, led)):
        if changed and place is not None and not place.within(by, right):
            message = _("“%(name)s” lies outside the teams you may place people in. Ask an administrator.")
            raise Forbidden(right, message % {"name": place.name})


def _no_loop(person: User, manager: User | None) -> None:
    step: User | None = manager
    while step is not None:
        if step.pk == person.pk:
            message = _("%(name)s cannot stand above themselves. Choose another manager.")
            raise Invalid("loop", message % {"name": person.name}, "manager")
        step = step.manager


@action(right="person.edit", title=_("Team and manager"), icon="sitemap")
def place_person(person: User, *, team: Team | None, manager: User | None = None, by: Actor) -> User:
    """Give a person their place: team and manager, or none."""
    _below(person, by)
    _may_place("person.edit", person=person, team=team, manager=manager, by=by)
    _no_loop(person, manager)
    person.change(team_id=team.pk if team else None, manager_id=manager.pk if manager else None)
    access.rights_changed()
    placed = events.PersonPlaced(team=team.name if team else "", manager=manager.name if manager else "")
    emit(placed, subject=person, by=by, label=person.name)
    return person


@action(right="identity.roles", title=_("Roles"), icon="shield")
def set_roles_of_person(person: User, *, roles: list[UUID], by: Actor) -> User:
    """Give a person exactly these roles; it counts from their next request."""
    _below(person, by)
    chosen = list(Role.objects.filter(pk__in=roles, archived_at=None).order_by("name"))
    if len(chosen) != len(set(roles)):
        raise Invalid(
            "unknown_reference", _("One of these roles does not exist any more. Load the page again."), "roles"
        )
    before = ", ".join(person.roles.order_by("name").values_list("name", flat=True))
    if not any(role.grants.filter(right="identity.roles", effect="allow").exists() for role in chosen):
        _keep_a_ruler(person)
    person.roles.set(chosen)
    access.rights_changed()
    named = ", ".join(role.name for role in chosen)
    emit(events.RolesSet(roles=named, before=before), subject=person, by=by, label=person.name)
    return person


@action(right="person.invite", title=_("Invitation link"), icon="mail")
def invite_person(person: User, *, by: Actor) -> dict[str, str]:
    """Make a one-time link by which the person sets a password; shown once, good for 72 hours."""
    _below(person, by)
    if not person.is_active or person.archived_at:
        message = _("%(name)s is deactivated. Reactivate them first.")
        raise Conflict("inactive", message % {"name": person.name})
    secret = links.make(person, LinkPurpose.INVITE, now=timezone.now())
    emit(events.PersonInvited(purpose=LinkPurpose.INVITE), subject=person, by=by, label=person.name)
    return {"path": links.path_of(secret)}


@action(
    right="person.deactivate", title=_("Deactivate"), icon="user-off", tone="danger", shown=lambda p, _by: p.is_active
)
def deactivate_person(person: User, *, by: Actor) -> User:
    """Keep a person out from this moment: sessions, tokens and links end at once; what they own stays theirs."""
    _below(person, by)
    if person.pk == by.user_id:
        raise Conflict("oneself", _("You cannot deactivate yourself. Ask another administrator."))
    _keep_a_ruler(person)
    person.change(is_active=False)
    ended = sessions.end_all_of(person.pk)
    tokens = Token.objects.filter(user=person).delete()[0]
    Invitation.objects.filter(user=person, used_at=None).update(used_at=timezone.now())
    access.rights_changed()
    emit(events.PersonDeactivated(sessions=ended, tokens=tokens), subject=person, by=by, label=person.name)
    return person


@action(right="person.deactivate", title=_("Reactivate"), icon="user-check", shown=lambda p, _by: not p.is_active)
def reactivate_person(person: User, *, by: Actor) -> User:
    """Let a person in again, with the password they had; tokens stay revoked."""
    _below(person, by)
    person.change(is_active=True)
    access.rights_changed()
    emit(events.PersonReactivated(), subject=person, by=by, label=person.name)
    return person


@action(right="identity.sessions", title=_("End sessions"), icon="logout", tone="danger")
def end_sessions_of_person(person: User, *, by: Actor) -> User:
    """Sign somebody out everywhere."""
    _below(person, by)
    count = sessions.end_all_of(person.pk)
    emit(events.SessionsEnded(count=count), subject=person, by=by, label=person.name)
    return person


@action(
    right="identity.act_as", title=_("Act as"), icon="user-question", doors="web",
    shown=lambda person, actor: person.is_active and person.pk != actor.user_id,
)  # fmt: skip
def act_as(person: User, *, reason: Annotated[str, Field(min_length=3, max_length=200)], by: Actor) -> User:
    """See and do what somebody else may, in their name; both stand in the ledger. The door keeps it in the session."""
    _below(person, by)
    if by.real_user_id is not None or not person.is_active or person.is_superuser or person.pk == by.user_id:
        raise Forbidden("identity.act_as", _("You cannot act as this person."))
    emit(events.ActedAs(reason=reason), subject=person, by=by, label=person.name)
    return person
