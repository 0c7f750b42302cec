"""What must not change does not: the order of customers, the scale of money, the date of everything."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from zhike.value import report
from zhike.value.figures import figures
from zhike.value.study import Study
from zhike.value.tests.made import HEADERS, Row, company, text

pytestmark = pytest.mark.slow

ROWS = company(40, 200)


def study(folder: Path, rows: list[Row]) -> Study:
    """A report of rows."""
    path = folder / f"orders{len(list(folder.iterdir()))}.csv"
    path.write_text(text(HEADERS, rows), encoding="utf-8")
    return report(path)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The figures that others are compared with."""
    return counted(study(tmp_path_factory.mktemp("plain"), ROWS))


def counted(found: Study) -> dict[str, Any]:
    """Figures that neither names, scale nor dates may change."""
    known = figures(found)
    return {
        "customers": {
            part: {level: entry["customers"] for level, entry in known[part].items()}
            for part in ("abc", "pyramid", "lifecycle")
        },
        "shares": [known[name] for name in ("share_top_20", "share_top_10", "share_top_1")],
        "thinning": found.thinning.customers,  # type: ignore[union-attr]
        "lines": (known["lines_read"], known["lines_kept"], known["dropped"], known["invoices"]),
    }


@given(st.randoms(use_true_random=False), st.integers(1, 900))
@settings(
    max_examples=2, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_shuffled_lines_other_dates_and_other_money_change_no_share(
    tmp_path: Path, plain: dict[str, Any], dice: Any, days: int
) -> None:
    rows: list[Row] = [
        (r[0], r[1], (date.fromisoformat(str(r[2])) + timedelta(days=days)).isoformat(), r[3], r[4], int(str(r[5])) * 10, r[6])
        for r in ROWS
    ]  # fmt: skip
    dice.shuffle(rows)
    found = counted(study(tmp_path, rows))
    assert found["customers"] == plain["customers"]
    assert found["thinning"] == plain["thinning"]
    assert found["lines"] == plain["lines"]
    assert found["shares"] == pytest.approx(plain["shares"], rel=1e-9)
