"""What tests share: where the real data lies, and a system actor."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from zhike.kernel.actor import Actor

SYSTEM = Actor.system("test", door="cli")


def shared_data(*parts: str) -> Path:
    """A file of the real data beside the repository; skips (or fails, where it is required) when it is absent."""
    beside = Path(__file__).resolve().parents[3].parent / "shared"
    root = Path(os.environ.get("ZHIKE_SHARED", beside)) / "data"
    if not root.exists():
        if "shared" in os.environ.get("ZHIKE_REQUIRE", "").split(","):
            pytest.fail("the shared data is required here and absent")
        pytest.skip("the shared data is not beside this checkout")
    return root.joinpath(*parts)


def let_flush_pass() -> None:
    """Tests that really commit empty every table afterwards; the ledger's guards step aside for that moment only."""
    from django.db import connection
    from django.test import TransactionTestCase

    from zhike.kernel import guards

    teardown = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]
    if getattr(teardown, "guarded", False):
        return

    def guarded(self: TransactionTestCase) -> None:
        guards.remove(connection)
        try:
            teardown(self)
        finally:
            guards.install(connection)

    guarded.guarded = True  # type: ignore[attr-defined]
    TransactionTestCase._fixture_teardown = guarded  # type: ignore[attr-defined]
