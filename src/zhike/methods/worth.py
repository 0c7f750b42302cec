"""What each customer is worth to us: profit and whale curve, value matrix, key accounts, one rank of many measures, and
what we are worth to them (delivered value). Columns are arrays of one length, money of one currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhike.methods.result import MethodError, Note, Result

Floats = NDArray[np.float64]
COSTS = ("goods", "discounts", "visits", "service", "logistics", "capital", "campaigns")
KEY_WEIGHTS: dict[str, float] = {
    "purchases": 30, "margin": 20, "growth": 10, "share_of_wallet": 10, "strategic": 15, "payment": 10, "loyalty": 5,
}  # fmt: skip
BENEFITS, BURDENS = ("product", "service", "people", "image"), ("money", "time", "effort", "mind")
ITEMS_ZH = {
    "goods": "销货成本", "discounts": "折扣与退货", "visits": "拜访", "service": "服务", "logistics": "物流", "capital": "资金占用",
    "campaigns": "活动分摊", "product": "产品", "people": "人员", "image": "形象", "money": "货币", "time": "时间", "effort": "体力",
    "mind": "精神",
}  # fmt: skip
"""Costs, benefits and burdens as a Chinese reader calls them."""
MATRIX = {(False, False): "lead", (False, True): "iron", (True, False): "gold", (True, True): "platinum"}
MATRIX_ZH = {"lead": "铅质", "iron": "铁质", "gold": "黄金", "platinum": "白金"}
POLICY = {
    "lead": ("降低服务成本，自助为主", "serve at low cost, by self-service"),
    "iron": ("有选择地投入，提升占有份额", "invest selectively to win a larger share"),
    "gold": ("保持投入，重在保留", "keep up service, hold on to them"),
    "platinum": ("专人专属，重点投入", "a dedicated person, first call on everything"),
}


def column(values: Any, name: str, cases: int | None = None) -> Floats:
    """Finite numbers, as many as there are cases."""
    array = np.asarray(values, dtype=float).ravel()
    if len(array) == 0 or (cases is not None and len(array) != cases):
        raise MethodError("lengths_differ", f"“{name}”的长度不对。", f'"{name}" has the wrong length.')
    if not np.all(np.isfinite(array)):
        raise MethodError("not_finite", f"“{name}”里有空值。", f'"{name}" holds missing or infinite values.')
    return array


@dataclass(frozen=True, kw_only=True)
class Profits(Result):
    """Profit per customer, and the whale curve: cumulative profit by rank as a share of the total."""

    profit: Floats
    order: NDArray[np.intp]
    """Customers by profit, best first; ties in their given order."""
    whale: Floats
    losers: int

    @property
    def peak(self) -> tuple[float, float]:
        """(share of customers, multiple of the total profit) where the curve is highest; nan where there is no profit in all."""
        if np.isnan(self.whale[-1]):
            return float("nan"), float("nan")
        at = int(np.argmax(self.whale))
        return (at + 1) / self.cases, float(self.whale[at])

    def findings(self) -> Iterable[Note]:
        """What the losers cost."""
        share, height = self.peak
        eaten = -float(self.profit[self.profit < 0].sum())
        best_zh = f"最赚钱的 {share:.0%} 客户创造了总利润的 {height:.0%}；" if height > 0 else ""
        best_en = f"The best {share:.0%} of customers make {height:.0%} of the profit; " if height > 0 else ""
        yield Note(
            "whale_curve",
            best_zh + (f"{self.losers:,} 位客户亏损，吃掉 {eaten:,.0f}。" if self.losers else "没有客户亏损。"),
            best_en + (f"{self.losers:,} lose money and eat {eaten:,.0f}." if self.losers else "nobody loses money."),
        )


def capital_cost(receivables: Any, rate: float, days: float) -> Floats:
    """Capital tied in receivables: AR × rate × days/365."""
    return np.asarray(column(receivables, "receivables") * rate * days / 365)


def profitability(sales: Any, costs: Mapping[str, Any]) -> Profits:
    """Sales minus goods, discounts and returns, visits, service, logistics, capital, share of campaigns.

    >>> profitability([100, 50, 10], {"goods": [60, 40, 8], "visits": [5, 2, 7]}).profit.tolist()
    [35.0, 8.0, -5.0]
    """
    sold = column(sales, "sales")
    stray = sorted(set(costs) - set(COSTS))
    if stray:
        raise MethodError("unknown_cost", f"没有“{stray[0]}”这项成本。", f'"{stray[0]}" is none of {", ".join(COSTS)}.')
    profit = sold - np.sum([column(values, name, len(sold)) for name, values in costs.items()] or [0 * sold], axis=0)
    order = np.argsort(-profit, kind="stable")
    total = float(profit.sum())
    missing = [name for name in COSTS if name not in costs]
    notes = (
        [
            Note(
                "costs_missing",
                f"未计入：{'、'.join(ITEMS_ZH[name] for name in missing)}。",
                f"Not counted: {', '.join(missing)}.",
            )
        ]
        if missing
        else []
    )
    if total <= 0:
        notes.append(
            Note("no_profit", "总体不盈利，占比无意义。", "There is no profit in all, so shares mean nothing.")
        )
    return Profits(
        cases=len(sold),
        parameters={"costs": sorted(costs), "total": total},
        warnings=tuple(notes),
        profit=profit,
        order=order,
        whale=np.cumsum(profit[order]) / (total if total > 0 else np.nan),
        losers=int((profit < 0).sum()),
    )


@dataclass(frozen=True, kw_only=True)
class ValueMatrix(Result):
    """Each customer's cell of current value × potential, and the two cuts."""

    cells: tuple[str, ...]
    cuts: tuple[float, float]
    counts: Mapping[str, int]

    def findings(self) -> Iterable[Note]:
        """How many are in each cell, and what that asks for."""
        for name in ("platinum", "iron", "gold", "lead"):
            zh, en = POLICY[name]
            count = self.counts[name]
            yield Note(f"cell_{name}", f"{MATRIX_ZH[name]}客户 {count:,} 位：{zh}。", f"{count:,} {name}: {en}.")


