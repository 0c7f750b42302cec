"""The page as a whole: complete in both languages, nothing runs, nothing leaves, every section says how far to trust it."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from zhike.methods.result import MethodError
from zhike.value import report
from zhike.value.page import render
from zhike.value.page.conclusions import conclusions, first_page
from zhike.value.page.sections import sections
from zhike.value.page.voice import Voice
from zhike.value.page.words import STAGES

from .studies import HOSTILE, passers_by, shop

if TYPE_CHECKING:
    from zhike.value.study import Study

LANGUAGES = ("zh", "en")
CHINESE = re.compile("[\u3400-\u9fff]")
PARTS = ("abc", "pyramid", "pyramid_now", "pyramid_before", "migration", "bridge", "concentration", "rfm", "lifecycle",
         "stage_moves", "patterns", "thinning", "cohorts", "clv", "rules", "rules_test", "forecast", "ranking")  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return report(shop(tmp_path_factory.mktemp("shop") / "orders.csv"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Study:
    made = shop(tmp_path_factory.mktemp("hostile") / "orders.csv", customers=60, names=HOSTILE)
    return report(made, title="<script>title()</script>")


class Seen(HTMLParser):
    """Elements, attributes and texts of a page; elements must close in their order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.texts.append(data)


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_runs_and_nothing_reaches_out(hostile: Study, lang: str) -> None:
    page = render(hostile, lang)
    seen = Seen(page)
    assert not seen.open
    names = {element for element, _ in seen.elements}
    assert not names & {"script", "img", "link", "iframe", "object", "embed", "form", "base"}
    for element, attributes in seen.elements:
        assert not [key for key in attributes if key.startswith("on") or key in ("style", "src", "srcset")], element
        assert (attributes.get("href") or "#").startswith("#")
    assert "http://" not in page
    assert "https://" not in page
    assert "url(" not in page
    assert "@import" not in page


def test_hostile_names_are_shown_as_they_are_written(hostile: Study) -> None:
    seen = " ".join(Seen(render(hostile, "en")).texts)
    assert "<script>alert(1)</script>" in seen
    assert "<script>title()</script>" in seen
    assert "\u202e" not in seen


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_section_says_cases_period_method_and_doubt(study: Study, lang: str) -> None:
    voice = Voice(lang, study.currency, study.measure)
    for part in sections(study, voice):
        method = part.method
        assert all((method.cases, method.period, method.computed, method.doubt)), part.key
        assert method.cases != "—", part.key
        shown = part.html(voice)
        for words in (voice.say("怎么算的", "How it is computed"), voice.say("什么时候别信它", "When not to trust it")):
            assert words in shown, part.key


def test_the_english_page_holds_no_chinese(study: Study) -> None:
    texts = [text for text in Seen(render(study, "en")).texts if text != "知"]
    assert not [text for text in texts if CHINESE.search(text)]
    attributes = [value for _, found in Seen(render(study, "en")).elements for value in found.values() if value]
    assert not [value for value in attributes if CHINESE.search(value)]


def test_the_chinese_page_holds_no_english_sentence(study: Study) -> None:
    sentence = re.compile(r"\b(the|and|of|customers|money|with|for|this)\b", re.IGNORECASE)
    assert not [text for text in Seen(render(study, "zh")).texts if sentence.search(text)]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_is_small_and_names_its_parts(study: Study, lang: str) -> None:
    page = render(study, lang)
    assert len(page.encode()) <= 3_000_000
    seen = Seen(page)
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for element, attributes in seen.elements:
        assert (attributes.get("href") or "#conclusions")[1:] in ids, element
        for key in ("aria-labelledby", "aria-describedby"):
            assert (attributes.get(key) or ids[0]) in ids
    charts = [
        attributes for element, attributes in seen.elements if element == "svg" and attributes.get("role") == "img"
    ]
    assert charts
    assert all(chart.get("aria-labelledby") and chart.get("aria-describedby") for chart in charts)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_could_not_be_computed_says_why(study: Study, lang: str) -> None:
    refused = MethodError("no", "因为没有数据 <b>", "There are no data <b>.")
    empty: dict[str, Any] = dict.fromkeys(PARTS, refused)
    empty |= dict.fromkeys(("movers_up", "movers_down", "win_back", "monthly"), ())
    page = render(replace(study, **empty), lang)
    assert page.count("因为没有数据 &lt;b&gt;" if lang == "zh" else "There are no data &lt;b&gt;.") >= 12
    assert not Seen(page).open


@pytest.mark.parametrize("part", PARTS)
def test_any_one_part_may_be_missing(study: Study, part: str) -> None:
    missing: dict[str, Any] = {part: MethodError("no", "没有", "None.")}
    assert not Seen(render(replace(study, **missing), "en")).open


