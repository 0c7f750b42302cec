"""What must not change does not: the order of customers, the scale of money, the date of everything; no line is lost in silence."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from zhike.value import report
from zhike.value.figures import figures
from zhike.value.study import Study
from zhike.value.tests.made import HEADERS, Row, company, read, text

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


GOOD: list[Row] = [(f"k{place % 3}", f"2024-0{place % 9 + 1}-05", f"{place + 1}.50") for place in range(40)]
CELLS = st.tuples(
    st.sampled_from(["k1", "k2", "新客户", "", "  ", "null"]),
    st.sampled_from(["2024-02-29", "2023-12-31 08:30", "someday", "2023-02-29", "2023-13-40", "1.2", ""]),
    st.one_of(
        st.decimals(min_value=-9_000, max_value=9_000, places=2).map(str),
        st.sampled_from(["5+3", "12/5", "100~200", "约500", "NaN", "1e400", "", "0"]),
    ),
)


def expected(row: Row) -> str | None:
    """Why a line does not count, told by hand; None where it does."""
    customer, day, amount = map(str, row)
    if customer.strip() in ("", "null"):
        return "no_customer"
    if not day.startswith(("2024-", "2023-12")):
        return "bad_date"
    if not amount.replace("-", "").replace(".", "").isdigit():
        return "bad_number"
    return "returned" if Decimal(amount) < 0 else None


@given(st.lists(CELLS, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_line_counts_or_is_named_with_its_reason(tmp_path: Path, strange: list[Row], dice: Any) -> None:
    rows: list[Row] = [*GOOD, *strange]
    dice.shuffle(rows)
    path = tmp_path / f"orders{len(list(tmp_path.iterdir()))}.csv"
    path.write_text(text(("customer", "date", "amount"), rows), encoding="utf-8")
    found = read(tmp_path, path)
    reasons = [expected(row) for row in rows]
    assert found.rows("SELECT line, reason FROM dropped ORDER BY line") == [
        (line, reason) for line, reason in enumerate(reasons, 2) if reason
    ]
    assert found.lines.dropped == Counter(filter(None, reasons))
    assert found.lines.kept + sum(found.lines.dropped.values()) == found.lines.read == len(rows)
    money: Counter[str] = Counter()
    for (who, _, amount), reason in zip(rows, reasons, strict=True):
        if reason is None:
            money[str(who)] += Decimal(str(amount))  # type: ignore[assignment]
    assert dict(found.rows("SELECT customer, sum(amount) FROM lines GROUP BY 1")) == money
