"""What customers feel: scores with intervals, what to improve first, and satisfaction indices by path models."""

from zhike.methods.satisfaction.answers import (
    FeltOverExpected,
    Share,
    csat,
    felt_over_expected,
    index_score,
    nps,
    seven_step,
    weighted_index,
)
from zhike.methods.satisfaction.importance import SERVQUAL_ITEMS, Gaps, Matrix, Point, importance_satisfaction, servqual
from zhike.methods.satisfaction.models import MODELS, index_model
from zhike.methods.satisfaction.pls import PathFit, PathIntervals, PLSPathModel

__all__ = [
    "MODELS",
    "SERVQUAL_ITEMS",
    "FeltOverExpected",
    "Gaps",
    "Matrix",
    "PLSPathModel",
    "PathFit",
    "PathIntervals",
    "Point",
    "Share",
    "csat",
    "felt_over_expected",
    "importance_satisfaction",
    "index_model",
    "index_score",
    "nps",
    "servqual",
    "seven_step",
    "weighted_index",
]  # fmt: skip
