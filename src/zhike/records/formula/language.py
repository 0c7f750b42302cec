"""Formula fields: `parse` a text once, then `evaluate` it for any number of records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhike.records.formula.evaluation import Evaluation
from zhike.records.formula.functions import ValueKind
from zhike.records.formula.kinds import kind_in
from zhike.records.formula.parsing import Parser
from zhike.records.formula.tree import Field, Node, Value, nodes_of


@dataclass(frozen=True)
class Formula:
    """A formula that was read without a fault."""

    text: str
    root: Node

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields it looks at."""
        return frozenset(node.name for node in nodes_of(self.root) if isinstance(node, Field))

    def kind(self, field_kinds: Mapping[str, str]) -> ValueKind:
        """The kind it gives, `ANY` where that depends on the record; raises `FormulaProblem` where kinds cannot fit."""
        return kind_in(self.root, field_kinds)

    def evaluate(self, values: Mapping[str, Any], today: date) -> Value:
        """Its value for one record: a Decimal, text, date, bool or None; raises `FormulaProblem`, nothing else."""
        return Evaluation(values, today).run(self.root)


def parse(text: str) -> Formula:
    """Read a formula; raises `FormulaProblem` with the place and a remedy."""
    return Formula(text, Parser(text).read())
