"""`zhike bench [--size N] [--json FILE]`: N customers built once, then lists, cards, search, writing, memory; or `bench methods`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from zhike.operate.bench_load import Client, Measured, Tree, json_body, measure, throughput

PEOPLE = ("few", "some", "all")
# two characters that stand in many names, a name's beginning, pinyin, initials, a phone's tail, a mixed form
SEARCHES = ("有限", "科技", "上海华", "王伟", "shanghai", "wangwei", "000999")
TIMES = 60
MOST_IMPORTED = 100_000


def options(arguments: list[str]) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="zhike bench")
    parser.add_argument("--size", type=int, default=20_000, help=_("number of customers"))
    parser.add_argument("--json", type=Path, help=_("write the figures here"))
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help=_("measure this database alone"))
    parser.add_argument("--build", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--import-rows", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def databases(size: int) -> dict[str, dict[str, str]]:
    """The environment of each database that is measured: SQLite, and PostgreSQL where DATABASE_URL names one."""
    home = Path(settings.HOME)
    base = {
        key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "ZHIKE_PRODUCTION", "ZHIKE_URL")
    }
    base |= {"ZHIKE_BENCH": "1", "ZHIKE_TESTING": "0", "ZHIKE_ASSETS": str(settings.ASSETS)}
    found = {"sqlite": base | {"ZHIKE_HOME": str(home / f"bench-{size}")}}
    if (url := os.environ.get("DATABASE_URL", "")).startswith("postgres"):
        name = f"zhike_bench_{size}"
        make_database(url, name)
        there = url.rsplit("/", 1)[0] + f"/{name}"
        found["postgresql"] = base | {"ZHIKE_HOME": str(home / f"bench-{size}-pg"), "DATABASE_URL": there}
    return found


def make_database(url: str, name: str) -> None:
    """A database of its own for the bench, beside the one that is named."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f'CREATE DATABASE "{name}"')


def run(environment: dict[str, str], *words: str) -> str:
    """A command of the product in that environment."""
    command = [sys.executable, "-m", "zhike", *words]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def build(environment: dict[str, str], size: int) -> None:
    """The data; where they are there already, in the tables of now."""
    home = Path(environment["ZHIKE_HOME"])
    if (home / "bench.json").exists():
        run(environment, "migrate", "--verbosity", "0")
        return
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    print(_("Building %(size)s customers…") % {"size": f"{size:,}"}, file=sys.stderr, flush=True)
    run(environment, "migrate", "--verbosity", "0")
    run(environment, "bench", "--build", str(size))


@contextmanager
def server(environment: dict[str, str]) -> Iterator[tuple[int, Tree, float]]:
    """A running server: its port, its processes, the seconds until its first answer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    command = [sys.executable, "-m", "zhike", "serve", "--port", str(port), "--workers", "2"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                if Client(port).ask("GET", "/healthz")[0] == 200:
                    break
            except OSError:
                time.sleep(0.02)
            if process.poll() is not None or time.perf_counter() - began > 60:
                raise RuntimeError("the server did not start")
        yield port, Tree(process.pid), time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)


def settle(tree: Tree, longest: float = 180) -> None:
    """Wait until the worker has nothing left to do: sealing, and readers of the ledger that start from its beginning."""
    ending, before = time.perf_counter() + longest, tree.cpu()
    while time.perf_counter() < ending:
        time.sleep(3)
        now = tree.cpu()
        if now - before < 0.05:
            return
        before = now


def measure_person(port: int, tree: Tree, account: dict[str, str]) -> dict[str, Measured]:
    """Lists, filter, card and search as one person meets them."""
    browser, program = Client(port), Client(port, account["token"])
    browser.sign_in(account["username"], account["password"])
    _status, body, _headers = program.ask("GET", "/api/customers?size=50&sort=name")
    rows = json.loads(body)["items"]
    ids = [row["id"] for row in rows[:10]]
    owner = next((row["owner"] for row in rows if row.get("owner")), None)
    condition = [
        {"field": "owner", "op": "in", "value": [owner_id(owner)]},
        {"field": "level", "op": "in", "value": ["A"]},
    ]
    filtered = "/customers/?" + urlencode({"filter": json.dumps({"all": condition}), "sort": "-last_touch_at"})
    searches = [f"/search/?q={quote(text)}" for text in SEARCHES]
    return {
        "list_html": measure(browser, tree, ["/customers/?sort=name"], TIMES, b"</html>"),
        "list_json": measure(program, tree, ["/api/customers?size=50&sort=name"], TIMES * 3),
        "filter": measure(browser, tree, [filtered], TIMES),
        "card_html": measure(browser, tree, [f"/customers/{pk}/" for pk in ids], TIMES, b"</html>"),
        "search": measure(browser, tree, searches, len(searches) * 12),
    }


def owner_id(owner: Any) -> Any:
    """The id in a reply's reference."""
    return owner.get("id") if isinstance(owner, dict) else owner


