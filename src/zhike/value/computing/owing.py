"""What is owed and how late it is paid, where the files say when each line was due and paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from zhike.methods.credit.ageing import Open, ageing
from zhike.methods.engine import Relation
from zhike.value.study import Debtor, Owed


def by_customer(lines: Relation, as_of: date) -> Relation:
    """customer, overdue (days, each line weighing by its money), owed (money past due and not paid), oldest (days past due).

    Only lines with a day due count; what was paid after `as_of` was not paid yet.
    """
    import ibis

    known = lines.table.filter(lines.table.due.notnull())
    end = ibis.least(known.paid.coalesce(ibis.date(as_of)), ibis.date(as_of))
    late = ibis.greatest(end.delta(known.due, unit="day").cast("int64"), 0)
    open_ = (known.paid.isnull() | (known.paid > ibis.date(as_of))) & (late > 0)
    judged = known.mutate(late=late, weight=known.amount.cast("float64"), open=open_)
    sums = judged.group_by("customer").agg(
        overdue=(judged.weight * judged.late).sum() / judged.weight.sum().nullif(0),
        owed=judged.open.ifelse(judged.amount, 0).sum(),
        oldest=judged.open.ifelse(judged.late, 0).max(),
    )
    return Relation(lines.engine, sums).keep("owing")


def owed(late: Relation, lines: Relation, as_of: date, limit: int = 50) -> Owed:
    """All that is not paid yet by days past due, and who owes most of what is overdue."""
    import ibis

    table = lines.table
    open_ = table.filter(table.due.notnull(), table.paid.isnull() | (table.paid > ibis.date(as_of)))
    items = lines.engine.records(open_.group_by("due").agg(amount=open_.amount.sum()).order_by("due"))
    debts = late.table.filter(late.table.owed > 0)
    first = debts.order_by([debts.owed.desc(), debts.customer]).limit(limit)
    rows = late.engine.records(first.select("customer", "owed", "oldest", "overdue"))
    ((many,),) = late.engine.records(debts.agg(many=debts.count()))
    return Owed(
        ageing=ageing([Open(due, Decimal(amount)) for due, amount in items], as_of),
        customers=int(many),
        first=tuple(Debtor(str(who), Decimal(money), int(days), float(mean)) for who, money, days, mean in rows),
        table=late,
    )
