"""Where the people of a file work: the company on a card becomes a membership, is made where it is missing, and goes again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zhike.customers.actions import MemberChange, MemberDraft, add_member, change_member
from zhike.customers.models import DuplicatePair, Membership, Party
from zhike.identity.testing import World
from zhike.kernel import ledger
from zhike.kernel.actions import registry
from zhike.kernel.actor import Actor
from zhike.kernel.models import Event
from zhike.kernel.screens import screens
from zhike.kernel.testing import SYSTEM
from zhike.records.importing.queries import lines
from zhike.records.importing.targets import guessed
from zhike.records.importing.tests.carrying import imported
from zhike.records.importing.tests.test_importing import checksum
from zhike.records.importing.undoing import take_back

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


def card(name: str, company: str, *more: str) -> str:
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", f"FN:{name}", f"ORG:{company}", *more, "END:VCARD", ""])


def cards(path: Path, *each: str) -> Path:
    path.write_text("".join(each), "utf-8")
    return path


def company(name: str, by: Actor, **more: str) -> Any:
    return registry["create_party"](values={"name": name, "form": "organisation", **more}, by=by)


def places(person: str) -> list[tuple[str, str, str, bool]]:
    rows = Membership.objects.filter(person__name=person).order_by("id")
    return list(rows.values_list("organisation__name", "role", "department", "primary"))


def test_the_company_on_a_card_is_made_once_and_its_people_belong_to_it(world: World, tmp_path: Path) -> None:
    by = world.actor("周晓岚")
    path = cards(
        tmp_path / "a.vcf",
        card("何永强", "杭州绿野酒店管理有限公司;采购部", "TITLE:采购经理", "TEL;CELL:13805710001"),
        card("Anna Smith", "杭州绿野酒店管理有限公司", "ROLE:Buyer", "EMAIL:anna@example.com"),
        card("吴敏", "", "TEL;CELL:13805710002"),
    )
    row = imported(path, by)
    assert row.counts == {"read": 3, "created": 3, "beside": 1}
    assert places("何永强") == [("杭州绿野酒店管理有限公司", "采购经理", "采购部", True)]
    assert places("Anna Smith") == [("杭州绿野酒店管理有限公司", "Buyer", "", False)]
    assert not places("吴敏")
    made = Party.objects.get(form="organisation")
    assert (made.owner_id, made.contact_name, made.contact_title) == (by.user_id, "何永强", "采购经理")
    assert Event.objects.filter(batch_id=row.batch_id, type="party.member_added", customer_id=made.pk).count() == 2
    assert imported(path, by).counts == {"read": 3, "skipped": 3}
    ledger.seal_all()
    assert ledger.verify().intact


def test_taking_back_removes_membership_and_company_and_leaves_a_company_that_was_there(
    world: World, tmp_path: Path
) -> None:
    by = world.actor("周晓岚")
    there = company("宁波海潮贸易有限公司", by)
    imported(cards(tmp_path / "a.vcf", card("吴敏", "", "TEL;CELL:13805710002")), by)
    before = checksum()
    path = cards(
        tmp_path / "b.vcf",
        card("何永强", "杭州绿野酒店管理有限公司", "TEL;CELL:13805710001"),
        card("吴敏", "宁波海潮贸易有限公司", "TITLE:店长", "TEL;CELL:13805710002"),
    )
    row = imported(path, by, policy="merge")
    assert places("吴敏") == [("宁波海潮贸易有限公司", "店长", "", False)]
    counts = take_back(row, by)
    assert (counts["removed"], counts["left"]) == (2, 0)
    assert checksum() == before
    assert Party.objects.filter(pk=there.pk).exists()
    assert Event.objects.filter(type="party.member_removed", subject_id=there.pk).count() == 1


def test_what_somebody_did_since_keeps_the_company_and_the_part(world: World, tmp_path: Path) -> None:
    by = world.actor("周晓岚")
    there = company("宁波海潮贸易有限公司", by)
    path = cards(
        tmp_path / "a.vcf",
        card("何永强", "杭州绿野酒店管理有限公司", "TEL;CELL:13805710001"),
        card("吴敏", "宁波海潮贸易有限公司", "TEL;CELL:13805710002"),
    )
    imported(cards(tmp_path / "c.vcf", card("吴敏", "", "TEL;CELL:13805710002")), by)
    row = imported(path, by, policy="merge")
    made = Party.objects.get(name="杭州绿野酒店管理有限公司")
    add_member(made, MemberDraft(name="新来的人"), by=by)
    change_member(there, MemberChange(membership_id=there.people.get().pk, role="老板"), by=by)
    counts = take_back(row, by)
    assert (counts["removed"], counts["left"]) == (1, 1)
    assert [one.data["name"] for one in lines(row, "left")] == ["杭州绿野酒店管理有限公司"]
    assert places("吴敏") == [("宁波海潮贸易有限公司", "老板", "", False)]


def test_a_company_is_known_by_any_of_its_names_however_they_are_written(world: World, tmp_path: Path) -> None:
    by = world.actor("周晓岚")
    company("华澜（宁波）电器有限公司", by, short_name="华澜宁波")
    path = cards(
        tmp_path / "a.vcf",
        card("何永强", "華瀾(寧波)電器有限公司", "TEL;CELL:13805710001"),
        card("吴敏", "华澜宁波", "TEL;CELL:13805710002"),
    )
    row = imported(path, by)
    assert row.counts == {"read": 2, "created": 2}
    assert places("何永强")[0][0] == places("吴敏")[0][0] == "华澜（宁波）电器有限公司"
    assert Party.objects.filter(form="organisation").count() == 1


def test_two_of_a_name_or_one_that_colleagues_own_is_left_open_and_said(world: World, tmp_path: Path) -> None:
    by = world.actor("周晓岚")
    company("杭州绿野酒店管理有限公司", SYSTEM)
    for _each in range(2):
        company("永安商行", by)
    path = cards(
        tmp_path / "a.vcf",
        card("何永强", "杭州绿野酒店管理有限公司", "TEL;CELL:13805710001"),
        card("吴敏", "永安商行", "TEL;CELL:13805710002"),
    )
    row = imported(path, by)
    assert row.counts == {"read": 2, "created": 2}
    assert not Membership.objects.exists()
    reasons = [one.data["reasons"][0] for one in lines(row, "left_out")]
    assert len(reasons) == 2 and "杭州绿野酒店管理有限公司" in reasons[0] and "2 " in reasons[1]
    page = world.client("周晓岚").get(f"/imports/{row.pk}/").content.decode()
    assert "杭州绿野酒店管理有限公司" in page


def test_asking_makes_the_company_that_colleagues_may_have_and_puts_the_pair_before_people(
    world: World, tmp_path: Path
) -> None:
    by = world.actor("周晓岚")
    theirs = company("杭州绿野酒店管理有限公司", SYSTEM)
    row = imported(
        cards(tmp_path / "a.vcf", card("何永强", "杭州绿野酒店管理有限公司", "TEL;CELL:13805710001")), by, policy="ask"
    )
    mine = Membership.objects.get().organisation
    assert mine.pk != theirs.pk
    pair = DuplicatePair.objects.get()
    assert {pair.left_id, pair.right_id} == {mine.pk, theirs.pk}
    assert pair.batch_id == row.batch_id


def test_the_card_of_a_company_is_the_company(world: World, tmp_path: Path) -> None:
    path = cards(tmp_path / "a.vcf", card("杭州绿野酒店管理有限公司", "杭州绿野酒店管理有限公司"), card("", "永安商行"))
    row = imported(path, world.actor("周晓岚"))
    assert row.counts == {"read": 2, "created": 2}
    assert set(Party.objects.values_list("name", "form")) == {
        ("杭州绿野酒店管理有限公司", "organisation"),
        ("永安商行", "organisation"),
    }
    assert not lines(row, "left_out")


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (["姓名", "公司", "部门", "手机"], ["name", "employer", "department", "mobile"]),
        (["公司名称", "姓名", "手机"], ["name", "contact_name", "mobile"]),
        (["First Name", "Last Name", "Company", "Job Title"], ["given_name", "family_name", "employer", "title"]),
        (["CompanyName", "ContactName", "ContactTitle"], ["name", "contact_name", "contact_title"]),
    ],
)
def test_a_column_of_companies_beside_people_is_where_they_work(
    world: World, headings: list[str], expected: list[str]
) -> None:
    rows = [["甲"] * len(headings)]
    found = guessed(screens["party"], world.actor("沈嘉禾"), headings, rows)
    assert [match.target for match in found][: len(expected)] == expected
