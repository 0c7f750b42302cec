"""Recurring work of identity."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from zhike.identity import joining, sessions
from zhike.identity.models import Invitation, Try
from zhike.kernel.actor import Actor
from zhike.kernel.jobs import job

MAILS = (joining.mail_reset,)  # named, so that the worker, who reads this room, knows its job


@job("identity.sweep")
def sweep(by: Actor) -> None:
    """Delete sessions that idleness ended, tries nobody counts any more, and links long dead."""
    now = timezone.now()
    sessions.sweep(now)
    Try.objects.filter(at__lt=now - timedelta(hours=1)).delete()
    Invitation.objects.filter(expires_at__lt=now - timedelta(days=30)).delete()
