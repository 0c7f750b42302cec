"""A method's answer, or its refusal in the same place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from zhike.methods.result import MethodError

T = TypeVar("T")


def attempt(work: Callable[[], T]) -> T | MethodError:
    """Run it; what a method refuses is an answer too. Numbers that break a method are a refusal, never a trace."""
    try:
        return work()
    except MethodError as refused:
        if refused.code == "spark_failed":  # not these data: nothing after it would be computed either
            raise
        return refused
    except (ZeroDivisionError, FloatingPointError, OverflowError, ValueError) as broken:
        said = " ".join(str(broken).split())[:160]
        return MethodError(
            "not_computable", f"这些数据算不出来：{said}", f"It cannot be computed from these data: {said}"
        )