def potential(remaining: Any, category_spend: Any, our_sales: Any, win_chance: Any) -> Floats:
    """remaining value + (category spend - our sales, not below 0) × chance to win it."""
    left = column(remaining, "remaining")
    room = np.maximum(
        column(category_spend, "category_spend", len(left)) - column(our_sales, "our_sales", len(left)), 0
    )
    return np.asarray(left + room * np.asarray(win_chance, dtype=float))


def value_matrix(current: Any, potential_: Any, cuts: tuple[float, float] | None = None) -> ValueMatrix:
    """Split at the medians unless `cuts` are given; at the cut counts as high.

    >>> value_matrix([1, 2, 9, 8], [1, 9, 1, 9]).cells
    ('lead', 'iron', 'gold', 'platinum')
    """
    now = column(current, "current")
    ahead = column(potential_, "potential", len(now))
    at = cuts or (float(np.median(now)), float(np.median(ahead)))
    cells = tuple(MATRIX[bool(a), bool(b)] for a, b in zip(now >= at[0], ahead >= at[1], strict=True))
    same = [
        name for name, values in (("current", now), ("potential", ahead)) if np.mean(values == np.median(values)) > 0.3
    ]
    note = Note("many_at_the_cut", "许多客户正好处在分界值上。", "Many customers lie exactly at a cut.")
    return ValueMatrix(
        cases=len(now),
        parameters={"cuts": at},
        warnings=(note,) if same and cuts is None else (),
        cells=cells,
        cuts=at,
        counts={name: cells.count(name) for name in MATRIX_ZH},
    )


@dataclass(frozen=True, kw_only=True)
class KeyAccounts(Result):
    """Score 0–100 per customer and its grade: strategic from 80, key from 65, else ordinary."""

    scores: Floats
    grades: tuple[str, ...]

    def findings(self) -> Iterable[Note]:
        """How many of each."""
        top, key = self.grades.count("strategic"), self.grades.count("key")
        yield Note(
            "key_accounts", f"战略客户 {top:,} 位，重点客户 {key:,} 位。", f"{top:,} strategic, {key:,} key accounts."
        )


def key_accounts(measures: Mapping[str, Any], weights: Mapping[str, float] | None = None) -> KeyAccounts:
    """Weighted mean of measures already scored 0–100 (purchases 30, margin 20, growth 10, …).

    `measures`: name → (n,), in any order of customers. Raises MethodError for scores outside 0–100.

    >>> strong = ("purchases", "margin", "strategic")
    >>> found = key_accounts({name: [100 if name in strong else 0, 80] for name in KEY_WEIGHTS})
    >>> found.scores.round(1).tolist(), found.grades
    ([65.0, 80.0], ('key', 'strategic'))
    """
    weights = dict(weights or KEY_WEIGHTS)
    table, weight = _weighed(measures, weights)
    if table.min() < 0 or table.max() > 100:
        raise MethodError("outside_scale", "各项得分须在 0–100。", "Measures are scored from 0 to 100.")
    scores = table @ weight
    grades = tuple("strategic" if s >= 80 - 1e-9 else "key" if s >= 65 - 1e-9 else "ordinary" for s in scores)
    return KeyAccounts(cases=len(scores), parameters={"weights": weights}, scores=scores, grades=grades)


def percentile_ranks(values: Any, *, inverted: bool = False) -> Floats:
    """0–100, equal values share their mean rank: (cases below + half of the equal others)/(cases - 1)·100."""
    array = column(values, "values")
    if len(array) == 1:
        return np.array([50.0])
    array = -array if inverted else array
    _, place, many = np.unique(array, return_inverse=True, return_counts=True)
    below = np.cumsum(many) - many
    return np.asarray((below + (many - 1) / 2)[place] / (len(array) - 1) * 100)


