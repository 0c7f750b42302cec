"""The first run: a one-time link leads through organisation, calendar, first administrator and invitations; then it is dead."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from zhike.identity import access, events, links, queries, standard_roles
from zhike.identity.actions import PersonDraft, change_organisation, create_person, invite_person, set_roles_of_person
from zhike.identity.models import Organisation, Role, User
from zhike.identity.passwords import check_new
from zhike.kernel.actions import emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError, Invalid

STEPS = ("organisation", "administrator", "people")


def one_time_link() -> str | None:
    """The path of a fresh set-up link, or None where the product is set up or has people. Earlier links are dead."""
    organisation = access.organisation()
    if organisation.ready_at or queries.anybody():
        return None
    secret = secrets.token_urlsafe(32)
    Organisation.objects.filter(id=1).update(setup_digest=links.digest(secret))
    return f"/setup/{secret}/"


def is_open(secret: str) -> bool:
    """Whether this link still leads somewhere."""
    held = access.organisation()
    if held.ready_at or not held.setup_digest or len(secret) < links.SHORTEST:
        return False
    return constant_time_compare(held.setup_digest, links.digest(secret))


def step() -> str:
    """Which page comes next: what is there already is not asked again."""
    if not access.organisation().name:
        return STEPS[0]
    return STEPS[2] if queries.anybody() else STEPS[1]


def keep_organisation(values: Mapping[str, Any]) -> None:
    """First page."""
    change_organisation(**values, by=Actor.system("setup", door="web"))


def make_administrator(values: Mapping[str, Any]) -> User:
    """Second page: the first person, with the administrator's role."""
    by = Actor.system("setup", door="web")
    draft = PersonDraft(name=values["name"], username=values["username"], email=values.get("email", ""))
    check_new(values["password"], User(name=draft.name, username=draft.username, email=draft.email))
    with transaction.atomic():
        Organisation.objects.select_for_update().get(id=1)
        if queries.anybody():
            raise Invalid("already", _("The first administrator is there already. Sign in."))
        roles = standard_roles.ensure()
        person = create_person(draft, by=by)
        set_roles_of_person(person, roles=[roles["administrator"].pk], by=by)
        person.set_password(values["password"])
        person.save(update_fields=["password"])
    return person


@dataclass(frozen=True, slots=True)
class Invited:
    """One line of the list: who, and the link or why not."""

    line: str
    path: str = ""
    problem: str = ""


def invite(lines: str, role: str, *, by: Actor) -> list[Invited]:
    """Add people from lines “name, sign-in name, e-mail” and make their links; each line succeeds or is refused by itself."""
    chosen = Role.objects.filter(code=role).first() if role else None
    done = []
    for line in filter(None, (part.strip() for part in lines.splitlines())):
        try:
            with transaction.atomic():
                done.append(Invited(line, _invite_one(line, chosen, by)))
        except DomainError as error:
            done.append(Invited(line, problem=str(error)))
    return done


def _invite_one(line: str, role: Role | None, by: Actor) -> str:
    parts = [part.strip() for part in line.replace("，", ",").replace("\t", ",").split(",")]
    if len(parts) < 2:
        raise Invalid("line", _("Write name and sign-in name, with a comma between."))
    draft = PersonDraft(name=parts[0], username=parts[1], email=parts[2] if len(parts) > 2 else "")
    person = create_person(draft, by=by)
    if role is not None:
        set_roles_of_person(person, roles=[role.pk], by=by)
    return invite_person(person, by=by)["path"]


def linked(done: Iterable[Invited]) -> list[Invited]:
    """Those who were added, with their links."""
    return [one for one in done if one.path]


def refused(done: Iterable[Invited]) -> dict[str, str]:
    """The lines nobody was added for, and why."""
    return {one.line: one.problem for one in done if one.problem}


def finish() -> None:
    """Close the set-up for good."""
    organisation = access.organisation()
    Organisation.objects.filter(id=1).update(ready_at=timezone.now(), setup_digest="")
    emit(events.SetUp(name=organisation.name), by=Actor.system("setup", door="web"))
