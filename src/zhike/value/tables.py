"""Every table of a study as CSV (UTF-8 with mark, safe to open in a spreadsheet) and Parquet."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.methods.engine.relation import quoted
from zhike.methods.result import MethodError
from zhike.value.computing import moving
from zhike.value.study import Study

if TYPE_CHECKING:
    from zhike.methods.engine import Relation

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
BATCH = 50_000
ORDERS = {
    "movers": "change DESC, customer",
    "win_back": "value DESC, customer",
    "lifetime": "value DESC, customer",
    "ranking": "place",
}
KINDS = {"O": "VARCHAR", "b": "BOOLEAN", "i": "BIGINT", "f": "DOUBLE"}
Listed = tuple[list[str], list[Sequence[Any]]]


def write(study: Study, folder: Path) -> None:
    """`customers`, `levels`, … and `dropped` in a folder that the engine may write to."""
    for name, relation in relations(study).items():
        here = relation if relation.engine is study.engine else study.engine.take(f"from_{name}", relation)
        save(study, folder, name, f"SELECT * FROM {quoted(here.table.get_name())} ORDER BY {ORDERS.get(name, 'ALL')}")
    save(study, folder, "dropped", "SELECT * FROM dropped ORDER BY file, line")
    for name, (columns, rows) in small(study).items():
        save_rows(study, folder, name, (columns, rows))
    for name, part in (("lifetime", study.clv), ("ranking", study.ranking)):
        if not isinstance(part, MethodError):
            save_columns(study, folder, name, part.everyone)


def relations(study: Study) -> dict[str, Relation]:
    """Tables that methods kept, one row per customer, and the whole of the lists by name."""
    names = ("abc", "pyramid", "migration", "rfm", "lifecycle", "patterns", "thinning")
    parts = {name: getattr(study, name) for name in names}
    found = {name: part.table for name, part in parts.items() if not isinstance(part, MethodError)}
    if not isinstance(study.migration, MethodError):
        found["movers"] = moving.movers_table(study.migration, study.undone)
    if not isinstance(study.lifecycle, MethodError):
        found["win_back"] = moving.win_back_table(study.lifecycle, study.patterns, study.undone)
    if study.owed is not None:
        found["owing"] = study.owed.table
    return found


def small(study: Study) -> dict[str, Listed]:
    """Lists that are no table of the engine."""
    found: dict[str, Listed] = {
        "monthly": (["month", "revenue", "orders", "customers"], [tuple(month) for month in study.monthly]),
    }  # fmt: skip
    if not isinstance(study.rules, MethodError):

        def both(side: frozenset[Any]) -> str:
            return " + ".join(sorted(map(str, side)))

        rows = [(both(r.antecedent), both(r.consequent), r.support, r.confidence, r.lift, r.cases) for r in study.rules]
        found["rules"] = (["if_bought", "then_bought", "support", "confidence", "lift", "baskets"], [*rows])
    return found | curves(study)


def curves(study: Study) -> dict[str, Listed]:
    """What the page draws: how customers moved, how they came back, how the money is spread, what is to be expected."""
    found: dict[str, Listed] = {}
    for name, moved in (("migration_matrix", study.migration), ("stage_moves", study.stage_moves)):
        if not isinstance(moved, MethodError):
            columns = ["level_then", "level_now", "customers", "money_then", "money_now"]
            cells = [(then, now, cell) for then, row in moved.cells.items() for now, cell in row.items()]
            rows = [(then, now, cell.customers, cell.money_then, cell.money_now) for then, now, cell in cells]
            found[name] = (columns, [*rows])
    if not isinstance(back := study.cohorts, MethodError):
        seen = [(c, k) for c, row in enumerate(back.customers) for k, many in enumerate(row) if many >= 0]
        found["cohorts"] = (
            ["cohort", "customers", "periods_since", "bought", "revenue"],
            [
                (back.starts[c], int(back.sizes[c]), k, int(back.customers[c, k]), float(back.revenue[c, k]))
                for c, k in seen
            ],
        )
    if not isinstance(spread := study.concentration, MethodError):
        found["lorenz"] = (["customers", "money"], [tuple(map(float, point)) for point in spread.lorenz])
    if not isinstance(coming := study.forecast, MethodError):
        steps = zip(coming.values, coming.low, coming.high, strict=True)
        found["forecast"] = (
            ["months_ahead", "revenue", "low", "high", "method"],
            [
                (n, float(value), float(low), float(high), coming.method)
                for n, (value, low, high) in enumerate(steps, 1)
            ],
        )
    return found


def save(study: Study, folder: Path, name: str, query: str) -> None:
    """The answer of a query in both forms."""
    target = str(folder.resolve() / f"{name}.parquet").replace("'", "''")
    study.engine.connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
    cursor = study.engine.connection.execute(query)
    columns = [str(column[0]) for column in cursor.description or ()]
    with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as made:
        writer = csv.writer(made)
        writer.writerow(columns)
        while rows := cursor.fetchmany(BATCH):
            writer.writerows(safe_rows(rows))


def save_columns(study: Study, folder: Path, name: str, columns: Mapping[str, Any]) -> None:
    """Long columns in both forms; numbers that are none become gaps."""
    kinds = {column: KINDS[values.dtype.kind] for column, values in columns.items()}
    study.engine.load(f"{name}_columns", kinds, columns)
    gaps = [
        f"nullif({quoted(column)}, 'nan') AS {quoted(column)}" for column, kind in kinds.items() if kind == "DOUBLE"
    ]
    save(
        study,
        folder,
        name,
        f"SELECT * REPLACE ({', '.join(gaps)}) FROM {quoted(f'{name}_columns')} ORDER BY {ORDERS[name]}",
    )


def save_rows(study: Study, folder: Path, name: str, given: tuple[list[str], list[Sequence[Any]]]) -> None:
    """A list in both forms, by way of a table of its own."""
    columns, rows = given
    kinds = [kind_of([row[place] for row in rows]) for place in range(len(columns))]
    listed = ", ".join(f"{quoted(column)} {kind}" for column, kind in zip(columns, kinds, strict=True))
    run = study.engine.connection.execute
    run(f"CREATE OR REPLACE TEMP TABLE out_rows ({listed})")
    if rows:
        marks = ", ".join("?" for _ in columns)
        study.engine.connection.executemany(f"INSERT INTO out_rows VALUES ({marks})", [list(row) for row in rows])
    save(study, folder, name, "SELECT * FROM out_rows")


def kind_of(values: list[Any]) -> str:
    """The SQL type of a column of plain values."""
    kinds = {type(value).__name__ for value in values}
    if kinds <= {"bool"} and kinds:
        return "BOOLEAN"
    if kinds <= {"int"} and kinds:
        return "BIGINT"
    if kinds <= {"int", "float"} and kinds:
        return "DOUBLE"
    return "DATE" if kinds == {"date"} else "DECIMAL(18,2)" if kinds == {"Decimal"} else "VARCHAR"


def safe_rows(rows: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    """Rows whose texts no spreadsheet takes for a formula; numbers stay numbers."""
    return ([safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)


def safe(text: str) -> str:
    """A text that begins like a formula gets an apostrophe in front; NULs go."""
    clean = text.replace("\0", "")
    return "'" + clean if text.startswith(RISKY) else clean
