"""What the ledger tells of exports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.kernel.events import event


@event("records.exported", sentence=_("%(who)s exported %(count)s records"), icon="download", shown=False)
class RecordsExported:
    """Records left the house in a file. The filter and the reason stand beside it, erasable."""

    on: str
    format: str
    count: int
    columns: list[str]
    unmasked: bool
