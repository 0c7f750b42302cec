"""The second factor: once, in its step, locked after five misses, never skipped."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from zhike.identity import links, secondfactor
from zhike.identity.terms import LinkPurpose
from zhike.identity.testing import PASSWORD, World
from zhike.kernel.errors import Invalid, TooMany

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = 1_700_000_000


def code(at: float) -> str:
    return str(format_hotp_value(hotp_value(SECRET, int(at) // 30)))


@pytest.fixture
def protected(world: World) -> World:
    secondfactor.add_app(world.people["何永强"], SECRET, code(NOW - 3000), now=NOW - 3000)
    return world


def test_T5_a_code_works_once_and_one_step_around_now(protected: World) -> None:
    person = protected.people["何永强"]
    for late in (-61, 61):
        with pytest.raises(Invalid):
            secondfactor.check_code(person, code(NOW + late), now=NOW)
    secondfactor.check_code(person, code(NOW - 30), now=NOW)
    secondfactor.check_code(person, code(NOW), now=NOW)
    for again in (0, -30):
        with pytest.raises(Invalid):
            secondfactor.check_code(person, code(NOW + again), now=NOW)
    secondfactor.check_code(person, code(NOW + 30), now=NOW)


def test_T5_five_misses_lock_even_the_right_code(protected: World) -> None:
    person = protected.people["何永强"]
    for _ in range(5):
        with pytest.raises(Invalid):
            secondfactor.check_code(person, "000000", now=NOW)
    with pytest.raises(TooMany):
        secondfactor.check_code(person, code(NOW), now=NOW)


def test_T5_signing_in_needs_both_and_changes_the_key_again(protected: World) -> None:
    client = Client()
    assert client.post("/signin/", {"username": "heyongqiang", "password": PASSWORD})["Location"] == "/signin/code/"
    waiting = client.cookies["zhike"].value
    assert client.get("/me/").status_code == 302
    assert client.get("/signin/code/").status_code == 200
    assert client.post("/signin/code/", {"code": "000000"}).status_code == 422
    assert client.post("/signin/code/", {"code": code(time.time())}).status_code == 302
    assert client.get("/me/").status_code == 200
    assert client.cookies["zhike"].value != waiting


def test_T5_a_new_password_by_link_does_not_skip_the_second_factor(protected: World) -> None:
    secret = links.make(protected.people["何永强"], LinkPurpose.RESET, now=timezone.now())
    client = Client()
    assert client.post(links.path_of(secret), {"password": "一个全新的长密码"})["Location"] == "/signin/code/"
    assert client.get("/me/").status_code == 302


def test_T5_changing_the_protection_asks_for_the_password_again(world: World) -> None:
    client = world.client("何永强")
    for path in ("/me/security/app/", "/me/security/passkey/"):
        assert client.get(path)["Location"] == f"/me/security/confirm/?{urlencode({'next': path})}"
    assert client.post("/me/security/confirm/", {"password": "wrong"}).status_code == 422
    asked = client.post("/me/security/confirm/?next=/me/security/app/", {"password": PASSWORD})
    assert asked["Location"] == "/me/security/app/"
    elsewhere = client.post("/me/security/confirm/?next=https://evil.example/", {"password": PASSWORD})
    assert elsewhere["Location"] == "/me/security/"
    page = client.get("/me/security/app/")
    assert page.status_code == 200 and b"<svg" in page.content
    secret = client.session["new_app"]
    right = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    old = client.cookies["zhike"].value
    shown = client.post("/me/security/app/", {"code": right})
    assert shown.status_code == 200 and shown.content.decode().count("<code>") == 10
    assert client.cookies["zhike"].value != old
    assert client.get("/me/security/").status_code == 200


def test_recovery_codes_open_once_and_secrets_are_encrypted(protected: World) -> None:
    person = protected.people["何永强"]
    codes = secondfactor.new_recovery_codes(person)
    with CaptureQueriesContext(connection) as asked:
        assert secondfactor.check_code(person, codes[3]) == "recovery_codes"
    held = [query["sql"] for query in asked if "mfa_authenticator" in query["sql"] and "FOR UPDATE" in query["sql"]]
    read = any("recovery_codes" in sql for sql in held)  # held from the moment it is read
    assert read or connection.vendor == "sqlite"  # where writers wait for each other anyway
    with pytest.raises(Invalid):
        secondfactor.check_code(person, codes[3])
    assert SECRET not in str(list(Authenticator.objects.values_list("data", flat=True)))


def test_a_passkey_can_be_begun(protected: World) -> None:
    client = protected.client("何永强")
    client.post("/me/security/confirm/", {"password": PASSWORD})
    page = client.get("/me/security/passkey/").content.decode()
    assert "passkey-options" in page and "challenge" in page
    refused = client.post("/me/security/passkey/", {"name": "x", "credential": '{"id": "x"}'})
    assert refused.status_code == 422


def test_the_last_key_takes_the_recovery_codes_with_it(protected: World) -> None:
    person: Any = protected.people["何永强"]
    app = next(key for key in secondfactor.keys_of(person) if key.type == "totp")
    assert secondfactor.remove(person, app.pk)
    assert not secondfactor.keys_of(person) and not secondfactor.kinds_of(person)
