"""How much each finding weighs: Fellegi-Sunter levels with m and u, rare values heavier than common ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import NamedTuple

from .names import HAN
from .records import Normal


class Finding(NamedTuple):
    """One comparison: its field and level, the value of the left record and of the right one."""

    field: str
    level: str
    left: str
    right: str


class Level(NamedTuple):
    """m: how often this level occurs between records of one customer; u: between records of two."""

    m: float
    u: float


LEVELS: Mapping[str, Mapping[str, Level]] = {
    "name": {
        "same": Level(0.70, 1e-5),
        "close": Level(0.08, 5e-5),
        "brand": Level(0.08, 1e-4),
        "trade": Level(0.0003, 1e-3),
        "different": Level(0.01, 0.999),
    },
    "registered_city": {
        "same": Level(0.94, 0.03),
        "province": Level(0.05, 0.03),
        "different": Level(0.0003, 0.94),
        "group": Level(0.5, 0.5),
    },
    "branch": {"same": Level(0.95, 0.03), "different": Level(0.0003, 1.0)},
    "form": {"same": Level(0.9, 0.8), "different": Level(0.1, 0.4)},
    "given": {
        "same": Level(0.70, 0.004),
        "nickname": Level(0.06, 0.004),
        "close": Level(0.14, 0.01),
        "initial": Level(0.02, 0.03),
        "different": Level(0.08, 0.95),
    },
    "family": {"same": Level(0.75, 0.003), "close": Level(0.17, 0.01), "different": Level(0.08, 0.98)},
    "alias": {"same": Level(0.9, 1e-5)},
    "order": {"crossed": Level(0.06, 1.0)},
    "birthday": {
        "same": Level(0.75, 5e-5),
        "close": Level(0.12, 0.002),
        "near": Level(0.06, 0.015),
        "different": Level(0.07, 0.98),
    },
    "email": {
        "same": Level(0.70, 1e-5),
        "close": Level(0.15, 1e-4),
        "mailbox": Level(0.04, 3e-4),
        "different": Level(0.11, 1.0),
    },
    "phone": {"same": Level(0.60, 3e-6), "close": Level(0.06, 3e-4), "different": Level(0.34, 1.0)},
    "wechat": {"same": Level(0.80, 1e-6), "different": Level(0.20, 1.0)},
    "credit_code": {"same": Level(0.93, 1e-9), "close": Level(0.04, 1e-5), "different": Level(0.0003, 1.0)},
    "identifier": {"same": Level(0.80, 1e-7), "close": Level(0.12, 1e-4), "different": Level(0.08, 1.0)},
    "domain": {"same": Level(0.70, 1e-4), "different": Level(0.30, 1.0), "group": Level(0.5, 0.5)},
    "region": {
        "same": Level(0.85, 0.03),
        "province": Level(0.05, 0.05),
        "different": Level(0.10, 0.92),
        "group": Level(0.5, 0.5),
    },
    "place": {"same": Level(0.70, 0.01), "close": Level(0.18, 0.005), "different": Level(0.12, 0.985)},
    "street": {"same": Level(0.65, 0.001), "close": Level(0.22, 0.005), "different": Level(0.13, 0.99)},
    "building": {"same": Level(0.60, 0.002), "close": Level(0.22, 0.005), "different": Level(0.18, 0.99)},
    "number": {"same": Level(0.80, 0.02), "different": Level(0.20, 0.98)},
    "postcode": {"same": Level(0.80, 0.005), "close": Level(0.10, 0.01), "different": Level(0.10, 0.985)},
}
# Values are counted in the batch: sharing a rare one says more than sharing a common one.
_COUNTED_LIST = "name brand given family birthday place street building number postcode region registered_city"
_COUNTED = frozenset(_COUNTED_LIST.split())
# Contact points belong to one customer until many hold them: a switchboard or an agent's telephone.
_SHARED_LIST = "phone email wechat domain"
_SHARED = frozenset(_SHARED_LIST.split())
_SHARED_FREELY_BY = 5
# One customer in fifty shares a contact point with another one: an agent, a landlord, a sister company, a family.
_SHARING = 0.02

# Shares of the commonest Chinese family names (Ministry of Public Security, 2020 report), for two records alone.
_SURNAMES = {
    "王": 0.072, "李": 0.071, "张": 0.067, "刘": 0.051, "陈": 0.048, "杨": 0.031, "黄": 0.023, "赵": 0.021, "吴": 0.020,
    "周": 0.019, "徐": 0.015, "孙": 0.014, "马": 0.013, "朱": 0.013, "胡": 0.012, "郭": 0.012, "何": 0.011, "林": 0.011,
    "高": 0.010, "罗": 0.010,
}  # fmt: skip
_CORE_BY_LENGTH = (1e-2, 5e-3, 2e-4, 5e-5, 1e-5)
# Laws and rules of thumb, not habits of typing: never learned from a batch.
_BY_RULE_LIST = "name domain branch order alias registered_city credit_code"
_BY_RULE = frozenset(_BY_RULE_LIST.split())
# How many made-up observations the defaults count for.
_STEADY_TERM, _STEADY_U, _STEADY_M = 50.0, 300.0, 200.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What a caller may turn; DEFAULT is what every figure in the documentation was measured with."""

    threshold: float = 0.5
    """Pairs at or above this probability are returned."""
    population: int = 100_000
    """How many customers two records are thought to be drawn from when `compare` is called without a batch."""
    smallest_population: int = 500
    """A batch of a dozen rows is judged as if it had this many, else everything would look alike."""
    largest_block: int = 150
    """Keys shared by more records than this are not compared on."""
    density: float = 0.5
    """Two groups join a cluster only if the mean probability between all their members reaches this."""
    largest_component: int = 400
    """Above this size the missing probabilities inside a chain count as 0 instead of being computed."""
    rounds: int = 2
    """How often the weights are learned again from the groups found."""
    sample: int = 20_000
    """Pairs drawn to see how often different customers agree by chance."""


