"""The functions a formula may call: names, values taken, value given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final

from zhike.kernel.text import fold
from zhike.records.formula.tree import Value

MOST_ARGUMENTS: Final = 30
LONGEST_TEXT: Final = 10_000


class ValueKind(StrEnum):
    """What a part of a formula gives."""

    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    BOOL = "bool"
    ANY = "any"


class Refused(Exception):
    """A value a function cannot take; the evaluator adds the place."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Function:
    """`takes` names the kind of each value, the last one for all further; `gives` ANY: the kind of its values.

    Unless it `takes_null`, a function of null is null.
    """

    takes: tuple[ValueKind, ...]
    gives: ValueKind
    call: Callable[..., Value]
    least: int = 1
    most: int = 1
    takes_null: bool = False

    def kind_at(self, place: int) -> ValueKind:
        return self.takes[min(place, len(self.takes) - 1)]


def _round(number: Decimal, places: Decimal = Decimal(0)) -> Decimal:
    count = _whole(places)
    if abs(count) > 20:
        raise Refused("places")
    step = Decimal(1).scaleb(-count)
    return (
        (number / step).to_integral_value(ROUND_HALF_UP) * step if count < 0 else number.quantize(step, ROUND_HALF_UP)
    )


def _whole(number: Decimal) -> int:
    if not isinstance(number, Decimal) or number != number.to_integral_value() or abs(number) > 1_000_000:
        raise Refused("whole")  # `date` takes one text or three numbers, so a text can come this far
    return int(number)


def _count(number: Decimal) -> int:
    if (count := _whole(number)) < 0:
        raise Refused("negative")
    return count


def _concat(*parts: Value) -> str:
    return "".join(text_of(part) for part in parts)


def text_of(value: Value) -> str:
    """A value within a text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            text = format(value, "f")
            return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
        case date():
            return value.isoformat()
    return value


def _date(*parts: Any) -> date:
    try:
        if len(parts) == 1:
            return parts[0] if isinstance(parts[0], date) else date.fromisoformat(str(parts[0])[:10])
        return date(*map(_whole, parts))
    except (ValueError, TypeError, OverflowError) as error:
        raise Refused("day") from error


def _extreme(choose: Callable[..., Any]) -> Callable[..., Value]:
    def extreme(*values: Value) -> Value:
        given = [value for value in values if value is not None]
        if not given:
            return None
        if len({type(value) for value in given}) > 1 or isinstance(given[0], bool):
            raise Refused("mixed")
        found: Value = choose(given)
        return found

    return extreme


def _coalesce(*values: Value) -> Value:
    return next((value for value in values if value is not None and value != ""), None)


def _days_between(start: date, end: date) -> Decimal:
    return Decimal((end - start).days)


def _contains(text: str | None, part: str | None) -> bool:
    return bool(text) and fold(part or "") in fold(text or "")


_N, _T, _D, _B, _ANY = ValueKind.NUMBER, ValueKind.TEXT, ValueKind.DATE, ValueKind.BOOL, ValueKind.ANY

# `if` and `today` need more than their values and are worked out by the evaluator.
FUNCTIONS: Final[dict[str, Function]] = {
    "if": Function((_B, _ANY, _ANY), _ANY, _coalesce, 2, 3, takes_null=True),
    "round": Function((_N, _N), _N, _round, 1, 2),
    "abs": Function((_N,), _N, abs),
    "min": Function((_ANY,), _ANY, _extreme(min), 1, MOST_ARGUMENTS, takes_null=True),
    "max": Function((_ANY,), _ANY, _extreme(max), 1, MOST_ARGUMENTS, takes_null=True),
    "len": Function((_T,), _N, lambda text: Decimal(len(text or "")), takes_null=True),
    "lower": Function((_T,), _T, str.lower),
    "upper": Function((_T,), _T, str.upper),
    "left": Function((_T, _N), _T, lambda text, count: text[: _count(count)], 2, 2),
    "right": Function((_T, _N), _T, lambda text, count: text[max(0, len(text) - _count(count)) :], 2, 2),
    "concat": Function((_ANY,), _T, _concat, 1, MOST_ARGUMENTS, takes_null=True),
    "contains": Function((_T, _T), _B, _contains, 2, 2, takes_null=True),
    "date": Function((_ANY, _N, _N), _D, _date, 1, 3),
    "days_between": Function((_D, _D), _N, _days_between, 2, 2),
    "today": Function((_ANY,), _D, _coalesce, 0, 0, takes_null=True),
    "year": Function((_D,), _N, lambda day: Decimal(day.year)),
    "month": Function((_D,), _N, lambda day: Decimal(day.month)),
    "coalesce": Function((_ANY,), _ANY, _coalesce, 1, MOST_ARGUMENTS, takes_null=True),
    "is_empty": Function((_ANY,), _B, lambda value: value is None or value == "", takes_null=True),
}
