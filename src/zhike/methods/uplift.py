"""What a campaign really moved: lift over a holdout with its interval, and whom to contact because it changes something."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from zhike.methods.intervals import normal_quantile, wilson
from zhike.methods.prediction.coding import Coding, learn_coding, tidy
from zhike.methods.prediction.fitting import fit
from zhike.methods.prediction.model import as_outcome, split_in_time
from zhike.methods.result import Figure, MethodError, Note, Result

Floats = NDArray[np.float64]
Interval = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class HoldoutLift(Result):
    """Contacted against a random holdout. Without costs and margin, money fields are None."""

    contacted: int
    held_out: int
    contacted_rate: float
    held_out_rate: float
    lift: float
    """Difference of the two rates (or means)."""
    interval: Interval
    relative: float | None
    """lift / held-out rate; None where the holdout has none."""
    extra: float
    """lift × contacted: what the campaign brought that would not have come."""
    margin: float | None
    margin_interval: Interval | None
    campaign_return: float | None
    """(incremental margin − cost) / cost."""
    certain: bool
    """Whether the interval leaves out zero."""

    def findings(self) -> Iterable[Note]:
        low, high = self.interval
        yield Note(
            "lift",
            f"联系过的 {self.contacted:,} 位为 {self.contacted_rate:.2%}，对照 {self.held_out:,} 位为 {self.held_out_rate:.2%}："
            f"提升 {self.lift * 100:+.2f} 个百分点（{low * 100:+.2f} 至 {high * 100:+.2f}），约 {self.extra:,.0f} 笔是活动带来的。",
            f"{self.contacted_rate:.2%} of {self.contacted:,} contacted, {self.held_out_rate:.2%} of {self.held_out:,} held out: "
            f"{self.lift * 100:+.2f} points ({low * 100:+.2f} to {high * 100:+.2f}), about {self.extra:,.0f} would not have come.",
        )
        if self.margin is not None and self.margin_interval is not None and self.campaign_return is not None:
            yield Note(
                "return",
                f"增量毛利 {self.margin:,.0f}（{self.margin_interval[0]:,.0f} 至 {self.margin_interval[1]:,.0f}），"
                f"活动回报 {self.campaign_return:+.0%}。",
                f"Incremental margin {self.margin:,.0f} ({self.margin_interval[0]:,.0f} to {self.margin_interval[1]:,.0f}); "
                f"return on the campaign {self.campaign_return:+.0%}.",
            )
        if not self.certain:
            yield Note(
                "inside_noise",
                "区间包含零：看不出活动有作用。",
                "The interval holds zero: no effect can be claimed.",
            )


def holdout_lift(
    treated: Any, outcome: Any, *, margin: Any = None, cost: float | None = None, level: float = 0.95
) -> HoldoutLift:
    """Lift of contacted over held-out customers, chosen at random beforehand.

    `treated`, `outcome`: (n,) 0/1. Interval: Newcombe's hybrid score (1998, method 10). `margin`: money per purchase (a
    number) or earned by each customer (n,); incremental margin = contacted × difference of means, with Welch's interval where it is
    (n,). `cost` of the whole campaign. Raises MethodError without both groups.
    """
    sent, hit = as_outcome(treated) > 0, as_outcome(outcome)
    if len(sent) != len(hit):
        raise MethodError("ragged", "各列长度不同。", "Columns differ in length.")
    ours, held = hit[sent], hit[~sent]
    if not len(ours) or not len(held):
        raise MethodError(
            "no_holdout",
            "没有对照组就无法知道活动带来了什么。",
            "Without both a contacted and a held-out group nothing can be said of the campaign.",
        )
    one, two = float(ours.mean()), float(held.mean())
    interval = newcombe((int(ours.sum()), len(ours)), (int(held.sum()), len(held)), level)
    money, bounds = _incremental(margin, sent, one - two, interval, level)
    gain = None if money is None or not cost else (money - cost) / cost
    return HoldoutLift(
        cases=len(hit), parameters={"level": level, "cost": cost}, contacted=len(ours), held_out=len(held),
        contacted_rate=one, held_out_rate=two, lift=one - two, interval=interval,
        relative=(one - two) / two if two else None, extra=(one - two) * len(ours), margin=money, margin_interval=bounds,
        campaign_return=gain, certain=interval[0] > 0 or interval[1] < 0, warnings=_small(ours, held),
    )  # fmt: skip


def _small(ours: Floats, held: Floats) -> tuple[Note, ...]:
    least = int(min(ours.sum(), held.sum()))
    if least >= 10:
        return ()
    note = f"较小的一组只有 {least} 例发生。", f"The smaller group has only {least} outcomes."
    return (Note("few_outcomes", *note),)


def newcombe(one: tuple[int, int], two: tuple[int, int], level: float = 0.95) -> Interval:
    """Interval of p₁ − p₂ from (hits, cases) of each, by Wilson's bounds.

    >>> [round(bound, 4) for bound in newcombe((56, 70), (48, 80))]
    [0.0524, 0.3339]
    """
    (low1, high1), (low2, high2) = wilson(*one, level), wilson(*two, level)
    p1, p2 = one[0] / one[1], two[0] / two[1]
    return p1 - p2 - math.hypot(p1 - low1, high2 - p2), p1 - p2 + math.hypot(high1 - p1, p2 - low2)


def _incremental(
    margin: Any, sent: NDArray[np.bool_], lift: float, interval: Interval, level: float
) -> tuple[float | None, Interval | None]:
    if margin is None:
        return None, None
    count = int(sent.sum())
    each = np.asarray(margin, dtype=float)
    if each.ndim == 0:
        price = float(each)
        return count * lift * price, (count * interval[0] * price, count * interval[1] * price)
    if len(each) != len(sent) or not np.isfinite(each).all():
        raise MethodError(
            "margin_range", "毛利须逐客户给出且为数字。", "Margins must be one finite number per customer."
        )
    from scipy.stats import t

    ours, held = each[sent], each[~sent]
    if min(len(ours), len(held)) < 2:
        raise MethodError("too_few_cases", "每组至少两位客户。", "Each group needs two customers.")
    parts = ours.var(ddof=1) / len(ours), held.var(ddof=1) / len(held)
    error = math.sqrt(sum(parts))
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / (len(ours) - 1) + parts[1] ** 2 / (len(held) - 1)) if error else 1.0
    half = float(t.ppf(0.5 + level / 2, freedom)) * error
    middle = float(ours.mean() - held.mean())
    return count * middle, (count * (middle - half), count * (middle + half))


def smallest_effect(
    contacted: int, held_out: int, base_rate: float, *, power: float = 0.8, level: float = 0.95
) -> Figure[float]:
    """The smallest lift (difference of rates) that these sizes detect with this power; NaN where even a rate of 1 is too little.

    Solves lift = z(level)·√(p̄(1 − p̄)(1/n + 1/m)) + z(power)·√(p₁(1 − p₁)/n + p₀(1 − p₀)/m), p₁ = p₀ + lift and p̄ pooled (Fleiss).

    >>> round(smallest_effect(10_000, 10_000, 0.05).value, 4)
    0.009
    """
    if min(contacted, held_out) < 1 or not 0 <= base_rate < 1:
        raise MethodError(
            "share_range", "人数须为正，基准率须小于 1。", "Sizes must be positive and the base rate below 1."
        )
    zs = normal_quantile(level), NormalDist().inv_cdf(power)

    def missing(lift: float) -> float:
        other = base_rate + lift
        pooled = (other * contacted + base_rate * held_out) / (contacted + held_out)
        null = math.sqrt(pooled * (1 - pooled) * (1 / contacted + 1 / held_out))
        return (
            lift
            - zs[0] * null
            - zs[1] * math.sqrt(other * (1 - other) / contacted + base_rate * (1 - base_rate) / held_out)
        )

    low, high = 0.0, 1 - base_rate
    if missing(high) < 0:
        high = math.nan
    for _ in range(60 if high == high else 0):  # halving finds the root to the last digit
        middle = (low + high) / 2
        low, high = (low, middle) if missing(middle) > 0 else (middle, high)
    return Figure(
        cases=contacted + held_out,
        parameters={
            "contacted": contacted,
            "held_out": held_out,
            "base_rate": base_rate,
            "power": power,
            "level": level,
        },
        value=high,
        said=_detectable(high, power),
    )


def _detectable(lift: float, power: float) -> Note:
    if lift != lift:
        return Note(
            "undetectable", "人数太少，任何提升都看不出来。", "These groups are too small to detect any lift at all."
        )
    return Note(
        "smallest_effect",
        f"这样的人数有 {power:.0%} 的把握看出至少 {lift * 100:.2f} 个百分点的提升。",
        f"With {power:.0%} certainty these sizes detect a lift of {lift * 100:.2f} points or more.",
    )


def uplift_curve(
    outcome: Any, treated: Any, score: Any, *, kind: Literal["qini", "uplift"] = "qini"
) -> tuple[Floats, Floats]:
    """Customers by falling score (x) and what contacting them would have brought (y), from (0, 0); ties in one step.

    qini: y = hits(treated) − hits(control)·n(treated)/n(control); uplift: (rate(treated) − rate(control))·n (Radcliffe 2007).
    """
    hit, sent, rank = as_outcome(outcome), as_outcome(treated), np.asarray(score, dtype=float)
    order = np.argsort(-rank, kind="stable")
    hit, sent, rank = hit[order], sent[order], rank[order]
    last = np.append(np.flatnonzero(np.diff(rank)), len(rank) - 1)
    count = last + 1.0
    ours, hits_ours = np.cumsum(sent)[last], np.cumsum(hit * sent)[last]
    held, hits_held = count - ours, np.cumsum(hit * (1 - sent))[last]
    rate_held = np.divide(hits_held, held, out=np.zeros_like(count), where=held > 0)
    if kind == "qini":
        gain = hits_ours - rate_held * ours
    else:
        gain = (np.divide(hits_ours, ours, out=np.zeros_like(count), where=ours > 0) - rate_held) * count
    return np.concatenate(([0.0], count)), np.concatenate(([0.0], gain))


def qini(outcome: Any, treated: Any, score: Any) -> Figure[float]:
    """Area between the Qini curve and the straight line, as a share of the best possible order's; 0 = random."""
    hit, sent = as_outcome(outcome), as_outcome(treated)
    return _area("Qini", _qini(hit, sent, score), len(hit))


