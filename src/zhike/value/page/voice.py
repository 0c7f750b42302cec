"""How this reader is spoken to: language, money, counts, shares, days."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from zhike.methods.result import is_chinese

if TYPE_CHECKING:
    from zhike.methods.result import MethodError, Note

Number = Decimal | float | int
MINUS = "−"
STEPS_ZH = ((Decimal(10) ** 12, "万亿"), (Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万"))
STEPS_EN = ((Decimal(10) ** 12, "tn"), (Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))
SYMBOLS = {"CNY": "¥", "RMB": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$", "人民币": "¥"}


@dataclass(frozen=True, slots=True)
class Voice:
    """Language with the unit of what is counted; every figure of the page passes through here."""

    lang: str = "zh"
    currency: str = ""
    measure: str = "money"

    @property
    def chinese(self) -> bool:
        """Whether the page is Chinese; anything else is English."""
        return is_chinese(self.lang)

    def say(self, zh: str, en: str) -> str:
        """The sentence in the reader's language; both always stand beside each other."""
        return zh if self.chinese else en

    def note(self, note: Note | MethodError) -> str:
        """A note or refusal of a method."""
        return note.zh if self.chinese else note.en

    def tick(self, value: Number) -> str:
        """Money on an axis: the same without idle zeros."""
        return re.sub(r"\.0+(?!\d)|(?<=\.\d)0(?!\d)", "", self.money(value)) if value else "0"

    def money(self, value: Number, *, signed: bool = False) -> str:
        """Short, as one says it: £2.85M, ¥285.1万."""
        amount = exact(value)
        sign = MINUS if amount < 0 else "+" if signed and amount > 0 else ""
        return self._with_unit(sign, self._short(abs(amount)))

    def cell(self, value: Number, *, signed: bool = False) -> str:
        """The same in a table whose heading says the unit: pieces are bare, money keeps its mark."""
        bare = replace(self, measure="money", currency="") if self.measure == "quantity" else self
        return bare.money(value, signed=signed)

    def _short(self, amount: Decimal) -> str:
        for size, word in STEPS_ZH if self.chinese else STEPS_EN:
            if amount >= size * Decimal("0.99995"):
                scaled = amount / size
                return f"{scaled:,.{places(scaled)}f}{word}"
        whole = amount == amount.to_integral_value() or amount >= 100
        return f"{amount:,.0f}" if whole else f"{amount:,.2f}"

    def exact(self, value: Number) -> str:
        """To the cent, for tables and totals."""
        amount = exact(value)
        digits = 0 if self.measure == "quantity" and amount == amount.to_integral_value() else 2
        return self._with_unit(MINUS if amount < 0 else "", f"{abs(amount):,.{digits}f}")

    def _with_unit(self, sign: str, figure: str) -> str:
        if self.measure == "quantity":
            return f"{sign}{figure} {self.say('件', 'unit' if figure == '1' else 'units')}"
        mark = SYMBOLS.get(self.currency.upper(), self.currency)
        if len(mark) > 1 and mark.isalpha():
            return f"{sign}{mark} {figure}"
        return f"{sign}{mark}{figure}"

    @property
    def revenue(self) -> str:
        """What is summed, by its name."""
        return self.say("销售额", "revenue") if self.measure == "money" else self.say("销量", "quantity")

    def share(self, value: float, *, signed: bool = False) -> str:
        """A share in per cent, one place; tiny ones are not called zero."""
        if not math.isfinite(value):
            return "—"
        digits = 1 if abs(value) >= 0.0005 or value == 0 else 2
        sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
        return f"{sign}{abs(value) * 100:,.{digits}f}%"

    def count(self, value: Number) -> str:
        """A whole number with its thousands."""
        return f"{value:,.0f}".replace("-", MINUS)

    def people(self, value: Number) -> str:
        """So many customers."""
        number = self.count(value)
        if self.chinese:
            return f"{number} 位客户"
        return f"{number} customer" if value == 1 else f"{number} customers"

    def number(self, value: float, digits: int = 2) -> str:
        """A plain number of a table."""
        return f"{value:,.{digits}f}".replace("-", MINUS) if math.isfinite(value) else "—"

    def day(self, day: date) -> str:
        """The same in both languages, so that nobody reads the month as the day."""
        return day.isoformat()

    def month(self, day: date) -> str:
        """A month, short."""
        return f"{day.year}-{day.month:02}"

    def span(self, period: tuple[date, date] | None) -> str:
        """From the first to the last day, both counted."""
        if period is None:
            return "—"
        return self.say(f"{period[0]} 至 {period[1]}", f"{period[0]} to {period[1]}")


def exact(value: Number) -> Decimal:
    """Money for showing; a float has been rounded by its method already."""
    found = value if isinstance(value, Decimal) else Decimal(str(float(value)))
    return found if found.is_finite() else Decimal(0)


def places(scaled: Decimal) -> int:
    """Three to four telling digits."""
    return 2 if scaled < Decimal("9.995") else 1 if scaled < Decimal("999.95") else 0
