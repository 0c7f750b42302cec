"""Lifetime value: models learn from the first half of history, are judged by the second, and value the next year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from zhike.methods.clv import (
    BGNBD,
    MBGNBD,
    Choice,
    GammaGamma,
    LifetimeValue,
    ParetoNBD,
    PurchaseModel,
    Terms,
    choose,
    lifetime_value,
)
from zhike.methods.engine import Relation
from zhike.methods.result import MethodError, Note
from zhike.methods.value import PurchasesResult, purchases
from zhike.value.computing.attempt import attempt
from zhike.value.computing.sampling import sampled
from zhike.value.study import Lifetime, Worth

MODELS: tuple[type[PurchaseModel], ...] = (BGNBD, MBGNBD, ParetoNBD)
SAMPLE = 60_000
HISTORY = ("frequency", "recency", "T")
YEAR_IN_WEEKS = 365.25 / 7


def split_of(first: date, as_of: date) -> date:
    """Half of history, but no more than a year, is kept back to judge by."""
    return max(first + timedelta(days=(as_of - first).days // 2), as_of - timedelta(days=365))


def lifetime(orders: Relation, first: date, as_of: date) -> Lifetime:
    """The chosen model, how it did on the later period, and everybody's next twelve months."""
    split = split_of(first, as_of)
    if (as_of - split).days < 14:
        raise MethodError(
            "history_short", "历史不足一个月，不做终身价值。", "Less than a month of history: no lifetime value."
        )
    known = purchases(orders, until=split, unit="week")
    seen, later = before_and_after(orders, known.table, known.cases, split, as_of)
    made: list[PurchaseModel] = []

    def factory(kind: type[PurchaseModel]) -> Any:
        def make() -> PurchaseModel:
            made.append(kind("weeks"))
            return made[-1]

        return make

    choice = choose(seen, later, (as_of - split).days / 7, [factory(kind) for kind in MODELS])
    best = min(choice.trials, key=lambda trial: trial.mae).name
    learnt = next(model for model in made if model.name == best)
    doubts = {note.code + model.name: Note(note.code, f"{model.name}：{note.zh}", f"{model.name}: {note.en}")
              for model in made for note in model.warnings_}  # fmt: skip
    found = purchases(orders, until=as_of, unit="week")
    whole = found.columns()
    history = tuple(np.asarray(whole[name], dtype=float) for name in HISTORY)
    model = type(learnt)("weeks").fit(*(part_of(found) if found.cases > SAMPLE else history))
    if found.cases > SAMPLE:
        zh = f"客户很多，模型按其中约 {SAMPLE:,} 位学习，再用于全部 {found.cases:,} 位。"
        en = f"There are very many customers: models learn from about {SAMPLE:,} and are used for all {found.cases:,}."
        doubts["customers_sampled"] = Note("customers_sampled", zh, en)
    expected = np.atleast_1d(model.expected_purchases(YEAR_IN_WEEKS, *history))
    alive = np.atleast_1d(model.probability_alive(*history))
    value = attempt(lambda: worth(choice, model, history, np.asarray(whole["mean_spend"], dtype=float)))
    return Lifetime(
        choice=choice,
        split=split,
        model=best,
        params=learnt.params_,
        params_now=model.params_,
        value=value,
        best=() if isinstance(value, MethodError) else most(whole["customer"], expected, alive, value.values),
        mean_alive=float(alive.mean()),
        expected_purchases=float(expected.sum()),
        warnings=tuple(doubts.values()),
    )


def part_of(found: PurchasesResult) -> tuple[Any, ...]:
    """(frequency, recency, T) of a steady sample of these customers."""
    part = sampled(found.table.table, found.cases, SAMPLE).select(*HISTORY)
    few = found.table.engine.run(part.order_by(list(HISTORY)), exact=False)
    return tuple(np.asarray(few[name], dtype=float) for name in HISTORY)


def before_and_after(
    orders: Relation, known: Relation, customers: int, split: date, as_of: date
) -> tuple[tuple[Any, Any, Any], Any]:
    """(frequency, recency, T) up to the split and purchase days after it; a steady sample where there are very many."""
    import ibis

    after = orders.table.filter((orders.table.day > ibis.date(split)) & (orders.table.day <= ibis.date(as_of)))
    days = after.select("customer", "day")
    days = days if orders.grain == "day" else days.distinct()
    later = days.group_by("customer").agg(n=days.count())
    chosen = sampled(known.table, customers, SAMPLE)
    both = chosen.left_join(later, "customer")
    table = both.select("frequency", "recency", "T", later=both.n.coalesce(0))
    found = known.engine.run(table.order_by(list(table.columns)), exact=False)
    seen = tuple(np.asarray(found[name], dtype=float) for name in HISTORY)
    return (seen[0], seen[1], seen[2]), np.asarray(found["later"], dtype=float)


def worth(choice: Choice, model: PurchaseModel, history: tuple[Any, ...], spend: Any) -> LifetimeValue:
    """Twelve months of money at one per cent a month; refused where the model lost to the naive forecast."""
    if choice.model is None:
        raise MethodError(
            "naive_is_better",
            "没有模型在留出期上胜过朴素估计，因此不给出终身价值。",
            "No model beat the naive forecast on the later period, so no lifetime value is given.",
        )
    frequency = history[0]
    known = (frequency > 0) & (spend > 0)
    money = GammaGamma().fit(frequency[known], spend[known])
    each = money.expected_spend(np.where(known, frequency, 0), np.where(known, spend, 0))
    found = lifetime_value(model, (history[0], history[1], history[2]), each, Terms(months=12, monthly_discount=0.01))
    notes = {note.code: note for note in (*found.warnings, *money.warnings_)}
    from dataclasses import replace

    return replace(found, warnings=tuple(notes.values()))


def most(customers: Any, expected: Any, alive: Any, values: Any, limit: int = 100) -> tuple[Worth, ...]:
    """The most valuable customers of the next year."""
    first = np.argsort(-values, kind="stable")[:limit]
    return tuple(Worth(str(customers[i]), float(expected[i]), float(alive[i]), float(values[i])) for i in first)
