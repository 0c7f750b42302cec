"""What groups of customers have in common: people, money, shares."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from zhike.methods.result import MethodError, Note

if TYPE_CHECKING:
    from ibis import Table

    from zhike.methods.engine import Relation


@dataclass(frozen=True, slots=True)
class Level:
    """One class or level: its customers, their money, and its shares of both."""

    customers: int
    revenue: Decimal
    share_of_customers: float = 0.0
    share: float = 0.0
    cost: Decimal | None = None
    margin: Decimal | None = None
    benchmark: float | None = None

    @property
    def revenue_per_customer(self) -> Decimal | None:
        """Mean revenue; none without customers."""
        return self.revenue / self.customers if self.customers else None

    @property
    def margin_rate(self) -> float | None:
        """Margin over revenue; none where margin is unknown or revenue is not positive."""
        return float(self.margin / self.revenue) if self.margin is not None and self.revenue > 0 else None


def shared(found: dict[str, Level]) -> dict[str, Level]:
    """The same levels with their shares of all customers and of the positive revenue."""
    people = sum(level.customers for level in found.values())
    money = sum((level.revenue for level in found.values()), Decimal(0))
    return {
        name: Level(
            level.customers,
            level.revenue,
            level.customers / people if people else 0.0,
            float(level.revenue / money) if money > 0 else 0.0,
            level.cost,
            level.margin,
            level.benchmark,
        )
        for name, level in found.items()
    }


def class_of(relation: Relation, column: str) -> dict[Any, str]:
    """Which group each customer is in."""
    return dict(relation.engine.records(relation.table.select("customer", column)))


def grouped(table: Table, column: str) -> Table:
    """Customers and revenue per group."""
    return table.group_by(column).agg(customers=table.count(), revenue=table.value.sum())


def some(cases: int) -> None:
    """Nothing can be said about nobody."""
    if cases < 1:
        raise MethodError("no_cases", "没有可计算的客户", "There is no customer to compute with.")


def negative(count: int) -> tuple[Note, ...]:
    """A doubt about totals below zero."""
    if not count:
        return ()
    zh = f"有 {count} 位客户的合计不大于零（退货或冲销多于购买），他们排在最后。"
    en = f"{count} customers have totals of zero or less (more returns than purchases); they rank last."
    return (Note("negative_totals", zh, en),)


def percent(share: float) -> str:
    """A share in words."""
    return f"{share * 100:.1f} %"
