"""Order histories made for tests, and the front half of a report without its methods."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from zhike.methods.engine import DuckDBEngine
from zhike.value.making import collect
from zhike.value.options import Options
from zhike.value.rules import Lines
from zhike.value.stacking import Stack

Row = Sequence[object]
HEADERS = ("客户编号", "客户名称", "下单日期", "订单号", "产品名称", "数量", "单价")


class Read(NamedTuple):
    """What reading and judging came to."""

    engine: DuckDBEngine
    stack: Stack
    lines: Lines

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the tables `lines` and `dropped`."""
        return self.engine.connection.execute(sql).fetchall()

    @property
    def codes(self) -> set[str]:
        """Everything that was stated."""
        return {note.code for note in (*self.lines.notes, *(n for s in self.stack.sources for n in s.statements))}


def read(folder: Path, *files: Path | str, **options: Any) -> Read:
    """Read and judge, nothing computed."""
    engine = DuckDBEngine()
    work = folder / f"work{len(list(folder.iterdir()))}"
    work.mkdir()
    stack, lines = collect(files, Options.of(**options), engine, work)
    return Read(engine, stack, lines)


def text(headers: Sequence[str], rows: Sequence[Row], delimiter: str = ",") -> str:
    """Plain delimited text; cells must not need quotes."""
    return "\n".join(delimiter.join(map(str, row)) for row in [headers, *rows]) + "\n"


def company(customers: int = 60, orders: int = 500, seed: int = 3) -> list[Row]:
    """A small Chinese wholesaler over three years: steady buyers, one that thins out, one that has left, some returns."""
    dice = random.Random(seed)
    start = date(2022, 1, 3)
    rows: list[Row] = []
    for number in range(orders):
        who = min(int(dice.paretovariate(0.9)), customers)
        when = start + timedelta(days=dice.randrange(1090))
        for product in dice.sample(["龙井茶", "普洱茶", "茶具", "茶盘"], dice.randint(1, 3)):
            count = dice.randint(1, 20) * (-1 if dice.random() < 0.01 else 1)
            price = f"{dice.randint(20, 400)}.{dice.randint(0, 99):02}"
            rows.append((f"K{who:03}", f"客户{who}号", when.isoformat(), f"D{number:05}", product, count, price))
    steady = [start + timedelta(days=14 * k) for k in range(70)]
    slowing = [*steady[:66], steady[65] + timedelta(days=60), steady[65] + timedelta(days=125)]
    for name, days in (("K901", slowing), ("K902", steady[:30])):
        rows += [
            (name, f"重点{name}", day.isoformat(), f"{name}-{k}", "龙井茶", 50, "200.00") for k, day in enumerate(days)
        ]
    return rows
