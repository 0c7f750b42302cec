"""The largest real history, reported once for every test about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from zhike.value.study import Study


@pytest.fixture(scope="session")
def retail(shared: Path) -> Study:
    """The whole report of Online Retail."""
    from zhike.value import report

    return report(shared / "transactions" / "onlineretail.csv.gz")
