"""Every method gives one shape of result: values, cases, period, parameters, warnings, error, and words in both languages."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import import_module
from numbers import Real
from typing import Any

import numpy as np
import pytest

from zhike.methods import (
    clv,
    cohorts,
    credit,
    duplicates,
    effort,
    forecast,
    groups,
    kano,
    later_orders,
    leads,
    lifecycle,
    loyalty,
    moments,
    offers,
    prediction,
    rates,
    rules,
    satisfaction,
    stock,
    survival,
    uplift,
    value,
    worth,
)  # fmt: skip
from zhike.methods.engine import as_orders
from zhike.methods.result import Note, Result
from zhike.methods.tests.orders import lines
from zhike.methods.tests.test_pages import FAMILIES

AS_OF = date(2024, 6, 30)
YEARS = (date(2022, 7, 1), date(2023, 6, 30)), (date(2023, 7, 1), AS_OF)
TEN = Decimal(10)
CHANCE = np.random.default_rng(5)
REPEATS = CHANCE.poisson(CHANCE.gamma(0.8, 1.5, 300))
HISTORY = (REPEATS, np.where(REPEATS > 0, CHANCE.integers(1, 39, 300), 0), np.full(300, 39))
VISITS = CHANCE.integers(1, 9, 400)
BOUGHT = (CHANCE.random(400) < VISITS / 10).astype(int)
BASKETS = [["tea", "cup"], ["tea", "cup", "milk"], ["milk"], ["tea", "cup"]] * 10
CONTACTED, CAME = [1, 0] * 100, [1, 0, 1, 1, 0, 0, 1, 0] * 25
SERIES = [3.0, 5, 4, 6, 5, 7, 6, 8, 7, 9, 8, 10, 9, 11, 10, 12]
MODEL = {"latents": {"Quality": ["q"], "Loyalty": ["s"]}, "paths": [("Quality", "Loyalty")], "scale": (1, 5)}
ANSWERS = {"q": [1, 2, 3, 4, 5] * 4, "s": [1, 3, 2, 5, 4] * 4}
ALIKE = [
    {"id": "1", "name": "恒源科技", "phones": ["13800001111"]},
    {"id": "2", "name": "恒源科技", "phones": ["13800001111"]},
]
SIDE = {**dict.fromkeys(worth.BENEFITS, 8), **dict.fromkeys(worth.BURDENS, 3)}


@cache
def orders() -> Any:
    """One relation for all methods of orders."""
    return as_orders(lines(20)).keep()


@cache
def moved() -> value.MigrationResult:
    """Two years beside each other."""
    return value.migration(*(value.pyramid(orders(), period=year) for year in YEARS))


@cache
def stages() -> lifecycle.LifecycleResult:
    """Where everybody stands."""
    return lifecycle.lifecycle(orders(), as_of=AS_OF)


@cache
def learnt() -> clv.PurchaseModel:
    """A fitted model of purchases."""
    return clv.BGNBD("weeks").fit(*HISTORY)


def money() -> tuple[Any, Any, Any]:
    """Both models, the history that they learnt, and each customer's mean spend."""
    spent = np.where(REPEATS > 0, 10.0 + VISITS[:300], 0.0)
    return (learnt(), clv.GammaGamma().fit(REPEATS, spent)), HISTORY, spent


def worth_money() -> Result:
    """The next twelve months with bounds in money."""
    models, past, spent = money()
    each = models[1].expected_spend(REPEATS, spent)
    return clv.value_intervals(
        clv.lifetime_value(models[0], past, each), models, past, spent, clv.Draws(seed=1, size=20)
    )


def fitted(model: Any, *given: Any) -> Any:
    """What an estimator learnt, which is its result."""
    return model.fit(*given).result_


def times() -> tuple[list[int], list[int], list[int]]:
    """Weekday, hour, answered: the morning is better."""
    return [0] * 80, [10] * 40 + [15] * 40, [1] * 30 + [0] * 10 + [1] * 10 + [0] * 30


def held_out() -> Any:
    """A rule judged on later orders."""
    rule = rules.Rule(frozenset(["a"]), frozenset(["b"]), 0.5, 0.9, 1.8, 9)
    return later_orders.rules_on_later_orders(
        [rule], {"c": 20, "a": 12, "b": 10}, [["a", "b"]] * 30 + [["a", "c"]] * 10
    )


def offered() -> Any:
    """Items that half of the customers came back for."""
    first, later = date(2024, 1, 1), date(2024, 3, 1)
    rows = [(who, item, first) for who in range(60) for item in ("tea", "cup" if who % 2 else "milk")]
    return offers.offers_on_later_period(
        [*rows, *((who, "cup", later) for who in range(0, 60, 2))], date(2024, 2, 1), k=1
    )


