"""One model of one question: fitted on the past, tested on what came after, with the reasons of each case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zhike.methods.prediction.coding import Coding, Floats, learn_coding, tidy
from zhike.methods.prediction.fitting import Fitted, fit
from zhike.methods.prediction.judging import Judgement, auc, judge
from zhike.methods.prediction.leaks import LIMIT, find_leaks, refuse_leaks
from zhike.methods.result import MethodError, Note, Result

Kind = Literal["logistic", "boosted"]
_YES = {"1", "1.0", "yes", "y", "true", "t", "是", "有", "流失"}
_NO = {"0", "0.0", "no", "n", "false", "f", "否", "无", "未流失", ""}


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is trained and tested."""

    test_share: float = 0.2
    """The latest part of the cases, kept from training."""
    folds: int = 5
    seed: int = 0
    level: float = 0.95
    least: int = 50
    """Fewer cases of either outcome are refused."""
    after: tuple[str, ...] = ()
    """Columns known only once the outcome is."""
    leak_limit: float = LIMIT


USUAL = Plan()


class Reason(NamedTuple):
    """How much one column moves the log-odds of a case away from those of the usual case."""

    column: str
    value: Any
    effect: float


@dataclass(frozen=True, kw_only=True)
class Prediction(Result):
    """A fitted model. `test` is on the latest cases (None without times), `folds` the AUC of each random fold."""

    kind: Kind
    folds: tuple[float, ...]
    held_out: Floats = field(repr=False)
    """Probability of each case from the model that did not see its fold."""
    test: Judgement | None
    base_rate: float
    training_rate: float
    coding: Coding = field(repr=False)
    fitted: Fitted = field(repr=False)

    @property
    def fold_auc(self) -> float:
        return float(np.mean(self.folds))

    def predict(self, table: Any) -> Floats:
        """P(outcome) of each row, shape (n,); the columns must be those of training."""
        return self.fitted.probability(self.coding.matrix(self._known(table)))

    def reasons(self, table: Any, n: int = 3) -> list[list[Reason]]:
        """The n strongest reasons of each row. For every row, all effects sum to its log-odds minus the usual ones.

        Linear: coefficient × (x − mean). Trees: each column's mean step when the usual case is turned into this one
        column by column, over eight orders (sampled Shapley values, Štrumbelj and Kononenko 2014).
        """
        known = self._known(table)
        effects = self.fitted.effects(self.coding.matrix(known), self.coding.groups())
        order = np.argsort(-np.abs(effects), axis=1)[:, :n]
        names = [column.name for column in self.coding.columns]
        return [
            [Reason(names[c], known[names[c]][row].item(), float(effects[row, c])) for c in best]
            for row, best in enumerate(order.tolist())
        ]

    def weights(self) -> dict[str, float]:
        """Change of the log-odds per standard deviation of each coded column; for trees nothing is that simple."""
        if self.fitted.weights is None:
            raise MethodError("no_weights", "提升树没有系数，请看逐例理由。", "Trees have no weights; ask for reasons.")
        return dict(zip(self.coding.labels(), self.fitted.weights.tolist(), strict=True))

    def _known(self, table: Any) -> Mapping[str, NDArray[Any]]:
        known = tidy(table)
        if missing := [column.name for column in self.coding.columns if column.name not in known]:
            raise MethodError("column_missing", f"缺少列：{missing}。", f"Columns are missing: {missing}.")
        return known

    def findings(self) -> Iterable[Note]:
        zh, en = {"logistic": ("逻辑回归", "Logistic regression"), "boosted": ("提升树", "Boosted trees")}[self.kind]
        yield Note(
            "folds",
            f"{zh}：{self.cases:,} 例（发生率 {self.base_rate:.1%}），随机{len(self.folds)}折 AUC {self.fold_auc:.3f}。",
            f"{en}: {self.cases:,} cases ({self.base_rate:.1%} happened); AUC over {len(self.folds)} random folds {self.fold_auc:.3f}.",
        )
        if self.test:
            low, high = self.test.auc_interval
            yield Note(
                "later",
                f"在最近 {self.test.cases:,} 例上的 AUC 为 {self.test.auc:.3f}（{low:.3f}–{high:.3f}），"
                f"得分最高的一成发生率是平均的 {self.test.deciles[0].lift:.1f} 倍。",
                f"On the latest {self.test.cases:,} cases the AUC is {self.test.auc:.3f} ({low:.3f}–{high:.3f}); the "
                f"best tenth happens {self.test.deciles[0].lift:.1f} times as often as all.",
            )


