"""How often to see whom: visits where the next one brings most per hour, within the hours that each person has.

The response of a customer to visits is concave (each further visit brings less), so taking the best next visit again and again
is optimal when visits take equal time, and otherwise misses the optimum by less than one visit per person. Over- and
under-service: hours spent per class against the target, and each customer's share of hours against its share of margin.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp

from zhike.methods.result import MethodError, Note, Result

INTERVALS = {"A": 7, "B": 14, "C": 30, "D": 90}
"""Plain mode: days between two visits per class."""
TARGET = {"A": 0.4, "B": 0.3, "C": 0.2, "D": 0.1}
"""Share of hours per class."""
SELLING_TIME = 0.7
"""Share of working hours that can be spent on visits."""


@dataclass(frozen=True, slots=True)
class Saturating:
    """response(v) = base + (top - base)·(1 - e^(-v/half·ln 2)): sales without visits, with endless ones, visits to half way."""

    base: float
    top: float
    half: float = 2.0

    def __call__(self, visits: int) -> float:
        """Sales expected with so many visits."""
        return self.base + (self.top - self.base) * (1 - exp(-0.6931471805599453 * visits / self.half))


@dataclass(frozen=True)
class Account:
    """A customer to be visited: by whom, hours per visit, visits now, and sales expected per number of visits.

    `response` is a `Saturating` curve or a table whose i-th entry is the sales with i visits.
    """

    id: str
    rep: str
    response: Saturating | Sequence[float]
    hours: float = 1.0
    now: int = 0
    most: int = 31

    def expected(self, visits: int) -> float:
        """Sales with so many visits; a table stays at its last entry."""
        if isinstance(self.response, Saturating):
            return self.response(visits)
        return float(self.response[min(visits, len(self.response) - 1)])


@dataclass(frozen=True, kw_only=True)
class VisitPlan(Result):
    """Visits per customer, the hours they take per person, and what the plan brings beside today's."""

    visits: Mapping[str, int]
    hours: Mapping[str, float]
    expected: float
    expected_now: float
    next_best: Mapping[str, float] = field(default_factory=dict)
    """What one more hour would bring per person: where to add people."""

    @property
    def gain(self) -> float:
        """What the plan brings more than today's."""
        return self.expected - self.expected_now

    def findings(self) -> Iterable[Note]:
        """The gain, and whose next hour is worth most."""
        yield Note(
            "visit_plan",
            f"按建议的拜访次数，预计销售 {self.expected:,.0f}，比现在多 {self.gain:,.0f}。",
            f"With the proposed visits {self.expected:,.0f} are expected, {self.gain:,.0f} more than today.",
        )
        if self.next_best:
            rep = max(self.next_best, key=lambda name: self.next_best[name])
            yield Note(
                "next_hour",
                f"再多一小时，{rep} 的产出最大（{self.next_best[rep]:,.0f}）。",
                f"One more hour brings most with {rep} ({self.next_best[rep]:,.0f}).",
            )


def plan_visits(accounts: Sequence[Account], hours: Mapping[str, float]) -> VisitPlan:
    """Visits that bring most within `hours` per person (about 70 % of working hours).

    >>> plan_visits([Account("a", "Li", [0, 50, 60]), Account("b", "Li", [0, 30, 45])], {"Li": 3}).visits
    {'a': 1, 'b': 2}
    """
    _check(accounts, hours)
    left, visits = dict(hours), {account.id: 0 for account in accounts}
    heap: list[tuple[float, int, int]] = []
    for i in range(len(accounts)):
        _offer(heap, accounts, i, 0)
    last: dict[str, float] = {}
    while heap:
        worth, i, number = heapq.heappop(heap)
        account = accounts[i]
        if -worth <= 0:
            continue
        if account.hours > left[account.rep] + 1e-9:  # this one no longer fits, a shorter visit still may
            last.setdefault(account.rep, -worth)
            continue
        left[account.rep] -= account.hours
        visits[account.id] = number
        _offer(heap, accounts, i, number)
    return VisitPlan(
        cases=len(accounts),
        parameters={"hours": dict(hours)},
        warnings=tuple(_doubts(accounts, hours)),
        visits=visits,
        hours={rep: hours[rep] - left[rep] for rep in hours},
        expected=sum(account.expected(visits[account.id]) for account in accounts),
        expected_now=sum(account.expected(account.now) for account in accounts),
        next_best=last,
    )