def measure_all(environment: dict[str, str], size: int) -> dict[str, Any]:
    """Every figure of one database."""
    accounts = json.loads((Path(environment["ZHIKE_HOME"]) / "bench.json").read_text())["accounts"]
    with server(environment):
        pass  # the first start collects static files
    with server(environment) as (port, tree, cold):
        settle(tree)
        by_person = {name: measure_person(port, tree, accounts[name]) for name in PEOPLE}
        token = accounts["all"]["token"]
        clients = [Client(port, token) for _place in range(4)]
        json_rps = throughput(lambda n: expect(clients[n].ask("GET", "/api/customers?size=50&sort=name")), 4, 5)
        create_rps = throughput(
            lambda n: expect(clients[n].ask("POST", "/api/customers", new_customer(), **JSON)), 4, 5
        )
        pss = tree.pss_mb()
    from_file, from_rows = import_rates(environment, min(size, MOST_IMPORTED))
    figures: dict[str, Any] = {
        "list_html_cpu_ms": worst(by_person, "list_html", "cpu_ms"),
        "list_json_cpu_ms": worst(by_person, "list_json", "cpu_ms"),
        "list_queries": worst(by_person, "list_html", "queries"),
        "card_html_cpu_ms": worst(by_person, "card_html", "cpu_ms"),
        "card_queries": worst(by_person, "card_html", "queries"),
        "search_p95_ms": worst(by_person, "search", "p95_ms"),
        "import_rows_s": from_file,
        "create_rows_s": from_rows,
        "create_rps": round(create_rps, 1),
        "pss_mb": pss,
        "cold_start_s": round(cold, 2),
        "list_json_rps": round(json_rps, 1),
        "list_html_p95_ms": worst(by_person, "list_html", "p95_ms"),
        "filter_p95_ms": worst(by_person, "filter", "p95_ms"),
    }
    names = Measured.__dataclass_fields__
    figures["people"] = {
        person: {what: {n: getattr(found, n) for n in names} for what, found in measured.items()}
        for person, measured in by_person.items()
    }
    return figures


JSON = {"Content-Type": "application/json"}


def new_customer() -> bytes:
    """A customer that is not there yet."""
    return json_body(
        {"name": f"测速新客户{time.perf_counter_ns()}有限公司", "form": "organisation", "kind": "organisation"}
    )


def expect(reply: tuple[int, bytes, Any]) -> None:
    """A success, or the end of the bench."""
    if reply[0] not in (200, 201):
        raise RuntimeError(f"answered {reply[0]}: {reply[1][:200]!r}")


def worst(by_person: dict[str, dict[str, Measured]], what: str, figure: str) -> Any:
    """The largest of the three people's figures."""
    return max(getattr(measured[what], figure) for measured in by_person.values())


def import_rates(environment: dict[str, str], rows: int) -> tuple[float, float]:
    """Customers a second from a file, by the whole road of an import; and by its last part alone, in one process."""
    written = run(environment, "bench", "--import-rows", str(rows)).strip().splitlines()[-1].split()
    return float(written[0]), float(written[1])


def import_rows(count: int) -> tuple[float, float]:
    """The same, in this process."""
    from zhike.operate import bench_import

    return bench_import.timed_file(count), bench_import.timed_rows(min(count, 20_000))


def show(figures: dict[str, dict[str, Any]]) -> None:
    """A table for people."""
    names = [name for name in next(iter(figures.values())) if name != "people"]
    print(f"{'':<20}" + "".join(f"{database:>14}" for database in figures))
    for name in names:
        print(f"{name:<20}" + "".join(f"{found[name]:>14,}" for found in figures.values()))


def main(arguments: list[str]) -> int:
    """Build, measure, tell."""
    if arguments[:1] == ["methods"]:
        from zhike.operate import bench_methods

        return bench_methods.main(arguments[1:])
    wanted = options(arguments)
    if wanted.build:
        from zhike.operate import bench_data

        bench_data.build(wanted.build)
        return 0
    if wanted.import_rows:
        print(*import_rows(wanted.import_rows))
        return 0
    figures = {}
    chosen = {name: one for name, one in databases(wanted.size).items() if wanted.only in (None, name)}
    if not chosen:
        print(_("DATABASE_URL names no PostgreSQL database."), file=sys.stderr)
        return 2
    for name, environment in chosen.items():
        build(environment, wanted.size)
        print(_("Measuring on %(database)s…") % {"database": name}, file=sys.stderr, flush=True)
        figures[name] = {"size": wanted.size, **measure_all(environment, wanted.size)}
        if wanted.json:  # what was measured stays, whatever becomes of the next
            wanted.json.write_text(json.dumps(figures, indent=1))
    show(figures)
    return 0
