"""The server as a whole: killed, restarted, ended, asked; with real processes."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from zhike.operate.bench_load import Client, Tree, json_body
from zhike.operate.tests.installation import WITHIN, Installation, wait_until_ready, web_pids

pytestmark = pytest.mark.process
KILLS = 3


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "home")
    yield made
    made.drop()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, str, int, int]]:
    """A running server for tests that do it no harm: installation, token, port, process."""
    made = Installation(tmp_path_factory.mktemp("served") / "home")
    token = made.people()
    with made.serving() as (port, process):
        yield made, token, port, process.pid
    made.drop()


class Writers:
    """People who write without pause, and remember what was confirmed to them."""

    def __init__(self, port: int, token: str, count: int = 3) -> None:
        self.port, self.token, self.ending = port, token, threading.Event()
        self.confirmed: list[str] = []
        self.threads = [threading.Thread(target=self.write, args=(place,)) for place in range(count)]
        for thread in self.threads:
            thread.start()

    def write(self, place: int) -> None:
        client, number = Client(self.port, self.token), 0
        while not self.ending.is_set():
            number += 1
            body = json_body({"name": f"写入{place}之{number}有限公司", "form": "organisation"})
            try:
                status, text, _headers = client.ask(
                    "POST", "/api/customers", body, **{"Content-Type": "application/json"}
                )
            except (OSError, http.client.HTTPException):
                client = Client(self.port, self.token)
                time.sleep(0.05)
                continue
            if 200 <= status < 300:
                self.confirmed.append(json.loads(text)["id"])

    def wait_for(self, more: int) -> None:
        """Until so many more are confirmed, however slow the machine."""
        wanted, ending = len(self.confirmed) + more, time.monotonic() + WITHIN
        while len(self.confirmed) < wanted:
            assert time.monotonic() < ending, f"only {len(self.confirmed)} of {wanted} were confirmed"
            time.sleep(0.05)

    def stop(self) -> list[str]:
        self.ending.set()
        for thread in self.threads:
            thread.join(WITHIN)
        return self.confirmed


def three_children(process: subprocess.Popen[bytes], other_than: Iterable[int] = ()) -> list[int]:
    """Two web processes and the worker; a child that starts may ask the system something through one of its own."""
    ending = time.monotonic() + WITHIN
    while len(now := web_pids(process)) != 3 or set(now) & set(other_than):
        assert time.monotonic() < ending, f"children {now}, not three new ones"
        time.sleep(0.1)
    return now


def test_T76_what_was_confirmed_outlives_kill_9_under_write_load(installation: Installation) -> None:
    token = installation.people()
    with installation.serving() as (port, process):
        writers = Writers(port, token)
        for number in range(KILLS):
            writers.wait_for(more=10)
            os.kill(three_children(process)[number % 2], signal.SIGKILL)
        writers.wait_for(more=10)
        os.kill(process.pid, signal.SIGKILL)  # the supervisor too: its children must not live on
        process.wait(WITHIN)
        confirmed = writers.stop()
    assert len(confirmed) > KILLS
    kept = [UUID(str(pk)) for (pk,) in installation.sql("SELECT id FROM customers_party")]
    [(created,)] = installation.sql("SELECT count(*) FROM kernel_event WHERE type = 'party.created'")
    assert {UUID(pk) for pk in confirmed} <= set(kept), "confirmed, but gone"
    assert len(kept) == created, "a record without its event, or an event without its record"
    installation.run("check", "all")
    if not installation.database:
        assert installation.sql("PRAGMA integrity_check") == [("ok",)]
        assert installation.sql("PRAGMA foreign_key_check") == []


def test_children_that_die_come_back_and_a_signal_ends_all_within_ten_seconds(installation: Installation) -> None:
    with installation.serving() as (port, process):
        before = three_children(process)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        children = three_children(process, other_than=before)
        wait_until_ready(port)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert time.monotonic() - began < 10
        assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_a_first_start_prints_a_link_and_a_second_server_is_refused(installation: Installation) -> None:
    with installation.serving() as (port, _process):
        second = installation.run("serve", "--port", str(port + 1), ok=False)
        assert second.returncode == 1
        assert "Another server" in second.stderr
        taken = installation.run("serve", "--port", str(port), ok=False)
        assert taken.returncode == 1
        assert f"--port {port + 1}" in taken.stderr


Served = tuple[Installation, str, int, int]


def test_memory_of_the_whole_tree_stays_below_300_MB_after_load(served: Served) -> None:
    installation, token, port, pid = served
    writers = Writers(port, token, count=4)
    writers.wait_for(more=100)
    assert writers.stop()
    browser = Client(port)
    browser.sign_in("boss", installation.password)
    for path in ("/customers/", "/settings/health/", "/search/?q=ceshi"):
        assert browser.ask("GET", path)[0] == 200, path
    assert Tree(pid).pss_mb() < 300


SECRETS = (
    "Geheim-Passwort-4711", "13812345678", "zhang.canary@example.com", "110101199003074514", "secret-address-01234567890",
)  # fmt: skip


def test_T66_logs_hold_no_password_token_phone_or_number(served: Served) -> None:
    installation, token, port, _pid = served
    program, browser = Client(port, token), Client(port)
    browser.sign_in("boss", installation.password)
    password, phone, mail, number, secret = SECRETS
    body = {"name": "金丝雀有限公司", "form": "organisation", "mobile": phone, "email": mail, "note": number}
    for values in (body, {**body, "credit_code": number}, {"no_such_field": phone}):
        program.ask("POST", "/api/customers", json_body(values), **{"Content-Type": "application/json"})
    for path in (
        f"/search/?q={phone}",
        f"/customers/?q={mail}",
        f"/{secret}/",
        f"/join/{secret}/",
        f"/metrics?{number}",
    ):
        browser.ask("GET", path)
    form = f"username=boss&password={password}".encode()
    browser.ask("POST", "/signin/", form, **{"Content-Type": "application/x-www-form-urlencoded"})
    Client(port, password).ask("GET", "/api/customers")
    text = "".join(path.read_text() for path in (installation.home / "logs").glob("*.jsonl*"))
    assert text.count("\n") > 10
    assert not [found for found in (*SECRETS, token, installation.password) if found in text]
    lines = [json.loads(line) for line in text.splitlines()]
    assert {"request", "user", "route", "status", "ms", "cpu_ms"} <= set(
        next(line for line in lines if line.get("route"))
    )


SCRIPT = """
import os, sys, time, django
os.environ["DJANGO_SETTINGS_MODULE"] = "zhike.config.settings"
django.setup()
from zhike.kernel.jobs import job
from zhike.kernel.models import IdempotencyKey
from django.db import transaction
import uuid
@job("test.effect")
def effect(by, mark):
    with open(mark, "a") as file:
        file.write("begun\\n")
    with transaction.atomic():
        IdempotencyKey.objects.create(user_id=uuid.UUID(int=1), key=mark, fingerprint="x")
        if sys.argv[1] == "hang":
            time.sleep(60)
