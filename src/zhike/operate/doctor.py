"""`zhike doctor`: settings and surroundings that would lose, leak or spoil data, each with its remedy."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from zhike.identity.models import User
from zhike.kernel import guards
from zhike.operate import preparing

State = Literal["good", "warn", "bad"]
MARK = {"good": "✓", "warn": "!", "bad": "✗"}
LEAST_FREE = 1 << 30
SHORTEST_KEY = 40


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `bad` refuses to start in production; `warn` is told."""

    code: str
    state: State
    title: str
    remedy: str = ""


def judged(code: str, holds: bool, title: str, remedy: str, *, else_: State = "bad") -> Finding:
    """Good when it holds, otherwise with its remedy."""
    return Finding(code, "good", title) if holds else Finding(code, else_, title, remedy)


def pragma(name: str) -> Any:
    """One of SQLite's settings, as this connection has it."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        return cursor.fetchone()[0]


def shown(name: str) -> str:
    """One of PostgreSQL's settings."""
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def of_sqlite() -> Iterator[Finding]:
    """What keeps SQLite's data whole."""
    wanted = _("Remove what changes this setting; Zhike sets it at every connection.")
    yield judged("foreign_keys", pragma("foreign_keys") == 1, _("SQLite checks references (foreign_keys)"), wanted)
    yield judged(
        "wal",
        pragma("journal_mode") == "wal",
        _("SQLite writes ahead (journal_mode WAL)"),
        _("Keep the data folder on a local disk: network file systems cannot do this."),
    )
    yield judged("synchronous", pragma("synchronous") >= 2, _("SQLite waits for the disk (synchronous FULL)"), wanted)


def of_postgresql() -> Iterator[Finding]:
    """What keeps PostgreSQL's data whole."""
    for name in ("fsync", "full_page_writes"):
        title = _("PostgreSQL waits for the disk (%(setting)s)") % {"setting": name}
        remedy = _("Set %(setting)s = on in postgresql.conf and restart PostgreSQL.") % {"setting": name}
        yield judged(name, shown(name) == "on", title, remedy)
    found = shown("synchronous_commit")
    title = _("PostgreSQL confirms what is on disk (synchronous_commit)")
    yield judged(
        "synchronous_commit", found not in ("off",), title, _("Set synchronous_commit = on in postgresql.conf.")
    )
    yield judged(
        "pg_time_zone",
        shown("TimeZone") == "UTC",
        _("PostgreSQL speaks UTC to us"),
        _("Remove a TimeZone from DATABASE_URL."),
    )
    yield judged(
        "encoding",
        shown("server_encoding") == "UTF8",
        _("PostgreSQL stores UTF-8"),
        _("Make the database anew with ENCODING 'UTF8' and restore a backup into it."),
    )


WAYS_AROUND = """
WITH ledger AS (SELECT c.oid, c.relname AS name, c.relowner FROM pg_class c
                WHERE c.oid = ANY (SELECT to_regclass(t)::oid FROM unnest(%(tables)s::text[]) t))
SELECT 'superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION ALL SELECT 'owns the database' FROM pg_database
          WHERE datname = current_database() AND pg_has_role(current_user, datdba, 'MEMBER')
UNION ALL SELECT 'owns ' || name FROM ledger WHERE pg_has_role(current_user, relowner, 'MEMBER')
UNION ALL SELECT verb || ' ' || name FROM ledger, unnest(ARRAY['TRUNCATE', 'TRIGGER', 'UPDATE', 'DELETE']) verb
          WHERE has_table_privilege(current_user, oid, verb) AND NOT (verb = 'DELETE' AND name = 'kernel_eventdetail')
"""


def ways_around_the_guards() -> list[str]:
    """What PostgreSQL lets the product's own role do to the ledger that the product never does itself."""
    tables = sorted({table for table, _verb, _allowed in guards.RULES})
    with connection.cursor() as cursor:
        cursor.execute(WAYS_AROUND, {"tables": tables})
        return [row[0] for row in cursor.fetchall()]


def of_the_role() -> Iterator[Finding]:
    """Whether whoever holds the product's password for PostgreSQL could take the guards away."""
    ways = ways_around_the_guards()
    told = ways if len(ways) < 3 else [*ways[:2], "…"]
    remedy = _("It can (%(ways)s). Give the product a role of its own, as docs/operate/postgresql.md shows.")
    title = _("The database's role cannot take the ledger's guards away")
    yield judged("ledger_role", not ways, title, remedy % {"ways": ", ".join(told)}, else_="warn")


