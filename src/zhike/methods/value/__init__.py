"""Who matters: ABC, pyramid, migration, RFM, concentration and purchase summaries, each written once for all engines."""

from .composition import AbcResult, ConcentrationResult, abc, concentration
from .levels import Level
from .migration import Equity, MigrationResult, Projection, customer_equity, migration, project, what_if
from .purchases import PurchasesResult, purchases
from .pyramid import PyramidResult, pyramid
from .rfm import RfmResult, rfm

__all__ = [
    "AbcResult",
    "ConcentrationResult",
    "Equity",
    "Level",
    "MigrationResult",
    "Projection",
    "PurchasesResult",
    "PyramidResult",
    "RfmResult",
    "abc",
    "concentration",
    "customer_equity",
    "migration",
    "project",
    "purchases",
    "pyramid",
    "rfm",
    "what_if",
]
