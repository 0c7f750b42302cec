"""An address nobody knows, and a failure of ours, answer in the reader's language."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "says"), [("zh-CN", "这里没有内容"), ("zh-TW", "這裡沒有內容"), ("en", "Nothing here")]
)
def test_an_unknown_address_answers_in_the_readers_language(client: Client, language: str, says: str) -> None:
    answer = client.get("/nothing/here/at/all/", headers={"accept-language": language})
    assert answer.status_code == 404
    assert says in answer.content.decode()


@pytest.mark.parametrize(("language", "says"), [("zh-hans", "系统出错了"), ("en", "failed on our side")])
def test_the_page_of_a_failure_needs_neither_request_nor_database(language: str, says: str) -> None:
    with translation.override(language):
        assert says in render_to_string("500.html")
