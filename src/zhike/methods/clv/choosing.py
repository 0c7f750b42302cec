"""Which model to believe: each is fitted on the first part of history and judged by the part it has not seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from zhike.methods.clv.betageometric import BGNBD, MBGNBD
from zhike.methods.clv.fitting import Floats
from zhike.methods.clv.grouping import as_floats, grouped
from zhike.methods.clv.model import FEW, ModelFactory, PurchaseModel
from zhike.methods.clv.pareto import ParetoNBD
from zhike.methods.clv.spend import GammaGamma
from zhike.methods.result import MethodError, Note, Result

MODELS: tuple[type[PurchaseModel], ...] = (BGNBD, MBGNBD, ParetoNBD)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One forecast against what came: mean absolute and root mean squared error per customer, forecast and true total."""

    name: str
    mae: float
    rmse: float
    total: float
    actual: float


@dataclass(frozen=True, kw_only=True)
class Choice(Result):
    """The model that came closest on the later period, its rivals, and the naive forecast beside them."""

    model: PurchaseModel | None
    """None where the naive forecast was closest: then no model deserves belief here."""
    trials: tuple[Trial, ...]
    naive: Trial

    def findings(self) -> Iterable[Note]:
        """Who won, and by how much."""
        best = min(self.trials, key=lambda trial: trial.mae)
        verdict_zh = "采用该模型" if self.model else "模型不如朴素估计，不予采用"
        verdict_en = "it is used" if self.model else "no model beats the naive forecast, none is used"
        yield Note(
            "chosen",
            f"留出期检验：{best.name} 每位客户平均误差 {best.mae:.4f} 次，朴素估计 {self.naive.mae:.4f} 次；"
            f"合计预测 {best.total:,.0f}，实际 {best.actual:,.0f}，朴素 {self.naive.total:,.0f}。{verdict_zh}。",
            f"On the later period {best.name} errs by {best.mae:.4f} purchases per customer, the naive forecast by "
            f"{self.naive.mae:.4f}; totals {best.total:,.0f} forecast, {best.actual:,.0f} actual, "
            f"{self.naive.total:,.0f} naive: {verdict_en}.",
        )


def choose(
    history: tuple[Any, Any, Any],
    later: Any,
    horizon: float,
    models: Sequence[ModelFactory] = MODELS,
) -> Choice:
    """Fit each on `history` = (frequency, recency, T) and compare with purchases `later` within `horizon` after it.

    The naive forecast is each customer's own past rate, frequency/T·horizon. Refused below 100 repeat buyers.

    `history`: three (n,) arrays in one unit of time, `later` (n,) purchases, `horizon` in that unit. Raises MethodError for too few
    repeat buyers and for lengths that differ. Source: Fader and Hardie 2005 (holdout); Wübben and Wangenheim 2008 (the naive).

    >>> import numpy as np
    >>> chance = np.random.default_rng(7)
    >>> rate, life = chance.gamma(0.8, 1 / 8, 800), chance.exponential(1 / chance.gamma(0.6, 1 / 12, 800))
    >>> bought = chance.poisson(rate * np.minimum(life, 52))
    >>> last = np.minimum(life, 52) * chance.random(800) ** (1 / np.maximum(bought, 1)) * (bought > 0)
    >>> later = chance.poisson(rate * np.clip(life - 52, 0, 26))
    >>> choose((bought, last, np.full(800, 52.0)), later, horizon=26).model.name
    'Pareto/NBD'
    """
    data = grouped(*history)
    if data.repeat_buyers < FEW:
        raise MethodError(
            "too_few_repeat_buyers",
            f"供学习的那段历史里只有 {data.repeat_buyers} 位客户复购过，少于 {FEW} 位，不做模型。",
            f"In the history to learn from only {data.repeat_buyers} customers bought again, fewer than {FEW}: no model is made.",
        )
    x, seen, whole = (as_floats(column, "history") for column in history)
    actual = as_floats(later, "later")
    _check((x, actual), horizon)
    fitted = [factory().fit_summaries(data) for factory in models]
    trials = tuple(_trial(m.name, np.atleast_1d(m.expected_purchases(horizon, x, seen, whole)), actual) for m in fitted)
    naive = _trial("naive", _repeated(x, whole, horizon), actual)
    best = min(range(len(trials)), key=lambda i: trials[i].mae)
    wins = trials[best].mae < naive.mae
    return Choice(
        cases=len(x),
        parameters={"horizon": horizon, "models": [m.name for m in fitted]},
        warnings=(*fitted[best].warnings_, *(() if wins else (_loses(trials[best].name),))),
        error={"mae": trials[best].mae, "naive_mae": naive.mae, "rmse": trials[best].rmse, "naive_rmse": naive.rmse},
        model=fitted[best] if wins else None,
        trials=trials,
        naive=naive,
    )


