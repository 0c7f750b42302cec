"""Working a formula out for one record, within fixed bounds of steps, size and magnitude."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow, localcontext
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from zhike.kernel.text import shorten
from zhike.records.formula.functions import FUNCTIONS, LONGEST_TEXT, Refused, ValueKind
from zhike.records.formula.problems import FormulaProblem
from zhike.records.formula.tree import Binary, Call, Constant, Field, Node, Unary, Value

MOST_STEPS: Final = 5_000
MOST_TEXT_TOGETHER: Final = 200_000
LARGEST_POWER: Final = 30

_CONTEXT: Final = Context(
    prec=34, Emax=LARGEST_POWER, Emin=-LARGEST_POWER, clamp=0, traps=[Overflow, InvalidOperation, DivisionByZero]
)
_ARITHMETIC: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod,
}  # fmt: skip
_ORDER: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_REFUSALS: Final = {
    "places": _("The number of decimals at character %(place)s must lie between -20 and 20."),
    "whole": _("A whole number is needed at character %(place)s. Use round()."),
    "negative": _("The number at character %(place)s must not be negative."),
    "day": _("There is no such day at character %(place)s. Write date(2026, 3, 1)."),
    "mixed": _(
        "The values at character %(place)s are of different kinds. Compare numbers with numbers, days with days."
    ),
}


def kind_of(value: Value) -> ValueKind:
    """The kind of a value; null is any."""
    match value:
        case None:
            return ValueKind.ANY
        case bool():
            return ValueKind.BOOL
        case Decimal():
            return ValueKind.NUMBER
        case date():
            return ValueKind.DATE
    return ValueKind.TEXT


def wrong_kind(position: int, found: ValueKind, wanted: str) -> FormulaProblem:
    """A value of one kind where another is needed."""
    message = _("%(wanted)s is needed at character %(place)s, but this is %(found)s.")
    return FormulaProblem("kind", message, position, wanted=str(KINDS[wanted]), found=str(KINDS[found]))


KINDS: Final[Mapping[str, Any]] = {
    "number": _("a number"),
    "text": _("a text"),
    "date": _("a date"),
    "bool": _("yes or no"),
    "any": _("any value"),
    "the same kind": _("a value of the same kind"),
}


class Evaluation:
    """One working-out; made anew for each record."""

    def __init__(self, values: Mapping[str, Any], today: date) -> None:
        self._values, self._today = values, today
        self._steps = 0
        self._text = 0

    def run(self, node: Node) -> Value:
        with localcontext(_CONTEXT):
            return self._of(node)

    def _of(self, node: Node) -> Value:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise FormulaProblem("steps", _("The formula takes too many steps. Simplify it."), node.position)
        try:
            value = self._work_out(node)
        except (DivisionByZero, ZeroDivisionError) as error:
            message = _("Division by zero at character %(place)s. Use if() to avoid it.")
            raise FormulaProblem("zero", message, node.position) from error
        except (DecimalException, OverflowError) as error:
            if isinstance(node, Binary) and node.sign in "/%" and not self._of(node.right):
                message = _("Division by zero at character %(place)s. Use if() to avoid it.")
                raise FormulaProblem("zero", message, node.position) from error
            raise self._too_large(node) from error
        except Refused as refusal:
            raise FormulaProblem(refusal.code, _REFUSALS[refusal.code], node.position) from refusal
        return self._bounded(value, node)

    def _bounded(self, value: Value, node: Node) -> Value:
        if isinstance(value, str):
            self._text += len(value)
            if len(value) > LONGEST_TEXT or self._text > MOST_TEXT_TOGETHER:
                message = _("The text at character %(place)s becomes longer than %(limit)s characters. Shorten it.")
                raise FormulaProblem("text_size", message, node.position, limit=LONGEST_TEXT)
        elif isinstance(value, Decimal) and (not value.is_finite() or (value and value.adjusted() > LARGEST_POWER)):
            raise self._too_large(node)
        return value

    def _too_large(self, node: Node) -> FormulaProblem:
        return FormulaProblem("magnitude", _("The number at character %(place)s becomes too large."), node.position)

    def _work_out(self, node: Node) -> Value:
        match node:
            case Constant():
                return node.value
            case Field():
                return self._field(node)
            case Unary():
                return self._unary(node)
            case Binary(sign="and" | "or"):
                return self._logic(node)
            case Binary():
                return self._binary(node)
            case Call():
                return self._call(node)

    def _field(self, node: Field) -> Value:
        if node.name not in self._values:
            message = _("There is no field “%(value)s” (character %(place)s). Check its name.")
            raise FormulaProblem("field", message, node.position, value=shorten(node.name))
        return plain_value(self._values[node.name], node)

    def _unary(self, node: Unary) -> Value:
        value = self._of(node.operand)
        if node.sign == "not":
            return not self._truth(value, node.operand)
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise wrong_kind(node.operand.position, kind_of(value), "number")
        return -value

    def _truth(self, value: Value, node: Node) -> bool:
        if value is None:
            return False
        if not isinstance(value, bool):
            raise wrong_kind(node.position, kind_of(value), "bool")
        return value

    def _logic(self, node: Binary) -> bool:
        left = self._truth(self._of(node.left), node.left)
        if left is (node.sign == "or"):
            return left
        return self._truth(self._of(node.right), node.right)

    def _binary(self, node: Binary) -> Value:
        left, right = self._of(node.left), self._of(node.right)
        if node.sign in ("=", "!="):
            same = (left is None and right is None) or (kind_of(left) == kind_of(right) and left == right)
            return same is (node.sign == "=")
        if left is None or right is None:
            return None
        if node.sign in _ORDER:
            if kind_of(left) != kind_of(right) or isinstance(left, bool):
                raise wrong_kind(node.right.position, kind_of(right), "the same kind")
            return _ORDER[node.sign](left, right)
        if isinstance(left, date):
            return self._shift(left, right, node)
        for value, part in ((left, node.left), (right, node.right)):
            if not isinstance(value, Decimal):
                raise wrong_kind(part.position, kind_of(value), "number")
        result: Decimal = _ARITHMETIC[node.sign](left, right)
        return result

    def _shift(self, day: date, by: Value, node: Binary) -> Value:
        """A day plus or minus days, or the days between two."""
        if isinstance(by, date) and node.sign == "-":
            return Decimal((day - by).days)
        if not isinstance(by, Decimal) or node.sign not in "+-":
            raise wrong_kind(node.right.position, kind_of(by), "number")
        if by != by.to_integral_value() or abs(by) > 1_000_000:
            raise Refused("whole")
        return day + timedelta(days=int(by if node.sign == "+" else -by))

    def _call(self, node: Call) -> Value:
        if node.name == "today":
            return self._today
        if node.name == "if":
            chosen = 1 if self._truth(self._of(node.arguments[0]), node.arguments[0]) else 2
            return self._of(node.arguments[chosen]) if chosen < len(node.arguments) else None
        function = FUNCTIONS[node.name]
        values: list[Value] = []
        for place, argument in enumerate(node.arguments):
            value = self._of(argument)
            wanted = function.kind_at(place)
            if value is not None and wanted not in (ValueKind.ANY, kind_of(value)):
                raise wrong_kind(argument.position, kind_of(value), wanted)
            values.append(value)
        if not function.takes_null and any(value is None for value in values):
            return None
        return function.call(*values)


def plain_value(value: Any, node: Node) -> Value:
    """A record's value as formulas know it; what they do not know is refused, never looked into."""
    match value:
        case None | bool() | str() | Decimal():
            return value
        case int():
            if abs(value) >= 10 ** (LARGEST_POWER + 1):
                raise FormulaProblem(
                    "magnitude", _("The number at character %(place)s becomes too large."), node.position
                )
            return Decimal(value)
        case float():
            return Decimal(repr(value))
        case datetime():
            return value.date()
        case date():
            return value
    raise FormulaProblem("value", _("The field at character %(place)s cannot be used in a formula."), node.position)
