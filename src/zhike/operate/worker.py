"""The worker process: seals the ledger, feeds its readers, fires schedules; a second thread does the jobs."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from zhike.operate.supervise import AGAIN

SHORTEST, LONGEST = 0.1, 1.0  # seconds between two looks: short after work, longer while nothing happens
MOST_MEMORY = 160 * 1024 * 1024  # a worker that grew beyond this asks for a fresh start when it is idle
log = logging.getLogger("zhike.worker")


def load_jobs() -> None:
    """Import every capability's `tasks`, where its jobs register themselves."""
    from zhike.config.capabilities import CAPABILITIES

    for capability in (*CAPABILITIES, "zhike.operate"):
        if find_spec(f"{capability}.tasks") is not None:
            import_module(f"{capability}.tasks")


def run() -> int:
    """Until a signal; the exit code tells the supervisor whether a fresh start is wanted."""
    from zhike.operate import leases

    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_received: ending.set())
    load_jobs()
    with leases.held() as worker_id:
        looks = [
            Loop("jobs", one_job(worker_id), ending),
            Loop("ledger", follow_ledger(), ending, rest=SHORTEST),
        ]
        threads = [threading.Thread(target=loop.run, name=loop.name, daemon=True) for loop in looks]
        for thread in threads:
            thread.start()
        fresh = watch(threads, looks, ending)
        ending.set()
        for thread in threads:
            thread.join(timeout=7)
    return AGAIN if fresh else 0


def watch(threads: list[threading.Thread], looks: list[Loop], ending: threading.Event) -> bool:
    """Wait for the end. True when the process should be replaced: a thread died, or it is large and idle."""
    while not ending.wait(5):
        if not all(thread.is_alive() for thread in threads):
            return True
        if all(loop.idle for loop in looks) and memory() > MOST_MEMORY:
            log.info("the worker makes room")
            return True
    return False


def memory() -> int:
    """Resident bytes; 0 where the system does not say."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


class Loop:
    """Calls `look` again and again: soon after work, ever more slowly while there is none.

    `rest` is how soon. The ledger rests, so that of many small writes some are sealed together: sealing each by itself
    took the writers' lock as often as they did, and a core.
    """

    def __init__(self, name: str, look: Callable[[], bool], ending: threading.Event, rest: float = 0.0) -> None:
        self.name, self.look, self.ending, self.rest = name, look, ending, rest
        self.idle = False

    def run(self) -> None:
        """Until the end; an error is told, and the next look comes later."""
        from django.db import close_old_connections, connections

        pause = SHORTEST
        while not self.ending.is_set():
            try:
                worked = self.look()
            except Exception:
                log.exception("%s: the look failed", self.name)
                connections.close_all()
                worked, pause = False, LONGEST
            self.idle = not worked
            if worked:
                pause = SHORTEST
                self.ending.wait(self.rest)
                continue
            self.ending.wait(pause)
            pause = min(pause * 1.5, LONGEST)
            close_old_connections()
        connections.close_all()


def one_job(worker_id: str) -> Callable[[], bool]:
    """A look at the queue: take back what dead workers held, then do the next job."""
    from zhike.operate import leases, queue

    checked = 0.0

    def look() -> bool:
        nonlocal checked
        if time.monotonic() - checked > leases.LOOK_EVERY:
            checked = time.monotonic()
            leases.retake(worker_id)
        return queue.work_one(worker_id)

    return look


def follow_ledger() -> Callable[[], bool]:
    """A look at ledger and clock: seal what was committed, feed the readers, fire what is due."""
    from zhike.kernel import ledger
    from zhike.operate import schedules
    from zhike.operate.readers import feed

    schedules.arrange()
    fired = 0.0

    def look() -> bool:
        nonlocal fired
        sealed = ledger.seal() if has_unsealed() else 0
        moved = feed()
        if time.monotonic() - fired >= 1:
            fired = time.monotonic()
            schedules.fire()
        return bool(sealed or moved)

    return look


def has_unsealed() -> bool:
    """A look without a lock: sealing itself takes the writers' lock on SQLite."""
    from zhike.kernel.models import Event

    return Event.objects.filter(position__isnull=True).exists()


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhike.config.settings")
    django.setup()
    raise SystemExit(run())
