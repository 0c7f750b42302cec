"""The one table of recurring work: name -> (cron in the organisation's zone, job)."""

from collections.abc import Mapping

SCHEDULES: Mapping[str, tuple[str, str]] = {}
