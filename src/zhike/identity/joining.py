"""Setting a password through a one-time link: joining after an invitation, or after having forgotten it."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone

from zhike.identity import events, links, sessions
from zhike.identity.models import Invitation, User
from zhike.identity.passwords import check_new
from zhike.identity.signin import named
from zhike.kernel.actions import emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import NotFound
from zhike.kernel.jobs import enqueue, job


def join(link: Invitation, password: str) -> User:
    """Set the password of the link's person and end their sessions. A link works once; the second factor stays."""
    person: User = link.user
    now = timezone.now()
    check_new(password, person)
    with transaction.atomic():
        if not links.use(link, now=now):
            raise NotFound("link")
        person.set_password(password)
        if link.mailed:
            person.email_verified_at = now
        person.save(update_fields=["password", "email_verified_at"])
        sessions.end_all_of(person.pk)
        by = Actor(user_id=person.pk, name=person.name)
        emit(events.PersonJoined(purpose=link.purpose), subject=person, by=by, label=person.name)
    return person


def link_company_account(account: SocialAccount, person: User) -> None:
    """From now on this company account opens the person's own; both have proved the same address."""
    with transaction.atomic():
        account.user = person
        account.save()
        emit(
            events.CompanyAccountLinked(),
            subject=person,
            by=Actor(user_id=person.pk, name=person.name),
            label=person.name,
        )


def ask_for_reset(name: str) -> None:
    """Have a link mailed, if there is such a person with an address. The asker is answered alike and equally fast."""
    enqueue("identity.mail_reset", Actor.system("reset"), account=name)


@job("identity.mail_reset")
def mail_reset(by: Actor, *, account: str) -> None:
    """Look for the person and mail the link, away from the request that asked."""
    person = named(account)
    if person is not None and person.email:
        links.mail_reset(person, now=timezone.now())
        emit(events.PersonInvited(purpose="reset"), subject=person, by=by, label=person.name)