def _offer(heap: list[tuple[float, int, int]], accounts: Sequence[Account], i: int, made: int) -> None:
    account = accounts[i]
    if made < account.most:
        gain = account.expected(made + 1) - account.expected(made)
        heapq.heappush(heap, (-gain / account.hours, i, made + 1))


def _check(accounts: Sequence[Account], hours: Mapping[str, float]) -> None:
    if len({account.id for account in accounts}) < len(accounts):
        raise MethodError("id_twice", "客户编号重复。", "A customer appears twice.")
    for account in accounts:
        if account.rep not in hours or not hours[account.rep] >= 0 or not account.hours > 0 or account.now < 0:
            raise MethodError(
                "bad_account",
                f"“{account.id}”的负责人或时长有误。",
                f'"{account.id}" has no person with hours, or impossible figures.',
            )
        if isinstance(account.response, Saturating):
            concave = account.response.half > 0 and account.response.top >= account.response.base
        else:
            table = list(account.response)
            steps = [b - a for a, b in pairwise(table)]
            concave = bool(table) and all(b <= a + 1e-9 for a, b in pairwise(steps))
        if not concave:
            raise MethodError(
                "not_concave",
                f"“{account.id}”的响应曲线须递减增益（每多一次拜访带来的增量不增加）。",
                f'The response of "{account.id}" must be concave: no further visit may bring more than the one before.',
            )


def _doubts(accounts: Sequence[Account], hours: Mapping[str, float]) -> Iterable[Note]:
    for rep, own in hours.items():
        used = sum(a.now * a.hours for a in accounts if a.rep == rep)
        if used > own + 1e-9:
            yield Note(
                "over_hours",
                f"{rep} 现在的拜访需要 {used:g} 小时，超过可用的 {own:g} 小时。",
                f"{rep}'s visits of today take {used:g} hours, beyond the {own:g} there are.",
            )


@dataclass(frozen=True, slots=True)
class Served:
    """What a customer got and gave: class, hours spent on it, margin."""

    id: str
    klass: str
    hours: float
    margin: float


@dataclass(frozen=True, kw_only=True)
class ServiceBalance(Result):
    """Shares of hours per class beside the target, and who gets too much or too little, with the two shares."""

    shares: dict[str, float]
    target: dict[str, float]
    over: tuple[tuple[str, float, float], ...]
    """(customer, share of hours, share of margin), most hours first."""
    under: tuple[tuple[str, float, float], ...]

    def findings(self) -> Iterable[Note]:
        """Classes off their target, then the customers who get most too much."""
        for klass, share in self.shares.items():
            if abs(share - self.target[klass]) > 0.1:
                yield Note(
                    "class_off_target",
                    f"{klass} 类占用 {share:.0%} 的时间，目标 {self.target[klass]:.0%}。",
                    f"Class {klass} takes {share:.0%} of the hours; the target is {self.target[klass]:.0%}.",
                )
        for name, time, margin in self.over[:3]:
            yield Note(
                "over_served",
                f"{name} 服务过度：占时间 {time:.1%}，只占毛利 {margin:.1%}。",
                f"{name} is over-served: {time:.1%} of the hours for {margin:.1%} of the margin.",
            )


def service_balance(
    served: Sequence[Served], *, factor: float = 2.0, target: Mapping[str, float] | None = None
) -> ServiceBalance:
    """Over-served: share of hours beyond `factor` × share of margin; under-served: share of margin beyond it × of hours.

    Negative margins count as none.
    """
    goal = dict(target or TARGET)
    hours = sum(one.hours for one in served)
    margin = sum(max(one.margin, 0.0) for one in served)
    if hours <= 0 or margin <= 0 or any(one.hours < 0 for one in served) or {one.klass for one in served} - set(goal):
        raise MethodError(
            "nothing_to_share",
            "需要正的工时与毛利，以及已知的客户级别。",
            "Hours and margin above 0 and known classes are needed.",
        )
    rows = [(one.id, one.hours / hours, max(one.margin, 0.0) / margin) for one in served]
    over = sorted((row for row in rows if row[1] > factor * row[2] and row[1] > 0), key=lambda row: (-row[1], row[0]))
    under = sorted((row for row in rows if row[2] > factor * row[1] and row[2] > 0), key=lambda row: (-row[2], row[0]))
    return ServiceBalance(
        cases=len(served),
        parameters={"factor": factor},
        shares={klass: sum(one.hours for one in served if one.klass == klass) / hours for klass in goal},
        target=goal,
        over=tuple(over),
        under=tuple(under),
    )
