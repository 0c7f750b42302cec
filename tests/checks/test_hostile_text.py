"""Hostile text through every door: it stays text, is refused by its field, and costs no time."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.checks.stock import custom_field
from zhike.customers.values import addresses, birthdays, credit_codes, emails, names, phones
from zhike.identity.models import User
from zhike.identity.testing import World
from zhike.kernel.actions import run
from zhike.kernel.errors import DomainError
from zhike.kernel.text import clean, fold
from zhike.records.models import Attachment, SavedView

pytestmark = pytest.mark.django_db
NASTY = (
    "<script>alert(1)</script>", "'); DROP TABLE customers_party;--", "{{7*7}}{% include 'x' %}{{settings.SECRET_KEY}}",
    '"$.x" OR 1=1', "%s %(a)s {0.__class__}", "=HYPERLINK(1)", "${jndi:ldap://x}",
)  # fmt: skip
URLS = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>",
    "vbscript:x", "file:" "///etc/passwd", "//evil.example/\\@x javascript:1",
)  # fmt: skip
FILE_NAMES = (
    "../../etc/passwd.txt", "/etc/passwd.txt", "C:\\temp\\x.txt", "\u202egpj.txt", "\u200b.htaccess.txt", "CON.txt",
    "a" * 5000 + ".txt", "x.pHp.txt", "<img src=x onerror=alert(1)>.txt", "a;b\"c'.txt", "合同 🧾.txt",
)  # fmt: skip
LONG = 100_000
ADVERSARIAL = ("1" * LONG, "+" * LONG, "a@" * (LONG // 2), "a." * (LONG // 2) + "@b", "(" * LONG,
     "省" * LONG, " " * LONG, "é\u0301" * (LONG // 2))  # fmt: skip
VALIDATORS: dict[str, Callable[[str], object]] = {
    "phone": phones.parse_phone, "phones": phones.split_phones, "email": emails.parse_email, "address": addresses.parse_address,
    "birthday": birthdays.parse_birthday, "credit code": credit_codes.parse_credit_code, "person": names.split_person,
    "kind of name": names.guess_kind, "short name": names.short_name, "clean": clean, "fold": fold,
}  # fmt: skip


@pytest.mark.parametrize("name", list(VALIDATORS))
def test_T57_a_hundred_kilobytes_cost_a_validator_no_time(name: str) -> None:
    for text in ADVERSARIAL:
        started = time.process_time()
        with contextlib.suppress(DomainError):
            VALIDATORS[name](text)
        spent = time.process_time() - started
        assert spent < 0.1 or _again(VALIDATORS[name], text) < 0.1, (text[:10], spent)


def _again(validator: Callable[[str], object], text: str) -> float:
    """Judged a second time, as the machine may have been busy."""
    started = time.process_time()
    with contextlib.suppress(DomainError):
        validator(text)
    return time.process_time() - started


@pytest.mark.parametrize("text", NASTY)
def test_T25_saved_views_fields_and_zones_keep_payloads_as_text(world: World, text: str) -> None:
    run("create_party", by=world.actor("何永强"), data={"name": f"客户{text}", "source": text})
    field = custom_field("c_x", text[:60])
    client = world.client("何永强")
    sent = {
        "name": text,
        "filter": json.dumps({"all": [{"field": "source", "op": "is", "value": text}]}),
        "columns": "name,c_x",
    }
    assert client.post("/customers/views/new/", sent).status_code == 302
    view = SavedView.objects.get()
    paths = (f"/customers/?view={view.pk}", f"/customers/count/?view={view.pk}", f"/customers/summary/?view={view.pk}&by=source",
             "/customers/views/", f"/customers/?sort={field.key}", "/customers/new/", "/customers/columns/")  # fmt: skip
    for path in paths:
        reply = client.get(path)
        assert reply.status_code in (200, 400), (path, reply.status_code)
        page = reply.content.decode()
        assert "<script>alert(1)" not in page and "only-for-tests-" not in page, path
    assert "客户" in client.get(paths[0]).content.decode()
    client.post("/me/", {"zone": text, "language": "zh-hans", "name": "何永强"})
    client.post("/me/preferences/", {"zone": text})
    assert User.objects.get(username="heyongqiang").zone != text
    with pytest.raises(DomainError):
        run("set_preferences", by=world.actor("何永强"), data={"zone": text})


@pytest.mark.parametrize(
    "text",
    [
        "{{7*7}}",
        "{% include 'zhike/base.html' %}",
        "{{user.password}}",
        "{{settings.SECRET_KEY}}",
        "${7*7}",
        "{0.__class__}",
    ],
)
def test_T27_what_looks_like_a_template_stays_literal(world: World, text: str) -> None:
    party = run("create_party", by=world.actor("何永强"), data={"name": f"甲{text}", "note": text}).value
    run("comment_party", by=world.actor("何永强"), subject_id=party.pk, data={"text": text})
    client = world.client("何永强")
    for path in (
        f"/customers/{party.pk}/",
        f"/customers/{party.pk}/brief/",
        "/customers/",
        f"/customers/{party.pk}/history/",
    ):
        page = client.get(path).content.decode().replace("&#x27;", "'")
        assert text in page, path
        assert "甲49" not in page


@pytest.mark.parametrize("url", URLS)
def test_T30_only_addresses_of_the_web_are_stored_and_linked(world: World, url: str) -> None:
    client = world.client("何永强")
    custom_field("c_url", "图纸", "url")
    for column in ("website", "c_url"):
        reply = client.post("/api/customers", {"name": "甲", column: url}, "application/json")
        if reply.status_code == 201:
            page = client.get(f"/customers/{reply.json()['id']}/").content.decode()
            assert f'href="{url.strip()}' not in page and 'href="javascript' not in page.lower(), (column, url)
            assert 'href="data:' not in page and 'href="vbscript' not in page and 'href="file' not in page
        else:
            assert reply.status_code == 422


@pytest.mark.parametrize("name", FILE_NAMES, ids=lambda name: ascii(name)[:24])
def test_T36_a_file_is_kept_under_a_key_of_its_own_and_shown_escaped(world: World, folder: Path, name: str) -> None:
    party = run("create_party", by=world.actor("何永强"), data={"name": "甲"}).value
    client = world.client("何永强")
    sent = SimpleUploadedFile("x.txt", b"text")
    vars(sent)["_name"] = name  # what a browser that lies would send
    reply = client.post(f"/customers/{party.pk}/files/", {"file": sent})
    assert reply.status_code in (302, 400, 422), reply.status_code
    inside = {path.resolve() for path in folder.rglob("*") if path.is_file()}
    assert all(folder.resolve() in path.parents for path in inside)
    for row in Attachment.objects.select_related("blob"):
        assert len(row.name) <= 200 and "/" not in row.name and "\\" not in row.name and "\u202e" not in row.name
        assert row.blob.key.replace("/", "").replace("-", "").isalnum(), row.blob.key
        page = client.get(f"/customers/{party.pk}/").content.decode()
        assert "<img src=x onerror" not in page
        got: Any = client.get(f"/customers/{party.pk}/files/{row.pk}/")
        assert got["Content-Disposition"].startswith("attachment") and "\n" not in got["Content-Disposition"]
        b"".join(got.streaming_content)


TEXTS = ("𠀀𠮷", "👩‍👩‍👧‍👦🇨🇳", "שלום عربي", "e\u0301", "a\u202eb", "a\u200bb", "İıß", "x" * 1_000_000)


@pytest.mark.parametrize("text", TEXTS, ids=lambda t: ascii(t)[:20])
def test_T87_unusual_text_comes_back_as_it_was_or_is_refused(world: World, text: str) -> None:
    client = world.client("何永强")
    reply = client.post("/api/customers", {"name": "甲厂", "note": text, "short_name": text}, "application/json")
    if reply.status_code == 201:
        stored = client.get(f"/api/customers/{reply.json()['id']}").json()
        assert stored["note"] == stored["short_name"] == clean(text)
    else:
        assert reply.status_code == 422
    assert client.post("/api/customers", b'{"name": "\\ud800"}', "application/json").status_code in (400, 422)


def test_T20_unknown_keys_of_a_list_are_400_on_the_page_too(world: World) -> None:
    client = world.client("何永强")
    secret = "filter=%7B%22field%22%3A%22owner__password%22%2C%22op%22%3A%22is%22%2C%22value%22%3A1%7D"
    for asked in ("sort=owner__password", "sort=-custom", "columns=password", secret, "after=zzz", "size=100000"):
        assert client.get(f"/customers/?{asked}").status_code == 400, asked


def test_T19_a_form_sets_no_column_that_it_does_not_show(world: World) -> None:
    client = world.client("何永强")
    extra = {"created_by": str(world.people["吴敏"].pk), "completeness": "100", "sort_key": "aaa", "is_staff": "1", "pool": "x",
             "team": str(world.teams["北京组"].pk), "merged_into": "x", "archived_at": "2020-01-01", "id": "x"}  # fmt: skip
    assert client.post("/customers/new/", {"name": "甲厂", **extra}).status_code in (302, 422)
    for row in client.get("/api/customers").json()["items"]:
        assert row["name"] == "甲厂"
        whole = client.get(f"/api/customers/{row['id']}").json()
        assert whole.get("created_by") != str(world.people["吴敏"].pk) and whole["completeness"] < 100
        assert whole["archived_at"] is None if "archived_at" in whole else True
