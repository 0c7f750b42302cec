"""The same answers on every engine, to the last row; and a DuckDB that reaches nothing outside."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zhike.methods.engine import DuckDBEngine, PostgresEngine, Relation, SparkEngine, as_relation
from zhike.methods.result import MethodError
from zhike.methods.tests.expressions import SCHEMA, expressions
from zhike.methods.tests.orders import Row, lines

SQL = {"customer": "VARCHAR", "day": "DATE", "amount": "DECIMAL(18,2)", "order": "VARCHAR"}


def in_duckdb(rows: list[Row]) -> Relation:
    """The lines in DuckDB."""
    engine = DuckDBEngine(memory="500MB", threads=1)
    columns = dict(
        zip(SQL, (np.array([str(v) for v in values], dtype=object) for values in zip(*rows, strict=True)), strict=True)
    )
    engine.load("orders", SQL, columns)
    return engine.relation("orders", grain="line")


def comparable(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows in one order, with numbers that do not show how wide a type was."""

    def plain(value: Any) -> Any:
        if isinstance(value, Decimal):
            return value.normalize() + 0
        return int(value) if isinstance(value, bool | np.integer) else value

    return sorted((tuple(plain(value) for value in row) for row in rows), key=repr_of)


def repr_of(row: tuple[Any, ...]) -> str:
    """A sort key in which floats do not matter."""
    return repr([value for value in row if not isinstance(value, float)])


def same(one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> None:
    """Equal rows; floats within 1e-9 of each other."""
    assert len(one) == len(other)
    for left, right in zip(comparable(one), comparable(other), strict=True):
        for a, b in zip(left, right, strict=True):
            if isinstance(a, float) or isinstance(b, float):
                assert math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12), (left, right)
            else:
                assert a == b, (left, right)


def agree(one: Relation, other: Relation) -> None:
    """Every expression has the same rows on both engines."""
    mine, theirs = expressions(one), expressions(other)
    for name, table in mine.items():
        found = one.engine.records(table)
        assert found, name
        same(found, other.engine.records(theirs[name]))


@pytest.fixture
def postgres() -> Iterator[Any]:
    """A connection of the test's own, rolled back."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"].replace("postgres:", "postgresql:", 1)) as connection:
        yield connection
        connection.rollback()


@pytest.mark.postgres
def test_postgresql_answers_like_duckdb_to_the_last_row(postgres: Any) -> None:
    rows = lines()
    with postgres.cursor() as cursor:
        cursor.execute(
            'CREATE TEMP TABLE orders (customer text COLLATE "C", day date, amount numeric(18,2), "order" text COLLATE "C")'
        )
        with cursor.copy('COPY orders (customer, day, amount, "order") FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
    engine = PostgresEngine(postgres)
    agree(in_duckdb(rows), engine.relation("orders", grain="line"))
    whole_methods_agree(in_duckdb(rows), engine.relation("orders", grain="line"))


def whole_methods_agree(one: Relation, other: Relation) -> None:
    """Not only expressions: methods that keep tables between their steps."""
    from zhike.methods import cohorts, lifecycle, value
    from zhike.methods.tests.expressions import AS_OF, NOW, THEN

    for method in (
        lambda data: value.abc(data, period=NOW).levels,
        lambda data: value.pyramid(data, period=NOW).levels,
        lambda data: value.migration(value.pyramid(data, period=THEN), value.pyramid(data, period=NOW)).cells,
        lambda data: (
            (found := value.rfm(data, as_of=AS_OF)).levels | {"breaks": found.breaks, "outside": found.outside}
        ),
        lambda data: value.concentration(data).shares,
        lambda data: lifecycle.lifecycle(data, as_of=AS_OF).levels,
        lambda data: lifecycle.loss_patterns(data, as_of=AS_OF).levels,
        lambda data: lifecycle.thinning_out(data, as_of=AS_OF).list(),
        lambda data: cohorts.cohorts(data, as_of=AS_OF, unit="quarter").customers.tolist(),
    ):
        assert method(one) == method(other)


@pytest.mark.long
def test_a_spark_cluster_answers_like_duckdb_to_the_last_row() -> None:
    from zhike.methods.tests.cluster import cluster

    rows = lines()
    with cluster() as master:
        engine = SparkEngine(
            master=master,
            settings={
                "spark.sql.shuffle.partitions": "4",
                "spark.ui.enabled": "false",
                "spark.executor.memory": "512m",
            },
        )
        try:
            # dates as text: workers then need no Python of their own
            values = ", ".join(
                f"({quoted(c)}, DATE '{d}', CAST({a} AS DECIMAL(18,2)), {quoted(o)})" for c, d, a, o in rows
            )
            engine.store("orders", f"SELECT * FROM VALUES {values} AS t(customer, day, amount, `order`)")
            relation = engine.relation("orders", grain="line", schema=SCHEMA)
            agree(in_duckdb(rows), relation)
            whole_methods_agree(in_duckdb(rows), relation)
        finally:
            engine.session.stop()


def quoted(text: str) -> str:
    """A string of Spark's SQL; the made-up names hold no quotes."""
    assert "'" not in text and "\\" not in text
    return f"'{text}'"


