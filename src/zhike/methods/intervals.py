"""Intervals of shares, so that no rate stands without how sure it is."""

from __future__ import annotations

import math

from zhike.methods.result import MethodError


def normal_quantile(level: float = 0.95) -> float:
    """z of a two-sided interval: 1.96 for .95."""
    from statistics import NormalDist

    if not 0 < level < 1:
        raise MethodError(
            "level_range", f"置信水平须在 0 与 1 之间，现为 {level}。", f"A level lies in (0, 1), not {level}."
        )
    return NormalDist().inv_cdf(0.5 + level / 2)


def wilson(hits: float, cases: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of hits/cases (1927); never outside [0, 1], never empty for 0 or all.

    >>> [round(bound, 4) for bound in wilson(0, 10)]
    [0.0, 0.2775]
    """
    if cases <= 0 or not 0 <= hits <= cases:
        raise MethodError("share_range", f"{hits}/{cases} 不是一个比例。", f"{hits} of {cases} is no share.")
    z = normal_quantile(level)
    share, weight = hits / cases, z * z / cases
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / cases + weight / cases / 4)
    return max(middle - half, 0.0), min(middle + half, 1.0)
