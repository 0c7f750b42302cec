"""Where effort pays: visits by their next gain, over- and under-service, and the price of a bid."""

from zhike.methods.effort.bids import Bid, GoNoGo, Rival, WinCurve, best_bid, go_no_go, win_curve
from zhike.methods.effort.visits import (
    INTERVALS,
    Account,
    Saturating,
    Served,
    ServiceBalance,
    VisitPlan,
    plan_visits,
    service_balance,
)

__all__ = [
    "INTERVALS",
    "Account",
    "Bid",
    "GoNoGo",
    "Rival",
    "Saturating",
    "Served",
    "ServiceBalance",
    "VisitPlan",
    "WinCurve",
    "best_bid",
    "go_no_go",
    "plan_visits",
    "service_balance",
    "win_curve",
]
