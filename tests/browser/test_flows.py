"""Whole flows by pointer: a file in, a file out, many rows at once, alternatives in a filter, a second factor, a token."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.conftest import DESKTOP, PHONE, OpenPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from zhike.identity.testing import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADMIN, SELLER = "沈嘉禾", "何永强"
COMPANIES = ("杭州绿野精选酒店", "宁波海曙鸿运家电", "温州瓯江厨卫电器", "台州路桥宏达家电")
FILE = "客户名称,手机号码,城市,客户等级\n杭州测试酒店,13800001111,杭州,A\n,13900002222,温州,B\n宁波样品商行,13700003333,宁波,C\n"


@pytest.fixture
def four(world: "World") -> list[str]:
    from zhike.kernel.actions import run

    by = world.actor(SELLER)
    cities = ("杭州", "宁波", "温州", "台州")
    rows = zip(COMPANIES, "ABCC", cities, strict=True)
    return [run("create_party", by=by, data={"name": n, "level": v, "city": c}).reply["id"] for n, v, c in rows]


def names(page: "Page") -> list[str]:
    return page.locator("tbody [data-row] .nm .cut").all_inner_texts()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_a_file_is_brought_in_its_refused_rows_fetched_and_the_whole_taken_back(
    open_page: OpenPage,
    assert_accessible: "Callable[[Page], None]",
    world: "World",
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    path = tmp_path / "展会名单.csv"
    path.write_text(FILE, encoding="gb18030")
    page = open_page("/customers/import/", size=size, user=world.people[ADMIN])
    page.set_input_files("input[type=file]", path)
    page.click("main form button.pri")
    page.wait_for_selector("#import select[name=c0]")
    assert page.locator("select[name=c0]").input_value() == "name"
    assert_accessible(page)
    page.click("button[name=go]")
    page.wait_for_selector("a[href$='errors.csv']")
    assert_accessible(page)
    with page.expect_download() as caught:
        page.click("a[href$='errors.csv']")
    refused = Path(caught.value.path()).read_text(encoding="utf-8-sig")
    assert "13900002222" in refused
    assert "杭州测试酒店" not in refused
    page.click("form[action$='/undo/'] button")
    page.wait_for_selector(".panel header .mk >> text=已撤回")
    page.goto(page.url.split("/imports/")[0] + "/customers/?view=all")
    page.wait_for_selector("#list")
    assert names(page) == []


def test_what_the_list_shows_is_written_to_a_file_and_read_again(
    open_page: OpenPage, world: "World", four: list[str]
) -> None:
    from zhike.identity.testing import PASSWORD

    page = open_page("/customers/export/", user=world.people[ADMIN])
    page.fill("[name=reason]", "季度盘点")
    page.fill("[name=password]", PASSWORD)
    with page.expect_download() as caught:
        page.click("main form button.pri")
    lines = Path(caught.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("客户,层级")
    assert sorted(line.split(",")[0] for line in lines[1:]) == sorted(COMPANIES)


def test_rows_are_chosen_and_tagged_together(open_page: OpenPage, world: "World", four: list[str]) -> None:
    page = open_page("/customers/", user=world.people[ADMIN])
    for key in four[:2]:
        page.check(f"#list [name=ids][value^='{key}']")
    page.click("#bulk details summary")
    page.click("#bulk [hx-get*='add_tags_party']")
    page.fill("#dialog [name=tags]", "展会, 重点")
    page.click("#dialog footer .pri")
    page.wait_for_selector("#dialog", state="hidden")
    page.goto(page.url.split("/customers/")[0] + f"/customers/{four[0]}/")
    page.wait_for_selector(".mk >> text=展会")


def test_a_double_click_edits_the_cell_and_leaves_the_drawer_shut_where_a_click_opens_it(
    open_page: OpenPage, world: "World", four: list[str]
) -> None:
    page = open_page("/customers/", user=world.people[SELLER])
    cell = page.locator(f"[data-id='{four[0]}'] td[data-edit-cell*='level']")
    cell.dblclick()
    cell.locator("select").select_option("C")
    expect(cell).to_contain_text("中层")
    assert not page.locator("#drawer").is_visible()
    cell.click()
    expect(page.locator("#drawer .title")).to_have_text(COMPANIES[0])


def test_a_phone_sorts_by_the_menu_where_the_heads_of_the_columns_have_no_room(
    open_page: OpenPage, world: "World", four: list[str]
) -> None:
    page = open_page("/customers/?view=all&sort=name", size=PHONE, user=world.people[SELLER])
    first = names(page)[0]
    page.click("#list .vt details.keep > summary")
    page.click("#list .menu-box a:has-text('按客户排序')")
    expect(page.locator("tbody [data-row] .nm .cut").last).to_have_text(first)


def test_what_is_left_to_claim_today_goes_down_with_a_claim(open_page: OpenPage, world: "World") -> None:
    from django.utils import timezone

    from zhike.customers.pool.tests.test_pool import party, pool

    into = pool(daily_limit=3)
    for name in COMPANIES:
        party(name, pool=into, pooled_at=timezone.now())
    page = open_page("/pool/", user=world.people[SELLER])
    expect(page.locator("#pool-head")).to_contain_text("3/3")
    for place in range(2):
        page.locator("input[name=ids]").nth(place).check()
    page.click("#bulk >> text=认领")
    page.click("#dialog footer button.pri")
    expect(page.locator("#pool-head")).to_contain_text("1/3")


def test_on_a_phone_who_acts_for_whom_covers_nothing_of_the_bar(open_page: OpenPage, world: "World") -> None:
    page = open_page(f"/settings/people/{world.people[SELLER].pk}/", size=PHONE, user=world.people[ADMIN])
    page.fill("[name=reason]", "代为查看")
    page.click("button:has-text('以其身份操作')")
    strip, find = (page.locator(one).bounding_box() for one in (".bar .acting", ".bar .find"))
    assert strip and find and strip["width"] == PHONE[0] and strip["y"] >= find["y"] + find["height"]


def lane(page: "Page", code: str) -> list[str]:
    return page.locator(f"[data-lane='{code}'] .nm .cut").all_inner_texts()


def test_a_card_goes_to_another_lane_by_pointer_and_by_keyboard_and_a_stale_one_returns(
    open_page: OpenPage, assert_accessible: "Callable[[Page], None]", world: "World", four: list[str]
) -> None:
    from zhike.customers.models import Party
    from zhike.kernel.actions import run

    hotel, dealer, kitchen, taizhou = COMPANIES
    page = open_page("/customers/", user=world.people[SELLER], forgive=("409",))
    page.click(".tools a[href*='board']")
    page.wait_for_selector("[data-board]")
    assert (lane(page, "A"), lane(page, "B")) == ([hotel], [dealer])
    assert_accessible(page)
    with page.expect_response("**/lane/**"):
        page.locator("[data-lane='A'] [data-card]").drag_to(page.locator("[data-lane='D']"))
    expect(page.locator("[data-lane='D'] [data-card]")).to_have_count(1)
    page.locator("[data-lane='B'] [data-card]").focus()
    with page.expect_response("**/lane/**"):
        for key in ("Space", "ArrowLeft", "Space"):
            page.keyboard.press(key)
    expect(page.locator("[data-lane='A'] [data-card]")).to_be_focused()
    assert dict(Party.objects.filter(name__in=(hotel, dealer)).values_list("name", "level")) == {
        hotel: "D",
        dealer: "A",
    }
    run("update_party", by=world.actor("周晓岚"), subject_id=four[2], data={"source": "展会"})
    with page.expect_response("**/lane/**"):
        page.locator(f"[data-card][data-id='{four[2]}']").drag_to(page.locator("[data-lane='B']"))
    expect(page.locator("[data-lane='B'] [data-card]")).to_have_count(0)
    assert sorted(lane(page, "C")) == sorted([kitchen, taizhou]), "refused, so it lies where it lay"
    page.click("[data-lane='D'] .nm")
    expect(page.locator("#drawer")).to_contain_text(hotel)


def test_an_alternative_widens_the_filter_and_another_condition_narrows_it(
    open_page: OpenPage, world: "World", four: list[str]
) -> None:
    page = open_page("/customers/", user=world.people[ADMIN])

    def add(field: str, value: str, *, alternative: bool = False) -> None:
        chips = page.locator(".fl .chip").count()
        page.click("[data-filter-add]")
        page.select_option("#fe-field", field)
        page.fill(".pop [x-ref=value] input", value)
        if alternative:
            page.check(".pop [x-ref=alternative]")
        page.click(".pop .pri")
        expect(page.locator(".fl .chip")).to_have_count(chips + 1)

    add("city", "杭州")
    assert names(page) == [COMPANIES[0]]
    add("city", "宁波", alternative=True)
    assert page.locator(".fl .group .chip").count() == 2
    assert sorted(names(page)) == sorted(COMPANIES[:2])
    add("name", "海曙")
    assert names(page) == [COMPANIES[1]]
    page.click(".fl .chip .x >> nth=-1")
    expect(page.locator(".fl .chip")).to_have_count(2)
    assert sorted(names(page)) == sorted(COMPANIES[:2])


def test_a_moment_is_filtered_by_its_day_and_a_record_by_its_name(
    open_page: OpenPage, world: "World", four: list[str]
) -> None:
    from zhike.kernel.actions import run

    for pk, kind in ((four[0], "call"), (four[1], "visit")):
        run("log_touch", by=world.actor(SELLER), subject_id=pk, data={"text": f"聊了 {kind}", "kind": kind})
    page = open_page("/touches/", user=world.people[SELLER])
    expect(page.locator("tbody [data-row]")).to_have_count(2)

    def add(field: str, operator: str) -> None:
        page.click("[data-filter-add]")
        page.select_option("#fe-field", field)
        page.select_option("#fe-op", operator)

    add("at", "after")
    page.fill(".pop input[type=date]", "2020-01-01")
    page.click(".pop .pri")
    expect(page.locator(".fl .chip")).to_have_count(1)
    expect(page.locator("tbody [data-row]")).to_have_count(2)
    add("party", "in")
    page.fill(".pop input[type=search]", "绿野")
    page.check(f".pop label:has-text('{COMPANIES[0]}') input")
    page.click(".pop .pri")
    expect(page.locator("tbody [data-row]")).to_have_count(1)
    page.click(".fl .chip .edit >> nth=-1")
    expect(page.locator(".pop .choices :checked")).to_have_count(1)
    page.fill(".pop input[type=search]", "海曙")
    page.check(f".pop label:has-text('{COMPANIES[1]}') input")
    page.click(".pop .pri")
    expect(page.locator("tbody [data-row]")).to_have_count(2)
    expect(page.locator(".fl .chip >> nth=-1")).to_contain_text(COMPANIES[0])


def test_all_that_is_kept_about_a_person_is_handed_out_as_a_file(open_page: OpenPage, world: "World") -> None:
    from zhike.kernel.actions import run

    person = run("create_party", by=world.actor(SELLER), data={"name": "顾念", "mobile": "13800001111"}).value
    page = open_page(f"/customers/{person.pk}/", user=world.people[ADMIN])
    page.click(".head details summary, .chead details summary, main details.menu summary >> nth=0")
    page.click("[hx-get$='/export_person/'], [href$='/export_person/']")
    page.fill("#dialog [name=reason]", "本人要求")
    with page.expect_download() as caught:
        page.click("#dialog footer .btn:not(.quiet)")
    kept = caught.value.path().read_text(encoding="utf-8")
    assert "顾念" in kept
    assert "13800001111" in kept
    expect(page.locator("#dialog")).to_be_hidden()


def test_a_second_factor_is_set_up_and_asked_for_at_the_next_sign_in(open_page: OpenPage, world: "World") -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    from zhike.identity.testing import PASSWORD

    person = world.people[SELLER]
    page = open_page("/me/security/", user=person)
    page.click("a[href='/me/security/app/']")
    page.fill("[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    secret = page.locator("main code").inner_text()

    def code(steps_ahead: int) -> str:
        return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps_ahead)))

    page.fill("[name=code]", code(0))
    page.keyboard.press("Enter")
    expect(page.locator("main code")).to_have_count(10)
    again = open_page("/signin/", forgive=("422",))
    again.fill("[name=username]", person.username)
    again.fill("[name=password]", PASSWORD)
    again.keyboard.press("Enter")
    again.fill("[name=code]", "000000")
    again.keyboard.press("Enter")
    again.wait_for_selector(".error, .note.red")
    again.fill("[name=code]", code(1))  # the code of now was used up by setting the app up
    again.keyboard.press("Enter")
    again.wait_for_selector(".rail, .tabbar")


def test_a_passkey_is_added_and_asked_for_instead_of_a_code(
    open_page: OpenPage, assert_accessible: "Callable[[Page], None]", world: "World"
) -> None:
    from zhike.identity.testing import PASSWORD

    person = world.people[SELLER]
    page = open_page("/me/security/", user=person)
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    here = {"isUserVerified": True, "automaticPresenceSimulation": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": key | here})
    page.click("a[href='/me/security/passkey/']")
    page.fill("[type=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.fill("main [name=name]", "办公电脑")
    assert_accessible(page)
    page.click("main button.pri")
    expect(page.locator("main code")).to_have_count(10)
    page.goto(page.url.replace("/me/security/passkey/", "/me/security/"))
    expect(page.locator("main")).to_contain_text("办公电脑")
    page.context.clear_cookies()
    page.goto(page.url.replace("/me/security/", "/signin/"))
    page.fill("[name=username]", person.username)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("[name=code]")
    page.click("[data-passkey-go]")
    page.wait_for_selector(".rail, .tabbar")


def test_a_token_is_shown_once_and_revoked(open_page: OpenPage, world: "World") -> None:
    page = open_page("/me/tokens/", user=world.people[SELLER])
    page.fill("main [name=name]", "ERP 同步")
    page.click("main form:has([name=name]) .pri")
    page.wait_for_selector("main code >> text=zk_")
    page.goto(page.url)
    page.wait_for_selector("main >> text=ERP 同步")
    assert page.locator("main code").count() == 0
    page.click("form[action*='/revoke/'] button")
    page.wait_for_selector("form[action*='/revoke/']", state="detached")
