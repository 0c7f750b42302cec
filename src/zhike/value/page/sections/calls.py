"""Whom to call: those who thin out before they have gone, and those gone who are worth winning back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from zhike.methods.result import MethodError
from zhike.value.page.charts.drawing import meter
from zhike.value.page.frame import Column, Method, Section, names_table, refusal, unreturned, who
from zhike.value.page.markup import Safe, fill, join, strong, tag
from zhike.value.page.trust import COMPUTED, DOUBTS
from zhike.value.page.voice import Voice
from zhike.value.page.words import PATTERNS, of

if TYPE_CHECKING:
    from zhike.methods.lifecycle import ThinningResult
    from zhike.value.study import Study, WinBack

SHOWN = 20


def thinning(study: Study, voice: Voice) -> Section:
    """By value at stake."""
    found = study.thinning
    lead: object = voice.say("按各自的购买节奏判断。", "Judged by each customer's own rhythm.")
    body: object
    if isinstance(found, MethodError):
        body = refusal(found, voice)
    else:
        first = sum((Decimal(row["value"]) for row in found.list(SHOWN)), Decimal(0))
        lead = fill(
            voice.say(
                "{n} 位客户已经偏离自己的购买节奏，末次购买前的一年里买了 {money}，其中前 {k} 位就有 {first}。现在打电话还来得及。",
                "Out of their own rhythm: {n}, who bought {money} in their last year, the first {k} of them {first}. There is "
                "still time to call.",
            )
            if found.customers > SHOWN
            else voice.say(
                "{n} 位客户已经偏离自己的购买节奏，末次购买前的一年里买了 {money}。现在打电话还来得及。",
                "Out of their own rhythm: {n}, who bought {money} in their last year. There is still time to call.",
            ),
            n=strong(voice.count(found.customers)),
            money=strong(voice.money(found.at_stake), "red"),
            k=str(SHOWN),
            first=strong(voice.money(first)),
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
    for row in found.list(SHOWN):
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
    caption = voice.say("变稀的客户，按涉及金额", "Customers thinning out, by money at stake")
    return names_table(columns, rows, caption=caption, listed=found.customers, voice=voice)


def worth_calling(study: Study) -> list[WinBack]:
    """Those of the win-back list who bought more in their last year than a customer of the base does in the last period."""
    now = study.pyramid_now
    least = Decimal(0) if isinstance(now, MethodError) else now.levels["base"].revenue_per_customer or Decimal(0)
    return [lost for lost in study.win_back if lost.value > least]


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
                "On this list: {n} who no longer come; in their last year they bought {money}. Call {who} first.",
            )
            if worth_calling(study)
            else voice.say(
                "名单上 {n} 位不再来了，最后一年共买 {money}；没有一位比如今的底端客户买得多，不必逐个打电话。",
                "On this list: {n} who no longer come; in their last year they bought {money}. None bought more than a "
                "customer of the base does now: no calls one by one.",
            ),
            n=strong(voice.count(len(found))),
            money=strong(voice.money(total)),
            who=strong(who(study, found[0].customer, 40)),
        )
        body = lost_table(study, voice)
    return Section(
        "win-back",
        voice.say("赢回名单", "Win-back"),
        voice.say("走了的人里，哪些值得请回来？", "Of those who left, who is worth calling?"),
        lead,
        body,
        Method(
            "—" if isinstance(study.lifecycle, MethodError) else voice.people(study.lifecycle.cases),
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
        Column(voice.say("怎么走的", "How it left"), spare=True),
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
            of(PATTERNS, lost.pattern, voice.chinese) if lost.pattern else voice.say("停了半年以上", "Stopped"),
            voice.day(lost.last_day),
            voice.say(f"{voice.count(lost.idle)} 天", f"{voice.count(lost.idle)} d"),
            voice.count(lost.orders),
            meter(float(lost.value) / highest),
            tag("b", voice.money(lost.value)),
        )
        for lost in found[:SHOWN]
    ]
    caption = voice.say("赢回名单", "Win-back list")
    return names_table(columns, rows, caption=caption, listed=len(found), voice=voice)
