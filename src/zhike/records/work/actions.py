"""Cancelling long work."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.identity.access import ACCOUNT
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict
from zhike.kernel.events import event
from zhike.records.models import Work
from zhike.records.work import OPEN


@event("work.cancelled", sentence=_("%(who)s cancelled %(subject)s"), icon="player-stop", shown=False)
class WorkCancelled:
    """Somebody stopped long work; what was done until then stands."""

    kind: str
    done: int


@action(right=ACCOUNT, title=_("Cancel"), icon="player-stop", tone="danger", doors="web")
def cancel_work(work: Work, *, by: Actor) -> Work:
    """Ask one's own long work to stop at its next step."""
    if not Work.objects.filter(pk=work.pk, state__in=OPEN).update(cancel=True):
        raise Conflict("work_over", _("This work is over already; there is nothing to cancel."))
    work.cancel = True
    emit(WorkCancelled(kind=work.kind, done=work.done), subject=work, by=by, label=work.title)
    return work
