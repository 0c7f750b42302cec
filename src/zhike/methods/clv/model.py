"""What the models of repeat purchases share: fitting, what was learned, doubts, and forecasts checked at the edge."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, cast

import numpy as np

from zhike.methods.clv.fitting import Floats, Objective, Peak, again, climb, standing
from zhike.methods.clv.grouping import SAMPLE_ROWS, Summaries, as_floats, checked, grouped
from zhike.methods.result import MethodError, Note, Result

Unit = Literal["days", "weeks", "months", "years"]
PER_MONTH: dict[str, float] = {"days": 30.0, "weeks": 4.345, "months": 1.0, "years": 1 / 12}
"""How many of the unit make a month, in the convention of the published lifetime values."""

FEW = 100
"""Below so many repeat buyers a fit is shown with a warning, and no model is chosen."""


def known_unit(unit: str | None) -> Unit:
    """The unit of time ("week" and "weeks" are one), or a refusal.

    The same numbers read as days instead of weeks give another value without a word.
    """
    if unit is None:
        raise MethodError(
            "unit_missing",
            "请说明时间单位（days、weeks、months 或 years）：不说单位，价值会差好几倍。",
            "Say the unit of time (days, weeks, months or years): without it a value may be wrong by several times.",
        )
    plural = unit if unit.endswith("s") else f"{unit}s"
    if plural not in PER_MONTH:
        raise MethodError("unit_unknown", f"不认识的时间单位“{unit}”。", f'"{unit}" is no unit of time known here.')
    return cast(Unit, plural)


@dataclass(frozen=True, kw_only=True)
class Fit(Result):
    """A fitted model: parameters with standard errors (`parameters`, `spread`), log-likelihood, repeat buyers."""

    model: str
    log_likelihood: float
    spread: dict[str, float]
    repeat_buyers: int
    unit: str | None

    def findings(self) -> Iterable[Note]:
        """Which model on how many customers, by which parameters."""
        named = ", ".join(f"{name} {value:.4g}" for name, value in self.parameters.items())
        yield Note(
            "fitted",
            f"{self.model}：依据 {self.cases:,} 位客户（其中 {self.repeat_buyers:,} 位有复购）；参数 {named}。",
            f"{self.model} on {self.cases:,} customers ({self.repeat_buyers:,} bought again); parameters {named}.",
        )


class PurchaseModel(ABC):
    """A model of when customers buy again and when they stop; learned state ends in an underscore.

    frequency = repeat purchases (purchase days after the first), recency = time from the first to the last purchase,
    T = time from the first purchase to the end of observation, all three in one `unit`, which is said once here.
    """

    name: ClassVar[str]
    names: ClassVar[tuple[str, ...]]

    def __init__(self, unit: Unit | str | None = None) -> None:
        self.unit = known_unit(unit) if unit is not None else None
        self.params_: dict[str, float] = {}
        self.log_likelihood_ = float("nan")
        self.result_: Fit | None = None

    # --- fitting ------------------------------------------------------------------------------------------------------
    def fit(self, frequency: Any, recency: Any, T: Any) -> Self:
        """Learn from one row per customer (any order, arrays or columns of numbers of one length)."""
        return self.fit_summaries(grouped(frequency, recency, T))

    def fit_summaries(self, data: Summaries) -> Self:
        """Learn from counted summaries."""
        if data.repeat_buyers == 0:
            raise MethodError(
                "no_repeat_buyers",
                "没有任何客户复购过，无法估计复购模型。",
                "No customer bought again: a model of repeat purchases has nothing to learn from.",
            )
        scale = float(data.whole.max()) or 1.0
        starts = [self._start(start, scale) for start in self._starts()]
        rough = self._objective(data.sample(SAMPLE_ROWS)) if len(data.x) > 2 * SAMPLE_ROWS else None
        peak = climb(self._objective(data), starts, rough)
        values = np.exp(peak.at)
        self.params_ = dict(zip(self.names, (float(value) for value in values), strict=True))
        self.log_likelihood_ = peak.height * data.cases
        spread = values * peak.errors(data.cases)
        self.result_ = Fit(
            cases=int(data.cases),
            parameters=self.params_,
            warnings=(*self._doubts(data), *self._unsettled(peak.settled)),
            model=self.name,
            log_likelihood=self.log_likelihood_,
            spread=dict(zip(self.names, (float(value) for value in spread), strict=True)),
            repeat_buyers=data.repeat_buyers,
            unit=self.unit,
        )
        return self

    def around(self, data: Summaries) -> Peak:
        """Where the parameters in force stand for these customers: what `redrawn` starts from."""
        return standing(self._objective(data), np.log(np.array(self.given())))

    def redrawn(self, data: Summaries, near: Peak) -> Self:
        """The same model, learned from a draw of its customers; nothing but its parameters is known of it."""
        values = np.exp(again(self._objective(data), near))
        return type(self)(self.unit).with_params(**dict(zip(self.names, values.tolist(), strict=True)))

    def log_likelihood(self, frequency: Any, recency: Any, T: Any) -> float:
        """ln L of these customers under the parameters in force."""
        data = grouped(frequency, recency, T)
        return self._objective(data)(np.log(np.array(self.given())))[0] * data.cases

    @property
    def warnings_(self) -> tuple[Note, ...]:
        """Doubts about the fit."""
        return self.result_.warnings if self.result_ else ()

    def with_params(self, **params: float) -> Self:
        """Take parameters as given, such as published ones or those of an earlier run."""
        if set(params) != set(self.names) or not all(np.isfinite(v) and v > 0 for v in params.values()):
            wanted = ", ".join(self.names)
            raise MethodError(
                "bad_parameters", f"需要正的参数：{wanted}。", f"Positive parameters are needed: {wanted}."
            )
        self.params_ = {name: float(params[name]) for name in self.names}
        return self

    # --- forecasts ----------------------------------------------------------------------------------------------------
    def expected_purchases(self, t: Any, frequency: Any = None, recency: Any = None, T: Any = None) -> Floats | float:
        """E[purchases in the next t]; with t alone: of a customer just won, over its first t."""
        horizon = _horizon(t)
        if frequency is None:
            return _like(self._expected_new(horizon), t)
        x, seen, whole = checked(frequency, recency, T)
        return _like(self._expected(horizon, x, seen, whole), frequency)

    def probability_alive(self, frequency: Any, recency: Any, T: Any) -> Floats | float:
        """P(still a customer at T | history), between 0 and 1."""
        return _like(self._alive(*checked(frequency, recency, T)), frequency)

    def given(self, *names: str) -> tuple[float, ...]:
        """Learned parameters by name, or a refusal before fitting."""
        if not self.params_:
            raise MethodError("not_fitted", "模型还没有拟合。", "The model has not been fitted yet.")
        return tuple(self.params_[name] for name in names or self.names)

    # --- each model's own ---------------------------------------------------------------------------------------------
    @abstractmethod
    def _objective(self, data: Summaries) -> Objective: ...

    @abstractmethod
    def _starts(self) -> Iterable[tuple[float, ...]]:
        """Starts for time measured in T's of the longest-known customer."""

    @abstractmethod
    def _start(self, start: tuple[float, ...], scale: float) -> tuple[float, ...]: ...

    @abstractmethod
    def _expected(self, t: Floats, x: Floats, seen: Floats, whole: Floats) -> Floats: ...

    @abstractmethod
    def _expected_new(self, t: Floats) -> Floats: ...

    @abstractmethod
    def _alive(self, x: Floats, seen: Floats, whole: Floats) -> Floats: ...

    @abstractmethod
    def _doubts(self, data: Summaries) -> Iterable[Note]: ...

    def _unsettled(self, settled: bool) -> Iterable[Note]:
        if not settled:
            yield Note(
                "flat_likelihood",
                "似然函数在最高处几乎是平的：单个参数不可解读，预测仍可对照留出期检验。",
                "The likelihood is almost flat at its top: single parameters mean nothing; check forecasts on a later period.",
            )


def shared_doubts(data: Summaries) -> Iterable[Note]:
    """Doubts that hold for every model."""
    if data.repeat_buyers < FEW:
        yield Note(
            "few_repeat_buyers",
            f"只有 {data.repeat_buyers} 位客户有复购（建议至少 {FEW} 位）。",
            f"Only {data.repeat_buyers} customers bought again (at least {FEW} are advised).",
        )


def _horizon(t: Any) -> Floats:
    horizon = as_floats(t, "t")
    if np.any(horizon < 0):
        raise MethodError("negative_horizon", "预测期不能为负。", "The horizon must not be negative.")
    return horizon


def _like(values: Floats, asked: Any) -> Floats | float:
    return float(values[0]) if np.ndim(asked) == 0 and len(values) == 1 else values


ModelFactory = Callable[[], PurchaseModel]
