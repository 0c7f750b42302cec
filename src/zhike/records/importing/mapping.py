"""Which column of a file belongs to which field: guessed from its heading and from what stands in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from zhike.kernel.text import fold

Pattern = Callable[[str], bool]

_BRACKETS = re.compile(r"[(\[{（【〔<《].*?[)\]}）】〕>》]")
_NO_WORD = re.compile(r"[\W_]+")
_LAST_NUMBER = re.compile(r"\d+$")
# Words of other regions for the same thing, in folded form.
_SYNONYMS = {
    "联络": "联系",
    "行动电话": "手机",
    "移动电话": "手机",
    "电子邮件": "邮箱",
    "电子邮箱": "邮箱",
    "电子信箱": "邮箱",
    "电邮": "邮箱",
    "网站": "网址",
}
_SYNONYM = re.compile("|".join(_SYNONYMS))


def _fits(pattern: str) -> Pattern:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda text: bool(compiled.fullmatch(text.strip()))


PATTERNS: Final[Mapping[str, Pattern]] = {
    "phone": _fits(r"(?:\+|00)?[\d\s\-()（）/]{7,24}(?:\s*(?:转|ext\.?|#)\s*\d+)?"),
    "mobile": _fits(r"(?:(?:\+|00)?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}"),
    "email": _fits(r"[^@\s]+@[^@\s]+\.[^@\s.]+"),
    "url": _fits(r"(?:https?://|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|io|hk|tw)(?:/\S*)?"),
    "date": _fits(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|[二〇○零一九]{4}年.*"),
    "datetime": _fits(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}.*"),
    "credit_code": _fits(r"[0-9A-HJ-NPQRTUWXY]{18}"),
    "id_number": _fits(r"[1-9]\d{16}[\dX]"),
    "money": _fits(r"[(（]?-?\s*[¥￥$€£]?\s*-?[\d,，]*\d(?:\.\d+)?\s*[万亿]?元?[)）]?"),
    "number": _fits(r"-?[\d,]*\d(?:\.\d+)?%?"),
    "bool": _fits(r"是|否|有|无|y|n|yes|no|true|false|0|1|√|×"),
}
# Contents so peculiar that they tell the field without any heading.
_DISTINCTIVE: Final = {"email": 0.7, "mobile": 0.65, "credit_code": 0.65, "phone": 0.5, "url": 0.55, "id_number": 0.6}
_ENOUGH: Final = 0.45


class Reason(StrEnum):
    """Why a column was given to a field."""

    HEADING = "heading"
    SIMILAR = "similar"
    CONTENT = "content"
    REMEMBERED = "remembered"
    NOTHING = "nothing"


REASONS: Final[Mapping[Reason, Any]] = {
    Reason.HEADING: _("The heading is a name of this field."),
    Reason.SIMILAR: _("The heading resembles a name of this field."),
    Reason.CONTENT: _("The contents look like this field."),
    Reason.REMEMBERED: _("Chosen for the same headings before."),
    Reason.NOTHING: _("Nothing fits. Choose a field or leave the column out."),
}


@dataclass(frozen=True)
class Target:
    """A field to import into: `aliases` are names in any language, `pattern` names its content if `kind` does not."""

    name: str
    label: str
    kind: str = "text"
    aliases: tuple[str, ...] = ()
    repeatable: bool = False
    required: bool = False
    pattern: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.label, self.name, *self.aliases)


@dataclass(frozen=True)
class Match:
    """One column and the field it was given to (`target` is empty for none)."""

    column: int
    heading: str
    target: str = ""
    confidence: float = 0.0
    reason: Reason = Reason.NOTHING
    others: tuple[str, ...] = field(default=())

    @property
    def why(self) -> str:
        return str(REASONS[self.reason])


def normalised(heading: str) -> str:
    """A heading as it is compared: folded, without brackets and their units, marks and spaces."""
    text = fold(heading[:200])
    bare = _NO_WORD.sub("", _BRACKETS.sub("", text)) or _NO_WORD.sub("", text)
    return bare if bare.isascii() else _SYNONYM.sub(lambda found: _SYNONYMS[found[0]], bare)


def mapping_fingerprint(headings: Iterable[str]) -> str:
    """The same for the same headings in the same order, whatever their spelling: a mapping is remembered under it."""
    joined = "\x1f".join(normalised(heading) for heading in headings)
    return hashlib.sha256(joined.encode("utf-8", "replace")).hexdigest()[:32]


def guess_mapping(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    targets: Sequence[Target],
    patterns: Mapping[str, Pattern] | None = None,
) -> list[Match]:
    """Give each column the field that fits best, the surest first; a field is given once unless it is repeatable."""
    known = {**PATTERNS, **(patterns or {})}
    named = {target.name: tuple(dict.fromkeys(normalised(name) for name in target.names)) for target in targets}
    offers: list[tuple[float, int, int, Reason]] = []
    for column, heading in enumerate(headings):
        values = [row[column].strip() for row in rows[:200] if column < len(row) and row[column].strip()]
        shares = _shares(values, known, targets)
        for place, target in enumerate(targets):
            score, reason = _score(normalised(heading), named[target.name], target, shares)
            if score >= _ENOUGH:
                offers.append((score, column, place, reason))
    offers.sort(key=lambda offer: (-offer[0], offer[1], offer[2]))
    return _assigned(headings, targets, offers)


def _assigned(
    headings: Sequence[str], targets: Sequence[Target], offers: Sequence[tuple[float, int, int, Reason]]
) -> list[Match]:
    given: dict[int, tuple[float, int, Reason]] = {}
    used: set[int] = set()
    for score, column, place, reason in offers:
        if column not in given and (place not in used or targets[place].repeatable):
            given[column] = (score, place, reason)
            used.add(place)
    matches = []
    for column, heading in enumerate(headings):
        others = [targets[place].name for _score, at, place, _reason in offers if at == column][:4]
        if column not in given:
            matches.append(Match(column, heading, others=tuple(others)))
            continue
        score, place, reason = given[column]
        name = targets[place].name
        others = [other for other in others if other != name]
        matches.append(Match(column, heading, name, round(score, 2), reason, tuple(others[:3])))
    return matches


def _shares(values: Sequence[str], known: Mapping[str, Pattern], targets: Sequence[Target]) -> dict[str, float]:
    """For each kind of content in question, the share of values that look like it."""
    if not values:
        return {}
    kinds = {target.pattern or target.kind for target in targets}
    return {kind: sum(map(known[kind], values)) / len(values) for kind in kinds if kind in known}


def _score(heading: str, names: Sequence[str], target: Target, shares: Mapping[str, float]) -> tuple[float, Reason]:
    kind = target.pattern or target.kind
    share = shares.get(kind)
    by_name, reason = _by_name(heading, names)
    if by_name:
        if share is not None:
            # A column called “phone” that holds names is more likely something else (“phone contact”).
            by_name = min(0.99, by_name + 0.05) if share >= 0.8 else by_name * (0.5 + 0.5 * share)
        return by_name, reason
    if share is not None and share >= 0.9 and kind in _DISTINCTIVE:
        return _DISTINCTIVE[kind] * share, Reason.CONTENT
    return 0.0, Reason.NOTHING


def _by_name(heading: str, names: Sequence[str]) -> tuple[float, Reason]:
    if not heading:
        return 0.0, Reason.NOTHING
    if heading in names:
        return 0.94, Reason.HEADING
    bare = _LAST_NUMBER.sub("", heading)
    if bare and bare in names:
        return 0.85, Reason.HEADING
    best = 0.0
    for name in names:
        shorter, longer = sorted((name, heading), key=len)
        if shorter == heading and len(heading) < 0.6 * len(name):
            continue  # the heading says less than the name: 电话 is not yet 移动电话
        if len(shorter) < 2 or shorter not in longer or (shorter.isascii() and len(shorter) < 4):
            continue
        # In Chinese the last word says what a thing is: 客户手机 is a 手机, 手机品牌 is not.
        ends = 0.12 if longer.endswith(shorter) else 0.0
        best = max(best, 0.45 + 0.3 * len(shorter) / len(longer) + ends)
    return (best, Reason.SIMILAR) if best else (0.0, Reason.NOTHING)
