"""Nothing that a file holds can become markup, run, or reach out of the page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.value.page.markup import Safe, fill, join, name, tag


@settings(max_examples=60)
@given(st.text())
def test_any_text_is_only_text(value: str) -> None:
    made = tag("p", value, title=value)
    assert made.count("<") == 2
    assert made.count(">") == 2
    assert not any(ord(sign) < 32 and sign not in "\t\n\r" for sign in made)


@pytest.mark.parametrize("element", ["script", "SCRIPT", "iframe", "object", "img", "link", "p onload=x", ""])
def test_what_could_run_or_load_is_no_element(element: str) -> None:
    with pytest.raises(ValueError, match="Not an element"):
        tag(element)


@pytest.mark.parametrize("attribute", ["onclick", "ONLOAD", "style", "src", "x y", ""])
def test_handlers_styles_and_sources_are_no_attributes(attribute: str) -> None:
    with pytest.raises(ValueError, match="Not an attribute"):
        tag("p", **{attribute or " ": "x"})


@pytest.mark.parametrize("address", ["https://example.com", "javascript:alert(1)", "//x", "data:text/html,x", "x.html"])
def test_a_link_stays_on_the_page(address: str) -> None:
    with pytest.raises(ValueError, match="nothing but itself"):
        tag("a", "x", href=address)


def test_parts_of_a_sentence_are_escaped_and_markup_stays() -> None:
    made = fill("{who} & {what}", who="<b>", what=tag("b", "x"))
    assert made == "&lt;b&gt; &amp; <b>x</b>"


def test_drawings_close_their_own_elements() -> None:
    assert tag("rect", x=1.0, y=0.333333) == '<rect x="1" y="0.33"/>'


def test_children_are_opened_and_nothing_stays_nothing() -> None:
    assert join(["a", None, ["b", [Safe("<i></i>")]], 3]) == "ab<i></i>3"


def test_names_are_cut_cleaned_and_kept_apart() -> None:
    assert name("  a \u202e b ") == "<bdi>a b</bdi>"
    assert name("") == "<bdi>—</bdi>"
    assert name("x" * 100, 10) == f'<bdi title="{"x" * 100}">xxxxxxxxx…</bdi>'
