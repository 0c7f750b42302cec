"""The first page anybody meets: in both languages, on a desk and on a phone."""

from typing import TYPE_CHECKING

import pytest

from tests.conftest import DESKTOP, PHONE, OpenPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_the_signin_page_is_accessible_and_fits(
    open_page: OpenPage, assert_accessible: "Callable[[Page], None]", size: tuple[int, int], language: str
) -> None:
    page = open_page("/signin/", size=size, language=language)
    assert page.locator("input[type=password]").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert_accessible(page)
