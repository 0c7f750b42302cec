"""On real histories the first page says what a manager wants, with the figures of the references."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from zhike.value import report
from zhike.value.page import render
from zhike.value.page.conclusions import conclusions
from zhike.value.page.voice import Voice
from zhike.value.tests.made import HEADERS, company, text

if TYPE_CHECKING:
    from zhike.value.study import Study

pytestmark = pytest.mark.slow

REQUIRED = {
    "online retail": ("74.6%", "32.0%", "8.91M", "397,884", "135,080", "44 customers"),
    "northwind": ("1.27M", "58.4%", "110.3k"),
    "adventureworks": ("65.2%", "24.9M", "56,046"),
    "cdnow": ("23,570", "69,659", "2.50M", "236 customers", "67.8%"),
    "cdnow sample": ("2,357", "6,919", "1.024"),  # errors on the later period: the references' naive rate
}


@pytest.fixture
def study(request: pytest.FixtureRequest, shared: Path) -> Study:
    """The report of one of them in English; which language it is written in changes no figure."""
    if request.param == "online retail":
        retail: Study = request.getfixturevalue("retail")
        return replace(retail, lang="en")
    given: dict[str, tuple[list[Path], dict[str, Any]]] = {
        "northwind": ([shared / "northwind" / "northwind.sqlite"], {}),
        "adventureworks": (sorted((shared / "adventureworks").iterdir()), {}),
        "cdnow": ([shared / "clv" / "CDNOW_master.txt.gz"], {}),
        "cdnow sample": ([shared / "clv" / "CDNOW_sample.txt"], {"customer": "column 2", "amount": "column 5"}),
    }
    files, columns = given[request.param]
    return report(files, lang="en", **columns)


def told(study: Study, lang: str) -> str:
    """The first page without its tags; at least five sentences, and a page that needs nothing else."""
    voice = Voice(lang, study.currency, study.measure)
    said = conclusions(study, voice)
    assert len(said) >= 5
    page = render(study, lang)
    assert len(page.encode()) <= 3_000_000
    assert "<script" not in page
    sentences = " ".join(f"{one.figure} {one.sentence}" for one in said)
    return re.sub("<[^>]+>", "", f"{sentences} {voice.count(study.customers)}")


@pytest.mark.shared
@pytest.mark.parametrize(("study", "required"), REQUIRED.items(), indirect=["study"], ids=REQUIRED)
def test_five_sentences_with_the_figures_of_the_references(study: Study, required: tuple[str, ...]) -> None:
    assert told(study, "zh")
    said = told(study, "en")
    for figure in required:
        assert figure in said, figure


@pytest.mark.shared
def test_nobody_is_named_for_an_order_that_was_cancelled_at_once(shared: Path) -> None:
    study = report(shared / "transactions" / "onlineretail.csv.gz")
    assert {who: str(study.undone[who]) for who in ("12346", "16446")} == {"12346": "77183.60", "16446": "168469.60"}
    assert study.revenue == Decimal("8911407.90")
    named = {one.customer for one in (*study.movers_up, *study.movers_down)} | {one.customer for one in study.win_back}
    assert not named & study.undone.keys()
    assert not {"12346", "16446"} & set(re.findall(r"\d{5}", told(study, "en")))


def test_a_file_of_gb18030_with_chinese_headers_says_what_counting_by_hand_gives(tmp_path: Path) -> None:
    rows = company(400, 6000)
    path = tmp_path / "销售明细.csv"
    path.write_bytes(text(HEADERS, rows).encode("gb18030"))
    study = report(path)
    money: Counter[str] = Counter()
    for customer, _name, _day, _order, _product, count, price in rows:
        if int(str(count)) > 0:
            money[str(customer)] += Decimal(str(count)) * Decimal(str(price))  # type: ignore[assignment]
    ranked = sorted(money.values(), reverse=True)
    voice, total = Voice("zh"), sum(ranked)
    first = sum(ranked[: math.ceil(len(ranked) * 0.01)])
    fifth = sum(ranked[: len(ranked) * 20 // 100])
    returned = sum(int(str(row[5])) < 0 for row in rows)
    said = told(study, "zh")
    for figure in (
        voice.money(Decimal(first)), voice.money(Decimal(total)), voice.share(float(first / total)),
        voice.share(float(fifth / total)), f"{len(rows):,} 行", f"{returned:,} 行", f"{len(ranked):,}",
    ):  # fmt: skip
        assert figure in said, figure
    assert study.files[0].encoding == "GB18030"
    assert "客户1号" in said
    assert told(study, "en")
