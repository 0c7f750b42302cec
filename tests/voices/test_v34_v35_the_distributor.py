"""V34 “Rank customers by several measures at once, take the top 20 %, give them their own policy, win back those that left.”
V35 “A key customer that thins out its orders is flagged before it has gone.”

→ `zhike value` on the distributor's order file: both lists stand in the study that the report tells.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from zhike.methods.result import MethodError
from zhike.value import report
from zhike.value.page import render
from zhike.value.study import Study
from zhike.value.tests.made import HEADERS, company, text

pytestmark = pytest.mark.slow


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


def test_v34_who_pays_late_ranks_lower_and_what_they_owe_is_said(study: Study, tmp_path: Path) -> None:
    """The same sales with the days on which they were due, and paid: K901 owes half a year, all others pay on the day."""
    rows = [(*row, *days(str(row[0]), date.fromisoformat(str(row[2])))) for row in company()]
    path = tmp_path / "销售与收款.csv"
    path.write_bytes(text((*HEADERS, "应收到期日", "收款日期"), rows).encode("gb18030"))
    with_days = report(path)
    assert not isinstance(study.ranking, MethodError)
    assert not isinstance(with_days.ranking, MethodError)
    assert with_days.owed is not None and study.owed is None
    assert with_days.ranking.measures == ("sales", "orders", "volume", "cycle", "overdue")
    before, after = (
        next(one for one in (*found.ranking.key, *found.ranking.gone) if one.customer == "K901")
        for found in (study, with_days)
        if not isinstance(found.ranking, MethodError)
    )
    assert after.points < before.points
    assert after.measures["overdue"] > 0
    [debtor] = with_days.owed.first
    assert debtor.customer == "K901"
    unpaid = [row for row in rows if row[0] == "K901" and not row[-1] and str(row[-2]) < with_days.as_of.isoformat()]
    assert debtor.money == with_days.owed.ageing.overdue == 10_000 * len(unpaid)
    assert debtor.oldest == (with_days.as_of - date.fromisoformat(min(str(row[-2]) for row in unpaid))).days


def days(customer: str, ordered: date) -> tuple[str, str]:
    due = (ordered + timedelta(days=30)).isoformat()
    return due, "" if customer == "K901" and ordered >= date(2024, 7, 1) else due


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


@pytest.mark.parametrize(
    ("lang", "policy", "left", "call"),
    [
        ("zh", "配专属政策", "已离开的重要客户", "现在打电话还来得及"),
        ("en", "deserve a policy of their own", "Important ones who have left", "There is still time to call"),
    ],
)
def test_v34_v35_the_page_names_whom_to_keep_to_call_and_to_win_back(
    study: Study, lang: str, policy: str, left: str, call: str
) -> None:
    page = render(study, lang)
    part = {
        key: page.split(f'<section id="{key}"')[1].split("</section>")[0] for key in ("ranking", "thinning", "win-back")
    }
    kept, gone = part["ranking"].split(f"<span>{left}</span>")
    assert policy in kept and "K901" in kept and "K902" in gone
    assert call in part["thinning"] and "重点K901" in part["thinning"] and "K902" not in part["thinning"]
    assert "重点K902" in part["win-back"] and "K901" not in part["win-back"]


def test_the_report_is_one_page(study: Study, tmp_path: Path) -> None:
    from zhike.value.writing import write_page

    write_page(study, tmp_path / "report.html", "zh")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "重点K901" in page
    assert len(page.encode()) <= 3 << 20
