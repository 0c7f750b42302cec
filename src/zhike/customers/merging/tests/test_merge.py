"""Two customers become one and two again: every row, every field; rights, stale writes, what came later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps

from zhike.customers.actions import (
    MemberDraft,
    ScoreRow,
    add_alias,
    add_contact_point,
    add_member,
    erase_party,
    mark_do_not_use,
    record_scores,
    relate_parties,
    transfer_party,
)
from zhike.customers.merging import moving
from zhike.customers.merging.actions import merge_party, tell_apart_party, unmerge_party
from zhike.customers.merging.terms import MOVED_BY_ID, STAYING_BY_ID
from zhike.customers.models import DuplicatePair, MatchKey, Membership, Merge, OwnerSpell, PairState, Party
from zhike.customers.terms import PointKind, RelationKind
from zhike.identity.testing import World
from zhike.kernel.actions import registry, run
from zhike.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Stale
from zhike.kernel.ledger import canonical
from zhike.kernel.models import Event, EventDetail
from zhike.kernel.testing import SYSTEM

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
#: what is a memory, a time, or worked out anew; everything else must come back as it was
UNTOUCHED = {"kernel", "sessions", "contenttypes", "django_tasks_database", "axes", "account", "mfa"}
MEMORIES = {"customers.Merge", "identity.Session"}
IGNORED = {"version", "updated_at"}


def party(world: World, name: str, who: str = "何永强", **values: Any) -> Party:
    found = registry["create_party"](values={"name": name, **values}, by=world.actor(who))
    return Party.objects.get(pk=found.pk)


def make(type_: str, **values: Any) -> Any:
    return registry[f"create_{type_}"](values=values, by=SYSTEM)


def everything() -> dict[str, list[bytes]]:
    """Every row of every table but the ledger, without versions; search rows without their numbers."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if model._meta.app_label in UNTOUCHED or label in MEMORIES or not model._meta.managed:
            continue
        skipped = IGNORED | ({"id"} if label == "records.SearchRow" else set())
        names = [f.attname for f in model._meta.concrete_fields if f.attname not in skipped]
        found[label] = sorted(canonical(row) for row in model._base_manager.values_list(*names))
    return found


def entangled(world: World) -> tuple[Party, Party]:
    """Two records of one company, with every kind of row around both."""
    admin = world.actor("沈嘉禾")
    one = party(
        world, "杭州恒源科技有限公司", form="organisation", mobile="13800138000", city="杭州市", tags=["重点", "老客户"],
        address="浙江省杭州市西湖区文三路1号", contact_name="王芳", short_name="恒源", parent=party(world, "恒源集团", form="organisation"),
    )  # fmt: skip
    two = party(
        world, "恒源科技", "吴敏", form="organisation", mobile="13900139000", phone="0571-88886666", email="a@hengyuan.cn",
        tags=["重点", "展会"], contact_name="李强", contact_title="采购", industry="制造业", level="A", short_name="恒源杭州",
        do_not_contact=True, website="hengyuan.cn", credit_code="",
    )  # fmt: skip
    shared = party(world, "赵敏", form="person", mobile="13700137000")
    boss = party(world, "钱老板", form="person")
    for company in (one, two):
        add_member(company, MemberDraft(person=shared, role="经理"), by=admin)
    add_member(two, MemberDraft(person=boss, role="董事长"), by=admin)
    superior = Membership.objects.get(organisation=two, person=shared)
    Membership.objects.filter(organisation=two, person=boss).update(reports_to=superior)
    Membership.objects.filter(organisation=two, person__name="李强").update(ended_on=NOON.date())
    add_contact_point(two, kind=PointKind.MOBILE, value="13800138000", by=admin)
    add_contact_point(two, kind=PointKind.QQ, value="12345678", by=admin)
    mark_do_not_use(two, point_id=two.points.get(value__contains="13800138000").pk, reason="空号", by=admin)
    add_alias(two, name="老恒源", by=admin)
    relate_parties(one, other=two, kind=RelationKind.AFFILIATE, by=admin)
    relate_parties(two, other=shared, kind=RelationKind.REFERRER, by=admin)
    relate_parties(one, other=shared, kind=RelationKind.REFERRER, by=admin)
    relate_parties(boss, other=two, kind=RelationKind.PARTNER, by=admin)
    party(world, "恒源配件", form="organisation", parent=two)
    for at, value in ((NOON, 0.2), (NOON + timedelta(days=1), 0.9)):
        scored = [ScoreRow(party_id=p.pk, kind="churn", value=value) for p in (one, two)]
        record_scores(run=f"run-{value}", as_of=at, rows=scored if value < 0.5 else scored[1:], by=SYSTEM)
    transfer_party(two, to=world.people["何永强"], by=admin)
    transfer_party(two, to=world.people["吴敏"], by=admin)
    hang(two, world)
    return fresh(one), fresh(two)


