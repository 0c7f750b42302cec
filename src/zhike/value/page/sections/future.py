"""What they will be worth, and what the next months bring; each beside the naive forecast that it has to beat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhike.methods.forecast.rolling import METHODS
from zhike.methods.result import MethodError
from zhike.value.page.charts.drawing import Sheet, meter
from zhike.value.page.charts.months import Bar
from zhike.value.page.charts.months import months as draw_months
from zhike.value.page.frame import (
    Column,
    Method,
    Section,
    block,
    figure,
    refusal,
    table,
    unreturned,
    who,
    whole_days,
)
from zhike.value.page.markup import Safe, fill, join, strong, tag
from zhike.value.page.trust import COMPUTED, DOUBTS
from zhike.value.page.voice import Voice
from zhike.value.page.words import LEVELS, of

if TYPE_CHECKING:
    from zhike.methods.forecast import Forecast
    from zhike.methods.result import Note
    from zhike.value.study import Lifetime, Month, Study

SHOWN = 10


def lifetime(study: Study, voice: Voice) -> Section:
    """The trial on later data first, the values after it."""
    found = study.clv
    lead: object = voice.say("今后十二个月每位客户值多少。", "What each customer is worth over the next twelve months.")
    body: object
    if isinstance(found, MethodError):
        body = refusal(found, voice)
    else:
        lead = verdict(found, voice)
        body = join(
            [
                block(voice.say("先看它准不准", "First: was it right?"), trials(found, voice), in_money(found, voice)),
                by_level(found, voice),
                worth(study, found, voice),
            ]
        )
    return Section(
        "lifetime",
        voice.say("终身价值", "Lifetime value"),
        voice.say("他们今后值多少，这个数有多可信？", "What will they be worth, and how far can that be believed?"),
        lead,
        body,
        Method(
            "—" if isinstance(found, MethodError) else voice.people(found.choice.cases),
            voice.span(study.period)
            if isinstance(found, MethodError)
            else voice.say(
                f"学到 {found.split}，之后到 {study.as_of} 用来检验",
                f"learned until {found.split}, judged by what came until {study.as_of}",
            ),
            of(COMPUTED, "lifetime", voice.chinese),
            of(DOUBTS, "lifetime", voice.chinese) + unreturned(study, voice),
            () if isinstance(found, MethodError) else doubts(found),
        ),
    )


def doubts(found: Lifetime) -> tuple[Note, ...]:
    """Each doubt once: the rivals repeat those of the chosen model."""
    by_code: dict[str, Note] = {}
    for note in (*found.choice.warnings, *found.warnings):
        by_code.setdefault(note.code, note)
    return tuple(by_code.values())


def degenerate(found: Lifetime, voice: Voice) -> str:
    """What the model cannot see, if it is blind to something: then only totals are of use."""
    codes = {note.code for note in found.choice.warnings}
    if "dropout_unseen" in codes:
        return voice.say(
            "但它看不出谁会流失，把所有人都当作仍在：只宜看合计与排序。",
            " Yet it sees nobody leave and takes everybody for a customer still: use the total and the ranking only.",
        )
    if "all_alike" in codes:
        return voice.say(
            "但它看不出客户之间有多大差别：只宜看合计。",
            " Yet it cannot tell customers apart: use the total only.",
        )
    return ""


def verdict(found: Lifetime, voice: Voice) -> object:
    """Whether to believe it, with the two errors."""
    best = min(found.choice.trials, key=lambda trial: trial.mae)
    if found.choice.model is None:
        return fill(
            voice.say(
                "没有模型胜过照搬：{m} 每位平均差 {a} 次，照搬差 {b} 次。因此下面的数只作参考。",
                "No model beats repeating the past: {m} errs by {a} purchases per customer, repeating "
                "by {b}. Take what follows as a hint only.",
            ),
            m=best.name,
            a=strong(voice.number(best.mae, 3), "red"),
            b=strong(voice.number(found.choice.naive.mae, 3)),
        )
    total = found.value
    money = "—" if isinstance(total, MethodError) else voice.money(total.total)
    return fill(
        voice.say(
            "{m} 胜出：每位平均差 {a} 次，照搬差 {b} 次。今后十二个月现有客户约值 {money}{span}。{missed}{but}",
            "{m} wins: it errs by {a} purchases per customer, repeating the past by {b}. Over twelve "
            "months today's customers are worth about {money}{span}.{missed}{but}",
        ),
        m=strong(found.model),
        a=strong(voice.number(best.mae, 3), "grn"),
        b=strong(voice.number(found.choice.naive.mae, 3)),
        money=strong(money),
        span="" if isinstance(total, MethodError) or not total.interval else between(total.interval, voice),
        missed=outside(found, voice),
        but=degenerate(found, voice),
    )


def missed(found: Lifetime) -> float | None:
    """By what part of it the money of the later period was missed (too much above zero), where more than the bounds of the
    total allow for: then they promise too much, and the first page says so."""
    if isinstance(found.value, MethodError) or not found.value.interval or not found.value.error.get("actual"):
        return None
    off = found.value.error["total"] / found.value.error["actual"] - 1
    low, high = found.value.interval
    return off if abs(off) > (high - low) / 2 / found.value.total else None


def outside(found: Lifetime, voice: Voice) -> object:
    """That the check found money farther off than the bounds are wide."""
    if (off := missed(found)) is None:
        return ""
    return fill(
        voice.say(
            "检验期里它把金额估{way}了 {off}，这一偏差不在区间之内。",
            " In the check it put money {off} too {way}, which these bounds do not hold.",
        ),
        way=voice.say("高", "high") if off > 0 else voice.say("低", "low"),
        off=strong(voice.share(abs(off)), "amb"),
    )


def trials(found: Lifetime, voice: Voice) -> Safe:
    """Each model's forecast of the later period beside what came."""
    choice = found.choice
    columns = (
        Column(voice.say("预测者", "Forecast by")),
        Column(voice.say("预测复购", "Purchases forecast"), figure=True),
        Column("", spare=True),
        Column(voice.say("对实际", "Off by"), figure=True),
        Column(voice.say("每位平均误差", "Error per customer"), figure=True),
    )
    actual = choice.naive.actual
    highest = max(actual, choice.naive.total, *(trial.total for trial in choice.trials)) or 1.0
    rows: list[tuple[object, ...]] = [
        (
            tag("b", voice.say("实际", "Actual")),
            tag("b", voice.count(actual)),
            meter(actual / highest, tone="lv1"),
            "",
            "",
        )
    ]
    for trial in (*sorted(choice.trials, key=lambda trial: trial.mae), choice.naive):
        naive = trial is choice.naive
        rows.append(
            (
                voice.say("照搬过去的频率", "Repeating the past rate") if naive else trial.name,
                voice.count(trial.total),
                meter(trial.total / highest, tone="grey" if naive else "lv3"),
                voice.share(trial.total / actual - 1, signed=True) if actual else "—",
                tag("b", voice.number(trial.mae, 4)) if trial.name == found.model else voice.number(trial.mae, 4),
            )
        )
    return table(columns, rows, caption=voice.say("留出期检验", "Check on the period held out"))


