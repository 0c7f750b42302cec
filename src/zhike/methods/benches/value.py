"""Speed of the set-based methods beside SQL written by hand for the same engine, and how it grows with the orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from zhike.methods.benches import Bench
from zhike.methods.engine import DuckDBEngine, Relation, as_values
from zhike.methods.value import abc, pyramid, rfm

if TYPE_CHECKING:
    from zhike.methods.engine.relation import Engine

YEAR = (date(2024, 1, 1), date(2024, 12, 31))
SQL = """CREATE TABLE orders AS SELECT
    'C' || lpad((hash(i) % {customers})::VARCHAR, 8, '0') AS customer,
    DATE '2022-01-01' + (hash(i * 7 + 1) % 1096)::INT AS "day",
    (exp((hash(i * 13 + 5) % 10000) / 2000.0) * 10)::DECIMAL(18, 2) AS amount,
    'O' || i AS "order"
FROM range({orders}) r(i)"""
MEASURES = """CREATE OR REPLACE TEMP TABLE hand_measures AS
SELECT customer, count(*) frequency, sum(amount) monetary, DATE '2024-12-31' - max("day") recency
FROM orders WHERE "day" > '2023-12-31' AND "day" <= '2024-12-31' GROUP BY 1"""
SCORES = """CREATE OR REPLACE TEMP TABLE hand_rfm AS WITH b AS (
  SELECT quantile_cont(recency, [.2, .4, .6, .8]) r, quantile_cont(frequency, [.2, .4, .6, .8]) f,
         quantile_cont(monetary, [.2, .4, .6, .8]) m FROM hand_measures),
s AS (SELECT h.*,
  5 - (recency >= r[1] + 1)::INT - (recency >= r[2] + 1)::INT - (recency >= r[3] + 1)::INT - (recency >= r[4] + 1)::INT rs,
  1 + (frequency >= f[1] + 1)::INT + (frequency >= f[2] + 1)::INT + (frequency >= f[3] + 1)::INT
    + (frequency >= f[4] + 1)::INT fs,
  1 + (monetary >= m[1] + 1)::INT + (monetary >= m[2] + 1)::INT + (monetary >= m[3] + 1)::INT
    + (monetary >= m[4] + 1)::INT ms FROM hand_measures h, b)
SELECT customer, recency, frequency, monetary, rs, fs, ms, CASE
  WHEN rs >= 4 AND fs >= 4 AND ms >= 4 THEN 'champions' WHEN rs >= 4 AND ms >= 4 THEN 'promising'
  WHEN fs >= 4 AND ms >= 4 THEN 'keep' WHEN ms >= 4 THEN 'rescue' WHEN rs >= 4 AND fs >= 4 THEN 'regular'
  WHEN rs >= 4 THEN 'newcomers' WHEN fs >= 4 THEN 'fading' ELSE 'dormant' END segment FROM s"""
VALUES = """CREATE OR REPLACE TEMP TABLE hand_values AS
SELECT customer, coalesce(sum(amount) FILTER ("day" >= '2024-01-01'), 0) AS value, max("day") >= '2024-01-01' AS active
FROM orders WHERE "day" <= '2024-12-31' GROUP BY 1"""
ABC = """CREATE OR REPLACE TEMP TABLE hand_abc AS WITH w AS (
  SELECT customer, value, row_number() OVER o rn, rank() OVER (ORDER BY value DESC) rk,
         sum(value) OVER (o ROWS UNBOUNDED PRECEDING) cum, sum(greatest(value, 0)) OVER () total
  FROM hand_values WHERE active WINDOW o AS (ORDER BY value DESC, customer))
SELECT customer, value, rn, cum, CASE WHEN value <= 0 THEN 'C' WHEN rk = 1 OR cum - (rn - rk) * value <= total * .55 THEN 'A'
  WHEN cum - (rn - rk) * value <= total * .85 THEN 'B' ELSE 'C' END class FROM w"""
PYRAMID = """CREATE OR REPLACE TEMP TABLE hand_pyramid AS WITH w AS (
  SELECT *, row_number() OVER (ORDER BY active DESC, value DESC, customer) rn, sum(active::INT) OVER () n FROM hand_values)
SELECT customer, value, rn, CASE WHEN NOT active THEN 'inactive' WHEN rn <= ceil(n * .01) THEN 'top'
  WHEN rn <= ceil(n * .05) THEN 'high' WHEN rn <= ceil(n * .2) THEN 'middle' ELSE 'base' END level FROM w"""
SUMS = (
    "SELECT segment, count(*), sum(monetary), sum(frequency) FROM hand_rfm GROUP BY 1",
    "SELECT rs, fs, count(*) FROM hand_rfm GROUP BY 1, 2",
    "SELECT class, count(*), sum(value) FROM hand_abc GROUP BY 1",
    "SELECT count(*), sum(value) FROM hand_abc WHERE value <= 0",
    "SELECT level, count(*), sum(value) FROM hand_pyramid GROUP BY 1",
    "SELECT count(*) FROM hand_pyramid WHERE level <> 'inactive' AND value <= 0",
)


def rows() -> Iterable[Bench]:
    """RFM, ABC and pyramid together on 0.1, 1 and 10 million orders of a tenth as many customers.

    The compiler's half second does not grow with the data, so only the largest is held to a ratio.
    """
    for label, orders in (("0.1 M", 100_000), ("1 M", 1_000_000), ("10 M", 10_000_000)):
        yield Bench(
            f"RFM + ABC + pyramid, {label} orders",
            lambda n=orders: by_methods(n),  # type: ignore[misc]
            lambda n=orders: by_hand(n),  # type: ignore[misc]
            5 if orders == 10_000_000 else None,
            1 / 1.2 if orders == 10_000_000 else None,
        )


@lru_cache(maxsize=1)
def orders_of(many: int) -> Relation:
    """That many orders in a DuckDB of 2 GB and two threads; only the last size is kept."""
    engine = DuckDBEngine(memory="2GB", threads=2)
    engine.connection.execute(SQL.format(orders=many, customers=many // 10))
    return engine.relation("orders")


def by_methods(many: int) -> dict[str, int]:
    """Ours; tables kept on the way are dropped, as the hand-written statements replace theirs."""
    orders = orders_of(many)
    values = as_values(orders, YEAR).keep()
    found = rfm(orders, as_of=YEAR[1]), abc(values), pyramid(values)
    told = {name: level.customers for result in found for name, level in result.levels.items()}
    drop_kept(orders.engine)
    return told


def drop_kept(engine: Engine) -> None:
    """Forget what was kept."""
    connection = engine.connection  # type: ignore[attr-defined]
    for (name,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall():
        if name.startswith("zhike_"):
            connection.execute(f'DROP TABLE "{name}"')


def by_hand(many: int) -> dict[str, int]:
    """The same tables and sums in DuckDB's own SQL."""
    connection = orders_of(many).engine.connection  # type: ignore[attr-defined]
    for statement in (MEASURES, SCORES, VALUES, ABC, PYRAMID):
        connection.execute(statement)
    found = [connection.execute(statement).fetchall() for statement in SUMS]
    return {row[0]: row[1] for place in (0, 2, 4) for row in found[place]}
