"""The words of a handover: where a leaver's customers go."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.records import notices

RECEIVED = notices.kind(
    "handover.received", _("%(who)s handed over to you what was %(person)s's: %(count)s records"), "arrows-exchange"
)


class Way(models.TextChoices):
    """Where the customers go; everything about them goes with them."""

    PERSON = "person", _("To one person")
    RULE = "rule", _("By the assignment rules")
    POOL = "pool", _("To the pool")


@dataclass(frozen=True, slots=True)
class Holding:
    """What a leaver holds of one record type: how many, and the first few names."""

    type: str
    label: str | Promise
    icon: str
    total: int
    names: tuple[str, ...]
