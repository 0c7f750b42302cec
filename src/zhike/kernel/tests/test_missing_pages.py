"""An address nobody knows, and a failure of ours, answer in the reader's language."""

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

if TYPE_CHECKING:
    from zhike.identity.testing import World


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "says"), [("zh-CN", "这里没有内容"), ("zh-TW", "這裡沒有內容"), ("en", "Nothing here")]
)
def test_an_unknown_address_answers_in_the_readers_language(client: Client, language: str, says: str) -> None:
    answer = client.get("/nothing/here/at/all/", headers={"accept-language": language})
    assert answer.status_code == 404
    assert says in answer.content.decode()


@pytest.mark.django_db
def test_a_record_out_of_reach_and_a_page_not_allowed_are_told_apart(world: "World") -> None:
    client = world.client("何永强")
    assert "<h1>这里没有内容</h1>" in client.get(f"/customers/{uuid4()}/").content.decode()
    assert "<h1>没有权限</h1>" in client.get("/settings/organisation/").content.decode()


@pytest.mark.parametrize(("language", "says"), [("zh-hans", "系统出错了"), ("en", "failed on our side")])
def test_the_page_of_a_failure_needs_neither_request_nor_database(language: str, says: str) -> None:
    with translation.override(language):
        assert says in render_to_string("500.html")
