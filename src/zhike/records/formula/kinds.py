"""What kind of value a formula gives, told before any record is looked at."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from zhike.kernel.text import shorten
from zhike.records.formula.evaluation import kind_of, wrong_kind
from zhike.records.formula.functions import FUNCTIONS, ValueKind
from zhike.records.formula.problems import FormulaProblem
from zhike.records.formula.tree import Binary, Call, Constant, Field, Node, Unary

_ANY = ValueKind.ANY
# The kinds of columns as formulas see them; what is not named here is any.
_OF_FIELD = {
    "number": ValueKind.NUMBER,
    "money": ValueKind.NUMBER,
    "date": ValueKind.DATE,
    "datetime": ValueKind.DATE,
    "bool": ValueKind.BOOL,
} | dict.fromkeys(("text", "long_text", "choice", "phone", "email", "url"), ValueKind.TEXT)


def kind_in(node: Node, fields: Mapping[str, str]) -> ValueKind:
    """The kind of a node, given the kinds of fields; raises `FormulaProblem` where kinds cannot fit."""
    match node:
        case Constant():
            return kind_of(node.value)
        case Field():
            if node.name not in fields:
                message = _("There is no field “%(value)s” (character %(place)s). Check its name.")
                raise FormulaProblem("field", message, node.position, value=shorten(node.name))
            return _OF_FIELD.get(str(fields[node.name]), _ANY)
        case Unary():
            wanted = ValueKind.BOOL if node.sign == "not" else ValueKind.NUMBER
            _need(node.operand, wanted, fields)
            return wanted
        case Binary():
            return _binary(node, fields)
        case Call():
            return _call(node, fields)


def _need(node: Node, wanted: ValueKind, fields: Mapping[str, str]) -> ValueKind:
    found = kind_in(node, fields)
    if wanted is not _ANY and found not in (wanted, _ANY):
        raise wrong_kind(node.position, found, wanted)
    return found


def _binary(node: Binary, fields: Mapping[str, str]) -> ValueKind:
    if node.sign in ("and", "or"):
        _need(node.left, ValueKind.BOOL, fields)
        _need(node.right, ValueKind.BOOL, fields)
        return ValueKind.BOOL
    left, right = kind_in(node.left, fields), kind_in(node.right, fields)
    if node.sign in ("=", "!=", "<", "<=", ">", ">="):
        if _ANY not in (left, right) and left != right:
            raise wrong_kind(node.right.position, right, "the same kind")
        return ValueKind.BOOL
    if left is ValueKind.DATE and node.sign in "+-":
        if node.sign == "-" and right is ValueKind.DATE:
            return ValueKind.NUMBER
        _need(node.right, ValueKind.NUMBER, fields)
        return _ANY if right is _ANY and node.sign == "-" else ValueKind.DATE
    if left is _ANY and node.sign in "+-":
        # A day may stand there, so only what can be neither is refused.
        if (right is ValueKind.DATE and node.sign == "+") or right in (ValueKind.TEXT, ValueKind.BOOL):
            raise wrong_kind(node.right.position, right, "number")
        return _ANY
    _need(node.left, ValueKind.NUMBER, fields)
    _need(node.right, ValueKind.NUMBER, fields)
    return ValueKind.NUMBER


def _call(node: Call, fields: Mapping[str, str]) -> ValueKind:
    function = FUNCTIONS[node.name]
    found = [_need(part, function.kind_at(place), fields) for place, part in enumerate(node.arguments)]
    if function.gives is not _ANY:
        return function.gives
    given = {kind for kind in (found[1:] if node.name == "if" else found) if kind is not _ANY}
    if node.name in ("min", "max") and len(given) > 1:
        raise wrong_kind(node.position, found[-1], "the same kind")
    return given.pop() if len(given) == 1 else _ANY
