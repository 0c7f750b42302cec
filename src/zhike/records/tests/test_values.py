"""What people type into a field, as it is kept."""

from __future__ import annotations

from decimal import Decimal

import pytest

from zhike.kernel.actor import Actor
from zhike.kernel.errors import Invalid
from zhike.kernel.screens import Column, Kind
from zhike.records.values import read_value

MONEY = Column(name="volume", label="年采购额", kind=Kind.MONEY)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1280.50", "1280.50"),
        ("1,205,000", "1205000"),
        ("120.5万", "1205000"),
        ("3 亿元", "300000000"),
        ("¥１２万", "120000"),
        ("-5", "-5"),
    ],
)
def test_a_number_is_read_as_people_write_it(written: str, kept: str) -> None:
    assert read_value(MONEY, written, Actor.system()) == Decimal(kept)


@pytest.mark.parametrize("written", ["万", "很多", "1万2", "1e999999999万", "inf", "9999999999亿", True])
def test_what_is_no_number_is_refused_with_its_value(written: object) -> None:
    with pytest.raises(Invalid):
        read_value(MONEY, written, Actor.system())
