"""Coming in: throttled, telling nothing, and under a fresh key."""

from __future__ import annotations

import pytest
from django.test import Client

from zhike.identity.testing import PASSWORD, World

pytestmark = pytest.mark.django_db


def post(client: Client, name: str, password: str, address: str = "203.0.113.7", **more: str) -> int:
    data = {"username": name, "password": password, **more}
    return client.post("/signin/", data, REMOTE_ADDR=address).status_code


def test_the_right_password_opens_by_name_and_by_address_whatever_their_case(world: World) -> None:
    for name in ("heyongqiang", "HeYongQiang", "heyongqiang@hualan.example", "ＨＥＹＯＮＧＱＩＡＮＧ"):
        client = Client()
        assert post(client, name, PASSWORD) == 302
        assert client.get("/me/").status_code == 200
