"""Files become records: guessed, checked, compared, written in chunks, and taken back."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from zhike.customers.models import ContactPoint, DuplicatePair, MatchKey, Membership, Party
from zhike.identity.models import User
from zhike.identity.testing import World
from zhike.kernel import ledger
from zhike.kernel.errors import DomainError, Forbidden, Problems
from zhike.kernel.models import Event
from zhike.kernel.screens import screens
from zhike.records.importing import actions, running
from zhike.records.importing.planning import Plan
from zhike.records.importing.queries import preview
from zhike.records.importing.storing import path_of
from zhike.records.importing.targets import guessed
from zhike.records.importing.tests.carrying import imported, planned, received
from zhike.records.importing.undoing import take_back
from zhike.records.importing.vcards import CARD_COLUMNS
from zhike.records.models import Import, ImportLine, SearchRow, Tag, Tagging
from zhike.records.queries import tags_of

pytestmark = pytest.mark.django_db
HEADS = "客户名称,联系人,手机,电话,地址,等级,标签,备注"


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path


def table(path: Path, *lines: str, heads: str = HEADS, encoding: str = "gb18030") -> Path:
    path.write_bytes("\r\n".join([heads, *lines]).encode(encoding))
    return path


def companies(path: Path, count: int) -> Path:
    lines = [
        f"杭州恒{chr(0x4E00 + n)}电器有限公司,何永强,1380571{n:04d},0571-8765{n:04d},浙江省杭州市西湖区文三路{n}号,"
        f"{'ABCD'[n % 4]},老客户,备注{n}"
        for n in range(count)
    ]
    return table(path, *lines)


def checksum() -> str:
    """Everything an import writes but the ledger, which keeps what happened."""
    found = hashlib.sha256()
    for model in (Party, ContactPoint, MatchKey, Membership, DuplicatePair, SearchRow, Tagging, Tag, User):
        skipped = {"updated_at", "version"} if model is Party else set()
        names = [f.attname for f in model._meta.concrete_fields if f.attname not in skipped]
        if model in (SearchRow, ContactPoint, Tagging):  # written anew where a value came back
            names.remove("id")
        if model is ContactPoint:
            names.remove("created_at")
        for row in sorted(map(str, model._default_manager.values_list(*names))):
            found.update(row.encode())
    return found.hexdigest()


def test_taking_back_removes_the_people_it_added_but_for_those_something_refers_to(
    world: World, tmp_path: Path
) -> None:
    by = world.actor("沈嘉禾")
    heads = "客户名称,手机,创建人"
    path = table(tmp_path / "a.csv", "恒一电器,13805710000,早已离职", "永安商行,13805710001,更早离职", heads=heads)
    row = imported(path, by, chosen={"创建人": "created_by"})
    kept = User.objects.get(name="更早离职")
    Party.objects.create(name="另一家", created_by=kept)
    counts = take_back(row, by)
    assert (counts["removed"], counts["people"]) == (2, 1)
    assert not User.objects.filter(name="早已离职").exists()
    assert Event.objects.filter(type="person.purged").count() == 1
    page = world.client("沈嘉禾").get(f"/imports/{row.pk}/").content.decode()
    assert "早已离职" in page and f"/people/{kept.pk}/" in page
    before = checksum()
    again = imported(path, by, chosen={"创建人": "created_by"})
    assert User.objects.filter(name__in=("早已离职", "更早离职")).count() == 2
    assert take_back(again, by)["people"] == 1
    assert checksum() == before


def test_a_gb18030_file_is_imported_with_everything_that_belongs_to_it(world: World, tmp_path: Path) -> None:
    row = imported(companies(tmp_path / "客户.csv", 30), world.actor("周晓岚"))
    assert row.counts == {"read": 30, "created": 30}
    party = Party.objects.get(mobile="13805710007")
    assert (party.level, party.city, party.contact_name) == ("D", "杭州市", "何永强")
    assert party.owner_id == party.created_by_id == world.people["周晓岚"].pk
    assert party.people.get().person.name == "何永强"
    assert Event.objects.filter(batch_id=row.batch_id, type="party.created").count() == 60
    assert Event.objects.filter(type="import.finished").count() == 1
    assert not path_of("x").parent.joinpath(row.key or "none").is_file()
    ledger.seal_all()
    assert ledger.verify().intact


def test_T43_the_same_file_twice_creates_nothing(world: World, tmp_path: Path) -> None:
    by, path = world.actor("沈嘉禾"), companies(tmp_path / "a.csv", 40)
    imported(path, by)
    before = checksum()
    for policy in ("skip", "update", "merge"):
        again = imported(path, by, policy=policy)
        assert again.counts == {"read": 40, "skipped": 40}, policy
    assert checksum() == before


def test_T43_taking_back_restores_the_exact_prior_state(world: World, tmp_path: Path) -> None:
    by = world.actor("沈嘉禾")
    imported(companies(tmp_path / "a.csv", 10), by)
    before = checksum()
    lines = [
        "杭州恒一电器有限公司,何永强,13805710000,,浙江省杭州市西湖区文三路0号,D,大客户,改过的备注",
        "宁波新客户贸易有限公司,吴敏,13905740001,,浙江省宁波市海曙区中山路1号,A,新标签,",
        "宁波新客户贸易有限公司,吴敏,13905740001,,浙江省宁波市海曙区中山路1号,A,新标签,",
        "宁波新客户贸易,,13905740001,,,,,",
    ]
    row = imported(table(tmp_path / "b.csv", *lines), by, policy="update")
    assert row.counts["created"] == 1
    assert row.counts["updated"] >= 1
    assert checksum() != before
    counts = take_back(row, by)
    assert counts["left"] == 0
    assert checksum() == before
    row.refresh_from_db()
    assert row.state == "undone"


def test_filling_the_gaps_adds_further_names_numbers_and_tags_replaces_nothing_and_is_taken_back(
    world: World, tmp_path: Path
) -> None:
    by = world.actor("沈嘉禾")
    heads = "客户名称,统一社会信用代码,手机,邮箱,等级,标签,备注"
    imported(
        table(tmp_path / "a.csv", "杭州恒一电器有限公司,91330100MA27XYT12Y,13805710000,,A,老客户,原备注", heads=heads),
        by,
    )
    before = checksum()
    line = "恒一电器（杭州）,91330100MA27XYT12Y,13905719999,info@hengyi.cn,D,展会,新备注"
    row = imported(table(tmp_path / "b.csv", line, heads=heads), by, policy="merge")
    assert row.counts == {"read": 1, "updated": 1}
    party = Party.objects.get(name="杭州恒一电器有限公司")
    assert (party.mobile, party.email, party.level, party.note) == ("13805710000", "info@hengyi.cn", "A", "原备注")
    assert "+8613905719999" in {point.value for point in party.points.filter(column="")}
    assert [name.name for name in party.names.all()] == ["恒一电器（杭州）"]
    assert set(tags_of([party.pk])[party.pk]) == {"老客户", "展会"}
    again = imported(tmp_path / "b.csv", by, policy="merge")
    assert again.counts == {"read": 1, "skipped": 1}
    assert take_back(row, by)["left"] == 0
    assert checksum() == before


def test_T43_pairs_put_before_people_go_with_the_import(world: World, tmp_path: Path) -> None:
    by = world.actor("沈嘉禾")
    imported(companies(tmp_path / "a.csv", 5), by)
    before = checksum()
    row = imported(companies(tmp_path / "b.csv", 5), by, policy="ask")
    assert row.counts["created"] == row.counts["asked"] == 5
    assert DuplicatePair.objects.filter(batch_id=row.batch_id).count() >= 5
    take_back(row, by)
    assert checksum() == before


def test_records_changed_since_are_listed_and_left(world: World, tmp_path: Path) -> None:
    from zhike.kernel.actions import run

    by = world.actor("沈嘉禾")
    row = imported(companies(tmp_path / "a.csv", 3), by)
    party = Party.objects.get(mobile="13805710001")
    run("update_party", by=by, subject_id=party.pk, data={"note": "昨天见过"})
    counts = take_back(row, by)
    assert counts["left"] == 1
    assert [line.record_id for line in ImportLine.objects.filter(of=row, outcome="left")] == [party.pk]
    assert Party.objects.filter(form="organisation").get() == party


def test_refused_rows_are_kept_with_their_reason_and_the_others_stand(world: World, tmp_path: Path) -> None:
    lines = ["甲公司,,,,,Z,,", ",,13805710001,,,A,,", "乙有限公司,,,,,B,,"]
    row = imported(table(tmp_path / "a.csv", *lines), world.actor("沈嘉禾"))
    assert row.counts == {"read": 3, "created": 1, "refused": 2}
    refused = list(ImportLine.objects.filter(of=row, outcome="refused").order_by("line"))
    assert [line.line for line in refused] == [2, 3]
    assert refused[0].data["reasons"][0].startswith("层级：") and "Z" in refused[0].data["reasons"][0]
    errors = world.client("沈嘉禾").get(f"/imports/{row.pk}/errors.csv").content.decode("utf-8-sig")
    assert "客户名称" in errors.splitlines()[0]
    assert "甲公司" in errors


def test_a_parent_further_down_the_file_is_found(world: World, tmp_path: Path) -> None:
    lines = ["恒源杭州分公司,恒源集团有限公司", "恒源集团有限公司,", "恒源宁波分公司,无此集团"]
    row = imported(table(tmp_path / "a.csv", *lines, heads="客户名称,上级单位"), world.actor("沈嘉禾"))
    assert Party.objects.get(name="恒源杭州分公司").parent is not None
    assert Party.objects.get(name="恒源宁波分公司").parent is None
    assert ImportLine.objects.get(of=row).outcome == "left_out"
    assert take_back(row, world.actor("沈嘉禾"))["removed"] == 3
    assert not Party.objects.exists()


def test_authors_dates_and_people_who_left_are_kept(world: World, tmp_path: Path) -> None:
    heads = "客户名称,负责人,创建人,创建时间"
    lines = ["甲有限公司,何永强,早已离职,2019/3/5", "乙有限公司,早已离职,吴敏,2018-01-02 08:30"]
    imported(table(tmp_path / "a.csv", *lines, heads=heads), world.actor("沈嘉禾"))
    one, two = (Party.objects.get(name=name) for name in ("甲有限公司", "乙有限公司"))
    assert one.owner == world.people["何永强"]
    assert one.created_by is not None
    assert one.created_by.name == "早已离职"
    assert two.owner is not None
    assert not two.owner.is_active
    assert (one.created_at.year, one.team) == (2019, world.people["何永强"].team)


def test_T44_fields_without_right_cannot_be_imported(world: World, tmp_path: Path) -> None:
    by = world.actor("梁思琪")  # marketing: may import, not transfer
    row = received(table(tmp_path / "a.csv", "甲公司,何永强,2019-01-01,x", heads="客户名称,负责人,创建时间,id"), by)
    for target in ("owner", "created_at", "created_by", "id", "team", "version", "completeness"):
        plan = {"targets": ["name", target, "", ""]}
        with pytest.raises(Problems) as refused:
            actions.begin_import(row, plan=plan, by=by)
        assert refused.value.problems[0].code in ("read_only", "unknown_field"), target
    with pytest.raises(Forbidden):
        actions.begin_import(row, plan={"targets": ["name", "", "", ""], "owner": "nobody"}, by=by)
    assert not Party.objects.exists()


def test_T44_who_may_not_import_cannot(world: World, tmp_path: Path) -> None:
    path = companies(tmp_path / "a.csv", 1)
    with pytest.raises(Forbidden):
        received(path, world.actor("何永强"))
    assert world.client("何永强").get("/customers/import/").status_code == 403
    row = received(path, world.actor("周晓岚"))
    assert world.client("陈立群").get(f"/imports/{row.pk}/").status_code == 404


def test_T44_a_record_outside_ones_rights_is_not_changed(world: World, tmp_path: Path) -> None:
    path = companies(tmp_path / "a.csv", 2)
    imported(path, world.actor("陈立群"))
    text = path.read_bytes().decode("gb18030").replace("备注", "改过的备注")
    path.write_bytes(text.encode("gb18030"))
    row = imported(path, world.actor("周晓岚"), policy="update")
    assert row.counts == {"read": 2, "refused": 2}
    assert not Party.objects.filter(note__startswith="改过").exists()


def test_a_mapping_is_remembered_and_the_preview_writes_nothing(world: World, tmp_path: Path) -> None:
    by, path = world.actor("沈嘉禾"), companies(tmp_path / "a.csv", 4)
    imported(path, by, chosen={"备注": "industry"})
    row, before = received(path, by), checksum()
    found = preview(row, by, Plan())
    assert found.plan.targets[-1] == "industry"
    assert found.matches[-1].reason == "remembered"
    assert found.fates == ["skipped"] * 4
    assert checksum() == before


def test_the_preview_says_what_is_wrong_with_a_row_also_where_no_cell_of_it_is_wrong(
    world: World, tmp_path: Path
) -> None:
    path = table(tmp_path / "a.csv", ",13805710000,A", "恒一电器,13805710001,Z", heads="客户名称,手机,等级")
    page = world.client("沈嘉禾").get(f"/imports/{received(path, world.actor('沈嘉禾')).pk}/").content.decode()
    assert [page.count(word) for word in ("“客户”必填", "“Z”不在可选项中")] == [1, 1]
    assert "title=" not in page.partition("<tbody>")[2]


def test_a_stopped_import_goes_on_where_it_stood(world: World, tmp_path: Path) -> None:
    by = world.actor("沈嘉禾")
    row = received(companies(tmp_path / "a.csv", 25), by)
    actions.begin_import(row, plan=planned(row, by), by=by)
    assert not running.carry_out(row, by, lambda done: done < 10, size=5)
    assert (row.state, row.counts["read"]) == ("stopped", 10)
    Import.objects.filter(pk=row.pk).update(state="running")
    row.refresh_from_db()
    assert running.carry_out(row, by, size=5)
    assert row.counts == {"read": 25, "created": 25}


def test_an_unreadable_file_leaves_nothing(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"%PDF-1.4")
    client = world.client("沈嘉禾")
    with path.open("rb") as file:
        response = client.post("/customers/import/", {"file": file})
    assert response.status_code == 422
    assert not list(path_of("x").parent.iterdir())
    assert not Import.objects.exists()
    with pytest.raises((DomainError, ObjectDoesNotExist)):
        received(path, world.actor("沈嘉禾"))


def test_the_pages_lead_from_upload_to_result(
    world: World, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    client, path = world.client("沈嘉禾"), companies(tmp_path / "a.csv", 6)
    with path.open("rb") as file:
        url = client.post("/customers/import/", {"file": file}).headers["Location"]
    page = client.get(url).content.decode()
    assert "GB18030" in page
    sent = {"seen": "{}", "width": "8", "policy": "skip", "owner": "me"}
    names = ["name", "contact_name", "mobile", "phone", "address", "level", "tags", "note"]
    sent |= {f"c{place}": name for place, name in enumerate(names)}
    wrong = client.post(url, {**sent, "c7": "name", "go": "1"})
    assert wrong.status_code == 200
    assert Import.objects.get().state == "draft"
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, {**sent, "go": "1"}).status_code == 302
    row = Import.objects.get()
    assert (row.state, row.counts["created"]) == ("done", 6)
    assert str(row.batch_id) in client.get(url).content.decode()
    assert client.get(f"/customers/?batch={row.batch_id}").status_code == 200


def test_the_form_sent_back_as_it_was_drawn_starts_the_import_at_once(
    world: World, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    client, path = world.client("沈嘉禾"), companies(tmp_path / "a.csv", 3)
    with path.open("rb") as file:
        url = client.post("/customers/import/", {"file": file}).headers["Location"]
    context = client.get(url).context
    facts = context["facts"]
    sent = {"seen": context["seen"], "width": context["width"], "header_row": facts["header_row"], "go": "1"}
    for name, plural in (("encoding", "encodings"), ("delimiter", "delimiters")):
        sent[name] = next(code for code, _label, on in facts[plural] if on)
    for item in context["columns"]:
        sent[f"c{item['place']}"] = next((name for name, _label, on in item["options"] if on), "")
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, sent).status_code == 302
    assert Import.objects.get().state == "done"
    assert Import.objects.get().counts["created"] == 3


def test_a_card_number_is_no_postcode_and_its_company_is_where_the_person_works(world: World) -> None:
    headings = list(CARD_COLUMNS)
    card = {"Full name": "王芳", "Company": "恒源电器有限公司", "Mobile": "13805710001", "UID": "a-1"}
    row = [card.get(heading, "") for heading in headings]
    found = {m.heading: m.target for m in guessed(screens["party"], world.actor("沈嘉禾"), headings, [row])}
    assert (found["Full name"], found["UID"]) == ("name", "external_id")
    assert (found["Postcode"], found["Company"]) == ("", "employer")
