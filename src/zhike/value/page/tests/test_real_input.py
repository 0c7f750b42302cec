"""On real histories the first page says what a manager wants, with the figures of the references."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zhike.value import report
from zhike.value.page import render
from zhike.value.page.conclusions import conclusions
from zhike.value.page.voice import Voice

if TYPE_CHECKING:
    from zhike.value.study import Study

pytestmark = pytest.mark.shared
REQUIRED = {
    "online retail": ("74.6%", "32.0%", "8.91M", "397,884", "135,080", "44 customers"),
    "northwind": ("1.27M", "58.4%", "110.3k"),
    "adventureworks": ("65.2%", "24.9M", "56,046"),
}


@pytest.fixture
def study(request: pytest.FixtureRequest, shared: Path) -> Study:
    """The report of one of them in English; which language it is written in changes no figure."""
    if request.param == "online retail":
        retail: Study = request.getfixturevalue("retail")
        return replace(retail, lang="en")
    files = {
        "northwind": [shared / "northwind" / "northwind.sqlite"],
        "adventureworks": sorted((shared / "adventureworks").iterdir()),
    }
    return report(files[request.param], lang="en")


@pytest.mark.parametrize(("which", "study"), [(which, which) for which in REQUIRED], indirect=["study"], ids=REQUIRED)
def test_five_sentences_with_the_figures_of_the_references(study: Study, which: str) -> None:
    voice = Voice("en", study.currency, study.measure)
    said = conclusions(study, voice)
    text = re.sub("<[^>]+>", "", " ".join(f"{one.figure} {one.sentence}" for one in said))
    assert len(said) >= 5
    for figure in REQUIRED[which]:
        assert figure in text, figure
    for lang in ("zh", "en"):
        page = render(study, lang)
        assert len(page.encode()) <= 3_000_000
        assert "<script" not in page
