"""The product as two web processes on a copy of the test's database: races are run where they happen."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.db import connection

SECONDS, COPY = 120, "race.sqlite3"  # a busy machine is slow; nobody waits longer than it takes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: dict[str, str]

    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass(frozen=True, slots=True)
class Served:
    """A running product."""

    port: int

    def call(self, key: str, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One call of a machine."""
        sent = {"Authorization": f"Bearer {key}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        if body is not None:
            sent["Content-Type"] = "application/json"
        return self.send(method, path, orjson.dumps(body) if body is not None else None, sent)

    def browse(self, session: str, method: str, path: str, sent: tuple[bytes, str] | None = None) -> Answer:
        """One request of a browser that is signed in; `sent` is a form with its content type."""
        token = "x" * 32
        cookie = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}"
        body, kind = sent or (None, "text/plain")
        return self.send(method, path, body, {"Cookie": cookie, "X-CSRFToken": token, "Content-Type": kind})

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        """One request over a connection of its own."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            link.request(method, path, body, headers)
            got = link.getresponse()
            return Answer(got.status, got.read(), {name.lower(): value for name, value in got.getheaders()})
        finally:
            link.close()

    def at_once(self, calls: list[Callable[[], Answer]]) -> list[Answer]:
        """All of them at the same time."""
        with ThreadPoolExecutor(len(calls)) as pool:
            return [future.result() for future in [pool.submit(call) for call in calls]]


def surroundings(folder: Path, database: str) -> dict[str, str]:
    """What a process of the product is told."""
    settings_module = os.environ.get("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
    told = {"DATABASE_URL": database, "ZHIKE_HOME": str(folder), "ZHIKE_TESTING": "1"}
    return os.environ | told | {"DJANGO_SETTINGS_MODULE": settings_module}


@contextmanager
def beside(folder: Path, script: str) -> Iterator[subprocess.Popen[str]]:
    """One more process on the database of the web processes: it says `ready`, waits for a line, and then does its work."""
    database = f"sqlite:///{folder / COPY}" if connection.vendor == "sqlite" else database_url(folder)
    start = "import sys, django; django.setup(); print('ready', flush=True); sys.stdin.readline()\n"
    with (folder / "beside").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-c", start + script], env=surroundings(folder, database), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
        try:
            assert running.stdout and running.stdout.readline() == "ready\n", (folder / "beside").read_text()[-2000:]
            yield running
        finally:
            running.kill()
            running.communicate(timeout=SECONDS)


@contextmanager
def two_processes(folder: Path, database: str = "") -> Iterator[Served]:
    """Two web processes that see what the test has committed so far, or the database at that address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "zhike.config.wsgi:application"]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(
            command, env=surroundings(folder, database or database_url(folder)), stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_until_up(Served(port), running, folder / "log")
            yield Served(port)
        finally:
            running.terminate()
            running.wait(SECONDS)


def database_url(folder: Path) -> str:
    """Where the processes find the test's data: a copy of the database in memory, or the test's own on PostgreSQL."""
    if connection.vendor == "sqlite":
        path = folder / COPY
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        return f"sqlite:///{path}"
    parts = urlsplit(os.environ["DATABASE_URL"])
    return parts._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def wait_until_up(served: Served, running: subprocess.Popen[bytes], log: Path) -> None:
    """Until it answers; what it said when it does not."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and running.poll() is None:
        try:
            if served.call("", "GET", "/healthz").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the web processes did not come up:\n{log.read_text()[-2000:]}")
