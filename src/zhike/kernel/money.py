"""Amounts of money: a Decimal and its currency, one rounding rule, and how amounts are written.

The rule: half a unit is rounded away from zero (2.345 → 2.35, −2.345 → −2.35), once per line, and a sum is the sum of
the rounded lines. A currency has the number of decimals ISO 4217 gives it: yuan 2, yen 0, Kuwaiti dinar 3.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, DecimalException, localcontext
from functools import cache
from typing import Final, Self

from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import Invalid
from zhike.kernel.text import shorten

_LIMIT: Final = Decimal(10) ** 16


@cache
def decimals(currency: str) -> int:
    """How many decimals the currency has. Refuses what is no currency."""
    from babel.core import get_global
    from babel.numbers import get_currency_precision

    if currency not in get_global("all_currencies"):
        message = _("“%(value)s” is no currency. Give its three letters, such as CNY.")
        raise Invalid("money.currency", message % {"value": shorten(currency)})
    return get_currency_precision(currency)


def exact(value: Decimal | int | str) -> Decimal:
    """A finite Decimal of a sane size; commas between thousands and the full-width forms are understood."""
    if isinstance(value, bool | float):
        raise TypeError("amounts of money are never floats")
    try:
        number = value if isinstance(value, Decimal) else Decimal(_plain(value))
    except DecimalException:
        number = Decimal("NaN")
    if not number.is_finite():
        message = _("“%(value)s” is no amount. Write digits, such as 1280.50.")
        raise Invalid("money.amount", message % {"value": shorten(value)})
    if abs(number) >= _LIMIT:
        message = _("The amount %(value)s is too large. Check its digits.")
        raise Invalid("money.large", message % {"value": shorten(value)})
    return number + 0 if number else Decimal(0)  # no minus zero


def _plain(value: int | str) -> str:
    if isinstance(value, int):
        return str(value)
    text = unicodedata.normalize("NFKC", value[:60]).replace(",", "").replace("¥", "").strip()
    return text if not set(text) - set("0123456789+-.") else "NaN"


def rounded(number: Decimal, places: int = 2) -> Decimal:
    """By the rule above, to so many decimals."""
    with localcontext() as context:
        context.prec = 60
        result = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return result if result else abs(result)


@dataclass(frozen=True, slots=True)
class Money:
    """So much of a currency, rounded to its decimals."""

    amount: Decimal
    currency: str = "CNY"

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", rounded(exact(self.amount), decimals(self.currency)))

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str = "CNY") -> Self:
        """From what a person, a file or a form gives: "1,280.5", 1280, Decimal("1280.5")."""
        return cls(exact(amount), currency)

    @classmethod
    def total(cls, parts: Iterable["Money"], currency: str = "CNY") -> "Money":
        """The sum of the parts; nothing of `currency` when there is none."""
        result: Money | None = None
        for part in parts:
            result = part if result is None else result + part
        return result if result is not None else cls(Decimal(0), currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, factor: Decimal | int) -> "Money":
        return Money(self.amount * exact(factor), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def __str__(self) -> str:
        return f"{self.amount:,f} {self.currency}"

    def split(self, weights: Sequence[int | Decimal]) -> list["Money"]:
        """Shares by weight that add up to the whole: what rounding leaves over goes to the last one with a weight."""
        whole = sum((exact(weight) for weight in weights), Decimal(0))
        if whole <= 0 or any(weight < 0 for weight in weights):
            raise ValueError("weights must be positive")
        places, given, past = decimals(self.currency), Decimal(0), Decimal(0)
        shares = []
        for weight in weights:
            past += exact(weight)
            upto = rounded(self.amount * past / whole, places)
            shares.append(Money(upto - given, self.currency))
            given = upto
        return shares

    def _same(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            message = _("%(one)s and %(other)s cannot be added or compared. Convert one of them first.")
            raise Invalid("money.currencies", message % {"one": self.currency, "other": other.currency})
        return other.amount


_HAN_UNITS: Final = {
    "hans": ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")),
    "hant": ((Decimal(10) ** 8, "億"), (Decimal(10) ** 4, "萬")),
}
_LATIN_UNITS: Final = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K"))


def compact(number: Decimal | int | str, lang: str = "zh-hans") -> str:
    """A number for a narrow place: 1,213.8万, 2.6亿; in English 12.1M. The screen keeps the exact one for hovering."""
    value = exact(number)
    lang = lang.lower()
    traditional = any(mark in lang for mark in ("hant", "tw", "hk", "mo"))
    units = _HAN_UNITS["hant" if traditional else "hans"] if lang.startswith("zh") else _LATIN_UNITS
    for index, (size, name) in enumerate(units):
        scaled = rounded(value / size, 1)
        least = 10_000 if name == "K" else size  # four digits are as short as “1.2K”, and exact
        if abs(scaled) >= 1 and abs(value) >= size and abs(scaled) * size >= least:
            if index and abs(scaled) * size >= units[index - 1][0]:  # 99,999,999 is 1.0亿, not 10,000.0万
                return f"{rounded(value / units[index - 1][0], 1):,f}{units[index - 1][1]}"
            return f"{scaled:,f}{name}"
    shown = rounded(value, 2)
    return f"{shown:,.0f}" if shown == shown.to_integral_value() else f"{shown:,f}"


_CAPITALS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")


def capital_amount(amount: Decimal | int | str) -> str:
    """大写金额, as on invoices and contracts: 1680.32 → 壹仟陆佰捌拾元叁角贰分, 100 → 壹佰元整."""
    value = rounded(exact(amount), 2)
    cents = int(abs(value) * 100)
    yuan, (jiao, fen) = cents // 100, divmod(cents % 100, 10)
    text = _capital_integer(yuan) + "元" if yuan or not cents else ""
    if jiao:
        text += _CAPITALS[jiao] + "角"
    elif fen and yuan:
        text += "零"
    text += _CAPITALS[fen] + "分" if fen else "整"
    return "负" + text if value < 0 else text


def _capital_integer(number: int) -> str:
    if number == 0:
        return "零"
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    text, gap = "", False
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            gap = True
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _capital_group(group) + _group_name(index, groups)
        gap = False
    return text


def _group_name(index: int, groups: list[int]) -> str:
    if index == 3:  # 亿 is said once: 壹万贰仟亿, and 壹万亿 when its own group is empty
        return "万" if groups[2] else "万亿"
    return ("", "万", "亿")[index]


def _capital_group(group: int) -> str:
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _CAPITALS[digit] + _PLACES[place]
        gap = False
    return text
