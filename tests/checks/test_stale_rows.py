"""Changes to many rows at once obey the rule of one: what somebody saved meanwhile is not overwritten, but told with both sides."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from zhike.customers.models import Party
from zhike.identity.access import rights_changed
from zhike.identity.models import FieldGrant
from zhike.identity.testing import World
from zhike.kernel.actions import run
from zhike.kernel.models import Event

pytestmark = pytest.mark.django_db
MOBILE, SECRET = "13812345678", "深蓝渠道壹号"


@pytest.fixture
def three(world: World) -> list[Party]:
    by = world.actor("何永强")
    return [run("create_party", by=by, data={"name": f"第{n}家", "level": "A"}).value for n in range(3)]


def chosen(client: Client) -> dict[str, str]:
    """The boxes of the list as the browser sends them, by id."""
    page = client.get("/customers/").content.decode()
    return {found.partition(":")[0]: found for found in re.findall(r'name="ids" value="([^"]+)"', page)}


def meanwhile(world: World, party: Party, **values: Any) -> None:
    run("update_party", by=world.actor("周晓岚"), subject_id=party.pk, data=values)


def levels(parties: list[Party]) -> list[str]:
    return [Party.objects.get(pk=party.pk).level for party in parties]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_T72_a_bulk_edit_leaves_rows_saved_meanwhile_and_shows_both_sides(
    world: World, three: list[Party], headers: dict[str, str]
) -> None:
    client = world.client("何永强")
    boxes = chosen(client)
    assert all(boxes[str(party.pk)] == f"{party.pk}:{party.version}" for party in three)
    meanwhile(world, three[1], level="B")
    form = client.get("/customers/bulk/update_party/", {"ids": list(boxes.values())}, headers=headers)
    assert all(f'value="{box}"' in form.content.decode() for box in boxes.values()), "the form carries the versions on"
    sent = {"ids": list(boxes.values()), "level": "C"}
    page = client.post("/customers/bulk/update_party/", sent, headers=headers).content.decode()
    assert levels(three) == ["C", "B", "C"]
    assert f"/customers/{three[1].pk}/" in page and f"/customers/{three[0].pk}/" not in page
    for side in ("高层", "中层"):
        assert f'<span class="diff">{side}</span>' in page
    assert Event.objects.filter(type="party.updated", subject_id=three[1].pk).count() == 1
    again = client.post("/customers/bulk/update_party/", {**sent, "ids": list(chosen(client).values())})
    assert again.status_code == 302 and levels(three) == ["C", "C", "C"]


def test_T72_other_bulk_commands_obey_it_too(world: World, three: list[Party]) -> None:
    client = world.client("何永强")
    boxes = chosen(client)
    meanwhile(world, three[2], note="先别删，客户要续约")
    page = client.post("/customers/bulk/archive_party/", {"ids": list(boxes.values())}).content.decode()
    assert f"/customers/{three[2].pk}/" in page
    assert [Party.objects.get(pk=party.pk).archived_at is None for party in three] == [False, False, True]


def test_T72_machines_send_the_versions_they_read(world: World, three: list[Party]) -> None:
    client, address = world.client("何永强"), "/api/customers/bulk/update"
    ids = [str(party.pk) for party in three]
    versions = {str(party.pk): party.version for party in three}
    meanwhile(world, three[0], level="D")
    ask: dict[str, Any] = {"ids": ids, "data": {"level": "C"}}
    for wrong in (None, {}, {ids[0]: 1}, dict.fromkeys(ids, True)):
        assert client.post(address, ask | {"versions": wrong}, "application/json").status_code == 422
    assert levels(three) == ["D", "A", "A"]
    reply = client.post(address, ask | {"versions": versions}, "application/json").json()
    assert reply["done"] == 2 and levels(three) == ["D", "C", "C"]
    (late,) = reply["refused"]
    assert (late["id"], late["code"], late["version"]) == (ids[0], "stale", versions[ids[0]] + 1)
    assert late["differences"] == [{"field": "level", "theirs": "D", "mine": "C"}]


def test_T67_the_other_side_of_a_stale_write_tells_no_masked_or_hidden_value(world: World) -> None:
    data = {"name": "遮住的客户", "mobile": MOBILE, "source": SECRET}
    party = run("create_party", by=world.actor("何永强"), data=data).value
    FieldGrant.objects.create(role=world.roles["salesperson"], column="party.source", rule="hidden")
    rights_changed()
    client, version = world.client("何永强"), party.version
    meanwhile(world, party, level="B")
    mine = {"mobile": "13900000000", "source": "x", "owner_id": "x", "name_key": "x", "level": "C"}
    one = client.patch(f"/api/customers/{party.pk}", {**mine, "version": version}, "application/json")
    many = {"ids": [str(party.pk)], "versions": {str(party.pk): version}, "data": mine}
    bulk = client.post("/api/customers/bulk/update", many, "application/json")
    assert one.status_code == 409 and bulk.json()["done"] == 0
    for text in (one.content.decode(), bulk.content.decode()):
        assert MOBILE not in text and SECRET not in text and str(party.owner_id) not in text
    sides = [{"field": "level", "theirs": "B", "mine": "C"}]
    assert one.json()["differences"] == bulk.json()["refused"][0]["differences"] == sides


def test_T72_a_form_saved_late_shows_the_fields_that_differ_and_no_others(world: World, three: list[Party]) -> None:
    client, address = world.client("何永强"), f"/customers/{three[0].pk}/edit/"
    page = client.get(address).content.decode()
    version = re.search(r'name="_version" value="(\d+)"', page)
    assert version
    meanwhile(world, three[0], level="B", do_not_contact=True)
    sent = {"_version": version[1], "name": "第0家", "level": "C", "form": "organisation", "parent": "", "source": ""}
    answer = client.post(address, sent | {"do_not_contact": "true", "owner": str(three[0].owner_id)})
    text = answer.content.decode()
    assert answer.status_code == 409
    told = re.findall(r'<span>([^<]*)</span><span class="diff">([^<]*)</span><span class="diff">([^<]*)</span>', text)
    assert told == [("层级", "高层", "中层")]
    assert text.count('role="alert"') == 1
