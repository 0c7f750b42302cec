"""A list as a board: a lane for each choice, within rights and the filter; a drop is an ordinary change."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.customers.models import Party
from zhike.identity.access import rights_changed
from zhike.identity.models import FieldGrant
from zhike.kernel.actions import run
from zhike.records.board import lanes, views

if TYPE_CHECKING:
    from zhike.identity.testing import World


def customer(world: World, name: str, level: str = "", who: str = "何永强") -> Party:
    """Somebody's customer of a level."""
    values = {"name": name, "level": level} if level else {"name": name}
    made: Party = run("create_party", by=world.actor(who), data=values).value
    return made


def shown(answer: Any) -> dict[str, list[str]]:
    """Lane -> the names on its cards."""
    page = answer.content.decode()
    return {
        lane: [name for name in ("金鼎家电", "绿野酒店", "顺达商贸", "江北电器") if name in cards]
        for lane, cards in re.findall(r'<ol data-lane="(\w*)".*?>(.*?)</ol>', page, re.DOTALL)
    }


def drop(world: World, party: Party, to: str, who: str = "何永强", version: int | None = None) -> Any:
    """Let a card fall on a lane."""
    address = f"/customers/{party.pk}/lane/?by=level&_version={version or party.version}"
    return world.client(who).post(address, {"to": to}, headers={"HX-Request": "true"})


def test_each_customer_stands_in_the_lane_of_its_level(world: World) -> None:
    customer(world, "金鼎家电", "A")
    customer(world, "绿野酒店", "C")
    customer(world, "顺达商贸")
    board = shown(world.client("何永强").get("/customers/board/"))
    assert board == {"A": ["金鼎家电"], "B": [], "C": ["绿野酒店"], "D": [], "": ["顺达商贸"]}


def test_the_filter_and_the_rights_hold_on_a_board_as_on_a_list(world: World) -> None:
    customer(world, "金鼎家电", "A")
    customer(world, "绿野酒店", "A")
    customer(world, "江北电器", "A", who="孙雨桐")
    narrowed = json.dumps({"all": [{"field": "name", "op": "contains", "value": "金鼎"}]})
    assert shown(world.client("何永强").get("/customers/board/"))["A"] == ["金鼎家电", "绿野酒店"]
    assert shown(world.client("何永强").get("/customers/board/", {"filter": narrowed}))["A"] == ["金鼎家电"]


def test_a_dropped_card_changes_its_field_leaves_its_event_and_can_be_undone(world: World) -> None:
    party = customer(world, "金鼎家电", "A")
    answer = drop(world, party, "B")
    assert answer.status_code == 200
    assert "金鼎家电" in answer.content.decode()
    assert f"_version={party.version + 1}" in answer.content.decode(), "the card can be moved on without a reload"
    party.refresh_from_db()
    assert party.level == "B"
    undo = json.loads(answer["HX-Trigger"])["zhike:toast"]["undo"]
    assert world.client("何永强").post(undo).status_code < 400
    party.refresh_from_db()
    assert party.level == "A"


def test_a_card_that_somebody_else_moved_meanwhile_is_refused(world: World) -> None:
    party = customer(world, "金鼎家电", "A")
    run("update_party", by=world.actor("周晓岚"), subject_id=party.pk, data={"level": "C"})
    assert drop(world, party, "B").status_code == 409
    party.refresh_from_db()
    assert party.level == "C"


def test_a_card_put_among_those_without_a_choice_loses_it(world: World) -> None:
    party = customer(world, "金鼎家电", "A")
    assert drop(world, party, "").status_code == 200
    party.refresh_from_db()
    assert party.level == ""


