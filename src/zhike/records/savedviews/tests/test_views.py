"""Saved views: one's own and shared ones; what is hidden from a reader tells nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from zhike.identity.models import FieldGrant
from zhike.kernel.actions import run
from zhike.records.models import SavedView
from zhike.records.savedviews.actions import shared_with

if TYPE_CHECKING:
    from zhike.identity.testing import World

MINE = json.dumps({"all": [{"field": "owner", "op": "in", "value": ["me"]}]})


def narrowed(level: str) -> str:
    """The filter text of one level."""
    return json.dumps({"all": [{"field": "level", "op": "in", "value": [level]}]}, separators=(",", ":"))


def customer(world: World, who: str, name: str, **values: Any) -> Any:
    return run("create_party", by=world.actor(who), data={"name": name, **values}).value


def save(world: World, who: str, **sent: Any) -> SavedView:
    reply = world.client(who).post("/customers/views/new/", {"name": "我的", "filter": MINE, **sent})
    assert reply.status_code == 302, reply.content.decode()
    view: SavedView = SavedView.objects.order_by("-id")[0]
    return view


def names(page: str, *wanted: str) -> list[bool]:
    return [name in page for name in wanted]


def test_a_list_is_kept_under_a_name_and_opens_again(world: World) -> None:
    customer(world, "何永强", "西湖电器")
    customer(world, "吴敏", "宁波厨具")
    form = world.client("周晓岚").get("/customers/views/new/", {"filter": MINE, "sort": "-name"}).content.decode()
    assert "-name" in form
    view = save(world, "何永强", name="<script>x</script>")
    page = world.client("何永强").get(f"/customers/?view={view.pk}").content.decode()
    assert names(page, "西湖电器", "宁波厨具", "<script>x") == [True, False, False]
    assert world.client("吴敏").get(f"/customers/?view={view.pk}").status_code == 404


def test_a_shared_view_with_me_fits_everybody(world: World) -> None:
    customer(world, "何永强", "西湖电器")
    customer(world, "周晓岚", "华东总仓")
    view = save(world, "沈嘉禾", share="all")
    assert names(
        world.client("何永强").get(f"/customers/?view={view.pk}").content.decode(), "西湖电器", "华东总仓"
    ) == [True, False]
    assert names(
        world.client("周晓岚").get(f"/customers/?view={view.pk}").content.decode(), "西湖电器", "华东总仓"
    ) == [False, True]


def test_sharing_is_a_right_and_a_team_view_stays_in_the_team(world: World) -> None:
    refused = world.client("何永强").post("/customers/views/new/", {"name": "x", "share": "all"})
    assert refused.status_code == 403
    view = save(world, "沈嘉禾", share="team")
    assert world.client("梁思琪").get(f"/customers/?view={view.pk}").status_code == 200
    assert world.client("何永强").get(f"/customers/?view={view.pk}").status_code == 404
    assert world.client("梁思琪").post(f"/customers/views/{view.pk}/", {"name": "y"}).status_code == 404


def test_a_view_shared_with_the_teams_below_reaches_them_and_nobody_beside_or_above(world: World) -> None:
    view = save(world, "周晓岚", name="大区重点", share="below")
    answers = {
        who: world.client(who).get(f"/customers/?view={view.pk}").status_code
        for who in ("周晓岚", "何永强", "陈立群", "沈嘉禾")
    }
    assert answers == {"周晓岚": 200, "何永强": 200, "陈立群": 404, "沈嘉禾": 404}
    assert shared_with(view) == "below"


def test_T18_a_shared_view_over_a_hidden_field_opens_without_it_and_tells_nothing(world: World) -> None:
    customer(world, "何永强", "西湖电器", source="展会")
    customer(world, "何永强", "滨江电器", source="老客户")
    given = {
        "all": [{"field": "source", "op": "is", "value": "展会"}, {"field": "name", "op": "contains", "value": "电器"}]
    }
    view = save(world, "沈嘉禾", share="all", filter=json.dumps(given), columns="name,source,city")
    FieldGrant.objects.create(role=world.roles["salesperson"], column="party.source", rule="hidden")
    from zhike.identity.access import rights_changed

    rights_changed()
    reply = world.client("何永强").get(f"/customers/?view={view.pk}")
    page = reply.content.decode()
    assert reply.status_code == 200
    assert names(page, "西湖电器", "滨江电器", "展会", "老客户") == [True, True, False, False]
    assert "left out" in page or "略去" in page
    assert world.client("沈嘉禾").get(f"/customers/?view={view.pk}").content.decode().count("滨江电器") == 0


def test_the_default_view_opens_by_itself_and_all_is_one_click_away(world: World) -> None:
    customer(world, "周晓岚", "华东总仓")
    customer(world, "何永强", "西湖电器")
    client = world.client("周晓岚")
    save(world, "周晓岚", default="true")
    page = client.get("/customers/").content.decode()
    assert names(page, "华东总仓", "西湖电器") == [True, False]
    assert "?view=all" in page
    assert names(client.get("/customers/?view=all").content.decode(), "华东总仓", "西湖电器") == [True, True]
    cleared = client.get(f"/customers/?view={SavedView.objects.get().pk}&filter=").content.decode()
    assert names(cleared, "华东总仓", "西湖电器") == [True, True]


def test_views_are_renamed_ordered_and_deleted_by_their_owner(world: World) -> None:
    client = world.client("何永强")
    one, two = save(world, "何永强", name="一"), save(world, "何永强", name="二")
    client.post(f"/customers/views/{one.pk}/", {"name": "壹", "share": "me", "pinned": "on", "default": "on"})
    client.post(f"/customers/views/{two.pk}/", {"name": "二", "share": "me", "default": "on"})
    client.post("/customers/views/order/", {"ids": [str(two.pk), str(one.pk)]})
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.name, one.pinned, one.default, two.default) == ("壹", True, False, True)
    assert two.place < one.place
    assert client.get("/customers/views/").status_code == 200
    client.post(f"/customers/views/{one.pk}/delete/")
    assert list(SavedView.objects.values_list("name", flat=True)) == ["二"]


def test_a_view_without_a_name_comes_back_with_its_filter(world: World) -> None:
    reply = world.client("何永强").post("/customers/views/new/", {"name": " ", "filter": MINE})
    assert reply.status_code == 422
    assert "&quot;me&quot;" in reply.content.decode()


def test_ones_own_open_view_takes_over_the_list_as_it_stands_now(world: World) -> None:
    view = save(world, "何永强", name="重点", filter=narrowed("A"), sort="-name")
    client = world.client("何永强")
    at = f"/customers/views/{view.pk}/keep/"
    assert at not in client.get("/customers/", {"view": str(view.pk)}).content.decode(), "nothing differs yet"
    changed = {"view": str(view.pk), "filter": narrowed("B"), "columns": "city,level"}
    assert at in client.get("/customers/", changed).content.decode()
    assert client.post(at, changed).status_code == 302
    view.refresh_from_db()
    assert (view.filter, view.columns, view.sort) == (json.loads(narrowed("B")), ["city", "level"], "-name")
    assert world.client("吴敏").post(at, changed).status_code == 404


def test_an_order_or_columns_alone_can_be_saved_too(world: World) -> None:
    client = world.client("何永强")
    assert "/customers/views/new/" not in client.get("/customers/").content.decode()
    for asked in ({"sort": "-name"}, {"columns": "city"}):
        assert "/customers/views/new/" in client.get("/customers/", asked).content.decode()


def test_a_group_below_a_group_is_read_whole(world: World) -> None:
    inner = {"all": [{"field": "city", "op": "is", "value": "杭州"}, {"field": "level", "op": "in", "value": ["B"]}]}
    given = {"any": [{"field": "level", "op": "in", "value": ["A"]}, inner]}
    page = world.client("何永强").get("/customers/", {"filter": json.dumps(given)}).content.decode()
    assert "(城市 是 杭州 且 层级 是 高层)" in page


def test_whoever_is_in_no_team_opens_lists_all_the_same(world: World) -> None:
    save(world, "周晓岚", share="below")
    type(world.people["何永强"]).objects.filter(pk=world.people["何永强"].pk).update(team=None)
    from zhike.identity.access import rights_changed

    rights_changed()
    assert world.client("何永强").get("/customers/").status_code == 200
