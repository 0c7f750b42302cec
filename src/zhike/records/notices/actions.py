"""Reading notices: the one thing people do with them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.identity.access import ACCOUNT
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.events import event
from zhike.records.models import Notice


@event("notices.read", sentence=_("%(who)s read %(count)s notices"), icon="bell", shown=False)
class NoticesRead:
    """Notices were marked as read."""

    count: int


@action(right=ACCOUNT, title=_("Mark as read"), icon="checks", doors="web")
def read_notices(*, ids: list[UUID] | None = None, by: Actor) -> dict[str, Any]:
    """Mark one's own notices as read: those named, or all."""
    found = Notice.objects.filter(user=by.user_id, read_at=None)
    if ids is not None:
        found = found.filter(pk__in=ids)
    count = found.update(read_at=timezone.now())
    emit(NoticesRead(count=count), by=by)
    return {"count": count}
