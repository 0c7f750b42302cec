"""Speed and memory of the whole report, from a file as a person would give it, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from zhike.methods.benches import Bench, Used

SQL = """COPY (SELECT
    'C' || lpad((floor({customers} * pow((hash(i) % 1000003) / 1000003.0, 2)))::BIGINT::VARCHAR, 8, '0') AS customer,
    DATE '2022-01-01' + (hash(i * 7 + 1) % 1096)::INT AS "date",
    'O' || i AS "order",
    'P' || (hash(i * 3 + 2) % 500) AS product,
    (exp((hash(i * 13 + 5) % 10000) / 2000.0) * 10)::DECIMAL(18, 2) AS amount
FROM range({orders}) r(i)) TO '{path}' (HEADER)"""


def rows() -> Iterable[Bench]:
    """A million and ten million orders of a tenth as many customers; reading, judging, every method and the page."""
    yield Bench("whole report, 1 M orders from CSV", lambda: report_of(1_000_000), None, None)
    yield Bench("whole report, 10 M orders from CSV", lambda: report_of(10_000_000), None, 90, None, 2000)


@cache
def folder() -> tempfile.TemporaryDirectory[str]:
    """Kept as long as this process lives."""
    return tempfile.TemporaryDirectory(prefix="zhike-bench-")


@cache
def orders(many: int) -> Path:
    """A file of that many orders over three years; some customers buy often, many seldom."""
    import duckdb

    path = Path(folder().name) / f"{many}.csv"
    with duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "1GB"}) as connection:
        connection.execute(SQL.format(orders=many, customers=many // 10, path=str(path).replace("'", "''")))
    return path


def report_of(many: int) -> Used:
    """The command itself; what it needed at most it says in its figures."""
    given, place = orders(many), Path(folder().name)
    words = ["value", str(given), "--out", str(place / "report.html"), "--json", str(place / "figures.json")]
    subprocess.run([sys.executable, "-m", "zhike", *words], check=True, capture_output=True)
    return Used(float(json.loads((place / "figures.json").read_text("utf-8"))["memory_mb"]))
