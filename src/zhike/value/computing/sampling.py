"""A steady part of all customers: the same ones on every engine and in every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ibis import Table


def sampled(table: Table, many: int, most: int) -> Table:
    """About `most` of `many` customers with all their rows, drawn by a digest of the customer; all where they are few."""
    if many <= most:
        return table
    bound = f"{int(most / many * 16**8):08x}"
    return table.filter(table.customer.hexdigest("md5") < bound)
