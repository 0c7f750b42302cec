"""Whom to call: those who thin out before they have gone, and those gone who are worth winning back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from zhike.methods.result import MethodError
from zhike.value.page.charts.drawing import meter
from zhike.value.page.frame import Column, Method, Section, refusal, table, unreturned, who
from zhike.value.page.markup import Safe, fill, join, strong, tag
from zhike.value.page.trust import COMPUTED, DOUBTS
from zhike.value.page.voice import Voice
from zhike.value.page.words import PATTERNS, of

if TYPE_CHECKING:
    from zhike.methods.lifecycle import ThinningResult
    from zhike.value.study import Study

SHOWN = 20


def thinning(study: Study, voice: Voice) -> Section:
    """By value at stake."""
    found = study.thinning
    lead: object = voice.say("按各自的购买节奏判断。", "Judged by each customer's own rhythm.")
    body: object
    if isinstance(found, MethodError):
        body = refusal(found, voice)
    else:
        lead = fill(
            voice.say(
                "{n} 位客户已经偏离自己的购买节奏，最近一年在我们这里买了 {money}。现在打电话还来得及。",
                "{n} customers have departed from their own rhythm; they bought {money} in their last "
                "year. There is still time to call.",
            ),
            n=strong(voice.count(found.customers)),
            money=strong(voice.money(found.at_stake), "red"),
        )
        body = (
            thinning_table(study, found, voice)
            if found.customers
            else tag("p", voice.say("没有人偏离节奏。", "Nobody has."), class_="quiet")
        )
    return Section(
        "thinning",
        voice.say("来得少了", "Thinning out"),
        voice.say("谁正在变稀，还没走？", "Who is thinning out, and has not gone yet?"),
        lead,
        body,
        Method(
            "—"
            if isinstance(found, MethodError)
            else voice.people(found.cases) + voice.say("（买过四天以上）", " (bought on four days or more)"),
            voice.say(f"截至 {study.as_of}", f"up to {study.as_of}"),
            of(COMPUTED, "thinning", voice.chinese),
            of(DOUBTS, "thinning", voice.chinese),
            () if isinstance(found, MethodError) else found.warnings,
        ),
    )


def thinning_table(study: Study, found: ThinningResult, voice: Voice) -> Safe:
    """The first of them by name."""
    rows_found = found.list(SHOWN)
    columns = (
        Column(voice.say("客户", "Customer")),
        Column(voice.say("信号", "Sign"), spare=True),
        Column(voice.say("通常间隔", "Usual gap"), figure=True),
        Column(voice.say("已隔", "Days since"), figure=True),
        Column(voice.say("是平常的", "Times usual"), figure=True, spare=True),
        Column(voice.say("购买天数", "Purchases"), figure=True, spare=True),
        Column(voice.say("末次购买", "Last bought"), figure=True, spare=True),
        Column(voice.say("涉及金额", "At stake"), figure=True),
    )
    rows = []
    for row in rows_found:
        gap = float(row["gap"])
        signs = [("late", voice.say("迟了", "late")), ("slower", voice.say("慢了", "slower"))]
        marks = [tag("span", word, class_=f"mk {key}") for key, word in signs if row[key]]
        rows.append(
            (
                who(study, row["customer"]),
                join(marks),
                voice.say(f"{voice.number(gap, 0)} 天", f"{voice.number(gap, 0)} d"),
                tag("b", voice.say(f"{row['idle']} 天", f"{row['idle']} d"), class_="red" if row["late"] else None),
                f"{voice.number(row['idle'] / gap, 1)}×" if gap > 0 and row["late"] else "",
                voice.count(row["orders"]),
                voice.day(row["last_day"]),
                tag("b", voice.money(row["value"])),
            )
        )
    more = found.customers - len(rows)
    rest = sum((Decimal(row["value"]) for row in rows_found), Decimal(0))
    note = voice.say(
        f"以上 {len(rows)} 位合计 {voice.money(rest)}；另有 {voice.count(more)} 位，见 --tables 导出的名单。",
        f"These {len(rows)} add up to {voice.money(rest)}; {voice.count(more)} more stand in the list "
        "that --tables writes.",
    )
    caption = voice.say("变稀的客户，按涉及金额", "Customers thinning out, by money at stake")
    return join([table(columns, rows, caption=caption), tag("p", note, class_="quiet") if more > 0 else None])


def win_back(study: Study, voice: Voice) -> Section:
    """The lost, by what their last year brought."""
    found = study.win_back
    total = sum((lost.value for lost in found), Decimal(0))
    lead: object = voice.say("没有值得赢回的流失客户。", "No lost customer is worth winning back.")
    body: object = tag("p", voice.say("名单为空。", "The list is empty."), class_="quiet")
    if isinstance(study.lifecycle, MethodError):
        body = refusal(study.lifecycle, voice)
    elif found:
        lead = fill(
            voice.say(
                "名单上 {n} 位不再来了，最后一年共买 {money}。先打给 {who}。",
                "The {n} on this list have stopped coming; in their last year they bought {money}. Call {who} first.",
            ),
            n=strong(voice.count(len(found))),
            money=strong(voice.money(total)),
            who=strong(who(study, found[0].customer, 40)),
        )
        body = lost_table(study, voice)
    lost_all = (
        "—" if isinstance(study.lifecycle, MethodError) else voice.people(study.lifecycle.levels["lost"].customers)
    )
    return Section(
        "win-back",
        voice.say("赢回名单", "Win-back"),
        voice.say("走了的人里，哪些值得请回来？", "Of those who left, who is worth calling?"),
        lead,
        body,
        Method(
            voice.say(f"已流失 {lost_all}", f"{lost_all} lost"),
            voice.say(f"截至 {study.as_of}", f"up to {study.as_of}"),
            of(COMPUTED, "win-back", voice.chinese),
            of(DOUBTS, "win-back", voice.chinese) + unreturned(study, voice),
        ),
    )


def lost_table(study: Study, voice: Voice) -> Safe:
    """The first of the list by name."""
    found = study.win_back
    columns = (
        Column(voice.say("客户", "Customer")),
        Column(voice.say("怎么走的", "How it left")),
        Column(voice.say("末次购买", "Last bought"), figure=True, spare=True),
        Column(voice.say("已隔", "Days since"), figure=True),
        Column(voice.say("购买天数", "Purchases"), figure=True, spare=True),
        Column("", spare=True),
        Column(voice.say("最后一年", "Its last year"), figure=True),
    )
    highest = float(max(lost.value for lost in found)) or 1.0
    rows = [
        (
            who(study, lost.customer),
            of(PATTERNS, lost.pattern, voice.chinese)
            if lost.pattern
            else voice.say("本期没有买", "not in the last period"),
            voice.day(lost.last_day),
            voice.say(f"{voice.count(lost.idle)} 天", f"{voice.count(lost.idle)} d"),
            voice.count(lost.orders),
            meter(float(lost.value) / highest),
            tag("b", voice.money(lost.value)),
        )
        for lost in found[:SHOWN]
    ]
    return table(columns, rows, caption=voice.say("赢回名单", "Win-back list"))
