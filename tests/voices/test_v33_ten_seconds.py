"""V33 “Dealers don't want to type.”

→ What the system can know by itself it records by itself; an activity is logged in ten seconds on a phone,
and it is kept when the network drops.
"""

import time
from typing import TYPE_CHECKING

import pytest

from tests.conftest import PHONE, OpenPage
from tests.voices.stage import hotel
from zhike.activities.models import Task, Touch
from zhike.identity.testing import World
from zhike.kernel import clock

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAID = "婉清说明天下午三点滨江店 6 楼开始"


def test_v33_a_touch_and_its_next_step_take_ten_seconds_on_a_phone(open_page: OpenPage, world: World) -> None:
    party = hotel(world)
    page = open_page("/", size=PHONE, user=world.people["何永强"])
    began = time.monotonic()
    page.click(".tabbar summary.plus")
    page.click(".tabbar .menu-box a >> nth=0")
    page.fill("#log-text", SAID)  # one field; customer, next step and its time are guessed
    page.click("#log-found label >> nth=0")
    page.wait_for_selector("#log-guess [name=next]:checked")
    page.click("#dialog footer button.pri")
    page.wait_for_selector(".toast")
    assert time.monotonic() - began < 10
    touch = Touch.objects.get(text=SAID)
    assert touch.party_id == party.pk
    task = Task.objects.get(touch=touch)
    assert task.due_at is not None
    assert clock.local(task.due_at, "Asia/Shanghai").hour == 15
    party.refresh_from_db()
    assert party.last_touch_at is not None


def test_v33_nothing_is_lost_when_the_network_drops(open_page: OpenPage, world: World) -> None:
    hotel(world)
    cut = ("ERR_INTERNET_DISCONNECTED", "htmx:")
    page = open_page("/log/", size=PHONE, user=world.people["何永强"], forgive=cut)
    page.fill("#log-text", "电梯里也能记一笔")
    page.click("#log-found label >> nth=0")
    page.wait_for_timeout(900)  # the guess of the next step has been asked for
    page.context.set_offline(True)
    page.click("#log-form button.pri")
    until_waiting(page, 1)
    assert not Touch.objects.filter(text="电梯里也能记一笔").exists()
    page.context.set_offline(False)
    until_waiting(page, 0)
    assert Touch.objects.filter(text="电梯里也能记一笔").count() == 1


def until_waiting(page: "Page", count: int) -> None:
    """Wait until so many touches are kept on the device."""
    for _ in range(150):
        if page.evaluate("JSON.parse(localStorage.getItem('zhike.outbox') || '[]').length") == count:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"{count} touches should wait on the device")
