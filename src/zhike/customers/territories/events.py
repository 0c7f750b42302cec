"""What happens around assignment rules."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.kernel.events import event


@event("party.assigned", sentence=_("The rule “%(rule)s” gave %(subject)s to %(to)s"), icon="route")
class PartyAssigned:
    """A rule chose the owner (or pool) of a customer; `assigned` tells how the search went."""

    rule: str
    to: str
    to_id: str
    from_id: str
    assigned: dict[str, Any]
    version: int = 1


@event("assignment.created", sentence=_("%(who)s made the rule %(subject)s"), icon="route", shown=False)
class RuleMade:
    """A new rule."""


@event("assignment.updated", sentence=_("%(who)s changed the rule %(subject)s"), icon="route", shown=False)
class RuleChanged:
    """A rule was changed, switched or moved."""

    fields: list[str]


@event("assignment.removed", sentence=_("%(who)s removed the rule %(subject)s"), icon="route", shown=False)
class RuleRemoved:
    """A rule is gone."""


@event(
    "assignment.started", sentence=_("%(who)s had %(count)s customers assigned by the rules"), icon="route", shown=False
)
class ReassignmentStarted:
    """Many customers are being assigned anew; each leaves its own event."""

    count: int
