"""Creating and changing a party from values by column name: what form, API, agents and single imported rows end in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
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
from zhike.customers.models import Membership, OwnerSpell, Party, PartyName
from zhike.customers.queries import team_of
from zhike.customers.terms import POINT_COLUMNS, Form
from zhike.customers.territories.queries import for_new
from zhike.customers.territories.terms import Choice
from zhike.kernel.actions import registry
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Forbidden, Invalid
from zhike.kernel.inserting import insert_models
from zhike.kernel.screens import screens
from zhike.records.actions import created, custom_change, spread_custom, updated, write_tags

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
}


def create(values: Mapping[str, Any], *, by: Actor) -> Party:
    """A new party; only a name is needed. Writer of the standard action `create_party`."""
    made = prepare(values, lenient=by.door == "import")
    now = timezone.now()
    choice = for_new(made.fields, by) if unowned(made.fields, values) else Choice(())
    party = Party(**founding(made, values, by, now, choice))
    party.custom = custom_change(screens["party"], party, dict(values)).get("custom", {})
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
    if "owner_id" in fields and fields["owner_id"] != party.owner_id:
        if not by.can("party.transfer"):
            raise Forbidden("party.transfer")
        fields |= new_owner(party, fields["owner_id"], timezone.now(), "")
    elif "owner_id" in fields:
        del fields["owner_id"]
    further, version = keep_names(party, made), party.version
    fields |= place_points(party, made)
    fields |= custom_change(screens["party"], party, dict(values))
    fields["completeness"] = completeness_of(party, fields)
    changes = by_column(party.change(**fields)) | further | keep_further(party, values.get(FURTHER))
    changes |= write_tags(screens["party"], party, dict(values))
    if changes and party.version == version:
        party.advance()
    if changes:
        keep_keys(party)
    updated(party, changes, by=by)
    return party


def _unchanged(party: Party, name: str, value: Any) -> bool:
    return name in POINT_COLUMNS and str(value or "") == getattr(party, name)


def by_column(changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Changes keyed by column, without what merely follows from others; references as text."""
    told = {}
    for attribute, (old, new) in spread_custom(changes).items():
        column = COLUMN_OF.get(attribute, attribute)
        if column is not None:
            told[column] = [_plain(old), _plain(new)]
    return told


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


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
