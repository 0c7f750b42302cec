"""Which method may forecast this series: all are tried on its last periods, and none is used that loses to the naive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from zhike.methods.forecast.croston import croston
from zhike.methods.forecast.smoothing import Floats, Shape, States, smooth, with_states
from zhike.methods.forecast.theta import theta
from zhike.methods.result import MethodError, Note, Result


class Model(Protocol):
    """What every fitted method can do."""

    def ahead(self, steps: int) -> Floats: ...

    def paths(self, steps: int, count: int, seed: int) -> Floats: ...


def naive(series: Any, period: int = 0) -> Model:
    """The last value again, or, with a period, the value of the last season: the baseline of everything here."""
    values = np.asarray(series, dtype=float)
    if period < 2:
        return with_states(values[1:], Shape(), np.array([1.0, 0, 0, 1]), States(values[0], np.zeros(()), np.zeros(0)))
    first = States(np.zeros(()), np.zeros(()), values[:period].copy())
    return with_states(values[period:], Shape(period=period), np.array([0.0, 0, 1, 1]), first)


METHODS: dict[str, tuple[str, str, Callable[[Floats, int], Model]]] = {
    "naive": ("季节性朴素法", "seasonal naive", naive),
    "ses": ("简单指数平滑", "simple smoothing", lambda y, _: smooth(y)),
    "holt": ("霍尔特趋势", "Holt's trend", lambda y, _: smooth(y, Shape(trend=True))),
    "damped": ("阻尼趋势", "damped trend", lambda y, _: smooth(y, Shape(trend=True, damped=True))),
    "holt_winters": ("霍尔特–温特斯（加法）", "Holt and Winters, added", lambda y, m: smooth(y, Shape(trend=True, period=m))),
    "holt_winters_multiplied": ("霍尔特–温特斯（乘法、阻尼）", "Holt and Winters, multiplied and damped",
                                lambda y, m: smooth(y, Shape(True, True, m, True))),
    "theta": ("Theta 法", "Theta", lambda y, m: theta(y, m if y.min() > 0 else 0)),
    "croston": ("克罗斯顿法", "Croston", lambda y, _: croston(y)),
    "sba": ("克罗斯顿修正法", "Croston, corrected", lambda y, _: croston(y, corrected=True)),
}  # fmt: skip


class Trial(NamedTuple):
    """A method over all origins: mean absolute error, and as a multiple of the naive's."""

    method: str
    mae: float
    against_naive: float


@dataclass(frozen=True, kw_only=True)
class Forecast(Result):
    """`values` (horizon,) with `low` and `high` at the level in `parameters`; `trials` best first."""

    method: str
    values: Floats
    low: Floats
    high: Floats
    trials: tuple[Trial, ...]
    origins: int
    refused: tuple[str, ...]
    """Methods that were tried and did not beat the naive."""

    def findings(self) -> Iterable[Note]:
        seasonal = self.parameters["period"] > 1
        naive = ("同比照搬", "repeating the last season") if seasonal else ("照搬上一期", "repeating the last value")
        zh, en = naive if self.method == "naive" else METHODS[self.method][:2]
        total, low, high = self.values.sum(), self.low[0], self.high[0]
        yield Note(
            "forecast",
            f"今后 {len(self.values)} 期合计约 {total:,.0f}；下一期 {self.values[0]:,.0f}（{low:,.0f}–{high:,.0f}），用{zh}。",
            f"The next {len(self.values)} steps: about {total:,.0f}; the next one {self.values[0]:,.0f} "
            f"({low:,.0f}–{high:,.0f}), by {en}.",
        )
        if self.method != "naive":
            yield Note(
                "beats_naive",
                f"在最近 {self.origins} 个起点上，误差是“{naive[0]}”的 {self.error['against_naive']:.0%}。",
                f"From the last {self.origins} origins its error is {self.error['against_naive']:.0%} of the naive's.",
            )
        else:
            yield Note(
                "naive_wins",
                f"没有模型胜过“{naive[0]}”，因此照搬。",
                f"No model beat {naive[1]}, so that is what is done.",
            )


