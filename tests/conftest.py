"""A browser for the walks: Debian's Chromium through Playwright, with an accessibility pass."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = Path(os.environ.get("ZHIKE_CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP, PHONE = (1440, 900), (390, 844)

OpenPage = Callable[..., "Page"]


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """One browser for the whole run; skips where there is none."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is absent; set ZHIKE_CHROMIUM")
    from playwright.sync_api import sync_playwright

    # Playwright runs a loop of its own in this thread, which Django would mistake for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(chromium: "Browser", live_server: Any) -> Iterator[OpenPage]:
    """`open_page("/path/", size=PHONE, language="en", user=somebody)`; what the page complains of fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_one(
        path: str,
        *,
        size: tuple[int, int] = DESKTOP,
        language: str = "zh-CN",
        user: Any = None,
        forgive: tuple[str, ...] = (),  # complaints that a test causes on purpose, such as a network it cuts
    ) -> "Page":
        def complain(text: str) -> None:
            if not any(part in text for part in forgive):
                complaints.append(text)

        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, locale=language, has_touch=size == PHONE
        )
        contexts.append(context)
        if user is not None:
            from django.conf import settings
            from django.test import Client

            client = Client()
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complain(f"script: {error}"))
        page.on("console", lambda message: complain(message.text) if message.type == "error" else None)
        page.goto(live_server.url + path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def assert_accessible() -> "Callable[[Page], None]":
    """An axe-core pass: nothing serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page: "Page") -> None:
        violations = Axe().run(page).response["violations"]
        grave = [
            f"{found['id']}: {found['help']} ({found['nodes'][0]['html'][:160]})"
            for found in violations
            if found["impact"] in ("serious", "critical")
        ]
        assert not grave, "\n".join(grave)

    return check
