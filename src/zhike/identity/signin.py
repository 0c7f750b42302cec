"""Coming in: name and password, then the second factor where there is one; and going out."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.contrib.auth import login, logout
from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from zhike.identity import limits, secondfactor
from zhike.identity.events import ActedAsSelf, SignedIn, SignedOut, SignInFailed
from zhike.identity.models import User
from zhike.identity.passwords import LONGEST
from zhike.identity.sessions import SINCE
from zhike.kernel.actions import emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Invalid, TooMany

BACKEND = "zhike.identity.signin.Backend"
PENDING, PENDING_FOR = "pending", 600
CONFIRMED, CONFIRMED_FOR = "confirmed", 600
NEXT = "next"
REFUSED = _("Name and password do not match. Check both and try again.")


def folded(name: str) -> str:
    """A sign-in name as it is stored and compared: NFKC, without case."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


class Backend:
    """Django's way to ask for a person: with the limiter, alike for known and unknown names."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **_: Any
    ) -> User | None:
        try:
            return verify(username, password, request.META.get("REMOTE_ADDR", "") if request else "")
        except (Invalid, TooMany):
            return None

    def get_user(self, user_id: Any) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True, archived_at=None).first()


def named(name: str) -> User | None:
    """The active person with this sign-in name or e-mail address."""
    if not (known := folded(name)):
        return None
    return User.objects.filter(Q(username=known) | Q(email=known), is_active=True, archived_at=None).first()


def verify(name: str, password: str, address: str) -> User:
    """The person behind name and password. Invalid tells nothing about which was wrong; TooMany when tried too often."""
    account = folded(name)
    limits.spend(*limits.for_account(account, address))
    user = named(name)
    if user is None or len(password) > LONGEST:
        make_password(password[:LONGEST])  # an unknown name takes as long as a wrong password
        right = False
    else:
        right = user.check_password(password)
    if user is None or not right:
        failed("password", user)
        raise Invalid("signin.refused", REFUSED)
    limits.forgive_account(account, address)
    return user


def failed(reason: str, user: User | None) -> None:
    """A failed try stands in the ledger, with the account where there is one."""
    nobody = Actor(user_id=None, name="")
    emit(SignInFailed(reason=reason), subject=user, by=nobody, label=user.name if user else "")


def enter(request: HttpRequest, user: User, *, method: str, target: str = "") -> str:
    """After the first factor: sign in and answer where to go, or ask for the second factor first."""
    target = safe_target(request, target)
    if secondfactor.kinds_of(user):
        request.session.cycle_key()
        request.session[PENDING] = {
            "user": str(user.pk),
            "hash": user.get_session_auth_hash(),
            "at": timezone.now().timestamp(),
            "method": method,
            NEXT: target,
        }
        return "/signin/code/"
    sign_in(request, user, method=method)
    return target


def pending(request: HttpRequest) -> User | None:
    """Who has given the first factor and not yet the second; only for some minutes, and only while nothing changed."""
    held = request.session.get(PENDING)
    if not held or timezone.now().timestamp() - held["at"] > PENDING_FOR:
        return None
    user = Backend().get_user(held["user"])
    if user is None or not constant_time_compare(held["hash"], user.get_session_auth_hash()):
        return None
    return user


def complete(request: HttpRequest, user: User) -> str:
    """After the second factor: sign in, and answer where to go."""
    held = request.session.pop(PENDING)
    sign_in(request, user, method=f"{held['method']}+second")
    return str(held[NEXT])


def sign_in(request: HttpRequest, user: User, *, method: str) -> None:
    """A new session under a new key; what stood in an anonymous one is gone."""
    request.session.flush()
    login(request, user, backend=BACKEND)
    now = timezone.now().timestamp()
    request.session[SINCE] = now
    request.session["device"] = request.headers.get("User-Agent", "")[:200]
    request.session["address"] = request.META.get("REMOTE_ADDR", "")
    emit(SignedIn(method=method), subject=user, by=Actor(user_id=user.pk, name=user.name), label=user.name)


def sign_out(request: HttpRequest, by: Actor | None) -> None:
    """The session is dead on the server."""
    if by is not None and request.user.is_authenticated:
        emit(SignedOut(), subject=request.user, by=by, label=request.user.name)
    logout(request)


def acted_as_self(by: Actor) -> None:
    """Somebody stopped acting as somebody else."""
    emit(ActedAsSelf(), by=by, label=by.name)


def safe_target(request: HttpRequest, target: str) -> str:
    """Where to go after signing in: a path on this host, whatever was asked for."""
    clean = bool(target) and target.startswith("/") and target.isprintable() and "\\" not in target
    if clean and url_has_allowed_host_and_scheme(target, allowed_hosts=None, require_https=request.is_secure()):
        return target
    return "/"


def confirm(request: HttpRequest, user: User, password: str) -> None:
    """Asks for the password again before something grave; good for some minutes."""
    limit = limits.Limit(f"confirm {user.pk}", limits.PER_ACCOUNT)
    limits.spend(limit)
    if not user.check_password(password):
        failed("confirm", user)
        raise Invalid("signin.wrong_password", _("This is not your password. Try again."), "password")
    limits.forgive(limit)
    request.session[CONFIRMED] = timezone.now().timestamp()


def confirmed(request: HttpRequest) -> bool:
    """Whether the password was given again just now."""
    since = request.session.get(CONFIRMED, 0)
    return bool(timezone.now().timestamp() - float(since) <= CONFIRMED_FOR)
