"""The examples in the docstrings of every method do what they say."""

import doctest
import pkgutil
from importlib import import_module

import pytest

from zhike import methods


def names() -> list[str]:
    """Every module of the mathematics but its tests."""
    found = (module.name for module in pkgutil.walk_packages(methods.__path__, f"{methods.__name__}."))
    return sorted(name for name in found if "tests" not in name.split("."))


SLOW = {f"zhike.methods.{name}" for name in ("groups", "cohorts", "clv.bootstrap", "prediction.model")}  # seconds each


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.slow) if n in SLOW else n for n in names()])
def test_examples_run(name: str) -> None:
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for example in doctest.DocTestFinder(exclude_empty=True).find(import_module(name)):
        runner.run(example, out=told.append)
    assert not runner.failures, "".join(told)
