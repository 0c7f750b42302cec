"""One expression for every engine: what Ibis makes of it is kept in `golden/`, so that a change shows in the diff.

`python -m zhike.methods.tests.test_golden` writes the files anew after a change that was meant.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import ibis
import pytest

from zhike.methods.engine import Relation, SparkEngine
from zhike.methods.tests.expressions import SCHEMA, expressions

GOLDEN = Path(__file__).parent / "golden"
DIALECTS = ("duckdb", "postgres", "clickhouse", "pyspark")


@cache
def compiled(dialect: str) -> dict[str, str]:
    """Name → SQL, of every expression."""
    nowhere: Any = None
    lines = Relation(nowhere, ibis.table(SCHEMA, name="orders"), "line")
    return {name: str(ibis.to_sql(table, dialect=dialect)) for name, table in expressions(lines).items()}


def golden(dialect: str) -> str:
    """The file's text."""
    return "".join(f"-- {name}\n{sql};\n\n" for name, sql in compiled(dialect).items())


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_expression_compiles_to_what_was_recorded(dialect: str) -> None:
    assert golden(dialect) == (GOLDEN / f"{dialect}.sql").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS)
def test_no_engine_is_asked_to_approximate(dialect: str) -> None:
    words = ("uniq(", "approx", "count(distinct", "quantile", "percentile", "median(")
    for name, sql in compiled(dialect).items():
        assert not [word for word in words if word in sql.lower()], name


@pytest.mark.slow
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_row_number_has_a_tie_breaker(dialect: str) -> None:
    for name, sql in compiled(dialect).items():
        flat = " ".join(sql.lower().split())
        for piece in flat.split("row_number() over (")[1:]:
            order = piece.split("order by")[1].split(" rows between")[0].split(")")[0]
            unique = any(word in order for word in ("customer", "day")) or name == "rfm_order_statistics"
            assert unique, f"{name}: {order}"


def test_spark_compiles_kept_tables_with_floats_without_its_own_connection() -> None:
    kept = ibis.table({"customer": "string", "p90": "float64", "late": "boolean"}, name="kept")
    session: Any = object()
    assert "`late`" in SparkEngine(session).compile(kept.filter(kept.late))


if __name__ == "__main__":
    for each in DIALECTS:
        (GOLDEN / f"{each}.sql").write_text(golden(each), "utf-8")
    sys.stdout.write("written\n")
