"""Texts as values: amounts, whole numbers, yes and no, choices. Every refusal says what to write instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import Invalid
from zhike.kernel.text import enumerated, fold, shorten

LARGEST: Final = Decimal(10) ** 16

_CURRENCIES: Final[Mapping[str, str]] = {
    "hk$": "HKD", "港币": "HKD", "港元": "HKD", "nt$": "TWD", "新台币": "TWD", "台币": "TWD",
    "us$": "USD", "美元": "USD",
    "美金": "USD", "$": "USD", "欧元": "EUR", "€": "EUR", "英镑": "GBP", "£": "GBP", "日元": "JPY", "jp¥": "JPY",
    "人民币": "CNY", "rmb": "CNY", "cn¥": "CNY", "¥": "CNY", "元": "CNY", "圆": "CNY", "块": "CNY",
}  # fmt: skip
_ISO: Final = re.compile(r"^([a-z]{3})\s*(?=[-(\d¥$])|(?<=[\d)万亿])\s*([a-z]{3})$")
_UNITS: Final[Mapping[str, int]] = {"千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
_PIECE: Final = re.compile(r"([\d.,' ]+)(百万|千万|万亿|千|万|亿)?")
_GROUPED: Final = re.compile(r"\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?")
_CONTINENTAL: Final = re.compile(r"\d{1,3}(?:\.\d{3})+,\d{1,2}")
_DIGITS_ONLY: Final = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_EXPONENT: Final = re.compile(r"(-?)(\d+(?:\.\d+)?)e\+?(-?\d{1,2})")
_MARKS: Final = re.compile(r"[、,，;；|/\n]+")

YES: Final = frozenset(
    {"是", "有", "对", "真", "y", "yes", "true", "t", "1", "on", "√", "✓", "✔", "已", "启用", "需要"}
)
NO: Final = frozenset(
    {"否", "无", "不", "没有", "假", "错", "n", "no", "false", "f", "0", "off", "×", "✗", "✘", "未", "停用", "不需要"}
)


@dataclass(frozen=True)
class Amount:
    """A number and the currency written beside it, if any."""

    number: Decimal
    currency: str = ""


def read_money(text: str) -> Amount:
    """An amount: ¥1,234.50 · 1.5万 · 3亿2000万元 · (500) · １２３ · USD 12. Refuses what is not finite or too large."""
    plain = _half_width(text)
    currency = ""
    if found := _ISO.search(plain):
        currency = (found[1] or found[2]).upper()
        currency = {"RMB": "CNY"}.get(currency, currency)
        plain = (plain[: found.start()] + plain[found.end() :]).strip()
    for mark, code in _CURRENCIES.items():
        if mark in plain:
            currency = currency or code
            plain = plain.replace(mark, "", 1).strip()
    number = _number(plain)
    if number is None:
        message = _("“%(value)s” is no amount. Write digits, such as 1280.50.") % {"value": shorten(text)}
        raise Invalid("import.money", message)
    return Amount(_bounded(number, text), currency)


def read_number(text: str) -> Decimal:
    """A number; 12% is 0.12."""
    plain = _half_width(text)
    share = plain.endswith("%")
    number = _number(plain[:-1].strip() if share else plain)
    if number is None:
        message = _("“%(value)s” is no number. Write digits, such as 1280.5.") % {"value": shorten(text)}
        raise Invalid("import.number", message)
    return _bounded(number / 100 if share else number, text)


def read_integer(text: str) -> int:
    """A whole number; 5.0 counts as one."""
    number = read_number(text)
    if number != number.to_integral_value():
        message = _("“%(value)s” is no whole number. Leave out the decimals.") % {"value": shorten(text)}
        raise Invalid("import.integer", message)
    return int(number)


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:80]).strip().lower().replace("−", "-").replace("–", "-")


def _number(plain: str) -> Decimal | None:
    if found := _EXPONENT.fullmatch(plain):
        number = Decimal(found[2]).scaleb(int(found[3]))
        return -number if found[1] else number
    negative = False
    if plain.startswith("(") and plain.endswith(")"):
        negative, plain = True, plain[1:-1].strip()
    elif plain.startswith("-"):
        negative, plain = True, plain[1:].strip()
    elif plain.endswith("-"):
        negative, plain = True, plain[:-1].strip()
    elif plain.startswith("+"):
        plain = plain[1:].strip()
    total = Decimal(0)
    place, before = 0, 10**13
    while place < len(plain):
        found = _PIECE.match(plain, place)
        digits = _digits(found[1].strip()) if found else None
        if found is None or digits is None:
            return None
        unit = _UNITS.get(found[2] or "", 1)
        if unit >= before:
            return None
        total += digits * unit
        place, before = found.end(), unit
    return None if not plain else (-total if negative else total)


def _digits(text: str) -> Decimal | None:
    if _DIGITS_ONLY.fullmatch(text):
        return Decimal(text)
    if _GROUPED.fullmatch(text):
        return Decimal(re.sub("[,' ]", "", text))
    if _CONTINENTAL.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    return None


def _bounded(number: Decimal, text: str) -> Decimal:
    if abs(number) >= LARGEST:
        message = _("The number %(value)s is too large. Check its digits.") % {"value": shorten(text)}
        raise Invalid("import.large", message)
    return number + 0 if number else Decimal(0)


def read_yes_no(text: str) -> bool:
    """是 / 否, yes / no, √ / × and their like."""
    plain = fold(text.strip())
    if plain in YES:
        return True
    if plain in NO:
        return False
    message = _("“%(value)s” is neither yes nor no. Write 是 or 否.") % {"value": shorten(text)}
    raise Invalid("import.yes_no", message)


class Labels:
    """The ways to name each choice: its code and its labels in every language."""

    def __init__(self, labels: Mapping[str, Sequence[str]]) -> None:
        self.shown = [next(iter(names), code) for code, names in labels.items()]
        self._codes: dict[str, str] = {}
        for code, names in labels.items():
            self._codes.setdefault(self._key(code), code)
            for name in names:
                self._codes.setdefault(self._key(name), code)

    @classmethod
    def of(cls, choices: Iterable[tuple[str, Any]]) -> Labels:
        """The labels of Django choices, in all languages we speak."""
        pairs = list(choices)
        languages = [
            translation.get_language() or settings.LANGUAGE_CODE,
            *(code for code, _name in settings.LANGUAGES),
        ]
        found: dict[str, list[str]] = {str(code): [] for code, _label in pairs}
        for language in languages:
            with translation.override(language):
                for code, label in pairs:
                    found[str(code)].append(str(label))
        return cls(found)

    @staticmethod
    def _key(text: str) -> str:
        return re.sub(r"[\s_\-]+", "", fold(text))

    def code_of(self, text: str) -> str | None:
        return self._codes.get(self._key(text))


def read_choice(text: str, labels: Labels) -> str:
    """The code of the choice a text names, by its code or its label in any language."""
    code = labels.code_of(text)
    if code is None:
        values = {"value": shorten(text), "choices": shorten(enumerated(labels.shown), 120)}
        raise Invalid("import.choice", _("“%(value)s” is not among the choices. Choose from: %(choices)s") % values)
    return code


def read_choices(text: str, labels: Labels) -> list[str]:
    """Several choices separated by 、 , ; | / or lines; each is taken once, in the order written."""
    if text.strip() and (whole := labels.code_of(text)):
        return [whole]
    return list(dict.fromkeys(read_choice(part, labels) for part in split_list(text)))


def split_list(text: str) -> list[str]:
    """The parts of a list as people write it, without empty ones."""
    return [part.strip() for part in _MARKS.split(text) if part.strip()]
