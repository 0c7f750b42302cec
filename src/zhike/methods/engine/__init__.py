"""Where set-based methods run: one expression, compiled by Ibis for the engine at hand (DuckDB, PostgreSQL, Spark).

    engine = DuckDBEngine(memory="1GB", threads=2)
    engine.connection.execute("CREATE TABLE orders AS SELECT … FROM read_csv(…)")   # reading
    engine.lock()                                                                   # nothing outside from here on
    orders = engine.relation("orders", grain="line")
    value.abc(orders, …)

Ibis is only the compiler: no dataframe library, no Arrow. An expression is imported where it is built, so that
`import zhike.methods.engine` stays instant.
"""

from .duck import DuckDBEngine
from .plain import as_orders, as_relation, as_values
from .postgres import PostgresEngine
from .relation import Columns, Engine, Relation
from .spark import SparkEngine

__all__ = [
    "Columns",
    "DuckDBEngine",
    "Engine",
    "PostgresEngine",
    "Relation",
    "SparkEngine",
    "as_orders",
    "as_relation",
    "as_values",
]
