"""Everything that matters leaves exactly one event: who, who really, when, from where, on what, which fields, which request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.checks.stock import Stock, stock
from zhike.identity.testing import PASSWORD, World
from zhike.kernel import ledger
from zhike.kernel.models import Event

pytestmark = pytest.mark.django_db
FROM, ASKED = "203.0.113.7", "check-63"


@pytest.fixture
def made(world: World, folder: Path) -> Stock:
    return stock(world, mobile="13812345678")


def post(path: str, **sent: Any) -> Callable[[Client], Any]:
    return lambda client: client.post(path, sent, REMOTE_ADDR=FROM, headers={"X-Request-ID": ASKED})


def get(path: str) -> Callable[[Client], Any]:
    return lambda client: client.get(path, REMOTE_ADDR=FROM, headers={"X-Request-ID": ASKED})


def acts(of: Stock) -> list[tuple[str, str, Callable[[Client], Any]]]:
    """Who does what, and the event it leaves."""
    party, version = f"/customers/{of.party.pk}/", str(of.party.version)
    export = {"format": "csv:utf-8", "reason": "年终寄送", "columns": ["name"], "password": PASSWORD}
    return [
        ("何永强", "party.created", post("/customers/new/", name="新客户")),
        ("何永强", "party.updated", post(party + "edit/", note="改", _version=version)),
        ("何永强", "data.seen", post(party + "reveal/mobile/", reason="回电")),
        ("何永强", "data.seen", get(party + "brief/")),
        ("何永强", "party.commented", post(party + "comments/", text="好")),
        ("何永强", "access.refused", post(party + "erase/", reason="x")),
        ("何永强", "access.refused", get("/settings/roles/")),
        ("何永强", "access.refused", post("/customers/export/", **export)),
        ("白露", "access.refused", post(party + "archive/")),
        ("沈嘉禾", "records.exported", post("/customers/export/", **export)),
        ("沈嘉禾", "party.transferred", post(party + "transfer/", to=str(of.party.owner_id), reason="x")),
        ("何永强", "party.archived", post(party + "archive/")),
    ]


def test_T63_each_act_leaves_one_event_that_tells_all(world: World, made: Stock) -> None:
    other = world.people["吴敏"].pk
    wrong = []
    for who, wanted, act in acts(made):
        if wanted == "party.transferred":
            act = post(f"/customers/{made.party.pk}/transfer/", to=str(other), reason="换区")
        if wanted == "party.archived":
            who = "吴敏"  # whose it is by now
        client, before = world.client(who), set(Event.objects.values_list("id", flat=True))
        answer = act(client)
        if answer.streaming:
            b"".join(answer.streaming_content)
        new = list(Event.objects.exclude(id__in=before))
        if [event.type for event in new] != [wanted]:
            wrong.append((who, wanted, answer.status_code, [event.type for event in new]))
            continue
        tells(new[0], world.people[who].pk)
        if wanted.startswith("party."):
            assert new[0].subject_type == "party" and new[0].subject_id and new[0].customer_id
    assert not wrong, wrong


def tells(event: Event, who: Any) -> None:
    assert event.actor_id == event.real_actor_id == who
    assert event.at.tzinfo is UTC or (event.at.utcoffset() is not None and not event.at.utcoffset())
    assert event.address == FROM, event.type
    assert event.request_id, event.type
    assert event.door == "web"


def test_T63_a_change_keeps_the_fields_before_and_after_in_the_erasable_part(world: World, made: Stock) -> None:
    client = world.client("何永强")
    client.post(f"/customers/{made.party.pk}/edit/", {"note": "改过的备注", "_version": str(made.party.version)})
    event = Event.objects.get(type="party.updated")
    assert ledger.read_detail(event)["changes"]["note"] == ["字note", "改过的备注"]
    assert "备注" not in str(event.payload)


def test_T63_the_request_of_an_event_is_the_one_the_reply_names(world: World, made: Stock) -> None:
    answer = world.client("何永强").post(f"/customers/{made.party.pk}/comments/", {"text": "好"})
    assert Event.objects.filter(type="party.commented").latest("id").request_id == answer["X-Request-ID"]


def test_T63_whoever_acts_as_another_stands_behind_the_other(world: World, made: Stock) -> None:
    boss = world.client("沈嘉禾")
    person = world.people["何永强"]
    assert boss.post(f"/settings/people/{person.pk}/act-as/", {"reason": "he cannot see a customer"}).status_code == 302
    boss.post(f"/customers/{made.party.pk}/comments/", {"text": "代"})
    event = Event.objects.filter(type="party.commented").latest("id")
    assert (event.actor_id, event.real_actor_id) == (person.pk, world.people["沈嘉禾"].pk)


def test_T63_the_other_doors_leave_one_too(world: World, made: Stock) -> None:
    program = Client(headers={"authorization": f"Bearer {world.token('何永强')}"})
    calls: tuple[tuple[Callable[[], Any], str], ...] = (
        (lambda: program.post("/api/customers", {"name": "乙厂"}, "application/json"), "party.created"),
        (lambda: program.post(f"/api/customers/{made.party.pk}/erase", {}, "application/json"), "access.refused"),
        (lambda: program.delete(f"/api/customers/{made.party.pk}"), "party.archived"),
    )
    for call, wanted in calls:
        before = set(Event.objects.values_list("id", flat=True))
        answer = call()
        [event] = Event.objects.exclude(id__in=before)
        assert (event.type, event.door, event.actor_id) == (wanted, "api", world.people["何永强"].pk), answer.content
