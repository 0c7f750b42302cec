"""Which lead first: a score from one's own history with its reliability, a points card while history is short."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zhike.methods.intervals import wilson
from zhike.methods.prediction import Judgement, Plan, Prediction, find_leaks, fit_model, judge
from zhike.methods.prediction.coding import tidy
from zhike.methods.prediction.leaks import refuse_leaks
from zhike.methods.prediction.model import read_cases
from zhike.methods.result import MethodError, Note, Result

Floats = NDArray[np.float64]
ENOUGH = 200
"""Cases of the rarer outcome (won or not) from which a logistic model is fitted."""
HORIZONS: Mapping[str, tuple[int, int]] = {
    "now": (30, 2),
    "3 months": (91, 7),
    "6 months": (182, 15),
    "12 months": (365, 30),
}
"""Stated purchase horizon → days in which the purchase should come, days until the next follow-up."""
HORIZONS_ZH = {"now": "现在", "3 months": "三个月内", "6 months": "半年内", "12 months": "一年内"}
_STEADY = 10.0


@dataclass(frozen=True, kw_only=True)
class LeadScore(Result):
    """`kind` says which of the two it is; `reliability` compares what scores promised with what came."""

    kind: Literal["logistic", "points"]
    reliability: Judgement | None
    model: Prediction | None = field(repr=False)
    card: Mapping[str, Mapping[str, int]] = field(repr=False)
    """Points per column and level (points card only); numbers are cut into thirds, named by their bounds."""
    cuts: Mapping[str, tuple[float, float]] = field(default_factory=dict, repr=False)

    def score(self, table: Any) -> Floats:
        """0–100 for each row: 100 × probability, or points of the card; the higher the sooner."""
        if self.model is not None:
            return 100 * self.model.predict(table)
        known = tidy(table)
        total = np.zeros(len(next(iter(known.values()))))
        for name, points in self.card.items():
            levels = _levels(known[name], self.cuts.get(name))
            total += np.asarray([points.get(level, 0) for level in levels])
        return total

    def findings(self) -> Iterable[Note]:
        if self.kind == "points":
            yield Note(
                "points_card",
                f"较少的一种结果只有 {self.parameters['rarer']} 例（少于 {ENOUGH}），采用打分卡：分数只排先后，不是概率。",
                f"The rarer outcome has {self.parameters['rarer']} cases (below {ENOUGH}): a points card, which ranks "
                f"and is no probability.",
            )
        if self.model is not None:
            yield from self.model.findings()
        if self.reliability is not None and self.kind == "logistic":
            gap = max(abs(part.promised - part.happened) for part in self.reliability.calibration)
            yield Note(
                "reliability",
                f"各档承诺与实际最多相差 {gap * 100:.0f} 个百分点。",
                f"Between promise and fact the widest gap of any tenth is {gap * 100:.0f} points.",
            )


def lead_score(
    table: Any,
    outcome: Any,
    *,
    time: Any = None,
    drop: Sequence[str] = (),
    allow: Sequence[str] = (),
    level: float = 0.95,
) -> LeadScore:
    """Logistic regression from 200 cases of either outcome on (see `prediction.fit_model`), else a points card; leaks are refused.

    Points card: per column and level (numbers in thirds), the log-odds of winning steadied by ten average cases, ln
    ((w + 10p)/(n − w + 10(1 − p))) − ln(p/(1 − p)); all scaled so that the worst possible lead has 0 points, the best 100.

    >>> source, won = (["fair"] * 25 + ["web"] * 25) * 2, [1] * 30 + [0] * 70
    >>> found = lead_score({"source": source}, won)
    >>> found.kind, found.card, found.score({"source": ["web", "fair"]}).tolist()
    ('points', {'source': {'fair': 100, 'web': 0}}, [0.0, 100.0])
    """
    columns, hit, _ = read_cases(table, outcome, time, drop)
    wins = int(hit.sum())
    if not 0 < wins < len(hit):
        raise MethodError("one_outcome", "只有一种结果，无法打分。", "Only one outcome occurs: nothing to score by.")
    if wins >= ENOUGH and len(hit) - wins >= ENOUGH:
        model = fit_model(table, outcome, time=time, drop=drop, allow=allow, plan=Plan(level=level))
        judged = model.test or judge(hit, model.held_out, level=level)
        return LeadScore(
            cases=len(hit), period=model.period, parameters={"outcomes": wins, "level": level}, warnings=model.warnings,
            error=model.error, kind="logistic", reliability=judged, model=model, card={},
        )  # fmt: skip
    if wins >= 20:  # below, nearly any column "knows" the answer
        refuse_leaks(find_leaks(columns, hit), allow)
    cuts = {name: _thirds(values) for name, values in columns.items() if values.dtype.kind == "f"}
    card = _card(columns, hit, cuts)
    return LeadScore(
        cases=len(hit), parameters={"outcomes": wins, "rarer": min(wins, len(hit) - wins), "level": level}, kind="points",
        reliability=None, model=None, card=card, cuts=cuts, warnings=_few(wins),
    )  # fmt: skip


def _thirds(values: Floats) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if not len(known):
        return 0.0, 0.0
    low, high = np.quantile(known, [1 / 3, 2 / 3])
    return float(low), float(high)


def _levels(values: NDArray[Any], cut: tuple[float, float] | None) -> list[str]:
    if cut is None:
        return [str(value) for value in values.tolist()]
    low, high = f"≤ {cut[0]:g}", f"> {cut[1]:g}"
    return [
        "" if v != v else low if v <= cut[0] else high if v > cut[1] else f"{cut[0]:g}–{cut[1]:g}"
        for v in values.tolist()
    ]


def _card(
    columns: Mapping[str, NDArray[Any]], hit: Floats, cuts: Mapping[str, tuple[float, float]]
) -> dict[str, dict[str, int]]:
    rate = float(hit.mean())
    odds: dict[str, dict[str, float]] = {}
    for name, values in columns.items():
        levels = np.asarray(_levels(values, cuts.get(name)))
        known, codes, sizes = np.unique(levels, return_inverse=True, return_counts=True)
        if not 1 < len(known) <= 50:
            continue
        wins = np.bincount(codes, hit, len(known))
        won, lost = wins + _STEADY * rate, sizes - wins + _STEADY * (1 - rate)
        odds[name] = dict(zip(known.tolist(), (np.log(won / lost) - np.log(rate / (1 - rate))).tolist(), strict=True))
    span = sum(max(levels.values()) - min(levels.values()) for levels in odds.values())
    if span <= 0:
        raise MethodError("no_columns", "没有一列与成交有关。", "No column has to do with winning.")
    return {
        name: {level: round(100 * (value - min(levels.values())) / span) for level, value in levels.items()}
        for name, levels in odds.items()
    }


def _few(wins: int) -> tuple[Note, ...]:
    if wins >= 20:
        return ()
    return (
        Note("very_few", f"成交只有 {wins} 例，分数仅供参考。", f"Only {wins} outcomes: take the points as a hint."),
    )


class Conversion(NamedTuple):
    """Leads of one stated horizon: how many bought within its days, how surely, and when to follow up next."""

    horizon: str
    leads: int
    bought: int
    rate: float
    interval: tuple[float, float]
    follow_up_days: int


@dataclass(frozen=True, kw_only=True)
class HorizonConversion(Result):
    """One row per stated horizon, soonest first."""

    rows: tuple[Conversion, ...]

    def findings(self) -> Iterable[Note]:
        for row in self.rows:
            low, high = row.interval
            yield Note(
                "conversion",
                f"声明“{HORIZONS_ZH.get(row.horizon, row.horizon)}”购买的 {row.leads:,} 条线索，按期成交 {row.rate:.1%}"
                f"（{low:.1%}–{high:.1%}），跟进间隔 {row.follow_up_days} 天。",
                f"Of {row.leads:,} leads that said {row.horizon}, {row.rate:.1%} ({low:.1%}–{high:.1%}) bought in time; "
                f"follow up every {row.follow_up_days} days.",
            )


def horizon_conversion(
    horizon: Sequence[str],
    days_to_purchase: Sequence[float | None],
    days_observed: Sequence[float],
    *,
    horizons: Mapping[str, tuple[int, int]] = HORIZONS,
    level: float = 0.95,
) -> HorizonConversion:
    """Measured conversion per stated purchase horizon, with Wilson's interval.

    One entry per lead (n,): the stated horizon, days until it bought (None = not), days it has been watched. A lead
    watched for less than its horizon is left out, bought or not (a miss could not have counted), and counted in a warning.
    """
    if not len(horizon) == len(days_to_purchase) == len(days_observed):
        raise MethodError("ragged", "各列长度不同。", "Columns differ in length.")
    if unknown := sorted(set(horizon) - set(horizons)):
        raise MethodError("horizon_unknown", f"不认识的购买期限：{unknown}。", f"Unknown horizons: {unknown}.")
    leads, bought, early = dict.fromkeys(horizons, 0), dict.fromkeys(horizons, 0), 0
    for stated, days, watched in zip(horizon, days_to_purchase, days_observed, strict=True):
        limit = horizons[stated][0]
        won = days is not None and days <= limit
        if watched < limit:  # a purchase counts only where a miss would have counted too
            early += 1
            continue
        leads[stated] += 1
        bought[stated] += won
    rows = tuple(
        Conversion(
            name,
            leads[name],
            bought[name],
            bought[name] / leads[name],
            wilson(bought[name], leads[name], level),
            follow,
        )
        for name, (_, follow) in horizons.items()
        if leads[name]
    )
    note = Note(
        "too_early", f"{early} 条线索尚未到期，未计入。", f"{early} leads are still within their horizon and left out."
    )
    return HorizonConversion(
        cases=sum(leads.values()), parameters={"level": level}, warnings=(note,) if early else (), rows=rows
    )
