"""What goes in (Record), its comparable form (Normal), and what comes out (Reason, Pair, MatchResult)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from zhike.methods.result import Note, Result


class Kind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Record:
    """One customer as the caller knows it; every field but `id` may be empty.

    `division` is a Chinese division code (2, 4 or 6 digits), `place` a town or suburb in words, `building` the second
    address line, `identifiers` pairs of (scheme, value) such as ("social-security", "6089216").
    """

    id: str
    kind: str = ""
    names: tuple[str, ...] = ()
    given: str = ""
    family: str = ""
    aliases: tuple[str, ...] = ()
    credit_code: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    wechat: str = ""
    birthday: str | date = ""
    division: str = ""
    place: str = ""
    street: str = ""
    number: str = ""
    building: str = ""
    postcode: str = ""
    website: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, source: Record | Mapping[str, Any]) -> Record:
        """Read a mapping with the field names above; `name` stands for one name, `identifiers` may be a mapping."""
        if isinstance(source, Record):
            return source
        values = {key: value for key, value in source.items() if value is not None}
        names = _many(values.pop("names", ()))
        name = values.pop("name", "")
        values["id"] = str(values["id"])
        values["names"] = (str(name), *names) if name else names
        for key in ("aliases", "phones", "emails"):
            values[key] = _many(values.get(key, ()))
        identifiers = values.get("identifiers", ())
        if isinstance(identifiers, Mapping):
            identifiers = identifiers.items()
        values["identifiers"] = tuple((str(scheme), str(value)) for scheme, value in identifiers)
        return cls(**values)


def _many(value: str | Iterable[str]) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(value)


@dataclass(slots=True)
class CompanyName:
    """A company's name taken apart: 杭州 恒源 科技 有限公司 (北京 分公司) = region, brand, trade, form, branch."""

    brand: str
    trade: str = ""
    region: str = ""
    form: str = ""
    branch: str = ""

    @property
    def core(self) -> str:
        return self.brand + self.trade


@dataclass(slots=True)
class Normal:
    """A record in comparable form, made by `normalise` once and used by `keys` and `compare`."""

    id: str
    kind: str
    companies: tuple[CompanyName, ...] = ()
    given: str = ""
    family: str = ""
    aliases: tuple[str, ...] = ()
    credit_code: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    wechat: str = ""
    birthday: str = ""
    region: str = ""
    place: str = ""
    street: str = ""
    number: str = ""
    building: str = ""
    postcode: str = ""
    domains: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding for (bits > 0) or against (bits < 0) two records being one customer.

    `detail` is the value they share or the two that differ; `bits` is log2 of the likelihood ratio.
    """

    code: str
    field: str
    detail: str
    bits: float

    def explain(self, lang: str = "zh") -> str:
        from .explain import sentence

        return sentence(self, lang)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, the probability that they are one customer, and why, the strongest reason first."""

    left: str
    right: str
    probability: float
    reasons: tuple[Reason, ...] = ()

    def explain(self, lang: str = "zh") -> list[str]:
        return [reason.explain(lang) for reason in self.reasons]


@dataclass(frozen=True, kw_only=True)
class MatchResult(Result):
    """Pairs at or above the threshold (best first) and the groups that hold together.

    `clusters` are tuples of (side, id), side 0 for `records` and 1 for `other`: the two lists may use the same ids.
    `cut` are pairs above the threshold whose ends were nevertheless kept apart, because only a chain joined them.
    `skipped` counts blocks that were too large to compare, by kind of key.
    """

    pairs: tuple[Pair, ...]
    clusters: tuple[tuple[tuple[int, str], ...], ...]
    cut: tuple[Pair, ...]
    compared: int
    skipped: Mapping[str, int] = field(default_factory=dict)

    def findings(self) -> Iterable[Note]:
        """How many are the same, in how many groups."""
        inside = sum(map(len, self.clusters))
        yield Note(
            "duplicates",
            f"{self.cases:,} 条记录比对 {self.compared:,} 对：{len(self.pairs):,} 对像是同一客户，"
            f"{inside:,} 条属于 {len(self.clusters):,} 组。",
            f"{self.cases:,} records, {self.compared:,} pairs compared: {len(self.pairs):,} look like one customer, {inside:,} "
            f"records form {len(self.clusters):,} groups.",
        )

    def together(self) -> set[frozenset[tuple[int, str]]]:
        """All pairs of (side, id) that a cluster puts together."""
        return {
            frozenset((left, right))
            for cluster in self.clusters
            for position, left in enumerate(cluster)
            for right in cluster[position + 1 :]
        }
