"""Comments, mentions and tags on any record."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from zhike.kernel.actions import run
from zhike.kernel.errors import DomainError
from zhike.kernel.models import Event
from zhike.records.models import Comment, Notice, Tag
from zhike.records.queries import tags_of
from zhike.records.talk.mentions import nameable

if TYPE_CHECKING:
    from zhike.identity.testing import World

NASTY = "<img src=x onerror=alert(1)>{{7*7}}\"'%s@nobody"


def customer(world: World, who: str = "何永强", name: str = "西湖电器") -> Any:
    return run("create_party", by=world.actor(who), data={"name": name}).value


def say(world: World, who: str, record: Any, text: str, **more: Any) -> Any:
    return run("comment_party", by=world.actor(who), subject_id=record.pk, data={"text": text, **more}).value


def test_a_mention_tells_the_colleague(world: World) -> None:
    record = customer(world)
    say(world, "何永强", record, "＠周晓岚 价格请看一下，@heyongqiang 也记着；mail wumin@hualan.example")
    told = Notice.objects.get()
    assert told.user_id == world.people["周晓岚"].pk
    assert told.url == f"/customers/{record.pk}/"
    page = world.client("周晓岚").get(f"/customers/{record.pk}/panel/comments/").content.decode()
    assert "价格请看一下" in page
    assert Event.objects.filter(type="party.commented", subject_id=record.pk).count() == 1


def test_whoever_cannot_see_the_record_is_not_named_but_may_be_let_in(world: World) -> None:
    record = customer(world)
    with pytest.raises(DomainError) as refused:
        say(world, "何永强", record, "@吴敏 帮我看看")
    assert refused.value.code == "mention_blind"
    assert "吴敏" in str(refused.value.message)
    assert not Comment.objects.exists()
    assert not Notice.objects.exists()
    say(world, "何永强", record, "@吴敏 帮我看看", share=True)
    assert Notice.objects.get().user_id == world.people["吴敏"].pk
    assert world.client("吴敏").get(f"/customers/{record.pk}/").status_code == 200


def test_only_those_who_see_the_record_are_offered(world: World) -> None:
    record = customer(world)
    assert [p.name for p in nameable(record, "周", world.actor("何永强"))] == ["周晓岚"]
    assert nameable(record, "吴", world.actor("何永强")) == []
    reply = world.client("何永强").get(f"/customers/{record.pk}/mentionable/?q=zhou")
    assert [item["text"] for item in reply.json()["items"]] == ["周晓岚"]


def test_one_changes_ones_own_comment_for_a_while(world: World) -> None:
    record = customer(world)
    pk = say(world, "何永强", record, "第一版")["id"]
    data = {"comment": pk, "text": "第二版"}
    with pytest.raises(DomainError, match=r"Only whoever|只有"):
        run("edit_comment_party", by=world.actor("周晓岚"), subject_id=record.pk, data=data)
    run("edit_comment_party", by=world.actor("何永强"), subject_id=record.pk, data=data)
    assert Comment.objects.get().text == "第二版"
    Comment.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    with pytest.raises(DomainError) as late:
        run("remove_comment_party", by=world.actor("何永强"), subject_id=record.pk, data={"comment": pk})
    assert late.value.status == 409


def test_T25_comments_and_tags_are_text_and_nothing_else(world: World) -> None:
    record = customer(world)
    say(world, "何永强", record, NASTY)
    run("add_tags_party", by=world.actor("何永强"), subject_id=record.pk, data={"tags": "<b>x</b>、VIP"})
    page = world.client("何永强").get(f"/customers/{record.pk}/panel/comments/").content.decode()
    assert "<img src=x" not in page
    assert "<b>x</b>" not in page
    assert "{{7*7}}" in page
    assert "49" not in page.split("{{7*7}}")[0][-20:]


def test_tags_are_added_and_taken_off_many_records_at_once(world: World) -> None:
    one, two, foreign = customer(world), customer(world, name="滨江电器"), customer(world, "吴敏", "宁波厨具")
    client = world.client("何永强")
    sent = {"ids": [str(one.pk), str(two.pk), str(foreign.pk)], "tags": "ＶＩＰ，展会、vip"}
    reply = client.post("/customers/bulk/add_tags_party/", sent)
    assert reply.status_code == 200
    assert "404" not in reply.content.decode()[:100]
    found = tags_of([one.pk, two.pk, foreign.pk])
    assert len(found[one.pk]) == len(found[two.pk]) == 2
    assert foreign.pk not in found
    client.post("/customers/bulk/remove_tags_party/", {"ids": [str(one.pk)], "tags": "VIP"})
    assert tags_of([one.pk])[one.pk] == ["展会"]


def test_tags_are_renamed_and_merged_by_those_who_keep_the_list(world: World) -> None:
    one, two = customer(world), customer(world, name="滨江电器")
    by = world.actor("何永强")
    run("add_tags_party", by=by, subject_id=one.pk, data={"tags": "大客户"})
    run("add_tags_party", by=by, subject_id=two.pk, data={"tags": "重点"})
    big, key = Tag.objects.get(name="大客户"), Tag.objects.get(name="重点")
    assert world.client("何永强").get("/settings/tags/").status_code == 403
    client = world.client("沈嘉禾")
    assert "大客户" in client.get("/settings/tags/party/").content.decode()
    client.post(f"/settings/tags/party/{big.pk}/", {"into": str(key.pk)})
    assert tags_of([one.pk, two.pk]) == {one.pk: ["重点"], two.pk: ["重点"]}
    client.post(f"/settings/tags/party/{key.pk}/", {"name": "A 类"})
    assert tags_of([one.pk])[one.pk] == ["A 类"]


def test_without_the_right_nobody_comments_or_tags(world: World) -> None:
    record = customer(world)
    client = world.client("白露")
    assert client.post(f"/customers/{record.pk}/comments/", {"text": "x"}).status_code == 403
    assert client.post(f"/customers/{record.pk}/tags/", {"tags": "x"}).status_code == 403
    assert world.client("吴敏").post(f"/customers/{record.pk}/comments/", {"text": "x"}).status_code == 404
