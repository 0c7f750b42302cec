"""The empty test database, made by all migrations once and then taken as it was: they are a tenth of a short run.

A pytest plugin. SQLite only, whose databases are copied whole in milliseconds.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import zhike


def _made_by(config: pytest.Config) -> Path | None:
    """The file that holds what the present migrations make, and the code they call; None where nothing may be kept."""
    if config.cache is None:
        return None
    package = Path(zhike.__file__).parent
    sources = [*package.glob("**/migrations/*.py"), *package.glob("kernel/*.py"), package / "records" / "models.py"]
    digest = hashlib.sha256((package.parents[1] / "requirements" / "base.txt").read_bytes())
    for path in sorted(sources):
        digest.update(path.read_bytes())
    return Path(config.cache.mkdir("database")) / f"{digest.hexdigest()[:16]}.sqlite3"


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> None:
    """As always; afterwards the database is kept for the next run."""
    from django.db import connection

    kept = _made_by(request.config)
    if kept is None or kept.exists() or connection.vendor != "sqlite":
        return
    for older in kept.parent.glob("*.sqlite3"):
        older.unlink(missing_ok=True)
    written = kept.with_suffix(f".{os.getpid()}")
    with django_db_blocker.unblock():
        connection.ensure_connection()
        copy = sqlite3.connect(written)
        connection.connection.backup(copy)
        copy.close()
    written.replace(kept)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> Iterator[None]:
    """Before the first question of the migrations: what they would make is there already."""
    from django.db.backends.signals import connection_created

    kept = _made_by(request.config)

    def fill(connection: Any, **_told: Any) -> None:
        if connection.vendor == "sqlite" and kept is not None and kept.exists() and connection.is_in_memory_db():
            tables = connection.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if not tables[0]:
                source = sqlite3.connect(kept)
                source.backup(connection.connection)
                source.close()

    connection_created.connect(fill)
    yield
    connection_created.disconnect(fill)
