"""Made-up orders with everything that tempts engines to differ: ties, returns, same days, gaps, names in many scripts."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

Row = tuple[str, date, Decimal, str]
NAMES = ("恒源", "Ärzte", "alpha", "Beta", "zeta", "Łódź", "东方", "_under", "10", "9")


def lines(customers: int = 80, seed: int = 7) -> list[Row]:
    """customer, day, amount, order: up to 12 orders of up to 3 lines each, from 2020 to the middle of 2024."""
    chance = random.Random(seed)
    rows: list[Row] = []
    for number in range(customers):
        name = f"{NAMES[number % len(NAMES)]}{number // len(NAMES)}"
        day = date(2020, 1, 1) + timedelta(days=chance.randrange(1500))
        for order in range(chance.choice((1, 1, 2, 3, 5, 8, 12))):
            for _line in range(chance.choice((1, 1, 2, 3))):
                amount = Decimal(chance.choice((50, 100, 100, 250, -30, 9999))) + Decimal(chance.randrange(100)) / 100
                rows.append((name, day, amount if number % 3 else amount.quantize(Decimal(1)), f"{name}-{order}"))
            day += timedelta(days=chance.choice((0, 7, 30, 31, 91, 400)))
    return rows
