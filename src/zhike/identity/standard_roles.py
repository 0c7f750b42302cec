"""The roles every organisation starts with; what they give follows from the record types that are declared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.identity import access
from zhike.identity.models import Grant, Role
from zhike.identity.terms import Effect, Extent
from zhike.kernel.screens import Screen, other_rights, screens

INTERNAL = {"person", "team", "role", "pool", "assignment"}  # how the company itself is built
DAILY = ("view", "create", "edit", "archive", "restore", "comment", "print", "reveal")
LOOK = ("view", "print", "comment")
EVERYBODY = ("record.share",)
LEADING = ("records.share_views", "records.tags")  # views and tags that a team works by
RULING = ("identity.roles", "identity.organisation", "identity.sessions", "identity.act_as")

Grants = Iterable[tuple[str, Extent]]


@dataclass(frozen=True, slots=True)
class StandardRole:
    """A role's code, names and what it gives."""

    code: str
    name: str | Promise
    note: str | Promise
    grants: Callable[[], Grants]


def _business() -> list[Screen]:
    return [screen for screen in screens.values() if screen.type not in INTERNAL]


def _company() -> Grants:
    yield "person.view", Extent.ALL
    yield "team.view", Extent.ALL
    for right in EVERYBODY:
        yield right, Extent.ALL


def _verbs(screen: Screen, verbs: Iterable[str], extent: Extent) -> Grants:
    known = set(screen.rights)
    for verb in verbs:
        right = f"{screen.type}.{verb}"
        if right in known:
            yield right, Extent.ALL if verb == "create" else extent


def administrator() -> Grants:
    """Everything, everywhere."""
    for screen in screens.values():
        for right in screen.rights:
            yield right, Extent.ALL
    for right in other_rights:
        yield right, Extent.ALL


def manager() -> Grants:
    """Everything daily for the team and the teams below, and to hand over, bring in and take out; nothing removed for good."""
    yield from _company()
    for right in LEADING:
        yield right, Extent.ALL
    for screen in _business():
        yield from _verbs(screen, (*DAILY, "import", "export", "transfer", *screen.extra_rights), Extent.TEAM_BELOW)


def salesperson() -> Grants:
    """Their own: no export, no purge, nothing unmasked without its trace."""
    yield from _company()
    for screen in _business():
        yield from _verbs(screen, (*DAILY, *screen.extra_rights), Extent.OWN)


def service() -> Grants:
    """Sees every customer to help them; changes what is their own."""
    yield from _company()
    for screen in _business():
        yield from _verbs(screen, (*LOOK, "reveal"), Extent.ALL)
        yield from _verbs(screen, ("create", "edit"), Extent.OWN)


def marketer() -> Grants:
    """Sees every customer, brings lists in, changes their own."""
    yield from _company()
    for screen in _business():
        yield from _verbs(screen, LOOK, Extent.ALL)
        yield from _verbs(screen, ("create", "edit", "import"), Extent.OWN)


def auditor() -> Grants:
    """Reads everything, the ledger too; changes nothing."""
    for screen in screens.values():
        yield f"{screen.type}.view", Extent.ALL
    yield "ledger.read", Extent.ALL
    yield "ledger.export", Extent.ALL
    yield "identity.why", Extent.ALL


ROLES = (
    StandardRole(
        "administrator",
        _("Administrator"),
        _("Everything, everywhere; sets up people, roles and rights."),
        administrator,
    ),
    StandardRole("manager", _("Sales manager"), _("The team's customers and those of teams below."), manager),
    StandardRole(
        "salesperson", _("Salesperson"), _("Their own customers; no export, nothing removed for good."), salesperson
    ),
    StandardRole("service", _("Service staff"), _("Sees every customer; changes their own."), service),
    StandardRole("marketer", _("Marketer"), _("Sees every customer; brings lists in."), marketer),
    StandardRole("auditor", _("Auditor"), _("Reads everything and the ledger; changes nothing."), auditor),
)


def ensure(language: str = "") -> dict[str, Role]:
    """Make the standard roles that are missing, and give those not touched by hand the rights of newly declared types.

    A right that somebody took away does not come back: only types a role says nothing about are added. Idempotent.
    """
    language = language or access.organisation().language
    with transaction.atomic(), translation.override(language):
        made = {standard.code: _ensure(standard) for standard in ROLES}
        access.rights_changed()
    return made


def _ensure(standard: StandardRole) -> Role:
    role, _made = Role.objects.get_or_create(
        code=standard.code, defaults={"name": str(standard.name), "note": str(standard.note)}
    )
    said = {right.split(".")[0] for right in Grant.objects.filter(role=role).values_list("right", flat=True)}
    missing = [
        Grant(role=role, right=right, extent=extent, effect=Effect.ALLOW)
        for right, extent in standard.grants()
        if right.split(".")[0] not in said
    ]
    Grant.objects.bulk_create(missing)
    return role
