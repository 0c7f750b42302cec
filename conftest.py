"""What every test run obeys: which suites may be skipped, and which databases are spoken about."""

import gc
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from zhike.kernel.testing import let_flush_pass, shared_data

pytest_plugins = ("zhike.identity.testing", "zhike.kernel.testing_database")  # the named cast; an empty database
SKIPPABLE = ("shared", "postgres", "browser")


def required() -> set[str]:
    """Markers named in ZHIKE_REQUIRE: there a skip counts as a failure, so that nothing is left out in silence."""
    names = {word.strip() for word in os.environ.get("ZHIKE_REQUIRE", "").split(",") if word.strip()}
    if unknown := names - set(SKIPPABLE):
        raise pytest.UsageError(f"ZHIKE_REQUIRE knows {', '.join(SKIPPABLE)}; not {', '.join(sorted(unknown))}")
    return names


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the real data, for floors that stand alone and know no kernel."""
    return shared_data()


@pytest.fixture(autouse=True)
def pools_of_this_test() -> None:
    """Cards keep the pools' rules for a minute, by the rights' epoch, which starts anew in every test."""
    if settings.configured:
        from zhike.customers.pool import queries

        queries._kept.cache_clear()


def on_postgres() -> bool:
    """Whether this run speaks to PostgreSQL."""
    return os.environ.get("DATABASE_URL", "").startswith(("postgres:", "postgresql:"))


def pytest_configure(config: pytest.Config) -> None:
    """A misspelt requirement stops the run at once."""
    required()
    let_flush_pass()
    if settings.configured:  # nothing is collected for tests, yet WhiteNoise looks there
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests about PostgreSQL wait for a run that has one."""
    if on_postgres():
        return
    for item in items:
        if item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.skip(reason="set DATABASE_URL to a PostgreSQL database"))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: looking through it again and again for garbage was a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skip of what ZHIKE_REQUIRE names is a failure."""
    report = yield
    missed = {name for name in required() if item.get_closest_marker(name)}
    if report.skipped and missed and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, although ZHIKE_REQUIRE asks for {', '.join(sorted(missed))}: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A file that skips itself while being read would hide its marks: where something is required, that fails too."""
    report = yield
    if report.skipped and required():
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} skips itself, although ZHIKE_REQUIRE is set: {report.longrepr}"
    return report
