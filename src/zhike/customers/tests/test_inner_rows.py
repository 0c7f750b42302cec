"""The rows inside a customer's record, changed in the browser: each has its buttons, and a form that knows what it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils.translation import override

from zhike.customers import actions
from zhike.customers.models import Membership, Party
from zhike.customers.terms import NameOf, PointKind, RelationKind
from zhike.identity.actions import set_field_rule_of_role
from zhike.kernel.actions import registry, run
from zhike.kernel.actor import FieldRule
from zhike.kernel.models import Event
from zhike.kernel.testing import SYSTEM
from zhike.records.history import story, tell
from zhike.records.search.offers import offers
from zhike.records.search.queries import search

if TYPE_CHECKING:
    from django.test import Client

    from zhike.identity.testing import World
    from zhike.kernel.actor import Actor

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def he(world: World) -> Actor:
    return world.actor("何永强")


@pytest.fixture
def browser(world: World) -> Client:
    return world.client("何永强")


def customer(by: Actor, name: str = "杭州绿野酒店管理有限公司", **values: Any) -> Party:
    made: Party = registry["create_party"](values={"name": name, **values}, by=by)
    return made


def member(party: Party, name: str, by: Actor, **values: Any) -> Membership:
    actions.add_member(party, actions.MemberDraft(name=name, **values), by=by)
    return party.people.get(person__name=name)


def shown(browser: Client, url: str) -> str:
    answer = browser.get(url, headers=HTMX)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_the_form_of_a_member_starts_from_what_they_are_now(he: Actor, browser: Client) -> None:
    party = customer(he)
    above = member(party, "沈嘉禾", he)
    row = member(party, "陆文斌", he, department="工程部", primary=True)
    base = f"/customers/{party.pk}/"
    assert f"{base}change_member/?membership_id={row.pk}" in shown(browser, base)
    form = shown(browser, f"{base}change_member/?membership_id={row.pk}")
    assert f'<input type="hidden" name="membership_id" value="{row.pk}"' in form
    assert 'value="工程部"' in form and '<option value="true" selected>' in form
    assert f'<option value="{above.pk}">沈嘉禾</option>' in form and f'<option value="{row.pk}">' not in form


def test_who_joins_by_the_form_as_it_opens_takes_nobodys_place_and_may_report_to_whoever_is_here(
    he: Actor, browser: Client
) -> None:
    party = customer(he)
    chief = member(party, "沈嘉禾", he, primary=True)
    form = shown(browser, f"/customers/{party.pk}/add_member/")
    assert '<option value="false" selected>' in form and '<option value="true">' in form
    assert f'<option value="{chief.pk}">沈嘉禾</option>' in form
    sent = {"name": "陆文斌", "primary": "false", "reports_to": str(chief.pk)}
    assert browser.post(f"/customers/{party.pk}/add_member/", sent, headers=HTMX).status_code == 204
    chief.refresh_from_db()
    party.refresh_from_db()
    assert (chief.primary, party.contact_name) == (True, "沈嘉禾")
    assert party.people.get(person__name="陆文斌").reports_to == chief


def test_a_member_is_changed_and_emptied_by_the_form_and_nothing_else_is_touched(he: Actor, browser: Client) -> None:
    party = customer(he)
    above, row = member(party, "沈嘉禾", he), member(party, "陆文斌", he, department="工程部", role="总监")
    sent = {"membership_id": str(row.pk), "department": "", "reports_to": str(above.pk), "started_on": "2024-03-01"}
    answer = browser.post(f"/customers/{party.pk}/change_member/", sent, headers=HTMX)
    assert answer.status_code == 204
    row.refresh_from_db()
    assert (row.department, row.role, row.reports_to_id, str(row.started_on)) == ("", "总监", above.pk, "2024-03-01")
    tree = shown(browser, f"/customers/{party.pk}/").partition('class="ptree"')[2].partition("</ol></li></ol>")[0]
    assert "2024-03-01" in tree and tree.index("沈嘉禾") < tree.index("陆文斌")


def test_who_left_is_folded_away_with_their_dates(he: Actor, browser: Client) -> None:
    party = customer(he)
    row = member(party, "陆文斌", he)
    sent = {"membership_id": str(row.pk), "on": "2026-10-31"}
    assert browser.post(f"/customers/{party.pk}/end_membership/", sent, headers=HTMX).status_code == 204
    page = shown(browser, f"/customers/{party.pk}/")
    assert "1 位已离开" in page and "2026-10-31" in page
    assert f"end_membership/?membership_id={row.pk}" not in page


def test_a_row_of_another_customer_or_none_at_all_has_no_form(he: Actor, browser: Client) -> None:
    party, other = customer(he), customer(he, "宁波海曙鸿运家电经营部")
    row = member(other, "陆文斌", he)
    for query in (f"?membership_id={row.pk}", "?membership_id=x", ""):
        assert browser.get(f"/customers/{party.pk}/change_member/{query}", headers=HTMX).status_code == 404


def test_a_number_is_changed_verified_barred_and_removed_beside_it(he: Actor, browser: Client) -> None:
    party = customer(he, mobile="13812345678")
    actions.add_contact_point(party, kind=PointKind.MOBILE, value="13912345678", source="名片", by=he)
    second, base = party.points.get(value="+8613912345678"), f"/customers/{party.pk}/"
    assert "名片" in shown(browser, base)
    for verb, values in (
        ("change_contact_point", {"main": "true"}),
        ("change_contact_point", {"verified": "true"}),
        ("change_contact_point", {"label": "前台", "value": ""}),
    ):
        answer = browser.post(f"{base}{verb}/", {"point_id": str(second.pk)} | values, headers=HTMX)
        assert answer.status_code == 204
    party.refresh_from_db()
    second.refresh_from_db()
    assert (party.mobile, second.label, second.verified_at is not None) == ("13912345678", "前台", True)
    assert tell(Event.objects.filter(type="party.point_changed").order_by("-id")[:1], he)[0].changes == ()
    assert "手机" in tell(Event.objects.filter(type="party.point_added"), he)[0].text
    browser.post(f"{base}mark_do_not_use/", {"point_id": str(second.pk), "reason": "空号"}, headers=HTMX)
    assert party.points.get(pk=second.pk).do_not_use_reason == "空号"
    browser.post(f"{base}mark_do_not_use/", {"point_id": str(second.pk), "do_not_use": "false"}, headers=HTMX)
    assert not party.points.get(pk=second.pk).do_not_use
    told = {entry.event.type: entry.text for entry in story(he, [party.pk])}
    assert "不可使用" not in told["party.point_allowed"] and "可以使用" in told["party.point_allowed"]
    browser.post(f"/undo/{Event.objects.get(type='party.point_allowed').pk}/", headers=HTMX)
    assert party.points.get(pk=second.pk).do_not_use_reason == "空号"
    browser.post(f"{base}remove_contact_point/", {"point_id": str(second.pk)}, headers=HTMX)
    assert [point.display for point in party.points.all()] == ["13812345678"]


def test_a_masked_number_is_not_written_into_its_form(he: Actor, world: World) -> None:
    party = customer(he, mobile="13812345678")
    url = f"/customers/{party.pk}/change_contact_point/?point_id={party.points.get().pk}"
    assert "13812345678" in shown(world.client("沈嘉禾"), url)
    set_field_rule_of_role(world.roles["salesperson"], column="party.mobile", rule=FieldRule.MASKED, by=SYSTEM)
    form = shown(world.client("何永强"), url)
    assert "13812345678" not in form and "138" in form


def test_a_relation_shows_its_note_and_is_taken_away_beside_it(he: Actor, browser: Client) -> None:
    party, other = customer(he), customer(he, "宁波海曙鸿运家电经营部")
    actions.relate_parties(party, other=other, kind=RelationKind.SUPPLIER, note="供厨电", by=he)
    base, row = f"/customers/{party.pk}/", party.relations.get()
    address = f"{base}unrelate_parties/?relation_id={row.pk}"
    panel = shown(browser, f"{base}panel/related/")
    assert address in panel and "供厨电" in panel
    assert other.name in shown(browser, address)
    assert browser.post(f"{base}unrelate_parties/", {"relation_id": str(row.pk)}, headers=HTMX).status_code == 204
    assert not party.relations.exists()


def test_an_alias_stands_on_the_card_and_is_removed_beside_it(he: Actor, browser: Client) -> None:
    party = customer(he, short_name="绿野")
    assert not shown(browser, f"/customers/{party.pk}/panel/names/")
    actions.add_alias(party, name="老绿野宾馆", by=he)
    row, base = party.names.get(name="老绿野宾馆"), f"/customers/{party.pk}/"
    panel = shown(browser, f"{base}panel/names/")
    assert "老绿野宾馆" in panel and f"remove_alias/?name_id={row.pk}" in panel
    assert [group.hits[0].title for group in search(he, "老绿野")] == [party.name]
    assert browser.post(f"{base}remove_alias/", {"name_id": str(row.pk)}, headers=HTMX).status_code == 204
    assert (search(he, "老绿野"), party.names.filter(kind="alias").exists()) == ([], False)
    assert Event.objects.filter(type="party.unnamed", subject_id=party.pk).count() == 1


def test_a_short_name_that_is_removed_leaves_its_column_too(he: Actor) -> None:
    party = customer(he)
    actions.add_alias(party, name="绿野", kind=NameOf.SHORT, by=he)
    assert party.short_name == "绿野"
    actions.remove_alias(party, name_id=party.names.get().pk, by=he)
    assert party.short_name == ""


def test_the_card_says_who_was_in_charge_before(world: World, browser: Client) -> None:
    party = customer(SYSTEM, owner=world.people["吴敏"].pk)
    registry["transfer_party"](party, to=world.people["何永强"], reason="换区", by=SYSTEM)
    panel = shown(browser, f"/customers/{party.pk}/panel/owners/")
    assert panel.index("何永强") < panel.index("吴敏") and "换区" in panel


def test_the_palette_offers_what_the_card_offers_and_no_more(he: Actor) -> None:
    party, person = customer(he), customer(he, "何永强", form="person")

    def offered(text: str) -> list[str]:
        return [offer.url for offer in offers(he, text)]

    with override("zh-hans"):
        assert f"/customers/{party.pk}/add_member/" in offered("绿野 新增人员")
        assert f"/customers/{person.pk}/add_member/" not in offered("何永强 新增人员")
        assert offered("绿野 登记离职") == []
        assert offered("绿野 修改人员角色") == []


def test_a_programme_changes_a_member_by_name_of_the_field(he: Actor) -> None:
    party = customer(he)
    row = member(party, "陆文斌", he, department="工程部")
    run("change_member", by=he, subject_id=party.pk, data={"membership_id": str(row.pk), "decision": "decider"})
    row.refresh_from_db()
    assert (row.decision, row.department) == ("decider", "工程部")


def test_the_story_says_what_became_different_about_a_member(he: Actor) -> None:
    party = customer(he)
    above, row = member(party, "沈嘉禾", he), member(party, "陆文斌", he, department="工程部")
    change = {"department": "采购部", "started_on": "2024-03-01", "reports_to": str(above.pk), "decision": "buyer"}
    data = {"membership_id": str(row.pk), "primary": True, "note": "爱喝茶", **change}
    run("change_member", by=he, subject_id=party.pk, data=data)
    with override("zh-hans"):
        found = {label: (old, new) for label, old, new in story(he, [party.pk])[0].changes}
    assert found == {
        "部门": ("工程部", "采购部"), "入职日期": ("—", "2024-03-01"), "汇报给": ("—", "沈嘉禾"), "决策角色": ("—", "采购者"),
        "主要联系人": ("否", "是"), "备注": ("—", "爱喝茶"),
    }  # fmt: skip
