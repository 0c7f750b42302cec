"""Today, the customer page and the sheet, as they are used: by keyboard and by pointer, on a desk and on a phone."""

from typing import TYPE_CHECKING

import pytest

from tests.conftest import DESKTOP, PHONE, OpenPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from zhike.identity.testing import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def customer_url(world: "World") -> str:
    from zhike.activities.actions import TaskDraft, plan_task
    from zhike.kernel.actions import run

    he = world.actor("何永强")
    data = {"name": "杭州绿野精选酒店管理集团股份有限公司", "level": "A", "mobile": "13812345678"}
    party = run("create_party", by=he, data=data).value
    plan_task(party, TaskDraft(name="回电唐婉清，确认明天上门整改的时间", reason="噪音投诉已 6 天未结"), by=he)
    return f"/customers/{party.pk}/"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("address", ["/", "", "brief/", "/customers/", "/log/"])
def test_pages_of_the_desk_are_accessible_and_fit(
    open_page: OpenPage,
    assert_accessible: "Callable[[Page], None]",
    world: "World",
    customer_url: str,
    size: tuple[int, int],
    address: str,
) -> None:
    path = address if address.startswith("/") else customer_url + address
    page = open_page(path, size=size, user=world.people["何永强"])
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert_accessible(page)


def test_a_touch_is_written_with_the_keyboard_and_its_next_step_planned(
    open_page: OpenPage, world: "World", customer_url: str
) -> None:
    page = open_page(customer_url, user=world.people["何永强"])
    page.keyboard.press("l")
    page.keyboard.type("明天下午三点带样品过去")
    page.wait_for_selector("#guess [name=next]:checked")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#timeline >> text=明天下午三点带样品过去")
    page.wait_for_selector("#tasks >> text=带样品过去")


def test_the_first_line_of_today_is_done_with_one_click_and_undone_with_another(
    open_page: OpenPage, world: "World", customer_url: str
) -> None:
    page = open_page("/", user=world.people["何永强"])
    page.click(".job button.later")
    page.click("#dialog footer form button")
    page.wait_for_selector(".job", state="detached")
    page.click("[data-undo]")
    page.wait_for_selector(".job")


def test_a_number_removed_beside_a_customer_is_there_again_with_one_click(
    open_page: OpenPage, world: "World", customer_url: str
) -> None:
    page = open_page(customer_url, user=world.people["何永强"])
    remove = "[hx-get*=remove_contact_point]"
    page.click(f"details.menu:has({remove}) summary")
    page.click(remove)
    page.click("#dialog footer button:not([data-close])")
    page.wait_for_selector(remove, state="detached")
    page.click("[data-undo]")
    page.wait_for_selector(remove, state="attached")


def test_the_plus_of_the_phone_logs_a_touch(open_page: OpenPage, world: "World", customer_url: str) -> None:
    page = open_page("/", size=PHONE, user=world.people["何永强"])
    page.click(".tabbar summary.plus")
    page.click(".tabbar .menu-box a >> nth=0")
    page.fill("#log-text", "刚通完电话")
    page.click("#log-found label >> nth=0")
    page.click("#dialog footer button.pri")
    page.wait_for_selector(".toast")


def test_a_customer_is_changed_in_the_form_and_the_page_shows_it(
    open_page: OpenPage, world: "World", customer_url: str
) -> None:
    page = open_page(customer_url, user=world.people["何永强"])
    page.keyboard.press("e")
    page.fill("#dialog [name=industry]", "中端连锁酒店")
    page.click("#dialog footer button.pri")
    page.wait_for_selector("#card-facts >> text=中端连锁酒店")


def test_a_form_that_is_a_page_of_its_own_comes_back_with_the_eye_on_what_was_refused(
    open_page: OpenPage, world: "World", customer_url: str
) -> None:
    page = open_page("/touches/new/", size=PHONE, user=world.people["何永强"], forgive=("422",))
    page.fill("main [name=text]", "谈了返利")
    page.select_option("main [name=party]", customer_url.split("/")[2])
    page.fill("main [name=minutes]", "很久")
    page.click("main button.pri")
    page.wait_for_selector("main .field.bad [name=minutes]:focus")
    assert page.locator("[name=minutes]").count() == 1
    page.fill("main [name=minutes]", "15")
    page.click("main button.pri")
    page.wait_for_selector("main h2 >> text=谈了返利")


def test_a_dialog_comes_back_with_the_eye_on_what_was_refused(
    open_page: OpenPage, world: "World", customer_url: str
) -> None:
    page = open_page(customer_url, user=world.people["何永强"], forgive=("422",))
    page.keyboard.press("e")
    page.fill("#dialog [name=credit_code]", "123")
    page.click("#dialog footer button.pri")
    page.wait_for_selector("#dialog .field.bad [name=credit_code]:focus")


def test_whoever_saves_second_sees_both_sides_before_the_fields(
    open_page: OpenPage, world: "World", customer_url: str
) -> None:
    from zhike.kernel.actions import run

    page = open_page(customer_url, user=world.people["何永强"], forgive=("409",))
    page.keyboard.press("e")
    page.fill("#dialog [name=industry]", "酒店")
    run("update_party", by=world.actor("何永强"), subject_id=customer_url.split("/")[2], data={"industry": "旅馆"})
    page.click("#dialog footer button.pri")
    page.wait_for_selector("#dialog .compare >> text=旅馆")
    assert page.evaluate("document.getElementById('dialog').scrollTop") == 0
    page.click("#dialog footer button.pri")
    page.wait_for_selector("#card-facts >> text=酒店")


def test_a_list_is_narrowed_to_ones_own_and_its_columns_chosen_by_their_names(
    open_page: OpenPage, world: "World", customer_url: str
) -> None:
    page = open_page("/customers/", user=world.people["何永强"])
    page.click(".views a >> nth=1")
    page.wait_for_selector(".fl .chip")
    page.click("[data-columns] > summary")
    label = page.locator("[data-columns] .sorted label").first
    label.wait_for()
    assert label.bounding_box()["width"] > 60  # type: ignore[index]
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.fill("#dialog [name=name]", "只有名称的客户")
    page.keyboard.press("Enter")
    page.wait_for_selector("h2 >> text=只有名称的客户")
