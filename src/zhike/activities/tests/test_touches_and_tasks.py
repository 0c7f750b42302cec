"""Touches and tasks: what is written, what follows from it, and who may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from zhike.activities.actions import (
    TaskDraft,
    TouchDraft,
    archive_touch,
    finish_task,
    log_touch,
    plan_task,
    postpone_task,
    reopen_task,
    restore_touch,
)
from zhike.activities.models import Task, Touch
from zhike.activities.queries import last_touches, open_tasks, task_counts, touches_of
from zhike.activities.terms import TouchKind
from zhike.customers.actions import MemberChange, MemberDraft, add_member, change_member, erase_party
from zhike.customers.models import Party
from zhike.kernel.actions import registry, run
from zhike.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from zhike.kernel.models import Event, EventDetail
from zhike.kernel.testing import SYSTEM

if TYPE_CHECKING:
    from zhike.identity.testing import World
    from zhike.kernel.actor import Actor

pytestmark = pytest.mark.django_db
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def customer(by: Actor, name: str = "杭州绿野酒店") -> Party:
    made: Party = run("create_party", by=by, data={"name": name}).value
    return made


@pytest.fixture
def he(world: World) -> Actor:
    return world.actor("何永强")


def test_a_call_moves_the_last_touch_and_a_note_does_not(he: Actor) -> None:
    party = customer(he)
    log_touch(party, TouchDraft(text="只是记一下"), by=he)
    party.refresh_from_db()
    assert party.last_touch_at is None
    log_touch(party, TouchDraft(text="电话里确认了", kind=TouchKind.CALL), by=he)
    party.refresh_from_db()
    assert party.last_touch_at is not None


def test_an_older_touch_does_not_move_the_last_touch_back(he: Actor) -> None:
    party = customer(he)
    log_touch(party, TouchDraft(text="今天", kind=TouchKind.CALL), by=he)
    party.refresh_from_db()
    before = party.last_touch_at
    log_touch(party, TouchDraft(text="补记", kind=TouchKind.VISIT, at=timezone.now() - timedelta(days=9)), by=he)
    party.refresh_from_db()
    assert party.last_touch_at == before


def test_the_next_step_of_a_touch_becomes_a_task_and_stands_in_the_list(he: Actor) -> None:
    party, due = customer(he), timezone.now() + timedelta(days=1)
    touch = log_touch(party, TouchDraft(text="明天带样品", kind=TouchKind.CALL, next_step="带样品", next_at=due), by=he)
    task = Task.objects.get(touch=touch)
    assert (task.name, task.due_at, task.owner_id) == ("带样品", due, he.user_id)
    assert task.reason
    party.refresh_from_db()
    assert (party.next_step, party.next_step_at) == ("带样品", due)


def test_the_next_step_is_the_earliest_open_task(he: Actor) -> None:
    party, now = customer(he), timezone.now()
    first = plan_task(party, TaskDraft(name="先做", due_at=now + timedelta(days=1)), by=he)
    plan_task(party, TaskDraft(name="后做", due_at=now + timedelta(days=2)), by=he)
    party.refresh_from_db()
    assert party.next_step == "先做"
    finish_task(first, by=he)
    party.refresh_from_db()
    assert party.next_step == "后做"
    reopen_task(first, by=he)
    postpone_task(first, to=now + timedelta(days=9), by=he)
    party.refresh_from_db()
    assert party.next_step == "后做"


def test_taking_a_touch_back_takes_its_planned_task_back_too(he: Actor) -> None:
    party = customer(he)
    touch = log_touch(party, TouchDraft(text="明天带样品", next_step="带样品"), by=he)
    archive_touch(touch, by=he)
    assert not open_tasks(he, before=FAR, size=9)
    party.refresh_from_db()
    assert party.next_step == ""


def test_taking_a_touch_back_takes_the_date_of_the_last_touch_back_and_restoring_brings_it_again(he: Actor) -> None:
    party, now = customer(he), timezone.now()
    imported = now - timedelta(days=90)
    Party.objects.filter(pk=party.pk).update(last_touch_at=imported)
    party.refresh_from_db()
    first = log_touch(party, TouchDraft(text="电话", kind=TouchKind.CALL, at=now - timedelta(days=3)), by=he)
    second = log_touch(party, TouchDraft(text="拜访", kind=TouchKind.VISIT, at=now), by=he)

    def last() -> datetime | None:
        party.refresh_from_db()
        return party.last_touch_at

    archive_touch(Touch.objects.get(pk=second.pk), by=he)
    assert last() == first.at
    archive_touch(Touch.objects.get(pk=first.pk), by=he)
    assert last() == imported  # what stood there before any touch
    restore_touch(Touch.objects.get(pk=second.pk), by=he)
    assert last() == second.at
    archive_touch(Touch.objects.get(pk=second.pk), by=he)
    assert last() == imported


def test_a_touch_of_tomorrow_is_refused(he: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        log_touch(customer(he), TouchDraft(text="还没发生", at=timezone.now() + timedelta(days=1)), by=he)
    assert refused.value.code == "future_touch"


def test_an_empty_note_is_refused_and_an_empty_call_is_not(he: Actor) -> None:
    party = customer(he)
    with pytest.raises(Invalid):
        log_touch(party, TouchDraft(text="  "), by=he)
    assert log_touch(party, TouchDraft(text="", kind=TouchKind.CALL), by=he).kind == TouchKind.CALL


def test_a_task_is_finished_once(he: Actor) -> None:
    task = plan_task(customer(he), TaskDraft(name="回访"), by=he)
    finish_task(task, by=he)
    with pytest.raises(Conflict):
        finish_task(task, by=he)


def test_the_same_key_logs_one_touch_only(he: Actor) -> None:
    party = customer(he)
    for _again in range(2):
        run("log_touch", by=he, subject_id=party.pk, data={"text": "断网重发", "kind": "call"}, idempotency_key="k-1")
    assert Touch.objects.filter(party=party).count() == 1


def test_an_import_of_touches_moves_the_last_touch(he: Actor) -> None:
    party = customer(he)
    run("create_touch", by=he, data={"party": str(party.pk), "text": "旧系统里的记录", "kind": "visit"})
    party.refresh_from_db()
    assert party.last_touch_at is not None


def test_a_colleague_elsewhere_neither_sees_nor_logs(world: World, he: Actor) -> None:
    party, sun = customer(he), world.actor("孙雨桐")
    log_touch(party, TouchDraft(text="内部信息"), by=he)
    assert not touches_of(party.pk, sun).exists()
    with pytest.raises(DomainError):
        run("log_touch", by=sun, subject_id=party.pk, data={"text": "偷看"})
    assert Touch.objects.count() == 1


def test_whoever_has_to_do_a_task_sees_it_with_a_customer_of_somebody_else(world: World, he: Actor) -> None:
    boss = world.actor("周晓岚")
    party = customer(he)
    task = plan_task(party, TaskDraft(name="请主管陪访", owner=world.people["周晓岚"]), by=he)
    assert task in open_tasks(boss, before=FAR, size=9)


def test_finishing_somebody_elses_task_is_refused(world: World, he: Actor) -> None:
    task = plan_task(customer(he), TaskDraft(name="回访"), by=he)
    with pytest.raises(Forbidden):
        finish_task(task, by=world.actor("孙雨桐"))


def test_every_action_leaves_its_event_with_the_customer(he: Actor) -> None:
    party = customer(he)
    finish_task(plan_task(party, TaskDraft(name="回访"), by=he), by=he)
    log_touch(party, TouchDraft(text="聊过"), by=he)
    types = set(Event.objects.filter(customer_id=party.pk).values_list("type", flat=True))
    assert {"party.created", "task.created", "task.done", "touch.logged", "party.next_step_set"} <= types


def test_counts_are_of_today_and_of_the_reader(he: Actor) -> None:
    party, now = customer(he), timezone.now()
    plan_task(party, TaskDraft(name="逾期", due_at=now - timedelta(days=1)), by=he)
    plan_task(party, TaskDraft(name="以后", due_at=now + timedelta(days=30)), by=he)
    finish_task(plan_task(party, TaskDraft(name="做完了"), by=he), by=he)
    counts = task_counts(he, now, now + timedelta(hours=1), now - timedelta(hours=1))
    assert counts == {"overdue": 1, "today": 1, "open": 2, "done": 1}


def test_colleagues_named_in_a_touch_are_told_if_they_see_the_customer(world: World, he: Actor) -> None:
    from zhike.records.models import Notice

    log_touch(customer(he), TouchDraft(text="样机的事请看 @周晓岚 @吴敏"), by=he)
    assert [told.user_id for told in Notice.objects.all()] == [world.people["周晓岚"].pk]


def test_the_list_of_tasks_tells_what_is_late_and_important_and_leads_to_the_customer(he: Actor, world: World) -> None:
    party, now = customer(he), timezone.now()
    plan_task(party, TaskDraft(name="催收货款", due_at=now - timedelta(days=2), important=True), by=he)
    plan_task(party, TaskDraft(name="约培训", due_at=now + timedelta(days=2)), by=he)
    done = plan_task(party, TaskDraft(name="发报价", due_at=now - timedelta(days=2)), by=he)
    finish_task(done, by=he)
    page = world.client("何永强").get("/tasks/").content.decode()
    rows = {name: page.split(name)[1].split("</tr>")[0] for name in ("催收货款", "约培训", "发报价")}
    assert '<time class="red"' in rows["催收货款"]
    assert all('class="red"' not in rows[name] for name in ("约培训", "发报价"))
    assert [name for name in rows if 'class="mk amb"' in rows[name]] == ["催收货款"]
    assert f'href="/customers/{party.pk}/"' in rows["约培训"]


def people(party: Party, by: Actor, *names: str) -> list[Party]:
    for name in names:
        add_member(party, MemberDraft(name=name), by=by)
    return [party.people.get(person__name=name).person for name in names]


def test_a_touch_says_with_which_of_the_customers_people_it_was(he: Actor) -> None:
    party = customer(he)
    [lu] = people(party, he, "陆文斌")
    touch = log_touch(party, TouchDraft(text="谈了样机", kind=TouchKind.CALL, person=lu.pk), by=he)
    assert touch.person == lu
    mine, theirs = last_touches(party, he), last_touches(lu, he)
    assert [row.pk for row in mine] == [row.pk for row in theirs] == [touch.pk]
    lu.refresh_from_db()
    assert lu.last_touch_at == touch.at, "the person was in touch with us as well"
    archive_touch(touch, by=he)
    lu.refresh_from_db()
    assert lu.last_touch_at is None
    assert last_touches(lu, he) == []


def test_nobody_else_than_the_customers_own_people_can_be_named(he: Actor) -> None:
    party, stranger = customer(he), registry["create_party"](values={"name": "周琪", "form": "person"}, by=he)
    for data in ({"person": str(stranger.pk)}, {"person": str(party.pk)}):
        with pytest.raises(Invalid) as refused:
            run("log_touch", by=he, subject_id=party.pk, data={"text": "谈了样机", **data})
        assert refused.value.field == "person"
    with pytest.raises(Invalid):
        run("create_touch", by=he, data={"text": "谈了", "party": str(party.pk), "person": str(stranger.pk)})


def test_a_touch_that_moves_to_another_customer_leaves_the_person_behind(he: Actor) -> None:
    party, other = customer(he), customer(he)
    [lu] = people(party, he, "陆文斌")
    made = run("create_touch", by=he, data={"text": "谈了", "party": str(party.pk), "person": str(lu.pk)}).value
    with pytest.raises(Invalid):
        run("update_touch", by=he, subject_id=made.pk, data={"party": str(other.pk), "person": str(lu.pk)})
    run("update_touch", by=he, subject_id=made.pk, data={"party": str(other.pk)})
    made.refresh_from_db()
    assert (made.party_id, made.person_id) == (other.pk, None)


def test_whom_it_was_with_is_chosen_in_the_composer_and_in_the_sheet_and_read_on_both_cards(
    he: Actor, world: World
) -> None:
    party, browser = customer(he), world.client("何永强")
    lu, _zhou = people(party, he, "陆文斌", "周琪")
    for address in (f"/customers/{party.pk}/", f"/log/?customer={party.pk}", f"/log/people/?customer={party.pk}"):
        assert f'name="person" value="{lu.pk}"' in browser.get(address).content.decode(), address
    assert 'name="person"' not in browser.get(f"/customers/{lu.pk}/").content.decode()
    assert browser.get("/log/people/").status_code == 200
    sent = {"kind": "call", "text": "谈了样机", "person": str(lu.pk)}
    browser.post(f"/customers/{party.pk}/log_touch/", sent)
    assert "电话：陆文斌" in browser.get(f"/customers/{party.pk}/timeline/").content.decode()
    assert f"电话：{party.name}" in browser.get(f"/customers/{lu.pk}/timeline/").content.decode()
    browser.post("/log/", {"kind": "visit", "text": "看了现场", "customer": str(party.pk), "person": ""})
    assert Touch.objects.get(kind="visit").person is None


def test_somebody_renamed_before_their_erasure_stands_in_no_event_of_their_organisation(he: Actor) -> None:
    party = customer(he)
    add_member(party, MemberDraft(name="金丝雀", role="总经理"), by=he)
    member = party.people.get()
    change_member(party, MemberChange(membership_id=member.pk, note="下月离职"), by=he)
    log_touch(party, TouchDraft(text="聊了新店", person=member.person_id), by=he)
    run("update_party", by=he, subject_id=member.person_id, data={"name": "黄先生"})
    erase_party(Party.objects.get(pk=member.person_id), reason="本人要求", by=SYSTEM)
    kept = str(list(EventDetail.objects.values_list("body", flat=True)))
    assert [word for word in ("金丝雀", "黄先生", "下月离职") if word in kept] == []
