"""Bringing an archive back: checked whole first, built beside the old data, put in its place in one step."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.graph import MigrationGraph
from django.utils.translation import gettext as _

from zhike.kernel.errors import DomainError
from zhike.operate import archive, backup, erasures, preparing, rows

BATCH = 2000


def restore(path: Path, *, replace: bool = False, fingerprint: str = "") -> archive.Manifest:
    """The data and files of an archive. Raises DomainError, with nothing touched, when it must not be taken."""
    source = archive.Reader(path)
    check(source, fingerprint)
    if not replace and not is_vacant():
        message = _("There are data already. Say --yes to replace them; make a backup of them first.")
        raise DomainError("not_empty", message)
    with staged_files(source) as put_in_place:
        if connection.vendor == "sqlite":
            _into_new_file(source)
        else:
            _in_one_transaction(source)
        put_in_place()
    finish()
    return source.manifest


def check(source: archive.Reader, fingerprint: str) -> None:
    """Whether this version may take the archive."""
    if fingerprint and source.fingerprint != fingerprint:
        raise archive.refused("other_backup", _("This is another backup: its fingerprint is %(digest)s.") % {
            "digest": source.fingerprint})  # fmt: skip
    if unknown := preparing.unknown_migrations(source.manifest.migrations):
        message = _("The backup was made by a newer version (%(version)s, %(name)s). Install that version first.")
        values = {"version": source.manifest.version, "name": ".".join(unknown[0])}
        raise archive.refused("newer_backup", message % values)
    expected = {table.name: list(table.columns) for table in tables_of(source)}
    for name, entry in source.manifest.tables.items():
        if entry.columns != expected.get(name):
            raise archive.damaged(name)


def tables_of(source: archive.Reader) -> list[rows.Table]:
    """The archive's tables as its own version described them."""
    wanted = source.manifest.tables
    return [table for table in rows.tables(rows.apps_at(source.manifest.migrations)) if table.name in wanted]


def is_vacant() -> bool:
    """Whether the target holds nothing worth keeping: no tables, or nobody and no events."""
    if preparing.is_empty():
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM identity_user), (SELECT count(*) FROM (SELECT 1 FROM kernel_event LIMIT 1) e)"
        )
        return not any(cursor.fetchone())


def _into_new_file(source: archive.Reader) -> None:
    """SQLite: a new database file beside the old one, verified, then renamed over it."""
    target = Path(str(connection.settings_dict["NAME"]))
    building = target.with_name(target.name + ".restoring")
    connections.close_all()
    drop_file(building)
    connection.settings_dict["NAME"] = str(building)
    try:
        _build(source)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            if (found := cursor.fetchone()[0]) != "ok":
                raise DomainError("restore_failed", str(found)[:200])
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except BaseException:
        connections.close_all()
        drop_file(building)
        raise
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = str(target)
    with building.open("rb+") as file:
        os.fsync(file.fileno())
    drop_side_files(target)
    building.replace(target)
    drop_side_files(building)
    sync_folder(target.parent)


def drop_file(path: Path) -> None:
    """A database file and what SQLite keeps beside it."""
    path.unlink(missing_ok=True)
    drop_side_files(path)


def drop_side_files(path: Path) -> None:
    """The write-ahead log and its index."""
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def sync_folder(path: Path) -> None:
    """Make renames in a folder last through a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _in_one_transaction(source: archive.Reader) -> None:
    """PostgreSQL: old tables out, archive in, in one transaction: others see the old or the new."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL lock_timeout = '30s'")
            for name in our_tables():
                cursor.execute(f"DROP TABLE IF EXISTS {connection.ops.quote_name(name)} CASCADE")
        _build(source)


def our_tables() -> list[str]:
    """Tables that belong to installed capabilities; whatever else lives in the database stays."""
    from django.apps import apps

    labels = tuple(f"{config.label}_" for config in apps.get_app_configs())
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)} | {"django_migrations"}
    return [name for name in connection.introspection.table_names() if name in known or name.startswith(labels)]


def _build(source: archive.Reader) -> None:
    """Tables as the archive's version had them, its rows, then this version's migrations."""
    executor = MigrationExecutor(connection)
    executor.migrate(tips(executor.loader.graph, source.manifest.migrations))
    with transaction.atomic():
        clear_seeded(tables_of(source))
        for table in tables_of(source):
            load(table, source)
        settle(source)
    call_command("migrate", interactive=False, verbosity=0)


def tips(graph: MigrationGraph, done: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of these migrations, those that no other of them builds on."""
    nodes = {node for node in done if node in graph.node_map}
    return sorted(node for node in nodes if not any(child.key in nodes for child in graph.node_map[node].children))


def clear_seeded(tables: list[rows.Table]) -> None:
    """Rows that migrations wrote come again with the archive."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            name = connection.ops.quote_name(table.name)
            cursor.execute(f"SELECT 1 FROM {name} LIMIT 1")  # noqa: S608 - our own names
            if cursor.fetchone():
                cursor.execute(f"DELETE FROM {name}")  # noqa: S608 - our own names


def load(table: rows.Table, source: archive.Reader) -> None:
    """The rows of one table."""
    found = rows.parsed(table, source.lines(table.name), connection.vendor)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table.quoted} FROM STDIN") as copy:
                for row in found:
                    copy.write_row(row)
            return
        raw = connection.connection
        places = ", ".join("?" * len(table.columns))
        raw.executemany(f"INSERT INTO {table.quoted} VALUES ({places})", found)  # noqa: S608 - our own names


def settle(source: archive.Reader) -> None:
    """Every reference leads somewhere, every table has the rows that were written, counters go on after the last."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables_of(source):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table.name)}")  # noqa: S608 - our own names
            if cursor.fetchone()[0] != source.manifest.tables[table.name].rows:
                raise DomainError("restore_failed", table.name)
    reset_counters(source)


def reset_counters(source: archive.Reader) -> None:
    """PostgreSQL's sequences."""
    from django.core.management.color import no_style

    names = set(source.manifest.tables)
    apps = rows.apps_at(source.manifest.migrations)
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in names]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


@contextlib.contextmanager
def staged_files(source: archive.Reader) -> Iterator[Callable[[], None]]:
    """Unpack beside the old files; the given function puts them in place once the database is there."""
    home, folder = Path(settings.HOME), backup.files_folder()
    staging = home / "files.restoring"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True)

    def put_in_place() -> None:
        old = home / "files.replaced"
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        (staging / "uploads").mkdir(exist_ok=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(staging / "uploads", folder)
        shutil.rmtree(old, ignore_errors=True)
        keep_key(staging / backup.KEY, home / backup.KEY)
        if (people := staging / erasures.NAME).exists():
            erasures.join(people.read_text().splitlines())

    try:
        source.unpack(staging)
        yield put_in_place
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def keep_key(given: Path, mine: Path) -> None:
    """The key that the archive's secrets are sealed with; an own one is kept aside."""
    if not given.exists() or (mine.exists() and mine.read_bytes() == given.read_bytes()):
        return
    if mine.exists():
        mine.replace(mine.with_name("secret-key.before-restore"))
    shutil.copyfile(given, mine)
    mine.chmod(0o600)
    settings.SECRET_KEY = mine.read_text().strip()


def finish() -> None:
    """What is derived is made anew, and whoever was erased since stays erased."""
    from zhike.operate.check import rebuild_search

    connections.close_all()
    erasures.replay(erasures.listed())
    rebuild_search()