METHODS: Mapping[str, Callable[[], Any]] = {
    "cohorts.cohorts": lambda: cohorts.cohorts(orders(), as_of=AS_OF, unit="year"),
    "clv.BGNBD": lambda: learnt().result_,
    "clv.MBGNBD": lambda: fitted(clv.MBGNBD("weeks"), *HISTORY),
    "clv.ParetoNBD": lambda: fitted(clv.ParetoNBD("weeks"), *HISTORY),
    "clv.SBG": lambda: fitted(clv.SBG(), [100, 80, 70, 65]),
    "clv.GammaGamma": lambda: fitted(clv.GammaGamma(), [1, 2, 3, 2] * 30, [20, 25, 40, 31] * 30),
    "clv.choose": lambda: clv.choose(HISTORY, [1, 0, 1, 0, 2, 0] * 50, horizon=26, models=(clv.BGNBD,)),
    "clv.finite_value": lambda: clv.finite_value([100, 100], 0.8, 0.1),
    "clv.simple_value": lambda: clv.simple_value(100, 0.8, 0.1),
    "clv.intervals": lambda: clv.intervals(learnt(), HISTORY, 26, clv.Draws(seed=1, size=20)),
    "clv.check_money": lambda: clv.check_money(*money(), [5.0] * 300, horizon=26),
    "clv.value_intervals": worth_money,
    "clv.lifetime_value": lambda: clv.lifetime_value(learnt(), HISTORY, 10),
    "credit.ageing": lambda: credit.ageing([credit.Open(date(2024, 5, 1), TEN)], AS_OF),
    "credit.available": lambda: credit.available(TEN, TEN, TEN, TEN),
    "credit.c_score": lambda: credit.c_score({"character": 90, "capacity": 80}),
    "credit.count_back_dso": lambda: credit.count_back_dso(TEN, [(Decimal(30), 31)]),
    "credit.dso": lambda: credit.dso(TEN, Decimal(30), 31),
    "credit.feature_score": lambda: credit.feature_score({"product": 5}),
    "credit.net_assets_limit": lambda: credit.net_assets_limit(TEN, TEN),
    "credit.receipts_limit": lambda: credit.receipts_limit([TEN] * 6, 30),
    "credit.sales_limit": lambda: credit.sales_limit([TEN], 30, "A"),
    "credit.scorecard": lambda: credit.scorecard({"visits": VISITS}, BOUGHT, when=range(400)),
    "credit.working_assets_limit": lambda: credit.working_assets_limit(credit.Balance(TEN * 3, TEN, TEN, TEN, TEN)),
    "duplicates.match": lambda: duplicates.match(ALIKE),
    "duplicates.match_table": lambda: duplicates.match_table({"id": ["1", "2"], "name": ["ann", "ann"]}, learned=False),
    "effort.best_bid": lambda: effort.best_bid(100, {"one": effort.Rival(guess=(1.0, 1.2, 1.4))}),
    "effort.go_no_go": lambda: effort.go_no_go(dict.fromkeys(effort.bids.CRITERIA, 7)),
    "effort.plan_visits": lambda: effort.plan_visits([effort.Account("a", "Li", [0, 50])], {"Li": 3}),
    "effort.service_balance": lambda: effort.service_balance([effort.Served("a", "A", 3, 10), effort.Served("b", "B", 1, 9)]),
    "effort.win_curve": lambda: effort.win_curve([1.1] * 20 + [1.3] * 20, [True] * 15 + [False] * 5 + [True] * 5 + [False] * 15),
    "forecast.croston": lambda: forecast.croston([0, 2, 0, 0, 4]),
    "forecast.forecast": lambda: forecast.forecast(SERIES, 2),
    "forecast.smooth": lambda: forecast.smooth(SERIES),
    "forecast.theta": lambda: forecast.theta(SERIES),
    "groups.find_groups": lambda: groups.find_groups({"days": [9, 10, 11, 90, 95] * 8}, numbers=(2,), resamples=2),
    "kano.classify": lambda: kano.classify({"M": 15, "O": 24, "A": 121}),
    "leads.lead_score": lambda: leads.lead_score({"source": (["fair"] * 25 + ["web"] * 25) * 2}, [1] * 30 + [0] * 70),
    "leads.horizon_conversion": lambda: leads.horizon_conversion([*leads.HORIZONS], [3.0, None, 9.0, None], [400.0] * 4),
    "later_orders.rules_on_later_orders": held_out,
    "lifecycle.lifecycle": stages,
    "lifecycle.loss_patterns": lambda: lifecycle.loss_patterns(stages(), as_of=AS_OF),
    "lifecycle.thinning_out": lambda: lifecycle.thinning_out(stages(), as_of=AS_OF),
    "loyalty.loyalties": lambda: loyalty.loyalties([loyalty.Bond("a", 9, 5)], loyalty.Cuts(attachment=8)),
    "moments.contact_times": lambda: moments.contact_times(*times()),
    "offers.item_similarity": lambda: offers.item_similarity(BASKETS),
    "offers.offers_on_later_period": offered,
    "prediction.fit_model": lambda: prediction.fit_model({"visits": VISITS}, BOUGHT, time=range(400)),
    "prediction.judge": lambda: prediction.judge(BOUGHT, VISITS / 10),
    "prediction.model_sheet": lambda: prediction.model_sheet({"visits": VISITS}, BOUGHT, time=range(400)),
    "rates.rate": lambda: rates.rate(1, 2),
    "rates.churn": lambda: rates.churn(1, 2),
    "rates.retention": lambda: rates.retention(3, 1, 2),
    "rates.return_rate": lambda: rates.return_rate(1, 2),
    "rates.complaint_rate": lambda: rates.complaint_rate(3, 2),
    "rates.favour": lambda: rates.favour(1, 2),
    "rates.naming": lambda: rates.naming(0, 0),
    "rates.penetration": lambda: rates.penetration(1, 2),
    "rates.close_rate": lambda: rates.close_rate(1, 2),
    "rates.share_of_wallet": lambda: rates.share_of_wallet(TEN, 20),
    "rates.price_sensitivity": lambda: rates.price_sensitivity([(0.0, True), (0.15, False)]),
    "rates.order_rates": lambda: rates.order_rates(orders(), period=YEARS[1]),
    "rules.association_rules": lambda: rules.association_rules(BASKETS, support=0.2, confidence=0.5),
    "satisfaction.PLSPathModel": lambda: fitted(satisfaction.PLSPathModel(MODEL), ANSWERS),
    "satisfaction.csat": lambda: satisfaction.csat([5, 4, 1]),
    "satisfaction.felt_over_expected": lambda: satisfaction.felt_over_expected([8, 5], [8, 10]),
    "satisfaction.importance_satisfaction": lambda: satisfaction.importance_satisfaction(ANSWERS, importance=ANSWERS),
    "satisfaction.index_score": lambda: satisfaction.index_score([8], [1], (1, 10)),
    "satisfaction.nps": lambda: satisfaction.nps([10, 9, 3]),
    "satisfaction.servqual": lambda: satisfaction.servqual(ANSWERS, ANSWERS, {"care": ["q", "s"]}),
    "satisfaction.seven_step": lambda: satisfaction.seven_step([7, 4]),
    "satisfaction.weighted_index": lambda: satisfaction.weighted_index(ANSWERS, {"q": 1}, (1, 5)),
    "stock.order_quantity": lambda: stock.order_quantity(1000, 50, 4),
    "stock.policy": lambda: stock.policy(stock.Demand(10, 3), lead=4, review=1),
    "survival.kaplan_meier": lambda: survival.kaplan_meier([2, 3, 5], [1, 1, 0]),
    "survival.logrank": lambda: survival.logrank([1, 2, 3, 4], [1, 1, 1, 1], ["a", "a", "b", "b"]),
    "survival.cox": lambda: survival.cox([[1], [0], [1], [0]], [1, 2, 3, 4], [1, 1, 1, 1], ["mark"]),
    "uplift.holdout_lift": lambda: uplift.holdout_lift(CONTACTED, CAME),
    "uplift.smallest_effect": lambda: uplift.smallest_effect(2, 2, 0.5),
    "uplift.qini": lambda: uplift.qini(CAME, CONTACTED, range(200)),
    "uplift.auuc": lambda: uplift.auuc(CAME, CONTACTED, range(200)),
    "uplift.uplift_model": lambda: uplift.uplift_model({"visits": np.tile(VISITS, 2)}, np.tile(BOUGHT, 2), [1, 0] * 400),
    "value.abc": lambda: value.abc(orders()),
    "value.concentration": lambda: value.concentration(orders()),
    "value.customer_equity": lambda: value.customer_equity(moved(), margin={"top": 10}, discount=0.1, periods=2),
    "value.migration": moved,
    "value.project": lambda: value.project(moved(), 2),
    "value.purchases": lambda: value.purchases(orders(), until=AS_OF, unit="week"),
    "value.pyramid": lambda: value.pyramid(orders()),
    "value.rfm": lambda: value.rfm(orders(), as_of=AS_OF),
    "value.what_if": lambda: value.what_if(moved(), {}),
    "worth.profitability": lambda: worth.profitability([100, 50], {"goods": [60, 40]}),
    "worth.value_matrix": lambda: worth.value_matrix([1, 2, 9], [1, 9, 1]),
    "worth.key_accounts": lambda: worth.key_accounts({name: [90, 10] for name in worth.KEY_WEIGHTS}),
    "worth.multi_measure_rank": lambda: worth.multi_measure_rank({"sales": [9, 5]}, {"sales": 1}),
    "worth.delivered_value": lambda: worth.delivered_value(SIDE, {"x": SIDE}),
}  # fmt: skip

