"""The first page: what a manager would tell the others, in plain sentences with their figures, and whom to call."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

from zhike.methods.result import MethodError
from zhike.value.page.frame import who
from zhike.value.page.markup import Safe, fill, join, strong, tag
from zhike.value.page.sections.baskets import items, strongest
from zhike.value.page.sections.calls import worth_calling
from zhike.value.page.sections.cohorts import sentence as returning
from zhike.value.page.sections.future import ahead, degenerate, expectation, missed, verdict
from zhike.value.page.sections.moves import ratio, seasonal
from zhike.value.page.sections.reading import reason
from zhike.value.page.voice import Voice

if TYPE_CHECKING:
    from zhike.methods.value import PyramidResult
    from zhike.value.study import Study

FEW = 3


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One sentence with the figure that carries it, and what to do; `anchor` is the section that proves it."""

    label: str
    figure: str
    tone: str
    sentence: Safe
    anchor: str
    deed: object = None


def conclusions(study: Study, voice: Voice) -> list[Conclusion]:
    """All that the data allow to say, most important first; what could not be computed stays silent here."""
    tellers: tuple[Callable[[Study, Voice], Iterator[Conclusion]], ...] = (
        carried, changed, thinning, fallers, lost, staying, worth, offer, next_month, trusted,
    )  # fmt: skip
    return [one for teller in tellers for one in islice(teller(study, voice), 1)]


