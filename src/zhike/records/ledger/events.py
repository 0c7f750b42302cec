"""What reading the ledger leaves in it."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.kernel.events import event


@event("ledger.looked", sentence=_("%(who)s read the ledger"), icon="list-search", shown=False)
class LedgerLooked:
    """Somebody opened a page of the ledger; `asked` is what they narrowed it to, without personal values."""

    asked: dict[str, Any] = field(default_factory=dict)
