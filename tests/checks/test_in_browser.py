"""What only a browser can tell: planted code never runs, whoever looks, and after signing out nothing is left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.checks.stock import Stock, custom_field, stock
from tests.conftest import OpenPage

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from zhike.identity.testing import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MARK = "zhike-marker"
PAYLOADS = (
    f"<img src=x onerror=alert(1) class={MARK}>", f"<script class={MARK}>alert(1)</script>", f"<svg onload=alert(1) class={MARK}>",
    f"\"><b class={MARK} onmouseover=alert(1)>x</b>", f"'><i class={MARK} autofocus onfocus=alert(1)>", "javascript:alert(1)",
    f"</textarea><u class={MARK}>", f"</title><s class={MARK}>", f"<div class={MARK} hx-get=/ hx-trigger=load>",
    f"<div class={MARK} x-data x-init=alert(1)>", f"<a class={MARK} href=javascript:alert(1)>x</a>", f"<!--<em class={MARK}>-->",
    f"<form class={MARK} action=//x><input>", f"<style class={MARK}>*{{color:red}}</style>", f"<base class={MARK} href=//x>",
    f"<iframe class={MARK} srcdoc='<script>alert(1)</script>'>", f"&lt;q class={MARK}&gt;", f"\\u003cq class={MARK}\\u003e",
    f"<math class={MARK}><mtext></math>", f"<template class={MARK}>",
)  # fmt: skip
PLACES = ("name", "note", "source", "tag", "touch", "task", "reason", "comment", "alias", "file", "content", "view")
WATCH = """
window.planted = [];
document.addEventListener("securitypolicyviolation", event => window.planted.push(event.violatedDirective + " " + event.blockedURI));
"""


def planted(world: World) -> Stock:
    """One customer whose every text is one of the payloads; a field of the company's own is called by one too."""
    custom_field("c_x", PAYLOADS[1][:60], "text")
    words = {place: PAYLOADS[number % len(PAYLOADS)] for number, place in enumerate(PLACES)}
    more = {"industry": PAYLOADS[12][:80], "contact_name": PAYLOADS[13][:80], "contact_title": PAYLOADS[14][:80],
            "short_name": PAYLOADS[15][:80], "address": PAYLOADS[16], "title": PAYLOADS[17][:80], "wechat": "wx", "city": PAYLOADS[18][:40],
            "c_x": PAYLOADS[19]}  # fmt: skip
    words["tag"] = words["tag"][:40]
    return stock(world, "何永强", words, **more)


@pytest.mark.parametrize("who", ["何永强", "周晓岚", "沈嘉禾", "白露"])
def test_T28_planted_code_runs_on_no_page_for_nobody(open_page: OpenPage, world: World, folder: Any, who: str) -> None:
    made = planted(world)
    page = open_page("/", user=world.people[who], forgive=("403",))  # some may not edit, print or see it
    dialogs: list[str] = []

    def noted(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", noted)
    page.add_init_script(WATCH)
    card = f"/customers/{made.party.pk}/"
    paths = ["/", "/customers/", card, card + "history/", card + "brief/", f"/customers/?drawer={made.party.pk}",
             "/customers/?columns=name,source,industry,tags,c_x,city", "/customers/summary/?by=source", "/tasks/", "/touches/",
             "/search/?q=img", card + "edit/", "/notices/", "/customers/views/"]  # fmt: skip
    root = page.url.rstrip("/")
    for path in paths:
        page.goto(root + path, wait_until="load")
        assert page.evaluate("window.planted") == [], path
        assert page.locator(f".{MARK}").count() == 0, path
    assert dialogs == []


def test_T12_after_signing_out_neither_back_nor_the_browsers_store_shows_a_customer(
    open_page: OpenPage, world: World, folder: Any
) -> None:
    made = stock(world, words={"name": "西湖绿野电器"}, mobile="13812345678")
    page = open_page(f"/customers/{made.party.pk}/", user=world.people["何永强"])
    root = page.url.split("/customers/")[0]
    page.goto(root + "/customers/")
    assert "西湖绿野电器" in page.content()
    page.evaluate(SIGN_OUT)
    page.goto(root + "/signin/")
    page.go_back(wait_until="load")
    assert "西湖绿野电器" not in page.content()
    assert "西湖绿野电器" not in kept(page) and "13812345678" not in kept(page)


SIGN_OUT = """async () => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value
    || JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"];
  const reply = await fetch("/signout/", {method: "POST", headers: {"X-CSRFToken": token}});
  if (!reply.ok) throw new Error("not signed out: " + reply.status);
}"""


def kept(page: Page) -> str:
    """Everything the page left in the browser."""
    return str(page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])"))
