"""From tokens to a tree: a Pratt parser with limits on depth and size."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.utils.translation import gettext_lazy as _

from zhike.kernel.text import shorten
from zhike.records.formula.functions import FUNCTIONS
from zhike.records.formula.problems import FormulaProblem
from zhike.records.formula.tokens import Sort, Token, tokens_of
from zhike.records.formula.tree import Binary, Call, Constant, Field, Node, Unary, Value

DEEPEST: Final = 40
MOST_NODES: Final = 500
MOST_DIGITS: Final = 30

_STRENGTH: Final = {"or": 1, "and": 2} | dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), 4) | {
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_NOT: Final = 3
_MINUS: Final = 7
_SAME: Final = {"==": "=", "<>": "!="}
_CONSTANTS: Final[dict[str, Value]] = {"true": True, "false": False, "null": None}


class Parser:
    """Reads one formula."""

    def __init__(self, source: str) -> None:
        self._tokens = list(tokens_of(source))
        self._place = 0
        self._nodes = 0

    def read(self) -> Node:
        if self._now.sort is Sort.END:
            raise FormulaProblem("empty", _("The formula is empty. Write one, such as {amount} * 0.06."), 0)
        node = self._expression(0, 1)
        rest = self._tokens[self._place]
        if rest.sort is not Sort.END:
            raise self._unexpected()
        return node

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._tokens[self._place]
        self._place += token.sort is not Sort.END
        return token

    def _expression(self, strength: int, depth: int) -> Node:
        if depth > DEEPEST:
            message = _("The formula is nested more than %(limit)s levels deep at character %(place)s. Split it.")
            raise FormulaProblem("deep", message, self._now.position, limit=DEEPEST)
        left = self._start(depth)
        chained = 0
        while (sign := self._sign()) and _STRENGTH[sign] > strength:
            chained += 1
            if depth + chained > DEEPEST * 3:
                message = _("Too many operations in a row at character %(place)s. Split the formula.")
                raise FormulaProblem("deep", message, self._now.position, limit=DEEPEST)
            token = self._take()
            right = self._expression(_STRENGTH[sign], depth + 1)
            left = self._counted(Binary(sign, left, right, token.position))
        return left

    def _sign(self) -> str:
        token = self._now
        text = token.text.lower() if token.sort is Sort.WORD else token.text
        text = _SAME.get(text, text)
        return text if token.sort in (Sort.SIGN, Sort.WORD) and text in _STRENGTH else ""

    def _start(self, depth: int) -> Node:
        token = self._take()
        match token.sort:
            case Sort.NUMBER:
                return self._counted(self._number(token))
            case Sort.TEXT:
                return self._counted(Constant(token.text[1:-1], token.position))
            case Sort.FIELD:
                return self._counted(self._field(token))
            case Sort.WORD:
                return self._word(token, depth)
        if token.text == "(":
            inside = self._expression(0, depth + 1)
            self._close(token)
            return inside
        if token.text in ("-", "+"):
            operand = self._expression(_MINUS, depth + 1)
            return self._counted(Unary("-", operand, token.position)) if token.text == "-" else operand
        self._place -= token.sort is not Sort.END
        raise self._unexpected()

    def _number(self, token: Token) -> Constant:
        if len(token.text) > MOST_DIGITS:
            message = _("The number at character %(place)s has more than %(limit)s digits. Shorten it.")
            raise FormulaProblem("digits", message, token.position, limit=MOST_DIGITS)
        return Constant(Decimal(token.text), token.position)

    def _field(self, token: Token) -> Field:
        name = token.text[1:-1].strip()
        if not name:
            message = _("The field name at character %(place)s is empty. Write one between the braces.")
            raise FormulaProblem("empty_field", message, token.position)
        return Field(name, token.position)

    def _word(self, token: Token, depth: int) -> Node:
        name = token.text.lower()
        if name == "not":
            return self._counted(Unary("not", self._expression(_NOT, depth + 1), token.position))
        if name in ("and", "or"):
            self._place -= 1
            raise self._unexpected()
        if self._now.text == "(" and self._now.sort is Sort.SIGN:
            return self._call(name, token, depth)
        if name in _CONSTANTS:
            return self._counted(Constant(_CONSTANTS[name], token.position))
        return self._counted(Field(token.text, token.position))

    def _call(self, name: str, token: Token, depth: int) -> Node:
        function = FUNCTIONS.get(name)
        if function is None:
            message = _("There is no function “%(value)s” (character %(place)s). There are: %(names)s.")
            names = ", ".join(sorted(FUNCTIONS))
            raise FormulaProblem("function", message, token.position, value=shorten(token.text), names=names)
        bracket = self._take()
        arguments: list[Node] = []
        if self._now.text != ")" or self._now.sort is not Sort.SIGN:
            arguments.append(self._expression(0, depth + 1))
            while self._now.text == "," and self._now.sort is Sort.SIGN:
                self._take()
                arguments.append(self._expression(0, depth + 1))
        self._close(bracket)
        if not function.least <= len(arguments) <= function.most:
            message = _("%(value)s (character %(place)s) takes %(least)s to %(most)s values; %(count)s were given.")
            bounds = {"least": function.least, "most": function.most, "count": len(arguments)}
            raise FormulaProblem("arguments", message, token.position, value=name, **bounds)
        return self._counted(Call(name, tuple(arguments), token.position))

    def _close(self, opened: Token) -> None:
        if self._now.text != ")" or self._now.sort is not Sort.SIGN:
            if self._now.sort is not Sort.END:
                raise self._unexpected()
            message = _("The bracket at character %(place)s is never closed. Add “)”.")
            raise FormulaProblem("open_bracket", message, opened.position)
        self._take()

    def _counted(self, node: Node) -> Node:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            message = _("The formula has more than %(limit)s parts. Split it into several fields.")
            raise FormulaProblem("large", message, node.position, limit=MOST_NODES)
        return node

    def _unexpected(self) -> FormulaProblem:
        token = self._now
        if token.sort is Sort.END:
            return FormulaProblem(
                "ended", _("Something is missing at the end of the formula. Complete it."), token.position
            )
        message = _("“%(value)s” at character %(place)s is not expected here. Is an operator or a comma missing?")
        return FormulaProblem("unexpected", message, token.position, value=shorten(token.text))
