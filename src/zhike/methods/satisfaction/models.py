"""The published satisfaction indices as data: which latent moves which. Items and scale are the survey's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from zhike.methods.result import MethodError

Paths = tuple[tuple[str, str], ...]


def _from(*lines: str) -> Paths:
    return tuple((line.split(">")[0], end) for line in lines for end in line.split(">")[1].split())


MODELS: dict[str, Paths] = {
    "SCSB": _from(
        "Expectation>Performance Satisfaction", "Performance>Satisfaction", "Satisfaction>Complaints Loyalty",
        "Complaints>Loyalty",
    ),
    "ACSI": _from(
        "Expectation>Quality Value Satisfaction", "Quality>Value Satisfaction", "Value>Satisfaction",
        "Satisfaction>Complaints Loyalty", "Complaints>Loyalty",
    ),
    "CCSI": _from(
        "Image>Expectation Quality Value Satisfaction", "Expectation>Quality Value Satisfaction",
        "Quality>Value Satisfaction", "Value>Satisfaction", "Satisfaction>Loyalty",
    ),
    "ECSI": _from(
        "Image>Expectation Satisfaction Loyalty", "Expectation>Quality Value Satisfaction",
        "Quality>Value Satisfaction", "Value>Satisfaction", "Satisfaction>Complaints Loyalty", "Complaints>Loyalty",
    ),
}  # fmt: skip
"""Fornell 1992 (Sweden), Fornell et al. 1996 (America), China's index, the European index."""


def index_model(name: str, items: Mapping[str, Sequence[str]], scale: tuple[float, float]) -> dict[str, Any]:
    """A published model with this survey's items, ready for `PLSPathModel`; every latent of the model needs items."""
    if name not in MODELS:
        known = ", ".join(MODELS)
        raise MethodError(
            "unknown_model", f"没有“{name}”模型，可用：{known}。", f'There is no model "{name}"; known: {known}.'
        )
    paths = MODELS[name]
    needed = {end for path in paths for end in path}
    missing = sorted(needed - set(items))
    if missing:
        raise MethodError("latent_without_items", f"“{missing[0]}”没有测量题目。", f'"{missing[0]}" has no items.')
    return {
        "latents": {latent: list(items[latent]) for latent in items if latent in needed},
        "paths": list(paths),
        "scale": scale,
    }
