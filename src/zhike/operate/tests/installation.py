"""A real installation of the product in a folder of its own, run by the same commands that people type."""

from __future__ import annotations

import atexit
import json
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from zhike.operate.bench_load import Client, Tree

WITHIN = 240.0  # seconds; a busy machine starts slowly, a quiet one never waits so long
PASSWORD = "Kept-in-mind-7391"
START = f"""
from zhike.operate import preparing, user
from zhike.identity.access import actor_of
from zhike.identity.actions.mine import create_token
preparing.migrate()
preparing.collect_static()
user.main(["add", "boss", "--name", "王总", "--role", "administrator"])
user.set_password_of_person(user.person("boss"), password="{PASSWORD}", by=user.BY)
print(create_token(name="test", read_only=False, by=actor_of(user.person("boss").pk))["key"])
"""


class Installation:
    """A data folder and its database, on the database that this test run speaks to."""

    def __init__(self, home: Path, *, sqlite: bool = False, **settings: str) -> None:
        self.home, self.password = home, PASSWORD
        keep = {key: value for key, value in os.environ.items() if not key.startswith(("ZHIKE_", "PYTEST"))}
        self.environment = keep | {"ZHIKE_HOME": str(home), "ZHIKE_LANG": "en"} | settings
        self.database = self.token = ""
        if sqlite:
            self.environment.pop("DATABASE_URL", None)
        elif (url := os.environ.get("DATABASE_URL", "")).startswith("postgres"):
            self._make_database(url)

    def _make_database(self, url: str, template: str = "template1") -> None:
        import psycopg

        self.database, self.server = f"zhike_test_{secrets.token_hex(6)}", url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{self.database}" TEMPLATE "{template}"'.encode())
        self.environment["DATABASE_URL"] = url.rsplit("/", 1)[0] + f"/{self.database}"

    def drop(self) -> None:
        """Leave nothing behind."""
        if self.database:
            import psycopg

            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)'.encode())

    def run(self, *words: str, text: str = "", ok: bool = True) -> subprocess.CompletedProcess[str]:
        """A command; it must succeed unless the test says otherwise."""
        command = [sys.executable, "-m", "zhike", *words]
        done = subprocess.run(command, env=self.environment, input=text, capture_output=True, text=True, timeout=300)
        if ok:
            assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr[-3000:]}"
        return done

    def people(self) -> str:
        """Tables, an administrator, and a token of theirs: made once for the test run, then copied."""
        kept = first_installation(bool(self.database))
        self.become(kept)
        return kept.token

    def become(self, other: Installation) -> None:
        """A copy of another one that nobody is using."""
        shutil.copytree(other.home, self.home, dirs_exist_ok=True)
        if self.database:
            self.drop()
            self._make_database(self.server, other.database)

    def script(self, text: str) -> str:
        """The last line that a script in the product's shell prints."""
        return self.run("shell", "--verbosity", "0", "-c", text).stdout.strip().splitlines()[-1]

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows, asked past the product: what really lies in the database."""
        if not self.database:
            with closing(sqlite3.connect(self.home / "zhike.sqlite3", timeout=20)) as connection:
                return connection.execute(statement).fetchall()
        import psycopg

        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(statement.encode()).fetchall()

    @contextmanager
    def serving(self) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
        """A running server; ends with the test."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "zhike", "serve", "--port", str(port)]
        process = subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until_ready(port, process)
            yield port, process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(WITHIN)

    def manifest(self, file: Path) -> dict[str, Any]:
        """Make a backup and read what it says about itself."""
        import zipfile

        self.run("backup", str(file))
        with zipfile.ZipFile(file) as archive:
            found: dict[str, Any] = json.loads(archive.read("manifest.json"))
        return found


@cache
def first_installation(postgres: bool) -> Installation:
    """The installation that others are copies of."""
    folder = Path(tempfile.mkdtemp(prefix="zhike-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = Installation(folder / "home", sqlite=not postgres)
    atexit.register(made.drop)
    made.token = made.script(START)
    return made


def wait_until_ready(port: int, process: subprocess.Popen[bytes] | None = None) -> None:
    """Until the health page answers."""
    ending = time.monotonic() + WITHIN
    while time.monotonic() < ending:
        assert process is None or process.poll() is None, "the server ended"
        try:
            if Client(port).ask("GET", "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not answer")


def web_pids(process: subprocess.Popen[bytes]) -> list[int]:
    """The children of the supervisor: web processes and the worker, oldest first."""
    return sorted(pid for pid in Tree(process.pid).pids() if pid != process.pid)
