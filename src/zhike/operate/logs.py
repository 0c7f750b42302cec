"""Logs as JSON lines without personal data: routes instead of addresses, ids instead of names, errors without their values."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from zhike.kernel import context
from zhike.operate import metrics

requests = logging.getLogger("zhike.request")
# These loggers put addresses, names or values into their arguments: only the sentence itself is kept.
TALKATIVE = ("django", "allauth", "py.warnings")
SLOW = 1.0  # seconds
QUIET = ("/static/", "/healthz", "/metrics")


class RequestLogMiddleware:
    """One line a request: id, person, route, status, duration, CPU; and a count for the metrics."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began, cpu = time.perf_counter(), time.thread_time()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        metrics.board.add(metrics.kind_of(request.path_info), response.status_code, seconds)
        if response.status_code >= 500 or not request.path_info.startswith(QUIET):
            level = logging.WARNING if response.status_code >= 500 or seconds > SLOW else logging.INFO
            if requests.isEnabledFor(level):
                requests.log(level, "request", extra={"facts": facts(request, response, seconds, cpu)})
        return response


def facts(request: HttpRequest, response: HttpResponse, seconds: float, cpu: float) -> dict[str, Any]:
    """What is told about a request. The route stands for the address, which may hold names, searches or secrets."""
    match, actor = request.resolver_match, getattr(request, "actor", None)
    return {
        "request": context.current.get().request_id,
        "user": str(actor.user_id) if actor is not None and actor.user_id else None,
        "method": request.method,
        "route": f"/{match.route}" if match else None,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "cpu_ms": round((time.thread_time() - cpu) * 1000, 1),
    }


class JsonLines(logging.Formatter):
    """A record as one line of JSON; of an error its kind and where it arose, never its text, which quotes values."""

    def format(self, record: logging.LogRecord) -> str:
        talkative = record.name.split(".")[0] in TALKATIVE
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": sentence(record) if talkative else record.getMessage(),
        }
        if found := getattr(record, "facts", None):
            line.update(found)
        elif request_id := context.current.get().request_id:
            line["request"] = request_id
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = type(record.exc_info[1]).__name__
            line["where"] = where(record.exc_info[1])
        return orjson.dumps(line, default=str).decode()


def sentence(record: logging.LogRecord) -> str:
    """The message without its values; one that was put together beforehand is cut at its colon."""
    text = str(record.msg)
    return text if record.args else text.split(":")[0]


def where(error: BaseException) -> list[str]:
    """The places an error passed, innermost last; causes first."""
    places = where(error.__cause__) if error.__cause__ is not None else []
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    return places + [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


class RotatingLines(logging.Handler):
    """Appends lines to a file that several processes share; whoever finds it full moves it aside, the last `keep` stay."""

    def __init__(self, filename: str, most_bytes: int = 20_000_000, keep: int = 5) -> None:
        super().__init__()
        self.path, self.most_bytes, self.keep = Path(filename), most_bytes, keep
        self.file, self.lines, self.mutex = -1, 0, threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = (self.format(record) + "\n").encode(errors="replace")
            with self.mutex:
                if self.lines % 64 == 0:
                    self._look()
                self.lines += 1
                os.write(self.file, line)  # one write in append mode: lines of several processes do not mix
        except Exception:
            self.handleError(record)

    def _look(self) -> None:
        """Follow a file that another process moved aside, and move a full one."""
        if self.file >= 0 and self._is_current():
            if os.fstat(self.file).st_size < self.most_bytes:
                return
            self._move()
        if self.file >= 0:
            os.close(self.file)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def _is_current(self) -> bool:
        with contextlib.suppress(OSError):
            return os.path.samestat(os.fstat(self.file), os.stat(self.path))
        return False

    def _move(self) -> None:
        import fcntl

        with self.path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._is_current():
                return  # another process was faster
            for number in range(self.keep - 1, 0, -1):
                with contextlib.suppress(FileNotFoundError):
                    os.replace(f"{self.path}.{number}", f"{self.path}.{number + 1}")
            os.replace(self.path, f"{self.path}.1")
