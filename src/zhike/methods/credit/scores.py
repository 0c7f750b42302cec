"""Credit scores by points: the five or six C's, and the eighteen-item feature model, with vetoes that no score outweighs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from zhike.methods.result import MethodError, Note, Result

SIX_C: dict[str, float] = {
    "character": 25, "capacity": 25, "capital": 20, "collateral": 10, "conditions": 10, "continuity": 10,
}  # fmt: skip
"""Default weights; the five C's leave continuity out."""

FEATURES: dict[str, tuple[str, ...]] = {
    "customer": ("appearance", "product", "demand", "competition", "end_customers", "management"),
    "priority": ("deal_profit", "terms", "market_pull", "market_power", "guarantees", "replaceability"),
    "credit": (
        "payment_record",
        "credit_status",
        "profitability",
        "balance_sheet",
        "capital_structure",
        "total_assets",
    ),
}
"""Three groups of six items: the customer's own features, its priority to us, its standing as a debtor."""

ITEMS_ZH = {
    "character": "品质", "capacity": "能力", "capital": "资本", "collateral": "抵押", "conditions": "环境", "continuity": "持续性",
    "appearance": "外部印象", "product": "产品", "demand": "市场需求", "competition": "竞争力", "end_customers": "最终客户",
    "management": "管理能力", "deal_profit": "交易利润", "terms": "交易条件", "market_pull": "市场吸引力", "market_power": "市场影响力",
    "guarantees": "担保", "replaceability": "可替代性", "payment_record": "付款记录", "credit_status": "资信状况",
    "profitability": "获利能力", "balance_sheet": "资产负债", "capital_structure": "资本结构", "total_assets": "资本总额",
}  # fmt: skip

VETOES = {
    "defaulter": ("被列入失信被执行人名单", "is on a list of defaulters"),
    "sued": ("因欠款被起诉", "is being sued for debt"),
    "closed": ("被责令停业", "was ordered to close"),
}
CLASSES = ((20.0, "refuse"), (45.0, "high risk"), (65.0, "normal"), (100.0, "good"))
NAMES_ZH = {"refuse": "拒绝", "high risk": "高风险", "normal": "一般", "good": "良好"}


@dataclass(frozen=True, kw_only=True)
class CreditScore(Result):
    """Percent of the answered maximum, its class, what vetoed it, what is unanswered, and the items that cost most."""

    score: float
    klass: str
    vetoes: tuple[str, ...]
    unanswered: tuple[str, ...]
    costs: tuple[tuple[str, float], ...]
    """(item, points of a hundred lost), greatest first."""

    def findings(self) -> Iterable[Note]:
        """Class with score, then what vetoes, then what costs most."""
        yield Note(
            "credit_score",
            f"信用得分 {self.score:.0f}，等级：{NAMES_ZH[self.klass]}。",
            f"Credit score {self.score:.0f}: {self.klass}.",
        )
        for veto in self.vetoes:
            zh, en = VETOES[veto]
            yield Note(f"veto_{veto}", f"一票否决：{zh}。", f"Vetoed: the customer {en}.")
        if self.costs and self.costs[0][1] > 0:
            worst = "、".join(f"{ITEMS_ZH.get(item, item)}（−{lost:.0f}）" for item, lost in self.costs[:3] if lost > 0)
            plain = ", ".join(f"{item} (-{lost:.0f})" for item, lost in self.costs[:3] if lost > 0)
            yield Note("costs_most", f"失分最多：{worst}。", f"Most points are lost by {plain}.")


def c_score(
    answers: Mapping[str, float], weights: Mapping[str, float] | None = None, vetoes: Sequence[str] = ()
) -> CreditScore:
    """5C or 6C: each C answered 0–100, weighted; C's without an answer are left out and named.

    >>> c_score({"character": 90, "capacity": 80, "capital": 70, "collateral": 60, "conditions": 50}).klass
    'good'
    """
    return _scored(answers, dict(weights or SIX_C), 0, 100, vetoes)


def feature_score(
    answers: Mapping[str, float], weights: Mapping[str, float] | None = None, vetoes: Sequence[str] = ()
) -> CreditScore:
    """Eighteen items answered 1–10 × weight, as percent of the answered maximum: ≤ 20 refuse, ≤ 45 high risk, ≤ 65 normal.

    >>> feature_score({item: 5 for group in FEATURES.values() for item in group}).klass
    'normal'
    """
    every = {item: 1.0 for group in FEATURES.values() for item in group}
    return _scored(answers, every | dict(weights or {}), 1, 10, vetoes)


def _scored(
    answers: Mapping[str, float], weights: Mapping[str, float], low: float, high: float, vetoes: Sequence[str]
) -> CreditScore:
    stray = sorted(set(answers) - set(weights)) + sorted(set(vetoes) - set(VETOES))
    if stray:
        raise MethodError("unknown_item", f"没有“{stray[0]}”这一项。", f'There is no item "{stray[0]}".')
    if any(not low <= value <= high for value in answers.values()) or any(not w >= 0 for w in weights.values()):
        raise MethodError("outside_scale", f"得分须在 {low:g}–{high:g}。", f"Answers lie from {low:g} to {high:g}.")
    whole = sum(weights[item] for item in answers)
    if whole <= 0:
        raise MethodError("no_answers", "没有任何已打分的项目。", "No item was answered.")
    score = sum(weights[item] * value for item, value in answers.items()) / (whole * high) * 100
    lost = {item: weights[item] * (high - value) / (whole * high) * 100 for item, value in answers.items()}
    missing = tuple(item for item in weights if item not in answers and weights[item] > 0)
    klass = "refuse" if vetoes else next(name for edge, name in CLASSES if score <= edge)
    thin = len(missing) * 3 > len(weights)
    note = Note(
        "many_unanswered",
        f"{len(missing)} 项未打分，得分仅按已打分项目计算。",
        f"{len(missing)} items are unanswered; the score is of the others alone.",
    )
    return CreditScore(
        cases=len(answers),
        parameters={"weights": dict(weights)},
        warnings=(note,) if thin else (),
        score=score,
        klass=klass,
        vetoes=tuple(vetoes),
        unanswered=missing,
        costs=tuple(sorted(lost.items(), key=lambda pair: -pair[1])),
    )
