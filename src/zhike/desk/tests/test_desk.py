"""Today, the customer page, the sheet and the brief: what they show, to whom, and at what cost."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from zhike.activities.actions import TaskDraft, TouchDraft, log_touch, plan_task
from zhike.activities.models import Task, Touch
from zhike.activities.terms import TouchKind
from zhike.desk.queries.customer import TOUCHES, timeline
from zhike.desk.queries.today import LATER, NOW, TODAY, day_of
from zhike.kernel import clock
from zhike.kernel.actions import run
from zhike.kernel.models import Event
from zhike.records.history import tell

if TYPE_CHECKING:
    from django.test import Client

    from zhike.customers.models import Party
    from zhike.identity.testing import World
    from zhike.kernel.actor import Actor

pytestmark = pytest.mark.django_db


def customer(by: Actor, name: str = "杭州绿野酒店", **values: Any) -> Party:
    made: Party = run("create_party", by=by, data={"name": name, **values}).value
    return made


@pytest.fixture
def he(world: World) -> Actor:
    return world.actor("何永强")


@pytest.fixture
def browser(world: World) -> Client:
    return world.client("何永强")


def group_of(actor: Actor, title: str) -> str:
    for name, _title, jobs in day_of(actor, timezone.now()).groups:
        if any(title in job.title for job in jobs):
            return name
    return ""


def test_the_first_day_of_a_company_begins_with_its_customers(world: World, browser: Client, he: Actor) -> None:
    first = world.client("沈嘉禾").get("/").content.decode()
    assert 'href="/customers/import/"' in first and "还没有客户" in first
    assert "都办完了" not in first
    customer(he)
    assert "还没有客户" not in browser.get("/").content.decode()


def test_overdue_work_is_for_now_and_far_work_for_later(he: Actor) -> None:
    party, now = customer(he), timezone.now()
    plan_task(party, TaskDraft(name="逾期的事", due_at=now - timedelta(days=2)), by=he)
    plan_task(party, TaskDraft(name="下周的事", due_at=now + timedelta(days=6)), by=he)
    plan_task(party, TaskDraft(name="没有日期"), by=he)
    plan_task(party, TaskDraft(name="太远的事", due_at=now + timedelta(days=40)), by=he)
    assert group_of(he, "逾期的事") == NOW
    assert group_of(he, "下周的事") == LATER
    assert group_of(he, "没有日期") == LATER
    assert group_of(he, "太远的事") == ""


def test_every_line_of_today_has_a_button_and_only_the_first_is_primary(he: Actor) -> None:
    party = customer(he)
    for n in range(4):
        plan_task(party, TaskDraft(name=f"第 {n} 件", due_at=timezone.now() - timedelta(hours=n + 1)), by=he)
    jobs = [job for _n, _t, jobs in day_of(he, timezone.now()).groups for job in jobs]
    assert all(job.go_label and (job.go_url or job.go_post) for job in jobs)
    assert [job.no for job in jobs] == list(range(1, len(jobs) + 1))
    assert [job.go_css for job in jobs] == ["pri", *[""] * (len(jobs) - 1)]


def test_birthdays_by_both_calendars_are_named_in_time(he: Actor) -> None:
    from borax.calendars.lunardate import LunarDate

    day = timezone.localdate() + timedelta(days=3)
    lunar = LunarDate.from_solar_date(day.year, day.month, day.day)
    customer(
        he, "刘静怡", form="person", birthday=f"1988-{day:%m-%d}" if (day.month, day.day) != (2, 29) else "1988-02-28"
    )
    customer(he, "王建国", form="person", birthday=f"农历{lunar.month:02}-{lunar.day:02}")
    customer(he, "陈海峰", form="person", birthday=f"1990-{(day + timedelta(days=60)):%m-%d}")
    assert group_of(he, "刘静怡") == LATER
    assert group_of(he, "王建国") == LATER
    assert group_of(he, "陈海峰") == ""


def test_a_customer_untouched_for_long_is_named_with_the_reason(he: Actor) -> None:
    party = customer(he, level="A")
    log_touch(party, TouchDraft(text="很久以前", kind=TouchKind.CALL, at=timezone.now() - timedelta(days=40)), by=he)
    later = day_of(he, timezone.now()).groups[2][2]
    assert [job.customer for job in later] == [party.name]
    assert "40" in later[0].reason and "14" in later[0].reason


def test_a_customer_with_a_task_is_not_named_twice(he: Actor) -> None:
    party = customer(he, level="A")
    log_touch(party, TouchDraft(text="很久以前", kind=TouchKind.CALL, at=timezone.now() - timedelta(days=40)), by=he)
    plan_task(party, TaskDraft(name="回访"), by=he)
    assert day_of(he, timezone.now()).jobs == 1


def test_today_names_nobody_elses_work(world: World, he: Actor) -> None:
    plan_task(customer(he), TaskDraft(name="回访", due_at=timezone.now()), by=he)
    assert day_of(world.actor("吴敏"), timezone.now()).jobs == 0


def test_today_costs_a_bounded_number_of_queries(he: Actor, browser: Client) -> None:
    for n in range(12):
        party = customer(he, f"客户 {n} 有限公司", level="B")
        plan_task(party, TaskDraft(name=f"回访 {n}", due_at=timezone.now() + timedelta(hours=n)), by=he)
    browser.get("/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser.get("/").status_code == 200
    assert len(asked) <= 12


def test_an_empty_day_teaches(browser: Client) -> None:
    assert "/log/" in browser.get("/").content.decode()


def test_done_and_later_move_the_line_and_can_be_undone(he: Actor, browser: Client) -> None:
    task = plan_task(customer(he), TaskDraft(name="回访", due_at=timezone.now()), by=he)
    moved = browser.post(f"/later/{task.pk}/", {"to": "2031-05-06T09:30"}, headers={"HX-Request": "true"})
    task.refresh_from_db()
    assert moved.status_code == 204
    assert (
        task.due_at is not None and task.due_at.isoformat() == "2031-05-06T01:30:00+00:00"
    )  # as Shanghai's clocks show it
    finished = browser.post(f"/done/{task.pk}/", headers={"HX-Request": "true"})
    assert f"/tasks/{task.pk}/reopen/" in finished["HX-Trigger"]
    browser.post(f"/tasks/{task.pk}/reopen/", headers={"HX-Request": "true"})
    task.refresh_from_db()
    assert task.done_at is None


def test_the_customer_page_shows_everything_in_few_queries(he: Actor, browser: Client) -> None:
    party = customer(he, level="B", mobile="13812345678")
    for n in range(8):
        log_touch(party, TouchDraft(text=f"第 {n} 次", kind=TouchKind.CALL, next_step=f"第 {n} 步"), by=he)
    browser.get(f"/customers/{party.pk}/")
    with CaptureQueriesContext(connection) as asked:
        page = browser.get(f"/customers/{party.pk}/").content.decode()
    assert "第 7 次" in page and "第 7 步" in page
    assert "13812345678" not in page
    assert len(asked) <= 45


def test_the_bar_of_a_phone_calls_the_first_number_only(world: World) -> None:
    boss = world.actor("沈嘉禾")
    party = customer(boss, mobile="13812345678")
    run("add_contact_point", by=boss, subject_id=party.pk, data={"kind": "mobile", "value": "13998765432"})
    page = world.client("沈嘉禾").get(f"/customers/{party.pk}/").content.decode()
    assert page.partition('class="calls only-phone"')[2].partition("</div>")[0].count("tel:") == 1


def test_a_number_is_shown_in_full_on_demand_and_that_leaves_a_trace(he: Actor, browser: Client) -> None:
    party = customer(he, mobile="13812345678")
    point = party.points.get()
    shown = browser.post(f"/customers/{party.pk}/points/{point.pk}/", {"reason": "回电"})
    assert "13812345678" in shown.content.decode().replace(" ", "")
    assert browser.post(f"/customers/{party.pk}/reveal/mobile/", {"reason": "回电"}).status_code == 200
    seen = Event.objects.filter(type="data.seen", customer_id=party.pk)
    with override("zh-hans"):
        assert [entry.text.rpartition("的")[2] for entry in tell(seen, he)] == ["手机", "手机"]


def test_a_customer_out_of_reach_does_not_exist(world: World, he: Actor) -> None:
    party, other = customer(he), world.client("孙雨桐")
    for address in ("", "drawer/", "timeline/", "brief/", "log_touch/"):
        assert other.get(f"/customers/{party.pk}/{address}").status_code == 404
    assert other.post("/log/", {"customer": str(party.pk), "text": "偷记"}).status_code == 404
    assert not Touch.objects.exists()


def test_the_timeline_goes_on_where_the_page_ended(he: Actor) -> None:
    party, now = customer(he), timezone.now()
    for n in range(7):
        log_touch(
            party,
            TouchDraft(
                text=f"第 {n} 次沟通，说了很多很多，足够长的一段话，不会只当标题。" * 2, at=now - timedelta(days=n)
            ),
            by=he,
        )
    first, more = timeline(party, he, show=TOUCHES, size=4)
    assert len(first) == 4 and more
    second, end = timeline(party, he, show=TOUCHES, size=4, before=first[-1].at)
    assert len(second) == 3 and not end
    assert {line.at for line in first}.isdisjoint(line.at for line in second)


def test_both_records_tell_that_they_were_taken_apart(world: World) -> None:
    chief = world.actor("沈嘉禾")
    one, two = (run("create_party", by=chief, data={"name": name}).value for name in ("甲公司", "乙公司"))
    run("merge_party", by=chief, subject_id=one.pk, data={"other": str(two.pk)})
    run("unmerge_party", by=chief, subject_id=two.pk)
    with override("zh-hans"):
        texts = {party.name: timeline(party, chief)[0][0].title for party in (one, two)}
    assert texts["乙公司"] == "沈嘉禾撤销合并，把 乙公司 从 甲公司 中拆出"
    assert texts["甲公司"] == "乙公司 已从 甲公司 中拆出，恢复为独立记录"


def test_the_timeline_names_a_level_as_the_card_does(he: Actor) -> None:
    party = customer(he)
    for level in ("A", None):
        run("set_level", by=he, subject_id=party.pk, data={"level": level})
    events = Event.objects.filter(type="party.levelled").select_related("detail").order_by("id")
    with override("zh-hans"):
        told = [one.text for one in tell(events, he)]
    assert [sentence.rpartition("设为")[2] for sentence in told] == ["顶层", "未分层"]


def test_the_timeline_tells_changes_beside_touches(he: Actor, browser: Client) -> None:
    party = customer(he)
    run("update_party", by=he, subject_id=party.pk, data={"source": "展会"})
    log_touch(party, TouchDraft(text="聊过", kind=TouchKind.CALL), by=he)
    changes = browser.get(f"/customers/{party.pk}/timeline/?show=changes").content.decode()
    assert "展会" in changes and "聊过" not in changes
    touches = browser.get(f"/customers/{party.pk}/timeline/?show=touches").content.decode()
    assert "聊过" in touches and "展会" not in touches


def test_the_composer_saves_once_under_one_key_and_offers_undo(he: Actor, browser: Client) -> None:
    party = customer(he)
    sent = {
        "kind": "call",
        "text": "明天下午三点带样品",
        "next": "1",
        "next_step": "带样品",
        "next_at": "2031-01-02T15:00",
    }
    for _again in range(2):
        answer = browser.post(
            f"/customers/{party.pk}/log_touch/", sent, headers={"HX-Request": "true", "Idempotency-Key": "phone-1"}
        )
        assert answer.status_code == 204
    touch = Touch.objects.get(party=party)
    assert f"/touches/{touch.pk}/archive/" in answer["HX-Trigger"]
    assert Task.objects.get(touch=touch).name == "带样品"
    browser.post(f"/touches/{touch.pk}/archive/", headers={"HX-Request": "true"})
    assert not Task.objects.filter(archived_at=None).exists()


def test_an_unticked_next_step_is_not_planned(he: Actor, browser: Client) -> None:
    party = customer(he)
    browser.post(f"/customers/{party.pk}/log_touch/", {"kind": "call", "text": "聊过", "next_step": "带样品"})
    assert not Task.objects.exists()


def test_the_composer_plans_a_task_with_the_guessed_time(he: Actor, browser: Client) -> None:
    party = customer(he)
    sent = {"kind": "task", "text": "带样品过去\n上次答应的", "next": "1", "next_at": "2031-01-02T15:00"}
    browser.post(f"/customers/{party.pk}/log_touch/", sent)
    task = Task.objects.get()
    assert (task.name, task.reason, task.due_at is not None) == ("带样品过去", "上次答应的", True)


def test_logging_from_a_line_of_today_finishes_its_task(he: Actor, browser: Client) -> None:
    party = customer(he)
    task = plan_task(party, TaskDraft(name="回电唐婉清"), by=he)
    browser.post("/log/", {"customer": str(party.pk), "kind": "call", "text": "已回电", "task": str(task.pk)})
    task.refresh_from_db()
    assert task.done_at is not None


def test_the_guess_is_a_tick_and_leaves_a_corrected_step_alone(browser: Client) -> None:
    answer = browser.post("/guess/", {"text": "明天下午三点带样品过去"}).content.decode()
    assert "带样品过去" in answer and "checked" in answer and "T15:00" in answer
    corrected = {"text": "明天下午三点带样品过去", "next_step": "我自己写的", "guessed": "带样品过去"}
    assert browser.post("/guess/", corrected).status_code == 204


def test_the_sheet_asks_for_a_customer(browser: Client) -> None:
    assert browser.post("/log/", {"text": "没有客户"}).status_code == 422


def test_the_sheet_finds_customers_within_ones_rights(world: World, he: Actor, browser: Client) -> None:
    customer(he, "杭州绿野酒店")
    assert "杭州绿野酒店" in browser.get("/log/customers/?q=绿野").content.decode()
    assert "杭州绿野酒店" not in world.client("孙雨桐").get("/log/customers/?q=绿野").content.decode()


def test_what_a_customer_wrote_is_text_and_never_markup(he: Actor, browser: Client) -> None:
    party = customer(he, "<b>绿野</b>")
    log_touch(party, TouchDraft(text="<script>alert(1)</script>", kind=TouchKind.CALL, next_step="<i>x</i>"), by=he)
    for address in ("/", f"/customers/{party.pk}/", f"/customers/{party.pk}/brief/", f"/customers/{party.pk}/drawer/"):
        page = browser.get(address).content.decode()
        assert "<script>alert" not in page and "<b>绿野" not in page and "<i>x</i>" not in page


def test_the_brief_names_risks_and_opening_it_is_in_the_audit(he: Actor, browser: Client) -> None:
    party = customer(he, level="A", do_not_contact=True)
    plan_task(party, TaskDraft(name="催款", due_at=timezone.now() - timedelta(days=3)), by=he)
    page = browser.get(f"/customers/{party.pk}/brief/").content.decode()
    assert "催款" in page
    seen = Event.objects.get(type="data.seen", customer_id=party.pk)
    assert seen.payload["what"] == "brief"
    with override("zh-hans"):
        assert tell([seen], he)[0].text.endswith("的一页简报")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_open_in_both_languages(world: World, he: Actor, browser: Client, language: str) -> None:
    party = customer(he, level="A")
    person = world.people["何永强"]
    person.language = language
    person.save(update_fields=["language"])
    plan_task(party, TaskDraft(name="拜访", due_at=timezone.now() + timedelta(hours=1)), by=he)
    for address in ("/", f"/customers/{party.pk}/", "/log/", "/customers/", "/tasks/", "/touches/"):
        assert browser.get(address).status_code == 200
    assert group_of(he, "拜访") in (NOW, TODAY)


def test_a_list_invites_to_edit_only_what_one_may_change_and_a_form_says_what_it_is_for(
    world: World, he: Actor
) -> None:
    theirs, mine = customer(he), customer(world.actor("郑凯"), "宁波样品商行")
    browser = world.client("郑凯")
    page = browser.get("/customers/?view=all").content.decode()
    assert f'data-id="{theirs.pk}"' in page and f"/{theirs.pk}/cell/" not in page
    assert f"/{mine.pk}/cell/" in page
    assert "修改：宁波样品商行" in browser.get(f"/customers/{mine.pk}/edit/").content.decode()


def test_a_rough_next_step_keeps_to_the_organisations_working_days(world: World) -> None:
    client = world.client("何永强")
    today = clock.today("Asia/Shanghai")
    days = (5 - today.weekday()) % 7 + 7  # to a Saturday that is not this week's
    run("change_organisation", by=world.actor("沈嘉禾"), data={"calendar": {"country": "", "weekend": [5, 6]}})
    told = client.get("/guess/", {"text": f"{days}天后回访"}).content.decode()
    monday = today + timedelta(days=days + 2)
    assert f"{monday:%m-%d}" in told
    run("change_organisation", by=world.actor("沈嘉禾"), data={"calendar": {"country": "", "weekend": []}})
    told = client.get("/guess/", {"text": f"{days}天后回访"}).content.decode()
    assert f"{today + timedelta(days=days):%m-%d}" in told
