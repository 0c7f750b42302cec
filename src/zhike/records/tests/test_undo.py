"""What was just done can be taken back where one stands: after New, after a bulk command, after an ordinary verb."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from zhike.activities.models import Task
from zhike.customers.models import Party
from zhike.identity.testing import World
from zhike.kernel.actions import Outcome, run
from zhike.records.actions import run_bulk

pytestmark = pytest.mark.django_db
HE = "何永强"
UNDO = re.compile(r'<form method="post" action="(/undo/[^"]+/)">')


def customer(world: World, name: str, **values: object) -> Party:
    made: Party = run("create_party", by=world.actor(HE), data={"name": name, **values}).value
    return made


def offered(answer: Any) -> str:
    """The address of the undo that an answer to a script offers."""
    address: str = json.loads(answer["HX-Trigger"])["zhike:toast"]["undo"]
    return address


def act(world: World, party: Party, name: str, **data: object) -> Outcome:
    return run(name, by=world.actor(HE), subject_id=party.pk, data=data)


def test_whoever_makes_a_record_may_take_it_back_on_the_page_where_they_land(world: World) -> None:
    browser = world.client(HE)
    answer = browser.post("/customers/new/", {"name": "金鼎家电"}, headers={"HX-Request": "true"})
    card = answer["HX-Redirect"]
    undo = UNDO.findall(browser.get(card).content.decode())
    assert len(undo) == 1
    assert not UNDO.findall(browser.get(card).content.decode()), "it is offered once"
    back = browser.post(undo[0], headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{card}"})
    assert back["HX-Redirect"] == "/customers/", "nobody is left on the card of what is in the bin"
    assert Party.objects.get(name="金鼎家电").archived_at is not None


def test_without_a_script_the_undo_is_a_form_of_the_next_page(world: World) -> None:
    browser = world.client(HE)
    page = browser.post("/customers/new/", {"name": "金鼎家电"}, follow=True).content.decode()
    after = browser.post(UNDO.findall(page)[0], follow=True)
    assert after.request["PATH_INFO"] == "/customers/"
    assert "金鼎家电" in after.content.decode(), "the list says what was taken back"
    assert Party.objects.get(name="金鼎家电").archived_at is not None


def test_a_bulk_command_is_taken_back_as_a_whole(world: World) -> None:
    chosen = [customer(world, name) for name in ("金鼎家电", "绿野酒店")]
    browser = world.client(HE)
    ids = [f"{party.pk}:{party.version}" for party in chosen]
    done = browser.post("/customers/bulk/archive_party/", {"ids": ids}, headers={"HX-Request": "true"})
    assert Party.objects.exclude(archived_at=None).count() == 2
    back = browser.post(offered(done), headers={"HX-Request": "true"})
    assert back.status_code == 204
    assert not offered(back)
    assert not Party.objects.exclude(archived_at=None).exists()


def test_what_was_changed_since_a_bulk_command_is_left_alone_and_named(world: World) -> None:
    first, second = customer(world, "金鼎家电", level="A"), customer(world, "绿野酒店", level="B")
    browser = world.client(HE)
    sent = {"ids": [str(first.pk), str(second.pk)], "level": "C"}
    done = browser.post("/customers/bulk/set_level/", sent, headers={"HX-Request": "true"})
    run("update_party", by=world.actor("周晓岚"), subject_id=second.pk, data={"city": "杭州"})
    back = browser.post(offered(done), headers={"HX-Request": "true"})
    page = back.content.decode()
    assert back["HX-Retarget"] == "#dialog-body"
    assert str(second.pk) in page
    assert str(first.pk) not in page
    levels = {party.pk: party.level for party in Party.objects.all()}
    assert (levels[first.pk], levels[second.pk]) == ("A", "C")


def test_where_some_were_refused_the_rest_can_still_be_taken_back(world: World) -> None:
    first, second = customer(world, "金鼎家电"), customer(world, "绿野酒店")
    browser, stale = world.client(HE), f"{second.pk}:{second.version + 5}"
    sent = {"ids": [f"{first.pk}:{first.version}", stale]}
    page = browser.post("/customers/bulk/archive_party/", sent, headers={"HX-Request": "true"}).content.decode()
    browser.post(UNDO.findall(page)[0], headers={"HX-Request": "true"})
    assert not Party.objects.exclude(archived_at=None).exists()


def test_nobody_takes_back_what_somebody_else_ran_nor_what_was_no_bulk_command(world: World) -> None:
    party = customer(world, "金鼎家电")
    ran = run_bulk("archive_party", [party.pk], {}, world.actor(HE))
    foreign = world.client("周晓岚").post(f"/undo/batch/{ran.batch_id}/")
    assert foreign.status_code == 404
    assert world.client(HE).post(f"/undo/batch/{party.pk}/").status_code == 404
    assert Party.objects.exclude(archived_at=None).count() == 1


def test_a_level_is_put_back_unless_somebody_changed_the_customer_since(world: World) -> None:
    party, browser = customer(world, "金鼎家电", level="B"), world.client(HE)
    first = act(world, party, "set_level", level="A")
    assert browser.post(f"/undo/{first.event_id}/").status_code == 302
    party.refresh_from_db()
    assert party.level == "B"
    second = act(world, party, "set_level", level="C")
    run("update_party", by=world.actor("周晓岚"), subject_id=party.pk, data={"city": "杭州"})
    assert browser.post(f"/undo/{second.event_id}/").status_code == 409


def test_a_task_put_off_goes_back_to_its_time(world: World) -> None:
    party = customer(world, "金鼎家电")
    planned = run(
        "create_task", by=world.actor(HE), data={"name": "送样品", "party": str(party.pk), "due_at": "2026-11-20T09:00"}
    ).value
    moved = run("postpone_task", by=world.actor(HE), subject_id=planned.pk, data={"to": "2026-11-25T09:00"})
    assert world.client(HE).post(f"/undo/{moved.event_id}/").status_code == 302
    assert Task.objects.get(pk=planned.pk).due_at == planned.due_at