def auuc(outcome: Any, treated: Any, score: Any) -> Figure[float]:
    """The same of the uplift curve; its best order puts hits of the treated and misses of the control first."""
    hit, sent = as_outcome(outcome), as_outcome(treated)
    return _area("AUUC", _auuc(hit, sent, score), len(hit))


def _area(name: str, value: float, cases: int) -> Figure[float]:
    said = Note(
        name.lower(),
        f"{name} {value:.3f}（随机为 0，最好的排序为 1）。",
        f"{name} is {value:.3f} (a random order has 0, the best 1).",
    )
    return Figure(cases=cases, error={name.lower(): value}, value=value, said=said)


def _qini(hit: Floats, sent: Floats, score: Any) -> float:
    return _share_of_best(hit, sent, score, hit * sent - hit * (1 - sent), "qini")


def _auuc(hit: Floats, sent: Floats, score: Any) -> float:
    more = ((hit == 1) & (sent == 0)).sum() > ((hit == 0) & (sent == 1)).sum()
    return _share_of_best(hit, sent, score, 2.0 * (hit == sent) + (hit if more else sent), "uplift")


def _share_of_best(hit: Floats, sent: Floats, score: Any, best: Floats, kind: Literal["qini", "uplift"]) -> float:
    if not 0 < sent.sum() < len(sent):
        raise MethodError("no_holdout", "没有对照组。", "There must be a contacted and a held-out group.")
    x, y = uplift_curve(hit, sent, score, kind=kind)
    best_x, best_y = uplift_curve(hit, sent, best, kind=kind)
    line = len(hit) * best_y[-1] / 2
    room = float(np.trapezoid(best_y, best_x) - line)
    return float(np.trapezoid(y, x) - line) / room if room else 0.0


