"""The daily run of the pools' rules: who falls today falls, whose time comes near is warned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhike.customers.models import PoolWarning
from zhike.customers.pool import events, queries
from zhike.customers.pool.actions import recycle_party
from zhike.kernel import clock
from zhike.kernel.actions import batch, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict
from zhike.kernel.ids import new_id
from zhike.kernel.jobs import job
from zhike.records import notices

NAMED = 3
FALLING = notices.kind(
    "pool.falling", _("%(count)s of your customers fall into the public pool soon: %(names)s"), "hourglass", "amb"
)
FELL = notices.kind(
    "pool.fell", _("%(count)s of your customers fell into the public pool: %(names)s"), "recycle", "red"
)

Names = dict[UUID | None, list[str]]


@job("pool.recycle")
def recycle(by: Actor, now: str = "", **_data: Any) -> dict[str, int]:
    """Run every pool's rules as of now; what changed in between is left alone until tomorrow."""
    works = queries.clockwork(datetime.fromisoformat(now) if now else clock.now())
    fell: Names = {}
    missed = 0
    with batch(new_id()):
        for party, state in queries.candidates(works):
            owner_id = party.owner_id
            try:
                recycle_party(party, state, by=by)
                fell.setdefault(owner_id, []).append(party.shown_name)
            except Conflict:
                missed += 1
        warned = warn(works)
        total = sum(map(len, fell.values()))
        if total or warned or missed:
            emit(events.PoolsRan(fell=total, warned=warned, missed=missed), by=by)
    tell(fell, FELL, "/pool/")
    return {"fell": total, "warned": warned, "missed": missed}


def warn(works: queries.Clockwork) -> int:
    """Tell each owner once which of their customers fall on which day; the answer is how many customers."""
    ahead = max((taker.pool.warn_days for taker in works.takers), default=0)
    near: Names = {}
    for party, state in queries.candidates(works, ahead):
        if state.due or not state.warned or state.falls_on is None:
            continue
        _row, fresh = PoolWarning.objects.get_or_create(party_id=party.pk, falls_on=state.falls_on)
        if fresh:
            near.setdefault(party.owner_id, []).append(party.shown_name)
    PoolWarning.objects.filter(falls_on__lt=works.today).delete()
    tell(near, FALLING, "/pool/falling/")
    return sum(map(len, near.values()))


def tell(names: Mapping[UUID | None, list[str]], kind: str, url: str) -> None:
    """One notice a person, however many customers it is about."""
    for owner_id, own in names.items():
        if owner_id is None:
            continue
        listed = "、".join(own[:NAMED]) + ("…" if len(own) > NAMED else "")
        notices.notify([owner_id], kind, url=url, count=len(own), names=listed)
