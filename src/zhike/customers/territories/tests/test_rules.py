"""Who gets a new customer, and why not the others."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from zhike.customers import actions as customer_actions
from zhike.customers.models import AssignmentRule, Party
from zhike.customers.pool.tests.test_pool import party, pool
from zhike.customers.territories import queries, tasks
from zhike.customers.territories.actions import RuleDraft, assign_party, create_assignment
from zhike.customers.territories.terms import Facts
from zhike.identity.testing import World
from zhike.kernel.actions import run
from zhike.kernel.errors import Conflict, DomainError
from zhike.kernel.models import Event
from zhike.kernel.testing import SYSTEM

pytestmark = pytest.mark.django_db


def rule(world: World, name: str, *people: str, **values: Any) -> AssignmentRule:
    ids = [world.people[who].pk for who in people]
    made: AssignmentRule = create_assignment(RuleDraft(name=name, people=ids, **values), by=SYSTEM)
    return made


def choose(**facts: Any) -> Any:
    return queries.rulebook().choose(Facts(**facts))


def test_the_first_rule_that_fits_decides_and_the_others_say_why_not(world: World) -> None:
    rule(world, "北京", "孙雨桐", place=1, divisions=["11"])
    rule(world, "酒店", "何永强", place=2, industries=["酒店餐饮"])
    rule(world, "其余", "吴敏", place=3)
    found = choose(division="330106", industry="酒店餐饮")
    assert (found.owner, found.rule) == ("何永强", "酒店")
    with translation.override("en"):
        sentences = found.sentences()
    assert sentences == ["Given to 何永强 by the rule “酒店”.", "“北京” does not: it lies elsewhere."]
    assert choose(division="110105").owner == "孙雨桐"
    assert choose(division="440305").owner == "吴敏"


@pytest.mark.parametrize(
    ("condition", "fits", "misses"),
    [
        ({"divisions": ["3301"]}, {"division": "330106"}, {"division": "330206"}),
        ({"divisions": ["3301"]}, {"names": ("浙江省", "杭州市")}, {"names": ("浙江省", "宁波市")}),
        ({"industries": ["Hotel"]}, {"industry": "HOTEL"}, {"industry": "学校"}),
        ({"sources": ["展会"]}, {"source": "展会"}, {"source": ""}),
        ({"kinds": ["dealer"]}, {"kind": "dealer"}, {"kind": "person"}),
        ({"levels": ["A", ""]}, {"level": ""}, {"level": "B"}),
    ],
)
def test_each_condition(world: World, condition: Any, fits: Any, misses: Any) -> None:
    rule(world, "一", "何永强", **condition)
    assert choose(**fits) and not choose(**misses)
    assert choose(**misses).verdicts[0].failed == next(iter(condition))


def test_people_take_turns_and_the_full_are_passed_over(world: World) -> None:
    rule(world, "轮流", "何永强", "吴敏", "孙雨桐", capacity=2)
    party("吴敏的一", owner=world.people["吴敏"])
    names = []
    for number in range(5):
        one = party(f"新客户{number}", owner=None)
        assign_party(one, by=SYSTEM)
        names.append(one.owner.name if one.owner else "")
    assert sorted(names) == ["何永强", "何永强", "吴敏", "孙雨桐", "孙雨桐"]
    assert names[0] != names[1] != names[2]
    with pytest.raises(Conflict) as refused:
        assign_party(party("第六个", owner=None), by=SYSTEM)
    assert refused.value.code == "no_rule"


def test_who_left_gets_nothing_and_a_pool_takes_what_nobody_can(world: World) -> None:
    into = pool()
    rule(world, "离职", "何永强", pool=str(into.pk))
    world.people["何永强"].is_active = False
    world.people["何永强"].save()
    one = party(owner=world.people["吴敏"])
    assign_party(one, by=SYSTEM)
    assert one.pool == into and one.owner is None


def test_a_team_stands_for_its_people(world: World) -> None:
    rule(world, "宁波", team=str(world.teams["宁波组"].pk))
    assert choose().owner == "吴敏"


def test_the_search_stands_on_the_event_and_is_shown(world: World) -> None:
    rule(world, "北京", "孙雨桐", place=1, divisions=["11"])
    rule(world, "其余", "吴敏", place=2)
    one = party(owner=None)
    run("assign_party", by=SYSTEM, subject_id=one.pk)
    event = Event.objects.filter(subject_id=one.pk).latest("id")
    assert event.type == "party.assigned"
    assert event.payload["assigned"]["tried"] == [["北京", "divisions"], ["其余", ""]]
    assert len(queries.why_assigned(one)) == 2
    one.refresh_from_db()
    customer_actions.transfer_party(one, to=world.people["何永强"], by=SYSTEM)
    assert queries.why_assigned(one) == []


def test_a_new_customer_nobody_claims_goes_by_the_rules_of_its_way(world: World) -> None:
    rule(world, "接口", "吴敏", doors=["api"])
    actor = world.actor("何永强")
    by_api = run("create_party", by=actor.at("api"), data={"name": "来自接口"}).value
    by_hand = run("create_party", by=actor, data={"name": "亲手录入"}).value
    assert by_api.owner == world.people["吴敏"] and by_api.team == world.teams["宁波组"]
    assert by_hand.owner == world.people["何永强"]
    event = Event.objects.get(subject_id=by_api.pk, type="party.created")
    assert event.payload["assigned"]["rule"] == "接口"


def test_rows_of_an_import_take_turns_too(world: World) -> None:
    made = rule(world, "导入", "何永强", "吴敏", doors=["import"])
    rows = [{"name": f"导入客户{number}"} for number in range(4)] + [
        {"name": "有主", "owner": world.people["孙雨桐"].pk}
    ]
    ids = customer_actions.create_many(rows, by=world.actor("沈嘉禾").at("import"))
    owners = [Party.objects.get(pk=pk).owner for pk in ids]
    assert [o.name for o in owners if o] == ["何永强", "吴敏", "何永强", "吴敏", "孙雨桐"]
    made.refresh_from_db()
    assert made.turn == 4


def test_the_preview_writes_nothing_and_the_work_does(world: World) -> None:
    made = rule(world, "其余", "吴敏")
    mine = [party(f"客户{n}", owner=world.people["何永强"], team=world.teams["杭州组"]) for n in range(3)]
    actor = world.actor("周晓岚")
    moves = queries.preview(actor, world.people["何永强"].pk)
    assert queries.by_target(moves) == [("吴敏", 3)]
    made.refresh_from_db()
    assert made.turn == 0 and Party.objects.filter(owner=world.people["何永强"]).count() == 3
    client = world.client("周晓岚")
    page = client.get(f"/settings/territories/anew/?owner={world.people['何永强'].pk}")
    assert mine[0].name in page.content.decode()
    assert tasks.reassign is not None
    assert client.post("/settings/territories/anew/", {"owner": str(world.people["何永强"].pk)}).status_code == 302
    assert Party.objects.filter(owner=world.people["吴敏"]).count() == 3


def test_unknown_places_and_ids_are_refused(world: World) -> None:
    for bad in ({"divisions": ["99"]}, {"kinds": ["x"]}, {"doors": ["window"]}, {"pool": "zzz"}):
        with pytest.raises(DomainError):
            rule(world, "坏", **bad)


def test_the_pages_make_try_and_remove_a_rule(world: World) -> None:
    client = world.client("沈嘉禾")
    sent = {
        "name": "杭州",
        "place": "1",
        "divisions": "杭州、浙江 宁波市、浙江省温州市鹿城区",
        "people": str(world.people["何永强"].pk),
    }
    assert client.get("/settings/territories/new/").status_code == 200
    assert client.post("/settings/territories/new/", sent).status_code == 302
    made = AssignmentRule.objects.get()
    assert made.divisions == ["3301", "3302", "330302"]
    for place in ("杭州", "杭州市西湖区", "浙江 杭州市", "浙江省杭州市西湖区文三路 90 号"):
        tried = client.get("/settings/territories/", {"kind": "organisation", "division": place}).content.decode()
        assert "按规则“杭州”分配给" in tried
    base = f"/settings/territories/{made.pk}/"
    assert client.get(base).status_code == 200
    assert client.post(base, {**sent, "divisions": "火星"}).status_code == 422
    assert client.post(f"{base}off/").status_code == 302
    assert not AssignmentRule.objects.get().active
    assert client.post(f"{base}remove/").status_code == 302
    assert not AssignmentRule.objects.exists()
    assert world.client("何永强").get("/settings/territories/").status_code == 403
