"""When to order and how much: (s, S) with review every R and delivery after L, and the economic order quantity.

s = μ(L+R) + z·σ·√(L+R), S = s + max(EOQ, μR), order S - position when position ≤ s; position = on hand + on order - promised.
EOQ = √(2·K·D/h) (Harris 1913). All times in one unit, μ and σ per that unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, isfinite, sqrt

from zhike.methods.result import Figure, MethodError, Note, Result


def order_quantity(demand: float, order_cost: float, holding_cost: float) -> Figure[float]:
    """EOQ for `demand` units per period, a cost per order, and a holding cost per unit and the same period.

    >>> order_quantity(1000, 50, 4).value
    158.11388300841898
    """
    if not (demand >= 0 and order_cost >= 0 and holding_cost > 0 and isfinite(demand)):
        raise MethodError(
            "bad_costs",
            "需求与订货成本不能为负，持有成本须大于 0。",
            "Demand and cost are from 0, holding cost above 0.",
        )
    quantity = sqrt(2 * order_cost * demand / holding_cost)
    return Figure(
        cases=1,
        parameters={"demand": demand, "order_cost": order_cost, "holding_cost": holding_cost},
        value=quantity,
        said=Note(
            "order_quantity", f"每次订货 {quantity:,.0f} 最省。", f"Ordering {quantity:,.0f} at a time costs least."
        ),
    )


@dataclass(frozen=True, slots=True)
class Demand:
    """Mean and standard deviation per unit of time, measured on so many periods."""

    mean: float
    spread: float
    periods: int = 0

    @classmethod
    def of(cls, sold: Sequence[float]) -> Demand:
        """From sales per unit of time; days without sales count as 0, so put them in."""
        if len(sold) < 2 or any(not v >= 0 for v in sold):
            raise MethodError(
                "few_periods", "至少需要两期非负的销量。", "At least two periods of sales from 0 are needed."
            )
        mean = sum(sold) / len(sold)
        return cls(mean, sqrt(sum((v - mean) ** 2 for v in sold) / (len(sold) - 1)), len(sold))


@dataclass(frozen=True, kw_only=True)
class Policy(Result):
    """Order up to `top` when the position is at or below `point`."""

    point: float
    top: float
    safety: float
    quantity: float
    """The economic order quantity that went in (0 when no costs were given)."""

    def order(self, position: float, pack: float = 1) -> float:
        """What to order now, in whole packs; 0 above the point."""
        if position > self.point:
            return 0.0
        return ceil((self.top - position) / pack - 1e-9) * pack

    def findings(self) -> Iterable[Note]:
        """The rule in words."""
        yield Note(
            "policy",
            f"库存降到 {self.point:,.0f} 即订货，补到 {self.top:,.0f}（其中安全库存 {self.safety:,.0f}）。",
            f"Order when stock falls to {self.point:,.0f}, up to {self.top:,.0f} (safety stock {self.safety:,.0f}).",
        )


def policy(
    demand: Demand, *, lead: float, review: float, service: float = 0.95, order_cost: float = 0, holding_cost: float = 0
) -> Policy:
    """(s, S) for a chance `service` of not running out between two orders; EOQ only where both costs are given.

    >>> made = policy(Demand(10, 3), lead=4, review=1, service=.95)
    >>> round(made.point, 1), round(made.top, 1), made.order(40)
    (61.0, 71.0, 32)
    """
    from statistics import NormalDist

    if not (lead >= 0 and review >= 0 and lead + review > 0 and 0.5 <= service < 1 and demand.mean >= 0):
        raise MethodError(
            "bad_policy",
            "提前期与盘点周期须大于 0，服务水平在 50% 与 100% 之间。",
            "Times above 0; service from 50% to below 100%.",
        )
    span = lead + review
    safety = NormalDist().inv_cdf(service) * demand.spread * sqrt(span)
    quantity = order_quantity(demand.mean, order_cost, holding_cost).value if holding_cost > 0 else 0.0
    point = demand.mean * span + safety
    return Policy(
        cases=demand.periods,
        parameters={"lead": lead, "review": review, "service": service, "mean": demand.mean, "spread": demand.spread},
        warnings=tuple(_doubts(demand)),
        point=point,
        top=point + max(quantity, demand.mean * review),
        safety=safety,
        quantity=quantity,
    )


def _doubts(demand: Demand) -> Iterable[Note]:
    if 0 < demand.periods < 12:
        yield Note("few_periods", f"只有 {demand.periods} 期销量。", f"Only {demand.periods} periods of sales.")
    if demand.mean > 0 and demand.spread > demand.mean:
        yield Note(
            "lumpy_demand",
            "需求时有时无，波动大于均值：正态假设下的安全库存偏差较大。",
            "Demand is lumpy (spread beyond its mean): a safety stock by the normal curve is rough.",
        )