if sys.argv[1] == "queue":
    from zhike.kernel.jobs import enqueue
    from zhike.kernel.actor import Actor
    enqueue("test.effect", Actor.system("test"), mark=sys.argv[2])
else:
    from zhike.operate import worker
    sys.exit(worker.run())
"""


def script(installation: Installation, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SCRIPT, *words]
    return subprocess.Popen(command, env=installation.environment, stdout=subprocess.PIPE, text=True)


def state(installation: Installation, mark: Path) -> tuple[int, str]:
    [(status,)] = installation.sql("SELECT status FROM django_tasks_database_dbtaskresult")
    [(effects,)] = installation.sql(f"SELECT count(*) FROM kernel_idempotencykey WHERE key = '{mark}'")
    return effects, status


def test_T78_a_killed_worker_loses_no_job_and_the_effect_happens_once(
    installation: Installation, tmp_path: Path
) -> None:
    installation.people()
    mark = tmp_path / "mark"
    script(installation, "queue", str(mark)).communicate(timeout=WITHIN)
    first = script(installation, "hang")
    ending = time.monotonic() + WITHIN
    while not mark.exists() and time.monotonic() < ending:
        time.sleep(0.1)
    first.kill()
    first.communicate()
    assert state(installation, mark) == (0, "RUNNING")
    began = time.monotonic()
    second = script(installation, "work")
    while state(installation, mark)[1] != "SUCCESSFUL" and time.monotonic() - began < WITHIN:
        time.sleep(0.2)
    second.terminate()
    second.communicate(timeout=WITHIN)
    assert state(installation, mark) == (1, "SUCCESSFUL")
    assert mark.read_text() == "begun\nbegun\n"


@pytest.mark.long
def test_T85_an_hour_in_a_minute_memory_files_and_threads_stay_flat(installation: Installation) -> None:
    token = installation.people()
    with installation.serving() as (port, process):
        tree = Tree(process.pid)
        writers, browser = Writers(port, token), Client(port)
        browser.sign_in("boss", installation.password)
        seen: list[tuple[float, int, int]] = []
        for _minute in range(6):
            ending = time.monotonic() + 20
            while time.monotonic() < ending:
                browser.ask("GET", "/customers/")
            files = sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in tree.pids())
            threads = sum(len(list(Path(f"/proc/{pid}/task").iterdir())) for pid in tree.pids())
            seen.append((tree.pss_mb(), files, threads))
        writers.stop()
    warm, last = seen[2], seen[-1]
    assert last[0] - warm[0] < 5, seen
    assert last[1] <= warm[1] + 5, seen
    assert last[2] <= warm[2] + 2, seen
