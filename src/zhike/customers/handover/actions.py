"""One act: the account is closed at once, and all that the leaver is in charge of is given on in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.customers.handover import events, queries
from zhike.customers.handover.terms import Way
from zhike.customers.models import Pool
from zhike.customers.pool.queries import live_pools
from zhike.identity.actions import deactivate_person
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Invalid
from zhike.records import work

if TYPE_CHECKING:
    from zhike.identity.models import User
else:
    User = get_user_model()

RIGHT = "party.transfer"
HeirOf = Annotated[User | None, Field(title=_("New owner"))]
RestTo = Annotated[User | None, Field(title=_("What has no customer goes to"))]


@action(
    right=RIGHT, title=_("Hand over"), icon="door-exit", doors="web api cli",
    shown=lambda _person, _by: False,  # its page under Settings shows first what would move
)  # fmt: skip
def hand_over(
    person: User, *, way: Way, to: HeirOf = None, pool: Pool | None = None, rest: RestTo = None,
    deactivate: bool = True, by: Actor,
) -> dict[str, Any]:  # fmt: skip
    """Give on all that somebody owns, to one person, by rule or into the pool, and (unless asked not to) close the account.

    Sessions and tokens end with the account, at once. The records follow in the background, each by its type's own
    action, with one event each; `work` is where its progress stands.
    """
    heir = _heir(person, way, to, pool, rest, by)
    counts = {one.type: one.total for one in queries.holdings(person)}
    total = sum(counts.values())
    if deactivate and person.is_active:
        deactivate_person(person, by=by)
    title = str(_("Handover of %(name)s") % {"name": person.name})
    data = {"person": str(person.pk), "way": way.value, "to": str(heir), "pool": str(pool.pk) if pool else ""}
    row = work.start("handover", title, by, "customers.hand_over", data, total)
    target = to.name if to and way is Way.PERSON else pool.name if pool and way is Way.POOL else ""
    told = events.PersonHandedOver(way=way.value, to=target, count=total, deactivated=deactivate)
    emit(told, subject=person, by=by, label=person.name)
    return {"work": str(row.pk), "counts": counts, "total": total}


def _heir(person: User, way: Way, to: User | None, pool: Pool | None, rest: User | None, by: Actor) -> UUID:
    """Who gets what does not go elsewhere: the new owner, or whoever is named for the rest, the manager, whoever acts."""
    if way is Way.PERSON and to is None:
        raise Invalid("required", _("Choose who takes over."), "to")
    if way is Way.POOL and pool is None and not live_pools():
        raise Invalid("no_pool", _("There is no pool yet. Make one, or choose a person."), "pool")
    manager = person.manager if person.manager is not None and person.manager.is_active else None
    heir = to if way is Way.PERSON else rest or manager
    if heir is not None and (not heir.is_active or heir.pk == person.pk):
        message = _("“%(name)s” cannot take over. Choose somebody else who works here.")
        raise Invalid("owner.inactive", message % {"name": heir.name}, "to" if way is Way.PERSON else "rest")
    if heir is None and (by.user_id is None or by.user_id == person.pk):
        raise Invalid("required", _("Choose who gets what has no customer."), "rest")
    return heir.pk if heir is not None else by.user_id  # type: ignore[return-value]
