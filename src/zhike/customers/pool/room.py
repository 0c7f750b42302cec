"""Room for one more: how many customers a pool lets one person own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Pool
from zhike.customers.pool.queries import owned_by
from zhike.kernel.errors import Conflict

if TYPE_CHECKING:
    from zhike.identity.models import User
else:
    User = get_user_model()


def turn_of(person_id: UUID) -> User:
    """The person, locked until the transaction ends: their claims come one after the other (SQLite writes so anyway)."""
    person: User = User.objects.select_for_update(no_key=True).get(pk=person_id)
    return person


def check_room(pool: Pool, person: User) -> None:
    """Refuse what would give somebody more than the pool allows."""
    if pool.capacity is None:
        return
    owned = owned_by(person.pk)
    if owned >= pool.capacity:
        message = _(
            "“%(pool)s” lets one person own %(capacity)s customers, and %(name)s owns %(owned)s. Give some back first."
        )
        said = {"pool": pool.name, "capacity": pool.capacity, "owned": owned, "name": person.name}
        raise Conflict("capacity", message % said, capacity=pool.capacity, owned=owned)