LATIN = {
    "AUC", "AUUC", "CSAT", "MBG", "NBD", "NPS", "Pareto", "Qini", "SERVQUAL", "alpha", "beta", "gamma", "log", "rank", "sBG",
    "Loyalty", "Quality", "care", "cup", "days", "milk", "one", "tea", "visits",
}  # fmt: skip
"""What a Chinese sentence may hold: names of measures and parameters, and names that the caller gave."""

BLOCKS = {
    "cohorts.period_number": "an expression of a day",
    "cohorts.first_day_of": "a date of a number",
    "cohorts.number_of_day": "a number of a date",
    "cohorts.cohorts_table": "an expression, before it runs",
    "cohorts.running_note": "a doubt of `cohorts`",
    "clv.PurchaseModel": "what the three models share",
    "clv.history": "order lines in the form that models read",
    "credit.working_assets_percent": "a row of the table that the limit reads",
    "duplicates.compare": "a pair, which explains itself reason by reason; a run compares millions",
    "duplicates.keys": "what records are brought together by",
    "duplicates.normalise": "a record in comparable form",
    "groups.jaccard": "an overlap of sets",
    "kano.letter": "a cell of Kano's table",
    "prediction.auc": "a number within `judge`, which has it with its interval",
    "prediction.auc_interval": "likewise",
    "prediction.find_leaks": "what `fit_model` refuses by; each leak says why",
    "prediction.purchase_windows": "orders in the form that models read",
    "rates.activity_table": "an expression, before it runs",
    "rates.result_of": "counts as the result of `order_rates`",
    "rules.least_count": "a bound in whole baskets",
    "rules.frequent_itemsets": "the sets that rules are made of",
    "satisfaction.index_model": "the specification of a model",
    "survival.concordance": "a number within `cox`, which has it",
    "uplift.newcombe": "an interval of two shares",
    "uplift.uplift_curve": "the points of a chart whose area `qini` and `auuc` are",
    "worth.column": "a column, checked",
    "worth.capital_cost": "one of the costs of `profitability`",
    "worth.potential": "one of the two axes of `value_matrix`",
    "worth.percentile_ranks": "ranks that `multi_measure_rank` adds up",
}
"""Plain arithmetic and other building blocks, each with the reason why it gives no result of its own."""


