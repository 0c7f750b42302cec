"""Against the reference figures of Online Retail, CDNOW, AdventureWorks and Northwind."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from zhike.methods.result import MethodError
from zhike.value.tests.made import read

pytestmark = [pytest.mark.shared, pytest.mark.slow]


def test_against_online_retail_lines_customers_and_money(retail: Any) -> None:
    assert (retail.lines_read, retail.lines_kept, retail.customers, retail.invoices) == (
        541_909,
        397_884,
        4_338,
        18_532,
    )
    assert retail.revenue == Decimal("8911407.90")
    assert retail.dropped["no_customer"] == 135_080
    assert retail.lines_kept + sum(retail.dropped.values()) == retail.lines_read
    assert retail.duplicates == 5_192
    assert {read.columns["order"] for read in retail.files} == {"InvoiceNo"}


def test_against_online_retail_lines_of_bad_debt_are_not_counted(retail: Any) -> None:
    """They have no customer, which is looked at first; the price rule drops a negative one that has."""
    debts = retail.engine.connection.execute(
        "SELECT reason, content FROM dropped WHERE content LIKE '%| A56318%'"
    ).fetchall()
    assert [reason for reason, _ in debts] == ["no_customer"] * 3
    assert all("Adjust bad debt" in content for _, content in debts)


def test_against_online_retail_concentration_and_pyramid(retail: Any) -> None:
    shares = {part: round(share, 4) for part, share in retail.concentration.shares.items()}
    assert shares == {0.2: 0.7459, 0.1: 0.6133, 0.01: 0.3178}
    assert round(retail.concentration.gini, 4) == 0.7151
    assert round(retail.pyramid.levels["top"].share, 4) == 0.3200


def test_against_online_retail_a_degenerate_fit_is_said(retail: Any) -> None:
    from zhike.value.figures import figures

    assert {"dropout_unseen"} <= {
        warning["code"] for warning in figures(retail)["warnings"] if warning["part"] == "clv"
    }


def test_against_online_retail_a_year_of_money_has_bounds_and_the_money_of_a_later_period_beside_it(
    retail: Any,
) -> None:
    from zhike.value.figures import figures

    told = figures(retail)["clv_value"]
    assert told["low"] < told["value"] < told["high"]
    assert sum(level["value"] for level in told["levels"].values()) == pytest.approx(told["value"], rel=1e-6)
    assert sum(level["customers"] for level in told["levels"].values()) == retail.customers
    assert all(level["low"] < level["value"] < level["high"] for level in told["levels"].values())
    assert told["later"]["actual"] == pytest.approx(4_278_144.45)
    everyone = retail.clv.everyone
    assert len(everyone["customer"]) == retail.customers
    assert (everyone["low"] <= everyone["high"]).all()


def test_against_itself_the_parts_of_a_report_agree(retail: Any) -> None:
    assert sum(level.revenue for level in retail.abc.levels.values()) == retail.revenue
    assert sum(level.customers for level in retail.pyramid.levels.values()) == retail.customers
    assert sum(month.revenue for month in retail.monthly) == retail.revenue
    bridge = retail.bridge
    moved = bridge.new + bridge.returned + bridge.grown + bridge.shrunk + bridge.lost
    assert bridge.then + moved == bridge.now
    for level, rates in retail.migration.rates.items():
        opening = sum(cell.customers for cell in retail.migration.cells[level].values())
        assert rates.opening == opening
        assert not opening or abs(rates.upgrade + rates.kept + rates.downgrade + rates.lost - 1) < 1e-12


def test_against_online_retail_cross_sell_beats_the_best_seller_on_later_orders(retail: Any) -> None:
    test = retail.rules_test
    assert test.period[0].isoformat() == "2011-09-07"
    assert test.cases > 4_000
    assert test.usable
    assert 0.30 < test.interval[0] < test.difference < 0.40
    assert test.popular_hit_rate < 0.15


def test_against_online_retail_without_duplicates(tmp_path: Path, shared: Path) -> None:
    found = read(tmp_path, shared / "transactions" / "onlineretail.csv.gz", drop_duplicates=True)
    assert found.rows("SELECT sum(amount) FROM lines") == [(Decimal("8887208.89"),)]


def test_against_northwind_the_rounding_is_said(tmp_path: Path, shared: Path) -> None:
    found = read(tmp_path, shared / "northwind" / "northwind.sqlite")
    assert found.rows('SELECT count(DISTINCT "order"), sum(amount) FROM lines') == [(830, Decimal("1265793.11"))]
    (note,) = [note for note in found.lines.notes if note.code == "rounding"]
    assert "1,265,793.11" in note.en
    assert "1,265,793.04" in note.en


def test_against_adventureworks_three_years_at_once(tmp_path: Path, shared: Path) -> None:
    years = [shared / "adventureworks" / (f"AdventureWorks_Sales_{year}.csv") for year in (2017, 2018, 2019)]
    found = read(tmp_path, *years, shared / "adventureworks" / "AdventureWorks_Products.csv")
    assert found.lines.read == found.lines.kept == 56_046
    assert found.rows("SELECT count(DISTINCT customer), min(day)::VARCHAR, max(day)::VARCHAR FROM lines") == [
        (17_411, "2017-01-01", "2019-06-30")
    ]
    assert found.lines.measure == "money"


def test_against_cdnow_all_lines_and_customers(tmp_path: Path, shared: Path) -> None:
    found = read(tmp_path, shared / "clv" / "CDNOW_master.txt.gz")
    assert found.rows("SELECT count(*), count(DISTINCT customer) FROM lines") == [(69_659, 23_570)]


def test_against_cdnow_the_models_and_their_check(shared: Path) -> None:
    from zhike.value import report

    found = report(shared / "clv" / "CDNOW_sample.txt", customer="column 2", amount="column 5")
    assert not isinstance(found.clv, MethodError)
    assert found.clv.split.isoformat() == "1997-09-30"
    trials = {trial.name: trial for trial in found.clv.choice.trials}
    assert round(trials["BG/NBD"].mae, 4) == 0.7855
    assert round(trials["BG/NBD"].total, 1) == 1653.4
    assert trials["BG/NBD"].actual == 1882
    assert round(found.clv.choice.naive.mae, 4) == 1.0237
