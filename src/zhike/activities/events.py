"""What happens in activities."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from zhike.kernel.events import event


@event(
    "touch.logged", sentence=_("%(who)s logged a touch: %(text)s"), personal=("text", "person"), icon="message-circle"
)
class TouchLogged:
    """A touch was written down; `person` is the one of the customer's people whom it was with."""

    kind: str
    text: str
    at: datetime
    person: str = ""
    person_id: str = ""
    version: int = 1


@event("task.done", sentence=_("%(who)s finished “%(subject)s”"), icon="check")
class TaskDone:
    """A task was finished."""

    version: int
    late: bool


@event("task.reopened", sentence=_("%(who)s reopened “%(subject)s”"), icon="rotate-clockwise")
class TaskReopened:
    """A finished task was opened again."""

    version: int


@event("task.postponed", sentence=_("%(who)s moved “%(subject)s” to %(to)s"), icon="clock")
class TaskPostponed:
    """A task was moved."""

    version: int
    to: datetime
