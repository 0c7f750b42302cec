"""A small client and a look at processes: time as the caller sees it, CPU and memory of the server's whole tree."""

from __future__ import annotations

import http.client
import json
import os
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Client:
    """One person's browser or program: a kept connection, cookies or a token."""

    def __init__(self, port: int, token: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.token = token

    def __del__(self) -> None:
        self.connection.close()

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes, Any]:
        """Status, body and headers of one exchange."""
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):
            if method != "GET":
                raise
            self.connection.close()  # a kept connection that was idle for long; a browser does the same
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        text = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _sign, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text, answer.headers

    def sign_in(self, username: str, password: str) -> None:
        """Through the page, like a person."""
        _status, page, _headers = self.ask("GET", "/signin/")
        found = CSRF.search(page.decode())
        form = {"username": username, "password": password, "csrfmiddlewaretoken": found.group(1) if found else ""}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _page, headers = self.ask("POST", "/signin/", urlencode(form).encode(), **kind)
        if status not in (302, 303) or "signin" in headers.get("Location", ""):
            raise RuntimeError(f"signing in as {username} was answered {status}")


@dataclass(frozen=True, slots=True)
class Measured:
    """One address, asked again and again."""

    cpu_ms: float
    p50_ms: float
    p95_ms: float
    queries: int


def measure(client: Client, tree: Tree, paths: Sequence[str], times: int, expect: bytes = b"") -> Measured:
    """Ask each path in turn, after a warm-up; anything but 200 with the expected bytes ends the bench."""
    asked: dict[
        str, int
    ] = {}  # of each path the least of three rounds: a process that does not know yet who asks, asks more
    spent = []
    for path in [*paths] * 3:
        status, body, headers = client.ask("GET", path)
        if status != 200 or expect not in body:
            raise RuntimeError(f"{path} was answered {status}: {body[:200]!r}")
        queries = int(headers.get("X-Zhike-Queries", 0))
        asked[path] = min(queries, asked.get(path, queries))
    before = tree.cpu()
    for number in range(times):
        began = time.perf_counter()
        client.ask("GET", paths[number % len(paths)])
        spent.append((time.perf_counter() - began) * 1000)
    cpu = (tree.cpu() - before) * 1000 / times
    return Measured(
        round(cpu, 2), round(statistics.median(spent), 1), round(percentile(spent, 0.95), 1), max(asked.values())
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def throughput(ask: Callable[[int], None], workers: int, seconds: float) -> float:
    """Calls per second of several callers at once."""
    counts, ending = [0] * workers, time.perf_counter() + seconds
    failures: list[BaseException] = []

    def call(place: int) -> None:
        try:
            while time.perf_counter() < ending:
                ask(place)
                counts[place] += 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=call, args=(place,)) for place in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(counts) / seconds


class Tree:
    """A process and all that descend from it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def pids(self) -> list[int]:
        """Their ids now."""
        parents: dict[int, list[int]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
        found, waiting = [], [self.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            waiting += parents.get(pid, [])
        return found

    def cpu(self) -> float:
        """Seconds of CPU they have used."""
        return sum(self._seconds(pid) for pid in self.pids())

    def _seconds(self, pid: int) -> float:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / TICK

    def pss_mb(self) -> float:
        """Memory in MB, shared pages counted once over all."""
        return round(sum(self._pss()) / 1024, 1)

    def _pss(self) -> Iterator[int]:
        for pid in self.pids():
            try:
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:
                continue
            yield next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def json_body(values: dict[str, Any]) -> bytes:
    """A body for the API."""
    return json.dumps(values).encode()
