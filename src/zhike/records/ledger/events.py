"""What reading the ledger leaves in it."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.kernel.events import event
from zhike.kernel.screens import Column


@event("ledger.looked", sentence=_("%(who)s read the ledger"), icon="list-search", shown=False)
class LedgerLooked:
    """Somebody opened a page of the ledger; `asked` is what they narrowed it to, without personal values."""

    asked: dict[str, Any] = field(default_factory=dict)


@event(
    "ledger.exported",
    sentence=_("%(who)s exported %(count)s entries of the ledger"),
    icon="download",
    shown=False,
    columns=(Column(name="reason", label=_("Reason")),),
)
class LedgerExported:
    """Entries of the ledger left the house in a file; `asked` is what they were narrowed to. The reason stands beside it."""

    asked: dict[str, Any]
    count: int