def of_database() -> Iterator[Finding]:
    """Tables of this version, guards of the ledger."""
    yield from of_sqlite() if connection.vendor == "sqlite" else of_postgresql()
    pending = preparing.pending_migrations()
    yield judged("migrations", not pending, _("The database is that of this version"), _("Run: zhike upgrade"))
    if not preparing.is_empty():
        missing = missing_guards()
        yield judged(
            "guards",
            not missing,
            _("The ledger is guarded against changes"),
            _("Missing: %(names)s. Run: zhike doctor --mend") % {"names": ", ".join(missing)},
        )
        if connection.vendor == "postgresql":
            yield from of_the_role()


def missing_guards() -> list[str]:
    """Triggers of the ledger that are not there."""
    wanted = {guards._name(table, verb) for table, verb, _allowed in guards.RULES}
    statement = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return sorted(wanted - {row[0] for row in cursor.fetchall()})


def of_settings() -> Iterator[Finding]:
    """What protects people."""
    key = settings.SECRET_KEY
    strong = len(key) >= SHORTEST_KEY and len(set(key)) >= 10
    yield judged(
        "secret_key",
        strong,
        _("The secret key is long and random"),
        _("Remove ZHIKE_SECRET_KEY: a good one is made in the data folder."),
    )
    yield judged("debug", not settings.DEBUG, _("Debugging is off"), _("Remove ZHIKE_DEBUG."))
    hosts = settings.ALLOWED_HOSTS
    yield judged(
        "hosts",
        bool(hosts) and "*" not in hosts,
        _("Only named hosts are answered"),
        _("Set ZHIKE_HOSTS to the names people use, such as crm.example.com."),
    )
    yield judged(
        "time_zone",
        settings.USE_TZ and settings.TIME_ZONE == "UTC",
        _("Times are stored in UTC"),
        _("Do not change TIME_ZONE; people see their own zone."),
    )
    if settings.PRODUCTION:
        yield judged(
            "https",
            settings.BASE_URL.startswith("https://"),
            _("People connect by https"),
            _("Set ZHIKE_URL to the https address; a reverse proxy does the encryption."),
        )
        yield judged("tests", not settings.TESTING, _("It does not run as a test"), _("Remove ZHIKE_TESTING."))
        demo = (Path(settings.HOME) / "demo-accounts.txt").exists()
        yield judged(
            "demo",
            not demo,
            _("There are no demo accounts"),
            _("Start with an empty data folder, or deactivate those people and remove demo-accounts.txt."),
        )
    else:
        yield Finding(
            "production",
            "warn",
            _("This is not marked as production"),
            _("Set ZHIKE_PRODUCTION=1 where a company works with it."),
        )


def of_surroundings() -> Iterator[Finding]:
    """Disk and file permissions."""
    home = Path(settings.HOME)
    free = shutil.disk_usage(home).free if home.exists() else 0
    title = _("Disk space: %(gigabytes).1f GB free") % {"gigabytes": free / 1e9}
    yield judged("disk", free > LEAST_FREE, title, _("Make room: below 1 GB writing may soon fail."))
    for name in ("secret-key", "demo-accounts.txt", "metrics-token", "zhike.sqlite3"):
        if (path := home / name).exists():
            private = not stat.S_IMODE(path.stat().st_mode) & 0o077
            strict: State = "warn" if name == "zhike.sqlite3" else "bad"
            title = _("%(file)s is readable by its owner alone") % {"file": name}
            yield judged(f"mode_{name}", private, title, _("Run: chmod 600 %(path)s") % {"path": path}, else_=strict)


def of_people() -> Iterator[Finding]:
    """Somebody can sign in."""
    if not preparing.is_empty():
        anybody = User.objects.filter(is_active=True).exists()
        yield judged(
            "people",
            anybody,
            _("Somebody can sign in"),
            _("Start zhike serve and use the link it prints, or: zhike user add NAME"),
            else_="warn",
        )


PARTS: tuple[Callable[[], Iterator[Finding]], ...] = (of_database, of_settings, of_surroundings, of_people)


def examine() -> list[Finding]:
    """Everything, in the language that is active."""
    return [finding for part in PARTS for finding in part()]


def mend() -> None:
    """Put back what can be put back without a choice: the ledger's guards."""
    guards.install(connection)


def main(arguments: list[str]) -> int:
    """`zhike doctor [--json] [--mend]`; the exit code is 1 when something is bad."""
    if unknown := set(arguments) - {"--json", "--mend"}:
        print(_("Unknown option %(option)s") % {"option": sorted(unknown)[0][:40]})
        return 2
    if "--mend" in arguments:
        mend()
    findings = examine()
    if "--json" in arguments:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            print(f"{MARK[finding.state]} {finding.title}")
            if finding.remedy:
                print(f"    → {finding.remedy}")
    return int(any(finding.state == "bad" for finding in findings))
