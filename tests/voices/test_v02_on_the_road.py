"""V02 “On the road I can't see the customer and product data in the office.”

→ The whole desk works on a phone-sized screen; a customer's card opens in one search. *2 steps.*
"""

import pytest

from tests.conftest import PHONE, OpenPage
from tests.voices.stage import HOTEL, hotel
from zhike.identity.testing import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("words", ["绿野", "lvye", "5678"], ids=["characters", "pinyin", "phone tail"])
def test_v02_a_card_opens_in_two_steps_on_a_phone(open_page: OpenPage, world: World, words: str) -> None:
    party = hotel(world)
    page = open_page("/", size=PHONE, user=world.people["何永强"])
    page.locator(".find:visible, [data-palette]:visible").first.click()
    page.locator("#palette input").fill(words)  # step 1: one search
    page.locator("#found a", has_text="绿野").first.click()  # step 2: open
    page.wait_for_url(f"**/customers/{party.pk}/")
    assert page.locator("h1, h2", has_text=HOTEL).first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for path in ("/", "/customers/", "/tasks/"):
        page.goto(page.url.split("/customers/")[0] + path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
