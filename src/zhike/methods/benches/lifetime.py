"""Speed of the lifetime models beside lifetimes, and of path models beside plspm."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from zhike.methods.benches import Bench
from zhike.methods.clv import BGNBD, ParetoNBD
from zhike.methods.satisfaction import MODELS, PLSPathModel, index_model

LATENTS = {"Image": 5, "Expectation": 3, "Quality": 7, "Value": 2, "Satisfaction": 3, "Complaints": 1, "Loyalty": 3}


def rows() -> Iterable[Bench]:
    """Reading the module, BG/NBD on a million customers, Pareto/NBD on a hundred thousand, a path model with 500 bootstraps."""
    yield Bench("import of zhike.methods.clv, a fresh process", _imported, None, 0.5)
    yield Bench("BG/NBD fit, 1 M customers", lambda: BGNBD("weeks").fit(*buyers(1_000_000)), _bg_of_lifetimes, 1.5, 10)
    yield Bench(
        "Pareto/NBD fit, 100 k customers", lambda: ParetoNBD("weeks").fit(*buyers(100_000)), _pareto_of_lifetimes, 2, 10
    )
    yield Bench("PLS path model, one fit (250 × 24)", lambda: path_model().fit(answers()), _fit_of_plspm, None, 30)
    yield Bench(
        "PLS path model + 500 bootstraps (250 × 24)", lambda: path_model().fit(answers()).bootstrap(seed=1), None, 5
    )


@cache
def buyers(many: int, seed: int = 5) -> tuple[Any, Any, Any]:
    """Customers as BG/NBD sees them, with CDNOW's parameters, whole days counted in weeks."""
    random = np.random.default_rng(seed)
    whole = random.integers(20 * 7, 40 * 7, many) / 7
    rate, leaves = random.gamma(0.243, 1 / 4.414, many), random.beta(0.793, 2.426, many)
    bought, last, now = np.zeros(many), np.zeros(many), np.zeros(many)
    here = np.arange(many)
    while len(here):
        now[here] += random.exponential(1, len(here)) / rate[here]
        here = here[now[here] <= whole[here]]
        bought[here] += 1
        last[here] = np.minimum(np.ceil(now[here] * 7) / 7, whole[here])
        here = here[random.random(len(here)) >= leaves[here]]
    return bought, last, whole


@cache
def answers(many: int = 250, seed: int = 7) -> dict[str, Any]:
    """Answers to 24 items on 1–10, moved along the European index's paths."""
    random = np.random.default_rng(seed)
    common = random.normal(size=many)
    found = {}
    for latent, items in LATENTS.items():
        own = 0.7 * common + 0.7 * random.normal(size=many)
        for i in range(items):
            found[f"{latent}{i}"] = np.clip(np.round(6.5 + 1.8 * (own + 0.6 * random.normal(size=many))), 1, 10)
    return found


def path_model() -> PLSPathModel:
    """The European index on those items."""
    return PLSPathModel(
        index_model("ECSI", {name: [f"{name}{i}" for i in range(n)] for name, n in LATENTS.items()}, (1, 10))
    )


def _imported() -> None:
    subprocess.run([sys.executable, "-c", "import zhike.methods.clv"], check=True)


def _bg_of_lifetimes() -> object:
    return import_module("lifetimes").BetaGeoFitter(penalizer_coef=0.0).fit(*buyers(1_000_000))


def _pareto_of_lifetimes() -> object:
    return import_module("lifetimes").ParetoNBDFitter(penalizer_coef=0.0).fit(*buyers(100_000))


def _fit_of_plspm() -> object:
    config, plspm = import_module("plspm.config"), import_module("plspm.plspm")
    structure = config.Structure()
    for start, end in MODELS["ECSI"]:
        structure.add_path([start], [end])
    made = config.Config(structure.path(), scaled=True)
    for name, n in LATENTS.items():
        made.add_lv(name, import_module("plspm.mode").Mode.A, *(config.MV(f"{name}{i}") for i in range(n)))
    frame = import_module("pandas").DataFrame(answers())
    return plspm.Plspm(frame, made, import_module("plspm.scheme").Scheme.PATH)
