"""Spark, for histories that no longer fit one machine; the package comes with the extra `zhike[spark]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zhike.methods.result import MethodError

from .relation import Engine

if TYPE_CHECKING:
    from ibis import Table

TYPES = {"bigint": "int64", "int": "int32", "double": "float64", "smallint": "int16", "tinyint": "int8"}


class SparkEngine(Engine):
    """Runs compiled SQL in a Spark session: one that is handed in, or one of `master` ("local[2]", "spark://…")."""

    dialect = "pyspark"

    def __init__(self, session: Any = None, *, master: str = "local[2]", settings: Mapping[str, str] | None = None):
        if session is None:
            try:
                from pyspark.sql import SparkSession
            except ImportError as missing:
                raise MethodError(
                    "spark_missing",
                    "未安装 Spark：请安装 requirements/spark.txt 和 Java",
                    "Spark is not installed: install requirements/spark.txt, and Java.",
                ) from missing
            builder = SparkSession.builder.master(master).appName("zhike")
            for key, value in {"spark.sql.ansi.enabled": "true", **(settings or {})}.items():
                builder = builder.config(key, value)
            session = builder.getOrCreate()
        self.session = session

    def compile(self, expression: Table) -> str:
        import ibis

        if ibis.options.pyspark is None:  # Ibis sets it with its own connection, which would want pandas and Arrow

            class Options(ibis.config.Config):  # type: ignore[misc]
                treat_nan_as_null: bool = False

            ibis.options.pyspark = Options()
        return super().compile(expression)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.session.sql(sql).collect()]

    def store(self, name: str, sql: str) -> None:
        # a checkpoint forgets how the rows came about: plans of methods with many steps would grow beyond the driver's memory
        self.session.sql(sql).localCheckpoint(eager=True).createOrReplaceTempView(name)

    def schema_of(self, name: str) -> Mapping[str, str]:
        return {column: TYPES.get(kind, kind) for column, kind in self.session.table(name).dtypes}