def forecast(
    series: Sequence[float] | Floats,
    horizon: int,
    *,
    period: int = 0,
    methods: Sequence[str] | None = None,
    origins: int = 6,
    level: float = 0.9,
    seed: int = 0,
) -> Forecast:
    """Forecast with the method that errs least from the last origins, if it beats the (seasonal) naive; else the naive.

    Rolling origin: for each of the last `origins` starts, fit on what was known and compare `horizon` steps. Intervals are quantiles
    of 1,000 paths with past errors drawn again. `series` (n,): one value per step without gaps, n ≥ max(2 periods, 4) + origins +
    horizon − 1. `methods`: names of METHODS, by default those that fit the series (Croston's where more than a third of the steps are 0).

    >>> found = forecast(range(1, 21), 2)
    >>> found.method, found.values.round(2).tolist()
    ('holt', [21.0, 22.0])
    """
    values = np.asarray(series, dtype=float)
    if values.ndim != 1 or not np.isfinite(values).all():
        raise MethodError("not_finite", "序列含有空值或非数字。", "The series has gaps or values that are no numbers.")
    least = max(2 * period, 4) + origins + horizon - 1
    if horizon < 1 or origins < 1 or len(values) < least:
        raise MethodError(
            "too_short",
            f"序列只有 {len(values)} 期，检验 {origins} 个起点、{horizon} 期预测至少需要 {least} 期。",
            f"The series has {len(values)} steps; testing {origins} origins over {horizon} steps needs {least}.",
        )
    names = list(methods) if methods is not None else _fitting(values, period)
    if unknown := [name for name in names if name not in METHODS]:
        raise MethodError("method_unknown", f"不认识的方法：{unknown}。", f"Unknown methods: {unknown}.")
    trials = _tried(values, horizon, period, ["naive", *(name for name in names if name != "naive")], origins)
    best = trials[0]
    model = METHODS[best.method][2](values, period)
    paths = model.paths(horizon, 1000, seed)
    low, high = np.quantile(paths, [0.5 - level / 2, 0.5 + level / 2], axis=1)
    lost = tuple(trial.method for trial in trials if trial.against_naive >= 1 and trial.method != "naive")
    return Forecast(
        cases=len(values), parameters={"horizon": horizon, "period": period, "level": level, "origins": origins, "seed": seed},
        warnings=_doubts(values, period, lost), error={"mae": best.mae, "against_naive": best.against_naive},
        method=best.method, values=model.ahead(horizon), low=low, high=high, trials=trials, origins=origins, refused=lost,
    )  # fmt: skip


def _fitting(values: Floats, period: int) -> list[str]:
    if (values >= 0).all() and (values == 0).mean() > 1 / 3:
        return ["naive", "ses", "croston", "sba"]
    names = ["naive", "ses", "holt", "damped", "theta"]
    if period > 1:
        names += ["holt_winters", "holt_winters_multiplied"] if values.min() > 0 else ["holt_winters"]
    return names


def _tried(values: Floats, horizon: int, period: int, names: list[str], origins: int) -> tuple[Trial, ...]:
    missed: dict[str, list[float]] = {name: [] for name in names}
    for known in range(len(values) - horizon - origins + 1, len(values) - horizon + 1):
        truth = values[known : known + horizon]
        for name in names:
            try:
                guess = METHODS[name][2](values[:known], period).ahead(horizon)
            except MethodError:  # not for this series, such as no demand yet
                guess = np.full(horizon, np.inf)
            missed[name].append(float(np.abs(truth - guess).mean()))
    base = float(np.mean(missed["naive"]))
    found = []
    for name in names:
        mae = float(np.mean(missed[name]))
        found.append(Trial(name, mae, mae / base if base else (1.0 if mae == 0 else np.inf)))
    # A tie goes to the naive: it is listed first among equals.
    return tuple(sorted(found, key=lambda trial: (trial.mae, trial.method != "naive")))


def _doubts(values: Floats, period: int, lost: tuple[str, ...]) -> tuple[Note, ...]:
    notes = []
    if period < 2:
        notes.append(
            Note(
                "no_season",
                "没有按季节算：基准是上一期的值。",
                "Seasons are not in it: the baseline is the last value.",
            )
        )
    elif len(values) < 4 * period:
        notes.append(
            Note(
                "few_seasons",
                "不足四个完整季节，季节形状不可靠。",
                "Fewer than four seasons: their shape is uncertain.",
            )
        )
    if lost:
        zh, en = "、".join(METHODS[name][0] for name in lost), ", ".join(METHODS[name][1] for name in lost)
        notes.append(Note("refused", f"输给朴素法而弃用：{zh}。", f"Refused, having lost to the naive: {en}."))
    return tuple(notes)
