"""The figures of a study as plain JSON, under stable names."""

from __future__ import annotations

import math
from typing import Any

from zhike.methods.result import MethodError, Note, Result
from zhike.value.study import Lifetime, Study

SHARES = {"share_top_20": 0.2, "share_top_10": 0.1, "share_top_1": 0.01}


def figures(study: Study) -> dict[str, Any]:
    """Money as numbers with two places, shares as fractions; a part that was refused is null and its reason a warning."""
    spread, worth = study.concentration, study.clv
    known = None if isinstance(spread, MethodError) else spread
    return {
        "lines_read": study.lines_read,
        "lines_kept": study.lines_kept,
        "customers": study.customers,
        "invoices": study.invoices,
        "revenue": money(study.revenue),
        **{name: known.shares[part] if known else None for name, part in SHARES.items()},
        "gini": known.gini if known else None,
        "abc": levels(study.abc),
        "pyramid": levels(study.pyramid),
        "migration": migration(study),
        "lifecycle": levels(study.lifecycle),
        "stage_moves": stage_moves(study),
        "clv_model": None if isinstance(worth, MethodError) else worth.model if worth.choice.model else "naive",
        "clv_params": None if isinstance(worth, MethodError) else dict(worth.params),
        "clv_value": value(worth),
        "clv_holdout_error": None if isinstance(worth, MethodError) else worth.choice.error["mae"],
        "naive_holdout_error": None if isinstance(worth, MethodError) else worth.choice.naive.mae,
        "cross_sell": cross_sell(study),
        "owed": owed(study),
        "warnings": warnings(study),
        "as_of": study.as_of.isoformat(),
        "period": [day.isoformat() for day in study.period],
        "currency": study.currency,
        "measure": study.measure,
        "duplicates": study.duplicates,
        "dropped": dict(study.dropped),
        "seconds": round(study.seconds, 2),
        "memory_mb": round(study.memory_mb, 1),
    }


def money(value: Any) -> float:
    """Cents survive: sums below 10¹³ are exact to the cent as doubles."""
    return float(round(value, 2))


def owed(study: Study) -> dict[str, Any] | None:
    """Money not paid yet: in all, past due, by days past due; None where the files do not say."""
    if study.owed is None:
        return None
    aged = study.owed.ageing
    buckets = {name: money(amount) for name, amount in aged.buckets.items()}
    return {
        "total": money(aged.total),
        "overdue": money(aged.overdue),
        "customers": study.owed.customers,
        "ageing": buckets,
    }


def value(worth: Lifetime | MethodError) -> dict[str, Any] | None:
    """Money of the next twelve months with its bounds, together and by level, and how far off a later period was."""
    if isinstance(worth, MethodError) or isinstance(found := worth.value, MethodError):
        return None

    def bounded(total: float, span: tuple[float, float] | None) -> dict[str, float | None]:
        low, high = (round(end, 2) if math.isfinite(end) else None for end in span or (math.nan, math.nan))
        return {"value": round(total, 2), "low": low, "high": high}

    return {
        **bounded(found.total, found.interval),
        "months": found.months,
        "level": found.parameters["level"],
        "levels": {
            name: {"customers": group.customers, **bounded(group.value, (group.low, group.high))}
            for name, group in found.groups.items()
        },
        "later": {name: round(measure, 2) for name, measure in found.error.items()},
    }


def levels(part: Any) -> dict[str, Any] | None:
    """{level: {customers, revenue}}."""
    if isinstance(part, MethodError):
        return None
    return {
        name: {"customers": level.customers, "revenue": money(level.revenue)} for name, level in part.levels.items()
    }


def migration(study: Study) -> dict[str, Any] | None:
    """{level then: {level now: {customers, then, now}}}, with the periods compared."""
    found = study.migration
    if isinstance(found, MethodError) or not study.current or not study.previous:
        return None
    return {
        "then": [day.isoformat() for day in study.previous],
        "now": [day.isoformat() for day in study.current],
        "cells": {
            i: {
                j: {"customers": c.customers, "then": money(c.money_then), "now": money(c.money_now)}
                for j, c in row.items()
            }
            for i, row in found.cells.items()
        },
    }


def stage_moves(study: Study) -> dict[str, dict[str, int]] | None:
    """{stage then: {stage now: customers}} of the life cycle; "new" bought first in the last period."""
    found = study.stage_moves
    if isinstance(found, MethodError):
        return None
    return {i: {j: cell.customers for j, cell in row.items()} for i, row in found.cells.items()}


def cross_sell(study: Study) -> dict[str, Any] | None:
    """How many rules, and how rules did on later orders beside the best seller."""
    found, test = study.rules, study.rules_test
    if isinstance(found, MethodError) or isinstance(test, MethodError):
        return None
    return {
        "rules": len(found),
        "later_orders": test.orders,
        "orders_with_a_rule": test.cases,
        "hit_rate": test.hit_rate,
        "popular_hit_rate": test.popular_hit_rate,
        "difference_interval": list(test.interval),
    }


def parts(study: Study) -> dict[str, Any]:
    """Every method's answer by its name."""
    names = (
        "abc", "pyramid", "pyramid_now", "pyramid_before", "migration", "bridge", "concentration", "rfm", "lifecycle", "stage_moves",
        "patterns", "thinning", "cohorts", "clv", "rules", "forecast", "ranking",
    )  # fmt: skip
    return {name: getattr(study, name) for name in names}


def warnings(study: Study) -> list[dict[str, str]]:
    """Doubts and refusals: where, a stable code, and words in both languages."""
    found: list[tuple[str, Note | MethodError]] = [("data", note) for note in study.warnings]
    found += [(read.path, note) for read in study.files for note in read.statements]
    for name, part in parts(study).items():
        if isinstance(part, MethodError):
            found.append((name, part))
        elif isinstance(part, Result):
            found += [(name, note) for note in part.warnings]
    if not isinstance(study.clv, MethodError):
        found += [("clv", note) for note in (*study.clv.choice.warnings, *study.clv.warnings)]
        if isinstance(study.clv.value, MethodError):
            found.append(("clv", study.clv.value))
    listed = [{"part": part, "code": note.code, "zh": note.zh, "en": note.en} for part, note in found]
    return [dict(pairs) for pairs in dict.fromkeys(tuple(entry.items()) for entry in listed)]
