"""What happens when somebody leaves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.kernel.events import event


@event(
    "person.handed_over",
    sentence=_("%(who)s handed over everything of %(subject)s (%(count)s): %(way)s %(to)s"),
    icon="door-exit",
)
class PersonHandedOver:
    """All that a leaver owns is given on; each record leaves its own event."""

    way: str
    to: str
    count: int
    deactivated: bool


@event(
    "person.handover_done",
    sentence=_("The handover of %(subject)s is done: %(done)s moved, %(refused)s refused"),
    icon="checks",
)
class HandoverDone:
    """The handover has come to its end."""

    done: int
    refused: int
    counts: dict[str, int]
