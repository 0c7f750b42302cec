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
    from zhike.methods.later_orders import RulesTest
    from zhike.methods.rules import AssociationRules, Rule
    from zhike.value.study import Study

SHOWN = 15


def together(study: Study, voice: Voice) -> Section:
    """The strongest rules, each pair of products once."""
    found = study.rules
    lead: object = voice.say("哪些产品常在一张订单里。", "Which products meet in one order.")
    many = voice.count(study.invoices if isinstance(found, MethodError) else found.cases)
    body: object
    if isinstance(found, MethodError):
        body = refusal(found, voice)
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
        body = join([tested(study.rules_test, voice), rule_table(study, found, voice)])
    return Section(
        "baskets",
        voice.say("一起买", "Bought together"),
        voice.say("下一单可以推荐什么？", "What to offer with the next order?"),
        lead,
        body,
        Method(
            voice.say(f"{many} 张订单", f"{many} orders"),
            voice.span(study.period),
            computed(found, voice),
            of(DOUBTS, "baskets", voice.chinese),
            () if isinstance(found, MethodError) else found.warnings,
        ),
    )


def tested(test: RulesTest | MethodError, voice: Voice) -> Safe | None:
    """What rules learned earlier were worth on later orders."""
    if isinstance(test, MethodError) or test.period is None:
        return None
    low, high = (voice.number(100 * bound, 1) for bound in test.interval)
    sentence = voice.say(
        "检验：用 {day} 以前的订单学规则，再看之后的 {orders} 张订单。其中 {cases} 张适用规则，每张只推荐一件：{rate} 的订单里真有这一件；"
        "换成推荐畅销品，只有 {usual}。差距 {gain} 个百分点（九成五把握 {low} 到 {high}）。",
        "The test: rules learned before {day}, judged by the {orders} orders since. One applied to {cases} of them, with one "
        "offer each: {rate} of these held what was offered; with the best seller offered instead, {usual}. A gain of {gain} "
        "points (19 chances in 20: {low} to {high}).",
    )
    told = fill(
        sentence,
        day=test.period[0].isoformat(),
        orders=voice.count(test.orders),
        cases=voice.count(test.cases),
        rate=strong(voice.share(test.hit_rate)),
        usual=strong(voice.share(test.popular_hit_rate)),
        gain=strong(voice.number(100 * test.difference, 1)),
        low=low,
        high=high,
    )
    return tag("p", told, class_="tested")


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
        en += f"Bounds: support {support:.2%}, confidence {sure:.0%}. "
    zh += "检验：最后四分之一历史（至多半年）留作考题，每张订单按把握度最高的规则推荐一件；不能可靠胜过畅销品的，整节不列。"
    en += (
        "Test: the last quarter of history (at most half a year) is kept back; each order gets one offer, by the rule with "
        "the highest confidence. Rules that do not reliably beat the best seller are not shown at all."
    )
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
        Column(voice.say("提升", "Lift"), figure=True, spare=True),
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
