"""Masked values in full: only with the right, seldom enough, and never without a trace."""

from __future__ import annotations

from zhike.kernel import limits
from zhike.kernel.actions import emit
from zhike.kernel.actor import Actor, FieldRule
from zhike.kernel.errors import NotFound
from zhike.kernel.events import DataSeen
from zhike.kernel.models import Record
from zhike.kernel.screens import Screen, Sensitive
from zhike.records import watching
from zhike.records.access import customer_of, reason_given, title_of
from zhike.records.cards import follow
from zhike.records.columns import bound_columns


def revealed(screen: Screen, record: Record, name: str, by: Actor, reason: str) -> str:
    """The whole value of a masked column. A field that a role masks stays masked; only the general masking opens."""
    by.require(f"{screen.type}.reveal", record)
    item = bound_columns(screen, by).get(name)
    if item is None or item.column.sensitive is Sensitive.NO or by.rule(screen.type, name) is FieldRule.MASKED:
        raise NotFound("field")
    reason = reason_given(reason)
    limits.spend(limits.REVEAL, by)
    watching.seen(watching.REVEALS, by)
    emit(
        DataSeen(what=name, reason=reason),
        subject=record,
        by=by,
        customer_id=customer_of(record),
        label=title_of(record),
    )
    return str(follow(record, item.column.orm) or "")