def carried(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """How much the first one per cent bring, and what losing one means."""
    found, curve = study.pyramid, study.concentration
    if isinstance(found, MethodError):
        return
    top, base = found.levels["top"], found.levels["base"]
    sentence = fill(
        voice.say(
            "前 1%（{n}）带来 {money}，占 {total} 的 {share}。",
            "The first 1% ({n}): {money}, which is {share} of {total}.",
        ),
        n=strong(voice.people(top.customers)) if top.customers > FEW else first_names(study, found, top.customers),
        money=strong(voice.money(top.revenue)),
        share=strong(voice.share(top.share)),
        total=voice.money(study.revenue),
    )
    if not isinstance(curve, MethodError):
        fifth = voice.say("前 20% 的客户合计占 {fifth}。", " The first fifth of customers bring {fifth}.")
        share = strong(voice.share(curve.shares.get(0.2, float("nan"))))
        sentence = join([sentence, fill(fifth, fifth=share)])
    each, small = top.revenue_per_customer, base.revenue_per_customer
    if each and small and small > 0 and each > small * 2:
        more = voice.say(
            "失去这样一位，要 {k} 位底端客户才补得上。",
            " It takes {k} customers of the base to make up for one such customer.",
        )
        sentence = join([sentence, fill(more, k=strong(voice.count(each / small)))])
    deed = voice.say("给他们专属政策：先守住这些，再找新的。", "Give them a policy of their own: keep these first.")
    yield Conclusion(voice.say("谁养活我们", "Who carries us"), voice.share(top.share), "", sentence, "pyramid", deed)


def first_names(study: Study, found: PyramidResult, many: int) -> Safe:
    """Where the top level is a handful, its names say more than their number."""
    rows = found.table.head(many, found.table.table["rank"])
    parts: list[object] = []
    for row in rows:
        parts += [", " if parts else None, strong(who(study, row["customer"], 36))]
    return join(parts)


def changed(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """From the period before to the last, and by whose doing."""
    found = study.bridge
    if isinstance(found, MethodError) or found.then <= 0:
        return
    rose = found.now >= found.then
    words = voice.say(
        "{what}从上期 {a} 到本期 {b}：新客户和回来的 {new}，老客户多买 {up}，少买 {less}，停购 {gone}。",
        "{what} went from {a} to {b}: new and returning customers {new}, others buying more {up}, buying "
        "less {less}, stopping {gone}.",
    )
    sentence = fill(
        words,
        what=voice.revenue.capitalize(),
        a=voice.money(found.then),
        b=strong(voice.money(found.now)),
        new=strong(voice.money(found.new + found.returned, signed=True)),
        up=strong(voice.money(found.grown, signed=True)),
        less=strong(voice.money(found.shrunk, signed=True)),
        gone=strong(voice.money(found.lost, signed=True)),
    )
    if seasonal(study, voice):
        hint = (
            voice.say("两期季节不同，不可全当增长。", " The two are different seasons: not all of it is growth.")
            if rose
            else voice.say("两期季节不同，不可全当下滑。", " The two are different seasons: not all of it is decline.")
        )
        sentence = join([sentence, hint])
    deed = (
        voice.say("停购带走的最多：从赢回名单打起。", "Most was lost by stopping: begin with the win-back list.")
        if found.lost < found.shrunk
        else voice.say(
            "少买带走的最多：逐个问降得最多的客户。", "Most was lost by buying less: ask those who fell most."
        )
    )
    yield Conclusion(
        voice.say("钱的来去", "What changed"),
        ratio(found, voice),
        "grn" if rose else "red",
        sentence,
        "bridge",
        deed if found.lost + found.shrunk else None,
    )


def thinning(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """Who thins out, with the first by name."""
    found = study.thinning
    if isinstance(found, MethodError) or not found.customers:
        return
    first = found.list(1)[0]
    words = voice.say(
        "{n} 位客户来得比自己平常少，末次购买前的一年里共买 {money}。",
        "Coming less often than they used to: {n}, who bought {money} in their last year.",
    )
    sentence = fill(words, n=strong(voice.count(found.customers)), money=strong(voice.money(found.at_stake)))
    deed = fill(
        voice.say("先问 {who}：{why}。", "Ask {who} first: {why}."),
        who=strong(who(study, first["customer"], 36)),
        why=sign(first, voice),
    )
    label = voice.say("还来得及", "Still in time")
    yield Conclusion(label, voice.money(found.at_stake), "red", sentence, "thinning", deed)


def sign(row: dict[str, Any], voice: Voice) -> str:
    """Why this customer is on the list, in a few words."""
    gap, idle = voice.number(float(row["gap"]), 0), voice.count(row["idle"])
    if row["late"]:
        return voice.say(f"已 {idle} 天没来，平常 {gap} 天一次", f"{idle} days away, usually every {gap} days")
    return voice.say(
        f"最近两次间隔明显拉长，平常 {gap} 天一次", f"its last two gaps grew long, usually every {gap} days"
    )


def fallers(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """The largest fall and the largest rise, by name."""
    if not study.movers_down or not study.movers_up:
        return
    down, up = study.movers_down[0], study.movers_up[0]
    ten = sum((mover.change for mover in study.movers_down[:10]), Decimal(0))
    label = voice.say("升与降", "Up and down")
    if not isinstance(study.bridge, MethodError) and abs(ten) * 100 < study.bridge.then:
        rise = fill(
            voice.say("没有谁明显少买；升得最多的是 {b}。", "Nobody bought much less; {b} rose most."),
            b=strong(who(study, up.customer, 36)),
        )
        deed = voice.say("趁势约下一单。", "Agree the next order while they rise.")
        yield Conclusion(label, voice.money(up.change, signed=True), "grn", rise, "migration", deed)
        return
    sentence = fill(
        voice.say(
            "降得最多的 {k} 位一共少买 {ten}，其中 {a} 从 {a1} 到 {a2}；升得最多的是 {b}，{up}。",
            "The {k} who fell most bought {ten} less, among them {a} from {a1} to {a2}. {b} rose most: {up}.",
        ),
        k=str(min(10, len(study.movers_down))),
        ten=strong(voice.money(abs(ten))),
        a=strong(who(study, down.customer, 36)),
        a1=voice.money(down.then),
        a2=voice.money(down.now),
        b=strong(who(study, up.customer, 36)),
        up=strong(voice.money(up.change, signed=True)),
    )
    deed = voice.say(
        "逐个问清为什么少买；升的，趁势约下一单。", "Ask each why; agree the next order with those who rise."
    )
    yield Conclusion(label, voice.money(ten, signed=True), "red", sentence, "migration", deed)


def lost(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """How many are lost, and what they had brought."""
    found = study.lifecycle
    if isinstance(found, MethodError):
        return
    gone, falling = found.levels["lost"], found.levels["decline"]
    if not gone.customers and not falling.customers:
        return
    sentence = fill(
        voice.say(
            "{m} 位客户正在退化，各自最近买的一年里共买 {money}；{n} 位已经流失，走前一年共买 {lost}。{but}",
            "Declining: {m}, who bought {money} in the year up to their last purchase; lost: {n}, with {lost} in theirs.{but}",
        ),
        m=strong(voice.count(falling.customers)),
        money=strong(voice.money(falling.revenue)),
        n=strong(voice.count(gone.customers)),
        lost=voice.money(gone.revenue),
        but=""
        if (study.as_of - study.period[0]).days >= 2 * 365
        else voice.say(
            "历史不足两年，季节也会被看成退化。", " With less than two years of history, seasons look like decline too."
        ),
    )
    share = voice.share(falling.share_of_customers)
    label = voice.say("在退化的", "Declining")
    yield Conclusion(label, share, "amb", sentence, "lifecycle", winning_back(study, voice))


def winning_back(study: Study, voice: Voice) -> Safe | str:
    """Whom to win back first, if anybody of those who left."""
    if not (found := worth_calling(study)):
        return voice.say(
            "走了的都不比如今的底端客户买得多：群发唤醒，不必逐个打。",
            "None of those gone bought more than a customer of the base does: write to all, call nobody.",
        )
    return fill(
        voice.say(
            "最值得赢回的是 {who}（最后一年 {value}）。",
            "Most worth winning back: {who} ({value} in its last year).",
        ),
        who=strong(who(study, found[0].customer, 36)),
        value=voice.money(found[0].value),
    )


def staying(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """Whether the new come back."""
    found = study.cohorts
    if isinstance(found, MethodError) or len(found.mean_retention) < 2 or not math.isfinite(found.mean_retention[1]):
        return
    share = voice.share(float(found.mean_retention[1]))
    deed = voice.say("首购之后就约下一次，促成第二单。", "Agree the next order with the first: win the second.")
    label = voice.say("新客户回头", "New ones return")
    yield Conclusion(label, share, "", join([returning(found, voice)]), "cohorts", deed)


def worth(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """What today's customers will bring, and whether that passed its check."""
    found = study.clv
    if isinstance(found, MethodError):
        return
    value = None if found.choice.model is None or isinstance(found.value, MethodError) else found.value
    doubted = value is None or bool(degenerate(found, voice))
    zh, en = "按合计做预算", "Plan money by the total"
    if missed(found):
        zh, en = f"{zh}，留出这么大的余地", f"{en}, with room for such an error"
    if not doubted:
        zh, en = f"{zh}，按排序分配人手", f"{en}, people by the ranking"
    if value is None:
        zh, en = "别拿它做计划", "Do not plan by it"
    yield Conclusion(
        voice.say("今后一年", "The year ahead"),
        voice.say("不可信", "no model") if value is None else voice.money(value.total),
        "amb" if doubted else "",
        join([verdict(found, voice)]),
        "lifetime",
        voice.say(f"{zh}。", f"{en}."),
    )


def offer(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """What to offer with what."""
    found = study.rules
    if isinstance(found, MethodError) or not len(found):
        return
    best = strongest(found)[0]
    sentence = fill(
        voice.say(
            "买 {x} 的订单有 {share} 也买 {y}。",
            "Of the orders with {x}, {share} also hold {y}.",
        ),
        x=strong(items(study, best.antecedent)),
        share=strong(voice.share(best.confidence)),
        y=strong(items(study, best.consequent)),
    )
    if not isinstance(study.rules_test, MethodError):
        proof = voice.say(
            "用后来的订单检验：按这类搭配推荐一件，{rate} 的订单里真有；推荐畅销品只有 {usual}。",
            " Tested on later orders, one such offer was in {rate} of them, the best seller in {usual}.",
        )
        rate, usual = (voice.share(s) for s in (study.rules_test.hit_rate, study.rules_test.popular_hit_rate))
        sentence = join([sentence, fill(proof, rate=strong(rate), usual=usual)])
    deed = voice.say(
        "向只买了前者的客户推荐后者，先试一小批。", "Offer the second to buyers of the first; try it with a few."
    )
    label = voice.say("一起买", "Bought together")
    yield Conclusion(label, f"{voice.number(best.lift, 1)}×", "", sentence, "baskets", deed)


def next_month(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """The next month, with its span."""
    found = study.forecast
    if isinstance(found, MethodError):
        return
    year, month = ahead(study, 1)[0]
    label = voice.say(f"{year} 年 {month} 月", f"Forecast {year}-{month:02}")
    deed = voice.say("备货看上限，用钱看下限。", "Stock for the upper end, spend for the lower.")
    value = voice.money(float(found.values[0]))
    yield Conclusion(label, value, "", join([expectation(study, found, voice)]), "forecast", deed)


def trusted(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """What all this rests on."""
    if not study.lines_read:
        return
    sentence = fill(
        voice.say("读入 {n} 行，{kept} 行计入。", "{n} lines were read, {kept} count.")
        if study.lines_read > study.lines_kept
        else voice.say("读入 {n} 行，全部计入。", "{n} lines were read, and all of them count."),
        n=voice.count(study.lines_read),
        kept=strong(voice.count(study.lines_kept)),
    )
    code = max(study.dropped, key=lambda key: study.dropped[key], default="")
    if code:
        more = voice.say("未计入的主要是：{why}（{m} 行）。", " Most that do not: {why} ({m} lines).")
        sentence = join([sentence, fill(more, why=reason(code, voice), m=strong(voice.count(study.dropped[code])))])
    back = study.dropped.get("cancelled", 0) + study.dropped.get("returned", 0)
    if back:
        kept = (
            voice.say("它们没有冲减原单。", " They are not taken off what was bought.")
            if back == study.dropped.get(code)
            else voice.say(
                "{m} 行取消或退货没有冲减原单。",
                " {m} lines of cancellations or returns are not taken off what was bought.",
            )
        )
        sentence = join([sentence, fill(kept, m=strong(voice.count(back)))])
    sentence = join(
        [sentence, [[voice.say("", " "), tag("b", voice.note(note), class_="amb")] for note in study.grave]]
    )
    deed = None
    if study.measure == "quantity":
        deed = voice.say(
            "文件没有金额，这里都是件数：附上价目表（产品、价格）再跑一次。",
            "The files have no amounts, all this is units: run it again with a price list (products, prices).",
        )
    elif code == "no_customer":
        deed = voice.say(
            "开单时记下客户，这些行才算得到人。", "Note the customer on every order, so that these lines count."
        )
    label = voice.say("依据", "What it rests on")
    yield Conclusion(label, voice.share(study.lines_kept / study.lines_read), "", sentence, "reading", deed)


def stats(study: Study, voice: Voice) -> Safe:
    """The figures everybody asks for first."""
    each = study.revenue / study.customers if study.customers else Decimal(0)
    order = study.revenue / study.invoices if study.invoices else Decimal(0)
    rows = [
        (voice.revenue.capitalize(), voice.money(study.revenue)),
        (voice.say("客户", "Customers"), voice.count(study.customers)),
        (voice.say("订单", "Orders"), voice.count(study.invoices)),
        (voice.say("客户平均", "Per customer"), voice.money(each)),
        (voice.say("每单平均", "Per order"), voice.money(order)),
    ]
    return tag("dl", [tag("div", tag("dt", label), tag("dd", value)) for label, value in rows], class_="stats")


def deeds(study: Study, voice: Voice) -> Safe | None:
    """Three short lists: call now, win back, look after; by name with money."""
    lists: list[tuple[str, str, Sequence[tuple[str, str, Decimal]]]] = []
    leaving = {one.customer for one in study.win_back}
    if not isinstance(study.thinning, MethodError) and study.thinning.customers:
        rows = [(row["customer"], sign(row, voice), Decimal(row["value"])) for row in study.thinning.list(5)]
        leaving |= {row["customer"] for row in study.thinning.list()}
        lists.append((voice.say("本周先打电话", "Call this week"), "thinning", rows))
    if worthy := worth_calling(study)[:5]:
        back = [
            (one.customer, voice.say(f"{one.last_day} 之后没来", f"not since {one.last_day}"), one.value)
            for one in worthy
        ]
        lists.append((voice.say("逐个赢回", "Win back one by one"), "win-back", back))
    if not isinstance(study.migration, MethodError) and study.movers_up:
        up = [
            (
                m.customer,
                voice.say(
                    f"比上期 {voice.money(m.change, signed=True)}",
                    f"{voice.money(m.change, signed=True)} on the period before",
                ),
                m.now,
            )
            for m in islice((m for m in study.movers_up if m.customer not in leaving), 5)
        ]
        lists.append((voice.say("趁势跟进", "Follow up while they rise"), "migration", up))
    if not lists:
        return None
    return tag("div", [deed(study, voice, *one) for one in lists], class_="deeds")


def deed(study: Study, voice: Voice, title: str, anchor: str, rows: Sequence[tuple[str, str, Decimal]]) -> Safe:
    """One list of names."""
    lines = [
        tag(
            "li",
            tag("span", who(study, customer, 30), tag("small", why, class_="reason")),
            tag("b", voice.money(value)),
        )
        for customer, why, value in rows
    ]
    link = tag("a", voice.say("全部", "all"), href=f"#{anchor}", aria_label=f"{title}: {voice.say('全部', 'all')}")
    return tag("div", tag("h3", tag("span", title), link, class_="block-title"), tag("ol", lines), class_="block")


def first_page(study: Study, voice: Voice) -> Safe:
    """Sentences on the left of their proof."""
    rows = [
        tag(
            "li",
            tag(
                "a",
                tag("span", one.label, class_="eyebrow"),
                tag("span", one.figure, class_=f"big {one.tone}".strip()),
                href=f"#{one.anchor}",
            ),
            tag("p", one.sentence, tag("span", one.deed, class_="deed") if one.deed else None),
        )
        for one in conclusions(study, voice)
    ]
    return tag(
        "section",
        tag("h2", voice.say("结论", "Conclusions"), id="conclusions-title", class_="sr"),
        tag("ol", rows, class_="conclusions"),
        deeds(study, voice),
        id="conclusions",
        aria_labelledby="conclusions-title",
    )
