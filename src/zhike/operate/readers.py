"""Readers of the ledger, as the table in `config/subscriptions.py` names them: at least once, in order, each by itself."""

from __future__ import annotations

import logging
import time

from django.utils.module_loading import import_string

from zhike.config.subscriptions import SUBSCRIPTIONS
from zhike.kernel import ledger
from zhike.kernel.models import Bookmark, SealHead

log = logging.getLogger("zhike.readers")
PAUSE_AFTER_ERROR = 10.0
_paused: dict[str, float] = {}


def feed() -> int:
    """Hand every reader its next events; the answer is how many positions they moved on. One that fails holds nobody up."""
    last = SealHead.objects.filter(id=1).values_list("last", flat=True).first() or 0
    marks = dict(Bookmark.objects.values_list("reader", "position"))
    moved = 0
    for reader, subscription in SUBSCRIPTIONS.items():
        if marks.get(reader, 0) >= last or _paused.get(reader, 0.0) > time.monotonic():
            continue
        try:
            moved += ledger.follow(
                reader, import_string(subscription.handler), types=subscription.types, from_now=subscription.from_now
            )
        except Exception:
            log.exception("reader %s failed; it tries again in %d s", reader, PAUSE_AFTER_ERROR)
            _paused[reader] = time.monotonic() + PAUSE_AFTER_ERROR
    return moved
