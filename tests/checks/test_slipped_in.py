"""T19: every column of a model that is not one's own to set, sent along at every door: ignored by forms, refused to machines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Field

from tests.rights.test_object_matrix import record_of
from zhike.connect.mcp import tools
from zhike.identity.testing import World
from zhike.kernel import limits
from zhike.kernel.models import Record
from zhike.kernel.screens import Screen, screens
from zhike.records.columns import bound_columns

pytestmark = pytest.mark.django_db
SELLER, OTHER = "何永强", "吴敏"
TYPES = ("party", "touch", "task", "showroom")
STRANGE = {
    "pk": "01920000-0000-7000-8000-000000000001", "is_staff": "true", "is_superuser": "true", "role": "administrator",
    "roles": "administrator", "account_id": "1", "score": "99", "c_unknown": "x", "__class__": "x", "owner__password": "x",
}  # fmt: skip
STAMP = "2001-01-01T00:00:00Z"
Sent = dict[str, Any]


def slipped(world: World, screen: Screen) -> Sent:
    """What the salesperson may not set: every stored column that no writable field of theirs stands for, and strange names."""
    model: Any = screen.model_class
    bound = bound_columns(screen, world.actor(SELLER))
    mine = {name for item in bound.values() if item.writable for name in (item.name, item.column.orm.split("__")[0])}
    fields = [field for field in model._meta.concrete_fields if field.name not in mine and field.attname not in mine]
    assert len(fields) >= 8, "ids, times, versions, owners' teams and what is derived"
    return {name: foreign(world, field) for field in fields for name in (field.name, field.attname)} | STRANGE


def foreign(world: World, field: Field[Any, Any]) -> str:
    """A value that would do harm."""
    to = getattr(field.related_model, "record_type", "") if field.is_relation else ""
    if to == "user" or field.name in ("owner", "created_by"):
        return str(world.people[OTHER].pk)
    if field.name == "team":
        return str(world.people[OTHER].team_id)
    return {"DateTimeField": STAMP, "DateField": "2001-01-01", "BooleanField": "true"}.get(
        field.get_internal_type(), "77"
    )


def image(record: Record) -> dict[str, Any]:
    model: Any = type(record)
    found: dict[str, Any] = model.objects.filter(pk=record.pk).values().get()
    return found


def changed(record: Record, act: Callable[[], Any], passes: tuple[int, ...]) -> dict[str, Any]:
    """What an act changed in the row, by column."""
    before = image(record)
    reply = act()
    assert reply.status_code in passes, (reply.status_code, reply.content.decode()[:500])
    return {name: value for name, value in image(record).items() if value != before[name]}


@pytest.mark.parametrize("type_", TYPES)
def test_T19_forms_ignore_every_column_that_is_not_theirs_to_set(world: World, type_: str) -> None:
    screen, client = screens[type_], world.client(SELLER)
    bad = slipped(world, screen)
    for door in ("{0}/edit/", "bulk/update_{1}/"):
        plain, attacked = record_of(world, type_, "own"), record_of(world, type_, "own")

        def sent(record: Record, more: Sent, door: str = door) -> Any:
            own = {screen.title: "改过的名字", "ids": [str(record.pk)]} | more
            own["_version"] = str(record.version)
            return client.post(f"/{screen.slug}/{door.format(record.pk, type_)}", own)

        wanted = changed(plain, lambda plain=plain: sent(plain, {}), (302,))  # type: ignore[misc]
        found = changed(attacked, lambda attacked=attacked: sent(attacked, bad), (302,))  # type: ignore[misc]
        assert set(found) == set(wanted), door
        assert not [name for name in found if name in bad and str(found[name]) == bad[name]], door


@pytest.mark.parametrize("type_", TYPES)
def test_T19_a_new_record_takes_only_what_its_form_asks(world: World, type_: str) -> None:
    screen, client = screens[type_], world.client(SELLER)
    assert screen.creatable
    model: Any = apps.get_model(screen.model)
    own = (
        {screen.title: "新的记录", "party": str(record_of(world, "party", "own").pk)}
        if type_ != "party"
        else {"name": "新的记录"}
    )
    rows = []
    for more in ({}, slipped(world, screen)):
        before = set(model.objects.values_list("pk", flat=True))
        reply = client.post(f"/{screen.slug}/new/", own | more)
        assert reply.status_code == 302, reply.content.decode()[-800:]
        rows.append(model.objects.exclude(pk__in=before).values().get())
    plain, attacked = rows
    own_of_each = {"id", "created_at", "updated_at", "owned_since", "at", "done_at"}
    assert {name for name in plain if plain[name] != attacked[name]} <= own_of_each
    assert not [name for name in own_of_each & set(attacked) if str(attacked[name]).startswith(("2001", "01920000"))]


@pytest.mark.parametrize("type_", TYPES)
def test_T19_machines_are_refused_every_column_that_is_not_theirs(
    world: World, type_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BULK", limits.Limit("bulk", 9999))
    screen, client, actor = screens[type_], world.client(SELLER), world.actor(SELLER)
    record = record_of(world, type_, "own")
    before, model = image(record), type(record)
    for name, value in slipped(world, screen).items():
        if name == "version":  # the version that was read, as the door itself asks for it
            continue
        data, pk = {name: value}, str(record.pk)
        address = f"/api/{screen.slug}"
        many = {"ids": [pk], "versions": {pk: record.version}, "data": data}
        replies = [
            client.patch(f"{address}/{pk}", data, "application/json", headers={"If-Match": "*"}),
            client.post(address, {screen.title: "新的记录", **data}, "application/json"),
        ]
        found = [reply.status_code for reply in replies]
        assert found == [422, 422] if type_ == "party" else set(found) <= {403, 404, 405, 422}, (name, found)
        assert not client.post(f"{address}/bulk/update", many, "application/json").json().get("done"), name
        _answer, refused = tools.call(actor.at("mcp"), f"update_{type_}", {"id": pk, "version": record.version, **data})
        assert refused, name
    assert image(record) == before
    assert model.objects.count() == 1


@pytest.mark.parametrize("verb", ["archive", "transfer", "log_touch", "set_level", "release"])
def test_T19_other_actions_take_nothing_along(world: World, verb: str) -> None:
    own = {"to": str(world.people[OTHER].pk), "text": "来电", "level": "B", "reason": "换区", "kind": "call"}
    party, bad = record_of(world, "party", "own"), slipped(world, screens["party"])
    harmful = {name: value for name, value in bad.items() if name not in own}
    world.client(SELLER).post(f"/customers/{party.pk}/{verb}/", own | harmful)
    after, allowed = (
        image(party),
        {"owner_id", "team_id", "pool_id", "version", "updated_at", "archived_at", "last_touch_at"},
    )
    assert not [name for name in harmful if name in after and name not in allowed and str(after[name]) == harmful[name]]
    sent = world.client(SELLER).post(f"/api/customers/{party.pk}/{verb}", own | harmful, "application/json")
    assert sent.status_code in (403, 404, 409, 422)
