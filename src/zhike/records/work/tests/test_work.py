"""Long work can be left: progress, cancelling, a notice at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from zhike.kernel.jobs import job
from zhike.records import notices, work
from zhike.records.models import Notice, Work, WorkState

if TYPE_CHECKING:
    from zhike.identity.testing import World
    from zhike.kernel.actor import Actor


@job("test.count")
def count(by: Actor, *, work_id: str, to: int) -> None:
    """Counts, and says how far it is."""
    for number in range(to):
        if not work.step(work_id, number):
            break
    work.finish(work_id, {"counted": to, "url": "/customers/"})


@pytest.mark.django_db(transaction=True)
def test_work_that_was_left_tells_its_end(django_db_serialized_rollback: Any) -> None:
    from zhike.identity.testing import build

    world = build()
    row = work.start("count", "数到三", world.actor("何永强"), "test.count", {"to": 3}, total=3)
    row.refresh_from_db()
    assert (row.state, row.done, row.result["counted"]) == (WorkState.DONE, 3, 3)
    told = Notice.objects.get(user=world.people["何永强"])
    assert "数到三" in notices.sentence(told)
    assert told.url == "/customers/"
    page = world.client("何永强").get("/notices/")
    assert "数到三" in page.content.decode()


def test_work_belongs_to_whoever_started_it(world: World) -> None:
    row = Work.objects.create(
        owner=world.people["何永强"], kind="count", title="数数", state=WorkState.RUNNING, total=9, done=4
    )
    assert world.client("吴敏").get(f"/work/{row.pk}/").status_code == 404
    assert world.client("沈嘉禾").post(f"/work/{row.pk}/cancel/").status_code == 404
    page = world.client("何永强").get(f"/work/{row.pk}/").content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert 'value="4" max="9"' in page


def test_the_page_that_waited_is_loaded_anew_wherever_the_browser_says_it_is(world: World) -> None:
    row = Work.objects.create(owner=world.people["何永强"], kind="count", title="数数", state=WorkState.RUNNING)
    work.finish(row.pk, {"counted": 1})
    client, address = world.client("何永强"), f"/work/{row.pk}/part/"
    for told, loaded in (("http://h/imports/1/", True), ("http://[bad", True), ("http://h/work/1/", False)):
        reply = client.get(address, headers={"HX-Request": "true", "HX-Current-URL": told})
        assert reply.status_code == 200 and reply.has_header("HX-Refresh") is loaded, told


def test_cancelled_work_stops_at_its_next_step(world: World) -> None:
    row = Work.objects.create(owner=world.people["何永强"], kind="count", title="数数", state=WorkState.RUNNING)
    assert work.step(row.pk, 1)
    assert world.client("何永强").post(f"/work/{row.pk}/cancel/").status_code == 302
    assert not work.step(row.pk, 2)
    assert work.finish(row.pk, {"counted": 1}).state == WorkState.CANCELLED
    assert world.client("何永强").post(f"/work/{row.pk}/cancel/").status_code == 409
    assert not Notice.objects.exists()


def test_failed_work_says_why(world: World) -> None:
    row = Work.objects.create(owner=world.people["吴敏"], kind="count", title="导入", state=WorkState.RUNNING)
    work.finish(row.pk, {"reason": "文件读不了"}, failed=True)
    assert "文件读不了" in notices.sentence(Notice.objects.get())
    assert "文件读不了" in world.client("吴敏").get(f"/work/{row.pk}/").content.decode()


def test_a_notice_never_leads_outside(world: World) -> None:
    notices.notify([world.people["吴敏"].pk], notices.WORK_DONE, url="//evil.example/x", title="<script>x</script>")
    one = Notice.objects.get()
    assert one.url == ""
    client = world.client("吴敏")
    page = client.get("/notices/").content.decode()
    assert "<script>x" not in page
    reply = client.post("/notices/read/", {"ids": str(one.pk), "go": "https://evil.example/"})
    assert reply["Location"] == "/notices/"
    one.refresh_from_db()
    assert one.read_at is not None


def test_notices_of_others_stay_unread(world: World) -> None:
    notices.notify([world.people["吴敏"].pk], notices.WORK_DONE, title="导出")
    client = world.client("何永强")
    client.post("/notices/read/")
    assert Notice.objects.get().read_at is None
    assert client.get("/notices/unread/").content == b""
    assert world.client("吴敏").get("/notices/unread/").content == b"1"
