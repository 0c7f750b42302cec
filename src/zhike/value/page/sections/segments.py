"""Customers sorted for work: key accounts by several measures, RFM classes, stages of the relation and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from zhike.methods.result import MethodError
from zhike.value.page.charts.drawing import Sheet, meter
from zhike.value.page.charts.stages import Stop, course
from zhike.value.page.frame import Column, Method, Section, block, figure, names_table, refusal, table, who
from zhike.value.page.markup import Safe, fill, join, strong, tag
from zhike.value.page.trust import COMPUTED, DOUBTS
from zhike.value.page.voice import Voice
from zhike.value.page.words import MEASURES, PATTERN_MEANS, PATTERNS, SEGMENTS, STAGE_DEEDS, STAGES, of

if TYPE_CHECKING:
    from zhike.methods.lifecycle import LifecycleResult, PatternsResult
    from zhike.methods.value import MigrationResult, RfmResult
    from zhike.value.study import Owed, Ranked, Ranking, Study

SHOWN, GONE = 10, 8


def ranking(study: Study, voice: Voice) -> Section:
    """The first fifth by several measures at once, and those of it who have left."""
    found = study.ranking
    lead: object = voice.say("几项一起排名。", "Ranked by several measures at once.")
    body: object
    if isinstance(found, MethodError):
        body = refusal(found, voice)
    else:
        lead = fill(
            voice.say(
                "综合排名前 20% 中，仍在购买的 {n} 位，配专属政策；已经离开的 {m} 位，逐个赢回；其余按标准流程服务。",
                "Of the first 20% overall: still buying {n}, who deserve a policy of their own; gone {m}, to be won back one "
                "by one. All others are served by the standard process.",
            )
            if found.many_gone
            else voice.say(
                "综合排名前 20% 的 {n} 位都还在购买，配专属政策；其余按标准流程服务。",
                "The first 20% overall, {n} of them, are all still buying and deserve a policy of their own; all others are "
                "served by the standard process.",
            ),
            n=strong(voice.count(found.many)),
            m=strong(voice.count(found.many_gone), "red" if found.many_gone else ""),
        )
        gone = ranked_table(study, found, found.gone, voice)
        body = join(
            [
                block(voice.say("重点客户", "Key customers"), ranked_table(study, found, found.key, voice)),
                block(voice.say("已离开的重要客户", "Important ones who have left"), gone) if found.gone else None,
                debtors(study, study.owed, voice) if study.owed else None,
            ]
        )
    return Section(
        "ranking",
        voice.say("重点客户", "Key customers"),
        voice.say("谁该有专人、专属政策？", "Who deserves a policy of their own?"),
        lead,
        body,
        Method(
            "—" if isinstance(found, MethodError) else voice.people(found.customers),
            voice.span(study.period),
            of(COMPUTED, "ranking", voice.chinese),
            of(DOUBTS, "ranking-owed" if study.owed else "ranking", voice.chinese),
        ),
    )


def ranked_table(study: Study, found: Ranking, rows_of: Sequence[Ranked], voice: Voice) -> Safe:
    """Place, name, points and each measure."""
    columns = [
        Column(voice.say("客户", "Customer")),
        Column(voice.say("名次", "Place"), figure=True),
        Column(voice.say("得分", "Points"), figure=True),
        *(
            Column(of(MEASURES, measure, voice.chinese), figure=True, spare=place > 0)
            for place, measure in enumerate(found.measures)
        ),
    ]
    rows = [
        (
            who(study, ranked.customer),
            voice.count(ranked.place),
            tag("b", voice.number(ranked.points, 1)),
            *(measured(measure, ranked.measures.get(measure, float("nan")), voice) for measure in found.measures),
        )
        for ranked in rows_of[: GONE if rows_of is found.gone else SHOWN]
    ]
    caption = voice.say("多项排名", "Ranking by several measures")
    return names_table(columns, rows, caption=caption, listed=len(rows_of), voice=voice)


def debtors(study: Study, owed: Owed, voice: Voice) -> Safe:
    """What is not paid yet, and who owes most of what is overdue."""
    aged = owed.ageing
    said = fill(
        voice.say(
            "未收 {total}，其中已逾期 {late}，涉及 {n}，最久的逾期 {days} 天。",
            "Not paid yet: {total}; overdue {late}, owed by {n}, the oldest for {days} days.",
        ),
        total=voice.money(aged.total),
        late=strong(voice.money(aged.overdue), "red" if aged.overdue else ""),
        n=voice.people(owed.customers),
        days=voice.count(aged.oldest),
    )
    columns = [
        Column(voice.say("客户", "Customer")),
        Column(voice.say("已逾期", "Overdue"), figure=True),
        Column(voice.say("最久（天）", "Oldest (days)"), figure=True),
        Column(of(MEASURES, "overdue", voice.chinese), figure=True, spare=True),
    ]
    rows = [
        (who(study, one.customer), voice.money(one.money), voice.count(one.oldest), voice.number(one.late, 1))
        for one in owed.first[:SHOWN]
    ]
    caption = voice.say("逾期未收", "Overdue")
    listed = names_table(columns, rows, caption=caption, listed=owed.customers, voice=voice) if rows else None
    return block(caption, tag("p", said), listed)


def measured(measure: str, value: float, voice: Voice) -> str:
    """Money as money, anything else as a number."""
    if measure in ("sales", "revenue"):
        return voice.money(value) if value == value else "—"
    return voice.number(value, 0 if value == round(value) else 1) if value == value else "—"


def rfm(study: Study, voice: Voice) -> Section:
    """The grid of recency and frequency, and the eight classes with what to do."""
    found = study.rfm
    lead: object = voice.say("最近一次、次数、金额，各分五档。", "How recently, how often, how much: five steps each.")
    body: object
    if isinstance(found, MethodError):
        body = refusal(found, voice)
    else:
        best, quiet = found.levels["champions"], found.levels["keep"]
        lead = fill(
            voice.say(
                "重要价值客户 {n} 位带来 {share}；另有 {m} 位常来、买得多的客户最近没有来，最近一年买了 {money}。",
                "{n} champions bring {share}; {m} who came often and bought much have gone quiet; they "
                "bought {money} in the last year.",
            ),
            n=strong(voice.count(best.customers)),
            share=strong(voice.share(best.share)),
            m=strong(voice.count(quiet.customers)),
            money=strong(voice.money(quiet.revenue), "red"),
        )
        body = tag(
            "div",
            block(voice.say("R × F：人数", "R × F: customers"), grid(found, voice)),
            block(voice.say("八类客户", "Eight classes"), segments(found, voice)),
            class_="pair uneven",
        )
    return Section(
        "rfm",
        "RFM",
        voice.say("谁刚来、常来、买得多？", "Who came lately, often, and bought much?"),
        lead,
        body,
        Method(
            "—" if isinstance(found, MethodError) else voice.people(found.cases),
            voice.span(None if isinstance(found, MethodError) else found.period),
            of(COMPUTED, "rfm", voice.chinese),
            of(DOUBTS, "rfm", voice.chinese),
            () if isinstance(found, MethodError) else found.warnings,
        ),
    )


def grid(found: RfmResult, voice: Voice) -> Safe:
    """Five by five; darker where more customers are."""
    most = max(found.grid.values(), default=1) or 1
    columns = [Column(voice.say("R ↓　F →", "R ↓  F →"))] + [Column(f"F{f}") for f in range(1, 6)]
    rows = []
    for r in range(5, 0, -1):
        cells: list[object] = [tag("b", f"R{r}")]
        for f in range(1, 6):
            n = found.grid.get((r, f), 0)
            depth = 0 if not n else max(1, round((n / most) ** 0.5 * 5))
            cells.append(tag("span", voice.count(n) if n else "·", class_=f"cell q{depth}"))
        rows.append(cells)
    caption = voice.say("按近度 R 与频度 F 的客户数，5 为最好", "Customers by recency R and frequency F; 5 is best")
    return tag("div", table(columns, rows, caption=caption), class_="matrix tight")


def segments(found: RfmResult, voice: Voice) -> Safe:
    """The eight classes with people, money and the deed."""
    columns = (
        Column(voice.say("类别", "Class")),
        Column(voice.say("客户", "Customers"), figure=True),
        Column(voice.revenue.capitalize(), figure=True),
        Column(voice.say("占比", "Share"), figure=True),
        Column(voice.say("做什么", "What to do"), spare=True),
    )
    rows = []
    for code, (label, deed) in SEGMENTS.items():
        at = found.levels[code]
        rows.append(
            (
                label[0] if voice.chinese else label[1],
                voice.count(at.customers),
                voice.money(at.revenue),
                tag("b", voice.share(at.share)),
                deed[0] if voice.chinese else deed[1],
            )
        )
    return table(columns, rows, caption=voice.say("RFM 八类", "The eight RFM classes"))


def lifecycle(study: Study, voice: Voice) -> Section:
    """Stages along the course of the relation, and the patterns of those lost."""
    found, patterns = study.lifecycle, study.patterns
    lead: object = voice.say("每位客户处在关系的哪一段。", "Where each customer's relation stands.")
    body: list[object] = []
    if isinstance(found, MethodError):
        body.append(refusal(found, voice))
    else:
        falling, gone = found.levels["decline"], found.levels["lost"]
        lead = fill(
            voice.say(
                "{n} 位在退化期，各自最近买的一年里共买 {money}；{m} 位已流失，走前一年共买 {lost}。",
                "Declining: {n}, who bought {money} in the year up to their last purchase; lost: {m}, with {lost} in theirs.",
            ),
            n=strong(voice.count(falling.customers)),
            money=strong(voice.money(falling.revenue), "red"),
            m=strong(voice.count(gone.customers)),
            lost=strong(voice.money(gone.revenue)),
        )
        body.append(stage_figure(found, voice))
    body.append(stage_moves(study, voice))
    title = voice.say("流失的类型", "Ways of leaving")
    inner = refusal(patterns, voice) if isinstance(patterns, MethodError) else pattern_table(patterns, voice)
    body.append(block(title, inner, class_="keep"))
    return Section(
        "lifecycle",
        voice.say("生命周期", "Lifecycle"),
        voice.say("关系走到了哪一步？", "How far has each relation come?"),
        lead,
        join(body),
        Method(
            "—" if isinstance(found, MethodError) else voice.people(found.cases),
            voice.span(None if isinstance(found, MethodError) else found.period),
            of(COMPUTED, "lifecycle", voice.chinese),
            of(DOUBTS, "lifecycle", voice.chinese),
            () if isinstance(found, MethodError) else found.warnings,
        ),
    )


def stage_figure(found: LifecycleResult, voice: Voice) -> Safe:
    """The course with five stops, and its table."""
    words = (
        voice.say("关系的五个阶段", "Five stages of the relation"),
        voice.say(
            "考察、形成、稳定、退化、流失，各有人数、占比和末次购买前一年的金额。",
            "Exploring, building, stable, declining, lost, with people, share and money of the year to the last purchase.",
        ),
    )

    def draw(wide: bool) -> Safe:
        stops = [
            Stop(
                code,
                of(STAGES, code, voice.chinese),
                voice.count(at.customers),
                voice.share(at.share_of_customers),
                voice.money(at.revenue),
            )
            for code, at in found.levels.items()
        ]
        sheet = Sheet(f"course-{'w' if wide else 'n'}", 860 if wide else 350, 250 if wide else 230, *words)
        return course(sheet, stops, [at.share_of_customers for at in found.levels.values()])

    columns = (
        Column(voice.say("阶段", "Stage")),
        Column(voice.say("客户", "Customers"), figure=True),
        Column(voice.say("占比", "Share"), figure=True),
        Column(voice.say("末次购买前一年", "Year to last purchase"), figure=True),
        Column(voice.say("做什么", "What to do")),
    )
    rows = [
        (
            of(STAGES, code, voice.chinese),
            voice.count(at.customers),
            voice.share(at.share_of_customers),
            voice.exact(at.revenue),
            of(STAGE_DEEDS, code, voice.chinese),
        )
        for code, at in found.levels.items()
    ]
    return figure(draw, table(columns, rows, caption=words[0]), voice)


def stage_moves(study: Study, voice: Voice) -> Safe | None:
    """How many went from stage to stage between the two last periods; nothing where there is one period only."""
    found = study.stage_moves
    if isinstance(found, MethodError) or study.previous is None:
        return None
    columns = [
        Column(voice.say("当时 ↓　现在 →", "Then ↓  Now →")),
        *(Column(of(STAGES, stage, voice.chinese), figure=True) for stage in STAGES),
    ]
    rows = [
        (
            voice.say("新客户", "New") if then == "new" else of(STAGES, then, voice.chinese),
            *(
                tag("b" if then == now else "span", voice.count(people)) if people else "·"
                for now in STAGES
                for people in (found.cells[then][now].customers,)
            ),
        )
        for then in (*STAGES, "new")
    ]
    title = voice.say("从哪一段走到哪一段", "From stage to stage")
    aside = voice.say(f"{study.previous[1]} → {study.as_of}", f"{study.previous[1]} → {study.as_of}")
    caption = voice.say(
        "从当时的阶段（行）到现在的阶段（列）：人数。", "From stage then (rows) to stage now (columns): customers."
    )
    caption += "".join(f" {voice.note(note)}" for note in found.warnings if note.code == "moves_sampled")
    return block(title, most_moved(found, voice), table(columns, rows, caption=caption), aside=aside, class_="keep")


def most_moved(found: MigrationResult, voice: Voice) -> Safe | None:
    """Between which two stages most of those who had bought before went."""
    moves = {(then, now): found.cells[then][now].customers for then in STAGES for now in STAGES if then != now}
    then, now = max(moves, key=lambda way: moves[way])
    if not moves[then, now]:
        return None
    sentence = fill(
        voice.say(
            "走动最多的：当时属“{then}”的 {all} 位里，{some} 位如今属“{now}”。",
            "The most travelled way: of the {all} that were {then}, {some} are {now} now.",
        ),
        then=of(STAGES, then, voice.chinese).lower(),
        all=voice.count(sum(cell.customers for cell in found.cells[then].values())),
        some=strong(voice.count(moves[then, now])),
        now=of(STAGES, now, voice.chinese).lower(),
    )
    return tag("p", sentence, class_="tested")


def pattern_table(found: PatternsResult, voice: Voice) -> Safe:
    """The lost by pattern."""
    if not found.cases:
        return tag("p", voice.say("没有客户达到流失的标准。", "No customer counts as lost."), class_="quiet")
    columns = (
        Column(voice.say("类型", "Pattern")),
        Column(voice.say("是怎样的", "What it means"), spare=True),
        Column(voice.say("客户", "Customers"), figure=True),
        Column("", spare=True),
        Column(voice.say("占比", "Share"), figure=True),
        Column(voice.say("最后一年", "Their last year"), figure=True),
    )
    rows = [
        (
            of(PATTERNS, code, voice.chinese),
            of(PATTERN_MEANS, code, voice.chinese),
            voice.count(at.customers),
            meter(at.share_of_customers),
            voice.share(at.share_of_customers),
            tag("b", voice.money(at.revenue)),
        )
        for code, at in found.levels.items()
        if at.customers
    ]
    return table(columns, rows, caption=voice.say("流失的类型", "Patterns of loss"))