def between(span: tuple[float, float], voice: Voice) -> str:
    """Nine chances in ten that it lies in here."""
    low, high = (voice.money(end) for end in span)
    return voice.say(f"（九成把握在 {low} 至 {high}）", f" ({low} to {high}, nine chances in ten)")


def in_money(found: Lifetime, voice: Voice) -> Safe | None:
    """The same check in money."""
    if isinstance(found.value, MethodError) or not found.value.error:
        return None
    total, actual, mae, naive = (found.value.error[name] for name in ("total", "actual", "mae", "naive_mae"))
    off = voice.share(total / actual - 1, signed=True) if actual else "—"
    zh = f"，不如照搬过去（{voice.money(naive)}）" if mae > naive else f"，照搬过去 {voice.money(naive)}"
    en = (
        f", worse than repeating the past ({voice.money(naive)})"
        if mae > naive
        else f", repeating the past by {voice.money(naive)}"
    )
    said = voice.say(
        f"折成金额：检验期预测 {voice.money(total)}，实际 {voice.money(actual)}（{off}）；每位平均误差 {voice.money(mae)}{zh}。"
        "各区间都不含模型本身的这种偏差。",
        f"In money: {voice.money(total)} forecast for the period held out, {voice.money(actual)} came ({off}); off by "
        f"{voice.money(mae)} per customer{en}. No bounds on this page hold such an error of the model itself.",
    )
    return tag("p", said, class_="quiet")


