"""What was changed about people and numbers beside a customer is taken back exactly, unless somebody changed it since."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.forms.models import model_to_dict

from zhike.customers import actions
from zhike.customers.models import ContactPoint, MatchKey, Membership, Party, Relation
from zhike.customers.terms import PointKind
from zhike.identity.actions import set_field_rule_of_role
from zhike.kernel.actions import Outcome, registry, run
from zhike.kernel.actor import FieldRule
from zhike.kernel.errors import BadRequest, Conflict, Invalid, NotFound
from zhike.kernel.ledger import erase_details
from zhike.kernel.models import Event
from zhike.kernel.testing import SYSTEM
from zhike.records.history import story
from zhike.records.undoing import undo

if TYPE_CHECKING:
    from django.test import Client

    from zhike.identity.testing import World
    from zhike.kernel.actor import Actor

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
OLD, NEW = "13812345678", "13912345678"


@pytest.fixture
def he(world: World) -> Actor:
    return world.actor("何永强")


@pytest.fixture
def browser(world: World) -> Client:
    return world.client("何永强")


def customer(by: Actor, **values: Any) -> Party:
    made: Party = registry["create_party"](values={"name": "杭州绿野酒店管理有限公司", **values}, by=by)
    return Party.objects.get(pk=made.pk)


def member(party: Party, name: str, by: Actor, **values: Any) -> Membership:
    actions.add_member(party, actions.MemberDraft(name=name, **values), by=by)
    return party.people.get(person__name=name)


def change(party: Party, row: Membership, by: Actor, **data: Any) -> Outcome:
    return run("change_member", by=by, subject_id=party.pk, data={"membership_id": str(row.pk), **data})


def change_point(party: Party, row: ContactPoint, by: Actor, **data: Any) -> Outcome:
    return run("change_contact_point", by=by, subject_id=party.pk, data={"point_id": str(row.pk), **data})


def take_back(outcome: Outcome, by: Actor) -> UUID:
    assert outcome.event_id is not None
    undo(outcome.event_id, by)
    return Event.objects.filter(actor_id=by.user_id, caused_by=None).latest("id").pk


def around(party: Party) -> list[Any]:
    """The party but for version and time, and all rows around it."""
    own = Party.objects.filter(pk=party.pk).values().get()
    kept = {name: value for name, value in own.items() if name not in ("version", "updated_at")}
    keys = MatchKey.objects.filter(party=party).order_by("key").values_list("key", flat=True)
    return [kept, list(party.people.order_by("pk").values()), list(party.points.order_by("pk").values()), list(keys)]


def test_all_that_was_changed_about_a_member_goes_back_and_the_main_contact_with_it(he: Actor) -> None:
    party = customer(he)
    chief, main = member(party, "沈嘉禾", he), member(party, "周琪", he, role="采购", primary=True)
    row = member(party, "陆文斌", he, department="工程部", role="总监", attitude="for")
    before = around(party)
    data = {
        "department": "",
        "role": "总经理",
        "primary": True,
        "reports_to": str(chief.pk),
        "started_on": "2024-03-01",
    }
    done = change(party, row, he, attitude="", decision="decider", outside=True, note="爱喝茶", **data)
    assert Party.objects.get(pk=party.pk).contact_name == "陆文斌"
    assert not Membership.objects.get(pk=main.pk).primary
    take_back(done, he)
    assert around(party) == before


def test_a_change_taken_back_is_told_and_can_be_made_again(he: Actor) -> None:
    party = customer(he)
    row = member(party, "陆文斌", he, department="工程部")
    done = change(party, row, he, department="采购部")
    after = around(party)
    back = take_back(done, he)
    told = story(he, [party.pk])[0]
    assert (told.event.type, [sides[1:] for sides in told.changes]) == ("party.member_changed", [("采购部", "工程部")])
    assert "陆文斌" in told.text
    undo(back, he)
    assert around(party) == after


def test_the_toast_takes_a_member_back_and_says_so_where_it_no_longer_can(he: Actor, browser: Client) -> None:
    party = customer(he)
    row = member(party, "陆文斌", he, department="工程部")
    sent = {"membership_id": str(row.pk), "department": "采购部"}
    answer = browser.post(f"/customers/{party.pk}/change_member/", sent, headers=HTMX)
    address = json.loads(answer["HX-Trigger"])["zhike:toast"]["undo"]
    assert browser.post(address, headers=HTMX).status_code == 204
    row.refresh_from_db()
    assert row.department == "工程部"
    again = browser.post(address, headers=HTMX)
    assert (again.status_code, again.json()["code"]) == (409, "changed_since")


def test_a_programme_takes_its_change_back_by_the_id_of_the_event(he: Actor, browser: Client) -> None:
    party = customer(he)
    row = member(party, "陆文斌", he, department="工程部")
    done = change(party, row, he, department="采购部")
    address = f"/api/customers/{party.pk}/put_back_member"
    assert browser.post(address, {"event_id": str(done.event_id)}, "application/json").status_code == 200
    row.refresh_from_db()
    assert row.department == "工程部"


def test_what_somebody_changed_about_the_member_since_stays(world: World, he: Actor) -> None:
    party = customer(he)
    row = member(party, "陆文斌", he, department="工程部")
    done = change(party, row, he, department="采购部")
    change(party, row, world.actor("周晓岚"), note="下月调岗")
    before = around(party)
    with pytest.raises(Conflict) as refused:
        take_back(done, he)
    assert (refused.value.code, around(party)) == ("changed_since", before)


def test_a_change_of_another_member_since_is_in_nobodys_way(he: Actor) -> None:
    party = customer(he)
    row, other = member(party, "陆文斌", he, role="总监"), member(party, "周琪", he)
    done = change(party, row, he, role="总经理")
    change(party, other, he, role="采购")
    take_back(done, he)
    assert dict(party.people.values_list("person__name", "role")) == {"陆文斌": "总监", "周琪": "采购"}


def test_who_became_the_main_contact_since_stays_the_only_one(he: Actor) -> None:
    party = customer(he)
    row, other = member(party, "陆文斌", he, primary=True), member(party, "周琪", he)
    done = change(party, row, he, primary=False, role="顾问")
    change(party, other, he, primary=True)
    before = around(party)
    with pytest.raises(Conflict):
        take_back(done, he)
    assert around(party) == before


def test_nobody_comes_to_stand_above_themselves_by_an_undo(he: Actor) -> None:
    party = customer(he)
    row, above = member(party, "陆文斌", he), member(party, "沈嘉禾", he)
    change(party, row, he, reports_to=str(above.pk))
    done = change(party, row, he, reports_to="")
    change(party, above, he, reports_to=str(row.pk))
    before = around(party)
    with pytest.raises(Conflict):
        take_back(done, he)
    assert around(party) == before


def test_a_corrected_number_goes_back_with_all_that_was_known_of_it(he: Actor) -> None:
    party = customer(he, mobile=OLD)
    row = party.points.get()
    change_point(party, row, he, verified=True, label="前台")
    run("mark_do_not_use", by=he, subject_id=party.pk, data={"point_id": str(row.pk), "reason": "空号"})
    before = around(party)
    done = change_point(party, row, he, value=NEW, label="")
    assert Party.objects.get(pk=party.pk).mobile.replace(" ", "") == NEW
    take_back(done, he)
    assert around(party) == before


def test_the_main_number_that_stepped_aside_is_the_main_one_again(he: Actor) -> None:
    party = customer(he, mobile=OLD, phone=NEW)
    second = party.points.get(column="phone")
    before = around(party)
    done = change_point(party, second, he, main=True, verified=True)
    now = Party.objects.get(pk=party.pk)
    assert (now.mobile.replace(" ", ""), now.phone) == (NEW, "")
    take_back(done, he)
    assert around(party) == before


def test_an_address_that_was_corrected_takes_the_place_back_with_it(he: Actor) -> None:
    party = customer(he, address="浙江省杭州市西湖区文三路1号")
    before = around(party)
    assert before[0]["city"] == "杭州市"
    done = change_point(party, party.points.get(), he, value="浙江省宁波市海曙区中山西路2号")
    assert Party.objects.get(pk=party.pk).city == "宁波市"
    take_back(done, he)
    assert around(party) == before


def test_the_toast_takes_the_mark_of_a_verified_number_back(he: Actor, browser: Client) -> None:
    party = customer(he, mobile=OLD)
    sent = {"point_id": str(party.points.get().pk), "verified": "true"}
    answer = browser.post(f"/customers/{party.pk}/change_contact_point/", sent, headers=HTMX)
    assert party.points.get().verified_at is not None
    browser.post(json.loads(answer["HX-Trigger"])["zhike:toast"]["undo"], headers=HTMX)
    assert party.points.get().verified_at is None


def test_a_number_that_was_barred_or_removed_since_stays_so(he: Actor) -> None:
    party = customer(he, mobile=OLD)
    row = party.points.get()
    done = change_point(party, row, he, value=NEW)
    for later in ("mark_do_not_use", "remove_contact_point"):
        run(later, by=SYSTEM, subject_id=party.pk, data={"point_id": str(row.pk)})
        before = around(party)
        with pytest.raises(Conflict, match="此后"):
            take_back(done, he)
        assert around(party) == before


def test_what_took_the_former_place_of_a_number_stays_there(he: Actor) -> None:
    party = customer(he, mobile=OLD, phone=NEW)
    done = change_point(party, party.points.get(column="phone"), he, main=True)
    actions.add_contact_point(Party.objects.get(pk=party.pk), kind=PointKind.LANDLINE, value="0571-87654321", by=he)
    before = around(party)
    with pytest.raises(Conflict):
        take_back(done, he)
    assert around(party) == before


def test_no_number_stands_twice_after_an_undo(he: Actor) -> None:
    party = customer(he, mobile=OLD)
    done = change_point(party, party.points.get(), he, value=NEW)
    actions.add_contact_point(Party.objects.get(pk=party.pk), kind=PointKind.MOBILE, value=OLD, by=he)
    with pytest.raises(Conflict):
        take_back(done, he)
    assert sorted(point.value[-11:] for point in party.points.all()) == [OLD, NEW]


def test_a_number_that_was_removed_stands_where_it_stood(he: Actor) -> None:
    party = customer(he, mobile=OLD)
    actions.add_contact_point(party, kind=PointKind.MOBILE, value=NEW, label="前台", by=he)
    row, before = party.points.get(column="mobile"), around(party)
    gone = run("remove_contact_point", by=he, subject_id=party.pk, data={"point_id": str(row.pk)})
    assert Party.objects.get(pk=party.pk).mobile.replace(" ", "") == NEW
    take_back(gone, he)
    assert around(party) == before


def test_an_address_that_was_added_goes_with_the_place_it_named(he: Actor) -> None:
    party = customer(he)
    before, data = around(party), {"kind": "address", "value": "浙江省宁波市海曙区中山西路2号"}
    added = run("add_contact_point", by=he, subject_id=party.pk, data=data)
    assert Party.objects.get(pk=party.pk).city == "宁波市"
    back = take_back(added, he)
    assert around(party) == before
    undo(back, he)
    assert (Party.objects.get(pk=party.pk).city, party.points.count()) == ("宁波市", 1)


def test_a_number_that_was_added_again_since_its_removal_is_not_put_beside_itself(he: Actor) -> None:
    party = customer(he, mobile=OLD)
    gone = run("remove_contact_point", by=he, subject_id=party.pk, data={"point_id": str(party.points.get().pk)})
    actions.add_contact_point(Party.objects.get(pk=party.pk), kind=PointKind.MOBILE, value=OLD, by=he)
    with pytest.raises(Conflict):
        take_back(gone, he)
    assert party.points.count() == 1


def test_a_name_and_a_relation_are_taken_back_by_removing_them(he: Actor) -> None:
    party = customer(he)
    other = registry["create_party"](values={"name": "宁波海曙鸿运家电经营部"}, by=he)
    before = around(party)
    named = run("add_alias", by=he, subject_id=party.pk, data={"name": "绿野", "kind": "short"})
    data = {"other": str(other.pk), "kind": "supplier", "note": "供厨电"}
    related = run("relate_parties", by=he, subject_id=party.pk, data=data)
    assert Party.objects.get(pk=party.pk).short_name == "绿野" and party.relations.count() == 1
    take_back(related, he)
    take_back(named, he)
    assert (around(party), party.names.count(), party.relations.count()) == (before, 0, 0)
    with pytest.raises(NotFound):
        take_back(related, he)


def test_a_removed_name_and_a_removed_relation_stand_where_they_stood(he: Actor) -> None:
    party, other = customer(he), registry["create_party"](values={"name": "宁波海曙鸿运家电经营部"}, by=he)
    run("add_alias", by=he, subject_id=party.pk, data={"name": "绿野", "kind": "short"})
    run(
        "relate_parties",
        by=he,
        subject_id=party.pk,
        data={"other": str(other.pk), "kind": "supplier", "note": "供厨电"},
    )
    name, relation = party.names.get(), party.relations.get()
    unnamed = run("remove_alias", by=he, subject_id=party.pk, data={"name_id": str(name.pk)})
    unrelated = run("unrelate_parties", by=he, subject_id=other.pk, data={"relation_id": str(relation.pk)})
    assert not Party.objects.get(pk=party.pk).short_name
    again = take_back(unrelated, he)
    take_back(unnamed, he)
    assert Party.objects.get(pk=party.pk).short_name == party.names.get().name == "绿野"
    assert model_to_dict(Relation.objects.get()) == model_to_dict(relation)
    undo(again, he)
    assert not Relation.objects.exists()


def test_a_relation_that_stands_there_again_is_not_put_beside_itself(he: Actor) -> None:
    party, other = customer(he), registry["create_party"](values={"name": "宁波海曙鸿运家电经营部"}, by=he)
    data = {"other": str(other.pk), "kind": "supplier"}
    run("relate_parties", by=he, subject_id=party.pk, data=data)
    gone = run("unrelate_parties", by=he, subject_id=party.pk, data={"relation_id": str(party.relations.get().pk)})
    run("relate_parties", by=he, subject_id=party.pk, data=data)
    with pytest.raises(Conflict):
        take_back(gone, he)


def add(party: Party, by: Actor, **data: Any) -> Outcome:
    return run("add_member", by=by, subject_id=party.pk, data=data)


def test_somebody_added_by_mistake_is_gone_with_the_record_made_for_them_and_comes_back_with_it(he: Actor) -> None:
    party = customer(he)
    chief = member(party, "沈总", he, primary=True)
    party.refresh_from_db()
    before = around(party)
    added = add(party, he, name="陆文斌", role="总监", primary=True, reports_to=str(chief.pk))
    party.refresh_from_db()
    after, lu = around(party), Party.objects.get(name="陆文斌")
    assert (party.contact_name, party.people.get(person=lu).reports_to) == ("陆文斌", chief)
    gone = take_back(added, he)
    party.refresh_from_db()
    lu.refresh_from_db()
    assert (around(party), lu.archived_at is None) == (before, False)
    undo(gone, he)
    party.refresh_from_db()
    lu.refresh_from_db()
    assert (around(party), lu.archived_at) == (after, None)


def test_who_was_here_before_or_became_somebody_since_stays_when_their_joining_is_taken_back(he: Actor) -> None:
    party = customer(he)
    known = registry["create_party"](values={"name": "周琪", "form": "person"}, by=he)
    joined, brought = add(party, he, person=str(known.pk)), add(party, he, name="陆文斌")
    lu = Party.objects.get(name="陆文斌")
    run("update_party", by=he, subject_id=lu.pk, data={"mobile": OLD})
    take_back(brought, he)
    take_back(joined, he)
    assert not party.people.exists()
    assert set(Party.objects.filter(archived_at=None, form="person").values_list("name", flat=True)) == {
        "周琪",
        "陆文斌",
    }


def test_nobody_whom_others_report_to_by_now_is_taken_out_and_nobody_stands_there_twice(he: Actor) -> None:
    party = customer(he)
    added = add(party, he, name="沈总")
    below = member(party, "陆文斌", he)
    change(party, below, he, reports_to=str(party.people.get(person__name="沈总").pk))
    with pytest.raises(Conflict):
        take_back(added, he)
    joined = add(party, he, name="周琪")
    zhou = Party.objects.get(name="周琪")
    gone = take_back(joined, he)
    run("restore_party", by=SYSTEM, subject_id=zhou.pk)
    add(party, he, person=str(zhou.pk))
    with pytest.raises(Conflict):
        undo(gone, he)
    assert party.people.count() == 3


def test_nobody_takes_back_what_somebody_else_changed_nor_anything_else_by_that_door(world: World, he: Actor) -> None:
    party = customer(he, mobile=OLD)
    row = member(party, "陆文斌", he)
    done, point = change(party, row, he, role="总监"), change_point(party, party.points.get(), he, label="前台")
    with pytest.raises(NotFound):
        take_back(done, world.actor("周晓岚"))
    for by, event_id in ((world.actor("周晓岚"), done.event_id), (he, point.event_id), (SYSTEM, done.event_id)):
        with pytest.raises(NotFound):
            run("put_back_member", by=by, subject_id=party.pk, data={"event_id": str(event_id)})
    row.refresh_from_db()
    assert (row.role, party.points.get().label) == ("总监", "前台")


def test_what_the_ledger_forgot_is_not_taken_back(world: World, he: Actor) -> None:
    party = customer(he)
    row = member(party, "陆文斌", he)
    done = change(party, row, he, note="爱喝茶")
    assert done.event_id is not None and he.user_id is not None
    assert "爱喝茶" not in json.dumps(Event.objects.get(pk=done.event_id).payload, ensure_ascii=False)
    erase_details([done.event_id], erased_by=he.user_id)
    with pytest.raises(BadRequest, match="撤销"):
        take_back(done, he)


@pytest.mark.parametrize("rule", [FieldRule.READ_ONLY, FieldRule.MASKED, FieldRule.HIDDEN])
def test_who_may_not_write_a_field_writes_no_contact_point_of_it_and_takes_none_back(
    world: World, he: Actor, rule: FieldRule
) -> None:
    party = customer(he, mobile=OLD)
    point = str(party.points.get().pk)
    given = run("change_contact_point", by=he, subject_id=party.pk, data={"point_id": point, "value": NEW})
    set_field_rule_of_role(world.roles["salesperson"], column="party.mobile", rule=rule, by=SYSTEM)
    by = world.actor("何永强")
    with pytest.raises(Invalid, match="手机"):
        undo(given.event_id, by)  # type: ignore[arg-type]
    for name, data in (
        ("put_back_contact_point", {"event_id": str(given.event_id)}),
        ("change_contact_point", {"point_id": point, "value": OLD}),
        ("remove_contact_point", {"point_id": point}),
        ("add_contact_point", {"kind": "mobile", "value": OLD}),
    ):
        with pytest.raises(Invalid, match="手机"):
            run(name, by=by, subject_id=party.pk, data=data)
    assert party.points.get().display == NEW
    run("add_contact_point", by=by, subject_id=party.pk, data={"kind": "email", "value": "he@example.com"})


def test_what_somebody_else_said_of_a_number_or_a_person_since_is_not_overwritten(world: World, he: Actor) -> None:
    party, other = customer(he, mobile=OLD), world.actor("周晓岚")
    point = {"point_id": str(party.points.get().pk)}
    barred = run("mark_do_not_use", by=he, subject_id=party.pk, data=point | {"reason": "打错"})
    run("mark_do_not_use", by=other, subject_id=party.pk, data=point | {"reason": "本人要求不再联系"})
    actions.add_member(party, actions.MemberDraft(name="陆文斌"), by=he)
    member = {"membership_id": str(party.people.get().pk)}
    ended = run("end_membership", by=he, subject_id=party.pk, data=member)
    run("return_member", by=other, subject_id=party.pk, data=member)
    run("end_membership", by=other, subject_id=party.pk, data=member | {"on": "2026-01-01"})
    for done in (barred, ended):
        with pytest.raises(Conflict):
            undo(done.event_id, he)  # type: ignore[arg-type]
    assert party.points.get().do_not_use
    assert party.people.get().ended_on is not None
