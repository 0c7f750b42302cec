"""Where a report is computed: in this process by DuckDB, or by Spark, to which the judged lines are handed over."""

from __future__ import annotations

import os
from pathlib import Path

from zhike.methods.engine import DuckDBEngine, Relation, SparkEngine
from zhike.methods.result import MethodError
from zhike.value.options import ENGINES

MASTER = "ZHIKE_SPARK_MASTER"
"""Which Spark: "local[2]" (the default) or the address of a cluster that can read this machine's temporary folder."""


def spark_of(engine: str | SparkEngine) -> SparkEngine | None:
    """The Spark that was asked for, begun before anything is read; None means DuckDB. MethodError: engine_unknown, spark_…"""
    if isinstance(engine, SparkEngine):
        return engine
    if engine not in ENGINES:
        listed = ", ".join(ENGINES)
        raise MethodError("engine_unknown", f"没有引擎“{engine}”，有：{listed}", f"No engine “{engine}”: {listed}.")
    return SparkEngine(master=os.environ.get(MASTER, "local[2]")) if engine == "spark" else None


def placed(reader: DuckDBEngine, spark: SparkEngine | None, folder: Path) -> Relation:
    """The table `lines`, one row per line, in the engine that computes; money crosses as DECIMAL, days as days."""
    if spark is None:
        return reader.relation("lines", grain="line")
    target = folder / "lines.parquet"
    literal = "'" + str(target).replace("'", "''") + "'"
    reader.connection.execute(f"COPY lines TO {literal} (FORMAT parquet)")
    spark.read_parquet("lines", target.as_uri())
    return spark.relation("lines", grain="line")