def by_level(found: Lifetime, voice: Voice) -> Safe | None:
    """What each level of the pyramid is worth, between which bounds."""
    if isinstance(found.value, MethodError) or not found.value.groups:
        return None
    title = voice.say("各层级今后十二个月值多少", "What each level is worth over the next twelve months")
    columns = (
        Column(voice.say("层级", "Level")),
        Column(voice.say("客户", "Customers"), figure=True),
        Column("", spare=True),
        Column(voice.say("价值", "Worth"), figure=True),
        Column(voice.say("九成把握在", "Nine chances in ten"), figure=True),
    )
    groups = found.value.groups
    highest = max(group.value for group in groups.values()) or 1.0
    rows = [
        (
            of(LEVELS, level, voice.chinese),
            voice.count(groups[level].customers),
            meter(groups[level].value / highest),
            tag("b", voice.money(groups[level].value)),
            span_of(groups[level].low, groups[level].high, voice),
        )
        for level in LEVELS
        if level in groups
    ]
    return block(title, table(columns, rows, caption=title), class_="keep")


def span_of(low: float, high: float, voice: Voice) -> str:
    """Two bounds, or a dash where they were not drawn."""
    return f"{voice.money(low)}–{voice.money(high)}" if low == low else "—"


def worth(study: Study, found: Lifetime, voice: Voice) -> Safe:
    """The most valuable of the months to come."""
    title = voice.say("今后十二个月最有价值的客户", "Most valuable over the next twelve months")
    if isinstance(found.value, MethodError):
        return block(title, refusal(found.value, voice))
    columns = (
        Column(voice.say("客户", "Customer")),
        Column(voice.say("预计购买", "Purchases"), figure=True, spare=True),
        Column(voice.say("仍在购买的可能", "Still a customer"), figure=True),
        Column("", spare=True),
        Column(voice.say("价值", "Worth"), figure=True),
        Column(voice.say("期望值的区间", "Bounds of what is expected"), figure=True),
    )
    best = [one for one in found.best() if one.customer not in study.undone]
    highest = max((one.value for one in best), default=1.0) or 1.0
    rows = [
        (
            who(study, one.customer),
            voice.number(one.purchases, 1),
            voice.share(one.alive),
            meter(one.value / highest),
            tag("b", voice.money(one.value)),
            span_of(one.low, one.high, voice),
        )
        for one in best[:SHOWN]
    ]
    params = "　".join(f"{key} {value:.4g}" for key, value in found.params_now.items())
    note = voice.say(
        f"{found.model} 用全部历史重估的参数：{params}；平均仍在购买的可能 {voice.share(found.mean_alive)}；全部客户预计再买 "
        f"{voice.count(found.expected_purchases)} 次。",
        f"{found.model} parameters, fitted again on all history: {params}; mean chance of still being a customer "
        f"{voice.share(found.mean_alive)}; all customers are expected to buy {voice.count(found.expected_purchases)} times.",
    )
    return block(title, table(columns, rows, caption=title), tag("p", note, class_="quiet"), class_="keep")


def forecast(study: Study, voice: Voice) -> Section:
    """Months as they were, and as they may come."""
    found = study.forecast
    lead: object = voice.say("每月的金额。", "Money by month.")
    refused = None
    if isinstance(found, MethodError):
        refused = refusal(found, voice)
    else:
        lead = expectation(study, found, voice)
    body = join(
        [
            month_figure(study, None if isinstance(found, MethodError) else found, voice) if study.monthly else None,
            refused,
        ]
    )
    return Section(
        "forecast",
        voice.say("预测", "Forecast"),
        voice.say("接下来几个月会怎样？", "What will the next months bring?"),
        lead,
        body,
        Method(
            voice.say(f"{len(study.monthly)} 个月", f"{len(study.monthly)} months"),
            voice.span(study.period),
            of(COMPUTED, "forecast", voice.chinese),
            of(DOUBTS, "forecast", voice.chinese),
            () if isinstance(found, MethodError) else found.warnings,
        ),
    )


