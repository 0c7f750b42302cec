"""Plain data as relations: lists, mappings and arrays are loaded into a private DuckDB, exactly."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import numpy as np

from zhike.methods.result import MethodError

from .duck import DuckDBEngine
from .relation import Relation

if TYPE_CHECKING:
    from ibis import Table

ORDER_COLUMNS = ("customer", "day", "amount", "order", "product", "quantity")


def as_relation(columns: Mapping[str, Sequence[Any]], name: str = "given") -> Relation:
    """Columns of equal length as a table: integers, money (any mix of int, float, Decimal), days or text.

    Money keeps every decimal place it came with (at most 9; floats by their shortest notation).
    """
    engine = DuckDBEngine()
    lengths = {len(values) for values in columns.values()}
    if len(lengths) != 1:
        raise MethodError("columns_uneven", "各列长度不同", "The columns differ in length.")
    schema, texts = {}, {}
    for column, values in columns.items():
        schema[column], texts[column] = typed(column, list(values))
    engine.load(name, schema, texts)
    return engine.relation(name)


def typed(column: str, values: list[Any]) -> tuple[str, np.ndarray[Any, Any]]:
    """The SQL type of a column and its values as text, which DuckDB casts without loss."""
    if column == "customer" or column == "order" or column == "product" or column.startswith("level"):
        whole = all(isinstance(value, int | np.integer) and not isinstance(value, bool) for value in values)
        return ("BIGINT" if whole and column == "customer" else "VARCHAR"), texts_of(map(str, values), len(values))
    if column == "day":
        return "DATE", texts_of((day_of(value).isoformat() for value in values), len(values))
    if column == "active":
        return "BOOLEAN", np.asarray(values, dtype=bool)
    exact = [number_of(value) for value in values]
    places = min(9, max((-int(value.as_tuple().exponent) for value in exact), default=0))
    return f"DECIMAL(28,{max(2, places)})", texts_of((f"{value:f}" for value in exact), len(exact))


def texts_of(values: Iterable[str], many: int) -> np.ndarray[Any, Any]:
    """An object array of strings, also when it is empty."""
    made = np.empty(many, dtype=object)
    made[:] = list(values)
    return made


def day_of(value: Any) -> date:
    """A day from a date, a moment, numpy's day or ISO text."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as wrong:
        shown = str(value)[:40]
        raise MethodError("day_unreadable", f"无法识别的日期：{shown}", f"Not a date: {shown}.") from wrong


def number_of(value: Any) -> Decimal:
    """A finite number as Decimal; floats by their shortest notation, so 0.1 is a tenth."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        shown = str(value)[:40]
        raise MethodError("number_unusable", f"不是有限的数值：{shown}", f"Not a finite number: {shown}.")
    return number


def as_values(data: Any, period: tuple[date, date] | None = None) -> Relation:
    """One value per customer, as a relation (customer, value, active).

    data: a relation of orders or of (customer, value); a mapping {customer: value}; a sequence of numbers (their
    positions are the customers); columns {"customer": …, "value": …}; or orders in any shape of `as_orders`.
    Active are those who bought in the period; of bare values those that are not zero.
    """
    if isinstance(data, Relation):
        table = data.table
        if "value" in table.columns:
            active = table.active if "active" in table.columns else table.value != 0
            return Relation(data.engine, table.select("customer", "value", active=active))
        return Relation(data.engine, summed(as_orders(data).table, period))
    if isinstance(data, Mapping) and not ("customer" in data and ("value" in data or "amount" in data)):
        return as_values(as_relation({"customer": list(data), "value": list(data.values())}))
    if isinstance(data, Mapping) and "value" in data:
        return as_values(as_relation(data))
    listed = list(data) if not isinstance(data, Mapping) else data
    if isinstance(listed, list) and all(isinstance(v, int | float | Decimal | np.number) for v in listed):
        return as_values(as_relation({"customer": list(range(len(listed))), "value": listed}))
    return as_values(as_orders(listed), period)


def summed(orders: Table, period: tuple[date, date] | None) -> Table:
    """Revenue per customer in the period; whoever bought only before it has 0 and is not active."""
    import ibis

    if period is None:
        return orders.group_by("customer").agg(value=orders.amount.sum()).mutate(active=ibis.literal(True))
    first, last = period
    until = orders.filter(orders.day <= ibis.date(last))
    inside = until.day >= ibis.date(first)
    found = until.group_by("customer").agg(
        value=ibis.ifelse(inside, until.amount, until.amount * 0).sum(),
        latest=until.day.max(),
    )
    return found.select("customer", "value", active=found.latest >= ibis.date(first))


def as_orders(data: Any) -> Relation:
    """Orders as a relation with one row per order: customer, day, amount (and order, where the data have it).

    data: a relation (of orders or of lines, which are summed to orders); a sequence of tuples (customer, day, amount
    [, order]) or of mappings; or columns {"customer": …, "day": …, "amount": …}. With order ids, rows of one customer and
    order are one order on its first day; without, each row is an order.
    """
    if isinstance(data, Relation):
        return whole_orders(data)
    columns = data if isinstance(data, Mapping) else columns_of_rows(list(data))
    known = {name: columns[name] for name in ORDER_COLUMNS if name in columns}
    found = as_relation(known)
    given = Relation(found.engine, found.table, "line" if "order" in known else "order")
    return whole_orders(given)


def whole_orders(given: Relation) -> Relation:
    """Lines summed to orders; orders, and days that are summed already, as they are."""
    given.need("customer", "day", "amount")
    if given.grain != "line":
        return given
    given.need("order")
    lines = given.table
    orders = lines.group_by(["customer", "order"]).agg(day=lines.day.min(), amount=lines.amount.sum())
    return Relation(given.engine, orders.select("customer", "day", "amount", "order"))


def columns_of_rows(rows: Sequence[Any]) -> dict[str, list[Any]]:
    """Rows turned into columns; tuples follow the order of the table contract."""
    if not rows:
        raise MethodError("no_cases", "没有任何数据", "There are no data at all.")
    if isinstance(rows[0], Mapping):
        return {name: [row[name] for row in rows] for name in rows[0]}
    width = len(rows[0])
    if not 3 <= width <= len(ORDER_COLUMNS) or any(len(row) != width for row in rows):
        raise MethodError(
            "rows_malformed",
            "每行应为（客户、日期、金额［、订单］）",
            "Each row is (customer, day, amount[, order]).",
        )
    return {name: [row[place] for row in rows] for place, name in enumerate(ORDER_COLUMNS[:width])}


def months_before(day: date, months: int) -> date:
    """The same day some months earlier, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - date(year, month + 1, 1)).days
    return date(year, month + 1, min(day.day, last))


def fraction_of(share: Any, code: str = "share") -> tuple[int, int]:
    """A share between 0 and 1 as whole numbers, so that cuts are compared exactly: .55 → (11, 20)."""
    number = number_of(share)
    if not 0 < number <= 1:
        raise MethodError(code, f"比例须在 0 与 1 之间：{share}", f"A share lies between 0 and 1: {share}.")
    top, bottom = number.as_integer_ratio()
    if bottom > 10**6 or not math.isfinite(top):
        raise MethodError(code, f"比例小数位过多：{share}", f"A share has at most six decimals: {share}.")
    return top, bottom
