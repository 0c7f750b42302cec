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
from django.db import connection

SECONDS = 30


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
        """One call over a connection of its own."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        sent = {"Authorization": f"Bearer {key}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        if body is not None:
            sent["Content-Type"] = "application/json"
        try:
            link.request(method, path, orjson.dumps(body) if body is not None else None, sent)
            got = link.getresponse()
            return Answer(got.status, got.read(), {name.lower(): value for name, value in got.getheaders()})
        finally:
            link.close()

    def at_once(self, calls: list[Callable[[], Answer]]) -> list[Answer]:
        """All of them at the same time."""
        with ThreadPoolExecutor(len(calls)) as pool:
            return [future.result() for future in [pool.submit(call) for call in calls]]


@contextmanager
def two_processes(folder: Path) -> Iterator[Served]:
    """Two web processes that see what the test has committed so far."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    surroundings = os.environ | {
        "DATABASE_URL": database_url(folder),
        "ZHIKE_HOME": str(folder),
        "ZHIKE_TESTING": "1",
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "zhike.config.settings"),
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "zhike.config.wsgi:application"]
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen(command, env=surroundings, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until_up(Served(port), running, folder / "log")
            yield Served(port)
        finally:
            running.terminate()
            running.wait(SECONDS)


def database_url(folder: Path) -> str:
    """Where the processes find the test's data: a copy of the database in memory, or the test's own on PostgreSQL."""
    if connection.vendor == "sqlite":
        path = folder / "race.sqlite3"
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
