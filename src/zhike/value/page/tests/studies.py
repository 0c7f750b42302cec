"""Histories made up for looking at pages: a shop with everything, and customers who would like to break the page."""

from __future__ import annotations

import csv
import random
from datetime import date, timedelta
from pathlib import Path

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE customers; --",
    "</style><style>*{display:none}</style>",
    "javascript:alert(1)",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "\u202egnp.exe\u202c",
    "=cmd|'/c calc'!A1",
    "&lt;b&gt;already escaped&lt;/b&gt;",
    "长" * 300,
)


def passers_by(path: Path, *, customers: int = 300, seed: int = 5) -> Path:
    """Two years of orders that come by chance, as the models of repeat purchase assume: each customer at a rate of its own."""
    chance = random.Random(seed)
    first, last = date(2022, 1, 1), date(2023, 12, 31)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "date", "order", "amount"])
        for place in range(customers):
            rate, leaves, size = (
                chance.gammavariate(0.8, 1 / 40),
                chance.betavariate(0.8, 4),
                chance.lognormvariate(4, 0.5),
            )
            day, number = first + timedelta(days=chance.randrange(200)), 0
            while day <= last:
                number += 1
                writer.writerow(
                    [f"C{place:04}", day.isoformat(), f"{place}-{number}", round(size * chance.uniform(0.5, 1.5), 2)]
                )
                if chance.random() < leaves:
                    break
                day += timedelta(days=1 + round(min(chance.expovariate(rate), 2000)))
    return path


def shop(path: Path, *, customers: int = 160, names: tuple[str, ...] = (), seed: int = 3) -> Path:
    """Two and a half years of orders as CSV: regulars, those who thin out, those who leave, new ones every month."""
    chance = random.Random(seed)
    first, last = date(2022, 1, 1), date(2024, 6, 30)
    products = [f"P{number:02}" for number in range(12)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "date", "order", "product", "amount"])
        number = 0
        for place in range(customers):
            called = (
                names[place % len(names)] + ("" if place < len(names) else f" {place}") if names else f"C{place:04}"
            )
            day = first + timedelta(days=chance.randrange(800))
            end = last if place % 3 else day + timedelta(days=chance.randrange(60, 500))
            gap, size = float(chance.choice((7, 14, 30, 60))), 20 * 1.03**place
            while day <= min(end, last):
                number += 1
                kit = 2 * (number % 6)  # six kits, so that what goes together is not merely what sells best
                basket = products[kit : kit + 2] if chance.random() < 0.4 else chance.sample(products, 2)
                for product in basket:
                    amount = round(size * chance.uniform(0.6, 1.4), 2)
                    writer.writerow([called, day.isoformat(), f"O{number}", product, amount])
                gap = gap * 1.3 if place % 7 == 0 else gap
                day += timedelta(days=max(1, round(gap * chance.uniform(0.7, 1.3))))
    return path
