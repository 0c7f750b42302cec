"""Components, marks and filters of the templates, and what the strict content policy asks of them."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils import timezone, translation

from zhike.kernel import marks
from zhike.kernel.catalogue import SampleForm, sample

PACKAGE = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(path for path in PACKAGE.rglob("*.html") if "templates" in path.parts)
INLINE = re.compile(
    r"""<[^>]*\s(style|on[a-z]+)\s*=|<style|<script(?![^>]*(\ssrc=|type="application/json"))""", re.IGNORECASE
)


def show(source: str, **values: object) -> str:
    """The text of a small template that may use our tags."""
    return Template("{% load zhike %}" + source).render(Context(values))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_template_has_no_inline_style_or_script(path: Path) -> None:
    found = INLINE.search(path.read_text(encoding="utf-8"))
    assert found is None, f"{path.name}: {found and found[0]}"


@pytest.mark.parametrize(
    "page",
    [
        "catalogue.html",
        "samples/list.html",
        "samples/card.html",
        "samples/drawer.html",
        "samples/today.html",
        "bare.html",
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_every_component_renders_with_sample_data(page: str, language: str) -> None:
    with translation.override(language):
        data = {
            **sample(language),
            "form": SampleForm(),
            "page": "",
            "pages": [],
            "drawer": True,
            "person": {"name": "周"},
        }
        html = render_to_string(f"zhike/{page}", data)
    assert "{{" not in html
    assert "{%" not in html
    assert len(html) > 500


def test_a_name_is_escaped_wherever_it_is_shown() -> None:
    bad = '<img src=x onerror="alert(1)">'
    for source in (
        "{% avatar x %}",
        "{% stage 1 x %}",
        "{% icon 'phone' '' x %}",
        "{% spark m x %}",
        "{% meter 0.5 x %}",
        "{% kind 'person' x %}",
    ):
        assert "<img" not in show(source, x=bad, m=[1, 2])


def test_json_inside_a_page_cannot_end_its_element() -> None:
    html = render_to_string(
        "zhike/parts/chart.html", {"options": {"title": "</script><script>alert(1)//"}, "label": "x"}
    )
    assert html.count("</script>") == 1


def test_a_level_without_its_word_still_says_it_to_a_screen_reader() -> None:
    with translation.override("en"):
        assert '<span class="sr">High</span>' in marks.level("B", word=False)


def test_a_missing_level_is_drawn_as_none() -> None:
    assert "#level-0" in marks.level(None)


def test_large_numbers_are_short_and_exact_on_hover() -> None:
    with translation.override("zh-hans"):
        assert show("{{ x|compact }}", x=12138000) == '<span title="12,138,000">1,213.8万</span>'
    assert show("{{ x|compact }}", x=None) == "—"


def test_a_day_is_named_and_dated() -> None:
    assert "<time datetime=" in show("{{ x|when }}", x=timezone.now() - timedelta(400))
    assert show("{{ x|when }}", x=None) == "—"


def test_the_query_tag_changes_one_parameter_and_keeps_the_others(rf: object) -> None:
    request = rf.get("/?view=mine&after=abc")  # type: ignore[attr-defined]
    assert show('{% query sort="name" after="" %}', request=request) == "?view=mine&amp;sort=name"


def test_initials_are_one_character_in_chinese_and_two_letters_in_english() -> None:
    assert [marks.initials(name) for name in ("周晓岚", "Zhou Xiaolan", "")] == ["周", "ZX", "?"]


def test_a_meter_never_leaves_its_track() -> None:
    assert 'width="100.0%"' in marks.meter(7.3, "x")
    assert 'width="0.0%"' in marks.meter(-1, "x")


def test_every_part_stays_small() -> None:
    sizes = sorted(
        len(path.read_text().splitlines()) for path in (PACKAGE / "kernel/templates/zhike/parts").glob("*.html")
    )
    assert sizes[len(sizes) // 2] <= 20
    assert sizes[-1] <= 120