def fit_model(
    table: Any,
    outcome: Any,
    *,
    kind: Kind = "logistic",
    time: Any = None,
    drop: Sequence[str] = (),
    allow: Sequence[str] = (),
    plan: Plan = USUAL,
) -> Prediction:
    """Train on the past, test on the rest; see docs/methods/churn-and-response.md.

    `table`: mapping of columns (n,), rows as mappings, or a dataframe. `outcome`: a column of it, or (n,) of 0/1 or
    yes/no. `time`: (n,) dates or numbers, a column's name, or "rows" where rows stand in order of time; without it only
    random folds judge the model, and a warning says so. `drop` leaves columns out, `allow` lets suspected leaks in. The model returned is
    fitted on the training part only, so that the test stays true of it. Raises MethodError for leaks, too few outcomes, one outcome.

    >>> visits, late = [1, 2, 3, 4, 5, 6, 7, 8] * 50, [0, 1, 0, 0, 1, 0, 1, 1] * 50
    >>> model = fit_model({"visits": visits}, late, time=range(400))
    >>> [round(float(chance), 2) for chance in model.predict({"visits": [1, 8]})]
    [0.18, 0.82]
    """
    columns, hit, moments = read_cases(table, outcome, time, drop)
    rows = int(min(hit.sum(), len(hit) - hit.sum()))
    if rows < plan.least:
        raise MethodError(
            "too_few_outcomes",
            f"较少的一种结果只有 {rows} 例，至少需要 {plan.least} 例；请改用打分卡。",
            f"The rarer outcome has {rows} cases; {plan.least} are needed. Use a points card.",
        )
    refuse_leaks(find_leaks(columns, hit, after=plan.after, limit=plan.leak_limit), allow)
    training, later = split_in_time(moments, len(hit), plan.test_share)
    if not 0 < hit[training].sum() < len(training):
        raise MethodError("one_outcome", "训练期内只有一种结果。", "Only one outcome occurs in the training period.")
    coding = learn_coding(columns, training)
    fitted = fit(kind, coding.matrix({n: v[training] for n, v in columns.items()}), hit[training], plan.seed)
    folds, held_out = _folds(kind, columns, hit, plan)
    test, doubts = _tested(fitted, coding, columns, hit, later, plan)
    return Prediction(
        kind=kind,
        cases=len(hit),
        period=_period(moments),
        parameters={"kind": kind, "test_share": plan.test_share, "folds": plan.folds, "seed": plan.seed, "level": plan.level},
        warnings=(*coding.notes, *doubts),
        error={"brier": test.brier, "brier_constant": test.brier_constant} if test else {},
        folds=folds, held_out=held_out, test=test,
        base_rate=float(hit.mean()),
        training_rate=float(hit[training].mean()),
        coding=coding, fitted=fitted,
    )  # fmt: skip


def read_cases(table: Any, outcome: Any, time: Any, drop: Sequence[str]) -> tuple[dict[str, NDArray[Any]], Floats, Any]:
    """Columns to predict from, outcome as 0/1, and the moments (or None)."""
    used = [name for name in (outcome, time) if isinstance(name, str) and name != "rows"]
    columns = tidy(table)
    for name in (*used, *drop):
        if name not in columns:
            raise MethodError("column_missing", f"没有“{name}”这一列。", f"There is no column {name!r}.")
    hit = as_outcome(columns[outcome] if isinstance(outcome, str) else outcome)
    moments: Any = columns[time] if isinstance(time, str) and time != "rows" else time
    kept = {name: values for name, values in columns.items() if name not in used and name not in drop}
    sizes = {len(values) for values in kept.values()} | {len(hit)}
    if moments is not None and not isinstance(moments, str):
        moments = np.asarray(moments)
        sizes.add(len(moments))
    if len(sizes) != 1:
        raise MethodError("ragged", "结果、时间与各列的行数不同。", "Outcome, times and columns differ in length.")
    return kept, hit, moments


