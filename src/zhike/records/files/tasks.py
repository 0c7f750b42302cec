"""Recurring work on files."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from zhike.kernel.actor import Actor
from zhike.kernel.jobs import job
from zhike.records.files import store


@job("records.sweep_files")
def sweep_files(by: Actor, **_data: Any) -> int:
    """Bytes that were sent and never attached."""
    return store.sweep(timezone.now())
