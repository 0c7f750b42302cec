"""Two records side by side: what agrees, what nearly agrees, what contradicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rapidfuzz.distance import OSA, JaroWinkler

from .names import HAN, NICKNAME_OF
from .normalise import normalise
from .records import CompanyName, Kind, Normal, Pair, Reason, Record
from .weights import DEFAULT, Finding, Model, Settings, default_model, probability

_close = JaroWinkler.normalized_similarity
_edits = OSA.distance
_alike = OSA.normalized_similarity


def compare(
    a: Normal | Record | Mapping[str, Any],
    b: Normal | Record | Mapping[str, Any],
    *,
    settings: Settings = DEFAULT,
    model: Model | None = None,
) -> Pair:
    """Probability that two records are one customer, with reasons; symmetric but for left and right."""
    left = a if isinstance(a, Normal) else normalise(a)
    right = b if isinstance(b, Normal) else normalise(b)
    weights = model or default_model(settings)
    return judged(left, right, findings(left, right), weights)


def judged(left: Normal, right: Normal, found: list[Finding], model: Model) -> Pair:
    if left.kind != right.kind:
        return Pair(left.id, right.id, 0.0, (Reason("different", "kind", f"{left.kind} / {right.kind}", -60.0),))
    reasons = [
        Reason(
            one.level,
            one.field,
            one.left if one.left == one.right else f"{one.left} / {one.right}",
            round(model.bits(one), 2),
        )
        for one in found
    ]
    reasons.sort(key=lambda reason: (-abs(reason.bits), reason.field))
    return Pair(left.id, right.id, probability(model.total(found)), tuple(reasons))


def findings(a: Normal, b: Normal) -> list[Finding]:
    """Every field that both records have, at the level at which they agree."""
    found: list[Finding] = []
    if a.kind != b.kind:
        return found
    if a.kind == Kind.PERSON:
        _people(a, b, found)
    elif a.companies and b.companies:
        _companies(a, b, found)
    _codes(a, b, found)
    if a.phones and b.phones:
        _phones(a.phones, b.phones, found)
    if a.emails and b.emails:
        _emails(a.emails, b.emails, found)
    if a.domains and b.domains:
        found.append(_any_same("domain", a.domains, b.domains))
    _addresses(a, b, found)
    return _without_relations(found) if a.kind != Kind.PERSON else found


# Sister companies and branches share brand, town and website as a matter of course.
_RELATED = frozenset({("name", "brand"), ("name", "trade"), ("branch", "different"), ("registered_city", "different")})
_SHARED_BY_RELATIVES = frozenset({("domain", "same"), ("registered_city", "same"), ("region", "same")})

_TOWN = frozenset({("registered_city", "same"), ("region", "same")})


def _without_relations(found: list[Finding]) -> list[Finding]:
    """Where two companies look like relatives, what relatives share is no evidence that they are one.

    Strangers that share a telephone share the town with it.
    """
    if ("name", "different") in {one[:2] for one in found}:
        return [one._replace(level="group") if one[:2] in _TOWN else one for one in found]
    if not any(one[:2] in _RELATED for one in found):
        return found
    return [one._replace(level="group") if one[:2] in _SHARED_BY_RELATIVES else one for one in found]


def _people(a: Normal, b: Normal, found: list[Finding]) -> None:
    if a.birthday and b.birthday:
        found.append(Finding("birthday", _birthday(a.birthday, b.birthday), a.birthday, b.birthday))
    if a.aliases or b.aliases:
        shared = ({a.family + a.given, *a.aliases} & {b.family + b.given, *b.aliases}) - {""}
        if shared and a.family + a.given != b.family + b.given:
            name = min(shared)
            found.append(Finding("alias", "same", name, name))
            return
    straight = _names(a.given, a.family, b.given, b.family)
    # Chinese names are not written the other way round; nothing to gain where the order as typed fits.
    if (all(one.level == "same" for one in straight) and straight) or HAN.search(a.family + b.family):
        found += straight
        return
    # Both under one field: which is whose family name is the very question, and the weights must not depend on it.
    crossed = [
        Finding("given", _given(one, other), one, other)
        for one, other in ((a.given, b.family), (a.family, b.given))
        if one and other
    ]
    if crossed and _fit(crossed) > max(_fit(straight), 0):
        found.append(Finding("order", "crossed", f"{a.given} {a.family}", f"{b.given} {b.family}"))
        found += crossed
    else:
        found += straight


def _names(given: str, family: str, other_given: str, other_family: str) -> list[Finding]:
    found = []
    if family and other_family:
        found.append(Finding("family", _word(family, other_family), family, other_family))
    if given and other_given:
        found.append(Finding("given", _given(given, other_given), given, other_given))
    return found


_FIT = {"same": 3, "nickname": 2, "close": 2, "initial": 0, "different": -3}


def _fit(found: list[Finding]) -> int:
    return sum(_FIT[one.level] for one in found)


def _given(a: str, b: str) -> str:
    if a == b:
        return "same"
    if NICKNAME_OF.get(a, a) == NICKNAME_OF.get(b, b):
        return "nickname"
    if (len(a) == 1 or len(b) == 1) and a[0] == b[0] and a.isascii():
        return "initial"
    return _word(a, b)


def _word(a: str, b: str) -> str:
    if a == b:
        return "same"
    longest = max(len(a), len(b))
    if longest >= 3 and (_edits(a, b, score_cutoff=2) <= (1 if longest < 6 else 2) or _close(a, b) >= 0.9):
        return "close"
    return "different"


def _line(a: str, b: str) -> str:
    """Street, building or town: longer, so likeness counts instead of single edits."""
    if a == b:
        return "same"
    return "close" if _alike(a, b) >= 0.75 or _close(a, b) >= 0.92 else "different"


def _birthday(a: str, b: str) -> str:
    if a == b:
        return "same"
    edits = _edits(a, b)
    if edits == 1 or (a[:4] == b[:4] and a[4:6] == b[6:8] and a[6:8] == b[4:6]):
        return "close"
    return "near" if edits == 2 else "different"


def _code(a: str, b: str) -> str:
    if a == b:
        return "same"
    return "close" if len(a) >= 5 and _edits(a, b, score_cutoff=1) == 1 else "different"


def _codes(a: Normal, b: Normal, found: list[Finding]) -> None:
    if a.credit_code and b.credit_code:
        found.append(Finding("credit_code", _code(a.credit_code, b.credit_code), a.credit_code, b.credit_code))
    if a.wechat and b.wechat:
        found.append(Finding("wechat", "same" if a.wechat == b.wechat else "different", a.wechat, b.wechat))
    if a.identifiers and b.identifiers:
        others = dict(b.identifiers)
        for scheme, value in a.identifiers:
            other = others.get(scheme)
            if other:
                found.append(Finding("identifier", _code(value, other), value, other))


def _any_same(name: str, a: tuple[str, ...], b: tuple[str, ...]) -> Finding:
    shared = min((value for value in a if value in b), default="")
    return Finding(name, "same", shared, shared) if shared else Finding(name, "different", min(a), min(b))


def _phones(a: tuple[str, ...], b: tuple[str, ...], found: list[Finding]) -> None:
    finding = _any_same("phone", a, b)
    if finding.level == "different":
        nearly = [
            (one, other) for one in a for other in b if len(one) >= 11 and _edits(one, other, score_cutoff=1) == 1
        ]
        if nearly:
            finding = Finding("phone", "close", *min(nearly))
    found.append(finding)


def _emails(a: tuple[str, ...], b: tuple[str, ...], found: list[Finding]) -> None:
    finding = _any_same("email", a, b)
    if finding.level == "different":
        best = max(
            ((_email(one, other), one, other) for one in a for other in b), key=lambda each: (each[0], sorted(each[1:]))
        )
        if best[0]:
            finding = Finding("email", "mailbox" if best[0] == 1 else "close", best[1], best[2])
    found.append(finding)


def _email(a: str, b: str) -> int:
    """2 for a likely typing error, 1 for the same mailbox at another provider."""
    box, other = a.rpartition("@")[0], b.rpartition("@")[0]
    # Mailboxes of digits run in series: one digit further is somebody else.
    if not (box.isdigit() and other.isdigit()) and _alike(a, b) >= 0.85:
        return 2
    return 1 if box == other and len(box) >= 4 else 0


def _addresses(a: Normal, b: Normal, found: list[Finding]) -> None:
    if a.kind == Kind.PERSON and a.region and b.region:
        found.append(Finding("region", _region(a.region, b.region), a.region, b.region))
    if a.place and b.place:
        found.append(Finding("place", _line(a.place, b.place), a.place, b.place))
    if a.number and b.number:
        found.append(Finding("number", "same" if a.number == b.number else "different", a.number, b.number))
    if a.postcode and b.postcode:
        found.append(
            Finding(
                "postcode",
                _code(a.postcode, b.postcode) if len(a.postcode) > 4 else _short_code(a.postcode, b.postcode),
                a.postcode,
                b.postcode,
            )
        )
    if (a.street or a.building) and (b.street or b.building):
        straight = _lines(a.street, a.building, b.street, b.building)
        crossed = [
            Finding("street", _line(one, other), one, other)
            for one, other in ((a.street, b.building), (a.building, b.street))
            if one and other
        ]
        found += crossed if crossed and _fit(crossed) > max(_fit(straight), 0) else straight


def _short_code(a: str, b: str) -> str:
    return "same" if a == b else "close" if _edits(a, b, score_cutoff=1) == 1 else "different"


def _lines(street: str, building: str, other_street: str, other_building: str) -> list[Finding]:
    found = []
    if street and other_street:
        found.append(Finding("street", _line(street, other_street), street, other_street))
    if building and other_building:
        found.append(Finding("building", _line(building, other_building), building, other_building))
    return found


def _region(a: str, b: str) -> str:
    if a == b:
        return "same"
    return "province" if a.startswith(b) or b.startswith(a) else "different"


_NAME_RANK = {"same": 4, "close": 3, "brand": 2, "trade": 1, "different": 0}


def _companies(a: Normal, b: Normal, found: list[Finding]) -> None:
    one, other = a.companies[0], b.companies[0]
    if len(a.companies) > 1 or len(b.companies) > 1:
        one, other = max(((x, y) for x in a.companies for y in b.companies), key=_agreement)
    level = _company(one, other)
    if level == "different" and bool(HAN.search(one.core)) != bool(HAN.search(other.core)):
        return  # 华为 and Huawei: two scripts say nothing for or against
    found.append(Finding("name", level, one.core, other.core))
    if one.branch or other.branch:
        same = one.branch == other.branch
        found.append(Finding("branch", "same" if same else "different", one.branch or "-", other.branch or "-"))
    if one.region and other.region:
        found.append(Finding("registered_city", _region(one.region, other.region), one.region, other.region))
    elif a.region and b.region:
        found.append(Finding("region", _region(a.region, b.region), a.region, b.region))
    if one.form and other.form and (one.form == "trader") != (other.form == "trader"):
        found.append(Finding("form", "different", one.form, other.form))


def _agreement(pair: tuple[CompanyName, CompanyName]) -> tuple[int, bool, bool, list[tuple[str, str, str]]]:
    """Which of several names to compare; the last part only breaks ties the same way in both directions."""
    one, other = pair
    spelled = sorted((each.core, each.region, each.branch) for each in pair)
    return _NAME_RANK[_company(one, other)], one.region == other.region, one.branch == other.branch, spelled


def _company(a: CompanyName, b: CompanyName) -> str:
    if a.brand == b.brand:
        if a.trade == b.trade or a.core == b.core:
            return "same"
        if a.trade in b.trade or b.trade in a.trade:
            return "brand"
        return "trade"
    core, other = a.core, b.core
    if core == other:
        return "same"
    if (
        HAN.match(a.brand)
        and len(min(core, other, key=len)) >= 2
        and ((core.startswith(b.brand) and not b.trade) or (other.startswith(a.brand) and not a.trade))
    ):
        return "brand"
    # In a brand of two characters another character is another brand: 恒源 and 恒达 are no typing error.
    shorter, longer = sorted((len(a.brand), len(b.brand)))
    if longer >= 3 and (a.trade == b.trade or not a.trade or not b.trade):
        allowed = 1 if longer < 8 else 2
        if shorter >= 2 and _edits(a.brand, b.brand, score_cutoff=allowed) <= allowed:
            return "close"
    if " " in core and " " in other and sorted(core.split()) == sorted(other.split()):
        return "close"
    return "different"