@dataclass(frozen=True, kw_only=True)
class UpliftModel(Result):
    """Who is moved by being contacted. All measures are on cases the model never saw."""

    kind: Literal["two_models", "transformed"]
    qini: float
    auuc: float
    best_third: HoldoutLift
    """Lift among the third with the highest predicted lift, in the test."""
    overall: HoldoutLift
    usable: bool
    """Whether the Qini is above what 95 % of random orders reach."""
    coding: Coding = field(repr=False)
    fitted: tuple[Any, ...] = field(repr=False)

    def predict(self, table: Any) -> Floats:
        """Predicted difference that contacting each row makes, (n,)."""
        return _difference(self.fitted, self.coding.matrix(tidy(table)))

    def findings(self) -> Iterable[Note]:
        best, all_ = self.best_third, self.overall
        yield Note(
            "uplift",
            f"预测最易打动的三分之一，实测提升 {best.lift * 100:+.2f} 个百分点"
            f"（{best.interval[0] * 100:+.2f} 至 {best.interval[1] * 100:+.2f}），"
            f"全体为 {all_.lift * 100:+.2f}；Qini {self.qini:.3f}。",
            f"The third predicted to be moved most: {best.lift * 100:+.2f} points ({best.interval[0] * 100:+.2f} to "
            f"{best.interval[1] * 100:+.2f}) against {all_.lift * 100:+.2f} of all; Qini {self.qini:.3f}.",
        )
        if not self.usable:
            yield Note(
                "order_is_chance",
                "排序不优于随机，请不要据此挑选客户。",
                "The order is no better than chance: do not select by it.",
            )


