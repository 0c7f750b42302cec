"""Keys for programs and agents: how one is made, and whose it is when it comes back."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone

from zhike.identity import limits
from zhike.identity.access import actor_of, narrowed
from zhike.identity.models import Organisation, Token
from zhike.kernel.actor import Actor
from zhike.kernel.composed import composed
from zhike.kernel.errors import NotFound

PREFIX = "zk_"
NOTED_EVERY = timedelta(minutes=1)


def fresh() -> tuple[str, str]:
    """A new key and its digest; the key is shown once and kept nowhere."""
    key = PREFIX + secrets.token_urlsafe(32)
    return key, digest(key)


def digest(key: str) -> str:
    """What stands in the database instead of a key."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


@composed
def _with_epoch(digest: str) -> QuerySet[Token]:
    """The token of a digest, and the epoch of rights."""
    epoch = Organisation.objects.filter(id=1).values("rights_epoch")[:1]
    return Token.objects.filter(digest=digest).annotate(epoch=Subquery(epoch))


def actor_with(key: str, now: datetime | None = None) -> Actor | None:
    """The actor that a key stands for, as its owner's rights are now; None for one unknown, ended or without owner."""
    now = now or timezone.now()
    token = next(iter(_with_epoch(digest(key))), None)
    if token is None or (token.expires_at and token.expires_at <= now):
        return None
    try:
        actor = actor_of(token.user_id, token.epoch)  # type: ignore[attr-defined]
    except NotFound:
        return None
    if token.last_used_at is None or now - token.last_used_at > NOTED_EVERY:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    return narrowed(actor, token)


def of_request(request: HttpRequest) -> Actor | None:
    """The actor of a call's Authorization header. Unknown keys count against the caller's network."""
    scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
    actor = actor_with(key.strip()) if scheme.lower() == "bearer" and key.strip() else None
    if actor is None:
        place = limits.network(request.META.get("REMOTE_ADDR", ""))
        limits.spend(limits.Limit(f"network {place}", limits.PER_NETWORK))
    return actor
