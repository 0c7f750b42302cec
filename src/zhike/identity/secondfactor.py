"""The second factor, on allauth's tables and cryptography: codes from an app, recovery codes, passkeys."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.core.internal.cryptokit import compare_user_code, normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.identity import limits
from zhike.identity.models import User
from zhike.kernel.errors import Invalid

Type = Authenticator.Type
STEP = 30  # seconds a code is valid
LOCKED = timedelta(minutes=15)
WRONG = _("This code is wrong or was already used. Wait for the next one and try again.")
ISSUER = "Zhike"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a person needs to set up an app: the secret, its address, and the address drawn as a square."""

    secret: str
    address: str
    drawing: str


def kinds_of(user: User) -> frozenset[str]:
    """Which kinds of second factor protect a person; recovery codes alone protect nobody."""
    kinds = frozenset(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
    return kinds if kinds - {Type.RECOVERY_CODES} else frozenset()


def keys_of(user: User) -> list[Authenticator]:
    """What protects a person, to be listed."""
    return list(Authenticator.objects.filter(user_id=user.pk).order_by("created_at"))


def _limit(user: User) -> limits.Limit:
    return limits.Limit(f"code {user.pk}", limits.CODES, LOCKED)


def check_code(user: User, code: str, *, now: float | None = None) -> str:
    """Accept a code of the app or a recovery code, once; the answer is which kind it was. Five misses lock for a while."""
    limit = _limit(user)
    limits.spend(limit)
    given = normalize_user_code(code)
    if given and _app_code_fits(user, given, time.time() if now is None else now):
        limits.forgive(limit)
        return str(Type.TOTP)
    if given and _recovery_code_fits(user, given):
        limits.forgive(limit)
        return str(Type.RECOVERY_CODES)
    raise Invalid("code.wrong", WRONG, "code")


def _app_code_fits(user: User, code: str, now: float) -> bool:
    """A step later than the last one used, at most one from now: so that a code works once, in every process."""
    with transaction.atomic():
        held = Authenticator.objects.select_for_update().filter(user_id=user.pk, type=Type.TOTP).first()
        if held is None:
            return False
        secret = get_adapter().decrypt(held.data["secret"])
        step = _matching_step(secret, code, now, after=held.data.get("last_step", 0))
        if step is None:
            return False
        held.data["last_step"], held.last_used_at = step, timezone.now()
        held.save(update_fields=["data", "last_used_at"])
    return True


def _recovery_code_fits(user: User, code: str) -> bool:
    """A code not used yet; the row is held until it is noted as used, so that of two at once one gets in."""
    with transaction.atomic():
        kept = Authenticator.objects.select_for_update().filter(user_id=user.pk, type=Type.RECOVERY_CODES).first()
        return kept is not None and bool(RecoveryCodes(kept).validate_code(code))


def _matching_step(secret: str, code: str, now: float, *, after: int) -> int | None:
    current = int(now) // STEP
    found = None
    for step in (current - 1, current, current + 1):
        expected = totp.format_hotp_value(totp.hotp_value(secret, step))
        if compare_user_code(actual=code, expected=expected) and step > after:
            found = step
    return found


def enrolment(user: User, secret: str = "") -> Enrolment:
    """A fresh secret for an app (or the one already shown), not yet in force."""
    secret = secret or totp.generate_totp_secret()
    adapter = get_adapter()
    address = adapter.build_totp_url(user, secret)
    return Enrolment(secret, address, adapter.build_totp_svg(address))


def add_app(user: User, secret: str, code: str, *, now: float | None = None) -> list[str]:
    """Put an app in force once it shows the right code; the answer are recovery codes, if they are new."""
    limit = _limit(user)
    limits.spend(limit)
    step = _matching_step(secret, normalize_user_code(code), time.time() if now is None else now, after=0)
    if step is None:
        raise Invalid("code.wrong", WRONG, "code")
    limits.forgive(limit)
    Authenticator.objects.filter(user_id=user.pk, type=Type.TOTP).delete()
    data = {"secret": get_adapter().encrypt(secret), "last_step": step}
    Authenticator.objects.create(user=user, type=Type.TOTP, data=data)
    return first_recovery_codes(user)


def first_recovery_codes(user: User) -> list[str]:
    """Recovery codes, where there are none yet."""
    if Authenticator.objects.filter(user_id=user.pk, type=Type.RECOVERY_CODES).exists():
        return []
    return new_recovery_codes(user)


def new_recovery_codes(user: User) -> list[str]:
    """Ten fresh recovery codes; the old ones are dead."""
    Authenticator.objects.filter(user_id=user.pk, type=Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes


def remove(user: User, key_id: int) -> bool:
    """Take one away; when the last one goes, recovery codes go with it."""
    gone = bool(Authenticator.objects.filter(user_id=user.pk, pk=key_id).delete()[0])
    if not kinds_of(user):
        Authenticator.objects.filter(user_id=user.pk).delete()
    return gone


def _webauthn() -> Any:
    """What speaks with passkeys, loaded where one is used: it brings 5 MB of cryptography into every process."""
    from allauth.mfa.webauthn.internal import auth

    return auth


def begin_passkey(user: User) -> dict[str, Any]:
    """What the browser needs to make a passkey (the challenge is kept in the session)."""
    options: dict[str, Any] = _webauthn().begin_registration(user, False)
    return options


def add_passkey(user: User, credential: dict[str, Any], name: str) -> list[str]:
    """Put a passkey in force; the answer are recovery codes, if they are new."""
    webauthn = _webauthn()
    try:
        webauthn.parse_registration_response(credential)
        webauthn.complete_registration(credential)
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise Invalid("passkey.refused", _("The device's answer did not fit. Try again.")) from error
    webauthn.WebAuthn.add(user, name or str(get_adapter().generate_authenticator_name(user, Type.WEBAUTHN)), credential)
    return first_recovery_codes(user)


def ask_passkey(user: User) -> dict[str, Any]:
    """What the browser needs to prove a passkey."""
    options: dict[str, Any] = _webauthn().begin_authentication(user)
    return options


def check_passkey(user: User, credential: dict[str, Any]) -> str:
    """Accept the proof of a passkey, once."""
    webauthn = _webauthn()
    limit = _limit(user)
    limits.spend(limit)
    try:
        webauthn.parse_authentication_response(credential)
        held = webauthn.complete_authentication(user, credential)
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise Invalid("passkey.refused", _("The device's answer did not fit. Try again.")) from error
    limits.forgive(limit)
    held.record_usage()
    return str(Type.WEBAUTHN)
