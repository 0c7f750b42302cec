"""The report from a file in a browser: read by everybody, on every width, on paper, without a script."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import DESKTOP, PHONE
from zhike.value import report
from zhike.value.page import render
from zhike.value.page.tests.studies import HOSTILE, shop

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A report with ordinary and with hostile names, in both languages, as files."""
    folder = tmp_path_factory.mktemp("report")
    made = {}
    for kind, names in (("plain", ()), ("hostile", HOSTILE)):
        study = report(shop(folder / f"{kind}.csv", customers=80, names=names))
        for lang in ("zh", "en"):
            made[f"{kind}-{lang}"] = folder / f"{kind}-{lang}.html"
            made[f"{kind}-{lang}"].write_text(render(study, lang), encoding="utf-8")
    return made


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_is_readable_for_everybody(
    chromium: "Browser",
    assert_accessible: "Callable[[Page], None]",
    pages: dict[str, Path],
    size: tuple[int, int],
    scheme: str,
    lang: str,
) -> None:
    context = chromium.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # for axe alone: the page's own policy lets no script in
    )
    page = context.new_page()
    page.goto(pages[f"plain-{lang}"].as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert_accessible(page)
    context.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_names_run_nothing_and_fetch_nothing(chromium: "Browser", pages: dict[str, Path], lang: str) -> None:
    context = chromium.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(pages[f"hostile-{lang}"].as_uri())
    assert asked == [pages[f"hostile-{lang}"].as_uri()]
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    context.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [360, PHONE[0], 768, 1024, DESKTOP[0]])
def test_no_table_is_wider_than_its_place(chromium: "Browser", pages: dict[str, Path], lang: str, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto(pages[f"plain-{lang}"].as_uri())
    cut = page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)"
        ".map(e => `${e.ariaLabel} ${e.scrollWidth} > ${e.clientWidth}`)"
    )
    assert cut == []
    page.close()


def test_the_report_prints_with_its_first_page_alone(chromium: "Browser", pages: dict[str, Path]) -> None:
    page = chromium.new_page(java_script_enabled=False)
    page.goto(pages["plain-zh"].as_uri())
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert printed.startswith(b"%PDF")
    assert 8 <= printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") + printed.count(b"/Type /Page/") <= 30
    page.close()
