"""Speed of duplicate search in a long table beside Splink."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from zhike.methods.benches import Bench
from zhike.methods.duplicates import match_table

# Splink's candidates: what ours share too, as pairs of its columns.
BLOCKS = (
    ("phone",), ("email",), ("given", "family"), ("birthday", "family"), ("birthday", "given"), ("postcode", "family"),
    ("postcode", "given"), ("number", "street"),
)  # fmt: skip
NEAR, SLIP = (
    {"given": 0.85, "family": 0.88, "place": 0.88, "street": 0.88, "email": 0.92},
    ("birthday", "phone", "number", "postcode"),
)


def rows() -> Iterable[Bench]:
    """A hundred thousand and a million people, every sixth written twice with slips."""
    yield Bench("duplicates, 100 k records", lambda: match_table(people(100_000)), None, None)
    yield Bench(
        "duplicates, 1 M records", lambda: match_table(people(1_000_000)), lambda: _by_splink(1_000_000), 10, 1 / 1.3
    )


@cache
def people(many: int, seed: int = 9) -> dict[str, Any]:
    """Columns of people with long-tailed names; `id` is `person-copy`, so that the truth can be read off."""
    random = np.random.default_rng(seed)
    base = many * 6 // 7
    copies = random.choice(base, many - base, replace=False)
    who = np.concatenate((np.arange(base), copies))
    again = np.arange(many) >= base
    found: dict[str, Any] = {"id": _joined(who, np.where(again, "-b", "-a"))}
    for name, words, tail in (
        ("given", 3000, 0.9),
        ("family", 20_000, 0.8),
        ("place", 4000, 0.7),
        ("street", 30_000, 0.5),
    ):
        share = 1 / np.arange(1, words + 1) ** tail
        known = np.array([_word(random) for _ in range(words)], dtype=object)
        found[name] = known[random.choice(words, base, p=share / share.sum())][who]
    days = random.integers(0, 25_000, base)[who]
    found["birthday"] = (np.datetime64("1940-01-01") + days).astype(str).astype(object)
    found["phone"] = (13_000_000_000 + random.integers(0, 999_999_999, base)[who]).astype(str).astype(object)
    found["email"] = _joined(
        found["given"], found["family"], random.integers(1, 9999, base)[who].astype(str), "@mail.example"
    )
    found["number"] = random.integers(1, 300, base)[who].astype(str).astype(object)
    found["postcode"] = random.integers(1000, 9999, base)[who].astype(str).astype(object)
    for name in ("given", "family", "place", "street", "birthday", "phone", "email", "number", "postcode"):
        _spoil(found[name], again, random)
    mixed = random.permutation(many)
    return {name: values[mixed] for name, values in found.items()}


def _spoil(values: Any, again: Any, random: np.random.Generator) -> None:
    """A tenth of all values is lost, and a fifth of those written again has a slip."""
    values[random.random(len(values)) < 0.1] = None
    for place in np.flatnonzero(again & (random.random(len(values)) < 0.2)).tolist():
        if word := values[place]:
            at = int(random.integers(len(word)))
            values[place] = word[:at] + "0123456789ae"[int(random.integers(12))] + word[at + 1 :]


def _word(random: np.random.Generator) -> str:
    return "".join(
        "bcdfghklmnprstvw"[a] + "aeiou"[b]
        for a, b in zip(random.integers(0, 16, 4), random.integers(0, 5, 4), strict=True)
    )[: int(random.integers(4, 9))]


def _joined(*parts: Any) -> Any:
    size = max(len(part) for part in parts if not isinstance(part, str))
    columns = [[part] * size if isinstance(part, str) else part.tolist() for part in parts]
    return np.array(["".join(map(str, row)) for row in zip(*columns, strict=True)], dtype=object)


@cache
def _frame(many: int) -> Any:
    return import_module("pandas").DataFrame(people(many))


def _by_splink(many: int) -> object:
    """Trained without labels as its guide says, then predicted; comparisons, threshold and engine are like ours."""
    splink, library = import_module("splink"), import_module("splink.comparison_library")
    common = ("given", "family", "place", "birthday")
    near = {name: library.JaroWinklerAtThresholds(name, [limit]) for name, limit in NEAR.items()}
    slip = {name: library.DamerauLevenshteinAtThresholds(name, [1]) for name in SLIP}
    rules = [splink.block_on(*names) for names in BLOCKS]
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=[one.configure(term_frequency_adjustments=name in common) for name, one in (near | slip).items()],
        blocking_rules_to_generate_predictions=rules,
    )
    connection = import_module("duckdb").connect(config={"memory_limit": "4GB", "threads": 2})
    linker = splink.Linker(splink.DuckDBAPI(connection).register(_frame(many)), settings, log_level="ERROR")
    linker.training.estimate_probability_two_random_records_match(rules[:2], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (rules[0], rules[2]):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    return linker.inference.predict(threshold_match_probability=0.5).as_duckdbpyrelation().fetchnumpy()
