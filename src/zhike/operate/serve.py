"""`zhike serve`: makes ready, then supervises the web processes and one worker process."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from zhike.operate import metrics, supervise, web


def options(arguments: list[str]) -> argparse.Namespace:
    """What was asked for on the command line."""
    from django.utils.translation import gettext as _

    parser = argparse.ArgumentParser(prog="zhike serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2, help=_("web processes"))
    return parser.parse_args(arguments)


def set_up() -> None:
    """Django, in the language of the terminal."""
    import django
    from django.utils import translation

    from zhike.cli import language_of_terminal

    django.setup()
    translation.activate(language_of_terminal())


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[bool]:
    """Holds the lock of this data folder; False when another server holds it."""
    from zhike.operate.leases import lock_file

    home.mkdir(parents=True, exist_ok=True)
    with (home / "serve.lock").open("a+") as file:
        if not lock_file(file):
            yield False
            return
        _write_pid(file)
        yield True


def _write_pid(file: IO[str]) -> None:
    file.seek(0)
    file.truncate()
    file.write(str(os.getpid()))
    file.flush()


def make_ready() -> None:
    """Tables and static files of this version; raises DomainError when the data are newer."""
    from zhike.operate import preparing

    if pending := preparing.pending_migrations():
        from zhike.operate.backup import before_change

        if not preparing.is_empty():
            before_change(len(pending))
        preparing.migrate()
    preparing.collect_static()


def refusals() -> list[str]:
    """In production: what is too unsafe to start with."""
    from django.conf import settings

    if not settings.PRODUCTION:
        return []
    from zhike.operate import doctor

    return [f"{finding.title}: {finding.remedy}" for finding in doctor.examine() if finding.state == "bad"]


def preload() -> None:
    """Load in the parent what every child would load, so that they share its memory."""
    from django.db import connections
    from django.template.loader import get_template
    from django.urls import get_resolver
    from django.utils import translation

    from zhike.config.wsgi import application

    get_resolver()._populate()
    for language in ("zh-hans", "zh-hant", "en"):
        with translation.override(language):
            translation.gettext("Zhike")
    for name in ("zhike/base.html", "zhike/refusal.html"):
        with contextlib.suppress(Exception):
            get_template(name)
    environ = environ_of("/healthz")
    for _piece in application(environ, lambda *_started: lambda _piece: None):
        pass
    connections.close_all()
    gc.collect()
    gc.freeze()


def environ_of(path: str) -> dict[str, Any]:
    """A request as a web server would hand it over."""
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }


def say_where(host: str, port: int) -> None:
    """The address, and the one-time link where nobody can sign in yet."""
    from django.conf import settings
    from django.db import connections
    from django.utils.translation import gettext as _

    from zhike.identity.setup import one_time_link

    address = settings.BASE_URL.rstrip("/") or f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if path := one_time_link():
        print(_("Set up your company with this link; it works once: %(address)s") % {"address": address + path})
    else:
        print(_("Zhike serves at %(address)s (Ctrl+C ends it)") % {"address": address})
    sys.stdout.flush()
    connections.close_all()


def run(host: str, port: int, workers: int) -> int:
    """Everything after the questions: prepare, preload, supervise."""
    from django.conf import settings
    from django.utils.translation import gettext as _

    from zhike.kernel.errors import DomainError

    with only_one(settings.HOME) as alone:
        if not alone:
            print(
                _("Another server already runs on this data folder (%(home)s).") % {"home": settings.HOME},
                file=sys.stderr,
            )
            return 1
        try:
            make_ready()
        except DomainError as error:
            print(str(error), file=sys.stderr)
            return 1
        if problems := refusals():
            print(_("Not started, because production must be safe:"), *problems, sep="\n  ", file=sys.stderr)
            return 1
        preload()
        say_where(host, port)
        metrics.share(workers)
        return supervise_all(host, port, workers)


def supervise_all(host: str, port: int, workers: int) -> int:
    """The processes, until a signal."""
    if not hasattr(os, "fork"):
        return web.serve_without_fork(host, port, workers)
    from zhike.operate import worker

    server = web.listener(host, port, workers)
    supervisor = supervise.Supervisor()
    for index in range(workers):
        supervisor.add(f"web {index + 1}", metrics.counted(index, web.child(server, index)))
    supervisor.add("worker", worker.run)
    return supervisor.run()


def main(arguments: list[str]) -> int:
    """Serve until a signal."""
    os.umask(0o077)  # data, logs and keys are nobody else's business
    set_up()
    wanted = options(arguments)
    from django.utils.translation import gettext as _

    if not web.is_free(wanted.host, wanted.port):
        message = _("Port %(port)s is in use. Choose another: --port %(next)s")
        print(message % {"port": wanted.port, "next": wanted.port + 1}, file=sys.stderr)
        return 1
    return run(wanted.host, wanted.port, wanted.workers)
