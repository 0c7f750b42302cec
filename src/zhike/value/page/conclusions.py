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
from zhike.value.page.sections.cohorts import sentence as returning
from zhike.value.page.sections.future import ahead, degenerate, expectation, verdict
from zhike.value.page.sections.moves import ratio, seasonal
from zhike.value.page.sections.reading import reason
from zhike.value.page.voice import Voice

if TYPE_CHECKING:
    from zhike.methods.value import PyramidResult
    from zhike.value.study import Study

FEW = 3


@dataclass(frozen=True, slots=True)
class Conclusion:
    """One sentence with the figure that carries it; `anchor` is the section that proves it."""

    label: str
    figure: str
    tone: str
    sentence: Safe
    anchor: str


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
            "The first 1% ({n}) bring {money}: {share} of {total}.",
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
            "失去其中一位，要 {k} 位底端客户才补得上。",
            " It takes {k} customers of the base to make up for one such customer.",
        )
        sentence = join([sentence, fill(more, k=strong(voice.count(each / small)))])
    yield Conclusion(voice.say("谁养活我们", "Who carries us"), voice.share(top.share), "", sentence, "pyramid")


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
    yield Conclusion(
        voice.say("钱的来去", "What changed"), ratio(found, voice), "grn" if rose else "red", sentence, "bridge"
    )


