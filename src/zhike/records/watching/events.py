"""What watching leaves in the ledger."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.kernel.events import event


@event(
    "access.crawled",
    sentence=_("%(who)s opened unusually many records: %(count)s %(what)s within an hour"),
    icon="eye",
    shown=False,
)
class Crawled:
    """One person opened more cards, or revealed more values, within an hour than the work asks for."""

    what: str
    count: int
