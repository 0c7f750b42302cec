"""Where the real data lies; the report stands alone, so this does not come from the kernel."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    root = Path(os.environ.get("ZHIKE_SHARED", Path(__file__).resolve().parents[4].parent / "shared")) / "data"
    if not root.exists():
        if "shared" in os.environ.get("ZHIKE_REQUIRE", "").split(","):
            pytest.fail("the shared data is required here and absent")
        pytest.skip("the shared data is not beside this checkout")
    return root
