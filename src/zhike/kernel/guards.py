"""Triggers that make the ledger append-only, in both databases: the one thing they let through is a first position."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

COLUMNS = [
    "id",
    "at",
    "type",
    "action",
    "door",
    "actor_id",
    "real_actor_id",
    "subject_type",
    "subject_id",
    "customer_id",
    "caused_by",
    "batch_id",
    "request_id",
    "address",
    "payload",
    "detail_digest",
    "digest",
]
UNTOUCHED = " AND ".join(f"OLD.{c} IS NOT DISTINCT FROM NEW.{c}" for c in COLUMNS)
FILLING = f"OLD.position IS NULL AND NEW.position IS NOT NULL AND {UNTOUCHED}"
ERASED = "EXISTS (SELECT 1 FROM kernel_erasure e WHERE e.event_id = OLD.event_id)"

# table, what is refused, and the condition under which it is let through
RULES = (
    ("kernel_event", "UPDATE", FILLING),
    ("kernel_event", "DELETE", ""),
    ("kernel_eventdetail", "UPDATE", ""),
    ("kernel_eventdetail", "DELETE", ERASED),
    ("kernel_erasure", "UPDATE", ""),
    ("kernel_erasure", "DELETE", ""),
    ("kernel_seal", "UPDATE", ""),
    ("kernel_seal", "DELETE", ""),
)


def _name(table: str, verb: str) -> str:
    return f"{table}_no_{verb.lower()}"


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the guards up."""
    with connection.cursor() as cursor:
        for table, verb, allowed in RULES:
            condition = f"NOT ({allowed})" if allowed else "1 = 1"
            name, refusal = _name(table, verb), f"the ledger is append-only: {verb} on {table}"
            if connection.vendor == "sqlite":
                when = condition.replace("IS NOT DISTINCT FROM", "IS")
                cursor.execute(
                    f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {verb} ON {table} WHEN {when} "
                    f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
                )
                continue
            row = "NEW" if verb == "UPDATE" else "OLD"
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ BEGIN IF {condition} THEN "
                f"RAISE EXCEPTION '{refusal}'; END IF; RETURN {row}; END $$ LANGUAGE plpgsql"
            )
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
            )


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the guards down: for a migration that rebuilds a table, and for a restore."""
    with connection.cursor() as cursor:
        for table, verb, _allowed in RULES:
            on = "" if connection.vendor == "sqlite" else f" ON {table}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {_name(table, verb)}{on}")
