"""Spark, for histories that no longer fit one machine; the package comes with the extra `zhike[spark]`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from zhike.methods.result import MethodError

from .relation import Engine

if TYPE_CHECKING:
    from ibis import Table

TYPES = {"bigint": "int64", "int": "int32", "double": "float64", "smallint": "int16", "tinyint": "int8"}
USUAL = {
    "spark.sql.ansi.enabled": "true",
    "spark.log.level": "ERROR",
    "spark.ui.showConsoleProgress": "false",
    "spark.ui.enabled": "false",
}
ALONE = {  # on this machine: no host name to resolve, no more partitions than there is work
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "4",
}


class SparkEngine(Engine):
    """Runs compiled SQL in a Spark session: one that is handed in, or one of `master` ("local[2]", "spark://…").

    MethodError: spark_missing, java_missing, spark_failed.
    """

    dialect = "pyspark"

    def __init__(self, session: Any = None, *, master: str = "local[2]", settings: Mapping[str, str] | None = None):
        self.session = session or begun(master, settings or {})

    def compile(self, expression: Table) -> str:
        import ibis

        if ibis.options.pyspark is None:  # Ibis sets it with its own connection, which would want pandas and Arrow

            class Options(ibis.config.Config):  # type: ignore[misc]
                treat_nan_as_null: bool = False

            ibis.options.pyspark = Options()
        return super().compile(expression)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with told():
            return [tuple(row) for row in self.session.sql(sql).collect()]

    def store(self, name: str, sql: str) -> None:
        # a checkpoint forgets how the rows came about: plans of methods with many steps would grow beyond the driver's memory
        with told():
            self.session.sql(sql).localCheckpoint(eager=True).createOrReplaceTempView(name)

    def read_parquet(self, name: str, path: str) -> None:
        """A Parquet file, which every worker must be able to reach, as a table."""
        with told():
            self.session.read.parquet(path).createOrReplaceTempView(name)

    def schema_of(self, name: str) -> Mapping[str, str]:
        return {column: TYPES.get(kind, kind) for column, kind in self.session.table(name).dtypes}


def begun(master: str, settings: Mapping[str, str]) -> Any:
    """A session of this master, or of the Spark that runs in this process already."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as missing:
        raise MethodError(
            "spark_missing",
            "未安装 Spark：请安装 requirements/spark.txt（或 pip install 'zhike[spark]'）和 Java 17",
            "Spark is not installed: install requirements/spark.txt (or zhike[spark]), and Java 17.",
        ) from missing
    home = os.environ.get("JAVA_HOME", "")
    if not shutil.which("java", path=os.path.join(home, "bin") if home else None):
        raise MethodError(
            "java_missing",
            "Spark 需要 Java 17，未找到：请安装 openjdk-17-jre-headless，或把 JAVA_HOME 指向已有的 Java",
            "Spark needs Java 17 and found none: install openjdk-17-jre-headless, or set JAVA_HOME.",
        )
    builder = SparkSession.builder.master(master).appName("zhike")
    for key, value in {**USUAL, **(ALONE if master.startswith("local") else {}), **settings}.items():
        builder = builder.config(key, value)
    if master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    with told():
        return builder.getOrCreate()


@contextmanager
def told() -> Iterator[None]:
    """What Spark throws, as one sentence instead of two traces."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, ConnectionError) as error:
        said = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:300]
        raise MethodError("spark_failed", f"Spark 没有完成：{said}", f"Spark did not finish: {said}") from error
