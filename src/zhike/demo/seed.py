"""Builds the demo company once: people, customers, and what happened before today. Seeded: the same company every time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from random import Random

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.customers.actions import create_many
from zhike.customers.models import Party
from zhike.demo import company, customers, story
from zhike.demo.people_at_customers import introduce
from zhike.identity.models import User
from zhike.kernel import jobs, ledger

SEED = 20_140_601
CHUNK = 2000


def needed() -> bool:
    """Whether this installation is still empty."""
    return not User.objects.exists()


def build(size: int, *, now: datetime | None = None, home: Path | None = None) -> int:
    """Make the company with `size` customers; the answer is how many parties there are then.

    Raises ImproperlyConfigured in production: a demo has known people and must never meet real customers.
    """
    if settings.PRODUCTION:
        raise ImproperlyConfigured(_("The demo company cannot be built in production (ZHIKE_PRODUCTION=1)."))
    dice, now = Random(SEED), now or timezone.now()
    made = company.found(now, home or settings.HOME)
    wanted = customers.values(dice, made, size, now)
    while chunk := [one for _number, one in zip(range(CHUNK), wanted, strict=False)]:
        create_many(chunk, by=company.BY)
    parties = story.known_parties()
    introduce(dice)
    story.touch(dice, parties, now)
    story.open_pools(dice, made, parties, now)
    story.plan(dice, made, now)
    story.tag(dice, parties)
    jobs.enqueue("customers.find_duplicates", company.BY)  # the weekly search, so that its queue has work soon
    ledger.seal_all()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Party.objects.count()
