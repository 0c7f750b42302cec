"""From a record as typed to its comparable form; contact points become exact keys."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from . import names, regions
from .names import Simplify, squash, text
from .records import CompanyName, Kind, Normal, Record

_DIGITS = re.compile(r"\d+")
_EXTENSION = re.compile(r"(?:转|分机|#|\*|x|ext\.?|,,).*$")
_SEVERAL = re.compile(r"[/;；、，|\n]+|,(?!,)")
_COMPANY_WORD = re.compile(r"公司|集团|商行|经营部|工作室|有限|企业|厂$|店$|银行|\b(?:ltd|inc|gmbh|llc|corp|co|plc)\b")
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^/@]*@)?(?:www\d?\.)?([^/:?#\s]+)")
_PUBLIC_DOMAIN_LIST = (
    "qq.com vip.qq.com 163.com vip.163.com 126.com yeah.net sina.com sina.cn vip.sina.com "
    "sohu.com foxmail.com aliyun.com 139.com 189.cn wo.cn 21cn.com tom.com gmail.com "
    "googlemail.com outlook.com hotmail.com live.com live.cn msn.com yahoo.com yahoo.cn "
    "yahoo.com.cn icloud.com me.com mac.com proton.me protonmail.com gmx.de gmx.net web.de aol.com "
    "mail.ru yandex.ru weixin.qq.com weibo.com 1688.com taobao.com"
)
PUBLIC_DOMAINS = frozenset(_PUBLIC_DOMAIN_LIST.split())
_EMPTY_WORD_LIST = "无 没有 不详 未知 暂无 none null nil na n/a nan unknown test 测试 - — . 0 x"
_EMPTY_WORDS = frozenset(_EMPTY_WORD_LIST.split())


def normalise(record: Record | Mapping[str, Any], simplify: Simplify | None = None) -> Normal:
    """The comparable form of a record. `simplify` turns traditional characters into simplified (default: OpenCC)."""
    source = record if isinstance(record, Record) else Record.of(record)
    convert = simplify or names.opencc_simplifier()
    written = [text(name, convert) for name in source.names] if source.names else []
    result = Normal(source.id, _kind(source, written))
    if result.kind == Kind.PERSON:
        _person(result, source, written, convert)
    else:
        _companies(result, written + [text(alias, convert) for alias in source.aliases])
    if source.phones:
        result.phones = tuple(dict.fromkeys(number for entry in source.phones for number in phones(entry)))
    if source.emails:
        result.emails = tuple(dict.fromkeys(filter(None, map(email, source.emails))))
    if source.website or result.emails:
        result.domains = _domains(source.website, result)
    if source.credit_code:
        result.credit_code = identifier(source.credit_code)
    if source.wechat:
        result.wechat = text(source.wechat, convert)
    if source.birthday:
        result.birthday = birthday(source.birthday)
    if source.identifiers:
        pairs = ((scheme, identifier(value)) for scheme, value in source.identifiers)
        result.identifiers = tuple((scheme, value) for scheme, value in pairs if value)
    _address(result, source, convert)
    return result


def _kind(source: Record, written: list[str]) -> str:
    if source.kind:
        return str(source.kind)
    if source.given or source.family or source.birthday:
        return Kind.PERSON
    if source.credit_code or any(len(name) > 4 and _COMPANY_WORD.search(name) for name in written):
        return Kind.ORGANISATION
    return (
        Kind.PERSON if written and len(squash(written[0])) <= 4 and names.HAN.search(written[0]) else Kind.ORGANISATION
    )


def _person(result: Normal, source: Record, written: list[str], convert: Simplify) -> None:
    given, family = text(source.given, convert), text(source.family, convert)
    if not given and not family and written:
        family, given = names.person(written.pop(0))
    result.given = "" if given in _EMPTY_WORDS else squash(given)
    result.family = "" if family in _EMPTY_WORDS else squash(family)
    if written or source.aliases:
        own = result.family + result.given
        others = (squash(name) for name in (*written, *(text(alias, convert) for alias in source.aliases)))
        result.aliases = tuple(dict.fromkeys(name for name in others if name and name != own))


def _companies(result: Normal, written: list[str]) -> None:
    seen: dict[tuple[str, str, str], CompanyName] = {}
    for name in written:
        if name and name not in _EMPTY_WORDS:
            company = names.company(name)
            if company.brand:
                seen.setdefault((company.brand, company.trade, company.region), company)
    result.companies = tuple(seen.values())


def _address(result: Normal, source: Record, convert: Simplify) -> None:
    if source.division:
        result.region = regions.city_of(str(source.division))
    elif result.companies:
        result.region = result.companies[0].region
    if source.place:
        result.place = squash(text(source.place, convert))
    if source.street:
        result.street = _street(source.street, convert)
    if source.building:
        result.building = squash(text(source.building, convert))
    if source.number:
        result.number = squash(text(source.number, convert))
    if source.postcode:
        result.postcode = squash(text(source.postcode, convert))


@lru_cache(maxsize=65_536)
def _street(value: str, convert: Simplify) -> str:
    return squash(text(value, convert))


def phones(value: str) -> list[str]:
    """Dialled digits of each number in an entry, without country code 86, trunk 0, extension; no placeholders."""
    value = unicodedata.normalize("NFKC", value) if not value.isascii() else value
    if value.isdigit():
        number = _national(value, False)
        return [number] if number else []
    found = []
    for entry in _SEVERAL.split(value):
        entry = entry.strip().casefold()
        base = _EXTENSION.sub("", entry)
        groups = _DIGITS.findall(base)
        number = _national("".join(groups), base.lstrip("(").startswith("+"))
        # 0571-88881234-801: a third group of a landline is its extension.
        if len(groups) == 3 and groups[0].startswith("0") and len(groups[1]) >= 7 and len(groups[2]) <= 5:
            number = _national(groups[0] + groups[1], False)
        if number:
            found.append(number)
    return found


def _national(digits: str, international: bool) -> str:
    if digits.startswith("00"):
        digits, international = digits[2:], True
    if digits.startswith("86") and (international or len(digits) in (12, 13)):
        digits = digits[2:]
    digits = digits.lstrip("0")
    if (
        len(digits) < 7
        or len(digits) > 15
        or len(set(digits)) <= 2
        or digits in ("13800138000", "12345678", "123456789")
    ):
        return ""
    return digits


def email(value: str) -> str:
    value = unicodedata.normalize("NFKC", value).casefold().strip().removeprefix("mailto:").strip("<> .,;")
    local, at, domain = value.partition("@")
    if not at or not local or not domain:
        return ""
    if domain in ("gmail.com", "googlemail.com"):
        return local.partition("+")[0].replace(".", "") + "@gmail.com"
    return value


def domain(value: str) -> str:
    found = _HOST.match(unicodedata.normalize("NFKC", value).casefold().strip())
    host = found[1].strip(".") if found else ""
    return host if "." in host else ""


def _domains(website: str, result: Normal) -> tuple[str, ...]:
    found = [domain(website)] if website else []
    if result.kind == Kind.ORGANISATION:
        found += [address.rpartition("@")[2] for address in result.emails]
    return tuple(host for host in dict.fromkeys(found) if host and host not in PUBLIC_DOMAINS)


def identifier(value: str) -> str:
    """Credit codes and other numbers: letters and digits in upper case; all-zero placeholders are dropped."""
    kept = squash(value.casefold() if value.isascii() else unicodedata.normalize("NFKC", value).casefold()).upper()
    return kept if len(set(kept)) > 1 else ""


def birthday(value: str | date) -> str:
    """Eight digits YYYYMMDD, or "" when there is no full date."""
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    groups: list[str] = _DIGITS.findall(unicodedata.normalize("NFKC", value))
    if len(groups) >= 3 and len(groups[0]) == 4:
        return groups[0] + groups[1].zfill(2) + groups[2].zfill(2)[:2]
    return groups[0][:8] if groups and len(groups[0]) >= 8 else ""
