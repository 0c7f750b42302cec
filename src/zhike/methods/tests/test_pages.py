"""The methods' pages: one each, whole, with an example that does what it says."""

from __future__ import annotations

import doctest
import re
from importlib import import_module
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[4] / "docs" / "methods"
NOT_METHODS = {"README.md", "engine.md"}
PARTS = ("Formula", "Assumptions", "Worked example", "Limits")
FAMILIES = (
    "cohorts", "clv", "credit", "duplicates", "effort", "forecast", "groups", "kano", "leads", "later_orders", "lifecycle",
    "loyalty", "moments", "offers", "prediction", "rates", "rules", "satisfaction", "stock", "survival", "uplift", "value",
    "worth",
)  # fmt: skip


def pages() -> list[Path]:
    return sorted(path for path in PAGES.glob("*.md") if path.name not in NOT_METHODS)


@pytest.mark.slow
@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_a_page_gives_formula_assumptions_example_and_limits(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [part for part in re.findall(r"^## (.+)$", text, re.MULTILINE) if part in PARTS] == list(PARTS)
    assert f"]({page.name})" in (PAGES / "README.md").read_text(encoding="utf-8"), "the index does not lead here"
    example = text.split("## Worked example")[1].split("\n## ")[0]
    tested = doctest.DocTestParser().get_doctest(example, {}, page.name, str(page), 0)
    assert any(one.want for one in tested.examples), "an example shows what comes out"
    told: list[str] = []
    failed, _tried = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE).run(
        tested, out=told.append
    )
    assert not failed, "".join(told)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_family_computes_stands_on_a_page(family: str) -> None:
    """Every function and estimator that is offered is named by a page's own words."""
    told = "\n".join(page.read_text(encoding="utf-8") for page in pages())
    module = import_module(f"zhike.methods.{family}")
    offered = {name for name in getattr(module, "__all__", ()) if callable(getattr(module, name))}
    methods = {name for name in offered if name[0].islower() or hasattr(getattr(module, name), "fit")}
    assert not {name for name in methods if not re.search(rf"\b{name}\b", told)}