def uplift_model(
    table: Any,
    outcome: Any,
    treated: Any,
    *,
    kind: Literal["two_models", "transformed"] = "two_models",
    time: Any = None,
    seed: int = 0,
) -> UpliftModel:
    """Model the *difference* that contact makes, on customers contacted or held out at random.

    two_models: P(y | x, treated) − P(y | x, control), logistic each. transformed: ridge regression of z = y·w/p −
    y·(1 − w)/(1 − p), whose mean is the lift (Athey and Imbens 2016), p the treated share. Tested on the latest 30 % (`time` as in
    `prediction`), or on a random 30 % where there are no times.

    >>> segment, sent = ["new"] * 400 + ["old"] * 400, ([1] * 200 + [0] * 200) * 2
    >>> came = [1] * 120 + [0] * 80 + [1] * 40 + [0] * 160 + ([1] * 60 + [0] * 140) * 2
    >>> found = uplift_model({"segment": segment}, came, sent)
    >>> found.usable, [f"{moved:.1f}" for moved in found.predict({"segment": ["new"]})]
    (True, ['0.4'])
    """
    columns, hit, sent = tidy(table), as_outcome(outcome), as_outcome(treated)
    sizes = {len(hit), len(sent), *(len(values) for values in columns.values())}
    if len(sizes) != 1:
        raise MethodError("ragged", "各列长度不同。", "Columns differ in length.")
    rng = np.random.default_rng(seed)
    moments = rng.permutation(len(hit)) if time is None else time
    before, after = split_in_time(moments, len(hit), 0.3)
    least = min(int((hit[part] * side[part]).sum()) for part in (before, after) for side in (sent, 1 - sent))
    if least < 20:
        raise MethodError(
            "too_few_outcomes",
            f"某一组只有 {least} 例发生，至少 20 例。",
            f"One group has only {least} outcomes; 20 are needed.",
        )
    coding = learn_coding(columns, before)
    matrix = coding.matrix(columns)
    fitted = _fitted(kind, matrix[before], hit[before], sent[before])
    score = _difference(fitted, matrix[after])
    found, area = (measure(hit[after], sent[after], score) for measure in (_qini, _auuc))
    chance = [_qini(hit[after], sent[after], rng.permutation(score)) for _ in range(100)]
    top = np.argsort(-score, kind="stable")[: len(score) // 3]
    return UpliftModel(
        cases=len(hit), parameters={"kind": kind, "seed": seed}, warnings=(*coding.notes, *_not_random(coding, matrix, sent)),
        error={"qini": found, "auuc": area}, kind=kind, qini=found, auuc=area, best_third=holdout_lift(sent[after][top], hit[after][top]),
        overall=holdout_lift(sent[after], hit[after]), usable=found > float(np.quantile(chance, 0.95)), coding=coding, fitted=fitted,
    )  # fmt: skip


def _fitted(kind: str, matrix: Floats, hit: Floats, sent: Floats) -> tuple[Any, ...]:
    if kind == "two_models":
        return tuple(fit("logistic", matrix[sent == side], hit[sent == side], 0) for side in (1, 0))
    if kind != "transformed":
        raise MethodError("kind_unknown", f"不认识的模型：{kind}。", f"Unknown kind of model: {kind}.")
    share = sent.mean()
    target = hit * sent / share - hit * (1 - sent) / (1 - share)
    middle, spread = matrix.mean(axis=0), matrix.std(axis=0)
    scaled = (matrix - middle) / np.where(spread > 0, spread, 1.0)
    ridge = scaled.T @ scaled + np.eye(scaled.shape[1])
    weights = np.linalg.solve(ridge, scaled.T @ (target - target.mean()))
    return float(target.mean()), middle, np.where(spread > 0, spread, 1.0), weights


def _difference(fitted: tuple[Any, ...], matrix: Floats) -> Floats:
    if len(fitted) == 2:
        moved: Floats = fitted[0].probability(matrix) - fitted[1].probability(matrix)
        return moved
    mean, middle, spread, weights = fitted
    linear: Floats = mean + (matrix - middle) / spread @ weights
    return linear


def _not_random(coding: Coding, matrix: Floats, sent: Floats) -> list[Note]:
    """Columns whose means differ between the groups by more than a random draw would let them."""
    ours, held = matrix[sent == 1], matrix[sent == 0]
    error = np.sqrt(ours.var(axis=0) / len(ours) + held.var(axis=0) / len(held))
    gap = np.abs(ours.mean(axis=0) - held.mean(axis=0)) / np.where(error > 0, error, np.inf)
    limit = normal_quantile(1 - 0.01 / matrix.shape[1])
    names: Mapping[str, None] = dict.fromkeys(
        label for label, far in zip(coding.labels(), gap > limit, strict=True) if far
    )
    if not names:
        return []
    listed = ", ".join(names)
    return [
        Note(
            "not_random",
            f"两组在 {listed} 上差异过大，对照组可能不是随机的。",
            f"The groups differ in {listed}: the holdout may not be random.",
        )
    ]
