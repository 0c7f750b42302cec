"""Watching over how much one person opens: whoever walks through the whole customer base is seen by an administrator."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection
from django.utils import timezone

from zhike.identity import queries as identity
from zhike.kernel import ledger
from zhike.kernel.actor import Actor
from zhike.kernel.ids import new_id
from zhike.kernel.limits import COUNT
from zhike.records import notices
from zhike.records.watching.events import Crawled

HOUR = 3600
CARDS, REVEALS = "cards", "reveals"
ALARMS = {CARDS: 100, REVEALS: 30}
UNBOUNDED = 2**31 - 2
logger = logging.getLogger(__name__)


def seen(what: str, by: Actor, now: datetime | None = None) -> None:
    """Count one card opened or value revealed by a person within the hour; the first one beyond the limit raises the alarm."""
    if by.user_id is None:
        return
    moment = now or timezone.now()
    slot = int(moment.timestamp()) // HOUR
    with connection.cursor() as cursor:
        pk = new_id()
        plain = pk.hex if connection.vendor == "sqlite" else pk
        cursor.execute(COUNT, [plain, f"seen-{what} {by.real_user_id or by.user_id}", slot, UNBOUNDED])
        row = cursor.fetchone()
    if row and row[0] == ALARMS[what] + 1:
        alarm(what, by, row[0])


def alarm(what: str, by: Actor, count: int) -> None:
    """An event in the ledger, a line in the log, and a notice to everybody who gives rights."""
    ledger.write([ledger.compose(Crawled(what=what, count=count), by=by)])
    logger.warning("somebody opened unusually many records: %s %s, user %s", count, what, by.user_id)
    people = [person.pk for person in identity.active_people() if _watches(person.pk)]
    notices.notify(people, notices.CRAWLED[what], url="/settings/", who=by.name, count=count)


def _watches(user_id: object) -> bool:
    from zhike.identity.access import actor_of

    return actor_of(user_id).can("identity.roles")  # type: ignore[arg-type]
