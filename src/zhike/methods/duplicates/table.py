"""Duplicates among a million records: cleaning, candidates and comparison as SQL in DuckDB, weights learned here.

The short form of `match` for tables that are too long for it: see docs/methods/duplicates-by-table.md for what it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zhike.methods.result import MethodError, Note, Result

from .clusters import clusters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEGAL = r"股份有限公司|有限责任公司|有限公司|公司|集团|商行|\b(co|ltd|inc|llc|plc|gmbh|corp|limited|company)\b|[\s()（）,.·_&-]"
_PLAIN = "nullif(trim(lower(strip_accents(nfc_normalize({0})))), '')"
_DIGITS = "nullif(regexp_replace({0}, '[^0-9]', '', 'g'), '')"
CLEAN: Mapping[str, str] = {
    "name": f"nullif(regexp_replace(lower(strip_accents(nfc_normalize({{0}}))), '{_LEGAL}', '', 'g'), '')",
    "given": _PLAIN,
    "family": _PLAIN,
    "birthday": _DIGITS,
    "phone": "nullif(right(regexp_replace({0}, '[^0-9]', '', 'g'), 10), '')",
    "email": _PLAIN,
    "place": _PLAIN,
    "postcode": _PLAIN,
    "street": _PLAIN,
    "number": _PLAIN,
    "identifier": _PLAIN,
}
# field → what "close" means: level 2; 3 is the same, 1 different, 0 unknown.
_NEAR = "jaro_winkler_similarity(a.{0}, b.{0}) >= {1}"
_SLIP = "damerau_levenshtein(a.{0}, b.{0}) <= 1"
_CROSSED = "(a.given = b.family AND a.family = b.given)"
CLOSE: Mapping[str, str] = {
    "name": _NEAR.format("name", 0.92),
    "given": f"({_NEAR.format('given', 0.85)} OR {_CROSSED})",
    "family": f"({_NEAR.format('family', 0.88)} OR {_CROSSED})",
    "birthday": _SLIP.format("birthday"),
    "phone": _SLIP.format("phone"),
    "email": "(split_part(a.email, '@', 1) = split_part(b.email, '@', 1) OR " + _NEAR.format("email", 0.92) + ")",
    "place": _NEAR.format("place", 0.88),
    "postcode": _SLIP.format("postcode"),
    "street": _NEAR.format("street", 0.88),
    "number": _SLIP.format("number"),
    "identifier": _SLIP.format("identifier"),
}
# Records that share one of these are compared; a key with a missing part is none.
KEYS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("phone", ("phone",)),
    ("email", ("email",)),
    ("identifier", ("identifier",)),
    ("name", ("name",)),
    ("left(name, 2) || right(name, 2)", ("name",)),
    ("least(given, family) || ' ' || greatest(given, family) || left(given || family, 0)", ("given", "family")),
    ("birthday || left(family, 1)", ("birthday", "family")),
    ("birthday || left(given, 1)", ("birthday", "given")),
    ("postcode || left(family, 4)", ("postcode", "family")),
    ("postcode || left(given, 4)", ("postcode", "given")),
    ("number || left(street, 5)", ("number", "street")),
    ("split_part(email, '@', 1)", ("email",)),
)
# Wide keys are worth their pairs only where few share them: in a short table, or for rare values.
WIDE: Sequence[tuple[str, tuple[str, ...]]] = (
    ("birthday", ("birthday",)),
    ("family || left(birthday, 4)", ("family", "birthday")),
    ("given || left(birthday, 4)", ("given", "birthday")),
    ("family || place", ("family", "place")),
    ("given || place", ("given", "place")),
    ("left(email, 5)", ("email",)),
    ("left(family, 3) || left(given, 3)", ("family", "given")),
)
_WIDE_BLOCK, _LARGEST = 12, 60
STRONG = ("name", "phone", "email", "identifier")
_LONG = 50_000
COUNTED = ("name", "given", "family", "place", "birthday")
# m of unknown … same before anything is learned, and how many observations that counts for.
_M = np.array([1.0, 0.10, 0.15, 0.75])
_U = np.array([1.0, 0.985, 0.010, 0.005])
_STEADY_M, _STEADY_U, _STEADY_TERM = 200.0, 300.0, 50.0


@dataclass(frozen=True, kw_only=True)
class TableMatch(Result):
    """Pairs by their ids, surest first, and the groups they form; `weights[field]` are the bits of levels 0–3."""

    left: NDArray[Any]
    right: NDArray[Any]
    probability: Floats
    groups: tuple[tuple[Any, ...], ...]
    compared: int
    skipped: int
    weights: Mapping[str, tuple[float, ...]]

    def findings(self) -> Iterable[Note]:
        inside = sum(map(len, self.groups))
        yield Note(
            "duplicates",
            f"{self.cases:,} 条记录比对 {self.compared:,} 对，{inside:,} 条属于 {len(self.groups):,} 组重复。",
            f"{self.cases:,} records, {self.compared:,} pairs compared: {inside:,} records form "
            f"{len(self.groups):,} groups of duplicates.",
        )


def match_table(
    source: Mapping[str, Sequence[Any]] | str | Path,
    *,
    threshold: float = 0.5,
    learned: bool = True,
    largest_block: int = 100,
    memory: str = "4GB",
    threads: int = 2,
) -> TableMatch:
    """Duplicates in one long table. `source`: columns (n,), or a CSV or Parquet file with them.

    Columns: `id` (unique) and any of name given family birthday phone email place postcode street number identifier.
    Fellegi and Sunter: probability from Σ log2(m/u) over fields and the prior 1/n (n at least 500); u from 100,000 random pairs, a shared
    value weighed by its own frequency. `learned`: m and the prior by expectation–maximisation over the patterns of all
    candidates; else the defaults.
    Keys shared by more than `largest_block` records are skipped and counted.
    """
    connection, fields, size = _loaded(source, memory, threads)
    compared, skipped = _candidates(connection, fields, size, largest_block)
    patterns, counts = _patterns(connection, fields, "pairs")
    strangers = _strangers(connection, fields, size)
    m, u, prior = _learn((patterns, counts), strangers, size, learned)
    bits = np.log2(m / u)
    bits[:, 0] = 0.0
    a, b, sure = _scored(connection, fields, (patterns, bits, u, prior, size), threshold)
    ids = connection.execute("SELECT id FROM records ORDER BY i").fetchnumpy()["id"]
    order = np.argsort(-sure, kind="stable")
    groups = _groups((a, b, sure), connection, fields, (bits, prior))
    return TableMatch(
        cases=size, parameters={"threshold": threshold, "learned": learned, "largest_block": largest_block, "prior": prior},
        warnings=_doubts(skipped), left=ids[a][order], right=ids[b][order], probability=sure[order],
        groups=tuple(tuple(ids[place] for place in group) for group in groups), compared=compared, skipped=skipped,
        weights={name: tuple(bits[place].tolist()) for place, name in enumerate(fields)},
    )  # fmt: skip


def _doubts(skipped: int) -> tuple[Note, ...]:
    if not skipped:
        return ()
    return (
        Note(
            "keys_skipped",
            f"{skipped:,} 个过于常见的键未用于比对。",
            f"{skipped:,} keys were too common to compare by.",
        ),
    )


def _loaded(source: Any, memory: str, threads: int) -> tuple[Any, list[str], int]:
    import duckdb

    connection = duckdb.connect(":memory:", config={"memory_limit": memory, "threads": threads})
    if isinstance(source, str | Path):
        reader = "read_parquet(?)" if str(source).endswith(".parquet") else "read_csv(?, all_varchar = true)"
        connection.execute(f"CREATE TABLE given AS SELECT * FROM {reader}", [str(source)])  # noqa: S608 - one of two
    else:
        given = {
            name: np.ascontiguousarray(values, dtype=object)
            for name, values in source.items()
            if name in CLEAN or name == "id"
        }
        if len({len(values) for values in given.values()}) > 1:
            raise MethodError("ragged", "各列长度不同。", "Columns differ in length.")
        connection.register("given", given)
    connection.execute("SET preserve_insertion_order = false")
    known = [row[0] for row in connection.execute("DESCRIBE given").fetchall()]
    fields = [name for name in CLEAN if name in known]
    if "id" not in known or not fields:
        raise MethodError(
            "column_missing", "需要 id 以及至少一列可比对的内容。", "A table needs `id` and one column to compare."
        )
    cleaned = ", ".join(CLEAN[name].format(f"{name}::VARCHAR") + f" AS {name}" for name in fields)
    connection.execute(
        "CREATE TABLE records AS SELECT (row_number() OVER (ORDER BY id) - 1)::INTEGER AS i, "  # noqa: S608
        f"id::VARCHAR AS id, {cleaned} FROM given"
    )
    size, ids = connection.execute("SELECT count(*), count(DISTINCT id) FROM records").fetchone() or (0, 0)
    if size < 2 or ids < size:
        raise MethodError(
            "ids_repeat", "每条记录须有自己的 id。", "Each of at least two records needs an id of its own."
        )
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection, fields, int(size)


def _candidates(connection: Any, fields: list[str], size: int, limit: int) -> tuple[int, int]:
    parts = [
        f"SELECT hash({number}, {key}) AS k, {number >= len(KEYS)} AS wide, i FROM records WHERE {key} IS NOT NULL"  # noqa: S608
        for number, (key, needs) in enumerate((*KEYS, *WIDE))
        if set(needs) <= set(fields)
    ]
    connection.execute("CREATE TEMP TABLE keys AS " + " UNION ALL ".join(parts))
    connection.execute(
        "CREATE TEMP TABLE blocks AS SELECT k, count(*) <= CASE WHEN any_value(wide) THEN least(?, ?) ELSE ? END AS good "
        "FROM keys GROUP BY k HAVING count(*) > 1",
        [_WIDE_BLOCK, limit, limit],
    )
    skipped = connection.execute("SELECT count(*) FROM blocks WHERE NOT good").fetchone()[0]
    connection.execute(
        "CREATE TEMP TABLE kept AS SELECT k, i FROM keys SEMI JOIN (SELECT k FROM blocks WHERE good) USING (k)"
    )
    connection.execute(
        "CREATE TEMP TABLE met AS SELECT DISTINCT x.i AS l, y.i AS r FROM kept x JOIN kept y ON x.k = y.k AND x.i < y.i"
    )
    connection.execute(f"CREATE TEMP TABLE pairs AS SELECT l, r FROM met {_worth(fields, size)}")  # noqa: S608
    _compare(connection, fields, "pairs")
    return connection.execute("SELECT count(*) FROM met").fetchone()[0], int(skipped)


def _worth(fields: list[str], size: int) -> str:
    """In long tables one shared weak field cannot outweigh the prior, nor two a crowd of differences.

    Two fields must be equal, or one that is nearly unique, and at most twice as many different. Equality costs a tenth
    of a comparison, and most candidates end here.
    """
    if size < _LONG:
        return ""
    equal = " + ".join(f"coalesce(a.{name} = b.{name}, false)::INTEGER * {1 + (name in STRONG)}" for name in fields)
    differ = " + ".join(f"coalesce(a.{name} <> b.{name}, false)::INTEGER" for name in fields)
    return f"JOIN records a ON a.i = l JOIN records b ON b.i = r WHERE {equal} >= 2 AND 2 * ({equal}) >= {differ}"


def _compare(connection: Any, fields: list[str], table: str) -> None:
    """The level of each field, packed two bits each: `pattern`."""
    levels = " + ".join(
        f"(CASE WHEN a.{name} IS NULL OR b.{name} IS NULL THEN 0 WHEN a.{name} = b.{name} THEN 3 WHEN {_close(name, fields)} THEN 2 "
        f"ELSE 1 END)::INTEGER * {4**place}"
        for place, name in enumerate(fields)
    )
    connection.execute(
        f"CREATE TEMP TABLE {table}_levels AS SELECT l, r, {levels} AS pattern FROM {table} "  # noqa: S608 - names of ours
        "JOIN records a ON a.i = l JOIN records b ON b.i = r"
    )


def _close(name: str, fields: list[str]) -> str:
    test = CLOSE[name]
    return test if {"given", "family"} <= set(fields) else test.replace(_CROSSED, "false")


def _patterns(connection: Any, fields: list[str], table: str) -> tuple[Ints, Floats]:
    found = connection.execute(f"SELECT pattern, count(*) AS n FROM {table}_levels GROUP BY 1 ORDER BY 1").fetchnumpy()  # noqa: S608
    packed = found["pattern"].astype(np.int64)
    return packed[:, None] // 4 ** np.arange(len(fields)) % 4, found["n"].astype(float)


def _strangers(connection: Any, fields: list[str], size: int, many: int = 100_000) -> tuple[Ints, Floats]:
    """Patterns of random pairs: nearly all of them are two customers."""
    random = np.random.default_rng(size)
    many = min(many, size * (size - 1) // 2)
    l, r = random.integers(0, size, many), random.integers(0, size - 1, many)  # noqa: E741
    connection.register("drawn", {"l": l, "r": r + (r >= l)})
    connection.execute("CREATE TEMP TABLE random_pairs AS SELECT l, r FROM drawn")
    _compare(connection, fields, "random_pairs")
    return _patterns(connection, fields, "random_pairs")


def _learn(
    candidates: tuple[Ints, Floats], strangers: tuple[Ints, Floats], size: int, learned: bool
) -> tuple[Floats, Floats, float]:
    """m, u and the prior by expectation–maximisation over patterns.

    u comes from random pairs, less those that look like one customer; m and the prior (within three bits of 1/n) from
    the candidates, or stay as they are.
    """
    width = candidates[0].shape[1]
    m, u, usual = np.tile(_M, (width, 1)), np.tile(_U, (width, 1)), 1.0 / max(size, 500)
    prior, possible = usual, size * (size - 1) / 2
    for _ in range(15):
        bits = np.log2(m / u)
        two = strangers[1] * (1 - _posterior(strangers[0], bits, prior))
        one = candidates[1] * _posterior(candidates[0], bits, prior)
        u = _shares(strangers[0], two, _STEADY_U * _U)
        if learned:
            m = _shares(candidates[0], one, _STEADY_M * _M)
            prior = float(np.clip(one.sum() / possible, usual / 8, usual * 8))
    return m, u, prior


def _shares(patterns: Ints, weight: Floats, steady: Floats) -> Floats:
    """How often each level occurs in each field, unknown left out."""
    found = np.ones((patterns.shape[1], 4))
    for place in range(patterns.shape[1]):
        seen = np.bincount(patterns[:, place], weight, 4)[1:] + steady[1:]
        found[place, 1:] = seen / seen.sum()
    return found


def _posterior(patterns: Ints, bits: Floats, prior: float) -> Floats:
    bits = bits.copy()
    bits[:, 0] = 0.0
    total = bits[np.arange(len(bits)), patterns].sum(axis=1) + np.log2(prior / (1 - prior))
    found: Floats = 1 / (1 + np.exp2(-np.clip(total, -200, 200)))
    return found


def _scored(
    connection: Any, fields: list[str], model: tuple[Ints, Floats, Floats, float, int], threshold: float
) -> tuple[Ints, Ints, Floats]:
    """Pairs at or above the threshold; patterns that rare values could not lift there are left behind first."""
    patterns, bits, u, prior, size = model
    base = bits[np.arange(len(bits)), patterns].sum(axis=1) + np.log2(prior / (1 - prior))
    floor = np.log2(threshold / (1 - threshold)) if threshold < 1 else 60.0
    counted = [(place, name) for place, name in enumerate(fields) if name in COUNTED]
    rarest = sum(
        (patterns[:, place] == 3) * np.log2(u[place, 3] / _share(1, u[place, 3], size)) for place, _ in counted
    )
    hopeful = base + np.maximum(rarest, 0) >= floor
    packed = (patterns * 4 ** np.arange(len(fields))).sum(axis=1)
    connection.register("hopeful", {"pattern": packed[hopeful].astype(np.int32), "base": base[hopeful]})
    for _, name in counted:
        connection.execute(f"CREATE TEMP TABLE n_{name} AS SELECT {name}, count(*) AS n FROM records GROUP BY 1")  # noqa: S608
    extra = "".join(
        f" + CASE WHEN pattern // {4**place} % 4 = 3 THEN log2({float(u[place, 3])!r} * {size - 1 + _STEADY_TERM} / "
        f"(n_{name}.n - 1 + {float(_STEADY_TERM * u[place, 3])!r})) ELSE 0 END"
        for place, name in counted
    )
    joins = "".join(f" LEFT JOIN n_{name} ON n_{name}.{name} = a.{name}" for _, name in counted)
    found = connection.execute(
        f"SELECT l, r, base{extra} AS bits FROM pairs_levels JOIN hopeful USING (pattern) JOIN records a ON a.i = l{joins} "  # noqa: S608
        "WHERE bits >= ? ORDER BY l, r",
        [float(floor)],
    ).fetchnumpy()
    sure: Floats = 1 / (1 + np.exp2(-np.clip(found["bits"].astype(float), -200, 200)))
    return found["l"].astype(np.int64), found["r"].astype(np.int64), sure


def _share(count: float, usual: float, size: int) -> float:
    return float((count - 1 + _STEADY_TERM * usual) / (size - 1 + _STEADY_TERM))


def _groups(
    found: tuple[Ints, Ints, Floats], connection: Any, fields: list[str], model: tuple[Floats, float]
) -> list[list[int]]:
    """Average linkage as in `match`: inside a chain, pairs that were not found are weighed too."""
    edges = dict(zip(zip(found[0].tolist(), found[1].tolist(), strict=True), found[2].tolist(), strict=True))
    chains = [group for group in clusters(edges, lambda one, two: 1.0, 0.0, _LARGEST) if 2 < len(group) <= _LARGEST]
    open_pairs = [pair for group in chains for pair in combinations(sorted(group), 2) if pair not in edges]
    weighed: dict[tuple[int, int], float] = {}
    if open_pairs:
        asked = np.asarray(open_pairs, dtype=np.int64)
        connection.register("asked", {"l": asked[:, 0].copy(), "r": asked[:, 1].copy()})
        connection.execute("CREATE TEMP TABLE inside AS SELECT l, r FROM asked")
        _compare(connection, fields, "inside")
        rows = connection.execute("SELECT l, r, pattern FROM inside_levels").fetchnumpy()
        patterns = rows["pattern"].astype(np.int64)[:, None] // 4 ** np.arange(len(fields)) % 4
        sure = _posterior(patterns, *model)
        weighed = dict(zip(zip(rows["l"].tolist(), rows["r"].tolist(), strict=True), sure.tolist(), strict=True))
    return clusters(edges, lambda one, two: weighed.get((min(one, two), max(one, two)), 0.0), 0.5, _LARGEST)
