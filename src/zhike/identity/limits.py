"""How often something may be tried: one limiter for sign-in, second factor, tokens and resets, shared by every process."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.identity.models import Try
from zhike.kernel.errors import TooMany

WINDOW = timedelta(minutes=5)
PER_ACCOUNT = 10  # wrong passwords for one account from one network
PER_ACCOUNT_EVERYWHERE = 100  # and from all networks together
PER_NETWORK = 100  # from one network, whatever the account
CODES = 5  # wrong second-factor codes of one person


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries of `what` within a window."""

    what: str
    most: int
    within: timedelta = WINDOW

    @property
    def key(self) -> str:
        """What stands in the row: names that people type are not kept."""
        return hashlib.sha256(self.what.encode(errors="replace")).hexdigest()


def network(address: str) -> str:
    """Whom an address counts for: an IPv4 address itself, an IPv6 address by its /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network(f"{parsed}/64", strict=False))
    return str(parsed)


def for_account(account: str, address: str) -> tuple[Limit, ...]:
    """The limits of one try to sign in as `account`."""
    place = network(address)
    return (
        Limit(f"account {account} from {place}", PER_ACCOUNT),
        Limit(f"account {account}", PER_ACCOUNT_EVERYWHERE),
        Limit(f"network {place}", PER_NETWORK),
    )


def spend(*limits: Limit, now: datetime | None = None) -> None:
    """Count one try before it is made, so that tries made at once count too; TooMany once a limit is used up.

    A refused try is not kept: the wait ends when the oldest counted try leaves the window.
    """
    now = now or timezone.now()
    rows = [Try(key=limit.key, at=now) for limit in limits]
    Try.objects.bulk_create(rows)
    for limit in limits:
        times = Try.objects.filter(key=limit.key, at__gt=now - limit.within).order_by("at").values_list("at", flat=True)
        counted = list(times[: limit.most + 1])
        if len(counted) > limit.most:
            Try.objects.filter(pk__in=[row.pk for row in rows]).delete()
            wait = int((counted[0] + limit.within - now).total_seconds()) + 1
            message = _("Too many tries. Wait %(minutes)s minutes, then try again.")
            raise TooMany(message % {"minutes": -(-wait // 60)}, wait)
    Try.objects.filter(at__lt=now - timedelta(hours=1)).delete()


def forgive(*limits: Limit) -> None:
    """Forget the tries: what was tried turned out right."""
    Try.objects.filter(key__in=[limit.key for limit in limits]).delete()


def forgive_account(account: str, address: str) -> None:
    """The right password: this account's tries from this network are forgotten, and this one of the others."""
    own, *others = for_account(account, address)
    forgive(own)
    for limit in others:
        last = Try.objects.filter(key=limit.key).order_by("-at").values_list("pk", flat=True).first()
        Try.objects.filter(pk__in=[last] if last else []).delete()
