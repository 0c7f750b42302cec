"""One's own account: preferences, password, tokens, sessions, second factor. Nobody does this while acting as somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.identity import access, events, limits, secondfactor, sessions, tokens
from zhike.identity.models import Session, Token, User
from zhike.identity.passwords import check_new
from zhike.identity.terms import Density, Theme
from zhike.kernel import clock
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Forbidden, Invalid, NotFound
from zhike.kernel.screens import screens
from zhike.kernel.text import clean

LONGEST_TOKEN = 366  # days


def _me(by: Actor) -> User:
    if by.user_id is None or by.real_user_id is not None:
        raise Forbidden(access.ACCOUNT, _("You are acting as somebody else. Stop that first."))
    person = User.objects.filter(pk=by.user_id, is_active=True).first()
    if person is None:
        raise NotFound("person")
    return person


@action(right=access.ACCOUNT, title=_("Preferences"), icon="settings", doors="web")
def set_preferences(
    *,
    language: str | None = None,
    zone: str | None = None,
    theme: Theme | None = None,
    density: Density | None = None,
    by: Actor,
) -> User:
    """Language, time zone, appearance and row height; what is not given stays."""
    me = _me(by)
    if language is not None and language not in dict(settings.LANGUAGES):
        raise Invalid("language", _("“%(value)s” is not offered here.") % {"value": language[:20]}, "language")
    if zone:
        clock.zone(zone)
    given = {"language": language, "zone": zone, "theme": theme, "density": density}
    changed = me.change(**{name: str(value) for name, value in given.items() if value is not None})
    access.rights_changed()
    emit(events.PreferencesSet(), subject=me, by=by, label=me.name, changes=changed)
    return me


@action(right=access.ACCOUNT, title=_("Change password"), icon="key", doors="web")
def change_password(*, current: str, password: str, keep: UUID | None = None, by: Actor) -> User:
    """A new password; every other session ends (`keep` is the one that asked)."""
    me = _me(by)
    limits.spend(limit := limits.Limit(f"confirm {me.pk}", limits.PER_ACCOUNT))
    if me.has_usable_password() and not me.check_password(current):
        raise Invalid("signin.wrong_password", _("This is not your password. Try again."), "current")
    check_new(password, me)
    limits.forgive(limit)
    me.set_password(password)
    me.save(update_fields=["password"])
    ended = sessions.end_all_of(me.pk, but=keep)
    emit(events.PasswordChanged(sessions=ended), subject=me, by=by, label=me.name)
    return me


@action(right=access.ACCOUNT, title=_("New token"), icon="key", doors="web")
def create_token(
    *,
    name: Annotated[str, Field(max_length=80)],
    read_only: bool = True,
    types: list[str] | None = None,
    days: Annotated[int, Field(ge=1, le=LONGEST_TOKEN)] = 90,
    by: Actor,
) -> dict[str, Any]:
    """A key for a program or an agent: shown once, never more than you may do yourself."""
    me = _me(by)
    if not (name := clean(name, 80)):
        raise Invalid("required", _("Give the token a name, so that you know it again."), "name")
    if unknown := set(types or []) - set(screens):
        raise Invalid("unknown_type", _("There is no record type “%(value)s”.") % {"value": min(unknown)[:40]}, "types")
    key, digest = tokens.fresh()
    until = timezone.now() + timedelta(days=days)
    token = Token.objects.create(
        user=me, name=name, digest=digest, tail=key[-4:], read_only=read_only, types=types or [], expires_at=until
    )
    made = events.TokenCreated(tail=token.tail, read_only=read_only, types=tuple(types or []))
    emit(made, subject=me, by=by, label=me.name)
    return {"id": str(token.pk), "key": key}


@action(right=access.ACCOUNT, title=_("Revoke token"), icon="trash", tone="danger", doors="web")
def revoke_token(*, token: UUID, by: Actor) -> User:
    """End one of your keys; it stops working at once."""
    me = _me(by)
    held = Token.objects.filter(user=me, pk=token).first()
    if held is None:
        raise NotFound("token")
    held.delete()
    emit(events.TokenRevoked(tail=held.tail), subject=me, by=by, label=me.name)
    return me


@action(right=access.ACCOUNT, title=_("End session"), icon="logout", doors="web")
def end_session(*, session: UUID, by: Actor) -> User:
    """Sign out one of your browsers."""
    me = _me(by)
    if not Session.objects.filter(user=me, pk=session).delete()[0]:
        raise NotFound("session")
    emit(events.SessionsEnded(count=1), subject=me, by=by, label=me.name)
    return me


@action(right=access.ACCOUNT, title=_("Set up an app for codes"), icon="qrcode", doors="web")
def add_app(*, secret: str, code: str, by: Actor) -> dict[str, Any]:
    """Put an app for codes in force once it shows the right one; answers recovery codes, if they are new."""
    me = _me(by)
    codes = secondfactor.add_app(me, secret, code)
    emit(events.SecondFactorChanged(what="app"), subject=me, by=by, label=me.name)
    return {"codes": codes}


@action(right=access.ACCOUNT, title=_("Add a passkey"), icon="key", doors="web")
def add_passkey(
    *, credential: dict[str, Any], name: Annotated[str, Field(max_length=80)] = "", by: Actor
) -> dict[str, Any]:
    """Put a passkey in force; answers recovery codes, if they are new."""
    me = _me(by)
    codes = secondfactor.add_passkey(me, credential, clean(name, 80))
    emit(events.SecondFactorChanged(what="passkey"), subject=me, by=by, label=me.name)
    return {"codes": codes}


@action(right=access.ACCOUNT, title=_("Remove"), icon="trash", tone="danger", doors="web")
def remove_key(*, key: int, by: Actor) -> User:
    """Take away an app or a passkey."""
    me = _me(by)
    if not secondfactor.remove(me, key):
        raise NotFound("key")
    emit(events.SecondFactorChanged(what="removed"), subject=me, by=by, label=me.name)
    return me


@action(right=access.ACCOUNT, title=_("New recovery codes"), icon="refresh", doors="web")
def renew_recovery_codes(*, purpose: Literal["new"] = "new", by: Actor) -> dict[str, Any]:
    """Ten fresh recovery codes; the old ones are dead."""
    me = _me(by)
    if not secondfactor.kinds_of(me):
        raise Invalid("no_second_factor", _("Set up an app or a passkey first."))
    codes = secondfactor.new_recovery_codes(me)
    emit(events.SecondFactorChanged(what="recovery codes"), subject=me, by=by, label=me.name)
    return {"codes": codes}
