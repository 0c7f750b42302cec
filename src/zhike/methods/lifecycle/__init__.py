"""Where customers stand: lifecycle stage, pattern at loss, and the alarm by everybody's own rhythm."""

from .alarm import ThinningResult, thinning_out
from .patterns import PATTERNS, PatternsResult, loss_patterns
from .stages import STAGES, LifecycleResult, Rules, lifecycle

__all__ = [
    "PATTERNS",
    "STAGES",
    "LifecycleResult",
    "PatternsResult",
    "Rules",
    "ThinningResult",
    "lifecycle",
    "loss_patterns",
    "thinning_out",
]
