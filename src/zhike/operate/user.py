"""`zhike user add|password|list|deactivate`: people from the command line, for the start and for emergencies."""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhike.identity import events, sessions, standard_roles
from zhike.identity.actions import PersonDraft, create_person, deactivate_person, invite_person, set_roles_of_person
from zhike.identity.models import Role, User
from zhike.identity.passwords import check_new
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError
from zhike.operate.act import refuse

BY = Actor.system("command line", door="cli")


@action(right="identity.roles", title=gettext_lazy("Set a password"), icon="key", doors="cli")
def set_password_of_person(person: User, *, password: str, by: Actor) -> User:
    """Give a person a new password from the server's console; all their sessions end."""
    check_new(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    ended = sessions.end_all_of(person.pk)
    emit(events.PasswordChanged(sessions=ended), subject=person, by=by, label=person.name)
    return person


def parser() -> argparse.ArgumentParser:
    """The words and their options."""
    made = argparse.ArgumentParser(prog="zhike user")
    words = made.add_subparsers(dest="word", required=True)
    add = words.add_parser("add")
    add.add_argument("username")
    add.add_argument("--name", default="")
    add.add_argument("--email", default="")
    add.add_argument(
        "--role", default="salesperson", help="administrator, manager, salesperson, service, marketer, auditor"
    )
    password = words.add_parser("password")
    password.add_argument("username")
    password.add_argument("--random", action="store_true", help=_("make one and print it"))
    words.add_parser("list")
    words.add_parser("deactivate").add_argument("username")
    return made


def person(username: str) -> User:
    """The person of a sign-in name."""
    found = User.objects.filter(username=username.casefold()).first()
    if found is None:
        raise DomainError(
            "unknown_person", _("There is nobody with the sign-in name %(name)s.") % {"name": username[:60]}
        )
    return found


def add(username: str, name: str, email: str, role: str) -> None:
    """A person with a role, and the link by which they set their password."""
    roles = standard_roles.ensure()
    chosen = roles.get(role) or Role.objects.filter(code=role).first()
    if chosen is None:
        known = ", ".join(Role.objects.order_by("code").values_list("code", flat=True))
        raise DomainError(
            "unknown_role", _("There is no role %(role)s. There are: %(known)s") % {"role": role[:40], "known": known}
        )
    made = create_person(PersonDraft(name=name or username, username=username, email=email), by=BY)
    set_roles_of_person(made, roles=[chosen.pk], by=BY)
    path = invite_person(made, by=BY)["path"]
    print(_("%(name)s sets a password with this link, within 72 hours: %(address)s") % {
        "name": made.name, "address": (settings.BASE_URL.rstrip("/") or "http://127.0.0.1:8000") + path})  # fmt: skip


def ask_password(random: bool) -> str:
    """A new password: made, typed twice, or read from a pipe."""
    if random:
        made = secrets.token_urlsafe(12)
        print(made)
        return made
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first, second = getpass.getpass(_("New password: ")), getpass.getpass(_("Once more: "))
    if first != second:
        raise DomainError("differ", _("The two passwords differ."))
    return first


def show_list() -> None:
    """Everybody, with state and roles."""
    for user in User.objects.order_by("username").prefetch_related("roles"):
        state = "" if user.is_active else _("deactivated")
        print(
            f"{user.username:<24}{user.name:<20}{', '.join(role.name for role in user.roles.all()):<24}{state}".rstrip()
        )


def main(arguments: list[str]) -> int:
    """One word for one person."""
    wanted = parser().parse_args(arguments)
    try:
        if wanted.word == "add":
            add(wanted.username, wanted.name, wanted.email, wanted.role)
        elif wanted.word == "password":
            set_password_of_person(person(wanted.username), password=ask_password(wanted.random), by=BY)
            print(_("The password is set; all sessions of %(name)s ended.") % {"name": wanted.username})
        elif wanted.word == "deactivate":
            deactivate_person(person(wanted.username), by=BY)
            print(_("%(name)s can no longer sign in.") % {"name": wanted.username})
        else:
            show_list()
    except DomainError as error:
        return refuse(error)
    return 0
