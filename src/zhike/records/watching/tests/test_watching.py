"""Whoever walks through the whole customer base is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike.identity.models import User
from zhike.kernel.actions import run
from zhike.kernel.models import Event
from zhike.records import notices, watching
from zhike.records.models import Notice

if TYPE_CHECKING:
    from zhike.identity.testing import World


def test_T59_opening_too_many_cards_is_told_to_administrators_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(watching.ALARMS, watching.CARDS, 3)
    made = [run("create_party", by=world.actor("何永强"), data={"name": f"客户{n}"}).value for n in range(5)]
    client = world.client("何永强")
    for record in made[:3]:
        assert client.get(f"/customers/{record.pk}/").status_code == 200
    assert not Notice.objects.exists()
    for record in made[3:]:
        assert client.get(f"/customers/{record.pk}/").status_code == 200
    told = Notice.objects.get()
    assert told.user_id == world.people["沈嘉禾"].pk
    assert "何永强" in notices.sentence(told)
    assert Event.objects.filter(type="access.crawled", actor_id=world.people["何永强"].pk).count() == 1


def test_the_card_that_raises_the_alarm_costs_little_however_many_people_there_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(watching.ALARMS, watching.CARDS, 1)
    people = [User(username=f"p{n}", name=f"同事{n}", sort_key=f"p{n}", team=world.teams["杭州组"]) for n in range(60)]
    User.objects.bulk_create(people)
    for person in people[:40]:
        person.roles.add(world.roles["administrator" if person.username < "p2" else "salesperson"])
    by = world.actor("何永强")
    watching.seen(watching.CARDS, by)
    with CaptureQueriesContext(connection) as found:
        watching.seen(watching.CARDS, by)
    assert len(found) <= 8, "\n".join(query["sql"][:120] for query in found)
    told = {person.name for person in people[:40] if person.username < "p2"} | {"沈嘉禾"}
    assert set(Notice.objects.values_list("user__name", flat=True)) == told


def test_T59_revealing_too_many_values_is_told_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(watching.ALARMS, watching.REVEALS, 1)
    data = {"name": "西湖电器", "mobile": "13805712345"}
    record = run("create_party", by=world.actor("何永强"), data=data).value
    client = world.client("何永强")
    for _time in range(2):
        reply = client.post(f"/customers/{record.pk}/reveal/mobile/", {"reason": "回访"})
        assert reply.status_code == 200
        assert "13805712345" in reply.content.decode().replace(" ", "")
    assert Notice.objects.count() == 1
    seen = Event.objects.filter(type="data.seen", subject_id=record.pk)
    assert seen.count() == 2
    assert seen[0].payload["reason"] == "回访"


def test_a_day_of_ordinary_work_raises_nothing(world: World) -> None:
    record = run("create_party", by=world.actor("何永强"), data={"name": "西湖电器"}).value
    client = world.client("何永强")
    for _time in range(10):
        client.get(f"/customers/{record.pk}/")
    assert not Notice.objects.exists()
