"""What a person decides about a file before it goes in, as one checked value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError, Forbidden, Invalid, Problems
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import Screen
from zhike.records.importing.reading import Hints
from zhike.records.importing.targets import PARTS, fields_of

DAYS = ("", "ymd", "dmy", "mdy")


class Policy(StrEnum):
    """What happens to a row whose record exists already."""

    SKIP = "skip"
    UPDATE = "update"
    MERGE = "merge"
    ASK = "ask"


POLICIES: Mapping[Policy, tuple[Any, Any]] = {
    Policy.SKIP: (_("Leave it as it is"), _("The row is left out; the record stays exactly as it is.")),
    Policy.UPDATE: (_("Overwrite"), _("What the row says replaces what stands there; empty cells change nothing.")),
    Policy.MERGE: (
        _("Fill the gaps"),
        _("Empty fields are filled; further names, numbers, e-mail addresses and tags are added; nothing is replaced."),
    ),
    Policy.ASK: (_("Create and ask"), _("The row becomes a record of its own and the pair waits for a decision.")),
}


class OwnerRule(StrEnum):
    """Who is in charge of new records."""

    ME = "me"
    NOBODY = "nobody"


OWNERS: Mapping[OwnerRule, Any] = {OwnerRule.ME: _("Me"), OwnerRule.NOBODY: _("Nobody for now")}


@dataclass(frozen=True, slots=True)
class Plan:
    """The decisions: how to read the file, which column goes where, what happens to those that exist, who owns new ones."""

    hints: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    policy: Policy = Policy.SKIP
    owner: OwnerRule = OwnerRule.ME
    days: str = ""  # how the file writes days; "" = decided column by column

    @property
    def reading(self) -> Hints:
        """How to open the file."""
        return Hints(**self.hints)

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Plan:
        """From JSON, or from what came over a door; anything unknown is refused."""
        unknown = set(stored) - {"hints", "targets", "policy", "owner", "days"}
        if unknown:
            name = sorted(unknown)[0]
            raise Invalid("unknown_field", _("There is no field “%(name)s” here.") % {"name": shorten(name)}, name)
        return cls(
            hints=read_hints(stored.get("hints") or {}),
            targets=tuple(str(name) for name in stored.get("targets") or ()),
            policy=_one(Policy, stored.get("policy") or Policy.SKIP, "policy"),
            owner=_one(OwnerRule, stored.get("owner") or OwnerRule.ME, "owner"),
            days=_one_of(DAYS, str(stored.get("days") or ""), "days"),
        )


def _one(kind: Any, value: Any, name: str) -> Any:
    return kind(_one_of([str(each) for each in kind], str(value), name))


def _one_of(known: Sequence[str], value: str, name: str) -> str:
    if value not in known:
        message = _("“%(value)s” is not one of the choices: %(choices)s.")
        choices = ", ".join(each for each in known if each)
        raise Invalid("invalid", message % {"value": shorten(value), "choices": choices}, name)
    return value


def read_hints(given: Mapping[str, Any]) -> dict[str, Any]:
    """How to open the file, as plain data; empty values are left to be guessed."""
    found: dict[str, Any] = {}
    for name in ("format", "encoding", "delimiter", "quote", "sheet"):
        if given.get(name) not in (None, ""):
            found[name] = str(given[name])[:200]
    if found.get("delimiter") == "tab":
        found["delimiter"] = "\t"
    if len(found.get("delimiter", ",")) != 1:
        raise Invalid("invalid", _("A delimiter is one character."), "delimiter")
    row = str(given.get("header_row") if given.get("header_row") is not None else "")
    if row:
        if not row.isascii() or not row.isdigit() or len(row) > 6:
            raise Invalid(
                "invalid", _("Give the line of the headings as a number; 0 means there are none."), "header_row"
            )
        found["header_row"] = int(row)
    return found


def checked(plan: Plan, screen: Screen, actor: Actor, headings: Sequence[str]) -> Plan:
    """The plan if this person may carry it out on this file; else every problem by column."""
    known = fields_of(screen, actor)
    problems: list[DomainError] = []
    if len(plan.targets) != len(headings):
        message = _("The file has %(columns)s columns, the assignment %(given)s. Open the file again.")
        raise Invalid("import.columns", message % {"columns": len(headings), "given": len(plan.targets)}, "targets")
    seen: set[str] = set()
    for heading, name in zip(headings, plan.targets, strict=True):
        if name and name not in known:
            problems.append(_refused(screen, heading, name))
        elif name and name in seen:
            twice = _("“%(label)s” is chosen for more than one column. Choose it once.")
            problems.append(Invalid("import.twice", twice % {"label": known[name].label}, name))
        seen.add(name)
    problems += _missing(screen, known, seen)
    if plan.owner is OwnerRule.NOBODY and not actor.can(f"{screen.type}.transfer"):
        raise Forbidden(f"{screen.type}.transfer")
    if problems:
        raise Problems(problems)
    return plan


def _refused(screen: Screen, heading: str, name: str) -> Invalid:
    column = screen.column(name)
    if column is None:
        unknown = _("“%(heading)s” is assigned to “%(name)s”, which is no field to import into. Choose another one.")
        return Invalid("unknown_field", unknown % {"heading": shorten(heading), "name": shorten(name)}, shorten(name))
    message = _("“%(heading)s” cannot be imported into “%(label)s” by you. Leave the column out.")
    return Invalid("read_only", message % {"heading": shorten(heading), "label": column.label}, name)


def _missing(screen: Screen, known: Mapping[str, Any], seen: set[str]) -> list[DomainError]:
    found: list[DomainError] = []
    for name, item in known.items():
        if item.part or not item.column.required or name in seen:
            continue
        if name == screen.title and seen & set(PARTS):
            continue
        message = _("No column is assigned to “%(label)s”, which every record needs.") % {"label": item.label}
        found.append(Invalid("missing", message, name))
    return found
