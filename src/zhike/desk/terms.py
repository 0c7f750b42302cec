"""The words and thresholds of the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

#: days without a touch after which a customer is named on Today, by level; "" = no level
UNTOUCHED_DAYS: Final = {"A": 14, "B": 30, "C": 60, "D": 90, "": 60}
SOON: Final = timedelta(hours=2)  # what is due within this is for now
WEEK: Final = timedelta(days=7)
BIRTHDAY_DAYS: Final = 7
FALLS_SOON: Final = 3  # days before the pool takes a customer back in which it is for today
MOST_TASKS, MOST_BIRTHDAYS, MOST_UNTOUCHED = 60, 20, 10
CALL_WORDS: Final = ("电话", "致电", "回电", "拨打", "打给", "call", "phone")
VISIT_WORDS: Final = ("拜访", "上门", "到访", "visit", "meet")
