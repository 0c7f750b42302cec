"""Creating and changing customers from values by column."""

from __future__ import annotations

from typing import Any

import pytest

from zhike.customers import actions
from zhike.customers.models import ContactPoint, MatchKey, Membership, Party, PartyName
from zhike.customers.queries import completeness, owner_history, parties_with_keys
from zhike.identity.models import Team, User
from zhike.kernel.actions import registry, run
from zhike.kernel.actor import EVERYWHERE, Actor
from zhike.kernel.errors import DomainError, Forbidden, Problems
from zhike.kernel.models import Event, EventDetail
from zhike.kernel.testing import SYSTEM

pytestmark = pytest.mark.django_db


def create(**values: Any) -> Party:
    made: Party = registry["create_party"](values={"name": "杭州绿野酒店管理有限公司", **values}, by=SYSTEM)
    return made


def update(party: Party, by: Actor = SYSTEM, **values: Any) -> Party:
    made: Party = registry["update_party"](party, values=values, by=by)
    return made


def point(party: Party, column: str) -> ContactPoint:
    return party.points.get(column=column)


def test_a_name_is_enough_and_form_and_kind_are_guessed() -> None:
    assert (create().form, create().kind) == ("organisation", "organisation")
    person = create(name="王建国")
    assert (person.form, person.kind) == ("person", "person")
    assert create(name="无锡市滨湖区教育局").kind == "government"


def test_a_creation_leaves_one_event_with_the_name_as_erasable_detail() -> None:
    party = create()
    event = Event.objects.get(subject_id=party.pk)
    assert (event.type, event.customer_id) == ("party.created", party.pk)
    assert "绿野" in EventDetail.objects.get(event=event).body
    assert "绿野" not in str(event.payload)


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(DomainError) as refused:
        create(name="  ")
    assert refused.value.field == "name"


def test_numbers_become_contact_points_and_stand_in_the_lists_columns() -> None:
    party = create(
        mobile="+86 138 1234 5678", phone="0571-88881234转801", email="Li@Example.com", website="example.com"
    )
    assert party.mobile == "13812345678"
    assert point(party, "mobile").value == "+8613812345678"
    assert point(party, "phone").extension == "801"
    assert point(party, "email").value == "li@example.com"
    assert party.points.count() == 4


def test_several_numbers_in_one_cell_are_all_kept() -> None:
    party = create(phone="0571-88881234 / 13812345678")
    assert sorted(p.kind for p in party.points.all()) == ["landline", "mobile"]
    assert party.phone == "0571-88881234"


def test_a_bad_number_is_refused_by_field_but_an_import_keeps_it_as_text() -> None:
    with pytest.raises(DomainError) as refused:
        create(phone="1 (11) 500 555-0162x")
    assert refused.value.field == "phone"
    party: Party = actions.create({"name": "Jon Yang", "phone": "1 (11) 500 555-0162x"}, by=SYSTEM.at("import"))
    assert party.phone == "1 (11) 500 555-0162x"


def test_an_address_knows_its_divisions() -> None:
    party = create(address="浙江省杭州市西湖区文三路100号")
    assert (party.division, party.province, party.city, party.district) == ("330106", "浙江省", "杭州市", "西湖区")
    split = create(province="浙江", city="杭州", district="西湖区", address="文三路100号")
    assert split.division == "330106"
    assert split.address == "浙江省杭州市西湖区文三路100号"


def test_birthdays_are_solar_or_lunar() -> None:
    assert create(name="王建国", birthday="1990-05-01").born_on is not None
    lunar = create(name="陆文斌", birthday="农历十月廿二")
    assert (lunar.birthday_lunar, lunar.birthday_month, lunar.birthday_day) == (True, 10, 22)


def test_a_credit_code_with_a_typing_error_is_refused() -> None:
    with pytest.raises(DomainError) as refused:
        create(credit_code="91330108MA2H7K4X3A")
    assert refused.value.field == "credit_code"


def test_further_names_are_rows_that_an_update_follows() -> None:
    party = create(short_name="绿野", aliases=["绿野集团", "Green"])
    assert party.names.count() == 3
    update(party, short_name="绿野酒店", aliases=["绿野集团"])
    assert sorted(PartyName.objects.filter(party=party).values_list("name", flat=True)) == ["绿野酒店", "绿野集团"]


def test_an_update_moves_the_contact_point_and_its_keys() -> None:
    party = create(mobile="13812345678")
    update(party, mobile="13912345678")
    assert party.points.count() == 1
    assert point(party, "mobile").value == "+8613912345678"
    assert parties_with_keys(["p:13912345678"]) == [party.pk]
    assert parties_with_keys(["p:13812345678"]) == []
    update(party, mobile="")
    assert (party.mobile, party.points.count()) == ("", 0)


def test_an_update_tells_old_and_new_by_column() -> None:
    party = create(industry="酒店")
    update(party, industry="连锁酒店", birthday="")
    detail = EventDetail.objects.get(event__type="party.updated")
    assert '"industry":["酒店","连锁酒店"]' in detail.body
    assert "completeness" not in detail.body


def test_a_contact_person_named_with_a_company_becomes_its_primary_member() -> None:
    party = create(contact_name="何永强", contact_title="采购经理")
    member = Membership.objects.get(organisation=party)
    assert (member.person.name, member.primary, member.role) == ("何永强", True, "采购经理")
    assert Event.objects.filter(type="party.created").count() == 2


def test_the_team_follows_the_owner_and_the_history_is_kept() -> None:
    team = Team.objects.create(name="华东", path="/1/")
    first = User.objects.create(username="a", name="周晓岚", team=team)
    second = User.objects.create(username="b", name="吴敏")
    party = create(owner=first)
    assert party.team_id == team.pk
    update(party, owner=second)
    assert party.team_id is None
    assert [spell.owner for spell in owner_history(party)] == ["吴敏", "周晓岚"]


def test_giving_a_customer_away_by_editing_needs_the_right_to_transfer() -> None:
    me = User.objects.create(username="a", name="周晓岚")
    other = User.objects.create(username="b", name="吴敏")
    rights = dict.fromkeys(("party.view", "party.create", "party.edit"), EVERYWHERE)
    by = Actor(me.pk, me.name, grants=rights)
    party: Party = registry["create_party"](values={"name": "绿野"}, by=by)
    assert party.owner_id == me.pk
    with pytest.raises(Forbidden):
        update(party, by=by, owner=other)
    with pytest.raises(Forbidden):
        registry["create_party"](values={"name": "绿野", "owner": other}, by=by)


def test_a_group_has_a_top() -> None:
    mother = create(name="绿野文旅控股")
    daughter = create(parent=mother)
    with pytest.raises(DomainError) as refused:
        update(mother, parent=daughter)
    assert refused.value.code == "parent.loop"


def test_completeness_says_what_is_missing() -> None:
    party = create(mobile="13812345678")
    percent, missing = completeness(party)
    assert party.completeness == percent == 20
    assert len(missing) == 9
    update(party, source="展会")
    assert party.completeness == 30


def test_unknown_and_slipped_in_fields_are_refused_at_the_door() -> None:
    for name in ("owned_since", "completeness", "nonsense", "id"):
        with pytest.raises(Problems):
            run("create_party", by=SYSTEM, data={"name": "绿野", name: "1"})


def test_keys_of_likeness_are_kept() -> None:
    party = create(mobile="13812345678")
    assert MatchKey.objects.filter(party=party).count() >= 3
