"""Records are found by whatever people type, within their rights, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from zhike.customers.models import Party
from zhike.identity.testing import World
from zhike.kernel.actor import Actor, FieldRule, Reach
from zhike.kernel.screens import screens
from zhike.kernel.testing import SYSTEM
from zhike.records import search as table
from zhike.records.models import SearchRow
from zhike.records.search import queries
from zhike.records.search.asking import hint_for
from zhike.records.search.index import Entry, rebuild
from zhike.records.search.offers import answers, offers
from zhike.records.search.queries import matching_ids, search
from zhike.records.search.tokens import query_tokens

pytestmark = pytest.mark.django_db

FIELDS = {
    "name": ["杭州绿野酒店管理有限公司", "绿野酒店"],
    "mobile": ["13812345678"],
    "phone": ["0571-88886666"],
    "email": ["zhang.wei@qq.com"],
    "credit_code:number": ["91330100MA27XYZ12K"],
    "address": ["西湖区文三路 90 号"],
}


def party(name: str, **values: Any) -> Party:
    made = Party(name=name, **values)
    made.save(force_insert=True)
    return made


def put(record: Party, **fields: Any) -> Party:
    table.index_many([Entry("party", record.pk, {"name": [record.name], **fields})])
    return record


@pytest.fixture
def greenfield(db: None) -> Party:
    found = party("杭州绿野酒店管理有限公司")
    table.index_many([Entry("party", found.pk, FIELDS)])
    return found


def names(actor: Actor, text: str, **options: Any) -> list[str]:
    return [hit.title for group in search(actor, text, ["party"], **options) for hit in group.hits]


def person(**rights: Reach) -> Actor:
    grants = {"party.view": Reach(everything=True), **{k.replace("_", "."): v for k, v in rights.items()}}
    return Actor(user_id=SYSTEM.user_id, name="somebody", grants=grants)


@pytest.mark.parametrize(
    "asked",
    [
        "绿野", "綠野", "绿", "绿野酒店", "酒店管理", "杭州绿野酒店管理有限公司", "lvye", "lv", "hzly", "lvyejd", "hangzhoulvye",
        "绿野jd", "13812345678", "138 1234 5678", "+86 138-1234-5678", "5678", "12345678", "1381234", "0571-88886666", "6666",
        "zhang.wei", "@qq", "zhang.wei@qq.com", "91330100MA27XYZ12K", "文三路", "绿野 5678",
    ],
)  # fmt: skip
def test_a_record_is_found_by_whatever_people_type(greenfield: Party, asked: str) -> None:
    put(party("北京蓝海科技"))
    assert names(SYSTEM, asked) == [greenfield.name]


@pytest.mark.parametrize("asked", ["野绿", "酒野店", "蓝海", "9999", "@163", "", "  ", "'\"*)(", "a OR b", "x" * 5000])
def test_what_a_record_does_not_have_does_not_find_it(greenfield: Party, asked: str) -> None:
    assert names(SYSTEM, asked) == []


def test_one_letter_is_refused_with_a_hint() -> None:
    assert hint_for(" a ")
    assert not hint_for("绿")
    assert search(SYSTEM, "a") == []


def test_names_that_are_or_begin_as_asked_come_first(db: None) -> None:
    exact = put(party("绿野"))
    begins = put(party("绿野仙踪"))
    for number in range(20):
        put(party(f"上海绿野{number}"))
    assert names(SYSTEM, "绿野", per_type=3)[:2] == [exact.name, begins.name]
    assert search(SYSTEM, "绿野", ["party"])[0].more


def test_names_that_begin_as_they_sound_come_first(db: None) -> None:
    begins = put(party("绿野仙踪"))
    for number in range(20):
        put(party(f"上海绿野{number}"))
    for sound in ("lv", "lvye", "lvyexian"):
        assert names(SYSTEM, sound, per_type=3)[0] == begins.name


def test_later_records_come_before_earlier_ones(db: None) -> None:
    for number in range(5):
        put(party(f"上海绿野{number}"))
    assert names(SYSTEM, "绿野", per_type=2) == ["上海绿野4", "上海绿野3"]


@pytest.fixture
def shared_out(world: World) -> World:
    for who, team in (("何永强", "杭州组"), ("吴敏", "宁波组"), ("孙雨桐", "北京组")):
        put(party(f"绿野{who}", owner=world.people[who], team=world.teams[team]))
    return world


def reach_of(world: World, **parts: Any) -> Actor:
    return replace(person(), user_id=world.people["何永强"].pk, grants={"party.view": Reach(**parts)})


def test_a_search_reaches_no_further_than_the_list(shared_out: World) -> None:
    own = reach_of(shared_out, owners=frozenset({shared_out.people["何永强"].pk}))
    team = reach_of(shared_out, teams=frozenset({shared_out.teams["宁波组"].pk}))
    assert names(own, "绿野") == ["绿野何永强"]
    assert names(team, "绿野") == ["绿野吴敏"]
    assert len(names(person(), "绿野")) == 3
    assert names(replace(person(), grants={}), "绿野") == []


def test_somebody_with_few_records_finds_theirs_among_many_of_others(
    shared_out: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in ("FIRST", "LARGEST", "NEWEST"):
        monkeypatch.setattr(queries, size, 5)
    for number in range(40):
        put(party(f"绿野{number}"))
    assert names(reach_of(shared_out, owners=frozenset({shared_out.people["何永强"].pk})), "绿野") == ["绿野何永强"]
    monkeypatch.setattr(queries, "NARROW", 0)  # and where theirs are not few
    assert names(reach_of(shared_out, owners=frozenset({shared_out.people["何永强"].pk})), "绿野") == ["绿野何永强"]


def test_T67_a_masked_telephone_is_found_whole_or_by_its_tail_never_by_a_beginning(greenfield: Party) -> None:
    masked = person()
    assert names(masked, "13812345678") == names(masked, "5678") == names(masked, "0571 88886666") == [greenfield.name]
    for beginning in ("138", "1381", "1381234", "1381234567", "138123456"):
        assert names(masked, beginning) == []
    assert names(person(party_unmask=Reach(everything=True)), "1381234") == [greenfield.name]


def test_T67_masked_mail_is_found_by_the_whole_address_or_its_domain(greenfield: Party) -> None:
    masked = person()
    assert names(masked, "zhang.wei@qq.com") == names(masked, "@qq.com") == [greenfield.name]
    for part in ("zhang", "zhan", "zhang.wei", "zhang.w@qq.com", "wei@qq.com"):
        assert names(masked, part) == []


@pytest.mark.parametrize(
    ("column", "asked", "open_ones"),
    [
        ("mobile", "13812345678", "绿野"),
        ("email", "zhang.wei@qq.com", "5678"),
        ("address", "文三路", "绿野 5678"),
        ("credit_code", "91330100MA27XYZ12K", "文三路"),
    ],
)
@pytest.mark.parametrize("rule", [FieldRule.HIDDEN])
def test_T18_a_hidden_column_finds_nothing(
    greenfield: Party, column: str, asked: str, open_ones: str, rule: FieldRule
) -> None:
    blind = replace(person(party_unmask=Reach(everything=True)), fields={f"party.{column}": rule})
    assert names(blind, asked) == []
    assert names(blind, open_ones) == [greenfield.name]
    screen = screens["party"]
    assert not Party.objects.filter(matching_ids(blind, screen, asked)).exists()
    assert Party.objects.filter(matching_ids(blind, screen, open_ones)).exists()


def test_a_text_of_the_companys_own_field_is_found_unless_hidden(db: None) -> None:
    from zhike.records.models import CustomField

    CustomField.objects.create(on="party", key="c_line", label="产线", kind="text")
    record = party("甲", custom={"c_line": "注塑车间"})
    table.index(record)
    assert names(person(), "注塑") == ["甲"]
    assert names(replace(person(), fields={"party.c_line": FieldRule.HIDDEN}), "注塑") == []


def test_a_forgotten_record_leaves_nothing_behind(greenfield: Party) -> None:
    table.forget(greenfield)
    assert names(SYSTEM, "绿野") == []
    assert not SearchRow.objects.exists()


def test_indexing_again_replaces_what_was_there(greenfield: Party) -> None:
    greenfield.change(name="红叶")
    put(greenfield)
    assert names(SYSTEM, "绿野") == []
    assert names(SYSTEM, "红叶") == ["红叶"]
    assert SearchRow.objects.count() == 1


def test_a_record_in_the_bin_is_not_found(greenfield: Party) -> None:
    greenfield.change(archived_at=timezone.now())
    assert names(SYSTEM, "绿野") == []


def test_rebuilding_makes_the_index_anew_from_the_records(greenfield: Party) -> None:
    gone = put(party("不再存在"))
    gone_for_good = Party.objects.filter(pk=gone.pk)
    gone_for_good._raw_delete(gone_for_good.db)
    table.forget(greenfield)
    assert rebuild(SYSTEM, type="party") == 1
    assert names(SYSTEM, "绿野") == [greenfield.name]
    assert list(SearchRow.objects.values_list("record_id", flat=True)) == [greenfield.pk]


def test_rebuilding_asks_the_same_for_few_records_and_for_many(greenfield: Party) -> None:
    with CaptureQueriesContext(connection) as one:
        rebuild(SYSTEM, type="party")
    for number in range(12):
        put(party(f"又一家{number}"))
    with CaptureQueriesContext(connection) as many:
        assert rebuild(SYSTEM, type="party") == 13
    assert len(many) == len(one)


@pytest.mark.parametrize("few", [2000, 0])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("everything", [True, False])
def test_a_list_is_narrowed_by_a_text(
    greenfield: Party, world: World, monkeypatch: pytest.MonkeyPatch, few: int, whole: bool, everything: bool
) -> None:
    monkeypatch.setattr(queries, "FEW", few)
    put(party("北京蓝海科技"))
    team = frozenset({world.teams["杭州组"].pk})
    actor = person(party_unmask=Reach(everything=True), party_view=Reach(everything=everything, teams=team))
    Party.objects.update(team=world.teams["杭州组"])
    screen = screens["party"]
    for asked in ("绿野", "酒店管理", "lvyejd", "5678", "绿"):
        narrowed = Party.objects.filter(matching_ids(actor, screen, asked, whole=whole))
        assert list(narrowed.order_by("sort_key")) == [greenfield], asked
    assert not Party.objects.filter(matching_ids(actor, screen, "野绿", whole=whole)).exists()


@pytest.fixture
def client(world: World, greenfield: Party) -> Client:
    return world.client("沈嘉禾")


def test_the_palette_gets_a_fragment_of_options(client: Client) -> None:
    answer = client.get("/search/", {"q": "绿野"}, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in html
    assert 'role="option"' in html
    assert "<mark>绿野</mark>" in html


def test_the_page_works_without_scripts_and_machines_get_json(client: Client) -> None:
    assert "<form" in client.get("/search/", {"q": "绿野"}).content.decode()
    found = client.get("/search/", {"q": "绿野"}, headers={"Accept": "application/json"}).json()
    assert [hit["title"] for group in found["groups"] for hit in group["hits"]] == ["杭州绿野酒店管理有限公司"]


@pytest.mark.parametrize("asked", ["新建客户", "新建", "xinjian", "xjkh", "客户"])
def test_titles_answer_in_characters_and_pinyin(asked: str) -> None:
    assert answers(query_tokens(asked), "新建客户")
    assert not answers(query_tokens(asked), "合并")


def test_what_can_be_made_new_is_offered_to_whoever_may(client: Client, world: World) -> None:
    with translation.override("en"):
        assert "/customers/new/" in [offer.url for offer in offers(world.actor("沈嘉禾"), "new customer")]
        assert "/customers/new/" not in [offer.url for offer in offers(person(), "new customer")]


@pytest.mark.parametrize("asked", ["导入", "导入客户", "daoru"])
def test_bringing_files_in_and_out_is_offered_to_whoever_may(world: World, asked: str) -> None:
    with translation.override("zh-hans"):
        assert "/customers/import/" in [offer.url for offer in offers(world.actor("沈嘉禾"), asked)]
        assert "/customers/export/" in [offer.url for offer in offers(world.actor("沈嘉禾"), "导出")]
        assert "/customers/export/" not in [offer.url for offer in offers(world.actor("何永强"), "导出")]


def test_an_action_is_offered_on_what_was_found(world: World, greenfield: Party) -> None:
    with translation.override("en"):
        found = [offer.url for offer in offers(world.actor("沈嘉禾"), "绿野 edit")]
    assert f"/customers/{greenfield.pk}/edit/" in found


def test_a_stranger_is_asked_to_sign_in(db: None) -> None:
    assert Client().get("/search/", {"q": "绿野"}).status_code == 302


def test_settings_and_todays_page_are_offered_by_name_to_whom_they_are_open(world: World) -> None:
    with translation.override("zh-hans"):
        ruler = [offer.url for offer in offers(world.actor("沈嘉禾"), "角色")]
        assert "/settings/roles/" in ruler
        assert "/settings/" in [offer.url for offer in offers(world.actor("沈嘉禾"), "shezhi")]
        assert "/" in [offer.url for offer in offers(world.actor("何永强"), "今日")]
        assert "/settings/roles/" not in [offer.url for offer in offers(world.actor("何永强"), "角色")]
        assert "/me/tokens/" in [offer.url for offer in offers(world.actor("何永强"), "令牌")]


def test_an_empty_palette_shows_what_was_opened_last_and_what_is_done_often(shared_out: World) -> None:
    own, other = (Party.objects.get(name=f"绿野{who}") for who in ("何永强", "吴敏"))
    browser = shared_out.client("何永强")
    opened = {"q": "", "opened": f"/customers/{own.pk}/ /customers/{other.pk}/ /nowhere/{own.pk}/ //x.example/"}
    shown = browser.get("/search/", opened, headers={"HX-Request": "true"}).content.decode()
    assert f"/customers/{own.pk}/" in shown and str(other.pk) not in shown
    assert 'href="/log/"' in shown and 'href="/customers/new/"' in shown
    assert "绿野何永强" not in browser.get("/search/").content.decode()
    Party.objects.filter(pk=own.pk).update(owner=None, team=None)
    assert "绿野何永强" not in browser.get("/search/", opened).content.decode()
