"""Creating and changing a party from values by column name: what form, API, agents and single imported rows end in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.customers.actions.adding import FURTHER, keep_further
from zhike.customers.actions.keeping import (
    completeness_of,
    keep_keys,
    keep_names,
    new_point,
    place_points,
    values_of,
)
from zhike.customers.actions.preparing import Prepared, percent_complete, prepare, shown_points
from zhike.customers.models import Membership, OwnerSpell, Party, PartyName, Pool
from zhike.customers.pool.room import check_room, turn_of
from zhike.customers.queries import team_of
from zhike.customers.terms import POINT_COLUMNS, Form
from zhike.customers.territories.queries import for_new
from zhike.customers.territories.terms import Choice
from zhike.identity.access import organisation
from zhike.kernel import clock
from zhike.kernel.actions import registry
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, Forbidden, Invalid
from zhike.kernel.inserting import insert_models
from zhike.kernel.screens import screens
from zhike.records.actions import (
    OWNERSHIP,
    created,
    custom_change,
    spread_custom,
    updated,
    write_custom,
    write_tags,
)

#: attribute → column, where they differ; None: derived, not told as a change of its own
COLUMN_OF: Mapping[str, str | None] = {
    "owner_id": "owner",
    "team_id": "team",
    "parent_id": "parent",
    "pool_id": "pool",
    "birthday_text": "birthday",
    "sort_key": None,
    "completeness": None,
    "division": None,
    "born_on": None,
    "birthday_lunar": None,
    "birthday_month": None,
    "birthday_day": None,
    "owned_since": None,
    "from_pool_id": None,
}
OWNING: Final = ("owner_id", "owned_since", "team_id", "pool_id", "pooled_at", "pool_reason", "from_pool_id")


def create(values: Mapping[str, Any], *, by: Actor) -> Party:
    """A new party; only a name is needed. Writer of the standard action `create_party`."""
    made = prepare(values, lenient=by.door == "import")
    now = timezone.now()
    choice = for_new(made.fields, by) if unowned(made.fields, values) else Choice(())
    party = Party(**founding(made, values, by, now, choice))
    write_custom(screens["party"], party, dict(values))
    points = [new_point(party, point, party.source) for point in made.points]
    names = [PartyName(party=party, kind=kind, name=name) for kind, name in made.further_names()]
    for rows in ([party], points, names):
        insert_models(rows)
    known(party, points=points, names=names)  # keys and search both read them
    keep_keys(party, fresh=True)
    write_tags(screens["party"], party, dict(values))
    _introduce(party, by)
    created(party, by=by, **({"assigned": choice.payload()} if choice else {}))
    party._prefetched_objects_cache.clear()  # type: ignore[attr-defined] # later readers ask anew
    return party


def known(party: Party, **rows: Sequence[Model]) -> None:
    """The rows around a party, as if they had just been read: nobody needs to ask for what was just written."""
    for relation, found in rows.items():
        there = getattr(party, relation).all()
        there._result_cache = list(found)
        party.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = there


def unowned(fields: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether nobody said whose the new party is: then a rule may."""
    return "owner" not in values and not fields.get("pool_id")


def founding(made: Prepared, values: Mapping[str, Any], by: Actor, now: datetime, choice: Choice) -> dict[str, Any]:
    """Every field of a party to be: what was given, who owns it, how complete it is."""
    fields = made.fields
    shown_points(made.points, fields)
    if choice.pool_id is not None:
        fields |= {"pool_id": choice.pool_id, "pooled_at": now, "pool_reason": choice.rule}
    elif unowned(fields, values):
        fields["owner_id"] = choice.owner_id or by.user_id
    owner_id = fields.get("owner_id")
    if owner_id not in (by.user_id, choice.owner_id, None) and by.door != "import":
        by.require("party.transfer")
    if owner_id is not None:
        fields["owned_since"] = fields.get("created_at") or now
    if fields.get("team_id") is None:
        fields["team_id"] = by.team_id if owner_id in (None, by.user_id) else team_of(owner_id)
    if not fields.get("created_at"):
        fields["created_at"] = now
    fields.setdefault("created_by_id", by.user_id)
    fields["completeness"] = percent_complete(fields)
    return fields


def update(party: Party, values: Mapping[str, Any], *, by: Actor) -> Party:
    """Change a party's columns. Writer of the standard action `update_party`."""
    given = {name: value for name, value in values.items() if not _unchanged(party, name, value)}
    made = prepare(given, lenient=by.door == "import", before=values_of(party))
    fields = dict(made.fields)
    _check_parent(party, fields.get("parent_id"))
    fields, owned = fields | _given(party, fields, values, by), ownership(party)
    further, version = keep_names(party, made), party.version
    fields |= place_points(party, made)
    fields |= custom_change(screens["party"], party, dict(values))
    fields["completeness"] = completeness_of(party, fields)
    changes = by_column(party.change(**fields)) | further | keep_further(party, values.get(FURTHER))
    changes |= write_tags(screens["party"], party, dict(values))
    if "owner" in changes and OWNERSHIP not in values:
        changes[OWNERSHIP] = [owned, ownership(party)]
    if changes and party.version == version:
        party.advance()
    if changes:
        keep_keys(party)
    updated(party, changes, by=by)
    return party