@dataclass(frozen=True, kw_only=True)
class MoneyCheck(Result):
    """Money forecast for a later period beside what came, in the money of the spend; `error` holds both errors."""

    model: Trial
    naive: Trial

    def findings(self) -> Iterable[Note]:
        """How far off, for each customer and together."""
        model, naive = self.model, self.naive
        yield Note(
            "money_check",
            f"留出期金额：预测 {model.total:,.0f}，实际 {model.actual:,.0f}；每位平均误差 {model.mae:,.2f}，照搬过去 {naive.mae:,.2f}。",
            f"Money of the later period: {model.total:,.0f} forecast, {model.actual:,.0f} came; off by {model.mae:,.2f} per "
            f"customer, repeating the past by {naive.mae:,.2f}.",
        )


def check_money(
    models: tuple[PurchaseModel, GammaGamma], history: tuple[Any, Any, Any], mean_spend: Any, later: Any, horizon: float
) -> MoneyCheck:
    """E[purchases within `horizon`]·E[spend] per customer against the money that came `later`, both models learned before.

    `history` (frequency, recency, T), `mean_spend` (0 or nan without a repeat purchase) and `later` (money): (n,) each, of the time
    before and after the split. The naive forecast is each one's past rate times its mean spend. MethodError: lengths_differ.

    >>> import numpy as np
    >>> chance = np.random.default_rng(7)
    >>> rate, usual = chance.gamma(0.8, 1 / 8, 800), chance.gamma(5, 4, 800)
    >>> bought, later = chance.poisson(rate * 52), chance.poisson(rate * 26)
    >>> past = bought, np.where(bought > 0, 52 * chance.random(800) ** (1 / np.maximum(bought, 1)), 0), np.full(800, 52.0)
    >>> models = BGNBD("weeks").fit(*past), GammaGamma().fit(bought, usual)
    >>> found = check_money(models, past, usual, later * usual, horizon=26)
    >>> round(found.error["total"] / found.error["actual"], 2)  # all together well, each one no better than the naive
    0.96
    """
    x, seen, whole = (as_floats(column, "history") for column in history)
    spent, came = np.nan_to_num(np.asarray(mean_spend, dtype=float)), as_floats(later, "later")
    _check((x, spent, came), horizon)
    buys, spends = models
    each = spends.expected_spend(np.where(spent > 0, x, 0), spent)
    model = _trial(buys.name, np.atleast_1d(buys.expected_purchases(horizon, x, seen, whole)) * each, came)
    naive = _trial("naive", _repeated(x, whole, horizon) * spent, came)
    return MoneyCheck(
        cases=len(x),
        parameters={"horizon": horizon},
        error={"mae": model.mae, "naive_mae": naive.mae, "total": model.total, "actual": model.actual},
        model=model,
        naive=naive,
    )


def _check(columns: Sequence[Floats], horizon: float) -> None:
    if len({len(column) for column in columns}) > 1 or not horizon > 0:
        raise MethodError("lengths_differ", "留出期数据与历史不对应。", "The later period does not match the history.")


def _repeated(x: Floats, whole: Floats, horizon: float) -> Floats:
    """The naive forecast: each customer's own past rate, gone on with."""
    return np.asarray(np.divide(x, whole, out=np.zeros(len(x)), where=whole > 0) * horizon)


def _trial(name: str, forecast: Floats, actual: Floats) -> Trial:
    off = forecast - actual
    return Trial(
        name=name,
        mae=float(np.abs(off).mean()),
        rmse=float(np.sqrt((off**2).mean())),
        total=float(forecast.sum()),
        actual=float(actual.sum()),
    )


def _loses(name: str) -> Note:
    return Note(
        "naive_is_better",
        f"{name} 在留出期上不如朴素估计，预测仅供参考。",
        f"{name} does no better than the naive forecast on the later period.",
    )
