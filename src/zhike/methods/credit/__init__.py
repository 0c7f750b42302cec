"""What customers owe and how much more they may: scores, limits, ageing, provision, days of sales outstanding."""

from zhike.methods.credit.ageing import Ageing, Open, ageing, count_back_dso, dso
from zhike.methods.credit.limits import (
    Balance,
    available,
    net_assets_limit,
    receipts_limit,
    sales_limit,
    working_assets_limit,
    working_assets_percent,
)
from zhike.methods.credit.scorecard import Points, Scorecard, scorecard
from zhike.methods.credit.scores import CreditScore, c_score, feature_score

__all__ = [
    "Ageing",
    "Balance",
    "CreditScore",
    "Open",
    "Points",
    "Scorecard",
    "ageing",
    "available",
    "c_score",
    "count_back_dso",
    "dso",
    "feature_score",
    "net_assets_limit",
    "receipts_limit",
    "sales_limit",
    "scorecard",
    "working_assets_limit",
    "working_assets_percent",
]
