"""What was done to whose a customer is, to its tags and its people can be taken back, and nothing else is touched by that."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.utils import timezone

from zhike.customers.actions import MemberChange, MemberDraft, add_member, change_member
from zhike.customers.actions.writing import ownership
from zhike.customers.models import Membership, OwnerSpell, Party
from zhike.customers.pool.actions import PoolDraft, create_pool, release_party
from zhike.customers.queries import people_of
from zhike.customers.territories.actions import RuleDraft, create_assignment
from zhike.identity.actions import revoke_right_of_role, set_roles_of_person
from zhike.kernel.actions import Outcome, run
from zhike.kernel.errors import Conflict, Forbidden, NotFound
from zhike.kernel.models import Event
from zhike.kernel.testing import SYSTEM
from zhike.records.actions import run_bulk
from zhike.records.history import story
from zhike.records.queries import tags_of
from zhike.records.undoing import undo, undo_batch

if TYPE_CHECKING:
    from zhike.identity.testing import World
    from zhike.kernel.actor import Actor

pytestmark = pytest.mark.django_db
HE, WU, ZHOU, SUN = "何永强", "吴敏", "周晓岚", "孙雨桐"


def customer(world: World, name: str = "金鼎家电", owner: str = HE, **values: Any) -> Party:
    given = {"owner": str(world.people[owner].pk)} if owner else {}
    made: Party = run("create_party", by=SYSTEM, data={"name": name, **given, **values}).value
    return Party.objects.get(pk=made.pk)


def give(world: World, party: Party, to: str, by: str = ZHOU, **data: str) -> Outcome:
    return run("transfer_party", by=world.actor(by), subject_id=party.pk, data={"to": str(world.people[to].pk), **data})


def event(outcome: Outcome) -> UUID:
    assert outcome.event_id is not None
    return outcome.event_id


def tags(party: Party) -> list[str]:
    return tags_of([party.pk]).get(party.pk, [])


def test_a_transfer_taken_back_leaves_owner_dates_team_and_history_as_they_were(world: World) -> None:
    party = customer(world)
    before = ownership(party)
    given = give(world, party, WU, reason="换区")
    assert OwnerSpell.objects.filter(party=party).count() == 1
    undo(event(given), world.actor(ZHOU))
    party.refresh_from_db()
    assert ownership(party) == before
    assert not OwnerSpell.objects.filter(party=party).exists()


def test_an_earlier_spell_of_the_same_owner_stays(world: World) -> None:
    party = customer(world, owner=WU)
    give(world, party, HE)
    give(world, party, WU)
    party.refresh_from_db()
    before, spells = ownership(party), list(OwnerSpell.objects.order_by("pk").values())
    undo(event(give(world, party, HE)), world.actor(ZHOU))
    party.refresh_from_db()
    assert (ownership(party), list(OwnerSpell.objects.order_by("pk").values())) == (before, spells)


def test_a_customer_of_a_pool_lies_there_again_with_day_and_reason(world: World) -> None:
    pool, party = create_pool(PoolDraft(name="华东公海"), by=SYSTEM), customer(world)
    release_party(party, reason="长期未跟进", pool=pool, by=SYSTEM)
    party.refresh_from_db()
    before = ownership(party)
    assert (before["pool_id"], before["pool_reason"]) == (pool.pk, "长期未跟进")
    given = give(world, party, WU)
    assert Party.objects.get(pk=party.pk).pool_id is None
    undo(event(given), world.actor(ZHOU))
    party.refresh_from_db()
    assert ownership(party) == before


def test_what_went_into_the_pool_by_mistake_comes_back_to_whoever_gave_it(world: World) -> None:
    pool, party, he = create_pool(PoolDraft(name="华东公海"), by=SYSTEM), customer(world), world.actor(HE)
    before = ownership(party)
    given = run("release_party", by=he, subject_id=party.pk, data={"reason": "误操作", "pool": str(pool.pk)})
    undo(event(given), he)
    party.refresh_from_db()
    assert ownership(party) == before
    assert not OwnerSpell.objects.filter(party=party).exists()


def test_what_somebody_claimed_meanwhile_stays_theirs(world: World) -> None:
    pool, party, he = create_pool(PoolDraft(name="华东公海"), by=SYSTEM), customer(world), world.actor(HE)
    given = run("release_party", by=he, subject_id=party.pk, data={"reason": "误操作", "pool": str(pool.pk)})
    run("claim_party", by=world.actor(WU), subject_id=party.pk)
    with pytest.raises(Conflict):
        undo(event(given), he)
    assert Party.objects.get(pk=party.pk).owner == world.people[WU]


def test_a_claim_by_mistake_lies_in_the_pool_as_before_and_counts_as_one_of_the_day(world: World) -> None:
    pool, party, he = (
        create_pool(PoolDraft(name="华东公海", daily_limit=1), by=SYSTEM),
        customer(world),
        world.actor(HE),
    )
    release_party(party, reason="长期未跟进", pool=pool, by=SYSTEM)
    party.refresh_from_db()
    before, spells = ownership(party), OwnerSpell.objects.count()
    claimed = run("claim_party", by=he, subject_id=party.pk)
    undo(event(claimed), he)
    party.refresh_from_db()
    assert (ownership(party), OwnerSpell.objects.count()) == (before, spells)
    with pytest.raises(Conflict, match="华东公海"):
        run("claim_party", by=he, subject_id=party.pk)


def test_who_had_a_customer_for_days_gives_it_back_instead_of_taking_the_claim_back(world: World) -> None:
    pool, party, he = create_pool(PoolDraft(name="华东公海"), by=SYSTEM), customer(world), world.actor(HE)
    release_party(party, reason="长期未跟进", pool=pool, by=SYSTEM)
    claimed = run("claim_party", by=he, subject_id=party.pk)
    Party.objects.filter(pk=party.pk).update(owned_since=timezone.now() - timedelta(days=3))
    with pytest.raises(Conflict, match="公海"):
        undo(event(claimed), he)
    assert Party.objects.get(pk=party.pk).owner == world.people[HE]


def test_what_was_given_out_of_the_pool_lies_there_again(world: World) -> None:
    pool, party, zhou = create_pool(PoolDraft(name="华东公海"), by=SYSTEM), customer(world), world.actor(ZHOU)
    release_party(party, reason="长期未跟进", pool=pool, by=SYSTEM)
    party.refresh_from_db()
    before = ownership(party)
    out = run("assign_from_pool", by=zhou, subject_id=party.pk, data={"to": str(world.people[WU].pk)})
    undo(event(out), zhou)
    party.refresh_from_db()
    assert ownership(party) == before


def test_what_a_rule_decided_can_be_taken_back(world: World) -> None:
    create_assignment(RuleDraft(name="宁波归吴敏", people=[world.people[WU].pk]), by=SYSTEM)
    party, zhou = customer(world), world.actor(ZHOU)
    before = ownership(party)
    given = run("assign_party", by=zhou, subject_id=party.pk)
    assert Party.objects.get(pk=party.pk).owner == world.people[WU]
    undo(event(given), zhou)
    party.refresh_from_db()
    assert ownership(party) == before


def test_what_was_given_out_of_ones_reach_can_be_taken_back_and_nothing_else_of_it(world: World) -> None:
    party, zhou = customer(world), world.actor(ZHOU)
    given = give(world, party, SUN)
    with pytest.raises(NotFound):
        run("set_level", by=zhou, subject_id=party.pk, data={"level": "A"})
    undo(event(given), zhou)
    assert Party.objects.get(pk=party.pk).owner == world.people[HE]


def test_nobody_takes_back_what_lay_outside_their_present_reach_before(world: World) -> None:
    party = customer(world)
    given = give(world, party, SUN)
    set_roles_of_person(world.people[ZHOU], roles=[world.roles["salesperson"].pk], by=SYSTEM)
    with pytest.raises(NotFound):
        undo(event(given), world.actor(ZHOU))
    with pytest.raises(NotFound):
        undo(event(given), world.actor(HE))
    assert Party.objects.get(pk=party.pk).owner == world.people[SUN]


def test_who_may_no_longer_give_customers_takes_back_no_owner_set_in_the_form(world: World) -> None:
    party, wu = customer(world), world.people[WU]
    changed = run("update_party", by=world.actor(ZHOU), subject_id=party.pk, data={"owner": str(wu.pk)})
    revoke_right_of_role(world.roles["manager"], right="party.transfer", by=SYSTEM)
    with pytest.raises(Forbidden):
        undo(event(changed), world.actor(ZHOU))
    assert Party.objects.get(pk=party.pk).owner == wu


def test_nobody_gets_past_the_capacity_of_a_pool_by_giving_back_claiming_another_and_taking_back(world: World) -> None:
    pool, he = create_pool(PoolDraft(name="华东公海", capacity=1), by=SYSTEM), world.actor(HE)
    first, second = customer(world), customer(world, "绿野酒店", owner=WU)
    release_party(second, reason="长期未跟进", pool=pool, by=SYSTEM)
    given = run("release_party", by=he, subject_id=first.pk, data={"reason": "误操作", "pool": str(pool.pk)})
    run("claim_party", by=he, subject_id=second.pk)
    with pytest.raises(Conflict, match="华东公海"):
        undo(event(given), he)
    assert Party.objects.get(pk=first.pk).pool == pool


def test_many_transfers_are_taken_back_but_for_what_changed_since(world: World) -> None:
    first, second, third = (customer(world, name) for name in ("金鼎家电", "绿野酒店", "长江电器"))
    zhou = world.actor(ZHOU)
    ids, data = [one.pk for one in (first, second, third)], {"to": str(world.people[SUN].pk)}
    ran = run_bulk("transfer_party", ids, data, zhou)
    run("update_party", by=world.actor(SUN), subject_id=second.pk, data={"city": "北京"})
    _screen, back = undo_batch(UUID(ran.batch_id), zhou)
    assert (back.done, [(one["id"], one["code"]) for one in back.refused]) == (2, [(str(second.pk), "changed_since")])
    owners = {party.pk: party.owner.name for party in Party.objects.select_related("owner") if party.owner}
    assert owners == {first.pk: HE, second.pk: SUN, third.pk: HE}
    assert OwnerSpell.objects.filter(party__in=(first, third)).count() == 0


def test_an_owner_changed_in_the_form_is_taken_back_as_exactly(world: World) -> None:
    party = customer(world, city="杭州")
    before, data = (ownership(party), party.city), {"owner": str(world.people[WU].pk), "city": "宁波"}
    changed = run("update_party", by=world.actor(ZHOU), subject_id=party.pk, data=data)
    undo(event(changed), world.actor(ZHOU))
    party.refresh_from_db()
    assert (ownership(party), party.city) == before
    assert not OwnerSpell.objects.filter(party=party).exists()


def test_the_story_names_owners_and_never_their_ids(world: World) -> None:
    party = customer(world)
    run("update_party", by=world.actor(ZHOU), subject_id=party.pk, data={"owner": str(world.people[WU].pk)})
    changes = {label: (old, new) for label, old, new in story(world.actor(ZHOU), [party.pk])[0].changes}
    assert ("何永强", "吴敏") in changes.values()
    assert ("杭州组", "宁波组") in changes.values()


def test_to_whom_has_left_since_nothing_goes_back(world: World) -> None:
    party = customer(world)
    given = give(world, party, WU)
    type(world.people[HE]).objects.filter(pk=world.people[HE].pk).update(is_active=False)
    with pytest.raises(Conflict, match="已离职"):
        undo(event(given), world.actor(ZHOU))


def test_a_tag_that_was_put_on_is_taken_off_and_others_stay(world: World) -> None:
    party, he = customer(world, tags=["老客户"]), world.actor(HE)
    put = run("add_tags_party", by=he, subject_id=party.pk, data={"tags": "老客户、重点"})
    run("add_tags_party", by=SYSTEM, subject_id=party.pk, data={"tags": "展会"})
    run("update_party", by=SYSTEM, subject_id=party.pk, data={"city": "杭州"})
    undo(event(put), he)
    assert sorted(tags(party)) == sorted(["老客户", "展会"])


def test_a_tag_that_was_taken_off_is_put_back(world: World) -> None:
    party, he = customer(world, tags=["老客户", "重点"]), world.actor(HE)
    off = run("remove_tags_party", by=he, subject_id=party.pk, data={"tags": "重点、没有的"})
    assert tags(party) == ["老客户"]
    undo(event(off), he)
    assert sorted(tags(party)) == sorted(["老客户", "重点"])


def test_a_tag_that_somebody_put_on_again_is_theirs(world: World) -> None:
    party, he = customer(world), world.actor(HE)
    put = run("add_tags_party", by=he, subject_id=party.pk, data={"tags": "重点"})
    run("remove_tags_party", by=SYSTEM, subject_id=party.pk, data={"tags": "重点"})
    run("add_tags_party", by=SYSTEM, subject_id=party.pk, data={"tags": "重点"})
    with pytest.raises(Conflict):
        undo(event(put), he)
    assert tags(party) == ["重点"]


def test_tags_set_in_the_form_go_back_without_those_that_came_later(world: World) -> None:
    party, he = customer(world, tags=["老客户", "重点"]), world.actor(HE)
    edited = run("update_party", by=he, subject_id=party.pk, data={"tags": ["展会"], "city": "杭州"})
    run("add_tags_party", by=SYSTEM, subject_id=party.pk, data={"tags": "新品"})
    undo(event(edited), he)
    assert sorted(tags(party)) == sorted(["老客户", "重点", "新品"])
    assert Party.objects.get(pk=party.pk).city == ""


def test_many_are_untagged_again_and_who_had_the_tag_before_keeps_it(world: World) -> None:
    first, second = customer(world), customer(world, "绿野酒店", tags=["重点"])
    he = world.actor(HE)
    ran = run_bulk("add_tags_party", [first.pk, second.pk], {"tags": "重点"}, he)
    _screen, back = undo_batch(UUID(ran.batch_id), he)
    assert (back.done, back.refused) == (2, ())
    assert (tags(first), tags(second)) == ([], ["重点"])


def test_a_record_without_a_column_of_tags_gets_its_own_back(world: World) -> None:
    he = world.actor(HE)
    task = run("create_task", by=he, data={"name": "送样品"}).value
    run("add_tags_task", by=he, subject_id=task.pk, data={"tags": "急"})
    off = run("remove_tags_task", by=he, subject_id=task.pk, data={"tags": "急"})
    undo(event(off), he)
    assert tags_of([task.pk])[task.pk] == ["急"]


def test_the_panel_of_tags_offers_the_undo(world: World) -> None:
    party, browser = customer(world), world.client(HE)
    answer = browser.post(f"/customers/{party.pk}/tags/", {"tags": "重点"}, headers={"HX-Request": "true"})
    put = Event.objects.get(type="party.tagged")
    assert f"/undo/{put.pk}/" in answer["HX-Trigger"]
    page = browser.post(f"/customers/{party.pk}/tags/", {"tags": "展会"}, follow=True).content.decode()
    assert "/undo/" in page, "without a script the card offers it"


def test_several_codes_of_a_field_of_ones_own_go_back(world: World) -> None:
    from zhike.records.models import CustomField

    options = [["a", "甲"], ["b", "乙"], ["c", "丙"]]
    CustomField.objects.create(on="party", key="c_lines", label="产品线", kind="multi", options=options)
    party = customer(world, c_lines=["a", "b"])
    edited = run("update_party", by=world.actor(HE), subject_id=party.pk, data={"c_lines": ["c"]})
    undo(event(edited), world.actor(HE))
    assert Party.objects.get(pk=party.pk).custom["c_lines"] == "|a|b|"


def people(party: Party, by: Actor) -> dict[str, Membership]:
    """A manager whom two people report to, and who reports to a chief."""
    for name in ("沈总", "陆文斌", "周琪", "方圆"):
        add_member(party, MemberDraft(name=name, primary=name == "陆文斌", role="总监"), by=by)
    rows = {row.person.name: row for row in party.people.select_related("person")}
    for name, above in (("陆文斌", "沈总"), ("周琪", "陆文斌"), ("方圆", "陆文斌")):
        change_member(party, MemberChange(membership_id=rows[name].pk, reports_to=rows[above].pk), by=by)
    return rows


def structure(party: Party) -> list[tuple[Any, ...]]:
    return list(party.people.order_by("pk").values_list("person__name", "primary", "reports_to", "ended_on"))


def test_a_departure_taken_back_leaves_the_people_as_they_were(world: World) -> None:
    party, he = customer(world), world.actor(HE)
    rows = people(party, he)
    before = structure(party)
    left = run("end_membership", by=he, subject_id=party.pk, data={"membership_id": str(rows["陆文斌"].pk)})
    assert Party.objects.get(pk=party.pk).contact_name == ""
    undo(event(left), he)
    party.refresh_from_db()
    assert (structure(party), party.contact_name, party.contact_title) == (before, "陆文斌", "总监")


def test_what_was_arranged_since_a_departure_stays(world: World) -> None:
    party, he = customer(world), world.actor(HE)
    rows = people(party, he)
    left = run("end_membership", by=he, subject_id=party.pk, data={"membership_id": str(rows["陆文斌"].pk)})
    party.refresh_from_db()
    change_member(party, MemberChange(membership_id=rows["周琪"].pk, primary=True, reports_to=""), by=he)
    undo(event(left), he)
    now = {row.person.name: row for row in party.people.select_related("person")}
    assert (now["周琪"].primary, now["周琪"].reports_to_id, now["陆文斌"].primary) == (True, None, False)
    assert now["方圆"].reports_to_id == rows["陆文斌"].pk
    assert Party.objects.get(pk=party.pk).contact_name == "周琪"


def test_a_return_is_a_click_beside_the_name_and_can_be_taken_back(world: World) -> None:
    party, browser, he = customer(world), world.client(HE), world.actor(HE)
    row = people(party, he)["陆文斌"]
    run("end_membership", by=he, subject_id=party.pk, data={"membership_id": str(row.pk), "on": "2026-10-31"})
    base = f"/customers/{party.pk}/"
    assert f"{base}return_member/" in browser.get(base).content.decode()
    answer = browser.post(f"{base}return_member/", {"membership_id": str(row.pk)}, headers={"HX-Request": "true"})
    row.refresh_from_db()
    assert (answer.status_code, row.ended_on) == (204, None)
    browser.post(json.loads(answer["HX-Trigger"])["zhike:toast"]["undo"])
    row.refresh_from_db()
    assert str(row.ended_on) == "2026-10-31"


def test_who_came_back_by_another_row_is_not_there_twice(world: World) -> None:
    party, he = customer(world), world.actor(HE)
    row = people(party, he)["陆文斌"]
    left = run("end_membership", by=he, subject_id=party.pk, data={"membership_id": str(row.pk)})
    add_member(party, MemberDraft(person=row.person), by=he)
    with pytest.raises(Conflict):
        undo(event(left), he)
    with pytest.raises(Conflict):
        run("return_member", by=he, subject_id=party.pk, data={"membership_id": str(people_of(party)[0].pk)})


def test_a_lock_that_somebody_else_set_since_is_not_opened(world: World) -> None:
    party, zhou = customer(world), world.actor(ZHOU)
    locked = run("lock_party", by=zhou, subject_id=party.pk)
    run("unlock_party", by=SYSTEM, subject_id=party.pk)
    run("lock_party", by=SYSTEM, subject_id=party.pk, data={"reason": "法务保全"})
    with pytest.raises(Conflict):
        undo(event(locked), zhou)
    assert Party.objects.get(pk=party.pk).locked
