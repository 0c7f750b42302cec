"""Keys that two records of one customer very likely share: only records with a common key are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

from .names import HAN, NICKNAME_OF
from .normalise import normalise
from .records import Kind, Normal, Record

_CODES = {
    letter: str(code) for code, group in enumerate(["bfpv", "cgjkqsxz", "dt", "l", "mn", "r"], 1) for letter in group
}


def keys(record: Normal | Record | Mapping[str, Any]) -> list[str]:
    """Blocking keys, each `kind:value`; strong kinds: c credit code, p phone, e e-mail, w WeChat, i identifier."""
    one = record if isinstance(record, Normal) else normalise(record)
    found: list[str] = []
    if one.credit_code:
        found.append("c:" + one.credit_code)
    for phone in one.phones:
        found.append("p:" + phone)
    for address in one.emails:
        found.append("e:" + address)
    if one.wechat:
        found.append("w:" + one.wechat)
    for scheme, value in one.identifiers:
        found.append(f"i:{scheme}:{value}")
    if one.kind == Kind.PERSON:
        _person_keys(one, found)
    else:
        _company_keys(one, found)
    return list(dict.fromkeys(found)) if len(found) > 1 else found


def _company_keys(one: Normal, found: list[str]) -> None:
    for host in one.domains:
        found.append("d:" + host)
    for name in one.companies:
        brand = name.brand
        found.append("n:" + brand)
        if name.trade:
            found.append("n:" + brand + name.trade)
        else:
            found.append("h:" + brand)  # 普佑 and 普佑健身
        size = len(brand)
        # One wrong character leaves one half of the brand whole.
        if size >= 4:
            found.append("h:" + brand[: size // 2] + ("" if size < 8 else "*"))
            found.append("t:" + brand[size // 2 :])
        elif size == 3:
            found.append("h:" + brand[:2])
            found.append("t:" + brand[1:])
            found.append(f"h:{brand[0]}?{brand[2]}")


def _person_keys(one: Normal, found: list[str]) -> None:
    given, family, born = one.given, one.family, one.birthday
    if (given or family) and HAN.search(family or given):
        found.append("n:" + family + given)
        for alias in one.aliases:
            found.append("n:" + alias)
        if born:
            found.append("b:" + born + (family or given)[:1])
    else:
        _latin_name_keys(given, family, one, found)
    if born:
        found.append("b:" + born)
    for address in one.emails:
        box = address.rpartition("@")[0]
        found.append("l:" + (box if box.isdigit() else box[:5]))
    if one.street and one.number:
        found.append(f"s:{one.number}:{one.street[:5]}")
    if one.building and one.number:
        found.append(f"s:{one.number}:{one.building[:5]}")


def _latin_name_keys(given: str, family: str, one: Normal, found: list[str]) -> None:
    sounds = sorted(sound(name) for name in (given, family) if name)
    if len(sounds) == 2:
        found.append("n:" + "".join(sounds))
    for heard in sounds:
        if one.birthday:
            found.append(f"b:{one.birthday[:4]}{heard}")
            found.append(f"b:{one.birthday[4:]}{heard}")
        if one.postcode:
            found.append(f"z:{one.postcode}{heard}")
        if one.place:
            found.append(f"z:{one.place[:4]}{heard}")


def sound(name: str) -> str:
    """Soundex of a western name, a nickname under its full name, so that Bob and Robert meet."""
    name = NICKNAME_OF.get(name, name)
    codes = _CODES
    result = name[:1]
    last = codes.get(result, "")
    for letter in name[1:]:
        code = codes.get(letter, "")
        if code and code != last:
            result += code
            if len(result) == 4:
                break
        if letter not in "hw":
            last = code
    return result


def candidates(
    blocks: Mapping[str, Sequence[int]], limit: int, allowed: Callable[[int, int], bool] | None = None
) -> tuple[set[tuple[int, int]], dict[str, int]]:
    """Pairs of positions that share a key; blocks above `limit` are skipped and counted by kind of key."""
    pairs: set[tuple[int, int]] = set()
    skipped: dict[str, int] = {}
    for key, members in blocks.items():
        if len(members) < 2:
            continue
        if len(members) > limit:
            skipped[key[0]] = skipped.get(key[0], 0) + 1
        elif allowed is None:
            pairs.update(combinations(members, 2))
        else:
            pairs.update(pair for pair in combinations(members, 2) if allowed(*pair))
    return pairs, skipped