DEFAULT = Settings()


class Model:
    """Weights in bits for every finding, and the prior odds."""

    def __init__(self, population: int, counts: Mapping[tuple[str, str], int] | None = None, size: int = 1) -> None:
        self.prior = -log2(population)
        self.usual_prior = self.prior
        self._population = population
        self._counts = counts or {}
        self._size = size
        self._levels = {(name, level): pair for name, levels in LEVELS.items() for level, pair in levels.items()}
        self._bits = {key: log2(m / u) for key, (m, u) in self._levels.items()}
        self._same: dict[tuple[str, str], float] = {}

    def bits(self, finding: Finding) -> float:
        name, level, left, right = finding
        if level == "same" or level == "brand":
            key = ("brand", min(left, right, key=len)) if level == "brand" else (name, left)
            known = self._same.get(key)
            if known is None:
                known = self._same[key] = self._term_bits(name, level, key)
            return known
        return self._bits[name, level]

    def total(self, findings: Iterable[Finding]) -> float:
        return self.prior + sum(map(self.bits, findings))

    def learn_chance(self, observed: Mapping[tuple[str, str], float]) -> None:
        """Replace each u by what was seen between different customers, steadied by the default."""
        for name, levels in LEVELS.items():
            seen = sum(observed.get((name, level), 0) for level in levels)
            if not seen or name in _BY_RULE:
                continue
            for level, (_, u) in levels.items():
                chance = (observed.get((name, level), 0) + _STEADY_U * u) / (seen + _STEADY_U)
                self._put((name, level), Level(self._levels[name, level].m, chance))

    def learn_likeness(self, observed: Mapping[tuple[str, str], float]) -> None:
        """Replace each m by what was seen, weighted by probability, between records judged to be one customer."""
        for name, levels in LEVELS.items():
            seen = sum(observed.get((name, level), 0) for level in levels)
            if not seen or name in _BY_RULE:
                continue
            for level, (m, _) in levels.items():
                likely = (observed.get((name, level), 0) + _STEADY_M * m) / (seen + _STEADY_M)
                self._put((name, level), Level(likely, self._levels[name, level].u))

    def learn_prior(self, expected: float, possible: int) -> None:
        """The share of matches among all pairs, kept within three bits of one duplicate per record."""
        share = log2(max(expected, 1.0) / possible)
        self.prior = min(max(share, self.usual_prior - 3), self.usual_prior + 3)

    def _put(self, key: tuple[str, str], level: Level) -> None:
        self._levels[key] = level
        self._bits[key] = log2(level.m / level.u)
        self._same.clear()

    def _term_bits(self, name: str, level: str, key: tuple[str, str]) -> float:
        m = self._levels[name, level].m
        usual = expected_share(key[0], key[1], LEVELS[name][level].u)
        count = self._counts.get(key, 0)
        if key[0] in _COUNTED and count:
            # How often another record has this value, given that one has: leave the one out.
            return log2(m * (self._size - 1 + _STEADY_TERM) / (count - 1 + _STEADY_TERM * usual))
        if name in _SHARED:
            usual = max(usual, _SHARING / self._population, (count - _SHARED_FREELY_BY) / self._size)
        return log2(m / usual)


def expected_share(name: str, value: str, otherwise: float) -> float:
    """How common a value is before any batch was seen."""
    if name == "family" and HAN.match(value):
        return _SURNAMES.get(value, 0.003)
    if name == "given" and HAN.match(value):
        return 0.003 if len(value) == 1 else 0.0007
    if name in ("name", "brand") and HAN.search(value):
        return _CORE_BY_LENGTH[min(len(value), 4)]
    return otherwise


def probability(bits: float) -> float:
    if bits > 60:
        return 1.0
    if bits < -60:
        return 0.0
    odds: float = 2.0**bits
    return odds / (1.0 + odds)


def count_terms(customers: Iterable[Sequence[Normal]]) -> Counter[tuple[str, str]]:
    """In how many customers each value occurs; a customer is the records believed to be one."""
    counts: Counter[tuple[str, str]] = Counter()
    for records in customers:
        counts.update(_terms(records[0]) if len(records) == 1 else {term for one in records for term in _terms(one)})
    return counts


def _terms(one: Normal) -> list[tuple[str, str]]:
    found = [
        (name, value)
        for name, value in (
            ("given", one.given),
            ("family", one.family),
            ("birthday", one.birthday),
            ("region", one.region),
            ("place", one.place),
            ("street", one.street),
            ("building", one.building),
            ("number", one.number),
            ("postcode", one.postcode),
            ("wechat", one.wechat),
        )
        if value
    ]
    found += [("phone", phone) for phone in one.phones]
    found += [("email", address) for address in one.emails]
    found += [("domain", host) for host in one.domains]
    for company in one.companies:
        found.append(("name", company.core))
        found.append(("brand", company.brand))
        if company.trade:
            found.append(("brand", company.core))
        if company.region:
            found.append(("registered_city", company.region))
    return found


@lru_cache(maxsize=8)
def default_model(settings: Settings) -> Model:
    return Model(settings.population)