def hang(two: Party, world: World) -> None:
    """What upper floors hang on a customer."""
    touch = make("touch", party=two, kind="call", text="问报价", at=NOON)
    apps.get_model("activities.Touch").objects.filter(pk=touch.pk).update(person=two)
    make("task", name="寄样品", party=two)
    make("showroom", name="城西店", party=two)
    by = world.actor("吴敏")
    registry["comment_party"](two, text="老客户", by=by)
    share: Any = apps.get_model("identity.Share")
    share.objects.create(user=world.people["郑凯"], record_type="party", record_id=two.pk)
    left, right = sorted((two.pk, party(world, "恒远科技", form="organisation").pk))
    DuplicatePair.objects.create(left_id=left, right_id=right, probability=0.7, state=PairState.DIFFERENT)


def fresh(record: Party) -> Party:
    return Party.objects.get(pk=record.pk)


def pair_of(one: Party, two: Party) -> None:
    left, right = sorted((one.pk, two.pk))
    DuplicatePair.objects.create(left_id=left, right_id=right, probability=0.9)


def test_un_merging_restores_every_row_of_every_table(world: World) -> None:
    one, two = entangled(world)
    pair_of(one, two)
    admin, before = world.actor("沈嘉禾"), everything()
    merge_party(one, other=two, choices={"mobile": "theirs", "short_name": "theirs", "name": "theirs"}, by=admin)
    assert everything() != before
    reply = unmerge_party(fresh(two), by=admin)
    after = everything()
    assert [label for label in before if before[label] != after[label]] == []
    assert reply["later"] == [] and reply["kept"] == []


def test_a_merge_keeps_every_relation(world: World) -> None:
    one, two = entangled(world)
    pair_of(one, two)
    merge_party(one, other=two, by=world.actor("沈嘉禾"))
    one, two = fresh(one), fresh(two)
    assert two.merged_into_id == one.pk and two.archived_at is not None
    assert (one.mobile, one.phone, one.email) == ("138 0013 8000", "0571-8888 6666", "a@hengyuan.cn") or one.email
    assert one.industry == "制造业" and one.level == "A" and one.do_not_contact
    assert {point.value for point in one.points.all()} >= {"a@hengyuan.cn", "12345678"}
    assert {row.name for row in one.names.all()} >= {"恒源科技", "老恒源", "恒源", "恒源杭州"}
    assert {row.person.name for row in one.people.all()} == {"王芳", "赵敏", "钱老板", "李强"}
    boss = one.people.get(person__name="钱老板")
    assert boss.reports_to is not None and boss.reports_to.organisation_id == one.pk
    assert one.people.filter(primary=True).count() == 1
    assert [p.name for p in one.subsidiaries.all()] == ["恒源配件"]
    assert one.scores.get(kind="churn", latest=True).value == 0.9
    for label in ("activities.Touch", "activities.Task", "showrooms.Showroom"):
        assert apps.get_model(label).objects.filter(party=one).count() == 1
    assert apps.get_model("activities.Touch").objects.filter(person=one).exists()
    for label in ("records.Comment", "identity.Share"):
        assert apps.get_model(label).objects.filter(record_id=one.pk).exists()
    tags = apps.get_model("records.Tagging").objects.filter(record_id=one.pk)
    assert set(tags.values_list("tag__name", flat=True)) == {"重点", "老客户", "展会"}
    assert OwnerSpell.objects.filter(party=one, owner=world.people["吴敏"]).exists()
    assert not MatchKey.objects.filter(party=two).exists()
    assert DuplicatePair.objects.filter(state=PairState.MERGED).count() == 1
    barred = one.points.get(do_not_use=True)
    assert barred.column == "mobile" and one.mobile == ""


def test_what_comes_after_a_merge_stays_with_the_survivor_and_is_listed(world: World) -> None:
    one, two = entangled(world)
    admin = world.actor("沈嘉禾")
    merge_party(one, other=two, by=admin)
    touch = make("touch", party=fresh(one), kind="visit", text="合并之后")
    run("update_party", by=admin, subject_id=one.pk, data={"industry": "零售"})
    reply = unmerge_party(fresh(two), by=admin)
    assert [row["id"] for row in reply["later"]] == [str(touch.pk)]
    assert reply["kept"] == ["industry"]
    assert fresh(one).industry == "零售" and fresh(one).level == "" and fresh(two).industry == "制造业"
    assert apps.get_model("activities.Touch").objects.filter(party=one).count() == 1
    assert apps.get_model("activities.Touch").objects.filter(party=two).count() == 1


