"""What is done to customers: contact points, people, relations, standing, privacy."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from zhike.customers import actions, queries
from zhike.customers.models import MatchKey, OwnerSpell, Party, Score
from zhike.customers.terms import Attitude, Decision, PointKind, RelationKind
from zhike.identity.models import User
from zhike.identity.testing import World
from zhike.kernel import ledger
from zhike.kernel.actions import registry, run
from zhike.kernel.actor import EVERYWHERE, Actor, Reach
from zhike.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from zhike.kernel.models import Event, EventDetail
from zhike.kernel.screens import screens
from zhike.kernel.testing import SYSTEM
from zhike.records.cards import actions_on

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 16, 4, tzinfo=UTC)


def create(name: str = "杭州绿野酒店管理有限公司", **values: object) -> Party:
    made: Party = registry["create_party"](values={"name": name, **values}, by=SYSTEM)
    return made


def last_event(party: Party) -> Event:
    return Event.objects.filter(subject_id=party.pk).latest("id")


def test_a_first_number_fills_the_column_and_a_second_does_not() -> None:
    party = create()
    actions.add_contact_point(party, kind=PointKind.MOBILE, value="13812345678", by=SYSTEM)
    actions.add_contact_point(party, kind=PointKind.MOBILE, value="13912345678", by=SYSTEM)
    assert party.mobile == "13812345678"
    assert last_event(party).type == "party.point_added"
    with pytest.raises(Conflict):
        actions.add_contact_point(party, kind=PointKind.MOBILE, value="139 1234 5678", by=SYSTEM)


def test_making_another_point_the_main_one_moves_the_column() -> None:
    party = create(mobile="13812345678")
    actions.add_contact_point(party, kind=PointKind.MOBILE, value="13912345678", by=SYSTEM)
    second = party.points.get(value="+8613912345678")
    actions.change_contact_point(party, point_id=second.pk, main=True, by=SYSTEM)
    assert party.mobile == "13912345678"
    actions.remove_contact_point(party, point_id=second.pk, by=SYSTEM)
    assert party.mobile == "13812345678"


def test_a_barred_number_leaves_the_lists_and_keeps_its_reason() -> None:
    party = create(mobile="13812345678")
    point = party.points.get()
    actions.mark_do_not_use(party, point_id=point.pk, reason="空号", by=SYSTEM)
    assert party.mobile == ""
    assert queries.points_of(party, SYSTEM)[0].barred == "空号"


def test_a_contact_point_of_another_party_is_not_found() -> None:
    stranger = create("宁波海曙鸿运家电经营部", mobile="13812345678")
    with pytest.raises(NotFound):
        actions.remove_contact_point(create(), point_id=stranger.points.get().pk, by=SYSTEM)


def member(party: Party, name: str, **values: Any) -> UUID:
    actions.add_member(party, actions.MemberDraft(person=create(name, form="person"), **values), by=SYSTEM)
    return party.people.get(person__name=name).pk


def change(party: Party, membership: UUID, **values: Any) -> None:
    actions.change_member(party, actions.MemberChange(membership_id=membership, **values), by=SYSTEM)


def test_people_stand_below_whom_they_report_to() -> None:
    party = create()
    top, middle, low = (member(party, name) for name in ("沈嘉禾", "陆文斌", "高志远"))
    change(party, middle, reports_to=top, decision=Decision.DECIDER, attitude=Attitude.AGAINST)
    change(party, low, reports_to=middle)
    (drawn,) = queries.people_tree(queries.people_of(party))
    assert (drawn.name, drawn.reports[0].name, drawn.reports[0].css) == ("沈嘉禾", "陆文斌", "key")
    assert [node.name for node in drawn.reports[0].reports] == ["高志远"]
    with pytest.raises(DomainError) as refused:
        change(party, top, reports_to=low)
    assert refused.value.code == "member.loop"


def test_people_whose_lines_run_in_a_circle_are_shown_all_the_same() -> None:
    party = create()
    one, two = member(party, "沈嘉禾"), member(party, "陆文斌")
    member(party, "高志远")
    for row, above in ((one, two), (two, one)):
        party.people.filter(pk=row).update(reports_to=above)
    drawn = queries.people_tree(queries.people_of(party))
    assert {node.name for node in drawn} == {"沈嘉禾", "陆文斌", "高志远"}


def test_what_is_not_given_of_a_member_stays_and_what_is_empty_is_emptied() -> None:
    party = create()
    row = member(party, "何永强", role="采购经理", department="采购部", primary=True)
    change(party, row, started_on=date(2024, 3, 1), note="周三在")
    change(party, row, department="", started_on="", decision=Decision.BUYER)
    kept = party.people.get(pk=row)
    assert (kept.role, kept.department, kept.started_on) == ("采购经理", "", None)
    assert (kept.note, kept.decision, party.contact_name) == ("周三在", "buyer", "何永强")
    change(party, row, primary=False)
    assert party.contact_name == ""


def test_a_person_is_no_company_to_put_people_into() -> None:
    person = create("何永强", form="person")
    with pytest.raises(Invalid) as refused:
        actions.add_member(person, actions.MemberDraft(name="沈嘉禾"), by=SYSTEM)
    assert refused.value.code == "member.organisation"
    offered = {one["name"] for one in actions_on(screens["party"], person, SYSTEM)}
    assert offered and "add_member" not in offered
    assert "add_member" in {one["name"] for one in actions_on(screens["party"], create(), SYSTEM)}


def test_who_leaves_stays_in_the_history_and_may_come_back() -> None:
    party, person = create(), create("何永强", form="person")
    actions.add_member(party, actions.MemberDraft(person=person, role="采购经理", primary=True), by=SYSTEM)
    assert party.contact_name == "何永强"
    with pytest.raises(Conflict):
        actions.add_member(party, actions.MemberDraft(person=person), by=SYSTEM)
    actions.end_membership(party, membership_id=queries.people_of(party)[0].pk, by=SYSTEM)
    assert (queries.people_of(party), party.contact_name) == ([], "")
    actions.add_member(party, actions.MemberDraft(person=person), by=SYSTEM)


def test_a_relation_reads_from_both_ends_within_ones_rights() -> None:
    party, other = create(), create("宁波海曙鸿运家电经营部")
    actions.relate_parties(party, other=other, kind=RelationKind.SUPPLIER, by=SYSTEM)
    assert [r.name for r in queries.related(party, SYSTEM)] == [other.name]
    assert queries.related(other, SYSTEM)[0].what != queries.related(party, SYSTEM)[0].what
    narrow = Actor(None, "x", grants={"party.view": Reach(records=frozenset({party.pk}))})
    assert queries.related(party, narrow) == []
    actions.unrelate_parties(other, relation_id=queries.related(party, SYSTEM)[0].id or UUID(int=0), by=SYSTEM)
    assert queries.related(party, SYSTEM) == []


def test_a_transfer_moves_owner_and_keeps_custom_values() -> None:
    old = User.objects.create(username="a", name="周晓岚")
    new = User.objects.create(username="b", name="吴敏")
    gone = User.objects.create(username="c", name="何永强", is_active=False)
    party = create(owner=old)
    Party.objects.filter(pk=party.pk).update(custom={"c_1": "VIP"})
    run("transfer_party", by=SYSTEM, subject_id=party.pk, data={"to": str(new.pk), "reason": "换区"})
    party.refresh_from_db()
    assert (party.owner_id, party.custom) == (new.pk, {"c_1": "VIP"})
    assert OwnerSpell.objects.get().reason == "换区"
    with pytest.raises(DomainError):
        actions.transfer_party(party, to=gone, by=SYSTEM)


def test_touches_move_the_dates_forward_only() -> None:
    party = create()
    version = party.version
    actions.note_contact(party, kind="deal", at=NOON, by=SYSTEM)
    actions.note_contact(party, kind="call", at=NOON.replace(year=2025), by=SYSTEM)
    party.refresh_from_db()
    assert (party.last_touch_at, party.last_deal_at, party.version) == (NOON, NOON, version)


def test_scores_keep_their_history_and_the_latest_is_marked() -> None:
    party = create()
    for run_name, value in (("2026-10", 0.14), ("2026-11", 0.38)):
        row = actions.ScoreRow(party_id=party.pk, kind="churn", value=value, reasons=[{"text": "投诉", "effect": 0.19}])
        actions.record_scores(run=run_name, as_of=NOON, rows=[row], by=SYSTEM)
    assert [s.value for s in queries.scores(party)] == [0.38]
    assert Score.objects.count() == 2


def test_a_level_set_twice_is_a_conflict() -> None:
    party = create()
    run("set_level", by=SYSTEM, subject_id=party.pk, data={"level": "A"})
    with pytest.raises(Conflict):
        run("set_level", by=SYSTEM, subject_id=party.pk, data={"level": "A"})


def test_a_reveal_gives_the_value_and_stands_in_the_ledger() -> None:
    party = create(mobile="13812345678")
    shown = run("reveal_contact", by=SYSTEM.at("web"), subject_id=party.pk, data={"column": "mobile", "reason": "回电"})
    assert shown.reply["value"] == "13812345678"
    assert last_event(party).type == "data.seen"
    assert "138" not in str(last_event(party).payload)
    with pytest.raises(DomainError):
        actions.reveal_contact(party, column="industry", reason="回电", by=SYSTEM)
    looker = Actor(None, "x", grants={"party.view": EVERYWHERE})
    with pytest.raises(Forbidden):
        actions.reveal_contact(party, column="mobile", reason="回电", by=looker)
    assert queries.points_of(party, looker)[0].text == "138****5678"


def test_T69_the_export_of_one_person_holds_every_value() -> None:
    canary = {"mobile": "13812345678", "email": "canary@example.com", "short_name": "金丝雀", "note": "canary-note"}
    party = create("金丝雀先生", form="person", birthday="1990-05-01", **canary)
    text = str(actions.export_person(party, by=SYSTEM))
    for value in (*canary.values(), "金丝雀先生", "1990-05-01"):
        assert value in text
    assert last_event(party).type == "party.data_exported"


def test_T70_erasure_leaves_no_trace_and_the_chain_still_verifies() -> None:
    person = create("金丝雀先生", form="person", mobile="13812345678", note="canary-note", aliases=["小黄"])
    hotel = create()
    actions.add_member(hotel, actions.MemberDraft(person=person, primary=True), by=SYSTEM)
    actions.relate_parties(person, other=hotel, kind=RelationKind.PARTNER, by=SYSTEM)
    ledger.seal_all()
    actions.erase_party(person, reason="本人要求", by=SYSTEM)
    ledger.seal_all()
    kept = str(list(EventDetail.objects.values_list("body", flat=True))) + str(list(Party.objects.values()))
    for word in ("金丝雀", "13812345678", "canary", "小黄"):
        assert word not in kept
    assert not MatchKey.objects.filter(party=person).exists()
    hotel.refresh_from_db()
    assert hotel.contact_name == ""
    verdict = ledger.verify()
    assert verdict.intact, verdict.faults
    assert verdict.erased >= 3
    with pytest.raises(Conflict):
        actions.erase_party(person, by=SYSTEM)


def test_who_is_about_to_erase_or_hand_out_is_told_what_that_means(world: World) -> None:
    party = create()
    shown = {what: world.client("沈嘉禾").get(f"/customers/{party.pk}/{what}/") for what in ("erase", "export_person")}
    assert "无法恢复" in shown["erase"].content.decode()
    assert "记入台账" in shown["export_person"].content.decode()


def test_an_erased_parent_is_named_in_no_event_of_its_subsidiaries() -> None:
    parent, child = create("金丝雀个体户"), create("绿野酒店")
    run("update_party", by=SYSTEM, subject_id=child.pk, data={"parent": str(parent.pk)})
    actions.erase_party(parent, reason="本人要求", by=SYSTEM)
    assert "金丝雀" not in str(list(EventDetail.objects.values_list("body", flat=True)))


def test_only_pools_and_owners_open_a_customer() -> None:
    owner = User.objects.create(username="a", name="周晓岚")
    party, other = create(owner=owner), create("别人的客户")
    by = Actor(owner.pk, owner.name, grants={"party.view": Reach(owners=frozenset({owner.pk}))})
    assert list(Party.objects.visible_to(by)) == [party]
    with pytest.raises(NotFound):
        run("set_level", by=by, subject_id=other.pk, data={"level": "A"})


def test_somebody_new_is_added_to_an_organisation_by_name_in_one_act() -> None:
    hotel = create()
    made = actions.add_member(hotel, actions.MemberDraft(name="王芳", mobile="13812345678", role="采购"), by=SYSTEM)
    person = made.people.get().person
    assert (person.name, person.mobile, person.form) == ("王芳", "13812345678", "person")
    added = last_event(hotel)
    assert added.type == "party.member_added"
    assert last_event(person).caused_by == added.id
    with pytest.raises(DomainError) as refused:
        actions.add_member(hotel, actions.MemberDraft(mobile="13912345678"), by=SYSTEM)
    assert refused.value.field == "person"
    with pytest.raises(DomainError) as refused:
        actions.add_member(hotel, actions.MemberDraft(name="李强", mobile="1381234"), by=SYSTEM)
    assert refused.value.field == "mobile"
    assert not Party.objects.filter(name="李强").exists()


def test_whoever_may_not_add_customers_adds_nobody_new_to_one() -> None:
    grants = {"party.view": EVERYWHERE, "party.edit": EVERYWHERE}
    with pytest.raises(Forbidden):
        actions.add_member(create(), actions.MemberDraft(name="王芳"), by=Actor(user_id=None, name="x", grants=grants))


def test_the_form_to_add_a_person_warns_of_who_is_here_already_and_keeps_warning_after_a_refusal(world: World) -> None:
    hotel, browser = create(), world.client("沈嘉禾")
    address = f"/customers/{hotel.pk}/add_member/"
    shown = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-post="/customers/similar/"' in shown and 'name="mobile"' in shown
    again = browser.post(address, {"name": "王芳", "mobile": "1381234"}, headers={"HX-Request": "true"})
    assert again.status_code == 422
    assert 'hx-post="/customers/similar/" hx-trigger="load, change' in again.content.decode()
    new = browser.post("/customers/new/", {"name": "王芳", "mobile": "1381234"}, headers={"HX-Request": "true"})
    assert 'hx-post="/customers/similar/" hx-trigger="load, change' in new.content.decode()
