"""Every page is whole in its language: no English on Chinese pages, no Chinese in English frames, no simplified in traditional."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.conftest import OpenPage

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from zhike.identity.models import User
    from zhike.identity.testing import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/",
    "/log/",
    "/search/?q=x",
    "/work/",
    "/notices/",
    "/pool/",
    "/pool/falling/",
    "/api/docs",
    "/nothing/here/",
    "/customers/",
    "/customers/new/",
    "/customers/columns/",
    "/customers/fields/",
    "/customers/import/",
    "/customers/export/",
    "/customers/summary/",
    "/customers/views/",
    "/customers/views/new/",
    "/customers/duplicates/",
    "/customers/?bin=1",
    "/customers/?filter=x",
    "/tasks/",
    "/tasks/new/",
    "/touches/",
    "/touches/new/",
    "/people/",
    "/people/new/",
    "/me/",
    "/me/security/",
    "/me/sessions/",
    "/me/tokens/",
    "/settings/",
    "/settings/organisation/",
    "/settings/teams/",
    "/settings/roles/",
    "/settings/invitations/",
    "/settings/tags/",
    "/settings/health/",
    "/settings/fields/",
    "/settings/fields/party/",
    "/settings/fields/party/new/",
    "/settings/pools/",
    "/settings/pools/new/",
    "/settings/territories/",
    "/settings/territories/new/",
    "/settings/territories/anew/",
]
OF_A_CUSTOMER = [
    "brief/",
    "drawer/",
    "edit/",
    "history/",
    "files/",
    "comments/",
    "tags/",
    "timeline/",
    "merge/",
    "set_level/",
    "transfer/",
    "archive/",
    "erase/",
    "add_contact_point/",
    "add_member/",
    "relate_parties/",
    "release/",
    "lock/",
    "protect/",
    "assign/",
]

# Written by no one's language: protocols, formats, keys, products, and the other languages' own names.
ALLOWED = set(
    [
        "ID",
        "API",
        "MCP",
        "CSV",
        "TSV",
        "XLSX",
        "xlsx",
        "xls",
        "URL",
        "http",
        "https",
        "www",
        "QQ",
        "UTF",
        "GB",
        "PIN",
        "ERP",
        "OpenAPI",
        "POST",
        "GET",
        "PATCH",
        "DELETE",
        "Showroom",
        "Showrooms",
        "Idempotency-Key",
        "If-Match",
        "JSON",
        "problem",
        "json",
        "ZHIKE",
        "TOKEN",
        "zhike",
        "mcp",
        "vCard",
        "vcf",
        "Excel",
        "jsonl",
        "JSONL",
        "Esc",
        "Ctrl",
        "Enter",
        "K",
        "MB",
        "GB",
        "KB",
        "SQLite",
        "PostgreSQL",
        "English",
        "FreeOTP",
        "Microsoft",
        "Authenticator",
        "Password",
        "backup",
        "Asia",
        "Shanghai",
        "CNY",
        "version",
        "code",
        "detail",
        "errors",
        "Z",
        "x",
        "A",
        "B",
        "C",
        "D",
        "Tab",
        "Shift",
        "e",
        "j",
        "k",
        "l",
        "n",
        "o",
        "v",
        "m",
    ]
)
WORD = re.compile(r"[A-Za-z](?:[A-Za-z'’-]*[A-Za-z])?")
# e-mail and web addresses, time zones, names of fields and rights, paths: told apart by their marks
MARKED = re.compile(r"https?://\S+|[\w.+-]+@[\w.-]+|\b\w+/[\w/]+|\b[a-z]+[._][\w.]+|/[\w/{}]+|Mozilla/.*")
CJK = re.compile(r"[\u3400-\u9fff]+")
EXAMPLES = ("简体中文", "繁體中文", "农历八月十五", "周晓岚", "金额", "是", "否")

TEXTS = r"""of => {
  const out = [], skip = 'script,style,code,pre,.av,.logo,[aria-hidden=true],[lang]:not(html),textarea,.kbd,option[value*="/"]';
  const add = (text, node) => { text = (text || '').replace(/\s+/g, ' ').trim(); if (text && !node.closest(skip)) out.push(text) };
  for (const node of document.querySelectorAll(of)) {
    for (const name of ['placeholder', 'title', 'aria-label']) add(node.getAttribute(name), node);
    for (const child of node.childNodes) if (child.nodeType === 3) add(child.data, node);
  }
  return [...new Set(out)];
}"""
FRAME = "nav *,header *,label,legend,button,th,dt,h1,h2,h3,.hint,.empty *,.lead p,.btn,.btn *,[placeholder],summary,.chip *,.menu-box *"


@pytest.fixture
def company(db: None) -> "tuple[World, list[str], set[str]]":
    """A Chinese company with a customer, and what in it is data and not ours to translate."""
    from django.utils import translation

    from tests.voices.stage import hotel
    from zhike.identity.models import Role, Team
    from zhike.identity.testing import build

    with translation.override("zh-hans"):
        world = build()
        party = hotel(world)
    card = [f"/customers/{party.pk}/{rest.strip()}" for rest in ("", *OF_A_CUSTOMER)]
    who = world.people["何永强"]
    addresses = [
        *PAGES,
        *card,
        f"/why/party/{party.pk}/",
        f"/settings/people/{who.pk}/",
        f"/settings/people/{who.pk}/handover/",
    ]
    addresses += [f"/settings/roles/{role.pk}/" for role in list(Role.objects.all())[:1]]
    data = {str(value) for person in world.people.values() for value in (person.name, person.username, person.title)}
    data |= set(Team.objects.values_list("name", flat=True)) | {party.name, "华澜电器", "酒店"}
    for role in Role.objects.all():
        data |= {role.name, role.note}
    data |= {
        "给出五年保养书面条款",
        "答应周五前给",
        "二期 6 店的冰箱方案，陆总要求 12 月初评审",
        "浙江省",
        "杭州市",
        "滨江区",
    }
    return world, addresses, {one for one in data if one}


def reader(world: "World", language: str) -> "User":
    """The administrator, reading in that language."""
    who = world.people["沈嘉禾"]
    who.language = language
    who.save(update_fields=["language"])
    return who


def walk(page: "Page", addresses: list[str], selector: str) -> dict[str, str]:
    """Every text of those pages, with the address where it stood first."""
    base = page.url.split("/", 3)
    found: dict[str, str] = {}
    for address in addresses:
        answer = page.goto("/".join(base[:3]) + address)
        assert answer is not None and answer.status < 500, address
        for text in [page.title(), *page.evaluate(TEXTS, selector)]:
            found.setdefault(text, address)
    return found


def without(text: str, data: set[str]) -> str:
    """The text, with what people wrote taken out."""
    for one in sorted(data, key=len, reverse=True):
        text = text.replace(one, " ")
    return text


def test_no_english_stands_on_a_chinese_page(open_page: OpenPage, company: "tuple[World, list[str], set[str]]") -> None:
    world, addresses, data = company
    page = open_page("/", user=reader(world, "zh-hans"), forgive=("Failed to load resource",))
    mixed = {
        text: address
        for text, address in walk(page, addresses, "*").items()
        if [w for w in WORD.findall(MARKED.sub(" ", without(text, data))) if w not in ALLOWED]
    }
    assert not mixed, "\n".join(f"{address}: {text}" for text, address in mixed.items())


@pytest.mark.parametrize(("language", "wrong"), [("en", "Chinese"), ("zh-hant", "simplified")])
def test_the_frame_speaks_the_readers_language_alone(
    open_page: OpenPage, company: "tuple[World, list[str], set[str]]", language: str, wrong: str
) -> None:
    world, addresses, data = company
    page = open_page("/", user=reader(world, language), forgive=("Failed to load resource",))
    mixed = {}
    for text, address in walk(page, addresses, FRAME).items():
        rest = without(text, data | set(EXAMPLES))
        if CJK.search(rest) if wrong == "Chinese" else any(simplified_only(one) for one in rest):
            mixed[text] = address
    assert not mixed, "\n".join(f"{address}: {text}" for text, address in mixed.items())


def simplified_only(character: str) -> bool:
    """A character of the mainland's set that Taiwan's does not have."""
    try:
        character.encode("big5")
    except UnicodeEncodeError:
        try:
            return len(character.encode("gb2312")) == 2 and bool(CJK.match(character))
        except UnicodeEncodeError:
            return False
    return False
