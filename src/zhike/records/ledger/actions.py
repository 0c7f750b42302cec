"""Taking the ledger out of the house."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.records.ledger.events import LedgerExported


@action(right="ledger.export", title=_("Export"), icon="download", tone="primary", doors="web")
def export_ledger(
    *, asked: dict[str, str], count: int, reason: Annotated[str, Field(min_length=2, max_length=400)], by: Actor
) -> dict[str, Any]:
    """Note that entries of the ledger leave the house, what they were narrowed to, and why."""
    emit(LedgerExported(asked=asked, count=count), by=by, changes={"reason": [None, reason]})
    return {"count": count}