def thinning(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """Who thins out, with the first by name."""
    found = study.thinning
    if isinstance(found, MethodError) or not found.customers:
        return
    first = found.list(1)[0]
    words = voice.say(
        "{n} 位客户来得比自己平常少，最近一年共买 {money}。先问 {who}：{why}。",
        "{n} customers come less often than they used to; they bought {money} in their last year. Ask "
        "{who} first: {why}.",
    )
    sentence = fill(
        words,
        n=strong(voice.count(found.customers)),
        money=strong(voice.money(found.at_stake)),
        who=strong(who(study, first["customer"], 36)),
        why=sign(first, voice),
    )
    yield Conclusion(voice.say("还来得及", "Still in time"), voice.money(found.at_stake), "red", sentence, "thinning")


def sign(row: dict[str, Any], voice: Voice) -> str:
    """Why this customer is on the list, in a few words."""
    gap, idle = voice.number(float(row["gap"]), 0), voice.count(row["idle"])
    if row["late"]:
        return voice.say(f"已 {idle} 天没来，平常 {gap} 天一次", f"{idle} days away, usually every {gap}")
    return voice.say(
        f"最近两次间隔明显拉长，平常 {gap} 天一次", f"its last two gaps grew long, usually every {gap} days"
    )


def fallers(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """The largest fall and the largest rise, by name."""
    if not study.movers_down or not study.movers_up:
        return
    down, up = study.movers_down[0], study.movers_up[0]
    ten = sum((mover.change for mover in study.movers_down[:10]), Decimal(0))
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
    yield Conclusion(voice.say("升与降", "Up and down"), voice.money(ten, signed=True), "red", sentence, "migration")


def lost(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """How many are lost, and what they had brought."""
    found = study.lifecycle
    if isinstance(found, MethodError):
        return
    gone, falling = found.levels["lost"], found.levels["decline"]
    if not gone.customers and not falling.customers:
        return
    first = study.win_back[0] if study.win_back else None
    sentence = fill(
        voice.say(
            "{m} 位客户正在退化，年购买额 {money}；{n} 位已经流失，走前一年买了 {lost}。",
            "Declining customers: {m}, worth {money} a year; lost customers: {n}, worth {lost} in their last year.",
        ),
        m=strong(voice.count(falling.customers)),
        money=strong(voice.money(falling.revenue)),
        n=strong(voice.count(gone.customers)),
        lost=voice.money(gone.revenue),
    )
    if first is not None:
        more = voice.say(
            "最值得赢回的是 {who}（最后一年 {value}）。",
            " The one most worth winning back is {who} ({value} in its last year).",
        )
        sentence = join(
            [sentence, fill(more, who=strong(who(study, first.customer, 36)), value=voice.money(first.value))]
        )
    share = voice.share(falling.share_of_customers)
    yield Conclusion(voice.say("在退化的", "Declining"), share, "amb", sentence, "lifecycle")


def staying(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """Whether the new come back."""
    found = study.cohorts
    if isinstance(found, MethodError) or len(found.mean_retention) < 2 or not math.isfinite(found.mean_retention[1]):
        return
    share = voice.share(float(found.mean_retention[1]))
    yield Conclusion(voice.say("新客户回头", "New ones return"), share, "", join([returning(found, voice)]), "cohorts")


def worth(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """What today's customers will bring, and whether that passed its check."""
    found = study.clv
    if isinstance(found, MethodError):
        return
    believed = found.choice.model is not None and not isinstance(found.value, MethodError)
    figure = (
        voice.money(found.value.total)
        if believed and not isinstance(found.value, MethodError)
        else voice.say("不可信", "no model")
    )
    yield Conclusion(
        voice.say("今后一年", "The year ahead"),
        figure,
        "amb" if degenerate(found, voice) or not believed else "",
        join([verdict(found, voice)]),
        "lifetime",
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
    yield Conclusion(voice.say("一起买", "Bought together"), f"{voice.number(best.lift, 1)}×", "", sentence, "baskets")


def next_month(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """The next month, with its span."""
    found = study.forecast
    if isinstance(found, MethodError):
        return
    year, month = ahead(study, 1)[0]
    label = voice.say(f"{year} 年 {month} 月", f"Forecast {year}-{month:02}")
    yield Conclusion(
        label, voice.money(float(found.values[0])), "", join([expectation(study, found, voice)]), "forecast"
    )


def trusted(study: Study, voice: Voice) -> Iterator[Conclusion]:
    """What all this rests on."""
    if not study.lines_read:
        return
    out = study.lines_read - study.lines_kept
    sentence = fill(
        voice.say("读入 {n} 行，{kept} 行计入。", "{n} lines were read, {kept} count."),
        n=voice.count(study.lines_read),
        kept=strong(voice.count(study.lines_kept)),
    )
    if out and study.dropped:
        code = max(study.dropped, key=lambda key: study.dropped[key])
        more = voice.say("未计入的主要是：{why}（{m} 行）。", " Most that do not: {why} ({m} lines).")
        sentence = join([sentence, fill(more, why=reason(code, voice), m=strong(voice.count(study.dropped[code])))])
    back = study.dropped.get("cancelled", 0) + study.dropped.get("returned", 0)
    if back:
        kept = voice.say(
            "{m} 行取消或退货没有冲减原单。",
            " {m} lines of cancellations or returns are not taken off what was bought.",
        )
        sentence = join([sentence, fill(kept, m=strong(voice.count(back)))])
    yield Conclusion(
        voice.say("依据", "What it rests on"), voice.share(study.lines_kept / study.lines_read), "", sentence, "reading"
    )


def stats(study: Study, voice: Voice) -> Safe:
    """The figures everybody asks for first."""
    each = study.revenue / study.customers if study.customers else Decimal(0)
    order = study.revenue / study.invoices if study.invoices else Decimal(0)
    rows = [
        (voice.revenue.capitalize(), voice.money(study.revenue)),
        (voice.say("客户", "Customers"), voice.count(study.customers)),
        (voice.say("订单", "Orders"), voice.count(study.invoices)),
        (voice.say("客户均额", "Per customer"), voice.money(each)),
        (voice.say("单均额", "Per order"), voice.money(order)),
    ]
    return tag("dl", [tag("div", tag("dt", label), tag("dd", value)) for label, value in rows], class_="stats")


def deeds(study: Study, voice: Voice) -> Safe | None:
    """Three short lists: call now, win back, look after; by name with money."""
    lists: list[tuple[str, str, Sequence[tuple[str, str, Decimal]]]] = []
    called: set[str] = set()
    if not isinstance(study.thinning, MethodError) and study.thinning.customers:
        rows = [(row["customer"], sign(row, voice), Decimal(row["value"])) for row in study.thinning.list(5)]
        called = {row[0] for row in rows}
        lists.append((voice.say("本周先打电话", "Call this week"), "thinning", rows))
    if study.win_back:
        back = [
            (lost_.customer, voice.say(f"{lost_.last_day} 之后没来", f"not since {lost_.last_day}"), lost_.value)
            for lost_ in islice((one for one in study.win_back if one.customer not in called), 5)
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
            for m in study.movers_up[:5]
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
            tag("p", one.sentence),
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
