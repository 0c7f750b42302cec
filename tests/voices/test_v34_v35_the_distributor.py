"""V34 “Rank customers by several measures at once, take the top 20 %, give them their own policy, win back those that left.”
V35 “A key customer that thins out its orders is flagged before it has gone.”

→ `zhike value` on the distributor's order file: both lists stand in the study that the report tells.
"""

from pathlib import Path

import pytest

from zhike.methods.result import MethodError
from zhike.value import report
from zhike.value.study import Study
from zhike.value.tests.made import HEADERS, company, text


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Three years of a wholesaler, in the encoding its own program writes: K901 slows down, K902 left two years ago."""
    path = tmp_path_factory.mktemp("distributor") / "销售明细.csv"
    path.write_bytes(text(HEADERS, company()).encode("gb18030"))
    return report(path)


def test_v34_customers_are_ranked_by_several_measures_at_once(study: Study) -> None:
    found = study.ranking
    assert not isinstance(found, MethodError)
    assert found.measures == ("sales", "orders", "volume", "cycle")
    # the first fifth, rounded up, falls into those to keep and those to win back
    assert found.many + found.many_gone == -(-found.customers // 5)
    assert [entry.place for entry in found.key] == sorted(entry.place for entry in found.key)
    assert found.key[0].points >= found.key[-1].points
    assert "K901" in {entry.customer for entry in found.key}


def test_v34_the_important_ones_that_left_are_to_be_won_back(study: Study) -> None:
    assert not isinstance(study.ranking, MethodError)
    assert "K902" in {entry.customer for entry in study.ranking.gone}
    first = study.win_back[0]
    assert first.customer == "K902"
    assert first.value > 0
    assert first.idle > 365
    assert study.called("K902") == "重点K902（K902）"


def test_v35_a_key_customer_that_thins_out_is_flagged_before_it_has_gone(study: Study) -> None:
    assert not isinstance(study.thinning, MethodError)
    assert not isinstance(study.lifecycle, MethodError)
    listed = {row["customer"]: row for row in study.thinning.list(20)}
    assert listed["K901"]["slower"]
    assert listed["K901"]["value"] > 0
    assert study.lifecycle.stages["K901"] != "lost"
    assert "K902" not in listed  # gone, which is another list


def test_v35_nobody_is_both_thinning_out_and_to_be_won_back(study: Study) -> None:
    assert not isinstance(study.thinning, MethodError)
    assert not isinstance(study.ranking, MethodError)
    thinning = {row["customer"] for row in study.thinning.list(1000)}
    gone = {one.customer for one in study.win_back} | {one.customer for one in study.ranking.gone}
    assert thinning
    assert gone
    assert not thinning & gone


def test_the_distributors_file_was_understood_and_says_how(study: Study) -> None:
    (read,) = study.files
    assert read.encoding == "GB18030"
    assert read.columns["customer"] == "客户编号"
    assert study.dropped["returned"] > 0
    assert study.customers > 20


def test_the_report_is_one_page(study: Study, tmp_path: Path) -> None:
    from zhike.value.writing import write_page

    write_page(study, tmp_path / "report.html", "zh")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "重点K901" in page
    assert len(page.encode()) <= 3 << 20
