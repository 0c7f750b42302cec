"""An import that is killed at any moment leaves whole chunks and its checkpoint; going on ends like an unbroken run."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from zhike.records.importing import apart

DRIVER = """
import sys
import django
django.setup()
from zhike.kernel.actor import Actor
from zhike.records.importing import actions, running
from zhike.records.importing.tests.carrying import planned, received
from zhike.records.models import Import
from pathlib import Path
by = Actor.system("test", door="cli")
row = Import.objects.order_by("-id").first()
if row is None:
    row = received(Path(sys.argv[1]), by)
    actions.begin_import(row, plan=planned(row, by), by=by)
print("ready", flush=True)
running.carry_out(row, by, size=40)
"""
ROWS = 1200
pytestmark = pytest.mark.process
CONTENT = {
    "customers_party": "name, mobile, phone, address, division, level, sort_key, completeness, custom",
    "customers_contactpoint": "kind, value, display, column",
    "customers_matchkey": "key",
    "customers_membership": "role, primary",
    "records_searchrow": "tokens, text",
    "kernel_event": "type, action, door, subject_type, payload",
}


def test_the_process_beside_an_import_starts() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=apart.start) as pool:
        assert pool.submit(os.getpid).result(120) != os.getpid()


def process(home: Path, path: Path) -> subprocess.Popen[bytes]:
    settings = {"ZHIKE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "zhike.config.settings", "DATABASE_URL": ""}
    settings["ZHIKE_LOG_LEVEL"] = "ERROR"
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(path)], env={**os.environ, **settings}, stdout=subprocess.PIPE
    )


def ended(running: subprocess.Popen[bytes]) -> int:
    """Its code when it has ended; nothing of it stays open."""
    with running:
        return running.wait(240)


def content(home: Path) -> str:
    """What stands in the tables, without ids and times."""
    found = hashlib.sha256()
    with sqlite3.connect(home / "zhike.sqlite3") as database:
        for table, columns in CONTENT.items():
            quoted = ", ".join(f'"{name.strip()}"' for name in columns.split(","))
            for row in sorted(map(str, database.execute(f"SELECT {quoted} FROM {table}"))):
                if "import." not in row:
                    found.update(row.encode())
    return found.hexdigest()


def whole_chunks(home: Path) -> tuple[int, int]:
    """Rows said to be read, customers that stand there: nothing in between."""
    with sqlite3.connect(home / "zhike.sqlite3") as database:
        found = database.execute(
            "SELECT checkpoint, json_extract(counts, '$.read'), json_extract(counts, '$.created') FROM records_import"
        ).fetchone()
        parties = database.execute("SELECT count(*) FROM customers_party").fetchone()[0]
        events = database.execute("SELECT count(*) FROM kernel_event WHERE type = 'party.created'").fetchone()[0]
    if found is None:
        return 0, parties
    checkpoint, read, created = (value or 0 for value in found)
    assert read % 40 == 0
    assert checkpoint == (read + 1 if read else 0)
    assert parties == events == created
    return read, parties


def killed_at(points: int, folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    path, fresh = folder / "rows.csv", folder / "fresh"
    lines = [f"杭州恒源{n}电器有限公司,138{n:08d},浙江省杭州市西湖区文三路{n}号,{'ABCD'[n % 4]}" for n in range(ROWS)]
    path.write_bytes("\n".join(["客户名称,手机,地址,等级", *lines]).encode("gb18030"))
    settings = {
        **os.environ,
        "ZHIKE_HOME": str(fresh),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "zhike.config.settings",
    }
    subprocess.run([sys.executable, "-m", "zhike", "migrate", "-v0"], env=settings, check=True, capture_output=True)
    unbroken = shutil.copytree(fresh, folder / "unbroken")
    began = time.monotonic()
    assert ended(process(unbroken, path)) == 0
    whole = time.monotonic() - began
    assert whole_chunks(unbroken) == (ROWS, ROWS)
    broken, kills = shutil.copytree(fresh, folder / "broken"), 0
    while kills < points:
        running = process(broken, path)
        assert running.stdout is not None
        running.stdout.readline()
        time.sleep(chance.uniform(0, whole / points))
        running.send_signal(signal.SIGKILL)
        ended(running)
        kills += 1
        if whole_chunks(broken)[0] == ROWS:
            break
    assert ended(process(broken, path)) in (0, 1)  # 1: it was whole already
    assert whole_chunks(broken) == (ROWS, ROWS)
    assert content(broken) == content(unbroken)


def test_T77_a_killed_import_leaves_whole_chunks_and_goes_on(tmp_path: Path) -> None:
    killed_at(3, tmp_path, seed=1)


@pytest.mark.long
def test_T77_killed_at_twenty_points(tmp_path: Path) -> None:
    killed_at(20, tmp_path, seed=2)
