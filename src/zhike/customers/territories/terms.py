"""The words of assignment: what a rule asks of a customer, and how the search for its owner went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Where(models.TextChoices):
    """By which way a new customer comes."""

    WEB = "web", _("Entered by hand")
    API = "api", _("From another system")
    IMPORT = "import", _("Imported")


#: door of an actor → the way it counts as
WAYS = {"web": Where.WEB, "api": Where.API, "mcp": Where.API, "import": Where.IMPORT}


@dataclass(frozen=True, slots=True)
class Facts:
    """What rules read of a customer."""

    division: str = ""
    names: tuple[str, ...] = ()  # of province, city and district, where the code is not known
    industry: str = ""
    source: str = ""
    kind: str = ""
    level: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Facts:
        """From a party's columns."""
        names = tuple(str(fields[n]) for n in ("province", "city", "district") if fields.get(n))
        own = {n: str(fields.get(n) or "") for n in ("division", "industry", "source", "kind", "level")}
        return cls(names=names, **own)


WHY: Mapping[str, str | Promise] = {
    "divisions": _("it lies elsewhere"),
    "industries": _("another industry"),
    "sources": _("another source"),
    "kinds": _("another kind of customer"),
    "levels": _("another level"),
    "full": _("nobody has room for one more"),
    "nobody": _("nobody is named who still works here"),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule tried: it fits, or what failed (a key of WHY)."""

    rule: str
    failed: str = ""

    def told(self) -> str:
        """As a sentence."""
        if not self.failed:
            return str(_("“%(rule)s” fits.")) % {"rule": self.rule}
        return str(_("“%(rule)s” does not: %(why)s.")) % {"rule": self.rule, "why": WHY.get(self.failed, self.failed)}


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets a customer: a person or a pool, by which rule, and how the rules before it fared."""

    verdicts: tuple[Verdict, ...]
    rule: str = ""
    owner_id: UUID | None = None
    owner: str = ""
    pool_id: UUID | None = None
    pool: str = ""

    def __bool__(self) -> bool:
        return self.owner_id is not None or self.pool_id is not None

    def payload(self) -> dict[str, Any]:
        """For the ledger: names of rules and of colleagues, nothing about the customer."""
        tried = [[v.rule, v.failed] for v in self.verdicts]
        return {"rule": self.rule, "to": self.owner or self.pool, "tried": tried}

    def sentences(self) -> list[str]:
        """The whole search in words, the decision first."""
        return told(
            {"rule": self.rule, "to": self.owner or self.pool, "tried": [[v.rule, v.failed] for v in self.verdicts]}
        )


def told(payload: Mapping[str, Any]) -> list[str]:
    """A stored search in the reader's words."""
    found = [Verdict(str(rule), str(failed)) for rule, failed in payload.get("tried", [])]
    first = (
        str(_("Given to %(to)s by the rule “%(rule)s”.")) % {"to": payload.get("to"), "rule": payload.get("rule")}
        if payload.get("rule")
        else str(_("No rule fits."))
    )
    return [first, *[v.told() for v in found if v.failed]]
