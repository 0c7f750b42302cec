"""`zhike demo`: the product on this machine, and a browser that shows it."""

import argparse
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser

from django.conf import settings
from django.core.management import call_command
from django.utils.translation import gettext as _

from zhike.demo import seed

READY_WITHIN = 180.0  # a busy laptop at its first start


def options(arguments: list[str]) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="zhike demo")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--size", type=int, default=3000, help=_("customers to make at the first start"))
    return parser.parse_args(arguments)


def is_taken(port: int) -> bool:
    """Whether something already listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until_ready(address: str, server: subprocess.Popen[bytes]) -> bool:
    """Poll the health page until it answers, the server ends, or patience does."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def prepare(size: int) -> None:
    """The database, and the company in it at the first start."""
    call_command("migrate", verbosity=0, interactive=False)
    if seed.needed():
        print(_("Building the demo company with %(n)s customers …") % {"n": f"{size:,}"}, flush=True)
        seed.build(size)


def accounts() -> str:
    """Who can sign in: the lines kept at the first start, for this installation alone."""
    kept = settings.HOME / "demo-accounts.txt"
    if not kept.exists():
        return ""
    return _("Sign in as one of these (kept in %(file)s):") % {"file": kept} + "\n" + kept.read_text(encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Start the server, say where it is, and stay until Ctrl+C."""
    wanted = options(arguments)
    if is_taken(wanted.port):
        print(
            _("Port %(port)s is in use. Choose another: --port %(next)s")
            % {"port": wanted.port, "next": wanted.port + 1}
        )
        return 1
    prepare(wanted.size)
    address = f"http://127.0.0.1:{wanted.port}"
    command = [sys.executable, "-m", "zhike", "serve", "--host", "127.0.0.1", "--port", str(wanted.port)]
    server = subprocess.Popen(command)
    signal.signal(signal.SIGTERM, lambda *_received: sys.exit(0))  # ending us ends the server too
    try:
        if not wait_until_ready(address, server):
            return 1
        print(_("Zhike is ready: %(address)s (Ctrl+C ends it)") % {"address": address}, flush=True)
        print(accounts(), flush=True)
        if not wanted.no_browser:
            webbrowser.open(address)
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        server.terminate()
        server.wait(10)
