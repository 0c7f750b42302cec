"""A summary as a table, a chart and JSON; every figure carries the filter of its records."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.kernel.actor import Actor
from zhike.kernel.screens import Screen
from zhike.records.filters import Group as Filter
from zhike.records.presentation import group_json
from zhike.records.queries import ListQuery
from zhike.records.summary.asking import DATES, By, condition, read_question
from zhike.records.summary.queries import Cell, Summary, summary

MOST_BARS = 40
COLOURS = [
    "#2a7d91", "#d8942c", "#5f9b63", "#0c4555", "#b3351f", "#78aebc", "#7a5aa0", "#8c8c3a", "#c9799a", "#4a6fb0", "#9c6b3f", "#9a9a9a",
]  # fmt: skip


def address(screen: Screen, query: ListQuery, conditions: list[dict[str, Any]]) -> str:
    """The list behind a figure."""
    given = {"filter": orjson.dumps(narrowed(query.filter, conditions), default=str).decode()}
    if query.archived:
        given["bin"] = "1"
    return f"/{screen.slug}/?{urlencode(given)}"


def narrowed(group: Filter, conditions: list[dict[str, Any]]) -> dict[str, Any]:
    """The list's own filter with further conditions."""
    own = [] if not group else group_json(group)["all"] if group.join == "all" else [group_json(group)]
    return {"all": [*own, *conditions]}


def table(screen: Screen, query: ListQuery, found: Summary) -> dict[str, Any]:
    """Heads and rows; with two fields the second one stands across."""
    question = found.question
    measure = question.measure
    across = _across(found) if len(question.by) == 2 else []
    rows: dict[Any, dict[str, Any]] = {}
    for group in found.groups:
        first = condition(question.by[0], group.values[0])
        row = rows.setdefault(
            group.values[0],
            {"label": group.labels[0], "url": address(screen, query, [first]), "cells": {}, "all": Cell()},
        )
        row["all"].add(group.cell)
        if across:
            url = address(screen, query, [first, condition(question.by[1], group.values[1])])
            row["cells"][group.values[1]] = {"value": group.cell.value(measure), "url": url}
    values = [value for value, _label in across]
    listed = [
        {
            "label": r["label"],
            "url": r["url"],
            "cells": [r["cells"].get(v) for v in values],
            "value": r["all"].value(measure),
        }
        for r in rows.values()
    ]
    return {
        "heads": [label for _value, label in across],
        "rows": listed,
        "total": found.total.value(measure),
        "url": address(screen, query, []),
        "rest": found.rest.value(measure) if found.rest.count else None,
    }


def _across(found: Summary) -> list[tuple[Any, str]]:
    sums: dict[Any, tuple[str, int]] = {}
    for group in found.groups:
        label, count = sums.get(group.values[1], (group.labels[1], 0))
        sums[group.values[1]] = (label, count + group.cell.count)
    values = sorted(sums, key=lambda value: -sums[value][1])
    if found.question.by[1].bound.column.kind in DATES:
        values = sorted(sums, key=lambda value: (value is None, value))
    return [(value, sums[value][0]) for value in values]


def chart(rows: dict[str, Any], by: tuple[By, ...], label: str) -> dict[str, Any]:
    """Options for the chart: bars by the first field, stacked by the second; a click opens the records."""
    listed = rows["rows"][:MOST_BARS]
    names = [row["label"] for row in listed]
    if rows["heads"]:
        series = [
            {"type": "bar", "stack": "all", "name": head, "data": [_point(row["cells"][i]) for row in listed]}
            for i, head in enumerate(rows["heads"])
        ]
    else:
        series = [
            {"type": "bar", "name": label, "data": [{"value": row["value"], "url": row["url"]} for row in listed]}
        ]
    axis = {
        "type": "category",
        "data": names,
        "axisLabel": {"interval": 0 if len(names) <= 12 else "auto", "hideOverlap": True},
    }
    legend = {"type": "scroll", "top": 0} if rows["heads"] else {"show": False}
    return {"color": COLOURS, "xAxis": axis, "yAxis": {"type": "value"}, "series": series, "legend": legend}


def _point(cell: dict[str, Any] | None) -> dict[str, Any]:
    return cell or {"value": 0}


def summary_payload(screen: Screen, actor: Actor, query: ListQuery, params: Any) -> dict[str, Any]:
    """A summary for machines: `GET /api/<slug>/summary?by=level&and=owner&of=sum:amount`, with the list's own filter."""
    actor.require(f"{screen.type}.view")
    question = read_question(screen, actor, params)
    found = summary(screen, actor, query, question, timezone.now())
    groups = [
        {
            "values": list(group.values), "labels": list(group.labels), "count": group.cell.count,
            "value": group.cell.value(question.measure),
            "filter": narrowed(query.filter, [condition(b, v) for b, v in zip(question.by, group.values, strict=True)]),
        }
        for group in found.groups
    ]  # fmt: skip
    total, rest = found.total, found.rest
    return {
        "by": [one.key for one in question.by], "of": question.key, "groups": groups,
        "total": {"count": total.count, "value": total.value(question.measure)},
        "rest": {"count": rest.count, "value": rest.value(question.measure)} if rest.count else None,
    }  # fmt: skip


def title(screen: Screen) -> str:
    """The page's title."""
    return _("Summary: %(types)s") % {"types": screen.label_plural}
