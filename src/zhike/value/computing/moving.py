"""From one period to the next: the bridge of money, who moved, who is worth winning back, who is key by many measures."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from zhike.methods.engine import DuckDBEngine
from zhike.methods.lifecycle import LifecycleResult, PatternsResult
from zhike.methods.result import MethodError
from zhike.methods.value import MigrationResult
from zhike.methods.worth import multi_measure_rank
from zhike.value.study import Bridge, Mover, Ranked, Ranking, WinBack

KINDS = """CASE WHEN level_then = 'new' AND level_now <> 'inactive' THEN 'new'
 WHEN level_then = 'inactive' AND level_now <> 'inactive' THEN 'returned'
 WHEN level_then IN ('new', 'inactive') THEN 'idle'
 WHEN level_now = 'inactive' THEN 'lost' WHEN value_now >= value_then THEN 'grown' ELSE 'shrunk' END"""
WEIGHTS = {"sales": 4.0, "orders": 2.0, "volume": 2.0, "cycle": 2.0}
GONE_DAYS = 180


def name_of(table: Any) -> str:
    """The stored table behind an expression."""
    return '"' + str(table.get_name()).replace('"', '""') + '"'


def bridge(engine: DuckDBEngine, found: MigrationResult | MethodError) -> Bridge:
    """Money of the period before, and what made it that of the last one."""
    if isinstance(found, MethodError):
        raise found
    rows = engine.rows(
        f"SELECT {KINDS} AS kind, count(*), sum(value_then), sum(value_now) FROM {name_of(found.table.table)} GROUP BY 1"
    )
    by = {str(kind): (int(n), Decimal(then), Decimal(now)) for kind, n, then, now in rows}
    zero = (0, Decimal(0), Decimal(0))
    change = {
        kind: by.get(kind, zero)[2] - by.get(kind, zero)[1] for kind in ("new", "returned", "grown", "shrunk", "lost")
    }
    people = {kind: by.get(kind, zero)[0] for kind in change}
    people["then"] = people["grown"] + people["shrunk"] + people["lost"]
    people["now"] = people["grown"] + people["shrunk"] + people["new"] + people["returned"]
    then = sum((part[1] for part in by.values()), Decimal(0))
    now = sum((part[2] for part in by.values()), Decimal(0))
    return Bridge(then=then, now=now, customers=people, **change)


def movers(engine: DuckDBEngine, found: MigrationResult | MethodError, limit: int = 30) -> list[tuple[Mover, ...]]:
    """Who gained most, and who lost most."""
    if isinstance(found, MethodError):
        return [(), ()]
    both = []
    for sign, order in ((">", "DESC"), ("<", "ASC")):
        rows = engine.rows(
            f"SELECT customer, level_then, level_now, value_then, value_now FROM {name_of(found.table.table)} "
            f"WHERE value_now {sign} value_then ORDER BY value_now - value_then {order}, customer LIMIT {limit}"
        )
        both.append(tuple(Mover(row[0], row[1], row[2], Decimal(row[3]), Decimal(row[4])) for row in rows))
    return both


def win_back(
    engine: DuckDBEngine,
    stages: LifecycleResult | MethodError,
    lost: PatternsResult | MethodError,
    moved: MigrationResult | MethodError,
    limit: int = 50,
) -> tuple[WinBack, ...]:
    """The lost, and those who bought in the period before and not in the last one, by the money of their last year."""
    if isinstance(stages, MethodError):
        return ()
    known = name_of(lost.table.table) if isinstance(lost, PatternsResult) else None
    quiet = name_of(moved.table.table) if isinstance(moved, MigrationResult) else None
    joins = f" LEFT JOIN {known} p USING (customer)" if known else ""
    joins += f" LEFT JOIN {quiet} m USING (customer)" if quiet else ""
    gone = "l.stage = 'lost'" + (" OR (m.level_then <> 'new' AND m.level_now = 'inactive')" if quiet else "")
    pattern = "coalesce(p.pattern, '')" if known else "''"
    rows = engine.rows(
        f"SELECT l.customer, {pattern}, l.last_day, l.idle, l.orders, l.year FROM {name_of(stages.table.table)} l{joins} "
        f"WHERE ({gone}) AND l.year > 0 ORDER BY l.year DESC, l.customer LIMIT {limit}"
    )
    return tuple(WinBack(row[0], row[1], row[2], row[3], row[4], Decimal(row[5])) for row in rows)


def ranking(engine: DuckDBEngine, stages: LifecycleResult | MethodError, *, volumes: bool, limit: int = 50) -> Ranking:
    """One rank of sales of the last year, orders, volume and purchase cycle; the first fifth split by who is still here."""
    if isinstance(stages, MethodError):
        raise stages
    volume = "coalesce(v.volume, 0)" if volumes else "0"
    joined = " LEFT JOIN volumes v USING (customer)" if volumes else ""
    found = engine.connection.execute(
        f"SELECT l.customer, l.year::DOUBLE AS sales, l.orders::DOUBLE AS orders, {volume}::DOUBLE AS volume, l.gap2 / 2.0 AS cycle, "
        f"l.stage = 'lost' OR l.idle > greatest({GONE_DAYS}, 1.5 * l.gap2) AS gone FROM {name_of(stages.table.table)} l{joined} "
        "ORDER BY sales DESC, l.customer"
    ).fetchnumpy()
    names = [name for name in WEIGHTS if name != "volume" or volumes]
    result = multi_measure_rank({name: found[name] for name in names}, {name: WEIGHTS[name] for name in names})
    first = result.order[: math.ceil(len(result.order) * 0.2 - 1e-9)]
    key: list[Ranked] = []
    gone: list[Ranked] = []
    for place, at in enumerate(first, 1):
        into = gone if found["gone"][at] else key
        if len(into) < limit:
            measures = {name: float(found[name][at]) for name in names}
            into.append(Ranked(str(found["customer"][at]), place, float(result.scores[at]), measures))
    left = int(found["gone"][first].sum())
    return Ranking(
        customers=len(result.order),
        many=len(first) - left,
        many_gone=left,
        key=tuple(key),
        gone=tuple(gone),
        measures=tuple(names),
    )
