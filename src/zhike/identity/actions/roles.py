"""Roles: what they give, deny and hide. Every change counts from the next request on."""

from __future__ import annotations

from typing import Annotated

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.identity import access, events
from zhike.identity.models import FieldGrant, Grant, Role, User
from zhike.identity.terms import Effect, Extent
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor, FieldRule
from zhike.kernel.errors import Conflict, Invalid
from zhike.kernel.ids import new_id
from zhike.kernel.screens import other_rights, screens
from zhike.kernel.text import clean, shorten

Name = Annotated[str, Field(max_length=80)]
Note = Annotated[str, Field(max_length=400)]
OPEN = ""  # neither given nor denied
CHOICES = (OPEN, *(f"{Effect.ALLOW}:{extent}" for extent in Extent), *(f"{Effect.DENY}:{extent}" for extent in Extent))


def known_rights() -> list[str]:
    """Every right there is: those of the record types and those that stand by themselves."""
    return [right for screen in screens.values() for right in screen.rights] + list(other_rights)


def _known(right: str) -> str:
    if right not in known_rights():
        raise Invalid("unknown_right", _("There is no right “%(value)s”.") % {"value": shorten(right)}, "right")
    return right


def _free_name(text: str, role: Role | None = None) -> str:
    if not (name := clean(text, 80)):
        raise Invalid("required", _("Give a name."), "name")
    if Role.objects.filter(name=name).exclude(pk__in=[role.pk] if role else []).exists():
        message = _("There is already a role “%(value)s”. Choose another name.")
        raise Invalid("role_taken", message % {"value": shorten(name)}, "name")
    return name


def _still_ruled() -> None:
    """Refuse to leave the organisation without anybody who may give rights."""
    held = {"roles__archived_at": None, "roles__grants__right": "identity.roles", "roles__grants__effect": Effect.ALLOW}
    active = User.objects.filter(is_active=True, archived_at=None)
    if active.exists() and not active.filter(is_superuser=True).exists() and not active.filter(**held).exists():
        raise Conflict(
            "last_administrator", _("After this nobody could give rights any more. Leave this right to one role.")
        )


@action(right="role.create", title=_("Add a role"), icon="shield")
def create_role(*, name: Name, note: Note = "", by: Actor) -> Role:
    """Add a role that gives nothing yet."""
    name = _free_name(name)
    role = Role.objects.create(
        name=name, code=f"{slugify(name)[:30] or 'role'}-{new_id().hex[-8:]}", note=clean(note, 400)
    )
    emit(events.RoleCreated(name=name), subject=role, by=by, label=name)
    return role


@action(right="role.edit", title=_("Change"), icon="pencil")
def update_role(role: Role, *, name: Name | None = None, note: Note | None = None, by: Actor) -> Role:
    """Change name or note of a role."""
    values = {"name": _free_name(name, role)} if name is not None else {}
    if note is not None:
        values["note"] = clean(note, 400)
    changed = role.change(**values)
    emit(events.RoleUpdated(name=role.name), subject=role, by=by, label=role.name, changes=changed)
    return role


def _put(role: Role, right: str, extent: str, effect: str) -> str:
    """Write one grant; the answer is what stood there before."""
    before = Grant.objects.filter(role=role, right=right, effect=effect).values_list("extent", flat=True).first() or ""
    Grant.objects.update_or_create(role=role, right=right, effect=effect, defaults={"extent": extent})
    return before


@action(right="identity.roles", title=_("Give or deny a right"), icon="shield-check")
def grant_right_to_role(
    role: Role, *, right: str, extent: Extent = Extent.OWN, effect: Effect = Effect.ALLOW, by: Actor
) -> Role:
    """Give a role a right as far as `extent`, or deny it; a denial beats whatever other roles give."""
    before = _put(role, _known(right), extent, effect)
    _still_ruled()
    access.rights_changed()
    given = events.RightGranted(name=role.name, right=right, extent=extent, effect=effect, before=before)
    emit(given, subject=role, by=by, label=role.name)
    return role


@action(right="identity.roles", title=_("Take a right back"), icon="shield")
def revoke_right_of_role(role: Role, *, right: str, effect: Effect = Effect.ALLOW, by: Actor) -> Role:
    """Take a grant (or a denial) out of a role."""
    held = Grant.objects.filter(role=role, right=right, effect=effect)
    before = held.values_list("extent", flat=True).first() or ""
    held.delete()
    _still_ruled()
    access.rights_changed()
    emit(
        events.RightRevoked(name=role.name, right=right, effect=effect, before=before),
        subject=role,
        by=by,
        label=role.name,
    )
    return role


@action(right="identity.roles", title=_("Save rights"), icon="device-floppy")
def set_rights_of_role(role: Role, *, rights: dict[str, str], by: Actor) -> Role:
    """Several rights at once, as the matrix shows them: right → "", "allow:<extent>" or "deny:<extent>"."""
    changed: dict[str, list[str]] = {}
    for right, choice in rights.items():
        _known(right)
        if choice not in CHOICES:
            raise Invalid("unknown_extent", _("“%(value)s” is no extent.") % {"value": shorten(choice)}, right)
        held = [f"{e}:{x}" for e, x in Grant.objects.filter(role=role, right=right).values_list("effect", "extent")]
        if held == ([choice] if choice else []):
            continue
        Grant.objects.filter(role=role, right=right).delete()
        if choice:
            effect, _colon, extent = choice.partition(":")
            Grant.objects.create(role=role, right=right, effect=effect, extent=extent)
        changed[right] = [", ".join(held), choice]
    _still_ruled()
    access.rights_changed()
    emit(events.RightsSet(name=role.name, rights=changed), subject=role, by=by, label=role.name)
    return role


@action(right="identity.roles", title=_("Field rule"), icon="eye-off")
def set_field_rule_of_role(role: Role, *, column: str, rule: FieldRule, by: Actor) -> Role:
    """Hide, mask or lock one field of a record type for a role; the strictest of a person's roles holds."""
    record_type, _dot, name = column.partition(".")
    if record_type not in screens or not name:
        raise Invalid("unknown_column", _("There is no field “%(value)s”.") % {"value": shorten(column)}, "column")
    held = FieldGrant.objects.filter(role=role, column=column)
    before = held.values_list("rule", flat=True).first() or FieldRule.OPEN
    if rule == FieldRule.OPEN:
        held.delete()
    else:
        FieldGrant.objects.update_or_create(role=role, column=column, defaults={"rule": rule})
    access.rights_changed()
    emit(
        events.FieldRuleSet(name=role.name, column=column, rule=rule, before=before),
        subject=role,
        by=by,
        label=role.name,
    )
    return role
