"""What happens around public pools."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.kernel.events import event


@event("party.claimed", sentence=_("%(who)s claimed %(subject)s from %(pool)s"), icon="hand-grab")
class PartyClaimed:
    """Somebody took a customer from a pool."""

    pool: str
    pool_id: str
    version: int = 1


@event("party.released", sentence=_("%(who)s gave %(subject)s back to %(pool)s: %(reason)s"), icon="pool")
class PartyReleased:
    """An owner, or their manager, put a customer into a pool."""

    pool: str
    pool_id: str
    from_id: str
    reason: str = ""
    version: int = 1


@event("party.recycled", sentence=_("%(subject)s fell into %(pool)s: %(rule)s for %(days)s days"), icon="recycle")
class PartyRecycled:
    """A rule put a customer into a pool."""

    pool: str
    pool_id: str
    from_id: str
    rule: str
    days: int


@event("party.given_from_pool", sentence=_("%(who)s gave %(subject)s from %(pool)s to %(to)s"), icon="user-share")
class PartyGivenFromPool:
    """A manager gave a customer of a pool to somebody."""

    pool: str
    pool_id: str
    to: str
    to_id: str
    version: int = 1


@event("party.locked", sentence=_("%(who)s locked %(subject)s: %(reason)s"), icon="lock")
class PartyLocked:
    """The customer is neither recycled nor claimed any more."""

    reason: str = ""


@event("party.unlocked", sentence=_("%(who)s unlocked %(subject)s"), icon="lock-open")
class PartyUnlocked:
    """The rules count again."""


@event(
    "party.protected", sentence=_("%(who)s protected %(subject)s from the pool until %(until)s"), icon="shield-check"
)
class PartyProtected:
    """No rule takes the customer until then; an empty date ends the protection."""

    until: str
    reason: str = ""


@event("pool.recycling_set", sentence=_("%(who)s set recycling of %(subject)s: %(state)s"), icon="recycle", shown=False)
class RecyclingSet:
    """Recycling was switched on (from a day on) or off."""

    state: str
    first_day: str = ""


@event(
    "pool.ran",
    sentence=_("The rules put %(fell)s customers into pools and warned of %(warned)s"),
    icon="recycle",
    shown=False,
)
class PoolsRan:
    """The daily run; each customer left its own event with this batch's id."""

    fell: int
    warned: int
    missed: int = 0
