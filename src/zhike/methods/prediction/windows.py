"""Past windows of an order history: what was known on a day, and whether the customer then bought again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zhike.methods.result import MethodError


class Windows(NamedTuple):
    """`table` of what was known, `outcome` 1 = no purchase in the horizon, `time` the day of asking, whose `customer`."""

    table: dict[str, NDArray[np.float64]]
    outcome: NDArray[np.float64]
    time: NDArray[np.datetime64]
    customer: NDArray[Any]


def purchase_windows(
    customer: Any, day: Any, amount: Any, *, asked_on: Sequence[date], horizon: int, until: date, active: int = 365
) -> Windows:
    """One case per customer and day of asking: does it buy nothing in the `horizon` days after it?

    `customer`, `day`, `amount`: (n,) one entry per order. Cases are customers who bought in the `active` days up to
    the day of asking. Only orders up to that day make features: recency, tenure, orders, amount, mean gap, orders and
    amount of the last 91 days (days, money). Days whose horizon would run past `until` are refused: their answer is not known yet.
    """
    days = np.asarray(day, dtype="datetime64[D]").astype(np.int64)
    names, who = np.unique(np.asarray(customer), return_inverse=True)
    money = np.asarray(amount, dtype=float)
    last = int(np.datetime64(until, "D").astype(np.int64))
    parts = []
    for asked in sorted(asked_on):
        today = int(np.datetime64(asked, "D").astype(np.int64))
        if today + horizon > last:
            raise MethodError(
                "horizon_open",
                f"{asked} 之后的 {horizon} 天尚未过完，结果未知。",
                f"The {horizon} days after {asked} are not over: the outcome is not known.",
            )
        parts.append(_asked(today, who, days, money, (len(names), horizon, active)))
    if not parts or not sum(len(part["who"]) for part in parts):
        raise MethodError("no_cases", "没有可用的客户。", "No customer was active on these days.")
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    who_asked, outcome, time = (joined.pop(name) for name in ("who", "outcome", "time"))
    return Windows(joined, outcome, time.astype("datetime64[D]"), names[who_asked.astype(np.int64)])


def _asked(
    today: int, who: NDArray[Any], days: NDArray[np.int64], money: NDArray[np.float64], bounds: tuple[int, int, int]
) -> dict[str, NDArray[Any]]:
    size, horizon, active = bounds
    past, future = days <= today, (days > today) & (days <= today + horizon)
    recent = past & (days > today - 91)
    orders = np.bincount(who[past], minlength=size)
    first, latest = np.full(size, today), np.full(size, -(10**9))
    np.minimum.at(first, who[past], days[past])
    np.maximum.at(latest, who[past], days[past])
    mine = np.flatnonzero((orders > 0) & (latest > today - active))
    tenure = (today - first).astype(float)
    again = np.bincount(who[future], minlength=size) > 0
    return {
        "recency": (today - latest).astype(float)[mine],
        "tenure": tenure[mine],
        "orders": orders.astype(float)[mine],
        "amount": np.bincount(who[past], money[past], size)[mine],
        "gap": ((latest - first) / np.maximum(orders - 1, 1))[mine].astype(float),
        "orders_91": np.bincount(who[recent], minlength=size).astype(float)[mine],
        "amount_91": np.bincount(who[recent], money[recent], size)[mine],
        "outcome": (~again[mine]).astype(float),
        "time": np.full(len(mine), today),
        "who": mine,
    }