def _unchanged(party: Party, name: str, value: Any) -> bool:
    return name in POINT_COLUMNS and str(value or "") == getattr(party, name)


def by_column(changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Changes keyed by column, without what merely follows from others; references with the names they had."""
    told = {}
    for attribute, (old, new) in spread_custom(changes).items():
        column = COLUMN_OF.get(attribute, attribute)
        if column is not None:
            told[column] = [_named(attribute, old), _named(attribute, new)]
    return told


def _named(attribute: str, value: Any) -> Any:
    if not isinstance(value, UUID):
        return value
    others: Any = Party._meta.get_field(attribute).related_model
    name = others.objects.filter(pk=value).values_list("name", flat=True).first()
    return {"id": str(value), "name": name or ""}


def _given(party: Party, fields: Mapping[str, Any], values: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """What changes because an edit gives the party to somebody else, or takes such a change back."""
    if OWNERSHIP in values:
        return owned_again(party, values[OWNERSHIP], by)
    if fields.get("owner_id", party.owner_id) == party.owner_id:
        return {}
    if not by.can("party.transfer"):
        raise Forbidden("party.transfer")
    return new_owner(party, fields["owner_id"], timezone.now(), "")


def ownership(party: Party) -> dict[str, Any]:
    """Whose the party is since when, or in which pool it lies and why: all that another owner overwrites."""
    return {name: getattr(party, name) for name in OWNING}


def _had_for_days(party: Party) -> bool:
    """Whether the owner has had the party since before today: who gives it back then waits before claiming it again."""
    zone, now = organisation().zone, timezone.now()
    return party.owned_since is not None and clock.business_day(party.owned_since, zone) < clock.business_day(now, zone)


def owned_again(party: Party, former: Mapping[str, Any], by: Actor) -> dict[str, Any]:
    """What changes when a change of owner is taken back: the time that it ended goes on, as if nothing had happened.

    It needs the right, and out of a pool the room, that giving the party so would need now.
    """
    pooled = party.pool_id if party.owner_id is None else former["pool_id"]
    right = "party.claim" if pooled else "party.transfer"
    if not (by.can(right) or by.can("party.transfer")):
        raise Forbidden(right)
    columns: Any = {name: Party._meta.get_field(name) for name in OWNING}
    fields = {name: column.to_python(former[name]) for name, column in columns.items()}
    people = columns["owner_id"].related_model
    gone = fields["owner_id"] and not people.objects.filter(pk=fields["owner_id"], is_active=True).exists()
    closed = fields["pool_id"] and not Pool.objects.filter(pk=fields["pool_id"], archived_at=None).exists()
    if gone or closed:
        raise Conflict("owner.gone", _("Whoever had this customer before no longer works here, or the pool is closed."))
    if fields["pool_id"] and _had_for_days(party):
        raise Conflict(
            "owned_for_days", _("This customer was taken out of the pool days ago. Give it back to the pool instead.")
        )
    if fields["owner_id"] and party.pool is not None:
        check_room(party.pool, turn_of(fields["owner_id"]))
    if (ended := party.owned_since or party.pooled_at) is not None:
        party.owner_spells.filter(owner_id=fields["owner_id"], ended_at=ended).delete()
    return fields


def new_owner(party: Party, owner_id: UUID | None, now: datetime, reason: str) -> dict[str, Any]:
    """What changes when somebody else owns the party; the time of the one before is written down."""
    if party.owner_id is not None:
        OwnerSpell.objects.create(
            party=party,
            owner_id=party.owner_id,
            started_at=party.owned_since or party.created_at,
            ended_at=now,
            reason=reason[:200],
        )
    fields: dict[str, Any] = {"owner_id": owner_id, "owned_since": now if owner_id else None}
    if owner_id is not None:
        fields |= {"team_id": team_of(owner_id), "pool_id": None, "pooled_at": None, "pool_reason": ""}
    return fields


def _check_parent(party: Party, parent_id: UUID | None) -> None:
    """A group has a top: no party is its own ancestor."""
    seen = {party.pk}
    while parent_id is not None:
        if parent_id in seen:
            message = _("A company cannot stand above itself in its group. Choose another parent.")
            raise Invalid("parent.loop", message, "parent")
        seen.add(parent_id)
        parent_id = Party.objects.filter(pk=parent_id).values_list("parent_id", flat=True).first()


def _introduce(party: Party, by: Actor) -> None:
    """A contact person named with a new organisation becomes a party of their own, and its primary contact."""
    if not party.contact_name or party.form != Form.ORGANISATION:
        return
    values: dict[str, Any] = {"name": party.contact_name, "form": Form.PERSON, "title": party.contact_title}
    values |= {"source": party.source, "owner": party.owner_id, "team": party.team_id}
    person = registry["create_party"](values=values, by=by)
    Membership.objects.create(organisation=party, person=person, role=party.contact_title, primary=True)
