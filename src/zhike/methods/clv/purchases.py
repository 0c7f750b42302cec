"""From order lines to what the models read: one purchase per customer and day, the first one not counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from zhike.methods.clv.fitting import Floats
from zhike.methods.clv.grouping import as_floats
from zhike.methods.clv.model import known_unit
from zhike.methods.result import MethodError

DAYS: dict[str, float] = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12, "years": 365.25}


@dataclass(frozen=True)
class History:
    """One row per customer: id, repeat purchases, last repeat, time observed, mean repeat spend, purchases held out."""

    customers: Any
    frequency: Floats
    recency: Floats
    T: Floats
    mean_spend: Floats
    """nan where nobody bought again or no amounts were given."""
    later: Floats
    """Purchase days after `until`, up to `judged_until`."""

    def __iter__(self) -> Any:
        return iter((self.frequency, self.recency, self.T))


def history(
    customer: Any,
    day: Any,
    amount: Any = None,
    *,
    until: date,
    judged_until: date | None = None,
    unit: str | None = None,
) -> History:
    """Summaries up to `until` (inclusive) of order lines: customer ids, dates, amounts, in `unit`s of time.

    Several orders of one day are one purchase. Customers who came after `until` are left out; their later purchases too.
    """
    unit = known_unit(unit)
    ids, days = np.asarray(customer), np.asarray(day, dtype="datetime64[D]").astype(np.int64)
    if len(ids) != len(days) or len(ids) == 0:
        raise MethodError(
            "lengths_differ", "客户与日期两列须等长且非空。", "Customers and dates must be of one length, and some."
        )
    money = as_floats(amount, "amount") if amount is not None else np.full(len(ids), np.nan)
    if len(money) != len(ids):
        raise MethodError("lengths_differ", "各列的长度不一致。", "The columns differ in length.")
    end = int(np.datetime64(until, "D").astype(np.int64))
    last = int(np.datetime64(judged_until, "D").astype(np.int64)) if judged_until else end
    names, who = np.unique(ids, return_inverse=True)
    base = int(days.min())
    width = int(days.max()) - base + 1
    visits, line = np.unique(who.astype(np.int64) * width + (days - base), return_inverse=True)
    person, when, spent = visits // width, visits % width + base, np.bincount(line, money)
    past = when <= end
    first = np.full(len(names), np.iinfo(np.int64).max)
    np.minimum.at(first, person[past], when[past])
    newest = np.full(len(names), np.iinfo(np.int64).min)
    np.maximum.at(newest, person[past], when[past])
    repeat = past & (when > first[person])
    count = np.bincount(person[repeat], minlength=len(names)).astype(float)
    sums = np.bincount(person[repeat], spent[repeat], minlength=len(names))
    later = np.bincount(person[(when > end) & (when <= last)], minlength=len(names)).astype(float)
    known = np.bincount(person[past], minlength=len(names)) > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(count > 0, sums / count, np.nan)
    scale = DAYS[unit]
    return History(
        customers=names[known],
        frequency=count[known],
        recency=(newest[known] - first[known]) / scale,
        T=(end - first[known]) / scale,
        mean_spend=mean[known],
        later=later[known],
    )