def ahead(study: Study, steps: int) -> list[tuple[int, int]]:
    """(year, month) of the forecast's steps: after the last whole month."""
    last = study.monthly[-1 if study.last_month_whole or len(study.monthly) < 2 else -2].first
    return [((last.year * 12 + last.month + k) // 12, (last.year * 12 + last.month + k) % 12 + 1) for k in range(steps)]


def expectation(study: Study, found: Forecast, voice: Voice) -> object:
    """The next month with its span, and who said so."""
    year, month = ahead(study, 1)[0]
    zh, en, _ = METHODS[found.method]
    naive = found.method == "naive"
    codes = {note.code for note in found.warnings}
    slight = found.error["against_naive"] > 0.97
    now = study.monthly[-1]
    begun = (now.first.year, now.first.month) == (year, month)
    return fill(
        voice.say(
            "{when} 约 {value}（{low} 至 {high}）{sofar}。{who}{seasons}",
            "{when}: about {value} ({low} to {high}){sofar}. {who}{seasons}",
        ),
        when=f"{year}-{month:02}",
        value=strong(voice.money(float(found.values[0]))),
        low=voice.money(lowest(study, float(found.low[0]))),
        high=voice.money(float(found.high[0])),
        sofar=whole_days(
            voice.say(
                f"，到 {study.as_of} 已有 {voice.money(now.revenue)}",
                f", of which {voice.money(now.revenue)} by {study.as_of}",
            )
        )
        if begun
        else "",
        seasons=voice.say("没有按季节算。", " Seasons are not in it.") if "no_season" in codes else "",
        who=voice.say("没有方法胜过照搬，所以照搬。", "No method beats repeating what was, so that is what is done.")
        if naive
        else voice.say(
            f"用{zh}，误差是照搬的 {found.error['against_naive']:.1%}{'，几乎一样' if slight else ''}。",
            f"By {en}, whose error is {found.error['against_naive']:.1%} of repeating what was{': hardly better' if slight else ''}"
            ".",
        ),
    )


def lowest(study: Study, value: float) -> float:
    """Money that was never negative is not expected to be."""
    return max(value, 0.0) if all(month.revenue >= 0 for month in study.monthly) else value


def month_figure(study: Study, found: Forecast | None, voice: Voice) -> Safe:
    """The last months and the forecast; the table holds them all."""
    words = (
        voice.say("每月金额与预测", "Money by month, and the forecast"),
        voice.say(
            "深色为实际，浅色为预测，竖线为区间；没有结束的月份颜色更浅。",
            "Dark is actual, light is forecast, upright lines its span; a month not over is paler.",
        ),
    )
    expected = []
    if found is not None:
        for (year, month), value, low, high in zip(
            ahead(study, len(found.values)), found.values, found.low, found.high, strict=True
        ):
            expected.append(Bar(f"{year}-{month:02}", float(value), lowest(study, float(low)), float(high)))

    def actual(month: Month) -> Bar:
        last = month is study.monthly[-1] and not study.last_month_whole
        return Bar(voice.month(month.first), float(month.revenue), partial=last)

    def draw(wide: bool) -> Safe:
        seen = study.monthly[-(36 if wide else 12) :]
        past = [actual(month) for month in seen]
        if expected and past and past[-1].label == expected[0].label:
            past.pop()
        sheet = Sheet(f"months-{'w' if wide else 'n'}", 860 if wide else 340, 260 if wide else 220, *words)
        return draw_months(sheet, [*past, *(expected if wide else expected[:3])], (voice.tick, voice.money))

    columns = (
        Column(voice.say("月份", "Month")),
        Column(voice.revenue.capitalize(), figure=True),
        Column(voice.say("订单", "Orders"), figure=True),
        Column(voice.say("客户", "Customers"), figure=True),
    )
    rows = [
        (voice.month(m.first), voice.exact(m.revenue), voice.count(m.orders), voice.count(m.customers))
        for m in study.monthly[-120:]
    ]
    rows += [
        (
            bar.label,
            voice.say("预测 ", "forecast ")
            + f"{voice.money(bar.value)} ({voice.money(bar.low or 0)}–{voice.money(bar.high or 0)})",
            "",
            "",
        )
        for bar in expected
    ]
    return figure(draw, table(columns, rows, caption=words[0]), voice)
