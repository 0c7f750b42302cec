"""Rows of activities: touches and tasks. Both are seen with their customer, and by whoever did or has to do them."""

from __future__ import annotations

from typing import ClassVar

import auto_prefetch
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.activities.terms import Direction, TouchKind
from zhike.kernel.models import OwnedRecord, RecordQuerySet, Scope

WITH_PARTY = Scope(
    owner="party__owner_id", team="party__team_id", circle="party__pool_id", record="party_id", own=("owner_id",)
)


class Touch(OwnedRecord):
    """One time somebody was in touch with a customer, or noted something about them."""

    record_type: ClassVar[str] = "touch"
    scope: ClassVar[Scope] = WITH_PARTY

    party = auto_prefetch.ForeignKey("customers.Party", models.PROTECT, related_name="touches")
    person = auto_prefetch.ForeignKey("customers.Party", models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(_("Kind"), max_length=10, choices=TouchKind.choices, default=TouchKind.NOTE)
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.OUT)
    at = models.DateTimeField(_("When"), default=timezone.now)
    text = models.TextField(_("What happened"), blank=True)
    minutes = models.PositiveIntegerField(_("Minutes"), null=True, blank=True)
    place = models.CharField(_("Place"), max_length=200, blank=True)

    class Meta(OwnedRecord.Meta):
        indexes = [
            models.Index(fields=["party", "-at", "-id"], name="touch_party"),
            models.Index(fields=["owner", "-at", "-id"], name="touch_owner"),
            models.Index(fields=["-at", "-id"], name="touch_at"),
        ]

    def __str__(self) -> str:
        return self.text[:40] or str(self.get_kind_display())


class TaskQuerySet(RecordQuerySet["Task"]):
    """Adjectives of tasks."""

    def open(self) -> TaskQuerySet:
        """Still to be done."""
        return self.filter(done_at=None)


class Task(OwnedRecord):
    """Something somebody has to do by a time; `reason` says why it is there."""

    record_type: ClassVar[str] = "task"
    scope: ClassVar[Scope] = WITH_PARTY

    party = auto_prefetch.ForeignKey("customers.Party", models.PROTECT, null=True, blank=True, related_name="tasks")
    name = models.CharField(_("What to do"), max_length=200)
    due_at = models.DateTimeField(_("Due"), null=True, blank=True)
    all_day = models.BooleanField(default=True)
    reason = models.CharField(_("Reason"), max_length=400, blank=True)
    important = models.BooleanField(_("Important"), default=False)
    done_at = models.DateTimeField(_("Done"), null=True, blank=True)
    touch = auto_prefetch.ForeignKey(Touch, models.SET_NULL, null=True, blank=True, related_name="tasks")

    objects = TaskQuerySet.as_manager()  # type: ignore[misc]

    class Meta(OwnedRecord.Meta):
        indexes = [
            models.Index(
                fields=["owner", "due_at", "id"], name="task_open", condition=models.Q(done_at=None, archived_at=None)
            ),
            models.Index(fields=["party", "due_at"], name="task_party"),
            models.Index(fields=["due_at", "id"], name="task_due"),
        ]

    def __str__(self) -> str:
        return self.name
