"""What a formula consists of, once read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Value = Decimal | str | date | bool | None


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a text, true, false or null."""

    value: Value
    position: int


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the record."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Unary:
    """`-a` or `not a`."""

    sign: str
    operand: Node
    position: int


@dataclass(frozen=True, slots=True)
class Binary:
    """`a + b` and its like."""

    sign: str
    left: Node
    right: Node
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    """`name(a, b)`."""

    name: str
    arguments: tuple[Node, ...]
    position: int


Node = Constant | Field | Unary | Binary | Call


def nodes_of(node: Node) -> Iterator[Node]:
    """The node and everything beneath it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        match current:
            case Unary():
                waiting.append(current.operand)
            case Binary():
                waiting += (current.right, current.left)
            case Call():
                waiting += reversed(current.arguments)
