"""The web server inside one process: granian speaks HTTP, a few threads run the product."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from typing import Any

THREADS = 3  # per process: Python runs one at a time, more only wait for the database
WAITING = 128  # requests a process holds at most; the rest wait in the kernel's queue
TARGET = "zhike.config.wsgi:application"


def listener(host: str, port: int, workers: int) -> Any:
    """The server's settings and its listening address; every child opens its own socket on it."""
    from granian.constants import HTTPModes, Interfaces, RuntimeModes
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server.mp import MPServer

    server = MPServer(
        TARGET,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        runtime_mode=RuntimeModes.mt,
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=600,
        runtime_blocking_threads=1,
        backpressure=WAITING,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=30_000),
        websockets=False,
        log_level=LogLevels.warning,
    )
    server._init_shared_socket()  # type: ignore[no-untyped-call]
    return server


def child(server: Any, index: int) -> Callable[[], int]:
    """The work of one web process."""

    def work() -> int:
        from zhike.config.wsgi import application

        process = server._spawn_worker(index, server._spawn_wsgi_worker, lambda: application)
        process.inner.run()  # in this process, which the supervisor has forked
        return 0

    return work


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens on this address yet."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def serve_without_fork(host: str, port: int, workers: int) -> int:
    """For systems without fork: granian's own supervisor, and the worker as a process of its own."""
    import subprocess
    import sys

    from granian import Granian
    from granian.constants import Interfaces

    worker = subprocess.Popen([sys.executable, "-m", "zhike.operate.worker"])
    signal.signal(signal.SIGTERM, lambda *_received: sys.exit(0))
    try:
        server = Granian(
            TARGET,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            respawn_failed_workers=True,
            websockets=False,
        )
        server.serve()
    finally:
        worker.terminate()
        worker.wait(10)
    return 0
