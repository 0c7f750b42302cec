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
from zhike.methods.value import purchases
from zhike.value.computing.attempt import attempt
from zhike.value.computing.sampling import sampled
from zhike.value.study import Lifetime, Worth

MODELS: tuple[type[PurchaseModel], ...] = (BGNBD, MBGNBD, ParetoNBD)
SAMPLE = 60_000
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
    whole = purchases(orders, until=as_of, unit="week").columns()
    history = tuple(np.asarray(whole[name], dtype=float) for name in ("frequency", "recency", "T"))
    model = type(learnt)("weeks").fit(*history)
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


def before_and_after(
    orders: Relation, known: Relation, customers: int, split: date, as_of: date
) -> tuple[tuple[Any, Any, Any], Any]:
    """(frequency, recency, T) up to the split and purchase days after it; a steady sample where there are very many."""
    import ibis

    after = orders.table.filter((orders.table.day > ibis.date(split)) & (orders.table.day <= ibis.date(as_of)))
    days = after.select("customer", "day").distinct()
    later = days.group_by("customer").agg(n=days.count())
    chosen = sampled(known.table, customers, SAMPLE)
    both = chosen.left_join(later, "customer")
    table = both.select("frequency", "recency", "T", later=both.n.coalesce(0))
    found = known.engine.run(table.order_by(list(table.columns)), exact=False)
    seen = tuple(np.asarray(found[name], dtype=float) for name in ("frequency", "recency", "T"))
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
