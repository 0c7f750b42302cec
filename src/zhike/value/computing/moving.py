"""From one period to the next: the bridge of money, who moved, who is worth winning back, who is key by many measures."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from zhike.methods.engine import Relation
from zhike.methods.lifecycle import LifecycleResult, PatternsResult, ThinningResult, lifecycle, thinning_out
from zhike.methods.result import MethodError, Note
from zhike.methods.value import MigrationResult, migration
from zhike.methods.worth import multi_measure_rank
from zhike.value.computing.sampling import sampled
from zhike.value.study import Bridge, Mover, Period, Ranked, Ranking, WinBack

if TYPE_CHECKING:
    from ibis import Column, Table

WEIGHTS = {"sales": 4.0, "orders": 2.0, "volume": 2.0, "cycle": 2.0, "overdue": 2.0}
GONE_DAYS, GONE_GAPS = 180, 1.5
MOVES = 200_000
"""Where there are more customers than this, so many are followed from stage to stage."""
COURSE = ("stable", "build", "explore", "decline", "lost")
"""Stages, the firmest first."""
MOVED = ("level_then", "level_now", "value_then", "value_now")


def kinds(moved: Table) -> Column:
    """What became of each customer of a migration: new, returned, idle, lost, grown or shrunk."""
    import ibis

    buys = moved.level_now != "inactive"
    return ibis.cases(
        ((moved.level_then == "new") & buys, "new"),
        ((moved.level_then == "inactive") & buys, "returned"),
        (moved.level_then.isin(["new", "inactive"]), "idle"),
        (~buys, "lost"),
        (moved.value_now >= moved.value_then, "grown"),
        else_="shrunk",
    )


def bridge(found: MigrationResult | MethodError) -> Bridge:
    """Money of the period before, and what made it that of the last one."""
    if isinstance(found, MethodError):
        raise found
    moved = found.table.table.mutate(kind=kinds(found.table.table))
    sums = moved.group_by("kind").agg(n=moved.count(), then=moved.value_then.sum(), now=moved.value_now.sum())
    by = {str(kind): (int(n), Decimal(then), Decimal(now)) for kind, n, then, now in found.table.engine.records(sums)}
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


def movers_table(found: MigrationResult, undone: Collection[str]) -> Relation:
    """Everybody whose money changed; those whose purchases were mostly undone moved on paper only."""
    moved = found.table.table
    changed = moved.mutate(change=moved.value_now - moved.value_then)
    listed = without(changed.filter(changed.change != 0), undone)
    return Relation(found.table.engine, listed.select("customer", *MOVED, "change")).keep("movers")


def movers(
    found: MigrationResult | MethodError, undone: Collection[str] = (), limit: int = 30
) -> list[tuple[Mover, ...]]:
    """Who gained most, and who lost most."""
    if isinstance(found, MethodError):
        return [(), ()]
    given = movers_table(found, undone)
    table = given.table
    both = []
    for chosen, order in ((table.change > 0, table.change.desc()), (table.change < 0, table.change.asc())):
        first = table.filter(chosen).order_by([order, table.customer]).limit(limit).select("customer", *MOVED)
        rows = given.engine.records(first)
        both.append(tuple(Mover(row[0], row[1], row[2], Decimal(row[3]), Decimal(row[4])) for row in rows))
    return both


def without(table: Table, customers: Collection[str]) -> Table:
    """The rows of all other customers."""
    return table.filter(~table.customer.isin(sorted(customers))) if customers else table


def stage_moves(stages: LifecycleResult, before: Period | None) -> MigrationResult:
    """From stage to stage between the ends of the two last periods; "new" bought first in the last one."""
    if before is None:
        raise MethodError("one_period", "历史太短，无法比较前后两期。", "History is too short to compare two periods.")
    days, engine, many = stages.days.table, stages.table.engine, stages.cases
    known = sampled(days.select("customer", "day", amount=days.spend), many, MOVES)
    then = lifecycle(Relation(engine, known, "day"), as_of=before[1], rules=stages.rules).table.table
    ends = (then, sampled(stages.table.table, many, MOVES))
    found = migration(
        *(Relation(engine, end.select("customer", level="stage", value="year")) for end in ends), levels=COURSE
    )
    if many <= MOVES:
        return found
    zh = f"客户很多，只数了其中约 {MOVES:,} 位（共 {many:,} 位）。"
    en = f"There are very many customers: about {MOVES:,} of {many:,} are counted here."
    return replace(found, warnings=(*found.warnings, Note("moves_sampled", zh, en)))


def gone(own: Table) -> Column:
    """Who no longer comes: for more than half a year, and for more than one and a half of their own gaps.

    One bound for every list of the report: who is within it may be thinning out, who is beyond it is to be won back.
    """
    import ibis

    return own.idle > ibis.greatest(GONE_DAYS, own.gap2.cast("float64") / 2 * GONE_GAPS)


def thinning(stages: LifecycleResult, as_of: date) -> ThinningResult:
    """Who comes less often than it used to, and has not gone."""
    return thinning_out(stages, as_of=as_of, longest_idle=GONE_DAYS, longest_gaps=GONE_GAPS)


def win_back_table(stages: LifecycleResult, lost: PatternsResult | MethodError, undone: Collection[str]) -> Relation:
    """Those who have gone and had bought in their last year."""
    import ibis

    listed = stages.table.table.filter(gone(stages.table.table), stages.table.table.year > 0)
    listed = listed.mutate(pattern=ibis.literal(""))
    if isinstance(lost, PatternsResult):
        known = lost.table.table.select(key="customer", way="pattern")
        joined = listed.left_join(known, listed.customer == known.key)
        listed = joined.mutate(pattern=joined.way.coalesce("")).drop("key", "way")
    named = without(listed, undone).select(*WinBack._fields[:-1], value="year")
    return Relation(stages.table.engine, named).keep("win_back")


def win_back(
    stages: LifecycleResult | MethodError,
    lost: PatternsResult | MethodError,
    undone: Collection[str] = (),
    limit: int = 50,
) -> tuple[WinBack, ...]:
    """The first of those who have gone, by the money of their last year."""
    if isinstance(stages, MethodError):
        return ()
    given = win_back_table(stages, lost, undone)
    first = given.table.order_by([given.table.value.desc(), given.table.customer]).limit(limit)
    return tuple(
        WinBack(row[0], row[1], row[2], row[3], row[4], Decimal(row[5])) for row in given.engine.records(first)
    )


def measured(stages: LifecycleResult, lines: Relation, *, volumes: bool, late: Relation | None) -> Table:
    """customer, sales of the last year, orders, volume, cycle and overdue (days), and whether it has left."""
    import ibis

    own = stages.table.table
    if late is not None:
        own = own.left_join(late.table.select("customer", "overdue"), "customer").drop("customer_right")
    if volumes:
        pieces = lines.table.group_by("customer").agg(volume=lines.table["quantity"].sum())
        own = own.left_join(pieces, "customer").drop("customer_right")
    return own.select(
        "customer",
        sales=own.year.cast("float64"),
        orders=own["orders"].cast("float64"),
        volume=(own.volume if volumes else ibis.literal(0)).cast("float64").coalesce(0.0),
        cycle=own.gap2.cast("float64") / 2,
        overdue=(own.overdue if late is not None else ibis.literal(0)).cast("float64").coalesce(0.0),
        gone=gone(own),
    )


def ranking(
    stages: LifecycleResult | MethodError,
    lines: Relation,
    *,
    volumes: bool,
    late: Relation | None = None,
    limit: int = 1000,
) -> Ranking:
    """One rank of sales of the last year, orders, volume, purchase cycle and overdue; the first fifth split by who is still here."""
    if isinstance(stages, MethodError):
        raise stages
    table = measured(stages, lines, volumes=volumes, late=late)
    ordered: Any = table.order_by([table.sales.desc(), table.customer])
    found = stages.table.engine.run(ordered, exact=False)
    left_out = {"volume": not volumes, "overdue": late is None}
    names = [name for name in WEIGHTS if not left_out.get(name)]
    result = multi_measure_rank({name: found[name] for name in names}, {name: WEIGHTS[name] for name in names})
    first = result.order[: math.ceil(len(result.order) * 0.2 - 1e-9)]
    everyone = {
        "customer": found["customer"][result.order],
        "place": np.arange(1, len(result.order) + 1),
        "points": result.scores[result.order],
        "gone": np.asarray(found["gone"], dtype=bool)[result.order],
        **{name: np.asarray(found[name], dtype=float)[result.order] for name in names},
    }
    left = int(everyone["gone"][: len(first)].sum())
    key, gone = (
        tuple(
            Ranked(
                str(everyone["customer"][at]),
                int(at) + 1,
                float(everyone["points"][at]),
                {name: float(everyone[name][at]) for name in names},
            )
            for at in np.flatnonzero(everyone["gone"][: len(first)] == away)[:limit]
        )
        for away in (False, True)
    )
    return Ranking(
        customers=len(result.order),
        many=len(first) - left,
        many_gone=left,
        key=key,
        gone=gone,
        everyone=everyone,
        measures=tuple(names),
    )
