"""What must be so before anything is served: tables of this version, collected static files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from zhike import __version__
from zhike.kernel.bulk import patience
from zhike.kernel.errors import DomainError

Migration = tuple[str, str]


def unknown_migrations(applied: Iterable[Migration], loader: MigrationLoader | None = None) -> list[Migration]:
    """Migrations of installed capabilities that this version does not bring: they come from a newer one."""
    loader = loader or MigrationLoader(None)
    known = set(loader.disk_migrations)
    replaced = {pair for migration in loader.disk_migrations.values() for pair in migration.replaces}
    labels = {config.label for config in apps.get_app_configs()}
    return sorted(pair for pair in applied if pair[0] in labels and pair not in known and pair not in replaced)


def pending_migrations() -> list[Migration]:
    """What is still to be done to the database. A database of a newer version is refused."""
    executor = MigrationExecutor(connection)
    if unknown := unknown_migrations(executor.loader.applied_migrations, executor.loader):
        message = _(
            "The database was made by a newer version (%(names)s). Install that version, or restore a backup of this one."
        )
        raise DomainError(
            "newer_database", message % {"names": ", ".join(f"{app}.{name}" for app, name in unknown[:3])}
        )
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [(migration.app_label, migration.name) for migration, _backwards in plan]


def is_empty() -> bool:
    """Whether the database holds no tables of ours yet."""
    return "kernel_event" not in connection.introspection.table_names()


def migrate() -> None:
    """Bring the database to this version; an index of five million events takes its time."""
    with patience():
        call_command("migrate", interactive=False, verbosity=0)


def static_fingerprint() -> str:
    """Changes with the version and with any static file's size or time."""
    seen = hashlib.sha256(__version__.encode())
    for finder in get_finders():
        for path, storage in finder.list(None):
            found = Path(storage.path(path)).stat()
            seen.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return seen.hexdigest()


def collect_static() -> bool:
    """Gather static files with digests in their names, when they changed; the answer says whether they had."""
    root = Path(settings.STATIC_ROOT)
    stamp, fingerprint = root / ".stamp.json", static_fingerprint()
    if stamp.exists() and json.loads(stamp.read_text()).get("fingerprint") == fingerprint:
        return False
    root.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=False)
    stamp.write_text(json.dumps({"fingerprint": fingerprint, "version": __version__}))
    return True
