"""What is bought together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from zhike.methods.result import MethodError
from zhike.value.page.frame import Column, Method, Section, refusal, table
from zhike.value.page.markup import Safe, fill, join, name, strong, tag
from zhike.value.page.trust import DOUBTS
from zhike.value.page.voice import Voice
from zhike.value.page.words import of

if TYPE_CHECKING:
    from zhike.methods.rules import AssociationRules, Rule
    from zhike.value.study import Study

SHOWN = 15


def together(study: Study, voice: Voice) -> Section:
    """The strongest rules, each pair of products once."""
    found = study.rules
    lead: object = voice.say("哪些产品常在一张订单里。", "Which products meet in one order.")
    body: object
    if isinstance(found, MethodError):
        body = refusal(found, voice)
    elif not len(found):
        body = tag(
            "p", voice.say("没有够多、够强的搭配。", "No combination is frequent and strong enough."), class_="quiet"
        )
    else:
        best = strongest(found)[0]
        lead = fill(
            voice.say(
                "买了 {x} 的订单里，{share} 也买 {y}，是平常的 {lift} 倍（{n} 单）。",
                "Of the orders with {x}, {share} also hold {y}: {lift} times the usual ({n} orders).",
            ),
            x=strong(items(study, best.antecedent)),
            share=strong(voice.share(best.confidence)),
            y=strong(items(study, best.consequent)),
            lift=strong(voice.number(best.lift, 1)),
            n=voice.count(best.cases),
        )
        body = rule_table(study, found, voice)
    return Section(
        "baskets",
        voice.say("一起买", "Bought together"),
        voice.say("下一单可以推荐什么？", "What to offer with the next order?"),
        lead,
        body,
        Method(
            "—"
            if isinstance(found, MethodError)
            else voice.say(f"{voice.count(found.cases)} 张订单", f"{voice.count(found.cases)} orders"),
            voice.span(study.period),
            computed(found, voice),
            of(DOUBTS, "baskets", voice.chinese),
            () if isinstance(found, MethodError) else found.warnings,
        ),
    )


def computed(found: AssociationRules | MethodError, voice: Voice) -> str:
    """The bounds that were used."""
    zh = "关联规则：把握度 = 买了左边也买右边的订单占比；提升度 = 把握度除以右边平常的占比，1 为巧合。"
    en = (
        "Association rules: confidence is the share of orders with the left side that hold the right "
        "side too; lift is that share "
        "over the usual one, 1 is chance. "
    )
    if not isinstance(found, MethodError):
        support, sure = float(found.parameters["support"]), float(found.parameters["confidence"])
        zh += f"下限：支持度 {support:.2%}，把握度 {sure:.0%}。"
        en += f"Bounds: support {support:.2%}, confidence {sure:.0%}."
    return voice.say(zh, en)


def strongest(found: AssociationRules) -> list[Rule]:
    """By orders gained over chance (leverage), each set of products once, so that the list is of use in a shop."""
    seen: set[frozenset[object]] = set()
    chosen = []
    for rule in sorted(found, key=lambda rule: (-rule.leverage, -rule.lift, sorted(map(str, rule.antecedent)))):
        both = rule.antecedent | rule.consequent
        if both not in seen:
            seen.add(both)
            chosen.append(rule)
    return chosen


def items(study: Study, products: Iterable[object]) -> Safe:
    """Product names, joined."""
    named = sorted(study.product(str(product)) for product in products)
    parts: list[object] = []
    for one in named:
        parts += [" + " if parts else None, name(one, 44)]
    return join(parts)


def rule_table(study: Study, found: AssociationRules, voice: Voice) -> Safe:
    """The first of them."""
    columns = (
        Column(voice.say("买了", "Who buys")),
        Column(voice.say("也买", "also buys")),
        Column(voice.say("把握度", "Confidence"), figure=True),
        Column(voice.say("提升", "Lift"), figure=True),
        Column(voice.say("订单", "Orders"), figure=True, spare=True),
    )
    chosen = strongest(found)
    rows = [
        (
            items(study, rule.antecedent),
            items(study, rule.consequent),
            tag("b", voice.share(rule.confidence)),
            f"{voice.number(rule.lift, 1)}×",
            voice.count(rule.cases),
        )
        for rule in chosen[:SHOWN]
    ]
    note = voice.say(
        f"共 {voice.count(len(found))} 条规则；按比巧合多出的订单数排序。",
        f"{voice.count(len(found))} rules in all; ordered by how many orders more than chance.",
    )
    return join(
        [
            table(columns, rows, caption=voice.say("一起买的产品", "Products bought together")),
            tag("p", note, class_="quiet"),
        ]
    )
