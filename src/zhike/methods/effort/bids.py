"""Whether to bid and at what price: (price - cost)·P(win | price) - cost of bidding, at its highest.

P(win) from one's own quotes (logistic), or from rivals' past bids as multiples of our cost: Friedman (1956) Π(1-Fᵢ), who
takes rivals for independent, or Gates (1967) 1/(1+Σ Fᵢ/(1-Fᵢ)), who does not; Fᵢ = P(rival i bids below our price),
lognormal from eight bids on, else a triangular guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import erf, exp, isfinite, log, sqrt
from typing import Literal

from zhike.methods.result import MethodError, Note, Result

CRITERIA: dict[str, float] = {
    "fit": 20, "relation": 15, "rivals": 10, "margin": 15, "capacity": 10, "payment": 10, "strategy": 10, "risk": 10,
}  # fmt: skip
ENOUGH_BIDS = 8


@dataclass(frozen=True, kw_only=True)
class Bid(Result):
    """The best price, the chance to win with it, and the profit to expect (bidding's cost deducted)."""

    price: float
    win: float
    profit: float
    method: str

    def findings(self) -> Iterable[Note]:
        """Price, chance, profit."""
        yield Note(
            "bid",
            f"建议报价 {self.price:,.2f}：中标概率 {self.win:.1%}，期望利润 {self.profit:,.2f}。",
            f"Bid {self.price:,.2f}: {self.win:.1%} to win, {self.profit:,.2f} profit to expect.",
        )


@dataclass(frozen=True, kw_only=True)
class WinCurve(Result):
    """win(p) = 1/(1 + exp(-(intercept - slope·p))), learned from quotes or given."""

    intercept: float
    slope: float

    def findings(self) -> Iterable[Note]:
        """How fast winning falls, and where it is an even chance."""
        if self.slope > 0:
            even = self.intercept / self.slope
            yield Note(
                "win_curve",
                f"报价 {even:,.2f} 时中标与否各半，报价每高出 {1 / self.slope:,.2f}，中标的胜算降为 1/e。",
                f"Winning is even at {even:,.2f}; each {1 / self.slope:,.2f} more divides the odds by e.",
            )
        else:
            yield Note("win_rises", "中标率不随报价上升而下降。", "Winning does not fall with the price.")

    def win(self, price: float) -> float:
        """The chance to win at a price."""
        return 1 / (1 + exp(min(max(self.slope * price - self.intercept, -700.0), 700.0)))

    def best(self, cost: float, bid_cost: float = 0.0) -> Bid:
        """The price p = c + 1/(β(1 - win(p))), by Lambert's W: p = c + (1 + W(e^(a - βc - 1)))/β.

        >>> best = WinCurve(cases=0, intercept=6, slope=.05).best(60)
        >>> round(best.price, 4), round(best.win, 4), round(best.profit, 4)
        (111.1429, 0.6089, 31.1429)
        """
        from scipy.special import wrightomega

        if not (self.slope > 0 and isfinite(cost)):
            raise MethodError(
                "win_rises", "价格越高中标率越高，无法求最优报价。", "Winning does not fall with the price."
            )
        price = cost + (1 + float(wrightomega(self.intercept - self.slope * cost - 1))) / self.slope
        return _priced(price, cost, bid_cost, self.win, "logistic", self.cases, self.warnings)


def win_curve(prices: Sequence[float], won: Sequence[bool]) -> WinCurve:
    """The logistic curve of one's own quotes (comparable prices, such as multiples of cost).

    ln(win/(1 − win)) = intercept − slope·price by maximum likelihood (Newton). `prices` and `won`: (n,). Raises MethodError
    below 20 quotes, where all were won or lost, and where the price never changed.

    >>> found = win_curve([1.1] * 20 + [1.3] * 20, [True] * 15 + [False] * 5 + [True] * 5 + [False] * 15)
    >>> round(found.slope, 2), round(found.win(1.1), 2)
    (10.99, 0.75)
    """
    import numpy as np

    x, y = np.asarray(prices, dtype=float), np.asarray(won, dtype=float)
    if len(x) != len(y) or len(x) < 20 or not 0 < y.mean() < 1 or x.std() == 0 or not np.all(np.isfinite(x)):
        raise MethodError(
            "too_few_quotes",
            "至少需要 20 次报价，且有胜有负。",
            "At least 20 quotes are needed, some won and some lost.",
        )
    centre, scale = x.mean(), x.std()
    table = np.column_stack((np.ones(len(x)), (x - centre) / scale))
    weights = np.zeros(2)
    for _ in range(60):
        p = 1 / (1 + np.exp(-(table @ weights)))
        step = np.linalg.solve((table * (p * (1 - p))[:, None]).T @ table + 1e-6 * np.eye(2), table.T @ (y - p))
        weights = weights + np.clip(step, -3, 3)
        if np.abs(step).max() < 1e-10:
            break
    slope = -weights[1] / scale
    few = (Note("few_quotes", f"只有 {len(x)} 次报价。", f"Only {len(x)} quotes."),) if len(x) < 50 else ()
    return WinCurve(cases=len(x), warnings=few, intercept=float(weights[0] + slope * centre), slope=float(slope))


@dataclass(frozen=True, slots=True)
class Rival:
    """A rival's bids as multiples of our cost: past ones, or a guess (lowest, likeliest, highest)."""

    past: tuple[float, ...] = ()
    guess: tuple[float, float, float] | None = None

    def below(self, ratio: float) -> float:
        """F: the chance that it bids below this multiple of our cost."""
        if len(self.past) >= ENOUGH_BIDS:
            logs = [log(value) for value in self.past]
            mean = sum(logs) / len(logs)
            spread = sqrt(sum((v - mean) ** 2 for v in logs) / (len(logs) - 1))
            if spread > 0:
                return 0.5 * (1 + erf((log(max(ratio, 1e-12)) - mean) / spread / sqrt(2)))
        low, mode, high = self._triangle()
        if ratio <= low:
            return 0.0
        if ratio >= high:
            return 1.0
        if ratio < mode:
            return (ratio - low) ** 2 / ((high - low) * (mode - low))
        return 1 - (high - ratio) ** 2 / ((high - low) * (high - mode))

    def _triangle(self) -> tuple[float, float, float]:
        if self.guess is not None:
            return self.guess
        ordered = sorted(self.past)
        low, high = ordered[0] * 0.95, ordered[-1] * 1.05
        return low, min(max(sum(ordered) / len(ordered), low), high), high


def best_bid(
    cost: float,
    rivals: Mapping[str, Rival],
    *,
    method: Literal["friedman", "gates"] = "gates",
    bid_cost: float = 0.0,
    highest: float = 3.0,
) -> Bid:
    """The price between cost and `highest` × cost that promises most against these rivals.

    Profit expected = (price − cost)·win(price) − `bid_cost`, in the money of `cost`. With q each rival's chance to bid above: Friedman
    1956 multiplies them, Gates 1967 takes 1/(1 + Σ (1 − q)/q). Raises MethodError without rivals or a positive cost.

    >>> rivals = {"one": Rival(guess=(1.0, 1.2, 1.4)), "two": Rival(guess=(1.0, 1.2, 1.4))}
    >>> [round(best_bid(100, rivals, method=way).price, 1) for way in ("friedman", "gates")]
    [112.6, 113.7]
    """
    if not cost > 0 or not rivals or not highest > 1:
        raise MethodError(
            "no_rivals", "需要正的成本和至少一个对手。", "A cost above 0 and at least one rival are needed."
        )
    for name, rival in rivals.items():
        low, mode, high = rival.guess or (0.0, 1.0, 2.0)
        sound = low <= mode <= high and low < high
        if (rival.guess is None and not rival.past) or not sound or any(value <= 0 for value in rival.past):
            raise MethodError("bad_rival", f"对手“{name}”没有可用的报价。", f'Rival "{name}" has no usable bids.')

    def win(price: float) -> float:
        chances = [rival.below(price / cost) for rival in rivals.values()]
        if method == "friedman":
            product = 1.0
            for chance in chances:
                product *= 1 - chance
            return product
        if any(chance >= 1 for chance in chances):
            return 0.0
        return 1 / (1 + sum(chance / (1 - chance) for chance in chances))

    price = _highest(lambda at: (at - cost) * win(at), cost, cost * highest)
    guessed = [name for name, rival in rivals.items() if len(rival.past) < ENOUGH_BIDS]
    note = Note(
        "rivals_guessed",
        f"对手{'、'.join(guessed)}的历史报价不足 {ENOUGH_BIDS} 次，按估计处理。",
        f"Fewer than {ENOUGH_BIDS} bids are known of {', '.join(guessed)}: guessed.",
    )
    known = sum(len(rival.past) for rival in rivals.values())
    return _priced(price, cost, bid_cost, win, method, known, (note,) if guessed else ())


def _highest(worth: Callable[[float], float], low: float, high: float) -> float:
    """A grid, then golden sections around its best point: the curve may have more than one top."""
    step = (high - low) / 2000
    at = max((low + i * step for i in range(2001)), key=worth)
    a, b, golden = max(at - step, low), min(at + step, high), (sqrt(5) - 1) / 2
    for _ in range(60):
        one, two = b - golden * (b - a), a + golden * (b - a)
        a, b = (a, two) if worth(one) >= worth(two) else (one, b)
    return (a + b) / 2


def _priced(
    price: float,
    cost: float,
    bid_cost: float,
    win: Callable[[float], float],
    method: str,
    cases: int,
    doubts: Sequence[Note],
) -> Bid:
    chance = win(price)
    profit = (price - cost) * chance - bid_cost
    loses = Note(
        "not_worth_it", "期望利润不足以覆盖投标费用。", "The profit to expect does not cover the cost of bidding."
    )
    return Bid(
        cases=cases,
        parameters={"cost": cost, "bid_cost": bid_cost, "method": method},
        warnings=(*doubts, *((loses,) if profit <= 0 else ())),
        price=price,
        win=chance,
        profit=profit,
        method=method,
    )


@dataclass(frozen=True, kw_only=True)
class GoNoGo(Result):
    """Whether to bid: "go" from 70 %, "review" from 50 %, else "no"."""

    verdict: Literal["go", "review", "no"]
    percent: float

    def findings(self) -> Iterable[Note]:
        """The verdict with its percent."""
        zh = {"go": "投标", "review": "需要评审", "no": "不投标"}[self.verdict]
        en = {"go": "bid", "review": "review it", "no": "do not bid"}[self.verdict]
        yield Note("go_no_go", f"得分 {self.percent:.0f}%：{zh}。", f"{self.percent:.0f}% of the points: {en}.")


def go_no_go(scores: Mapping[str, float], weights: Mapping[str, float] | None = None) -> GoNoGo:
    """Σ weight·score/(10·Σ weight) of criteria scored 0–10.

    >>> go_no_go({name: 7 for name in CRITERIA}).verdict
    'go'
    """
    weights = dict(weights or CRITERIA)
    if (
        set(scores) != set(weights)
        or any(not 0 <= value <= 10 for value in scores.values())
        or sum(weights.values()) <= 0
    ):
        raise MethodError("bad_scores", "每个标准都要打 0–10 分。", "Every criterion needs a score from 0 to 10.")
    percent = sum(weights[name] * scores[name] for name in weights) / sum(weights.values()) * 10
    return GoNoGo(
        cases=len(scores),
        parameters={"weights": weights},
        verdict="go" if percent >= 70 else "review" if percent >= 50 else "no",
        percent=percent,
    )