def test_the_conclusions_carry_the_figures_of_the_study(study: Study) -> None:
    voice = Voice("en", study.currency, study.measure)
    said = {one.anchor: one for one in conclusions(study, voice)}
    assert len(said) >= 7
    assert not isinstance(study.pyramid, MethodError)
    assert not isinstance(study.thinning, MethodError)
    assert said["pyramid"].figure == voice.share(study.pyramid.levels["top"].share)
    assert voice.count(study.thinning.customers) in said["thinning"].sentence
    assert study.movers_down[0].customer in said["migration"].sentence


@pytest.mark.parametrize("lang", LANGUAGES)
def test_customers_who_went_from_stage_to_stage_are_counted(study: Study, lang: str) -> None:
    moved, now = study.stage_moves, study.lifecycle
    assert not isinstance(moved, MethodError) and not isinstance(now, MethodError)
    for place, stage in enumerate(moved.levels):
        assert moved.counts[:, place].sum() == now.levels[stage].customers
    assert moved.cases == now.cases and moved.counts[-1].sum() > 0, "new ones came"
    page = Seen(render(study, lang))
    seen = "".join(page.texts)
    assert ("From stage to stage" if lang == "en" else "从哪一段走到哪一段") in seen
    ways = {(i, j): moved.cells[i][j].customers for i in STAGES for j in STAGES if i != j}
    (then, now_in), most = max(ways.items(), key=lambda way: way[1])
    all_then = sum(cell.customers for cell in moved.cells[then].values())
    a, b = (STAGES[stage][lang == "en"].lower() for stage in (then, now_in))
    assert (f"of the {all_then} that were {a}, {most} are {b} now" if lang == "en"
            else f"当时属“{a}”的 {all_then} 位里，{most} 位如今属“{b}”") in seen  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("actual", "words"), [(0.5, "too high"), (2.0, "too low")])
def test_bounds_that_the_check_went_beyond_are_not_left_alone(tmp_path: Path, actual: float, words: str) -> None:
    study = report(passers_by(tmp_path / "orders.csv"))
    assert not isinstance(study.clv, MethodError) and not isinstance(study.clv.value, MethodError)

    def told(times: float) -> tuple[str, str]:
        assert not isinstance(study.clv, MethodError) and not isinstance(study.clv.value, MethodError)
        error = {**study.clv.value.error, "actual": study.clv.value.error["total"] * times}
        seen = replace(study, clv=replace(study.clv, value=replace(study.clv.value, error=error)))
        (one,) = [one for one in conclusions(seen, Voice("en")) if one.anchor == "lifetime"]
        return re.sub("<[^>]+>", "", one.sentence), str(one.deed)

    sentence, deed = told(actual)
    share = Voice("en").share(abs(1 / actual - 1))
    assert f"In the check it put money {share} {words}, which these bounds do not hold." in sentence
    assert "with room for such an error" in deed
    sentence, deed = told(1.0)
    assert "In the check" not in sentence and "room" not in deed


@pytest.mark.slow
def test_the_year_ahead_is_shown_with_its_bounds(tmp_path: Path) -> None:
    study = report(passers_by(tmp_path / "orders.csv"), tables=tmp_path / "tables")
    assert not isinstance(study.clv, MethodError) and not isinstance(study.clv.value, MethodError)
    voice = Voice("en", study.currency, study.measure)
    low, high = (voice.money(end) for end in study.clv.value.interval or (0, 0))
    seen = " ".join(Seen(render(study, "en")).texts)
    assert f"({low} to {high}, nine chances in ten)" in seen
    assert "In money: " in seen
    top = study.clv.value.groups["top"]
    assert f"{voice.money(top.low)}–{voice.money(top.high)}" in seen
    with (tmp_path / "tables" / "lifetime.csv").open(encoding="utf-8-sig") as source:
        rows = list(csv.DictReader(source))
    assert len(rows) == study.customers, "the page names ten, the table everybody"
    assert [float(row["value"]) for row in rows] == sorted((float(row["value"]) for row in rows), reverse=True)
    assert all(float(row["low"]) <= float(row["high"]) for row in rows)


def test_every_conclusion_but_the_last_says_what_to_do(study: Study) -> None:
    for lang in LANGUAGES:
        *before, last = conclusions(study, Voice(lang, study.currency, study.measure))
        assert last.anchor == "reading"
        assert all(one.deed for one in before)


def test_nobody_stands_on_two_lists_of_the_first_page(study: Study) -> None:
    page = first_page(study, Voice("en", study.currency, study.measure))
    named = re.findall(r"<li><span>.*?<bdi>([^<]+)</bdi>", page[page.index('class="deeds"') :])
    assert len(named) > 5
    assert len(named) == len(set(named))


def test_the_bridge_on_the_page_adds_up(study: Study) -> None:
    found = study.bridge
    assert not isinstance(found, MethodError)
    assert found.then + found.new + found.returned + found.grown + found.shrunk + found.lost == found.now


def test_one_customer_and_one_day_make_a_page(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("customer,date,amount\nA,2024-01-01,10\n", encoding="utf-8")
    found = report(path)
    for lang in LANGUAGES:
        assert not Seen(render(found, lang)).open