def test_the_chosen_side_of_each_field_wins(world: World) -> None:
    one, two = entangled(world)
    choices = {"name": "theirs", "mobile": "theirs", "parent": "mine"}
    merge_party(one, other=two, choices=choices, by=world.actor("沈嘉禾"))
    one = fresh(one)
    assert one.name == "恒源科技" and "杭州恒源科技有限公司" in {row.name for row in one.names.all()}
    assert one.points.get(column="mobile").value == two.points.model.objects.get(value__contains="13900139000").value
    with pytest.raises(Invalid):
        merge_party(party(world, "甲"), other=party(world, "乙"), choices={"archived_at": "theirs"}, by=SYSTEM)


def test_somebody_who_was_faster_makes_a_merge_stale(world: World) -> None:
    one, two = party(world, "甲公司", form="organisation"), party(world, "甲公司", form="organisation")
    data = {"other": str(two.pk), "other_version": two.version}
    run("update_party", by=SYSTEM, subject_id=two.pk, data={"industry": "零售"})
    with pytest.raises(Stale) as other:
        run("merge_party", by=SYSTEM, subject_id=one.pk, data=data, version=one.version)
    run("update_party", by=SYSTEM, subject_id=one.pk, data={"industry": "零售"})
    with pytest.raises(Stale):
        run("merge_party", by=SYSTEM, subject_id=one.pk, data={"other": str(two.pk)}, version=one.version)
    with pytest.raises(Stale):
        merge_party(one, other=fresh(two), by=SYSTEM)
    assert other.value.status == 409 and fresh(two).merged_into_id is None


def test_an_edit_begun_before_a_merge_is_refused_after_it(world: World) -> None:
    one, two = party(world, "甲公司", form="organisation"), party(world, "甲公司", form="organisation")
    versions = one.version, two.version
    merge_party(one, other=two, by=SYSTEM)
    for record, version in zip((one, two), versions, strict=True):
        with pytest.raises(Stale):
            run("update_party", by=SYSTEM, subject_id=record.pk, data={"industry": "零售"}, version=version)


def test_merging_needs_the_right_on_both(world: World) -> None:
    mine, foreign = party(world, "何的客户"), party(world, "吴的客户", "吴敏")
    he, wu = world.actor("何永强"), world.actor("吴敏")
    with pytest.raises(NotFound):
        run("merge_party", by=he, subject_id=foreign.pk, data={"other": str(mine.pk)})
    with pytest.raises(DomainError) as unseen:
        run("merge_party", by=he, subject_id=mine.pk, data={"other": str(foreign.pk)})
    assert unseen.value.problem()["errors"][0]["code"] if "errors" in unseen.value.problem() else unseen.value.code
    with pytest.raises(Forbidden):
        merge_party(mine, other=foreign, by=wu)
    assert fresh(mine).archived_at is None and fresh(foreign).archived_at is None


def test_what_cannot_be_one_is_refused(world: World) -> None:
    one, person = party(world, "甲公司", form="organisation"), party(world, "王伟", form="person")
    with pytest.raises(Invalid):
        merge_party(one, other=person, by=SYSTEM)
    with pytest.raises(Invalid):
        merge_party(one, other=fresh(one), by=SYSTEM)
    two, three = party(world, "甲公司", form="organisation"), party(world, "甲公司", form="organisation")
    merge_party(two, other=three, by=SYSTEM)
    with pytest.raises(Conflict):
        merge_party(one, other=fresh(three), by=SYSTEM)
    with pytest.raises(Conflict):
        run("restore_party", by=SYSTEM, subject_id=three.pk)
    merge_party(one, other=fresh(two), by=SYSTEM)
    with pytest.raises(Conflict):
        unmerge_party(fresh(three), by=SYSTEM)
    unmerge_party(fresh(two), by=SYSTEM)
    unmerge_party(fresh(three), by=SYSTEM)
    assert Party.objects.live().filter(name="甲公司").count() == 3


def test_a_merge_contracts_a_group(world: World) -> None:
    top = party(world, "总公司", form="organisation")
    below = party(world, "分公司", form="organisation", parent=top)
    leaf = party(world, "门店", form="organisation", parent=below)
    before = everything()
    merge_party(leaf, other=top, by=SYSTEM)
    assert fresh(leaf).parent_id is None and fresh(below).parent_id == leaf.pk
    unmerge_party(fresh(top), by=SYSTEM)
    assert everything() == before


