"""The one table of recurring work: name -> (cron in the organisation's zone, job)."""

from collections.abc import Mapping

SCHEDULES: Mapping[str, tuple[str, str]] = {
    "prune": ("17 3 * * *", "operate.prune"),
    "sweep-files": ("41 3 * * *", "records.sweep_files"),
    "sweep-sessions": ("7 * * * *", "identity.sweep"),
    "recycle-pools": ("5 1 * * *", "pool.recycle"),
    "prune-transfers": ("41 * * * *", "records.prune_transfers"),
    "find-duplicates": ("11 2 * * 6", "customers.find_duplicates"),
    "verify-ledger": ("23 4 * * 0", "operate.verify_ledger"),
}
