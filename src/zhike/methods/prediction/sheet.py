"""The model sheet: both kinds of model side by side, which one is used, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhike.methods.prediction.model import USUAL, Kind, Plan, Prediction, fit_model
from zhike.methods.result import MethodError, Note, Result


@dataclass(frozen=True, kw_only=True)
class ModelSheet(Result):
    """What a decision maker reads before using a model; `chosen` is None where no model beats chance on later data."""

    models: Mapping[str, Prediction]
    chosen: Kind | None

    @property
    def best(self) -> Prediction:
        """The model to use; refused where none is fit for use."""
        if self.chosen is None:
            raise MethodError(
                "no_model", "没有一个模型在后期数据上可靠地优于随机。", "No model reliably beats chance on later data."
            )
        return self.models[self.chosen]

    def rows(self) -> list[dict[str, Any]]:
        """One line per model, for a table."""
        return [
            {
                "model": kind,
                "cases": model.cases,
                "fold_auc": model.fold_auc,
                "test_auc": model.test.auc if model.test else None,
                "test_interval": model.test.auc_interval if model.test else None,
                "brier": model.test.brier if model.test else None,
                "brier_constant": model.test.brier_constant if model.test else None,
                "training_rate": model.training_rate,
                "test_rate": model.test.base_rate if model.test else None,
            }
            for kind, model in self.models.items()
        ]

    def findings(self) -> Iterable[Note]:
        for model in self.models.values():
            yield from model.findings()
        for model in self.models.values():
            if model.test and model.fold_auc - model.test.auc_interval[1] > 0.02:
                zh, en = ("提升树", "Boosted trees") if model.kind == "boosted" else ("逻辑回归", "Logistic regression")
                yield Note(
                    "falls_in_time",
                    f"{zh}在随机折中为 {model.fold_auc:.2f}，在后期数据上只有 {model.test.auc:.2f}：它学到的是时期，不全是客户。",
                    f"{en}: {model.fold_auc:.2f} in random folds but {model.test.auc:.2f} on later data. "
                    f"Part of what was learned is the period, not the customer.",
                )
        if self.chosen is None:
            yield Note("none_chosen", "没有一个模型可用。", "No model is fit for use.")
            return
        zh, en = ("提升树", "boosted trees") if self.chosen == "boosted" else ("逻辑回归", "logistic regression")
        where = ("后期数据", "later data") if self.best.test else ("随机折", "random folds")
        yield Note("chosen", f"采用{zh}：{where[0]}上排序最好。", f"Use {en}: it ranks best on {where[1]}.")


def model_sheet(
    table: Any,
    outcome: Any,
    *,
    time: Any = None,
    drop: Sequence[str] = (),
    allow: Sequence[str] = (),
    plan: Plan = USUAL,
) -> ModelSheet:
    """Fit both kinds as `fit_model` does and choose by the test in time (by folds where there are no times).

    Boosted trees must be better than the plain model by more than .005 to be chosen: what can be read is preferred. A
    model whose interval reaches .5 is not used.

    Arguments and refusals are those of `fit_model`.

    >>> import numpy as np
    >>> chance = np.random.default_rng(1)
    >>> visits = chance.integers(1, 9, 400)
    >>> sheet = model_sheet({"visits": visits}, chance.random(400) < visits / 10, time=range(400))
    >>> sheet.chosen
    'logistic'
    """
    kinds: tuple[Kind, ...] = ("logistic", "boosted")
    models: dict[str, Prediction] = {
        kind: fit_model(table, outcome, kind=kind, time=time, drop=drop, allow=allow, plan=plan) for kind in kinds
    }
    plain, chosen = models["logistic"], preferred(models)
    return ModelSheet(
        cases=plain.cases,
        period=plain.period,
        parameters=dict(plain.parameters) | {"kind": "both"},
        warnings=models[chosen or "logistic"].warnings,
        error=models[chosen].error if chosen else {},
        models=models,
        chosen=chosen,
    )


def preferred(models: Mapping[str, Prediction]) -> Kind | None:
    """The model to use among those whose interval stays above .5: the plain one, unless the trees are better by more than .005."""
    usable = {kind: model for kind, model in models.items() if not model.test or model.test.auc_interval[0] > 0.5}
    if "boosted" in usable and (
        "logistic" not in usable or _rank(usable["boosted"]) > _rank(usable["logistic"]) + 0.005
    ):
        return "boosted"
    return "logistic" if "logistic" in usable else None


def _rank(model: Prediction) -> float:
    return model.test.auc if model.test else model.fold_auc
