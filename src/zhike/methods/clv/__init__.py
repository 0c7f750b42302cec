"""What a customer is still worth: purchases to come, chance of being alive, spend, and their value today."""

from zhike.methods.clv.betageometric import BGNBD, MBGNBD
from zhike.methods.clv.bootstrap import Draws, Intervals, intervals, value_intervals
from zhike.methods.clv.choosing import MODELS, Choice, MoneyCheck, Trial, check_money, choose
from zhike.methods.clv.contract import SBG, finite_value, simple_value
from zhike.methods.clv.lifetime import GroupValue, LifetimeValue, Terms, lifetime_value
from zhike.methods.clv.model import Fit, PurchaseModel, Unit
from zhike.methods.clv.pareto import ParetoNBD
from zhike.methods.clv.purchases import History, history
from zhike.methods.clv.spend import GammaGamma

__all__ = [
    "BGNBD", "MBGNBD", "MODELS", "SBG", "Choice", "Draws", "Fit", "GammaGamma", "GroupValue", "History", "Intervals",
    "LifetimeValue", "MoneyCheck", "ParetoNBD", "PurchaseModel", "Terms", "Trial", "Unit", "check_money", "choose",
    "finite_value", "history", "intervals", "lifetime_value", "simple_value", "value_intervals",
]  # fmt: skip
