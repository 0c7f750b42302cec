"""What a customer is still worth: purchases to come, chance of being alive, spend, and their value today."""

from zhike.methods.clv.betageometric import BGNBD, MBGNBD
from zhike.methods.clv.choosing import Choice, Trial, choose
from zhike.methods.clv.contract import SBG, finite_value, simple_value
from zhike.methods.clv.lifetime import Draws, Intervals, LifetimeValue, Terms, intervals, lifetime_value
from zhike.methods.clv.model import Fit, PurchaseModel, Unit
from zhike.methods.clv.pareto import ParetoNBD
from zhike.methods.clv.purchases import History, history
from zhike.methods.clv.spend import GammaGamma

__all__ = [
    "BGNBD", "MBGNBD", "SBG", "Choice", "Draws", "Fit", "GammaGamma", "History", "Intervals", "LifetimeValue",
    "ParetoNBD", "PurchaseModel", "Terms", "Trial", "Unit", "choose", "finite_value", "history", "intervals",
    "lifetime_value", "simple_value",
]  # fmt: skip
