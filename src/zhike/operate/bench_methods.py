"""`zhike bench methods [--only WORD] [--json FILE] [--strict]`: the methods' speed beside the libraries of their trade."""

from __future__ import annotations

import argparse
import gc
import json
import os
import pkgutil
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from zhike.methods import benches
from zhike.methods.benches import Bench, Used

QUICK, SLOW, TURNS = 10.0, 60.0, 4


def options(arguments: list[str]) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="zhike bench methods")
    parser.add_argument("--only", help="families or work whose name holds this word")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--strict", action="store_true", help="fail where a library to compare with is not installed")
    return parser.parse_args(arguments)


def benchmarks(only: str | None) -> Iterator[tuple[str, Bench]]:
    """Every family's lines, in the order of their names."""
    methods = sorted(module.name for module in pkgutil.iter_modules(benches.__path__))
    families = {name: f"{benches.__name__}.{name}" for name in methods} | {"report": "zhike.value.bench"}
    for family, module in families.items():
        for bench in import_module(module).rows():
            if not only or only.lower() in f"{family} {bench.work}".lower():
                yield family, bench


class Spent(NamedTuple):
    """Seconds on the wall and of the processors, and the memory that work in a process of its own tells of."""

    wall: float
    cpu: float
    memory_mb: float | None = None


def spent(work: Callable[[], object]) -> Spent:
    """What one run takes, with the processes it starts."""
    gc.collect()
    began, worked = time.perf_counter(), sum(os.times()[:4])
    told = work()
    wall, cpu = time.perf_counter() - began, sum(os.times()[:4]) - worked
    return Spent(wall, cpu, told.memory_mb if isinstance(told, Used) else None)


def race(*runners: Callable[[], object]) -> list[Spent]:
    """The least each takes, run in turns so that a busy moment of the machine hits all; slow work runs less often."""
    gc.collect()
    gc.freeze()  # what stood before is not looked through for garbage before every run
    first = [spent(run) for run in runners]  # reads data, warms caches, says how slow it is
    slowest = max(found.wall for found in first)
    best = [spent(run) for run in runners]
    for _turn in range((TURNS if slowest < QUICK else 2 if slowest < SLOW else 1) - 1):
        again = [spent(run) for run in runners]
        best = [Spent(min(a.wall, b.wall), min(a.cpu, b.cpu), b.memory_mb) for a, b in zip(best, again, strict=True)]
    return best


def measure(bench: Bench) -> dict[str, Any]:
    """One line: seconds of ours and of the other, their ratio, and whether both promises are `kept`.

    `kept` is None where nothing was broken but a promised ratio was not compared, as the other is not installed.
    """
    left_out = ""
    try:
        ours, *others = race(bench.ours, bench.oracle) if bench.oracle else race(bench.ours)
    except ModuleNotFoundError as missing:
        (ours, *others), left_out = race(bench.ours), (missing.name or str(missing)).partition(".")[0]
    figures: dict[str, Any] = {
        "seconds": round(ours.wall, 4),
        "cpu_seconds": round(ours.cpu, 4),
        "budget_s": bench.budget_s,
        "needed_ratio": bench.ratio,
    }
    for other in others:
        figures |= {"other_seconds": round(other.wall, 4), "other_cpu_seconds": round(other.cpu, 4)}
        figures |= {"times_faster": round(other.wall / ours.wall, 3)}
    if left_out:
        figures["left_out"] = left_out
    faster = figures.get("times_faster")
    kept = bench.budget_s is None or ours.wall <= bench.budget_s
    if ours.memory_mb is not None:
        figures |= {"memory_mb": ours.memory_mb, "memory_limit_mb": bench.memory_mb}
        kept = kept and (bench.memory_mb is None or ours.memory_mb <= bench.memory_mb)
    kept = kept and (bench.ratio is None or faster is None or faster >= bench.ratio)
    figures["kept"] = None if kept and left_out and bench.ratio is not None else kept
    return figures


def tell(work: str, figures: dict[str, Any]) -> None:
    """One line for people."""
    budget = f"≤ {figures['budget_s']:g} s" if figures["budget_s"] else ""
    other = f"{figures['other_seconds']:.3f}" if "other_seconds" in figures else "–"
    ratio = f"× {figures['times_faster']:.2f}" if "times_faster" in figures else ""
    needed = f"≥ {figures['needed_ratio']:.2f}" if figures["needed_ratio"] and ratio else ""
    mark = {True: "✓", False: "✗", None: "–"}[figures["kept"]]
    mark += f" {figures['memory_mb']:,.0f} MB" if "memory_mb" in figures else ""
    print(f"{work:<46}{figures['seconds']:>9.3f} {budget:>9}{other:>10} {ratio:>9} {needed:>8} {mark}", flush=True)


def main(arguments: list[str]) -> int:
    """Measure, tell, keep; a broken promise is exit code 1, with `--strict` one that was not compared too."""
    wanted = options(arguments)
    found: dict[str, dict[str, Any]] = {}
    work, ours, budget, other = _("work"), _("seconds"), _("budget"), _("other")
    print(f"{work:<46}{ours:>9} {budget:>9}{other:>10}")
    for family, bench in benchmarks(wanted.only):
        found[bench.work] = {"family": family, **measure(bench)}
        tell(bench.work, found[bench.work])
    for work, figures in found.items():
        if "left_out" in figures:
            said = _("%(work)s: not compared: install %(library)s") % {"work": work, "library": figures["left_out"]}
            print(said, file=sys.stderr)
    if wanted.json:
        wanted.json.write_text(json.dumps(found, indent=1, ensure_ascii=False), "utf-8")
    passing = (True,) if wanted.strict else (True, None)
    return 0 if all(figures["kept"] in passing for figures in found.values()) else 1