def as_outcome(values: Any) -> Floats:
    """0/1 from booleans, numbers, or words for yes and no; anything else is refused."""
    words = [str(value).strip().lower() for value in np.asarray(values).tolist()]
    wrong = sorted({word for word in words if word not in _YES and word not in _NO})
    if wrong:
        shown = ", ".join(wrong[:3])
        raise MethodError(
            "outcome_unknown", f"结果须是 0/1 或是/否，不能是 {shown}。", f"An outcome is 0/1 or yes/no, not {shown}."
        )
    return np.asarray([word in _YES for word in words], dtype=float)


def split_in_time(moments: Any, cases: int, share: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places before and after the split; cases of one moment stay on one side. Without times the second is empty."""
    if moments is None:
        return np.arange(cases), np.arange(0)
    cut = int(cases * (1 - share))
    if isinstance(moments, str):
        return np.arange(cut), np.arange(cut, cases)
    order = np.argsort(moments, kind="stable")
    border = np.sort(moments)[cut]
    before = np.asarray(moments) < border
    if not before.any():
        raise MethodError(
            "one_moment", "所有样本同一时点，无法按时间检验。", "All cases are of one moment: no test in time."
        )
    return order[before[order]], order[~before[order]]


def _period(moments: Any) -> tuple[date, date] | None:
    if moments is None or isinstance(moments, str):
        return None
    ends = [
        value.astype("datetime64[D]").item() if isinstance(value, np.datetime64) else value
        for value in (moments.min(), moments.max())
    ]
    days = [end.date() if isinstance(end, datetime) else end for end in ends]
    return (days[0], days[1]) if all(isinstance(day, date) for day in days) else None


def _folds(
    kind: Kind, columns: Mapping[str, NDArray[Any]], hit: Floats, plan: Plan
) -> tuple[tuple[float, ...], Floats]:
    """AUC of each random fold, stratified: what a test that forgets time would have promised; and what each said."""
    rng = np.random.default_rng(plan.seed)
    fold = np.empty(len(hit), dtype=np.int64)
    for side in (0, 1):
        mine = rng.permutation(np.flatnonzero(hit == side))
        fold[mine] = np.arange(len(mine)) % plan.folds
    # One coding for all folds: it never sees the outcome.
    matrix = learn_coding(columns).matrix(columns)
    found, sure = [], np.empty(len(hit))
    for number in range(plan.folds):
        rest, held = fold != number, fold == number
        fitted = fit(kind, matrix[rest], hit[rest], plan.seed)
        sure[held] = fitted.probability(matrix[held])
        found.append(auc(hit[held], sure[held]))
    return tuple(found), sure


def _tested(
    fitted: Fitted,
    coding: Coding,
    columns: Mapping[str, NDArray[Any]],
    hit: Floats,
    later: NDArray[np.int64],
    plan: Plan,
) -> tuple[Judgement | None, list[Note]]:
    if not len(later):
        note = Note(
            "not_in_time",
            "没有时间，只做了随机检验；真实效果可能差得多。",
            "Without times only random folds judge this; later data may be far worse.",
        )
        return None, [note]
    if not 0 < hit[later].sum() < len(later):
        return None, [
            Note(
                "one_outcome_later",
                "最近一段只有一种结果，无法检验。",
                "Only one outcome in the latest part: not tested.",
            )
        ]
    sure = fitted.probability(coding.matrix({name: values[later] for name, values in columns.items()}))
    test = judge(hit[later], sure, level=plan.level)
    doubts = []
    before, now = (len(hit) * hit.mean() - hit[later].sum()) / (len(hit) - len(later)), test.base_rate
    if max(before, now) > 1.5 * min(before, now):
        doubts.append(
            Note(
                "base_rate_moved",
                f"发生率由 {before:.1%} 变为 {now:.1%}：概率的水平不可信，只能用来排序。",
                f"The base rate moved from {before:.1%} to {now:.1%}: trust the order, not the level, of probabilities.",
            )
        )
    if test.brier >= test.brier_constant:
        doubts.append(
            Note(
                "worse_than_constant",
                "概率的误差不小于只报平均发生率。",
                "The probabilities err no less than the plain base rate.",
            )
        )
    return test, doubts