def test_T26_a_locked_duckdb_reaches_nothing_outside(tmp_path: Path) -> None:
    engine = DuckDBEngine()
    outside = tmp_path / "outside.csv"
    outside.write_text("a\n1\n")
    engine.connection.execute(f"CREATE TABLE read_before AS SELECT * FROM read_csv('{outside}')")
    allowed = tmp_path / "out"
    allowed.mkdir()
    engine.lock(allowed)
    for attack in (
        f"SELECT * FROM read_csv('{outside}')",
        f"SELECT * FROM '{outside}'",
        f"SELECT * FROM read_text('{outside}')",
        f"SELECT * FROM glob('{tmp_path}/*')",
        f"ATTACH '{tmp_path}/other.db'",
        f"COPY read_before TO '{tmp_path}/leak.csv'",
        f"COPY read_before TO '{allowed}/../leak.csv'",
        f"EXPORT DATABASE '{tmp_path}/all'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET memory_limit = '100GB'",
        "SET allowed_directories = ['/']",
    ):
        with pytest.raises(Exception, match=r"(?i)permission|disabled|lock|cannot|not|unable"):
            engine.connection.execute(attack).fetchall()
    assert not (tmp_path / "leak.csv").exists() and not (tmp_path / "other.db").exists()
    engine.connection.execute(f"COPY read_before TO '{allowed}/table.parquet' (FORMAT parquet)")
    assert (allowed / "table.parquet").exists()


def test_methods_lock_an_engine_that_was_left_open() -> None:
    relation = as_relation({"customer": ["a"], "value": [1]})
    relation.rows()
    assert isinstance(relation.engine, DuckDBEngine) and relation.engine.locked
    with pytest.raises(Exception, match=r"(?i)cannot|permission|disabled"):
        relation.engine.connection.execute("SELECT * FROM read_text('/etc/hostname')")


def test_names_of_columns_cannot_leave_their_quotes() -> None:
    name = 'x" FROM pg_catalog.pg_tables; --'
    engine = DuckDBEngine()
    engine.load("t", {name: "BIGINT"}, {name: np.array([1, 2])})
    assert engine.relation("t").columns()[name].tolist() == [1, 2]


def test_money_comes_back_exact_and_floats_only_when_asked() -> None:
    relation = as_relation({"customer": ["a", "b"], "value": [Decimal("0.10"), 0.2]})
    assert relation.columns()["value"].tolist() == [Decimal("0.10"), Decimal("0.20")]
    assert relation.columns(exact=False)["value"].dtype == np.float64


def test_a_malformed_limit_and_a_missing_column_are_refused_in_words() -> None:
    with pytest.raises(MethodError) as refused:
        DuckDBEngine(memory="1GB; SET x")
    assert refused.value.code == "engine_limits" and refused.value.say("zh-Hans").startswith("内存")
    with pytest.raises(MethodError, match="no column amount"):
        as_relation({"customer": ["a"], "value": [1]}).need("customer", "amount")


def test_importing_the_engine_costs_nothing_until_it_is_used() -> None:
    import subprocess
    import sys

    code = "import sys, zhike.methods.engine, zhike.methods.value; print([n for n in ('ibis', 'duckdb') if n in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
