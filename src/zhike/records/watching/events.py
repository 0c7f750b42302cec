"""What watching leaves in the ledger."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.kernel.events import event


@event(
    "access.crawled",
    sentence=_("%(who)s opened unusually much: %(count)s customers or masked values within an hour"),
    icon="eye",
    shown=False,
)
class Crawled:
    """One person opened more cards, or revealed more values, within an hour than the work asks for."""

    what: str
    count: int