@pytest.mark.parametrize(("asked", "code"), [("by=name", "bad_board"), ("by=level&lane=X", "bad_lane")])
def test_what_is_no_board_or_no_lane_is_refused(world: World, asked: str, code: str) -> None:
    answer = world.client("何永强").get(f"/customers/board/lane/?{asked}", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_type_without_choices_has_no_board_and_its_list_offers_none(world: World) -> None:
    client = world.client("何永强")
    assert client.get("/tasks/board/").status_code == 404
    assert "/tasks/board/" not in client.get("/tasks/").content.decode()
    assert "/customers/board/" in client.get("/customers/").content.decode()


@pytest.mark.parametrize("rule", ["hidden", "masked", "read_only"])
def test_a_field_that_one_may_not_see_or_set_gives_no_board(world: World, rule: str) -> None:
    FieldGrant.objects.create(role=world.roles["salesperson"], column="party.level", rule=rule)
    rights_changed()
    answer = world.client("何永强").get("/customers/board/?by=level")
    assert answer.status_code == 400


def test_who_may_look_but_not_change_gets_cards_that_stay(world: World) -> None:
    customer(world, "金鼎家电", "A")
    seen = world.client("白露").get("/customers/board/").content.decode()
    assert "金鼎家电" in seen
    assert "data-card" not in seen
    assert "data-card" in world.client("何永强").get("/customers/board/").content.decode()


def test_a_long_lane_comes_in_parts_and_says_how_many_it_holds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "CARDS", 2)
    monkeypatch.setattr(views, "CARDS", 2)
    for name in ("金鼎家电", "绿野酒店", "顺达商贸"):
        customer(world, name, "A")
    client = world.client("何永强")
    page = client.get("/customers/board/")
    assert len(shown(page)["A"]) == 2
    (further,) = re.findall(r'<li class="more" hx-get="([^"]+lane=A[^"]+)"', page.content.decode())
    rest = client.get(further.replace("&amp;", "&")).content.decode()
    assert rest.count("data-card") == 1
    assert "more" not in rest
    assert ">3<" in client.get("/customers/board/figures/?by=level").content.decode()


def test_many_lanes_begin_with_fewer_cards_each(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "AT_ONCE", 10)  # five lanes
    for name in ("金鼎家电", "绿野酒店", "顺达商贸"):
        customer(world, name, "A")
    page = world.client("何永强").get("/customers/board/")
    assert len(shown(page)["A"]) == 2
    assert "lane=A&amp;from=2" in page.content.decode()


def test_more_than_can_be_laid_out_is_said_and_the_first_stand_there(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "MOST", 2)
    for name in ("金鼎家电", "绿野酒店", "顺达商贸"):
        customer(world, name, "A")
    page = world.client("何永强").get("/customers/board/")
    assert len(shown(page)["A"]) == 2
    assert "2+" in page.content.decode()
    assert "加上条件即可看到全部" in page.content.decode()


def test_a_board_asks_as_often_however_many_lanes_it_has(world: World) -> None:
    customer(world, "金鼎家电", "A")
    client = world.client("何永强")

    def asked(by: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(f"/customers/board/?by={by}").status_code == 200
        return len(caught)

    few = asked("level")
    assert asked("kind") == asked("level") <= few


def test_a_choice_of_the_companys_own_lays_out_a_board(world: World) -> None:
    data = {"on": "party", "label": "合作阶段", "kind": "choice", "options": [{"label": "初谈"}, {"label": "报价"}]}
    field = run("create_custom_field", by=world.actor("沈嘉禾"), data=data).value
    offer = field.options[1][0]
    party = customer(world, "金鼎家电")
    address = f"/customers/{party.pk}/lane/?by={field.key}&_version={party.version}"
    assert world.client("何永强").post(address, {"to": offer}).status_code == 200
    page = world.client("何永强").get(f"/customers/board/?by={field.key}")
    assert shown(page)[offer] == ["金鼎家电"]


def test_lanes_add_up_what_the_declaration_names(world: World) -> None:
    for name, area in (("滨江", "120.5"), ("西溪", "30")):
        run("create_showroom", by=world.actor("何永强"), data={"name": name, "area": area, "style": "open"})
    figures = world.client("何永强").get("/showrooms/board/figures/").content.decode()
    assert ">2<" in figures
    assert "150.5" in figures