def test_told_apart_is_not_asked_again(world: World) -> None:
    one, two = party(world, "甲公司", form="organisation"), party(world, "甲公司", form="organisation")
    pair_of(one, two)
    tell_apart_party(one, other=two, by=world.actor("何永强"))
    assert DuplicatePair.objects.get().state == PairState.DIFFERENT


def test_T70_erasing_a_merged_customer_erases_what_the_merge_remembers(world: World) -> None:
    one = party(world, "张金丝雀", form="person", mobile="13612345678")
    two = party(world, "张金丝雀", form="person", mobile="13612345678", email="canary@example.cn", note="金丝雀的秘密")
    pair_of(one, two)
    DuplicatePair.objects.update(reasons=[{"code": "same", "field": "phone", "detail": "13612345678", "bits": 9}])
    merge_party(one, other=two, by=SYSTEM)
    with pytest.raises(Conflict):
        erase_party(fresh(two), by=SYSTEM)
    erase_party(fresh(one), by=SYSTEM)
    assert_forgotten("金丝雀", "13612345678", "canary@example.cn")
    with pytest.raises(Conflict):
        unmerge_party(fresh(two), by=SYSTEM)


def test_T70_erasing_one_that_was_taken_out_again_erases_its_snapshot(world: World) -> None:
    one = party(world, "王伟", form="person", mobile="13511112222")
    two = party(world, "张金丝雀", form="person", mobile="13612345678")
    merge_party(one, other=two, by=SYSTEM)
    unmerge_party(fresh(two), by=SYSTEM)
    erase_party(fresh(two), by=SYSTEM)
    assert_forgotten("金丝雀", "13612345678")
    assert fresh(one).name == "王伟"


def assert_forgotten(*words: str) -> None:
    for label, rows in everything().items():
        for row in rows:
            assert not any(word in row.decode() for word in words), (label, row.decode()[:300])
    kept = [canonical(list(row.values())).decode() for row in Merge.objects.values()]
    kept += list(EventDetail.objects.values_list("body", flat=True))
    kept += [canonical(row).decode() for row in Event.objects.values_list("payload", flat=True)]
    assert not [text[:200] for text in kept if any(word in text for word in words)]


def test_every_table_that_names_records_by_id_is_thought_of() -> None:
    named = {m._meta.label for m in apps.get_models() if any(f.name == "record_id" for f in m._meta.concrete_fields)}
    assert named == {*MOVED_BY_ID, *STAYING_BY_ID}
    pointed = {pointer.label for pointer in moving.pointers()}
    assert {"activities.Touch", "activities.Task", "showrooms.Showroom", "customers.Membership"} <= pointed


def test_the_survivors_story_tells_what_happened_to_the_merged_record_before(world: World) -> None:
    one, two = party(world, "杭州恒源科技有限公司"), party(world, "恒源科技", "吴敏")
    run("update_party", by=world.actor("吴敏"), subject_id=two.pk, data={"industry": "制造业"})
    registry["create_touch"](
        values={"party": two, "kind": "call", "text": "问报价", "at": NOON}, by=world.actor("吴敏")
    )
    merge_party(one, other=fresh(two), by=world.actor("沈嘉禾"))
    browser = world.client("沈嘉禾")
    page = browser.get(f"/customers/{one.pk}/").content.decode()
    assert "问报价" in page and "制造业" in browser.get(f"/customers/{one.pk}/history/").content.decode()
    told = browser.get(f"/api/customers/{one.pk}/history").json()["items"]
    assert [item["type"] for item in told].count("party.created") == 2


def test_whoever_asks_for_a_merged_record_is_led_to_its_survivor_and_told_so(world: World) -> None:
    one, two = party(world, "杭州恒源科技有限公司"), party(world, "恒源科技")
    merge_party(one, other=two, by=world.actor("沈嘉禾"))
    browser = world.client("沈嘉禾")
    for path in ("", "drawer/"):
        led = browser.get(f"/customers/{two.pk}/{path}", follow=True)
        assert led.redirect_chain[0][0].startswith(f"/customers/{one.pk}/{path}?")
        assert "git-merge" in led.content.decode() and "“恒源科技”" in led.content.decode()
    moved = browser.get(f"/api/customers/{two.pk}")
    assert (moved.status_code, moved["Location"]) == (301, f"/api/customers/{one.pk}")
    assert moved.json()["survivor_id"] == str(one.pk) and "恒源科技" in moved.json()["detail"]
    assert "git-merge" not in browser.get(f"/customers/{one.pk}/?merged={world.people['吴敏'].pk}").content.decode()
