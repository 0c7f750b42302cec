"""Watching over how much one person opens: whoever walks through the whole customer base is seen by an administrator."""

from __future__ import annotations

import logging
from datetime import datetime

from django.utils import timezone

from zhike.identity import queries as identity
from zhike.kernel import ledger
from zhike.kernel.actor import Actor
from zhike.kernel.limits import count_up
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
    count = count_up(f"seen-{what} {by.real_user_id or by.user_id}", slot, UNBOUNDED)
    if count == ALARMS[what] + 1:
        alarm(what, by, count)


def alarm(what: str, by: Actor, count: int) -> None:
    """An event in the ledger, a line in the log, and a notice to everybody who gives rights."""
    ledger.write([ledger.compose(Crawled(what=what, count=count), by=by)])
    logger.warning("somebody opened unusually many records: %s %s, user %s", count, what, by.user_id)
    people = identity.rulers().values_list("pk", flat=True)
    notices.notify(people, notices.CRAWLED[what], url="/settings/", who=by.name, count=count)
