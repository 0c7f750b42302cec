"""Who will buy, answer or leave: models that are tested on later data and say how far they can be believed."""

from .judging import Judgement, auc, auc_interval, judge
from .leaks import Leak, find_leaks
from .model import Plan, Prediction, Reason, fit_model
from .sheet import ModelSheet, model_sheet
from .windows import purchase_windows

__all__ = [
    "Judgement",
    "Leak",
    "ModelSheet",
    "Plan",
    "Prediction",
    "Reason",
    "auc",
    "auc_interval",
    "find_leaks",
    "fit_model",
    "judge",
    "model_sheet",
    "purchase_windows",
]
