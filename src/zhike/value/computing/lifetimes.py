"""Lifetime value: models learn from the first half of history, are judged by the second, and value the next year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from zhike.methods.clv import (
    MODELS,
    Draws,
    GammaGamma,
    LifetimeValue,
    PurchaseModel,
    Terms,
    check_money,
    choose,
    lifetime_value,
    value_intervals,
)
from zhike.methods.engine import Relation
from zhike.methods.result import MethodError, Note
from zhike.methods.value import PurchasesResult, PyramidResult, purchases
from zhike.methods.value.purchases import whole_days
from zhike.value.computing.attempt import attempt
from zhike.value.computing.sampling import sampled
from zhike.value.study import Lifetime, Worth

SAMPLE = 60_000
HISTORY = ("frequency", "recency", "T")
YEAR_IN_WEEKS = 365.25 / 7
DRAWS, FEWER = Draws(seed=1, size=100), Draws(seed=1, size=40)
History = tuple[Any, Any, Any]


class Halves(NamedTuple):
    """What was known of each customer at the split, and what came after it."""

    history: History
    mean_spend: Any
    purchases: Any
    money: Any


def split_of(first: date, as_of: date) -> date:
    """Half of history, but no more than a year, is kept back to judge by."""
    return max(first + timedelta(days=(as_of - first).days // 2), as_of - timedelta(days=365))


def lifetime(orders: Relation, first: date, as_of: date, levels: PyramidResult | MethodError) -> Lifetime:
    """The chosen model, how it did on the later period, and everybody's next twelve months, by level too."""
    split = split_of(first, as_of)
    if (as_of - split).days < 14:
        raise MethodError(
            "history_short", "历史不足一个月，不做终身价值。", "Less than a month of history: no lifetime value."
        )
    known = purchases(orders, until=split, unit="week")
    halves, weeks = before_and_after(orders, known.table, known.cases, split, as_of), (as_of - split).days / 7
    made: list[PurchaseModel] = []

    def factory(kind: type[PurchaseModel]) -> Any:
        def make() -> PurchaseModel:
            made.append(kind("weeks"))
            return made[-1]

        return make

    choice = choose(halves.history, halves.purchases, weeks, [factory(kind) for kind in MODELS])
    best = min(choice.trials, key=lambda trial: trial.mae).name
    learnt = next(model for model in made if model.name == best)
    doubts = {note.code + model.name: Note(note.code, f"{model.name}：{note.zh}", f"{model.name}: {note.en}")
              for model in made for note in model.warnings_}  # fmt: skip
    found = purchases(orders, until=as_of, unit="week")
    whole = found.columns()
    history = history_of(whole)
    model = type(learnt)("weeks").fit(*(part_of(found) if found.cases > SAMPLE else history))
    if found.cases > SAMPLE:
        zh = f"客户很多，模型按其中约 {SAMPLE:,} 位学习，再用于全部 {found.cases:,} 位。"
        en = f"There are very many customers: models learn from about {SAMPLE:,} and are used for all {found.cases:,}."
        doubts["customers_sampled"] = Note("customers_sampled", zh, en)
    expected = np.atleast_1d(model.expected_purchases(YEAR_IN_WEEKS, *history))
    alive = np.atleast_1d(model.probability_alive(*history))
    spent = np.asarray(whole["mean_spend"], dtype=float)
    value = NAIVE if choice.model is None else attempt(lambda: worth(model, history, spent, places(levels, whole)))
    return Lifetime(
        choice=choice,
        split=split,
        model=best,
        params=learnt.params_,
        params_now=model.params_,
        value=value if isinstance(value, MethodError) else replace(value, error=money_error(learnt, halves, weeks)),
        everyone=by_value(whole["customer"], expected, alive, value),
        mean_alive=float(alive.mean()),
        expected_purchases=float(expected.sum()),
        warnings=tuple(doubts.values()),
    )


def history_of(found: Any) -> History:
    """(frequency, recency, T) of columns."""
    frequency, recency, whole = (np.asarray(found[name], dtype=float) for name in HISTORY)
    return frequency, recency, whole


