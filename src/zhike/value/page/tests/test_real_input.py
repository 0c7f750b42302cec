"""On real histories the first page says what a manager wants, with the figures of the references."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from zhike.value import report
from zhike.value.page import render
from zhike.value.page.conclusions import conclusions
from zhike.value.page.voice import Voice

pytestmark = pytest.mark.shared
REQUIRED = {
    "online retail": ("74.6%", "32.0%", "8.91M", "397,884", "135,080", "44 customers"),
    "northwind": ("1.27M", "58.4%", "110.3k"),
    "adventureworks": ("65.2%", "24.9M", "56,046"),
}


@pytest.fixture(scope="session")
def files(shared: Path) -> dict[str, list[Path]]:
    return {
        "online retail": [shared / "transactions" / "onlineretail.csv.gz"],
        "northwind": [shared / "northwind" / "northwind.sqlite"],
        "adventureworks": sorted((shared / "adventureworks").iterdir()),
    }


@pytest.mark.parametrize("which", REQUIRED)
def test_five_sentences_with_the_figures_of_the_references(files: dict[str, list[Path]], which: str) -> None:
    study = report(files[which], lang="en")
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
