"""One-time links: invitations and new passwords. Only a digest is kept; any change of the account kills a link."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from zhike.identity.models import Invitation, User
from zhike.identity.terms import LinkPurpose

LASTS = {LinkPurpose.INVITE: timedelta(hours=72), LinkPurpose.RESET: timedelta(hours=1)}
SHORTEST = 40


def digest(secret: str) -> str:
    """What stands in the database instead of a link's secret."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def fingerprint(user: User) -> str:
    """Changes with the password, the e-mail address, and with being let in or out."""
    parts = f"{user.pk}|{user.password}|{user.email}|{user.is_active}|{user.archived_at}"
    return salted_hmac("zhike.identity.links", parts, algorithm="sha256").hexdigest()


def make(user: User, purpose: LinkPurpose, *, now: datetime, mailed: bool = False) -> str:
    """A fresh link's secret; earlier ones of the same purpose are dead."""
    secret = secrets.token_urlsafe(32)
    Invitation.objects.filter(user=user, purpose=purpose, used_at=None).update(used_at=now)
    Invitation.objects.create(
        user=user,
        purpose=purpose,
        digest=digest(secret),
        fingerprint=fingerprint(user),
        mailed=mailed,
        expires_at=now + LASTS[purpose],
    )
    return secret


def find(secret: str, *, now: datetime | None = None) -> Invitation | None:
    """The link of this secret, if it may still be used."""
    if len(secret) < SHORTEST:
        return None
    now = now or timezone.now()
    link = Invitation.objects.select_related("user").filter(digest=digest(secret)).first()
    if link is None or link.used_at or link.expires_at <= now:
        return None
    user = link.user
    if not user.is_active or user.archived_at or not constant_time_compare(link.fingerprint, fingerprint(user)):
        return None
    return link


def use(link: Invitation, *, now: datetime) -> bool:
    """Spend a link; False when somebody else was faster."""
    return bool(Invitation.objects.filter(pk=link.pk, used_at=None).update(used_at=now))


def path_of(secret: str) -> str:
    """Where a link leads, from the root."""
    return reverse("join", args=[secret])


def address_of(path: str) -> str:
    """A path as an address for a message: from the configured address alone, never from what a request claims."""
    return f"{settings.BASE_URL.rstrip('/')}{path}"


def mail_reset(user: User, *, now: datetime) -> None:
    """Send the person a link for a new password."""
    address = address_of(path_of(make(user, LinkPurpose.RESET, now=now, mailed=True)))
    with translation.override(user.language):
        text = _(
            "Hello %(name)s,\n\nopen this address within an hour to set a new password:\n\n%(address)s\n\n"
            "If you did not ask for it, do nothing: your password stays as it is."
        )
        send_mail(_("Your new password"), text % {"name": user.name, "address": address}, None, [user.email])
