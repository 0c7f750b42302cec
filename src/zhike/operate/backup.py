"""`zhike backup`, `zhike restore`, `zhike upgrade`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.utils.translation import gettext as _

from zhike import __version__
from zhike.kernel.errors import DomainError
from zhike.operate import archive, erasures, health, preparing, rows

KEY = "secret-key"


def derived_tables() -> frozenset[str]:
    """Tables that are made from others and rebuilt after a restore."""
    return frozenset(name for name in connection.introspection.table_names() if "search" in name)


def write(path: Path) -> archive.Manifest:
    """Everything into one file, while people work: the moment is the one at which this begins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    began = time.monotonic()
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as target, rows.Snapshot() as snapshot:
            manifest, fingerprint = _write_into(target, snapshot)
            target.flush()
            os.fsync(target.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    health.note(
        "backup", file=path.name, bytes=path.stat().st_size, seconds=round(time.monotonic() - began, 1),
        moment=manifest.at, fingerprint=fingerprint,
    )  # fmt: skip
    return manifest


def _write_into(target: IO[bytes], snapshot: rows.Snapshot) -> tuple[archive.Manifest, str]:
    migrations = snapshot.migrations()
    manifest = archive.Manifest(__version__, datetime.now(UTC).isoformat(), snapshot.vendor, migrations)
    writer = archive.Writer(target, manifest)
    for table in rows.tables(rows.apps_at(migrations), derived_tables()):
        found = snapshot.fetch(rows.select(table, snapshot.vendor))
        writer.table(table.name, table.columns, rows.lines(table, found, snapshot.vendor))
    for name, path in kept_files():
        writer.file(name, path)
    return manifest, writer.close()


def kept_files() -> list[tuple[str, Path]]:
    """Uploaded files, the list of erasures, and the key that seals secrets in the database (where it is a file)."""
    home, folder = Path(settings.HOME), files_folder()
    found = [
        (f"uploads/{path.relative_to(folder).as_posix()}", path) for path in sorted(folder.rglob("*")) if path.is_file()
    ]
    found += [(name, home / name) for name in (KEY, erasures.NAME) if (home / name).exists()]
    return found


def files_folder() -> Path:
    """Where uploaded files lie."""
    return Path(default_storage.path("."))


def backups_folder() -> Path:
    """Where backups go that the product makes by itself."""
    return Path(settings.HOME) / "backups"


def before_change(pending: int) -> Path:
    """The automatic backup before the database is changed by a new version."""
    path = backups_folder() / f"before-{__version__}-{datetime.now(UTC):%Y%m%d-%H%M%S}.zhike"
    print(
        _("%(count)s change(s) to the database; first a backup: %(path)s") % {"count": pending, "path": path},
        flush=True,
    )
    write(path)
    return path


def local_time(moment: str) -> str:
    """A moment of a manifest as this machine's clock would show it."""
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def explain(error: DomainError) -> int:
    """A refusal on the command line."""
    print(str(error), file=sys.stderr)
    return 1


def main_backup(arguments: list[str]) -> int:
    """`zhike backup FILE`."""
    parser = argparse.ArgumentParser(prog="zhike backup")
    parser.add_argument("file", type=Path)
    wanted = parser.parse_args(arguments)
    began = time.monotonic()
    manifest = write(wanted.file)
    count = sum(entry.rows for entry in manifest.tables.values())
    message = _("%(file)s: %(rows)s rows, %(files)s files, %(megabytes).1f MB in %(seconds).1f s.")
    size = wanted.file.stat().st_size / 1e6
    values = {"file": wanted.file, "rows": f"{count:,}", "files": len(manifest.files), "megabytes": size}
    print(message % {**values, "seconds": time.monotonic() - began})
    print(_("Fingerprint: %(digest)s") % {"digest": health.noted("backup")["fingerprint"]})
    print(_("RPO: it holds everything up to %(moment)s. Keep it like the database itself: it holds the keys too.") % {
        "moment": local_time(manifest.at)})  # fmt: skip
    return 0


def main_restore(arguments: list[str]) -> int:
    """`zhike restore FILE [--yes] [--fingerprint DIGEST]`."""
    from zhike.operate import restoring, serve

    parser = argparse.ArgumentParser(prog="zhike restore")
    parser.add_argument("file", type=Path)
    parser.add_argument("--yes", action="store_true", help=_("replace the data that are there"))
    parser.add_argument("--fingerprint", default="", help=_("refuse any other archive than this one"))
    wanted = parser.parse_args(arguments)
    began = time.monotonic()
    try:
        with serve.only_one(Path(settings.HOME)) as alone:
            if not alone:
                raise DomainError("serving", _("End `zhike serve` first: a restore replaces the data under it."))
            manifest = restoring.restore(wanted.file, replace=wanted.yes, fingerprint=wanted.fingerprint)
    except DomainError as error:
        return explain(error)
    count = sum(entry.rows for entry in manifest.tables.values())
    print(_("Restored: %(rows)s rows, %(files)s files.") % {"rows": f"{count:,}", "files": len(manifest.files)})
    message = _("RPO: the data are those of %(moment)s. RTO: %(seconds).1f s. Everybody signs in again.")
    print(message % {"moment": local_time(manifest.at), "seconds": time.monotonic() - began})
    return 0


def main_upgrade(arguments: list[str]) -> int:
    """`zhike upgrade`: backup, migrate, check."""
    from zhike.operate import check, serve

    argparse.ArgumentParser(prog="zhike upgrade").parse_args(arguments)
    kept: Path | None = None
    try:
        with serve.only_one(Path(settings.HOME)) as alone:
            if not alone:
                raise DomainError("serving", _("End `zhike serve` first, then upgrade and start it again."))
            if (pending := preparing.pending_migrations()) and not preparing.is_empty():
                kept = before_change(len(pending))
            preparing.migrate()
            preparing.collect_static()
    except DomainError as error:
        return explain(error)
    except Exception:
        if kept is not None:
            print(_("The upgrade failed. Go back with the earlier version and: zhike restore %(path)s --yes") % {
                "path": kept}, file=sys.stderr)  # fmt: skip
        raise
    print(_("The database is that of version %(version)s.") % {"version": __version__})
    return check.main(["ledger"])
