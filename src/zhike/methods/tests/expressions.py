"""Every set-based expression once, upon one table of orders: what golden files hold and what engines must agree upon."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from zhike.methods.cohorts import cohorts_table
from zhike.methods.engine.plain import summed, whole_orders
from zhike.methods.engine.relation import Relation
from zhike.methods.lifecycle.alarm import alarms
from zhike.methods.lifecycle.patterns import furthest
from zhike.methods.lifecycle.rhythm import at_clocks, purchase_days, with_gaps
from zhike.methods.lifecycle.stages import DEFAULT, staged, standing, typical_gap, year_before
from zhike.methods.rates import activity_table
from zhike.methods.value.composition import abc_table, concentration_table
from zhike.methods.value.migration import migration_table
from zhike.methods.value.purchases import purchases_table, whole_days
from zhike.methods.value.pyramid import pyramid_table
from zhike.methods.value.rfm import order_statistics, rfm_measures, scored

if TYPE_CHECKING:
    from ibis import Table

SCHEMA = {"customer": "string", "day": "date", "amount": "decimal(18,2)", "order": "string"}
AS_OF = date(2024, 6, 30)
NOW, THEN = (date(2023, 7, 1), AS_OF), (date(2022, 7, 1), date(2023, 6, 30))
BREAKS = {
    "recency": (Decimal("31"), Decimal("61.5"), Decimal("120"), Decimal("240")),
    "frequency": (Decimal("2"), Decimal("3"), Decimal("4"), Decimal("6")),
    "monetary": (Decimal("100.5"), Decimal("200"), Decimal("300"), Decimal("400")),
}


def expressions(lines: Relation, shift: timedelta = timedelta(0)) -> dict[str, Table]:
    """Name → expression; after the first, rows are taken as orders, so that a golden file stays readable.

    `shift` moves every day that is asked about.
    """
    orders, as_of = lines.table, AS_OF + shift
    now, before = ((first + shift, last + shift) for first, last in (NOW, THEN))
    values, values_then = summed(orders, now), summed(orders, before)
    measures = rfm_measures(orders, as_of, date(2023, 6, 30) + shift)
    days = purchase_days(orders, as_of)
    gapped = with_gaps(days)
    own = standing(gapped, as_of)
    stages = staged(own, 91, DEFAULT)
    then = standing(with_gaps(at_clocks(days, [as_of, before[1]])))
    return {
        "orders_of_lines": whole_orders(lines).table,
        "values": values,
        "abc": abc_table(values.filter(values.active)),
        "concentration": concentration_table(values),
        "pyramid": pyramid_table(values),
        "migration": migration_table(pyramid_table(values_then), pyramid_table(values)),
        "rfm_measures": measures,
        "rfm_order_statistics": order_statistics(measures),
        "rfm": scored(measures, BREAKS),
        "purchases": purchases_table(whole_days(orders), as_of, None, "week"),
        "lifecycle": stages,
        "lifecycle_typical_gap": typical_gap(own),
        "loss_patterns": furthest(staged(then, 91, DEFAULT)),
        "value_at_stake": year_before(days, own),
        "thinning_out": alarms(own.left_join(year_before(days, own), "customer").drop("customer_right")),
        "cohorts_month": cohorts_table(gapped, "month"),
        "cohorts_week": cohorts_table(gapped, "week"),
        "rates": activity_table(orders, before, now),
    }