def offered_names(family: str) -> set[str]:
    """Functions and estimators that a family offers: its `__all__`, or all it defines without an underscore."""
    module = import_module(f"zhike.methods.{family}")
    own = [name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__]
    names = {name for name in getattr(module, "__all__", own) if not name.startswith("_")}
    things = {name: getattr(module, name) for name in names}
    return {f"{family}.{name}" for name, one in things.items() if inspect.isfunction(one) or hasattr(one, "fit")}


def test_every_method_is_walked_through_or_named_as_a_building_block() -> None:
    offered = {name for family in FAMILIES for name in offered_names(family)}
    assert offered == set(METHODS) | set(BLOCKS)
    assert not set(METHODS) & set(BLOCKS)


@pytest.mark.slow
@pytest.mark.parametrize("name", METHODS)
def test_a_method_gives_the_one_shape_of_result_and_says_it_in_both_languages(name: str) -> None:
    found = METHODS[name]()
    assert isinstance(found, Result), f"{name} gives a bare {type(found).__name__}"
    assert isinstance(found.cases, int | np.integer) and found.cases >= 0
    assert found.period is None or found.period[0] <= found.period[1]
    assert isinstance(found.parameters, Mapping) and all(isinstance(note, Note) for note in found.warnings)
    assert all(isinstance(measure, Real) for measure in found.error.values())
    zh, en = found.explain("zh"), found.explain("en")
    assert zh and len(zh) == len(en), "every sentence is there in both languages"
    assert all(re.search(r"[一-鿿]", sentence) for sentence in zh)
    assert not set(re.findall(r"[A-Za-z_]{3,}", " ".join(zh))) - LATIN, "our own codes are told in Chinese"
    assert all(re.search(r"[A-Za-z]{2}", sentence) and sentence[-1] in ".!?:" for sentence in en)
