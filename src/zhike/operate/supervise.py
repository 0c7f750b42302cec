"""One parent, its children by fork: what dies comes back with a growing pause, a signal ends all, nothing is polled."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

GRACE = 8.0  # seconds between asking a child to end and ending it
PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
CALM = 60.0  # seconds a child must live for its earlier deaths to be forgotten
AGAIN = 75  # the exit code by which a child asks for a fresh start, without a pause
log = logging.getLogger("zhike.serve")


@dataclass
class Child:
    """One process that is to be there always."""

    name: str
    work: Callable[[], int]
    pid: int = 0
    started: float = 0.0
    deaths: int = 0
    due: float = 0.0


@dataclass
class Supervisor:
    """Starts children, restarts those that die, passes the end on. Fork shares what the parent has already loaded."""

    children: list[Child] = field(default_factory=list)
    ending: bool = False

    def add(self, name: str, work: Callable[[], int]) -> None:
        """A child: `work` runs in it, and its answer is the exit code."""
        self.children.append(Child(name, work))

    def run(self) -> int:
        """Until a signal ends it."""
        with self._wakeable() as bell:
            while not self.ending:
                self._start_due()
                self._wait(bell)
                self._reap()
        return self._stop()

    @contextlib.contextmanager
    def _wakeable(self) -> Iterator[int]:
        """Signals wake the loop through a pipe, so that waiting costs nothing."""
        bell, ring = os.pipe()
        os.set_blocking(ring, False)
        os.set_blocking(bell, False)
        before = signal.set_wakeup_fd(ring, warn_on_full_buffer=False)
        handlers = {signal.SIGTERM: self._end, signal.SIGINT: self._end, signal.SIGHUP: self._end}
        kept = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        kept[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_received: None)
        try:
            yield bell
        finally:
            signal.set_wakeup_fd(before)
            for number, handler in kept.items():
                signal.signal(number, handler)
            os.close(bell)
            os.close(ring)

    def _end(self, *_received: object) -> None:
        self.ending = True

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if not child.pid and child.due <= now:
                self._fork(child)

    def _fork(self, child: Child) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            child.pid, child.started = pid, time.monotonic()
            return
        code = 1
        try:
            self._forget()
            code = child.work()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0
        except BaseException:
            log.exception("%s ended by an error", child.name)
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _forget(self) -> None:
        """A child starts with the signals of a fresh process, and ends with its parent."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        end_with_parent()

    def _wait(self, bell: int) -> None:
        waiting = [child.due for child in self.children if not child.pid]
        timeout = max(0.0, min(waiting) - time.monotonic()) if waiting else None
        select.select([bell], [], [], timeout)
        with contextlib.suppress(BlockingIOError):
            while os.read(bell, 512):
                pass

    def _reap(self) -> None:
        for child in self.children:
            if not child.pid:
                continue
            pid, status = os.waitpid(child.pid, os.WNOHANG)
            if not pid:
                continue
            code = os.waitstatus_to_exitcode(status)
            now = time.monotonic()
            if now - child.started > CALM:
                child.deaths = 0
            pause = 0.0 if code in (0, AGAIN) else PAUSES[min(child.deaths, len(PAUSES) - 1)]
            child.pid, child.due = 0, now + pause
            if code not in (0, AGAIN):
                child.deaths += 1
                log.warning("%s ended (%s); it starts again in %.1f s", child.name, code, pause)

    def _signal_all(self, number: int) -> None:
        for child in self.children:
            if child.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child.pid, number)

    def _stop(self) -> int:
        """Ask every child to end, wait a while, then insist."""
        self._signal_all(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while any(child.pid for child in self.children):
            for child in self.children:
                if child.pid and os.waitpid(child.pid, os.WNOHANG)[0]:
                    child.pid = 0
            if time.monotonic() > deadline:
                self._signal_all(signal.SIGKILL)
            time.sleep(0.02)
        return 0


def end_with_parent() -> None:
    """Where the system offers it (Linux), the kernel ends this process when its parent is gone, even by kill -9."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(1)
