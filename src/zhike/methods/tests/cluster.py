"""A real Spark cluster on this machine's loopback: one master, two workers, each a process of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def listening(port: int, seconds: float = 60) -> None:
    """Wait until somebody listens there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"nobody listens on {port}")


@contextmanager
def process(log: Path, *words: str) -> Iterator[None]:
    """A part of the cluster, ended with the test."""
    spec = find_spec("pyspark")
    assert spec and spec.submodule_search_locations
    home = spec.submodule_search_locations[0]
    environment = os.environ | {
        "SPARK_HOME": home,
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_NO_DAEMONIZE": "1",
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_DAEMON_MEMORY": "256m",
    }
    with log.open("w") as out:
        child = subprocess.Popen([f"{home}/bin/spark-class", *words], env=environment, stdout=out, stderr=out)
        try:
            yield
        finally:
            child.terminate()
            child.wait(20)


@contextmanager
def cluster(workers: int = 2) -> Iterator[str]:
    """The address of a standalone master with its workers; skips where Spark or Java are missing."""
    if find_spec("pyspark") is None:
        pytest.skip("Spark is not installed: pip install -r requirements/spark.txt")
    if shutil.which("java") is None:
        pytest.skip("there is no Java: apt-get install default-jre-headless")
    os.environ["SPARK_LOCAL_IP"] = LOOPBACK
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        port, place = free_port(), Path(folder)
        begin = "org.apache.spark.deploy"
        running.enter_context(
            process(
                place / "master.log",
                f"{begin}.master.Master",
                *("--host", LOOPBACK, "--port", str(port), "--webui-port", str(free_port())),
            )
        )
        listening(port)
        for number in range(workers):
            own, page = free_port(), free_port()
            running.enter_context(
                process(
                    place / f"worker{number}.log",
                    f"{begin}.worker.Worker",
                    *(
                        "--host",
                        LOOPBACK,
                        "--port",
                        str(own),
                        "--webui-port",
                        str(page),
                        "--cores",
                        "1",
                        "--memory",
                        "1g",
                    ),
                    *("--work-dir", str(place / f"work{number}"), f"spark://{LOOPBACK}:{port}"),
                )
            )
            listening(own)
        yield f"spark://{LOOPBACK}:{port}"
