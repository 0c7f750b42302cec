"""Speed of duplicate search in a long table."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

from zhike.methods.benches import Bench
from zhike.methods.duplicates.table import match_table


def rows() -> Iterable[Bench]:
    """A hundred thousand and a million people, every sixth written twice with slips."""
    yield Bench("duplicates, 100 k records", lambda: match_table(people(100_000)), None, None)
    yield Bench("duplicates, 1 M records", lambda: match_table(people(1_000_000)), None, 10)


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
