"""Rows of showrooms."""

from typing import ClassVar

import auto_prefetch
from django.db import models

from zhike.kernel.models import OwnedRecord


class Showroom(OwnedRecord):
    """A place where a customer shows our appliances."""

    record_type: ClassVar[str] = "showroom"

    name = models.CharField(max_length=80)
    style = models.CharField(max_length=10, blank=True)
    area = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    opened = models.DateField(null=True, blank=True)
    party = auto_prefetch.ForeignKey("customers.Party", models.PROTECT, null=True, blank=True, related_name="+")