@dataclass(frozen=True, kw_only=True)
class Ranking(Result):
    """One score of many measures, the order by it, and who is in its first part (a fifth unless said)."""

    scores: Floats
    order: NDArray[np.intp]
    priority: NDArray[np.bool_]

    def findings(self) -> Iterable[Note]:
        """How many are priority."""
        many, part = int(self.priority.sum()), f"{self.parameters['share'] * 100:g}%"
        yield Note(
            "priority", f"优先客户 {many:,} 位（前 {part}）。", f"{many:,} priority customers (the first {part})."
        )


def multi_measure_rank(
    measures: Mapping[str, Any],
    weights: Mapping[str, float],
    *,
    inverted: Sequence[str] = ("overdue", "cycle"),
    share: float = 0.2,
) -> Ranking:
    """Weighted mean of percentile ranks; for `inverted` measures less is better. Ties keep the given order.

    >>> multi_measure_rank({"sales": [9, 5, 1], "overdue": [0, 9, 0]}, {"sales": 2, "overdue": 1}).scores.round(1).tolist()
    [91.7, 33.3, 25.0]
    """
    ranks = {name: percentile_ranks(values, inverted=name in inverted) for name, values in measures.items()}
    table, weight = _weighed(ranks, weights)
    scores = table @ weight
    order = np.argsort(-scores.round(9), kind="stable")
    priority = np.zeros(len(scores), dtype=bool)
    priority[order[: int(np.ceil(len(scores) * share - 1e-9))]] = True
    return Ranking(
        cases=len(scores),
        parameters={"weights": dict(weights), "inverted": list(inverted), "share": share},
        scores=scores,
        order=order,
        priority=priority,
    )


@dataclass(frozen=True, kw_only=True)
class DeliveredValue(Result):
    """Benefits minus burdens for us and each competitor, and item by item against the best of them."""

    values: Mapping[str, float]
    gaps: Mapping[str, float]
    """Our item minus the best competitor's, so that above 0 is better for us, burdens turned round."""

    def findings(self) -> Iterable[Note]:
        """Our place, and where we lose most."""
        place = 1 + sum(value > self.values["us"] for name, value in self.values.items() if name != "us")
        worst = min(self.gaps, key=lambda name: self.gaps[name])
        zh, en = "没有一项不如最强的对手", "no item is behind the best competitor's"
        if self.gaps[worst] < 0:
            zh = f"最落后的是“{ITEMS_ZH[worst]}”（{self.gaps[worst]:+.1f}）"
            en = f'we lose most on "{worst}" ({self.gaps[worst]:+.1f})'
        yield Note(
            "delivered_value",
            f"客户让渡价值排第 {place}（共 {len(self.values)} 家）；{zh}。",
            f"Delivered value: place {place} of {len(self.values)}; {en}.",
        )


def delivered_value(us: Mapping[str, float], competitors: Mapping[str, Mapping[str, float]]) -> DeliveredValue:
    """(product + service + people + image) - (money + time + effort + mind), eight scored items each.

    All sides on one scale of scores; burdens count more the heavier they are. Raises MethodError unless all eight are there.

    >>> even = {**dict.fromkeys(BENEFITS, 8), **dict.fromkeys(BURDENS, 3)}
    >>> found = delivered_value({**even, "time": 6}, {"x": {**even, "image": 9}, "y": {**even, "product": 2}})
    >>> found.values, found.gaps["time"]
    ({'us': 17, 'x': 21, 'y': 14}, -3)
    """
    sides = {"us": us, **competitors}
    for name, items in sides.items():
        if set(items) != {*BENEFITS, *BURDENS} or not all(np.isfinite(value) for value in items.values()):
            raise MethodError("eight_items", f"“{name}”须给出八项得分。", f'"{name}" needs scores of all eight items.')
    if not competitors:
        raise MethodError("no_competitor", "至少需要一个竞争对手。", "At least one competitor is needed.")
    values = {name: sum(items[i] for i in BENEFITS) - sum(items[i] for i in BURDENS) for name, items in sides.items()}
    best = max(competitors, key=lambda name: values[name])
    gaps = {i: us[i] - competitors[best][i] for i in BENEFITS} | {i: competitors[best][i] - us[i] for i in BURDENS}
    return DeliveredValue(cases=len(sides), parameters={"best": best}, values=values, gaps=gaps)


def _weighed(measures: Mapping[str, Any], weights: Mapping[str, float]) -> tuple[Floats, Floats]:
    if (
        not measures
        or set(measures) != set(weights)
        or any(w < 0 for w in weights.values())
        or sum(weights.values()) <= 0
    ):
        raise MethodError(
            "bad_weights", "每个指标须有一个非负权重。", "Each measure needs a weight from 0, not all zero."
        )
    first = next(iter(measures.values()))
    table = np.column_stack([column(measures[name], name, len(first)) for name in weights])
    weight = np.array(list(weights.values()), dtype=float)
    return table, weight / weight.sum()
