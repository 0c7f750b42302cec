"""A record type of 45 lines gets everything that docs/build/add-a-record-type.md promises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.showrooms.models import Showroom
from zhike.identity.testing import World
from zhike.kernel.actions import registry, run
from zhike.kernel.ledger import read_after, seal_all

pytestmark = pytest.mark.django_db
HERE = Path(__file__).parent / "showrooms"


def make(world: World, name: str = "滨江样板间", who: str = "何永强") -> Showroom:
    outcome = run("create_showroom", by=world.actor(who), data={"name": name, "area": "120.5", "style": "open"})
    room: Showroom = outcome.value
    return room


def test_it_is_two_files_and_no_more_than_sixty_lines() -> None:
    files = [path for path in HERE.glob("*.py") if path.name != "__init__.py"]
    assert {path.name for path in files} == {"models.py", "screens.py"}
    assert sum(len(path.read_text().splitlines()) for path in files) <= 60


def test_list_card_drawer_and_form_are_there(world: World) -> None:
    room, browser = make(world), world.client("何永强")
    assert "滨江样板间" in browser.get("/showrooms/").content.decode()
    for tail in ("", "drawer/", "edit/", "history/"):
        assert browser.get(f"/showrooms/{room.pk}/{tail}").status_code == 200, tail
    assert browser.post("/showrooms/new/", {"name": "云栖样板间"}).status_code == 302
    assert "云栖样板间" in browser.get("/showrooms/").content.decode()


def test_filter_and_sort_are_typed(world: World) -> None:
    make(world)
    make(world, "西溪样板间")
    narrowed = json.dumps({"all": [{"field": "name", "op": "contains", "value": "西溪"}]})
    page = world.client("何永强").get("/showrooms/", {"filter": narrowed, "sort": "-area"}).content.decode()
    assert "西溪样板间" in page
    assert "滨江样板间" not in page


def test_rights_hide_it_from_other_teams(world: World) -> None:
    room = make(world)
    assert world.client("孙雨桐").get(f"/showrooms/{room.pk}/").status_code == 404
    assert world.client("周晓岚").get(f"/showrooms/{room.pk}/").status_code == 200


def test_history_bin_and_undo_come_with_it(world: World) -> None:
    room, browser = make(world), world.client("何永强")
    browser.post(f"/showrooms/{room.pk}/edit/", {"name": "滨江旗舰间", "_version": "1"})
    seal_all()
    kinds = [event.type for event in read_after(0) if event.subject_id == room.pk]
    assert kinds == ["showroom.created", "showroom.updated"]
    assert "滨江旗舰间" in browser.get(f"/showrooms/{room.pk}/history/").content.decode()
    run("archive_showroom", by=world.actor("何永强"), subject_id=room.pk)
    assert "滨江旗舰间" not in browser.get("/showrooms/").content.decode()
    assert "滨江旗舰间" in browser.get("/showrooms/?bin=1").content.decode()


def test_the_api_and_its_document_know_it(world: World) -> None:
    room, browser = make(world), world.client("何永强")
    answer = browser.get("/api/showrooms")
    assert answer.status_code == 200
    assert [item["id"] for item in answer.json()["items"]] == [str(room.pk)]
    assert "/api/showrooms" in browser.get("/api/openapi.json").json()["paths"]


def test_search_finds_it_by_characters_and_pinyin(world: World) -> None:
    make(world)
    browser = world.client("何永强")
    for words in ("滨江", "binjiang", "bjybj"):
        found = browser.get("/search/", {"q": words}, headers={"Accept": "application/json"}).json()
        assert [hit["title"] for group in found["groups"] for hit in group["hits"]] == ["滨江样板间"], words


def test_custom_fields_reach_form_list_and_filter(world: World) -> None:
    field = run(
        "create_custom_field",
        by=world.actor("沈嘉禾"),
        data={"on": "showroom", "label": "楼层", "kind": "number"},
    ).value
    room = make(world)
    run("update_showroom", by=world.actor("何永强"), subject_id=room.pk, data={field.key: 3})
    browser = world.client("何永强")
    assert "楼层" in browser.get(f"/showrooms/{room.pk}/edit/").content.decode()
    narrowed = json.dumps({"all": [{"field": field.key, "op": "gte", "value": 3}]})
    assert "滨江样板间" in browser.get("/showrooms/", {"filter": narrowed}).content.decode()


def test_every_standard_action_exists() -> None:
    for verb in ("create", "update", "archive", "restore", "purge"):
        assert f"{verb}_showroom" in registry