def part_of(found: PurchasesResult) -> History:
    """(frequency, recency, T) of a steady sample of these customers."""
    part = sampled(found.table.table, found.cases, SAMPLE).select(*HISTORY)
    return history_of(found.table.engine.run(part.order_by(list(HISTORY)), exact=False))


def before_and_after(orders: Relation, known: Relation, customers: int, split: date, as_of: date) -> Halves:
    """Both halves of history; a steady sample of customers where there are very many."""
    import ibis

    after = orders.table.filter((orders.table.day > ibis.date(split)) & (orders.table.day <= ibis.date(as_of)))
    days = after if orders.grain == "day" else whole_days(after)
    later = days.group_by("customer").agg(n=days.count(), money=days.amount.sum())
    chosen = sampled(known.table, customers, SAMPLE)
    both = chosen.left_join(later, "customer")
    money = both.money.cast("float64").coalesce(0.0)
    table = both.select(*HISTORY, "mean_spend", later=both.n.coalesce(0), money=money)
    found = known.engine.run(table.order_by(list(table.columns)), exact=False)
    spent, purchases_, money_ = (np.asarray(found[name], dtype=float) for name in ("mean_spend", "later", "money"))
    return Halves(history_of(found), spent, purchases_, money_)


NAIVE = MethodError(
    "naive_is_better",
    "没有模型在留出期上胜过朴素估计，因此不给出终身价值。",
    "No model beat the naive forecast on the later period, so no lifetime value is given.",
)


def spending(frequency: Any, spend: Any) -> tuple[GammaGamma, Any]:
    """The model of spend, and what it expects of each customer's next purchase."""
    known = (frequency > 0) & (spend > 0)
    money = GammaGamma().fit(frequency[known], spend[known])
    return money, money.expected_spend(np.where(known, frequency, 0), np.where(known, spend, 0))


def worth(model: PurchaseModel, history: History, spend: Any, levels: Any) -> LifetimeValue:
    """Twelve months of money at one per cent a month, with bounds for the total, for each level and for customers."""
    money, each = spending(history[0], spend)
    plain = lifetime_value(model, history, each, Terms(months=12, monthly_discount=0.01))
    draws = FEWER if len(spend) > SAMPLE else DRAWS  # the more customers, the less one draw differs from another
    found = value_intervals(plain, (model, money), history, np.maximum(spend, 0), draws, levels)
    notes = {note.code: note for note in (*found.warnings, *money.warnings_)}
    return replace(found, warnings=tuple(notes.values()))


def places(levels: PyramidResult | MethodError, whole: Any) -> list[str] | None:
    """The level of each customer, in the order of these columns; none where there is no pyramid."""
    level = {} if isinstance(levels, MethodError) else levels.level_of
    return [level[one] for one in whole["customer"]] if level else None


def money_error(learnt: PurchaseModel, halves: Halves, weeks: float) -> dict[str, float]:
    """How far off the money of the later period was; nothing where spend could not be learned before it."""

    def checked() -> dict[str, float]:
        money, _each = spending(halves.history[0], halves.mean_spend)
        spent = np.maximum(halves.mean_spend, 0)
        return dict(check_money((learnt, money), halves.history, spent, halves.money, weeks).error)

    found = attempt(checked)
    return {} if isinstance(found, MethodError) else found


def by_value(customers: Any, expected: Any, alive: Any, value: LifetimeValue | MethodError) -> dict[str, Any]:
    """Everybody's next year as columns, the most valuable first; nobody's where there is no value."""
    if isinstance(value, MethodError) or value.of_customers is None:
        return {name: np.empty(0, dtype=object if name == "customer" else float) for name in Worth._fields}
    first = np.argsort(-value.values, kind="stable")
    columns = (np.asarray(customers, dtype=object), expected, alive, value.values, *value.of_customers)
    return {name: column[first] for name, column in zip(Worth._fields, columns, strict=True)}
