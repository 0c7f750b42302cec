"""V18: all that a leaver owns goes on in one act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from zhike.customers.handover import queries, tasks
from zhike.customers.models import OwnerSpell, Party
from zhike.customers.pool.tests.test_pool import party, pool
from zhike.customers.territories.tests.test_rules import rule
from zhike.identity.models import Session, Token
from zhike.identity.testing import World
from zhike.kernel.actions import run
from zhike.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from zhike.kernel.models import Event
from zhike.kernel.screens import screens
from zhike.records.models import Notice, Work
from zhike.records.notices import sentence

pytestmark = pytest.mark.django_db


def of(world: World, who: str, count: int = 3) -> list[Party]:
    person = world.people[who]
    return [party(f"{who}的客户{n}", owner=person, team=person.team, custom={"c_x": n}) for n in range(count)]


def task(world: World, who: str, about: Party | None = None, **values: Any) -> Any:
    model: Any = screens["task"].model_class
    return model.objects.create(
        name="回访", party=about, owner=world.people[who], team=world.people[who].team, **values
    )


@pytest.fixture
def hand(world: World) -> Callable[..., dict[str, Any]]:
    """Hand over, and let the work in the background be done (the worker knows its job by the room it reads)."""
    assert callable(tasks.hand_over)

    def act(who: str, by: str = "沈嘉禾", **data: Any) -> dict[str, Any]:
        return run("hand_over", by=world.actor(by), subject_id=world.people[who].pk, data=data).reply

    return act


def test_V18_everything_goes_to_one_person_and_the_account_is_closed(world: World, hand: Any) -> None:
    mine, heir = of(world, "何永强"), world.people["吴敏"]
    about, alone = task(world, "何永强", mine[0]), task(world, "何永强")
    done = task(world, "何永强", mine[0], done_at=mine[0].created_at)
    world.client("何永强")
    world.token("何永强")
    reply = hand("何永强", way="person", to=str(heir.pk))
    assert reply["counts"]["party"] == 3 and reply["counts"]["task"] == 2
    assert set(Party.objects.values_list("owner", flat=True)) == {heir.pk}
    assert [p.custom for p in Party.objects.order_by("pk")] == [{"c_x": 0}, {"c_x": 1}, {"c_x": 2}]
    for one in (about, alone, done):
        one.refresh_from_db()
    assert about.owner == alone.owner == heir and about.team == heir.team and done.owner == world.people["何永强"]
    leaver = world.people["何永强"]
    leaver.refresh_from_db()
    assert not leaver.is_active
    assert not Session.objects.filter(user=leaver).exists() and not Token.objects.filter(user=leaver).exists()
    assert OwnerSpell.objects.count() == 3
    assert Work.objects.get().state == "done" and Work.objects.get().result["done"] == 5
    told = Notice.objects.get(user=heir)
    assert sentence(told) == "沈嘉禾将 何永强 名下的 5 条记录交接给了您"


def test_each_record_leaves_its_event_and_the_whole_two(world: World, hand: Any) -> None:
    mine = of(world, "何永强", 2)
    one = task(world, "何永强", mine[0])
    hand("何永强", way="person", to=str(world.people["吴敏"].pk))
    moved = Event.objects.filter(type__in=("party.transferred", "task.transferred"))
    assert {e.subject_id for e in moved} == {mine[0].pk, mine[1].pk, one.pk}
    assert len({e.batch_id for e in moved}) == 1 and None not in {e.batch_id for e in moved}
    assert Event.objects.get(type="task.transferred").customer_id == mine[0].pk
    types = ("person.handed_over", "person.deactivated", "person.handover_done")
    assert Event.objects.filter(type__in=types, subject_id=world.people["何永强"].pk).count() == 3


def test_into_the_pool_the_customers_and_to_the_manager_the_rest(world: World, hand: Any) -> None:
    into, mine = pool(), of(world, "何永强", 2)
    about = task(world, "何永强", mine[0])
    hand("何永强", by="沈嘉禾", way="pool", pool=str(into.pk))
    assert Party.objects.filter(pool=into, owner=None).count() == 2
    about.refresh_from_db()
    assert about.owner == world.people["周晓岚"]


def test_by_rule_tasks_follow_their_customer_and_the_leaver_gets_nothing(world: World, hand: Any) -> None:
    rule(world, "酒店", "何永强", "吴敏", industries=["酒店"])
    mine = of(world, "何永强", 2)
    Party.objects.filter(pk=mine[0].pk).update(industry="酒店")
    open_tasks = [task(world, "何永强", one) for one in mine]
    assert queries.by_rule(world.people["何永强"]) == ([("吴敏", 1)], 1)
    hand("何永强", way="rule", rest=str(world.people["孙雨桐"].pk))
    owners = [Party.objects.get(pk=one.pk).owner for one in mine]
    assert owners == [world.people["吴敏"], world.people["孙雨桐"]]
    for one, owner in zip(open_tasks, owners, strict=True):
        one.refresh_from_db()
        assert one.owner == owner


def test_a_manager_hands_over_without_closing_and_nobody_elses(world: World, hand: Any) -> None:
    of(world, "何永强", 1)
    hand("何永强", by="周晓岚", way="person", to=str(world.people["吴敏"].pk), deactivate=False)
    assert Party.objects.get().owner == world.people["吴敏"]
    with pytest.raises(Forbidden):
        hand("何永强", by="周晓岚", way="person", to=str(world.people["吴敏"].pk), deactivate=True)
    for who, leaver in (("周晓岚", "孙雨桐"), ("何永强", "吴敏")):
        with pytest.raises((Forbidden, NotFound)):
            hand(leaver, by=who, way="person", to=str(world.people["沈嘉禾"].pk))


def test_an_heir_who_left_or_is_the_leaver_is_refused(world: World, hand: Any) -> None:
    with pytest.raises(Invalid):
        hand("何永强", way="person", to=str(world.people["何永强"].pk))
    with pytest.raises(DomainError):
        hand("何永强", way="person")
    with pytest.raises(Invalid):
        hand("何永强", way="pool")
    assert world.people["何永强"].is_active


def test_the_page_previews_each_way_and_acts(world: World) -> None:
    of(world, "何永强", 6)
    pool()
    client, url = world.client("沈嘉禾"), f"/settings/people/{world.people['何永强'].pk}/handover/"
    for way in ("person", "rule", "pool"):
        assert "何永强的客户0" in client.get(url, {"way": way}).content.decode()
    assert client.post(url, {"way": "person"}).status_code == 422
    sent = {"way": "person", "to": str(world.people["吴敏"].pk), "deactivate": "1"}
    answer = client.post(url, sent)
    assert answer.status_code == 302 and answer["Location"].startswith("/work/")
    assert world.client("何永强").get(url).status_code in (302, 403, 404)
